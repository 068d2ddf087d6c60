"""Exactly what the YAML of ``bidder replay`` may say; :class:`ExperimentSpec` is the root.

Any field of :class:`VariedSpec`, and any field of a strategy, may hold a list or a range in place of one
value and is then swept (see :mod:`bidder.auctions.experiments.sweep`); the models here describe one
combination.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.auctions.experiments.spec_parts import (
    AuctionSpec,
    BidsSpec,
    CompareSpec,
    EpisodesSpec,
    FrequencyCapSpec,
    RetargetingSpec,
    SplitSpec,
    SweepSpec,
    TickSpec,
)
from bidder.auctions.rules import Outcomes, OverBudget
from bidder.auctions.worth import Objective
from bidder.quantities import Spec


class VariedSpec(Spec):
    """What may differ between settings, besides the strategies' own parameters."""

    auction: AuctionSpec = AuctionSpec()
    """The rules of the auction."""
    bids: BidsSpec = BidsSpec()
    """What a bid may be."""
    episodes: EpisodesSpec
    """How auctions are cut into episodes, and their budget."""
    over_budget: OverBudget = OverBudget.CLIP_BID
    """What happens to a bid above the balance: clip_bid lowers it to the balance, skip leaves the auction
    out, stop ends bidding until the next episode."""
    tick: TickSpec | None = None
    """How often a strategy looks at its results; by default every 15 minutes, or 24 times in an episode
    that is counted in auctions."""
    frequency_cap: FrequencyCapSpec | None = None
    """How often a user may see us; left out: no limit."""
    retargeting: RetargetingSpec | None = None
    """Who may see us; left out: everybody."""
    outcomes: Outcomes = Outcomes.LOGGED
    """Where clicks and conversions come from: logged, or drawn with pctr and pcvr."""
    objective: Objective = Objective.CLICKS
    """What the campaign is after: clicks, conversions or value."""
    seed: Annotated[int, Field(ge=0, le=2**62)] = 1
    """Seed of every random number; a list or {repeat: n} runs each setting with several."""


class ExperimentSpec(VariedSpec):
    """Strategies replayed over a log of past auctions."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    """Name of the experiment."""
    log: LogSpec
    """The log of past auctions."""
    training: LogSpec | None = None
    """An earlier log, from which strategies learn landscapes and price distributions."""
    split: SplitSpec | None = None
    """The log in parts by time: train, validation, test."""
    money: Literal["log_unit", "currency"] = "log_unit"
    """Whether amounts of money, here and in results.csv, are in the log's unit or in currency units."""
    strategies: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=10_000)]
    """The strategies: name, kind, and the parameters of the kind."""
    sweep: SweepSpec = SweepSpec()
    """How many of the combinations of swept fields are run."""
    compare: CompareSpec = CompareSpec()
    """How strategies are compared."""


VARIED = tuple(VariedSpec.model_fields)
"""Top-level keys that may be swept."""
