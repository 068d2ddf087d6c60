"""Plan ad budgets, set keyword bids and replay auctions.

The few names a notebook needs; each is loaded when it is first used::

    import bidder

    loaded = bidder.load_plan("configs/double-11.yaml")
    plan = bidder.make_plan(loaded.spec)
    plan.cells, plan.constraints, plan.gap

    outcome = bidder.run_replay("simulations/pacing.yaml")
    outcome.summary["best"]

    night = bidder.run_propose("configs/nightly.yaml", date(2026, 10, 12))
    night.proposal.alpha, night.proposal.bids.new

A strategy of one's own begins with ``from bidder import Control, Strategy, StrategyParams``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bidder.auctions.experiments.spec_log import LogSpec as LogSpec
    from bidder.auctions.log import AuctionLog as AuctionLog
    from bidder.auctions.log import LogInfo as LogInfo
    from bidder.auctions.replay import Replay as Replay
    from bidder.auctions.rules import Episodes as Episodes
    from bidder.auctions.rules import Rules as Rules
    from bidder.auctions.strategies.base import Control as Control
    from bidder.auctions.strategies.base import Market as Market
    from bidder.auctions.strategies.base import Requests as Requests
    from bidder.auctions.strategies.base import Strategy as Strategy
    from bidder.auctions.strategies.base import StrategyParams as StrategyParams
    from bidder.auctions.strategies.base import View as View
    from bidder.auctions.strategies.registry import params_model as params_model
    from bidder.auctions.strategies.registry import strategy_class as strategy_class
    from bidder.auctions.worth import Objective as Objective
    from bidder.budget.frontier import frontier as frontier
    from bidder.budget.plan import make_plan as make_plan
    from bidder.budget.plan import value_spend as value_spend
    from bidder.budget.result import Plan as Plan
    from bidder.budget.spec import PlanSpec as PlanSpec
    from bidder.files.auction_logs import open_log as open_log
    from bidder.jobs.bids.nightly import run_nightly as run_nightly
    from bidder.jobs.bids.propose import run_propose as run_propose
    from bidder.jobs.config import load_plan as load_plan
    from bidder.jobs.replay import run_replay as run_replay
    from bidder.jobs.replay_document import document as replay_document

__version__ = "0.1.0"

_HOMES = {
    "Plan": "bidder.budget.result",
    "PlanSpec": "bidder.budget.spec",
    "frontier": "bidder.budget.frontier",
    "load_plan": "bidder.jobs.config",
    "run_nightly": "bidder.jobs.bids.nightly",
    "run_propose": "bidder.jobs.bids.propose",
    "make_plan": "bidder.budget.plan",
    "value_spend": "bidder.budget.plan",
    "AuctionLog": "bidder.auctions.log",
    "Control": "bidder.auctions.strategies.base",
    "Episodes": "bidder.auctions.rules",
    "LogInfo": "bidder.auctions.log",
    "LogSpec": "bidder.auctions.experiments.spec_log",
    "Market": "bidder.auctions.strategies.base",
    "Objective": "bidder.auctions.worth",
    "Replay": "bidder.auctions.replay",
    "Requests": "bidder.auctions.strategies.base",
    "Rules": "bidder.auctions.rules",
    "Strategy": "bidder.auctions.strategies.base",
    "StrategyParams": "bidder.auctions.strategies.base",
    "View": "bidder.auctions.strategies.base",
    "open_log": "bidder.files.auction_logs",
    "params_model": "bidder.auctions.strategies.registry",
    "replay_document": "bidder.jobs.replay_document:document",
    "run_replay": "bidder.jobs.replay",
    "strategy_class": "bidder.auctions.strategies.registry",
}
"""Where each name lives: a module, with ``:name`` where it has another name there."""

__all__ = [
    "AuctionLog", "Control", "Episodes", "LogInfo", "LogSpec", "Market", "Objective", "Plan", "PlanSpec",
    "Replay", "Requests", "Rules", "Strategy", "StrategyParams", "View", "__version__", "frontier",
    "load_plan", "make_plan", "open_log", "params_model", "replay_document", "run_replay",
    "strategy_class", "value_spend",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        module, _, attribute = _HOMES[name].partition(":")
        return getattr(import_module(module), attribute or name)
    raise AttributeError(f"module 'bidder' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
