"""Who sets the bids in a rehearsal: the nightly job itself, nobody, or somebody who knows the truth."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.jobs.bids.config import LoadedBids
from bidder.jobs.rehearse_reports import PlayedReports
from bidder.keywords.spec_reports import ReportKind, ReportReader, ReportSource
from bidder.money import MICROS
from bidder.worlds.hours import SLOTS
from bidder.worlds.keywords import whole_minor
from bidder.worlds.played import PlayedWorld
from bidder.worlds.played_day import DayResult, Expected

if TYPE_CHECKING:
    from bidder.keywords.result import CarriedAlpha, Proposal
    from bidder.ledger.records import Schedules

REPORTS = (
    ("keyword_report.csv", ReportKind.KEYWORDS), ("hour_report.csv", ReportKind.HOURS),
    ("search_lag.csv", ReportKind.LAGS),
)


@dataclass(frozen=True)
class Decision:
    """What a night came to.

    Attributes
    ----------
    bids : ndarray of int64, shape (J,)
        For the day after, micros, in the order of the world's keywords.
    schedule : ndarray of float64, shape (C, 168)
    alpha, in_force : float
    bound_by : str
    budget : float or None
        Currency units.
    forecast : float
        Expected spend of the day, currency units.
    changed : int
    stopped : bool
    """

    bids: Ints
    schedule: Floats
    alpha: float
    in_force: float
    bound_by: str
    budget: float | None
    forecast: float
    changed: int
    stopped: bool


class Policy(Protocol):
    """Somebody who sets bids night after night."""

    def decide(self, last: int) -> Decision:
        """Bids for the day after ``last``, knowing what was reported by its end."""


class JobPolicy:
    """The nightly job, through files: reports are written, read, and a run folder comes out.

    The ledger is left out; what it would remember (the multiplier and the schedule in force) is kept here.
    A night that a guardrail stops leaves everything as it was.
    """

    def __init__(self, loaded: LoadedBids, world: PlayedWorld, folder: Path) -> None:
        self._world = world
        self._reports = PlayedReports(world, folder)
        self._folder = folder
        sources = [ReportSource(reader=ReportReader.CANONICAL, path=p, kind=k) for p, k in REPORTS]
        spec = loaded.spec.model_copy(update={"reports": sources})
        self._loaded = replace(loaded, spec=spec, path=folder / loaded.path.name)
        words = world.keywords
        campaigns = [words.campaigns[c] for c in words.campaign]
        keys = zip(campaigns, words.ad_group, words.name, words.match_type, strict=True)
        self._place = {key: j for j, key in enumerate(keys)}
        self._schedule = np.ones((len(words.campaigns), SLOTS))
        self._alpha: CarriedAlpha | None = None
        self._schedules: Schedules | None = None

    def decide(self, last: int) -> Decision:
        """One night."""
        from bidder.jobs.bids.night import Memory
        from bidder.jobs.bids.output import schedules
        from bidder.jobs.bids.propose import propose_read
        from bidder.jobs.bids.reading import read_account

        self._reports.write(last)
        date = self._world.dates[last]
        data = read_account(self._loaded, date)
        memory = Memory({}, {}, self._alpha, self._schedules, ())
        proposal = propose_read(
            self._loaded, data, memory, date, self._folder / "run", report=False
        ).proposal
        bids = self._world.results[last].bids
        if not proposal.stopped:
            bids = self._bids(proposal, bids)
            self._schedule = self._week(proposal)
            self._alpha, self._schedules = proposal.alpha.carried, schedules(proposal)
        changed = int((bids != self._world.results[last].bids).sum())
        alpha = proposal.alpha
        return Decision(
            bids, self._schedule, alpha.chosen, alpha.in_force, alpha.bound_by, proposal.budget,
            proposal.effect.spend.mean, changed, proposal.stopped,
        )

    def _bids(self, proposal: Proposal, before: Ints) -> Ints:
        from bidder.jobs.bids.night import key_of

        table, bids = proposal.night.keywords, before.copy()
        places = np.array([self._place[key_of(table, j)] for j in range(len(table))], dtype=np.int64)
        known = proposal.bids.new >= 0
        bids[places[known]] = proposal.bids.new[known]
        return bids

    def _week(self, proposal: Proposal) -> Floats:
        week = np.ones_like(self._schedule)
        number = {name: c for c, name in enumerate(self._world.keywords.campaigns)}
        for c, name in enumerate(proposal.schedule.campaigns):
            week[number[name]] = proposal.schedule.modifier[c]
        return week


WIDE = np.exp(np.linspace(-0.7, 0.7, 15))
NARROW = np.exp(np.linspace(-0.1, 0.1, 9))
TRIES = 8
"""Most tries of a day in one night."""
NEAR = 0.03
"""How near, in logarithms, the bids tried must be to those chosen."""


class Scaled:
    """Bids that keep their proportions: every day all are multiplied by what suits that very day.

    The day is tried before it is bid for, and the factor is the highest at which it keeps both target and
    budget.

    Attributes
    ----------
    factor : float
        Of the last night.
    """

    def __init__(self, world: PlayedWorld, bids: Floats, schedule: Floats | None, target: float) -> None:
        """``bids`` (J,) in currency units at factor 1; ``schedule`` (C, 168)."""
        self._world, self._bids, self._schedule, self._target = world, bids, schedule, target
        self._levels: Floats = WIDE
        self.factor = 1.0

    def night(self, day: int, budget: float | None) -> Expected:
        """True expectation of a day at the best factor."""
        levels = self._levels
        for _ in range(TRIES):
            step, found = best_level(self._try(day, levels), self._target, budget)
            self.factor *= step
            if levels is NARROW and abs(np.log(step)) <= NEAR:
                break
            # Competitors react to the bids: far from the bids tried, the levels tell little.
            levels = NARROW if levels[0] < step < levels[-1] else WIDE
        self._levels = NARROW
        return found

    def _try(self, day: int, levels: Floats) -> DayResult:
        bids = whole_minor(self._bids * self.factor, self._world.spec.currency)
        return self._world.try_day(day, bids, self._schedule, levels=levels.tolist())


def oracle(world: PlayedWorld, target: float) -> Scaled:
    """Somebody who knows every conversion rate, by hour too; the factor is the multiplier alpha."""
    return Scaled(world, world.true_value / target, world.true_schedule, target)


def as_begun(world: PlayedWorld, target: float) -> Scaled:
    """The bids of the beginning, all multiplied alike."""
    return Scaled(world, world.keywords.max_cpc / MICROS, None, target)


def best_level(result: DayResult, target: float, budget: float | None) -> tuple[float, Expected]:
    """Highest factor on a day's bids that keeps target and budget, and what is then expected.

    ROAS falls and spend rises with the factor; between two levels they are taken as straight lines. Where
    no level keeps them it is the lowest one.
    """
    levels = [result.expected_at(k) for k in range(len(result.levels))]
    roas = np.minimum.accumulate([e.roas for e in levels])
    spend = np.maximum.accumulate([e.spend for e in levels])
    places = np.arange(len(levels), dtype=np.float64)
    place = float(np.interp(-target, -roas, places))
    if budget is not None:
        place = min(place, float(np.interp(budget, spend, places)))
    factor = float(np.exp(np.interp(place, places, np.log(result.levels))))
    values = zip(*((e.impressions, e.clicks, e.spend, e.conversions, e.revenue) for e in levels), strict=True)
    return factor, Expected(*(float(np.interp(place, places, v)) for v in values))


def within(expected: Expected, budget: float | None) -> Expected:
    """What a platform's budget leaves of a day: it ends the day early, at the same ROAS."""
    share = 1.0 if budget is None or expected.spend <= budget else budget / expected.spend
    e = expected
    return Expected(*(x * share for x in (e.impressions, e.clicks, e.spend, e.conversions, e.revenue)))


def measured(result: DayResult) -> tuple[float, float]:
    """Cost and revenue of a day's clicks once all is reported, currency units."""
    total = result.by_keyword().sum(axis=0)
    return float(total[2]) / MICROS, float(total[4]) / MICROS
