"""What an experiment's settings ask of each other and of the log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from bidder.auctions.experiments.spec import ExperimentSpec, VariedSpec
from bidder.auctions.experiments.spec_parts import local_time
from bidder.auctions.experiments.spec_resolve import LogFacts, Units
from bidder.auctions.rules import Outcomes, Payment, Pricing
from bidder.errors import Path, Problem, Problems, one_of

RANKED = (Payment.GSP, Payment.VCG)


def check_experiment(spec: ExperimentSpec, tuned: Sequence[Path]) -> list[Problem]:
    """What is wrong with the experiment as a whole, whatever the log.

    Parameters
    ----------
    spec : ExperimentSpec
        With the first value of every swept field.
    tuned : sequence of path
        Fields to tune.
    """
    problems = Problems()
    if spec.split is None:
        for path in tuned:
            problems.add(path, "tune needs an earlier part to choose on", "split: {train: 0.5}, or a list")
    if spec.split is not None:
        for key in ("start", "end"):
            if getattr(spec.episodes, key) is not None:
                said = "with split, each part begins and ends by itself"
                problems.add(("episodes", key), said, f"no {key}")
    if spec.training is not None and spec.training.unknown_prices == "drawn":
        said = "what strategies learn from is left as it is"
        problems.add(("training", "unknown_prices"), said, "unknown_prices under log alone")
    return problems.found


def check_names(data: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with the names of strategies in a document, which may be wrong otherwise too."""
    problems = Problems()
    entries, compare = data.get("strategies"), data.get("compare")
    entries = entries if isinstance(entries, list) else []
    names = [entry.get("name") if isinstance(entry, dict) else None for entry in entries]
    known = [name for name in names if isinstance(name, str)]
    for k, name in enumerate(names):
        if isinstance(name, str) and names.index(name) != k:
            problems.add(("strategies", k, "name"), f"a second strategy named {name!r}", "each name once")
    to = compare.get("to") if isinstance(compare, dict) else None
    if isinstance(to, str) and to != "all" and to not in known:
        problems.add(("compare", "to"), f"no strategy is named {to!r}", one_of([*known, "all"], to))
    return problems.found


def check_split(spec: ExperimentSpec, facts: LogFacts) -> list[Problem]:
    """What the parts ask of the log."""
    problems = Problems()
    if spec.split is not None and isinstance(spec.split.train, date) and not facts.info.timed:
        problems.add(("split", "train"), "dates in a log without times", "shares such as 0.5")
    return problems.found


def check_unknown_prices(
    spec: ExperimentSpec, settings: Sequence[VariedSpec], facts: LogFacts
) -> list[Problem]:
    """What drawing unknown prices asks of the log and of all settings."""
    problems, path = Problems(), ("log", "unknown_prices")
    if spec.log.unknown_prices == "drawn":
        if not facts.info.censored:
            problems.add(path, "the log knows all prices", "censored: true beside it, or no unknown_prices")
        if any(setting.outcomes is Outcomes.LOGGED for setting in settings):
            said = "nobody has seen whether auctions that were lost would have been clicked"
            problems.add(path, said, "outcomes: drawn with unknown_prices: drawn")
    return problems.found


def check_setting(spec: VariedSpec, facts: LogFacts, units: Units) -> list[Problem]:
    """What one setting asks of the log and of itself.

    Parameters
    ----------
    spec : VariedSpec
    facts : LogFacts
    units : Units
    """
    problems = Problems()
    _money(spec, units, problems)
    _time(spec, facts, problems)
    _auction(spec, facts, problems)
    _columns(spec, facts, problems)
    return problems.found


def _money(spec: VariedSpec, units: Units, problems: Problems) -> None:
    if units.in_currency and units.info.per_currency is None:
        expected = "money: log_unit, or per_currency under log"
        problems.add(("money",), "the log does not say how many units make one of the currency", expected)
        return
    _whole(("auction", "reserve"), spec.auction.reserve, units.price_factor, units, problems)
    for amount in spec.auction.competitors.each:
        _whole(("auction", "competitors", "budgets"), amount, units.budget_factor, units, problems)
    _whole(("bids", "max"), spec.bids.max, units.price_factor, units, problems)
    _whole(("episodes", "budget"), spec.episodes.budget, units.budget_factor, units, problems)
    highest, reserve = spec.bids.max, spec.auction.reserve
    if highest is not None and highest < reserve:
        problems.add(("bids", "max"), f"found {highest:g}", f"at least the reserve price of {reserve:g}")


def _whole(path: Path, amount: float | None, factor: int, units: Units, problems: Problems) -> None:
    if amount is None or units.exact(amount, factor) is not None:
        return
    if factor == 1:
        problems.add(path, f"found {amount!r}", f"a whole number ({units.info.unit})")
    else:
        step = f"multiples of 1/{factor:,}"
        problems.add(path, f"found {amount!r}", f"{step} {units.name}, as the log counts them")


def _time(spec: VariedSpec, facts: LogFacts, problems: Problems) -> None:
    if facts.info.timed:
        _campaign(spec, facts, problems)
        return
    text = "in a log without times"
    if spec.episodes.period == "day":
        problems.add(("episodes", "period"), f"days {text}", "auctions: ..., or period: campaign")
    for key in ("start", "end"):
        if getattr(spec.episodes, key) is not None:
            problems.add(("episodes", key), f"a time {text}", f"no {key}")
    if spec.tick is not None and spec.tick.minutes is not None:
        problems.add(("tick", "minutes"), f"minutes {text}", "auctions: ...")
    if spec.frequency_cap is not None:
        problems.add(("frequency_cap",), f"a cap per day {text}", "no frequency_cap")
    if spec.retargeting is not None:
        problems.add(("retargeting",), f"a window of days {text}", "no retargeting")


def _campaign(spec: VariedSpec, facts: LogFacts, problems: Problems) -> None:
    """A campaign begins before its first auction and ends after its last one."""
    (start, end), zone = spec.episodes.moments, spec.episodes.time_zone
    first, last = facts.info.first_ts, facts.info.last_ts
    if start is not None and first is not None and start > first:
        text = f"the log has auctions before that, the first one at {local_time(first, zone)}"
        problems.add(("episodes", "start"), text, "a start before them, or a log that begins then")
    if end is not None and last is not None and end <= last:
        text = f"the log has auctions after that, the last one at {local_time(last, zone)}"
        problems.add(("episodes", "end"), text, "an end after them, or a log that ends then")


def _auction(spec: VariedSpec, facts: LogFacts, problems: Problems) -> None:
    auction, given = spec.auction, spec.auction.model_fields_set
    if auction.payment in RANKED:
        if auction.competitors.source == "log" and "bids" not in facts.columns:
            text = f"{auction.payment.value} ranks competing bids, and the log has none"
            expected = "log: {bids: ...}, competitors: fitted, or second_price or first_price"
            problems.add(("auction", "payment"), text, expected)
        fitted, given_budgets = auction.competitors.source == "fitted", auction.competitors.each
        if fitted and 1 < len(given_budgets) != auction.competitors.bidders:
            text = f"{len(given_budgets)} budgets for {auction.competitors.bidders} competitors"
            problems.add(("auction", "competitors", "budgets"), text, "one for each, or one for all")
        if fitted and facts.info.censored:
            text = "competitors cannot be fitted to a log that knows the prices of won auctions alone"
            problems.add(("auction", "competitors"), text, "competitors: log")
    else:
        if len(auction.slots) > 1:
            text = f"{len(auction.slots)} slots under {auction.payment.value}"
            problems.add(("auction", "slots"), text, "one slot, or payment: gsp or vcg")
        if "competitors" in given:
            text = f"competing bids under {auction.payment.value}"
            problems.add(("auction", "competitors"), text, "payment: gsp or vcg")
    if auction.pricing is Pricing.CLICK:
        if facts.info.price_for != 1:
            text = f"payment by click where prices stand for {facts.info.price_for:,} impressions"
            problems.add(("auction", "pricing"), text, "pricing: impression")
        if spec.outcomes is Outcomes.LOGGED and "click" not in facts.columns:
            text = "payment by click, and the log has no column click"
            problems.add(("auction", "pricing"), text, "pricing: impression, or outcomes: drawn")


def _columns(spec: VariedSpec, facts: LogFacts, problems: Problems) -> None:
    if spec.outcomes is Outcomes.DRAWN and "pctr" not in facts.columns:
        problems.add(("outcomes",), "drawn outcomes need the column pctr", "a log with pctr, or logged")
    if spec.frequency_cap is not None and "user" not in facts.columns:
        problems.add(("frequency_cap",), "a cap per user needs the column user", "a log with user")
    if spec.retargeting is not None and "last_visit" not in facts.columns:
        text = "a window after a visit needs the column last_visit"
        problems.add(("retargeting",), text, "a log with last_visit")
    if "objective" in spec.model_fields_set:
        missing = [name for name in spec.objective.needs if name not in facts.columns]
        if missing:
            needs, lacks = ", ".join(spec.objective.needs), ", ".join(missing)
            text = f"{spec.objective.value} are predicted from {needs}, and the log has no {lacks}"
            problems.add(("objective",), text, "another objective")
