"""What a replay leaves behind: results.csv, comparisons.csv, tuning.csv, summary.json, config.json."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.files.atomic import OutputFolder
from bidder.jobs.outputs import json_text

if TYPE_CHECKING:
    from bidder.auctions.experiments.spec_resolve import Units
    from bidder.auctions.result import ExperimentResult, Setting, SettingResult

RESULTS_FILE = "results.csv"
COMPARISONS_FILE = "comparisons.csv"
TUNING_FILE = "tuning.csv"
SUMMARY_FILE = "summary.json"
CONFIG_FILE = "config.json"
REPORT_FILE = "report.html"
SCHEMA_VERSION = 1

COLUMNS = (
    "strategy", "budget", "auctions", "impressions", "clicks", "conversions", "cost", "value", "win_rate",
    "cpm", "cpc", "kind", "seed", "part", "entered", "ctr", "cvr", "cpa", "roas", "worth", "bound", "regret",
    "spent_share",
)
"""Columns of results.csv; then the intervals' ends, then the swept fields."""
INTERVALS = ("clicks", "conversions", "cost", "value", "worth")
"""Totals whose interval is written, as ``clicks_low`` and ``clicks_high``."""
COMPARISON_COLUMNS = (
    "row", "strategy", "other_row", "other", "budget", "seed", "part", "measure", "episodes", "difference",
    "low", "high", "level", "p_value", "p_holm",
)
"""Columns of comparisons.csv: ``difference`` is the mean of strategy minus other for an episode; rows are
numbers of the rows of results.csv, the header being row 1."""


def exact(amount: int | None, divisor: int) -> str | None:
    """``amount / divisor`` as a decimal without loss; the nearest float's text where there is none.

    >>> exact(1234500000, 1000000), exact(7, 1), exact(1, 3)
    ('1234.5', '7', '0.3333333333333333')
    """
    if amount is None:
        return None
    try:
        number = Context(prec=60, traps=[Inexact]).divide(Decimal(amount), Decimal(divisor))
    except Inexact:
        return repr(amount / divisor)
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@dataclass(frozen=True)
class Scale:
    """Turns whole counts into the units of the tables."""

    units: Units

    def money(self, amount: int | None) -> str | None:
        """A cost or budget."""
        return exact(amount, self.units.budget_factor)

    def price(self, amount: float | None) -> float | None:
        """A price for a click or for 1,000 impressions."""
        return None if amount is None else amount / self.units.price_factor

    def divisor(self, measure: str) -> int:
        """What totals of a measure are divided by."""
        from bidder.auctions.worth import BILLION, VALUE_UNIT

        return {"value": VALUE_UNIT, "worth": BILLION, "cost": self.units.budget_factor}.get(measure, 1)

    def number(self, amount: int, measure: str) -> float | int:
        """A total of a measure; whole where it is counted in ones."""
        divisor = self.divisor(measure)
        return amount if divisor == 1 else amount / divisor

    def mean(self, amount: float, measure: str) -> float:
        """A mean or a bound of a measure."""
        return amount / self.divisor(measure)


def result_rows(result: ExperimentResult, units: Units) -> tuple[list[str], Iterator[list[object]]]:
    """Header and rows of results.csv: one row for every setting."""
    scale = Scale(units)
    names = list(dict.fromkeys(name for setting in result.settings for name, _ in setting.swept))
    ends = [f"{name}_{end}" for name in INTERVALS for end in ("low", "high")]
    taken = {*COLUMNS, *ends}
    header = [*COLUMNS, *ends, *(f"set.{name}" if name in taken else name for name in names)]

    def rows() -> Iterator[list[object]]:
        intervals = result.interval or ({},) * len(result.settings)
        for setting, figures, interval in zip(result.settings, result.results, intervals, strict=True):
            cells = _cells(setting, figures, result, scale)
            swept = dict(setting.swept)
            yield [
                *(cells[name] for name in COLUMNS),
                *_ends(interval, scale),
                *(plain(swept.get(name)) for name in names),
            ]

    return header, rows()


def _cells(
    setting: Setting, figures: SettingResult, result: ExperimentResult, scale: Scale
) -> dict[str, object]:
    from bidder.auctions.metrics import metrics
    from bidder.auctions.worth import BILLION, VALUE_UNIT

    count, computed = figures.total, metrics(figures, setting, result.info)
    return {
        "strategy": setting.strategy,
        "kind": setting.kind,
        "seed": setting.seed,
        "part": setting.part,
        "budget": scale.money(setting.budget),
        "cost": scale.money(count("cost")),
        "value": exact(count("value"), VALUE_UNIT),
        "worth": exact(count("worth"), BILLION),
        "bound": exact(figures.bound, BILLION),
        **{name: count(name) for name in ("auctions", "entered", "impressions", "clicks", "conversions")},
        **{name: scale.price(computed[name]) for name in ("cpm", "cpc", "cpa")},
        **{name: computed[name] for name in ("win_rate", "ctr", "cvr", "roas", "regret", "spent_share")},
    }


def _ends(interval: dict[str, tuple[float, float]], scale: Scale) -> list[object]:
    cells: list[object] = []
    for name in INTERVALS:
        cells += [scale.mean(end, name) for end in interval[name]] if name in interval else [None, None]
    return cells


def plain(value: Any) -> object:
    """A swept value as a cell: lists and mappings as JSON."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list | dict) else value


def comparison_rows(result: ExperimentResult, units: Units) -> tuple[tuple[str, ...], Iterator[list[object]]]:
    """Header and rows of comparisons.csv."""
    scale = Scale(units)

    def rows() -> Iterator[list[object]]:
        for c in result.comparisons:
            one, other = result.settings[c.first], result.settings[c.second]
            numbers = [scale.mean(v, c.measure) for v in (c.difference, c.low, c.high)]
            yield [
                c.first + 2, one.strategy, c.second + 2, other.strategy, scale.money(one.budget), one.seed,
                one.part, c.measure, c.pairs, *numbers, c.level, c.p_value, c.p_adjusted,
            ]

    return COMPARISON_COLUMNS, rows()


@dataclass(frozen=True)
class Candidate:
    """One choice of parameters on one part of the log, while tuning."""

    strategy: str
    swept: tuple[tuple[str, Any], ...]
    choice: tuple[tuple[str, Any], ...]
    part: str
    measure: str
    score: float
    chosen: bool


def tuning_rows(candidates: Sequence[Candidate], units: Units) -> tuple[list[str], Iterator[list[object]]]:
    """Header and rows of tuning.csv: the score of every choice on every part it was tried on."""
    scale = Scale(units)
    names = list(dict.fromkeys(name for c in candidates for name, _ in (*c.swept, *c.choice)))

    def rows() -> Iterator[list[object]]:
        for c in candidates:
            values = dict((*c.swept, *c.choice))
            yield [
                c.strategy, c.part, c.measure, scale.mean(c.score, c.measure), c.chosen,
                *(plain(values.get(name)) for name in names),
            ]

    return ["strategy", "part", "measure", "score", "chosen", *names], rows()


def write_replay(
    folder: Path, tables: dict[str, tuple[Sequence[str], Iterator[list[object]]]], texts: dict[str, str],
    summary: dict[str, Any],
) -> tuple[str, ...]:
    """Write a run's files, the summary last; returns their names.

    Files of an earlier run that are not written now are taken away.

    Raises
    ------
    InputError
        When the folder cannot be written to.
    """
    with OutputFolder(folder, last=SUMMARY_FILE) as out:
        for name, table in tables.items():
            out.table(name, *table)
        for name, text in texts.items():
            out.text(name, text)
        out.text(SUMMARY_FILE, json_text(summary))
    names = [*tables, *texts, SUMMARY_FILE]
    for name in (COMPARISONS_FILE, TUNING_FILE, REPORT_FILE):
        if name not in names:
            (folder / name).unlink(missing_ok=True)
    return tuple(names)
