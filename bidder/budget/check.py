"""What makes sense inside one plan but goes beyond a single value's type.

References to names, dates inside the horizon, and parts of the plan that contradict each other.
Limits that cannot all hold are not looked for here: the solver finds the smallest conflicting set.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

import numpy as np

from bidder.budget.spec import PlanSpec
from bidder.budget.spec_campaign import (
    Campaign,
    Commission,
    FittedCurve,
    Lots,
    PerClick,
    PowerCurve,
    Retargeting,
)
from bidder.budget.spec_limits import (
    AnyLimit,
    CashLimit,
    CpaCap,
    DatedLimit,
    Lock,
    Metric,
    OutcomeFloor,
    RoasFloor,
    Scope,
    SpendLimit,
)
from bidder.calendar import Horizon
from bidder.errors import Path, Problem, Problems, one_of

MAX_CELLS = 200_000


def check(spec: PlanSpec) -> list[Problem]:
    """Everything wrong with a plan that its types cannot say.

    Returns
    -------
    list of Problem
        Each with the path of the value it is about; empty when the plan makes sense.
    """
    problems = Problems()
    for part in (_size, _names, _groups, _risk, _campaigns, _constraints, _locks, _objective, _open_end):
        part(spec, problems)
    return problems.found


def remarks(spec: PlanSpec) -> list[Problem]:
    """What is allowed but probably not meant."""
    notes = Problems()
    if spec.objective.minimize and not any(isinstance(c, OutcomeFloor) for c in spec.constraints):
        notes.add(("objective", "minimize"), "no outcome constraint says what the spend is for")
    replan = spec.replan
    if replan and replan.max_change is None and replan.max_change_percent is None and not replan.penalty:
        notes.add(("replan",), "no max_change, max_change_percent or penalty: the old plan has no effect")
    return notes.found


def _size(spec: PlanSpec, problems: Problems) -> None:
    cells = len(spec.campaigns()) * len(spec.horizon.resolve())
    if cells > MAX_CELLS:
        message = f"{cells:,} cells (campaigns x periods)"
        problems.add(("horizon",), message, f"at most {MAX_CELLS:,}: fewer or longer periods")


def _names(spec: PlanSpec, problems: Problems) -> None:
    for channel, content in spec.channels.items():
        _name(channel, "channel", ("channels", channel), problems)
        for campaign in content.campaigns:
            _name(campaign, "campaign", ("channels", channel, "campaigns", campaign), problems)
    for group in spec.groups:
        _name(group, "group", ("groups", group), problems)


def _name(name: str, what: str, path: Path, problems: Problems) -> None:
    expected = "a name without '/', line breaks and spaces at its ends"
    if not name or name != name.strip():
        problems.add(path, f"{what} name {name!r} is empty or begins or ends with a space", expected)
    elif re.search(r"[/\x00-\x1f\x7f-\x9f\u2028\u2029]", name):
        problems.add(path, f"{what} name {name!r} holds '/' or a line break", expected)
    elif len(name) > 200:
        problems.add(path, f"{what} name of {len(name)} characters", "at most 200")


def _known(names: Iterable[str], what: str, known: Iterable[str], path: Path, problems: Problems) -> None:
    """Every one of ``names`` (a list at ``path``) is known and given once."""
    known = dict.fromkeys(known)
    seen: set[str] = set()
    for k, name in enumerate(names):
        if name not in known:
            problems.add((*path, k), f"unknown {what} {name!r}", one_of(known, name))
        elif name in seen:
            problems.add((*path, k), f"{what} {name!r} is given twice", "each once")
        seen.add(name)


def _groups(spec: PlanSpec, problems: Problems) -> None:
    for group, members in spec.groups.items():
        _known(members, "campaign", spec.campaigns(), ("groups", group), problems)


def _risk(spec: PlanSpec, problems: Problems) -> None:
    if spec.risk is None:
        return
    parts: list[tuple[str, Mapping[str, float], Iterable[str]]] = [
        ("campaign", spec.risk.campaigns, spec.campaigns()),
        ("channel", spec.risk.channels, spec.channels),
    ]
    for what, given, known in parts:
        for name in given:
            if name not in known:
                problems.add(("risk", f"{what}s", name), f"unknown {what} {name!r}", one_of(known, name))


def states_visits(campaign: Campaign) -> bool:
    """Whether the plan can tell how many visits a campaign brings."""
    return campaign.visits is not None or isinstance(campaign.buying, PerClick)


def _campaigns(spec: PlanSpec, problems: Problems) -> None:
    visits = {name: states_visits(campaign) for name, campaign in spec.campaigns().items()}
    for channel, content in spec.channels.items():
        for name, campaign in content.campaigns.items():
            path: Path = ("channels", channel, "campaigns", name)
            fitted = isinstance(campaign.curve, FittedCurve)
            if campaign.carry_in and campaign.carryover is None and not fitted:
                message = "carry_in has no effect without carryover"
                problems.add((*path, "carry_in"), message, "carryover, or no carry_in")
            if campaign.retargeting is not None:
                pool = campaign.retargeting
                _retargeting(pool, f"{channel}/{name}", visits, (*path, "retargeting"), problems)


def _retargeting(
    pool: Retargeting, own: str, visits: Mapping[str, bool], path: Path, problems: Problems
) -> None:
    """``visits`` says for every campaign whether it states its visits."""
    if pool.sources is None:
        stated = sum(visits.values()) > visits[own]
    else:
        _known(pool.sources, "campaign", visits, (*path, "sources"), problems)
        for k, source in enumerate(pool.sources):
            at = (*path, "sources", k)
            if source == own:
                problems.add(at, f"{own!r} cannot be a source of its own visitors", "other campaigns")
            elif not visits.get(source, True):
                message = f"source {source!r} does not state its visits"
                problems.add(at, message, "visits: {cvr: ...} or {cpc: ...} in that campaign")
        stated = any(visits.get(source) and source != own for source in pool.sources)
    if not stated and not pool.organic_visits and not pool.visits_before:
        message = "nobody to retarget: no source states its visits and organic_visits is 0"
        problems.add(path, message, "visits in at least one other campaign, or organic_visits")


def _constraints(spec: PlanSpec, problems: Problems) -> None:
    horizon = spec.horizon.resolve()
    for i, limit in enumerate(spec.constraints):
        _scope(spec, limit.scope, ("constraints", i, "scope"), problems)
        _dates(limit, horizon, ("constraints", i), problems)


def _scope(spec: PlanSpec, scope: Scope, path: Path, problems: Problems) -> None:
    single: list[tuple[str, str | None, Iterable[str]]] = [
        ("channel", scope.channel, spec.channels),
        ("campaign", scope.campaign, spec.campaigns()),
        ("group", scope.group, spec.groups),
    ]
    for what, given, known in single:
        if given is not None and given not in known:
            expected = one_of(known, given) or f"a {what} of the plan, but it has none"
            problems.add((*path, what), f"unknown {what} {given!r}", expected)
    _known(scope.campaigns or [], "campaign", spec.campaigns(), (*path, "campaigns"), problems)


def _dates(limit: AnyLimit, horizon: Horizon, path: Path, problems: Problems) -> None:
    within = f"days between {horizon.starts[0]} and {horizon.end}"
    if isinstance(limit, CashLimit):
        if limit.by < horizon.starts[0]:
            problems.add((*path, "by"), f"{limit.by} lies before the horizon", within)
    elif isinstance(limit, DatedLimit | Lock) and limit.dates is not None:
        first, last = limit.dates
        if not len(horizon.periods_within(first, last)):
            message = f"no period begins between {first} and {last}"
            if horizon.starts[0] <= last and first <= horizon.end:
                within = f"dates that hold the first day of a {horizon.period}"
            problems.add((*path, "dates"), message, within)


def _locks(spec: PlanSpec, problems: Problems) -> None:
    horizon = spec.horizon.resolve()
    held: dict[str, list[tuple[int, set[int], float]]] = {}
    for i, lock in enumerate(spec.constraints):
        if not isinstance(lock, Lock) or lock.scope.campaign is None:
            continue
        periods = set(horizon.periods_within(*lock.dates).tolist())
        for j, others, spend in held.get(lock.scope.campaign, []):
            if spend != lock.spend and periods & others:
                day = horizon.starts[min(periods & others)]
                message = f"spend {lock.spend:g}, but constraints.{j} locks {spend:g} from {day} on"
                problems.add(("constraints", i, "spend"), message, "one locked spend for each period")
                break
        held.setdefault(lock.scope.campaign, []).append((i, periods, lock.spend))


def _objective(spec: PlanSpec, problems: Problems) -> None:
    budget, metric = spec.budget, spec.objective.maximize
    allowed = {
        "marginal_roas": (budget.marginal_roas is not None, {Metric.REVENUE, Metric.LIFETIME_VALUE}),
        "marginal_cpa": (budget.marginal_cpa is not None, {Metric.CONVERSIONS, Metric.NEW_CUSTOMERS}),
        "exact": (budget.exact, set(Metric)),
    }
    for key, (given, metrics) in allowed.items():
        if given and metric not in metrics:
            named = f"maximize: {metric}" if metric else "minimize: spend"
            fitting = " or ".join(m.value for m in Metric if m in metrics)
            expected = f"maximize: {fitting}" if len(metrics) < len(Metric) else "a maximize objective"
            problems.add(("budget", key), f"{key} does not go with {named}", expected)
    if spec.objective.minimize and not _has_floor(spec):
        message = "nothing asks for any spend or outcome, so the least spend is 0"
        expected = "a constraint such as {kind: outcome, metric: revenue, min: 100000}"
        problems.add(("objective", "minimize"), message, expected)


def _has_floor(spec: PlanSpec) -> bool:
    """Whether some limit asks for an outcome or for spend."""
    for limit in spec.constraints:
        if isinstance(limit, OutcomeFloor) or (isinstance(limit, SpendLimit | Lock) and _least(limit) > 0):
            return True
    for channel in spec.channels.values():
        bounds = [channel.spend, channel.spend.per_period]
        for campaign in channel.campaigns.values():
            bounds += [campaign.spend, campaign.spend.total]
        if any(b is not None and b.min for b in bounds):
            return True
    return False


def _least(limit: SpendLimit | Lock) -> float:
    return limit.spend if isinstance(limit, Lock) else limit.min or 0.0


def _open_end(spec: PlanSpec, problems: Problems) -> None:
    """A plan whose objective always gains from more spend needs an end to the spending."""
    budget = spec.budget
    ended = budget.total is not None or budget.marginal_roas is not None or budget.marginal_cpa is not None
    if ended or spec.objective.maximize is None:
        return
    covered = _limited_by_constraints(spec)
    free = []
    for channel, content in spec.channels.items():
        bounds = (content.spend, content.spend.per_period)
        if not any(b is not None and b.max is not None for b in bounds):
            free += [
                f"{channel}/{name}"
                for name, c in content.campaigns.items()
                if not _self_limited(c, spec.objective.maximize) and f"{channel}/{name}" not in covered
            ]
    if free:
        more = f" and {len(free) - 5} more" if len(free) > 5 else ""
        message = f"nothing limits the spend of {', '.join(free[:5])}{more}"
        expected = "budget.total, budget.marginal_roas or marginal_cpa, or spend.max for each campaign"
        problems.add(("budget",), message, expected)


def _self_limited(campaign: Campaign, metric: Metric) -> bool:
    """Whether a campaign's spend ends by itself."""
    spend = campaign.spend
    if spend.max is not None or (spend.total is not None and spend.total.max is not None):
        return True
    if isinstance(campaign.buying, Commission) or campaign.retargeting is not None:
        return True
    if isinstance(campaign.buying, Lots):
        return campaign.buying.max_lots is not None or campaign.buying.max_lots_per_period is not None
    # Falling returns end a plan for profit; a straight line's never fall.
    straight = isinstance(campaign.curve, PowerCurve) and campaign.curve.exponent == 1
    return metric is Metric.PROFIT and not straight


def _limited_by_constraints(spec: PlanSpec) -> set[str]:
    """Campaigns whose spend in every period is limited by some constraint."""
    horizon, everyone = spec.horizon.resolve(), list(spec.campaigns())
    left = np.ones((len(everyone), len(horizon)), dtype=np.bool_)
    for limit in spec.constraints:
        if _ends_spend(limit):
            scope = limit.scope
            inside = np.array([covers(spec, scope, name) for name in everyone], dtype=np.bool_)
            left[np.ix_(inside, _periods(limit, horizon))] = False
    return {name for name, open_periods in zip(everyone, left, strict=True) if not open_periods.any()}


def _ends_spend(limit: AnyLimit) -> bool:
    if isinstance(limit, SpendLimit):
        return limit.max is not None
    return isinstance(limit, RoasFloor | CpaCap | CashLimit | Lock)


def _periods(limit: AnyLimit, horizon: Horizon) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    if isinstance(limit, CashLimit):
        return np.flatnonzero(horizon.fraction_until(limit.by) > 0)
    dates = getattr(limit, "dates", None)
    return horizon.periods_within(*dates) if dates else np.arange(len(horizon))


def covers(spec: PlanSpec, scope: Scope, name: str) -> bool:
    """Whether a scope is about the campaign ``channel/campaign``."""
    tests: list[tuple[object, Callable[[], bool]]] = [
        (scope.channel, lambda: name.rpartition("/")[0] == scope.channel),
        (scope.campaign, lambda: name == scope.campaign),
        (scope.campaigns, lambda: name in (scope.campaigns or ())),
        (scope.group, lambda: name in spec.groups.get(scope.group or "", ())),
    ]
    return all(test() for given, test in tests if given is not None)
