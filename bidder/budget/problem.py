"""The budget problem as arrays: cells with curves, and sparse rows over spend and effect.

Maximise ``spend_value.x + effect_value.y + extra_value.e + constant`` over spend ``x`` and effect
``y`` of n cells and k extra columns ``e``, where ``0 <= y_i <= F_i(x_i)``, every ``x_i`` lies in its
own set (an interval, an interval or 0, or whole lots), ``extra_low <= e <= extra_high``, and
``row_low <= A x + G y + H e <= row_high``. A problem that minimises is kept negated (``sense = -1``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from bidder.budget.curves import CurveBank
from bidder.errors import Path

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Form(IntEnum):
    """Which spends a cell can have."""

    ANY = 0
    """Everything in [low, high]."""
    ON_OFF = 1
    """0, or everything in [on_minimum, high]."""
    LOTS = 2
    """Whole multiples of ``lot`` in [low, high]."""


class Side(IntEnum):
    """Which side of a row or cell a limit stands on."""

    MIN = -1
    MAX = 1


class Unit(StrEnum):
    """Unit of a limit."""

    MONEY = "money"
    SHARE = "share"
    ROAS = "revenue per spend"
    CPA = "money per conversion"
    CONVERSIONS = "conversions"
    CUSTOMERS = "new customers"
    PERCENT = "percent"
    LOTS = "lots"
    IMPRESSIONS = "impressions"


@dataclass(frozen=True)
class Cells:
    """Campaign x period, campaign-major: cell = campaign * periods + period.

    Attributes
    ----------
    campaign, period : int arrays, shape (n,)
    curves : CurveBank
        Effect of each cell (conversions, over all periods they arrive in) as a function of spend.
    low, high : float arrays, shape (n,)
        Interval of spend, currency units; high is finite.
    form : int array, shape (n,)
        Values of :class:`Form`.
    on_minimum : float array, shape (n,)
        Least spend when on (Form.ON_OFF), else 0.
    lot : float array, shape (n,)
        Price of a lot (Form.LOTS), else 0.
    """

    campaign: Integers
    period: Integers
    curves: CurveBank
    low: Floats
    high: Floats
    form: NDArray[np.int8]
    on_minimum: Floats
    lot: Floats

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True)
class Linear:
    """Rows of ``spend.x + effect.y + extra.e + constant``: m expressions over n cells, k extras."""

    spend: sparse.csr_array
    effect: sparse.csr_array
    extra: sparse.csr_array
    constant: Floats

    def at(self, x: Floats, y: Floats, e: Floats) -> Floats:
        """Value of each row, shape (m,)."""
        value: Floats = self.spend @ x + self.effect @ y + self.extra @ e + self.constant
        return value

    def __len__(self) -> int:
        return len(self.constant)


@dataclass(frozen=True)
class Extras:
    """Columns that are neither spend nor effect: lost sales, moved spend, risk variables."""

    low: Floats
    high: Floats
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.low)


@dataclass(frozen=True)
class Limits:
    """Every limit a planner wrote, one entry per direction and period (K entries, columns of data).

    A limit is either a side of a row (``row`` >= 0) or of a cell's spend (``cell`` >= 0, ``row`` = -1).
    For rows made from a limit L as ``numerator - L * denominator <= rhs`` (or >=), ``denominators``
    holds the denominator, so that value = L + (activity - rhs) / denominator and price = dual *
    denominator; for a plain row (rhs = L) the denominator is the constant 1; for the lower side of
    a row written as activity >= -L it is the constant -1.

    Attributes
    ----------
    name : tuple of str
        In planner's words; unique together with ``when``.
    when : tuple of str
        ISO date of the period's first day, or "" over the horizon.
    kind : tuple of str
        spend, share, roas, cpa, outcome, cash, ramp, lock, stock, retargeting, budget, lots, replan.
    scope : tuple of str
        "everything", "channel search", "campaign social/feed", "group x".
    unit : tuple of Unit
    limit : float array, shape (K,)
        As the planner wrote it, in ``unit``.
    side : int array, shape (K,)
        Values of :class:`Side`: whether ``limit`` is a most or a least.
    row, cell : int arrays, shape (K,)
    row_side : int array, shape (K,)
        Which side of the row: 1 its upper, -1 its lower (0 for cells).
    path : tuple of Path
        Where the limit stands in the YAML.
    denominators : Linear
        K rows.
    """

    name: tuple[str, ...]
    when: tuple[str, ...]
    kind: tuple[str, ...]
    scope: tuple[str, ...]
    unit: tuple[Unit, ...]
    limit: Floats
    side: NDArray[np.int8]
    row: Integers
    cell: Integers
    row_side: NDArray[np.int8]
    path: tuple[Path, ...]
    denominators: Linear

    def __len__(self) -> int:
        return len(self.limit)


@dataclass(frozen=True)
class RiskRows:
    """Rows ``outcome_k - eta + shortfall_k >= 0`` of the CVaR, one per draw.

    ``total`` is the sum their duals must have, ``cap`` the most one of them may have (Rockafellar and
    Uryasev, "Optimization of conditional value-at-risk", 2000); the certificate projects onto both.
    ``columns`` are the extras eta and the shortfalls, whose reduced costs are then exactly 0.
    """

    rows: Integers
    columns: Integers
    total: float
    cap: float


@dataclass(frozen=True)
class Problem:
    """One separable problem with linear side constraints.

    Attributes
    ----------
    sense : int
        1 when the user maximises, -1 when the user minimises (objective is kept negated).
    quantum : float
        Smallest step of spend: one minor unit, in currency units.
    """

    cells: Cells
    rows: Linear
    row_low: Floats
    row_high: Floats
    extras: Extras
    spend_value: Floats
    effect_value: Floats
    extra_value: Floats
    constant: float
    sense: int
    quantum: float
    limits: Limits
    risk: RiskRows | None = None

    def objective(self, x: Floats, y: Floats, e: Floats) -> float:
        """Value being maximised (negated cost when the user minimises)."""
        value = self.spend_value @ x + self.effect_value @ y + self.extra_value @ e
        return float(value) + self.constant


def empty_rows(cells: int, extras: int, rows: int = 0) -> Linear:
    """Rows with no coefficients."""
    return Linear(
        sparse.csr_array((rows, cells)), sparse.csr_array((rows, cells)),
        sparse.csr_array((rows, extras)), np.zeros(rows),
    )
