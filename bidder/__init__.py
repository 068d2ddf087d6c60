"""Plan ad budgets, set keyword bids and replay auctions.

The few names a notebook needs; each is loaded when it is first used::

    import bidder

    loaded = bidder.load_plan("configs/double-11.yaml")
    plan = bidder.make_plan(loaded.spec)
    plan.cells, plan.constraints, plan.gap
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bidder.budget.frontier import frontier as frontier
    from bidder.budget.plan import make_plan as make_plan
    from bidder.budget.plan import value_spend as value_spend
    from bidder.budget.result import Plan as Plan
    from bidder.budget.spec import PlanSpec as PlanSpec
    from bidder.jobs.config import load_plan as load_plan

__version__ = "0.1.0"

_HOMES = {
    "Plan": "bidder.budget.result",
    "PlanSpec": "bidder.budget.spec",
    "frontier": "bidder.budget.frontier",
    "load_plan": "bidder.jobs.config",
    "make_plan": "bidder.budget.plan",
    "value_spend": "bidder.budget.plan",
}

__all__ = ["Plan", "PlanSpec", "__version__", "frontier", "load_plan", "make_plan", "value_spend"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'bidder' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
