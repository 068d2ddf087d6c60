"""A replay as a report reads it: figures of all settings as arrays, groups of seeds, what is best."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bidder.auctions import metrics
from bidder.auctions.experiments.finalists import choices, conditions
from bidder.auctions.result import COUNTED, Comparison
from bidder.reports.page import Key
from bidder.reports.replay_units import ReplayUnits, Swept
from bidder.reports.theme import SERIES

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

PARTS = ("test", "all", "validation", "train")
"""Parts of a log, the one that a verdict is given on first."""

@dataclass(frozen=True)
class Cell:
    """Settings that differ in nothing but their seed: their mean is one result.

    ``budget`` is in the log's unit; ``swept`` as in the settings, but without budget and seed.
    """

    strategy: str
    budget: int
    swept: Swept
    part: str
    members: tuple[int, ...]

    @cached_property
    def market(self) -> Swept:
        """The swept fields that are conditions, and nobody's choice: the rules of the auction."""
        return conditions(self.swept)

    @cached_property
    def chosen(self) -> Swept:
        """The swept fields that were chosen."""
        return choices(self.swept)


@dataclass(frozen=True)
class ReplayView(ReplayUnits):
    """A result with what its sections share."""

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
    def apart(swept: Swept) -> Swept:
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
    def markets(self) -> tuple[Swept, ...]:
        """The conditions beside the budget under which everything was played, in their order."""
        return tuple({repr(c.market): c.market for c in self.judged}.values())

    @cached_property
    def market(self) -> Swept:
        """The conditions of the headline: the first ones that the experiment names."""
        return self.judged[0].market if self.judged else ()

    @cached_property
    def headline(self) -> tuple[Cell, ...]:
        """Cells under the conditions of the headline, of every budget."""
        return tuple(c for c in self.judged if c.market == self.market)

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
    def _ranked(self) -> dict[tuple[int, str], tuple[Cell, ...]]:
        scenes: dict[tuple[int, str], list[Cell]] = {}
        for c in self.judged:
            scenes.setdefault((c.budget, repr(c.market)), []).append(c)
        return {key: tuple(sorted(group, key=self.merit, reverse=True)) for key, group in scenes.items()}

    def merit(self, cell: Cell) -> tuple[float, float]:
        """What cells are ranked by: the measure and, between equals, the expected worth."""
        return self.total(cell, self.measure), self.total(cell, "worth")

    def ranked(self, budget: int, market: Swept | None = None) -> tuple[Cell, ...]:
        """Cells of a budget, best first, by default in the headline's market; equal ones in their order."""
        return self._ranked.get((budget, repr(self.market if market is None else market)), ())

    def best_of_each(self, budget: int, market: Swept | None = None) -> tuple[Cell, ...]:
        """The best cell of every strategy at a budget, in the order of the strategies."""
        best: dict[str, Cell] = {}
        for c in self.ranked(budget, market):
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

    @cached_property
    def each_name(self) -> str:
        """The figure that tells what one of the measure costs, or brings: cpc, cpa, roas or each_worth."""
        named = {"clicks": "cpc", "conversions": "cpa", "value": "roas", "worth": "each_worth"}[self.measure]
        if named == "each_worth" and self.result.objective == "value":
            return "roas_worth"
        return "cpc" if named == "roas" and self.result.info.per_currency is None else named

    def each(self, cell: Cell) -> float:
        """The figure :attr:`each_name` of a cell, as it is shown; NaN where undefined."""
        name, worth = self.each_name, metrics.worth_units(self.total(cell, "worth"))
        cost = self.total(cell, "cost")
        if name == "each_worth":
            return self.price(cost / worth / self.result.info.price_for) if worth > 0 else math.nan
        if name == "roas_worth":
            paid = metrics.money_amount(cost, self.result.info)
            return worth / paid if paid else math.nan
        value = self.figure(cell, name)
        return value if name == "roas" else self.price(value)

    def each_text(self, cell: Cell) -> str:
        """The figure :attr:`each_name` of a cell."""
        return self.price_text(self.each(cell))

    @property
    def each_title(self) -> str:
        """Title of :attr:`each_name`."""
        if self.each_name != "each_worth":
            return self.title(self.each_name)
        name = self.labels(f"rp_each_worth_{self.result.objective}")
        return self.labels("currency_axis", name=name, currency=self.money_word)

    # Comparisons

    @cached_property
    def cell_of(self) -> dict[int, Cell]:
        """The cell that each setting belongs to."""
        return {k: c for c in self.cells for k in c.members}

    @cached_property
    def compared(self) -> dict[tuple[Cell, Cell], tuple[Comparison, ...]]:
        """Comparisons by the measure, by the cells that stand first and second; one for each seed."""
        found: dict[tuple[Cell, Cell], list[Comparison]] = {}
        for c in self.result.comparisons:
            if c.measure == self.measure:
                found.setdefault((self.cell_of[c.first], self.cell_of[c.second]), []).append(c)
        return {pair: tuple(some) for pair, some in found.items()}

    def interval(self, cell: Cell, name: str) -> tuple[float, float] | None:
        """Bootstrap interval of a total, its ends averaged over seeds; None where there is none."""
        known = self.result.interval
        found = [known[k].get(name) for k in cell.members] if known else []
        ends = [e for e in found if e is not None and math.isfinite(e[0] + e[1])]
        if not ends or len(ends) < len(cell.members):
            return None
        return float(np.mean([low for low, _ in ends])), float(np.mean([high for _, high in ends]))

    # Names

    def cell_name(self, cell: Cell) -> str:
        """A cell as a reader tells it from the others with the same budget."""
        return self.qualified(cell.strategy, [self.swept_text(cell.chosen)] if self.varies(cell) else [])

    def scene_text(self, budget: int, market: Swept) -> str:
        """The conditions, as far as they vary."""
        some = [self.at_budget(budget)] if len(self.budgets) > 1 else []
        return self.labels("list_comma").join([*some, self.swept_text(market)] if market else some)

    def in_market(self) -> str:
        """Under which conditions charts are drawn, as a sentence; empty where there is one alone."""
        if len(self.markets) < 2:
            return ""
        return self.labels("rp_in_market", market=self.swept_text(self.market))

    @cached_property
    def _per_strategy(self) -> dict[tuple[str, int, str], int]:
        found: dict[tuple[str, int, str], int] = {}
        for c in self.judged:
            key = c.strategy, c.budget, repr(c.market)
            found[key] = found.get(key, 0) + 1
        return found

    def varies(self, cell: Cell) -> bool:
        """Whether its strategy is played more than once under the same conditions."""
        return self._per_strategy.get((cell.strategy, cell.budget, repr(cell.market)), 0) > 1
