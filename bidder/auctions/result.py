"""What a replay brings: totals, episodes and course of every setting, and how they compare."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bidder.arrays import Ints
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.log import LogInfo
from bidder.auctions.rules import Episodes, Rules
from bidder.auctions.worth import Objective

COUNTED = ("auctions", "entered", "impressions", "clicks", "conversions", "cost", "value", "worth")
"""What is counted of every setting, all int64: ``cost`` in the log's unit, ``value`` (of conversions)
in millionths of the currency unit, ``worth`` (see :mod:`bidder.auctions.worth`) in billionths."""

STEPS = 24
"""Parts of an episode for which the course is kept."""


@dataclass(frozen=True)
class SettingResult:
    """Figures of one setting.

    Attributes
    ----------
    totals : ndarray of int64, shape (len(COUNTED),)
        Over everything replayed.
    episodes : ndarray of int64, shape (E, len(COUNTED))
        For each episode of each campaign, campaign by campaign in the order of ``info.campaigns``.
    course : ndarray of int64, shape (STEPS, len(COUNTED))
        For each 24th of an episode, summed over the episodes.
    bound : int or None
        The most worth that anybody could have had in hindsight with the same budgets (an upper
        bound), billionths; None where the log does not allow to tell.
    extra : dict
        More figures by name; ``budget_total`` is the budget of all episodes together, log's unit.
    """

    totals: Ints
    episodes: Ints
    course: Ints
    bound: int | None = None
    extra: dict[str, Any] = field(default_factory=dict)

    def total(self, name: str) -> int:
        """One of the totals by its name."""
        return int(self.totals[COUNTED.index(name)])


@dataclass(frozen=True)
class Setting:
    """One strategy under one combination of everything that is swept.

    Attributes
    ----------
    strategy : str
        Its name in the experiment.
    kind : str
    budget : int
        Of a full episode, in the log's unit.
    seed : int
    swept : tuple of (str, object)
        Every swept field by its path (``base_bid``, ``bids.max``) and its value here.
    part : str
        ``all``, or the part of the log: ``train``, ``validation``, ``test``.
    """

    strategy: str
    kind: str
    budget: int
    seed: int
    swept: tuple[tuple[str, Any], ...] = ()
    part: str = "all"


@dataclass(frozen=True)
class Comparison:
    """Two settings over the same episodes, episode by episode.

    Attributes
    ----------
    first, second : int
        Positions in :attr:`ExperimentResult.settings`.
    measure : str
        One of COUNTED.
    pairs : int
        Number of episodes compared.
    difference : float
        Mean of first minus second for an episode.
    low, high : float
        Bootstrap interval of the mean at ``level``.
    p_value : float
        Of the paired test, two-sided.
    level : float
    p_adjusted : float or None
        The p-value adjusted for the number of comparisons (Holm).
    """

    first: int
    second: int
    measure: str
    pairs: int
    difference: float
    low: float
    high: float
    p_value: float
    level: float = 0.95
    p_adjusted: float | None = None


@dataclass(frozen=True)
class Tuned:
    """A strategy's parameters chosen on an earlier part of the log and faced with the later one.

    Attributes
    ----------
    strategy : str
    chosen : tuple of (str, object)
        Parameters and their values.
    train_score, validation_score, test_score : float
        The measure tuned for, for an episode on average, with the chosen parameters on each part.
    best_test_score : float
        What the best parameters for the test part would have brought: known only in hindsight.
    measure : str
        What was tuned for, one of COUNTED; the scores are in its unit (``worth`` in billionths).
    swept : tuple of (str, object)
        What else was swept, such as the budget, where this was the choice.
    """

    strategy: str
    chosen: tuple[tuple[str, Any], ...]
    train_score: float
    validation_score: float | None
    test_score: float
    best_test_score: float
    measure: str = "worth"
    swept: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Drift:
    """How one column differs between an earlier and the last part of the log.

    Attributes
    ----------
    column : str
        ``market_price``, ``pctr``, ``click``.
    parts : tuple of str
        Names of the parts.
    mean : tuple of float
        Mean in each part.
    stability : float
        Population stability index of the last part against the first.
    """

    column: str
    parts: tuple[str, ...]
    mean: tuple[float, ...]
    stability: float


@dataclass(frozen=True)
class ExperimentResult:
    """All of an experiment.

    Attributes
    ----------
    name : str
    info : LogInfo
    rules : Rules
    episodes : Episodes
        Of the first setting, where they are swept.
    objective : Objective
    in_currency : bool
        Whether money is shown in currency units rather than in the log's unit.
    settings : tuple of Setting
    results : tuple of SettingResult
        As long as ``settings``.
    comparisons : tuple of Comparison
    tuned : tuple of Tuned
    drift : tuple of Drift
    prices : PriceDistribution or None
        Market prices of the log.
    notes : tuple of str
        What the reader must know: that the log was censored, rows left out, and so on.
    interval : tuple of dict
        As long as ``settings``: by measure, the bootstrap interval (low, high) of its total.
    part_info : LogInfo or None
        Of the part of the log that is reported, with its own times; None: as ``info``.
    """

    name: str
    info: LogInfo
    rules: Rules
    episodes: Episodes
    objective: Objective
    in_currency: bool
    settings: tuple[Setting, ...]
    results: tuple[SettingResult, ...]
    comparisons: tuple[Comparison, ...] = ()
    tuned: tuple[Tuned, ...] = ()
    drift: tuple[Drift, ...] = ()
    prices: PriceDistribution | None = None
    notes: tuple[str, ...] = ()
    interval: tuple[dict[str, tuple[float, float]], ...] = ()
    part_info: LogInfo | None = None
