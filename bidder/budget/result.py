"""What a solved plan is: frozen values and tables, nothing that writes or draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from bidder.budget.accounts import Accounts
    from bidder.budget.linear import Basis
    from bidder.budget.problem import Problem
    from bidder.budget.spec import PlanSpec

Floats = NDArray[np.float64]

NOTHING = 1e-4
"""Objectives smaller than this (a hundredth of a fen) are nothing: rounding errors of larger terms."""

SCHEMA_VERSION = 1
"""Version of summary.json and the CSV files."""


@dataclass(frozen=True)
class Round:
    """One round of the successive linear program."""

    number: int
    columns: int
    gap: float


@dataclass(frozen=True)
class Solution:
    """A feasible point with its certificate, in the problem's own (maximising) sense.

    Attributes
    ----------
    x, y, e : float arrays
        Spend and true effect of each cell (n,), extras (k,).
    objective : float
        Value at this point on the true curves.
    bound : float
        No feasible point has a higher value (Lagrangian or branch and bound on the true curves).
    duals : float array, shape (m,)
        Multipliers of the rows: positive for an upper side that holds it back, negative for a lower.
    reduced : float array, shape (n,)
        Derivative of the Lagrangian with respect to each cell's spend: the price of its interval.
    rounds : tuple of Round
    nodes : int
        Branch-and-bound nodes solved (1 when the curves are concave).
    basis : Basis or None
        Of the last linear program, to start a nearby problem from.
    newton : bool
        Whether Newton's method found it; else linear programs did.
    """

    x: Floats
    y: Floats
    e: Floats
    objective: float
    bound: float
    duals: Floats
    reduced: Floats
    rounds: tuple[Round, ...]
    nodes: int
    basis: Basis | None = None
    newton: bool = False

    @property
    def gap(self) -> float:
        """(bound - objective) / |bound|, never negative."""
        return relative_gap(self.objective, self.bound)


def relative_gap(objective: float, bound: float) -> float:
    """Certified gap of a maximisation: (bound - objective) / |bound|, at least 0."""
    size = max(abs(bound), abs(objective), NOTHING)
    return max(0.0, (bound - objective) / size)


@dataclass(frozen=True)
class Plan:
    """A budget plan with its proof and prices.

    Attributes
    ----------
    spec : PlanSpec
    problem, accounts : the arrays it was solved on
    status : str
        "optimal" when the certified gap is within the tolerance asked for, else "stopped".
    objective : float
        In the user's sense and unit, on the true curves, of the rounded spends.
    upper_bound : float
        No plan can do better (when minimising: no plan can do with less).
    gap : float
        (upper_bound - objective) / upper_bound (when minimising: (objective - bound) / objective).
    spend : float array, shape (n,)
        Rounded spend of each cell, currency units; ``problem.cells`` tells campaign and period.
    effect : float array, shape (n,)
        True effect of each cell, conversions over all periods they arrive in.
    extra : float array, shape (k,)
    cells : DataFrame
        One row per cell: channel, campaign, period_start (ISO text), spend, conversions (arriving in
        the period, lost sales taken off), revenue, marginal_roas, profit, new_customers,
        lifetime_value, lost (conversions lost for want of stock), past (True where locked by actuals),
        and old_spend when re-planning.
    constraints : DataFrame
        One row per limit and period: constraint, kind, scope, limit, value, slack, shadow_price, when
        (ISO first day or ""), unit, binding (bool), sentence (the price in words).
    pools : DataFrame
        campaign, period_start, people, impressions, impressions_possible (empty without retargeting).
    totals : dict
        spend, conversions, revenue, profit, new_customers, lifetime_value, roas, cpa, and
        conversions_after_end.
    draws : float array, shape (draws,), or None
        Objective's outcome in each draw of the risk section (revenue, profit, ... of the plan).
    solution : Solution
        Before rounding.
    solver : str
        What found it: a linear solver's name, or "newton".
    """

    spec: PlanSpec
    problem: Problem
    accounts: Accounts
    status: str
    objective: float
    upper_bound: float
    gap: float
    spend: Floats
    effect: Floats
    extra: Floats
    cells: pd.DataFrame
    constraints: pd.DataFrame
    pools: pd.DataFrame
    totals: dict[str, float]
    draws: Floats | None
    solution: Solution
    solver: str

    def summary(self) -> dict[str, Any]:
        """What summary.json holds."""
        return {
            "schema_version": SCHEMA_VERSION,
            "name": self.spec.name,
            "currency": self.spec.currency,
            "status": self.status,
            "objective": self.objective,
            "upper_bound": self.upper_bound,
            "gap": self.gap,
            **self.totals,
            "solver": self.solver,
            "rounds": len(self.solution.rounds),
            "nodes": self.solution.nodes,
        }
