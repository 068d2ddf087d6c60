"""What a hand-made split of spend is worth, and what it leaves on the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.budget.solvers import DEFAULT
from bidder.errors import InfeasibleError, InputError, Place, Problem
from bidder.files.atomic import OutputFolder
from bidder.files.plan_tables import read_spend
from bidder.jobs.config import LoadedPlan, load_plan
from bidder.jobs.outputs import (
    CONSTRAINT_COLUMNS,
    PLAN_FILE,
    constraint_rows,
    json_text,
    plan_rows,
)
from bidder.jobs.plan import solve_loaded, summary_of, with_gap
from bidder.jobs.progress import Progress, Silent
from bidder.money import format_money

if TYPE_CHECKING:
    from bidder.budget.actuals import Floats
    from bidder.budget.result import Plan

WHATIF_FILE = "whatif.json"
BROKEN_FILE = "broken.csv"
ROUNDING = 1e-9
"""A limit missed by less than this part of it (or of one unit) is kept."""


@dataclass(frozen=True)
class Broken:
    """A limit that the hand-made split breaks.

    Attributes
    ----------
    name, when, kind, unit, side : str
        As in constraints.csv.
    limit, value : float
    by : float
        How far beyond the limit, in the limit's unit, above 0.
    """

    name: str
    when: str
    kind: str
    unit: str
    side: str
    limit: float
    value: float
    by: float


@dataclass(frozen=True)
class WhatIf:
    """A valued split beside the best plans.

    Attributes
    ----------
    loaded : LoadedPlan
    own : Plan
        The hand-made split under the same curves (status "valued").
    best : Plan or None
        The plan of the config; None when the limits contradict each other.
    same : Plan or None
        The best plan that spends no more than the hand-made split; None when no plan keeps all limits
        at that total.
    broken : tuple of Broken
        The worst first, relative to the limit.
    odd : tuple of str
        Amounts that cannot be bought: part of a lot, less than the minimum of a campaign that is on.
    notes : tuple of str
    files : tuple of str
    """

    loaded: LoadedPlan
    own: Plan
    best: Plan | None
    same: Plan | None
    broken: tuple[Broken, ...]
    odd: tuple[str, ...]
    notes: tuple[str, ...]
    files: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "schema_version": 1,
            "own": _figures(self.own),
            "best_of_same_total": None if self.same is None else _figures(self.same),
            "plan": None if self.best is None else _figures(self.best),
            "left_on_table": None if self.same is None else self.gain(self.same),
            "left_against_plan": None if self.best is None else self.gain(self.best),
            "broken": [vars(b) for b in self.broken],
            "cannot_be_bought": list(self.odd),
            "notes": list(self.notes),
        }

    def gain(self, other: Plan) -> float:
        """How much better another plan's objective is, in the objective's unit."""
        return other.problem.sense * (other.objective - self.own.objective)

    def sentences(self) -> list[str]:
        """What the split leaves on the table, in words."""
        lines = []
        if self.same is not None:
            lines.append(_left(self, self.same, "the best split of the same total"))
        if self.best is not None and self.best is not self.same:
            lines.append(_left(self, self.best, "the plan"))
        return lines


def _left(outcome: WhatIf, other: Plan, name: str) -> str:
    """One sentence beside one plan."""
    spec = outcome.loaded.spec
    gain = outcome.gain(other)
    metric = str(spec.objective.maximize or spec.objective.minimize).replace("_", " ")
    money = spec.objective.maximize not in ("conversions", "new_customers")
    amount = f"{abs(gain):,.0f} {spec.currency}" if money else f"{abs(gain):,.1f}"
    part = f" ({abs(gain) / abs(outcome.own.objective):.1%})" if outcome.own.objective else ""
    if spec.objective.minimize:
        verb = "needs" if gain >= 0 else "would need"
        return f"{name} {verb} {amount}{part} {'less' if gain >= 0 else 'more'} spend than your split"
    if abs(gain) <= 1e-6 * max(abs(other.objective), 1.0):
        return f"{name} brings no more {metric} than your split"
    if gain > 0:
        return f"{name} brings {amount}{part} more {metric} than your split"
    return f"{name} brings {amount}{part} less {metric} than your split, which breaks limits to get there"


def _figures(plan: Plan) -> dict[str, Any]:
    document = summary_of(plan)
    return {key: None if value != value else value for key, value in document.items()}


def run_whatif(
    config: str | Path,
    spend: str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    solver: str = DEFAULT,
    gap: float | None = None,
    progress: Progress | None = None,
) -> WhatIf:
    """Value a hand-made spend table under a config's curves.

    Parameters
    ----------
    config : path
        The plan's YAML.
    spend : path
        CSV with ``channel, campaign, period_start, spend``; a cell without a row is 0.
    out : path, optional
        Folder for plan.csv (the table with its results), constraints.csv, broken.csv and whatif.json.

    Raises
    ------
    InputError
        With every problem of the config, else with every problem of the table.
    """
    watch = progress or Silent()
    loaded = load_plan(config, with_gap(overrides, gap))
    amounts, notes = read_spend(spend, list(loaded.spec.campaigns()), loaded.spec.horizon.resolve())
    from bidder.budget.plan import value_spend

    best, said = _best(loaded, solver, watch, "the plan")
    own = value_spend(loaded.spec, amounts, loaded.actuals, loaded.old_plan, best)
    same, said_same = _same_total(loaded, own, best, solver, watch)
    everything = (*loaded.notes, *notes, *_past(loaded, amounts, str(spend)), *said, *said_same)
    outcome = WhatIf(loaded, own, best, same, broken_limits(own), odd_amounts(own), everything)
    return outcome if out is None else replace(outcome, files=_write(outcome, out))


def _best(loaded: LoadedPlan, solver: str, watch: Progress, what: str) -> tuple[Plan | None, tuple[str, ...]]:
    try:
        return solve_loaded(loaded, solver, watch), ()
    except InfeasibleError as error:
        limits = ", ".join(c.name for c in error.conflicts)
        return None, (f"{what}: there is none, these limits cannot all hold: {limits}",)


def _same_total(
    loaded: LoadedPlan, own: Plan, best: Plan | None, solver: str, watch: Progress
) -> tuple[Plan | None, tuple[str, ...]]:
    """The best plan that spends no more than the table does; none of its own when spend is minimised."""
    if loaded.spec.objective.minimize is not None:
        return best, ()
    total = own.totals["spend"]
    if total <= 0:
        raise InputError(Problem("the table spends nothing", "some spend", place=Place("SPEND.csv")))
    budget = loaded.spec.budget.model_copy(update={"total": total, "exact": False})
    if best is not None and best.totals["spend"] == total and loaded.spec.budget.total == total:
        return best, ()
    spec = loaded.spec.model_copy(update={"budget": budget})
    alike = LoadedPlan(spec, loaded.document, loaded.actuals, loaded.old_plan)
    return _best(alike, solver, watch, "best split of the same total")


def _past(loaded: LoadedPlan, amounts: Floats, file: str) -> tuple[str, ...]:
    """A note when the table disagrees with what was really spent."""
    if loaded.actuals is None:
        return ()
    past = loaded.actuals.spend.shape[1]
    if np.allclose(amounts[:, :past], loaded.actuals.spend, rtol=0, atol=0.005):
        return ()
    return (f"{file}: the {past} periods already past are taken as they were, not as the table has them",)


def broken_limits(own: Plan) -> tuple[Broken, ...]:
    """Limits that a valued split breaks, the worst first."""
    table = own.constraints
    found = []
    columns = ("constraint", "when", "kind", "unit", "side", "limit", "value", "slack")
    for name, when, kind, unit, side, limit, value, slack in zip(
        *(table[c].tolist() for c in columns), strict=True
    ):
        if slack < -ROUNDING * max(abs(limit), 1.0):
            found.append(Broken(name, when, kind, unit, side, limit, value, -slack))
    return tuple(sorted(found, key=lambda b: -b.by / max(abs(b.limit), 1.0)))


def odd_amounts(own: Plan) -> tuple[str, ...]:
    """Amounts that a campaign's buying form does not sell, one sentence for each campaign."""
    cells, found = own.problem.cells, []
    close = 0.5 * own.problem.quantum
    whole = np.round(own.spend / np.where(cells.lot > 0, cells.lot, 1.0)) * cells.lot
    lots = np.where(cells.lot > 0, np.abs(own.spend - whole), 0.0)
    low = (own.spend > close) & (own.spend < cells.on_minimum - close)
    for number, name in enumerate(own.accounts.campaigns):
        mine = cells.campaign == number
        parts, small = int((mine & (lots > close)).sum()), int((mine & low).sum())
        if parts:
            price = format_money(float(cells.lot[mine].max()), own.spec.currency)
            found.append(f"{name} is sold in whole lots of {price}: {_periods(parts)} other amounts")
        if small:
            least = format_money(float(cells.on_minimum[mine].max()), own.spec.currency)
            found.append(f"{name} takes nothing or at least {least}: {_periods(small)} less")
    return tuple(found)


def _periods(number: int) -> str:
    return "1 period has" if number == 1 else f"{number} periods have"


def _write(outcome: WhatIf, folder: str | Path) -> tuple[str, ...]:
    columns = ("constraint", "when", "kind", "unit", "side", "limit", "value", "by")
    rows = [(b.name, b.when, b.kind, b.unit, b.side, b.limit, b.value, b.by) for b in outcome.broken]
    with OutputFolder(folder, last=WHATIF_FILE) as out:
        out.table(PLAN_FILE, *plan_rows(outcome.own))
        out.table("constraints.csv", CONSTRAINT_COLUMNS, constraint_rows(outcome.own)[1])
        out.table(BROKEN_FILE, columns, rows)
        out.text(WHATIF_FILE, json_text(outcome.as_dict()))
    return (PLAN_FILE, "constraints.csv", BROKEN_FILE, WHATIF_FILE)
