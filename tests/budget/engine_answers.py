"""Two campaigns, and answers about them worked out by hand or by searching along a line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from engine_problems import campaign, hill, plan
from scipy.optimize import brentq, minimize_scalar

from bidder.budget.spec import PlanSpec

A, B, C = hill(100, 50), hill(80, 20), hill(60, 90)
DAYS = ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05"]


def pair(periods: int = 1, **parts: Any) -> PlanSpec:
    """Two campaigns of different channels, 10 and 12 an order."""
    return plan({"search/a": campaign(A, 10), "social/b": campaign(B, 12)}, periods, **parts)


def saturating(x: Any, ceiling: float, half: float) -> Any:
    return ceiling * x / (half + x)


def revenue(a: Any, b: Any) -> Any:
    return 10 * saturating(a, 100, 50) + 12 * saturating(b, 80, 20)


def water_filling(total: float, worth: list[float], ceilings: list[float], halves: list[float]) -> np.ndarray:
    """Spends with equal marginal value: closed form given the price, whose root is then sought."""
    w, c, h = (np.array(v, dtype=float) for v in (worth, ceilings, halves))

    def spend(price: float) -> np.ndarray:
        return np.maximum(np.sqrt(w * c * h / price) - h, 0.0)

    price = brentq(lambda k: spend(np.exp(k)).sum() - total, -40, 40, xtol=1e-14)
    return spend(np.exp(price))


def best_split(value: Callable[[float], float], low: float, high: float) -> float:
    """Maximum of a concave function of one variable."""
    found = minimize_scalar(
        lambda x: -value(x), bounds=(low, high), method="bounded", options={"xatol": 1e-10}
    )
    return max(-found.fun, value(low), value(high))
