"""A replay as a report reads it: figures of all settings as arrays, groups of seeds, names, units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bidder.auctions import metrics
from bidder.auctions.result import COUNTED, ExperimentResult
from bidder.reports.labels import Labels
from bidder.reports.numbers import NOTHING, Numbers
from bidder.reports.page import Key
from bidder.reports.theme import SERIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = ("test", "all", "validation", "train")
"""Parts of a log, the one that a verdict is given on first."""
_PRICES = ("cpm", "cpc", "cpa", "cost", "budget", "bid", "paid_each", "market_price")
_NO_CURRENCY = "XXX"


@dataclass(frozen=True)
class Cell:
    """Settings that differ in nothing but their seed: their mean is one result.

    ``budget`` is in the log's unit; ``swept`` as in the settings.
    """

    strategy: str
    budget: int
    swept: tuple[tuple[str, object], ...]
    part: str
    members: tuple[int, ...]


@dataclass(frozen=True)
class ReplayView:
    """A result with what its sections share."""

    result: ExperimentResult
    labels: Labels

    # What was played

    @cached_property
    def counts(self) -> Ints:
        """Totals of all settings, shape (settings, len(COUNTED))."""
        rows = [r.totals for r in self.result.results]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(COUNTED))

    def count(self, name: str) -> Ints:
        """One total of every setting, shape (settings,)."""
        column: Ints = self.counts[:, COUNTED.index(name)]
        return column

    @cached_property
    def cells(self) -> tuple[Cell, ...]:
        """All settings, grouped over seeds, in the order of the experiment."""
        found: dict[tuple[str, int, str, str], list[int]] = {}
        for k, s in enumerate(self.result.settings):
            found.setdefault((s.strategy, s.budget, repr(s.swept), s.part), []).append(k)
        settings = self.result.settings
        return tuple(
            Cell(s.strategy, s.budget, self.apart(s.swept), s.part, tuple(members))
            for members in found.values()
            for s in [settings[members[0]]]
        )

    @staticmethod
    def apart(swept: tuple[tuple[str, object], ...]) -> tuple[tuple[str, object], ...]:
        """Swept fields but budget and seed, which have places of their own; lists and maps as text."""
        plain = (str, bool, int, float)
        return tuple(
            (k, v if isinstance(v, plain) else str(v))
            for k, v in swept
            if k.rpartition(".")[2] not in ("budget", "seed")
        )

    @cached_property
    def part(self) -> str:
        """The part of the log on which strategies are judged."""
        known = {s.part for s in self.result.settings}
        return next((p for p in PARTS if p in known), min(known, default="all"))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """Every part, the judged one first."""
        others = dict.fromkeys(s.part for s in self.result.settings if s.part != self.part)
        return (self.part, *others)

    @cached_property
    def judged(self) -> tuple[Cell, ...]:
        """Cells of the judged part."""
        return tuple(c for c in self.cells if c.part == self.part)

    @cached_property
    def budgets(self) -> tuple[int, ...]:
        """Budgets of the judged part, rising."""
        return tuple(sorted({c.budget for c in self.judged}))

    @cached_property
    def budget(self) -> int:
        """The budget of the headline: the first one that the experiment names."""
        return self.judged[0].budget if self.judged else 0

    @cached_property
    def strategies(self) -> tuple[str, ...]:
        """Names in the order of the experiment."""
        return tuple(dict.fromkeys(c.strategy for c in self.judged))

    # The objective

    @cached_property
    def measure(self) -> str:
        """What settings are ranked by, one of COUNTED.

        What has been compared goes before the objective's own count and before what was expected,
        and a count of nothing last: with no click at all, expected clicks still tell settings apart.
        """
        options = (str(self.result.objective), "worth")
        compared = {c.measure for c in self.result.comparisons}
        for name in options:
            if name in compared and self.count(name).any():
                return name
        return next((name for name in options if self.count(name).any()), options[0])

    def total(self, cell: Cell, name: str) -> float:
        """Mean over the seeds of one total."""
        return float(np.mean([int(v) for v in self.count(name)[list(cell.members)]]))

    @cached_property
    def _ranked(self) -> dict[int, tuple[Cell, ...]]:
        by_budget: dict[int, list[Cell]] = {}
        for c in self.judged:
            by_budget.setdefault(c.budget, []).append(c)
        return {
            b: tuple(sorted(group, key=self.merit, reverse=True)) for b, group in by_budget.items()
        }

    def merit(self, cell: Cell) -> tuple[float, float]:
        """What cells are ranked by: the measure and, between equals, the expected worth."""
        return self.total(cell, self.measure), self.total(cell, "worth")

    def ranked(self, budget: int) -> tuple[Cell, ...]:
        """Cells of a budget, best first; equal ones in the order of the experiment."""
        return self._ranked.get(budget, ())

    def best_of_each(self, budget: int) -> tuple[Cell, ...]:
        """The best cell of every strategy at a budget, in the order of the strategies."""
        best: dict[str, Cell] = {}
        for c in self.ranked(budget):
            best.setdefault(c.strategy, c)
        return tuple(best[s] for s in self.strategies if s in best)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """Strategies with a colour of their own, in their order: the best at the headline's budget."""
        if len(self.strategies) <= len(SERIES):
            return self.strategies
        ranking = dict.fromkeys(c.strategy for c in self.ranked(self.budget))
        best = list(dict.fromkeys([*ranking, *self.strategies]))[: len(SERIES)]
        return tuple(s for s in self.strategies if s in best)

    @cached_property
    def colours(self) -> dict[str, str]:
        """Colour of each shown strategy, the same in every chart."""
        return dict(zip(self.shown, SERIES, strict=False))

    @cached_property
    def keys(self) -> tuple[Key, ...]:
        """Legend of the shown strategies."""
        return tuple(Key(name, shade, "line") for name, shade in self.colours.items())

    def left_out(self) -> str:
        """Which strategies have no line, as a sentence; empty when all have one."""
        hidden = len(self.strategies) - len(self.shown)
        return self.labels("rp_strategies_hidden", shown=len(self.shown), hidden=hidden) if hidden else ""

    @cached_property
    def swept(self) -> dict[str, tuple[object, ...]]:
        """Swept fields of the judged part and their values, in the order of the experiment."""
        found: dict[str, dict[str, object]] = {}
        for c in self.judged:
            for path, value in c.swept:
                found.setdefault(path, {}).setdefault(repr(value), value)
        return {path: tuple(values.values()) for path, values in found.items()}

    # Figures of a cell

    def figure(self, cell: Cell, name: str) -> float:
        """One of :func:`bidder.auctions.metrics.metrics`, of the sums over seeds; NaN where undefined."""
        settings, results, info = self.result.settings, self.result.results, self.result.info
        if len(cell.members) == 1:
            k = cell.members[0]
            value = metrics.metrics(results[k], settings[k], info)[name]
            return math.nan if value is None else float(value)
        values = [metrics.metrics(results[k], settings[k], info)[name] for k in cell.members]
        known = [float(v) for v in values if v is not None]
        return float(np.mean(known)) if known else math.nan

    def interval(self, cell: Cell, name: str) -> tuple[float, float] | None:
        """Bootstrap interval of a total, its ends averaged over seeds; None where there is none."""
        known = self.result.interval
        found = [known[k].get(name) for k in cell.members] if known else []
        ends = [e for e in found if e is not None and math.isfinite(e[0] + e[1])]
        if not ends or len(ends) < len(cell.members):
            return None
        return float(np.mean([low for low, _ in ends])), float(np.mean([high for _, high in ends]))

    # Numbers

    @cached_property
    def numbers(self) -> Numbers:
        """Formats of the language."""
        return Numbers(self.labels.lang, self.result.info.currency or _NO_CURRENCY)

    @cached_property
    def in_currency(self) -> bool:
        """Whether money is shown in currency units."""
        return self.result.in_currency and self.result.info.per_currency is not None

    @cached_property
    def currency_word(self) -> str:
        """Name of the currency unit."""
        currency = self.result.info.currency
        if currency is None:
            return self.labels("rp_currency_unit")
        return "元" if self.labels.lang == "zh" and currency == "CNY" else currency

    @cached_property
    def money_word(self) -> str:
        """The unit that money is shown in."""
        unit = self.result.info.unit
        return self.currency_word if self.in_currency else unit if len(unit) <= 24 else f"{unit[:23]}…"

    def paid(self, cost: float) -> float:
        """A cost as it is shown."""
        shown = metrics.money_amount(cost, self.result.info) if self.in_currency else cost
        return math.nan if shown is None else float(shown)

    def price(self, price: float) -> float:
        """A bid, a price or a cost per click, mille or conversion as it is shown."""
        shown = metrics.unit_amount(price, self.result.info) if self.in_currency else price
        return math.nan if shown is None else float(shown)

    def scaled(self, name: str, value: float) -> float:
        """A sum of one of COUNTED as it is shown."""
        if name == "cost":
            return self.paid(value)
        if name == "worth":
            return metrics.worth_units(value)
        return metrics.value_amount(value) if name == "value" else float(value)

    def is_money(self, name: str) -> bool:
        """Whether one of COUNTED is currency units when it is shown."""
        if name == "worth":
            return self.result.objective == "value"
        return name == "value" or (name == "cost" and self.in_currency)

    def amount(self, value: float, name: str = "") -> str:
        """A shown figure: money with its digits, counts whole, small numbers with three digits."""
        if not math.isfinite(value):
            return NOTHING
        value = round(value, 9)  # 61.99999999999999 impressions of an interval are 62
        if value == 0:
            return "0"
        if abs(value) < 1:
            return self.numbers.ratio(value) if abs(value) >= 0.1 else f"{value:.3g}"
        if self.is_money(name):
            return self.numbers.short_money(value)
        return self.numbers.count(value)

    def price_text(self, price: float) -> str:
        """A price or rate of cost with digits in keeping with its size."""
        if not math.isfinite(price):
            return NOTHING
        return f"{price:,.0f}" if abs(price) >= 10_000 else self.numbers.ratio(price) if price else "0"

    def bid_text(self, bid: int) -> str:
        """A limit on bids, without digits that only say zero."""
        shown = self.price(bid)
        return f"{shown:,.0f}" if shown.is_integer() else self.price_text(shown)

    def name_of(self, name: str) -> str:
        """One of COUNTED or of the metrics in words, without its unit."""
        key = f"rp_worth_{self.result.objective}" if name == "worth" else f"rp_{name}"
        return self.labels(key)

    def title(self, name: str) -> str:
        """One of COUNTED or of the metrics in words, with its unit where it is money."""
        unit = ""
        if name in _PRICES:
            unit = self.money_word
        elif self.is_money(name):
            unit = self.currency_word
        return self.labels("currency_axis", name=self.name_of(name), currency=unit) if unit else (
            self.name_of(name)
        )

    def with_unit(self, amount: str, unit: str) -> str:
        """An amount with its unit in running text."""
        code = self.result.info.currency
        return self.numbers.with_unit(amount) if code and unit == self.currency_word else f"{amount} {unit}"

    def measure_text(self, name: str, raw: float) -> str:
        """A sum of one of COUNTED with its unit in running text."""
        text = self.amount(self.scaled(name, raw), name)
        if name == "cost":
            return self.with_unit(text, self.money_word)
        return self.with_unit(text, self.currency_word) if self.is_money(name) else text

    def budget_text(self, budget: float) -> str:
        """A budget with its unit in running text."""
        return self.measure_text("cost", budget)

    def joined(self, *sentences: str) -> str:
        """Sentences one behind the other; English sets a space between them."""
        return ("" if self.labels.lang == "zh" else " ").join(filter(None, sentences))

    def value_text(self, value: object) -> str:
        """The value of a swept field."""
        if isinstance(value, bool):
            return self.labels("yes" if value else "no")
        if isinstance(value, (int, float)):
            return f"{value:,.6g}" if abs(value) < 1e15 else f"{value:.6g}"
        return str(value)

    def swept_text(self, swept: tuple[tuple[str, object], ...]) -> str:
        """Swept fields and their values."""
        return ", ".join(f"{path} = {self.value_text(value)}" for path, value in swept)

    def cell_name(self, cell: Cell, budget: bool = False) -> str:
        """A cell as a reader tells it from the others."""
        more = [self.swept_text(cell.swept)] if self.varies(cell) else []
        if budget and len(self.budgets) > 1:
            more.append(self.labels("rp_at_budget", budget=self.budget_text(cell.budget)))
        return f"{cell.strategy} ({', '.join(more)})" if more else cell.strategy

    @cached_property
    def _per_strategy(self) -> dict[tuple[str, int], int]:
        found: dict[tuple[str, int], int] = {}
        for c in self.judged:
            found[c.strategy, c.budget] = found.get((c.strategy, c.budget), 0) + 1
        return found

    def varies(self, cell: Cell) -> bool:
        """Whether its strategy is played more than once with its budget."""
        return self._per_strategy.get((cell.strategy, cell.budget), 0) > 1
