"""What a plan means, worked out with plain loops: the yardstick for the compiled arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bidder.budget.problem import Problem
from bidder.budget.spec import PlanSpec


def limit_values(problem: Problem, x: Any, y: Any, e: Any) -> dict[tuple[str, str], float]:
    """Value of every limit by (name, when), from the formula its columns promise."""
    limits = problem.limits
    activity = problem.rows.at(x, y, e)
    denominators = limits.denominators.at(x, y, e)
    found = {}
    for k in range(len(limits)):
        key = (limits.name[k], limits.when[k])
        assert key not in found, key
        if limits.row[k] < 0:
            found[key] = x[limits.cell[k]] / denominators[k]
            continue
        side = problem.row_high if limits.row_side[k] == 1 else problem.row_low
        rest = (activity[limits.row[k]] - side[limits.row[k]]) / denominators[k]
        found[key] = limits.limit[k] + rest
    return found


def f(curve: Any, x: float) -> float:
    if curve.kind == "hill":
        raised = x**curve.slope
        return curve.ceiling * raised / (curve.half_spend**curve.slope + raised)
    if curve.kind == "log":
        return curve.scale * math.log(1 + x / curve.spend_scale)
    if curve.kind == "power":
        return curve.coefficient * x**curve.exponent
    last = curve.points[-1]
    if x >= last[0]:
        return last[1]
    for (x0, y0), (x1, y1) in zip(curve.points, curve.points[1:], strict=False):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    raise AssertionError


class Reference:
    """Results of spends ``x[campaign name][period]``."""

    def __init__(self, spec: PlanSpec, x: np.ndarray, actuals: Any = None) -> None:
        self.spec, self.horizon = spec, spec.horizon.resolve()
        self.names = list(spec.campaigns())
        self.campaigns = list(spec.campaigns().values())
        self.T = len(self.horizon)
        self.P = 0 if actuals is None else actuals.spend.shape[1]
        self.x = {n: [float(v) for v in x[k]] for k, n in enumerate(self.names)}
        self.whens = [d.isoformat() for d in self.horizon.starts]
        self.d, self.p, self.v = {}, {}, {}
        for n in self.names:
            self._indices(n)
        self.y: dict[str, list[float]] = {}
        self.delivered: dict[str, list[float]] = {}
        self.after: dict[str, float] = {}
        for k, n in enumerate(self.names):
            self._deliver(k, n, actuals)

    def channel(self, name: str) -> str:
        return name.split("/")[0]

    def _indices(self, n: str) -> None:
        entries = [
            *self.spec.seasonality, *self.spec.channels[self.channel(n)].seasonality,
            *self.spec.campaigns()[n].seasonality,
        ]
        sums = [[0.0] * self.T for _ in range(3)]
        for day, t in zip(self.horizon.dates, self.horizon.period_of_day, strict=True):
            factors = [1.0, 1.0, 1.0]
            for s in entries:
                first, last = s.dates or (s.date or day, s.date or day)
                weekdays = [w.value for w in s.weekdays] if s.weekdays else None
                named = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][day.weekday()]
                if first <= day <= last and (weekdays is None or named in weekdays):
                    given = (s.traffic, s.price, s.conversion)
                    factors = [a * b for a, b in zip(factors, given, strict=True)]
            for total, factor in zip(sums, factors, strict=True):
                total[t] += factor
        days = [int(k) for k in self.horizon.days]
        self.d[n], self.p[n], self.v[n] = ([a / b for a, b in zip(s, days, strict=True)] for s in sums)

    def effect(self, n: str, t: int, spend: float) -> float:
        c = self.spec.campaigns()[n]
        d, p, v = self.d[n][t], self.p[n][t], self.v[n][t]
        if c.curve is None:
            return min(spend / (c.buying.rate * c.order_value), c.buying.max_conversions * v * d)
        return v * d * f(c.curve, spend / (p * d))

    def weights(self, n: str) -> list[float]:
        carry = self.spec.campaigns()[n].carryover
        if carry is None:
            return [1.0]
        geometric = carry.kind == "geometric"
        raw = [carry.retention**k for k in range(carry.periods)] if geometric else carry.weights
        return [w / sum(raw) for w in raw]

    def _deliver(self, k: int, n: str, actuals: Any) -> None:
        T, P, w = self.T, self.P, self.weights(n)
        before = self.spec.campaigns()[n].carry_in
        old, new, old_after, new_after = [0.0] * T, [0.0] * T, 0.0, 0.0
        self.y[n] = []

        def spread(effect: float, s: int) -> tuple[list[float], float]:
            arriving, late = [0.0] * T, 0.0
            for lag, weight in enumerate(w):
                if s + lag >= T:
                    late += weight * effect
                elif s + lag >= 0:
                    arriving[s + lag] += weight * effect
            return arriving, late

        for j, spend in enumerate(before):
            a, late = spread(f(self.spec.campaigns()[n].curve, spend), j - len(before))
            old, old_after = [q + r for q, r in zip(old, a, strict=True)], old_after + late
        for t in range(T):
            effect = self.effect(n, t, self.x[n][t])
            a, late = spread(effect, t)
            if t < P:
                old, old_after = [q + r for q, r in zip(old, a, strict=True)], old_after + late
                self.y[n].append(float(actuals.conversions[k, t]))
            else:
                new, new_after = [q + r for q, r in zip(new, a, strict=True)], new_after + late
                self.y[n].append(effect)
        ratio = 1.0
        if P and sum(old[:P]) > 0:
            ratio = min(max(sum(actuals.conversions[k]) / sum(old[:P]), 0.0), 10.0)
        self.delivered[n] = [ratio * q + r for q, r in zip(old, new, strict=True)]
        self.delivered[n][:P] = [float(q) for q in (actuals.conversions[k] if P else [])]
        self.after[n] = ratio * old_after + new_after

    def spend(self, names: Any = None, periods: Any = None) -> float:
        when = range(self.T) if periods is None else periods
        return sum(self.x[n][t] for n in (names or self.names) for t in when)

    def results(self, worth: Any, names: Any = None, periods: Any = None, after: bool = False) -> float:
        total = 0.0
        for n in names or self.names:
            c = self.spec.campaigns()[n]
            count = sum(self.delivered[n][t] for t in (range(self.T) if periods is None else periods))
            total += worth(c) * (count + (self.after[n] if after else 0.0))
        return total
