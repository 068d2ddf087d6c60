"""Recomputes a plan from its config and plan.csv alone, with plain loops and exact money.

Shares nothing with the engine but the specification models and the calendar: curves, seasons,
carryover, audiences and limits are written out again as the documentation states them.
"""

from __future__ import annotations

import csv
import math
from datetime import date
from fractions import Fraction
from pathlib import Path

from bidder.budget.check import covers
from bidder.budget.spec import PlanSpec
from bidder.budget.spec_campaign import (
    Campaign,
    Commission,
    GeometricCarryover,
    Lots,
    OnOff,
    PerClick,
    PerMille,
)
from bidder.calendar import Horizon

Table = dict[tuple[str, int], dict[str, str]]


def exact(number: float) -> Fraction:
    """The decimal number that a planner typed."""
    return Fraction(repr(float(number)))


class Recheck:
    """A plan.csv beside its specification; spend in exact fractions of the currency unit."""

    def __init__(self, spec: PlanSpec, path: Path, actuals: Path | None = None) -> None:
        self.spec, self.horizon = spec, spec.horizon.resolve()
        self.names, self.campaigns = list(spec.campaigns()), spec.campaigns()
        self.periods = range(len(self.horizon))
        self.rows = self._read(path)
        self.past = sum(self.rows[self.names[0], t]["past"] == "true" for t in self.periods)
        self.spend = {key: Fraction(row["spend"]) for key, row in self.rows.items()}
        self.actual = self._read(actuals) if actuals else {}
        self.index = {name: self._indices(name) for name in self.names}
        self.conversions = {name: self._conversions(name) for name in self.names}
        self.broken: list[str] = []

    def _read(self, path: Path) -> Table:
        start = {d.isoformat(): t for t, d in enumerate(self.horizon.starts)}
        with path.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return {(f"{r['channel']}/{r['campaign']}", start[r["period_start"]]): r for r in rows}

    # What a spend brings

    def _indices(self, name: str) -> list[tuple[float, float, float]]:
        channel = self.spec.channels[name.split("/")[0]]
        seasons = [*self.spec.seasonality, *channel.seasonality, *self.campaigns[name].seasonality]
        found = []
        for t in self.periods:
            days = _days(self.horizon, t)
            daily = [[1.0, 1.0, 1.0] for _ in days]
            for season in seasons:
                for k, inside in enumerate(season.days.covers(days)):
                    if inside:
                        factors = (season.traffic, season.price, season.conversion)
                        daily[k] = [a * b for a, b in zip(daily[k], factors, strict=True)]
            found.append(tuple(sum(d[i] for d in daily) / len(daily) for i in range(3)))
        return found

    def _effect(self, name: str, t: int | None, x: float) -> float:
        campaign = self.campaigns[name]
        d, p, v = self.index[name][t] if t is not None else (1.0, 1.0, 1.0)
        if isinstance(campaign.buying, Commission):
            return x / (campaign.buying.rate * campaign.order_value)
        return v * d * curve_value(campaign, x / (p * d))

    def _conversions(self, name: str) -> list[float]:
        """Arriving in each period, lost sales taken off."""
        campaign, n = self.campaigns[name], len(self.periods)
        weights = carryover_weights(campaign)
        arriving = [0.0] * (n + len(weights))

        def add(at: int, effect: float) -> None:
            for k, weight in enumerate(weights):
                if 0 <= at + k < len(arriving):
                    arriving[at + k] += weight * effect

        for k, spent in enumerate(reversed(campaign.carry_in)):
            add(-1 - k, self._effect(name, None, spent))
        for t in range(self.past):
            add(t, self._effect(name, t, float(self.spend[name, t])))
        if self.past:
            real = [float(self.actual[name, t]["conversions"]) for t in range(self.past)]
            modelled = sum(arriving[: self.past])
            ratio = min(sum(real) / modelled, 10.0) if modelled else 1.0
            arriving = [*real, *(ratio * a for a in arriving[self.past :])]
        for t in range(self.past, n):
            add(t, self._effect(name, t, float(self.spend[name, t])))
        return [arriving[t] - float(self.rows[name, t]["lost"]) for t in self.periods]

    # Sums

    def money(self, names: list[str], periods: list[int]) -> Fraction:
        return sum((self.spend[n, t] for n in names for t in periods), Fraction(0))

    def bought(self, names: list[str], periods: list[int]) -> float:
        return sum(self.conversions[n][t] for n in names for t in periods)

    def revenue(self, names: list[str], periods: list[int]) -> float:
        return sum(self.campaigns[n].order_value * self.bought([n], periods) for n in names)

    def new_customers(self, names: list[str], periods: list[int]) -> float:
        return sum(self.campaigns[n].new_customer_share * self.bought([n], periods) for n in names)

    # Limits

    def at_most(self, what: str, value: Fraction | float, limit: Fraction | float) -> None:
        """Exact for exact numbers; to the last digits of floats otherwise."""
        both = isinstance(value, Fraction) and isinstance(limit, Fraction)
        room = 0 if both else 1e-9 * max(1.0, abs(float(limit)))
        if value > limit + room:
            self.broken.append(f"{what}: {float(value)!r} is above {float(limit)!r}")

    def check(self) -> list[str]:
        """Every limit that does not hold, in words."""
        everything, whole = self.names, list(self.periods)
        if self.spec.budget.total is not None:
            total = exact(self.spec.budget.total)
            self.at_most("budget", self.money(everything, whole), total)
            if self.spec.budget.exact:
                self.at_most("budget", -self.money(everything, whole), -total)
        for channel, content in self.spec.channels.items():
            members = [f"{channel}/{name}" for name in content.campaigns]
            self._bounds(channel, members, content.spend.min, content.spend.max, [whole])
            self._share(channel, members, content.spend.share, whole)
            per = content.spend.per_period
            if per:
                self._bounds(channel, members, per.min, per.max, [[t] for t in whole[self.past :]])
        for name, campaign in self.campaigns.items():
            self._campaign(name, campaign, whole)
        for limit in self.spec.constraints:
            self._limit(limit)
        return self.broken

    def _campaign(self, name: str, campaign: Campaign, whole: list[int]) -> None:
        ahead = whole[self.past :]
        self._bounds(name, [name], campaign.spend.min, campaign.spend.max, [[t] for t in ahead])
        if campaign.spend.total:
            self._bounds(name, [name], campaign.spend.total.min, campaign.spend.total.max, [whole])
        self._share(name, [name], campaign.spend.share, whole)
        buying = campaign.buying
        for t in ahead:
            if isinstance(buying, OnOff) and 0 < self.spend[name, t] < exact(buying.minimum):
                self.broken.append(f"{name} {t}: on with less than its minimum")
            if isinstance(buying, Lots) and (self.spend[name, t] / exact(buying.lot)).denominator != 1:
                self.broken.append(f"{name} {t}: part of a lot")
            if isinstance(buying, Commission):
                d, _, v = self.index[name][t]
                self.at_most(f"{name} partners", self._effect(name, t, float(self.spend[name, t])),
                             buying.max_conversions * d * v)
        if isinstance(buying, Lots) and buying.max_lots is not None:
            self.at_most(name, self.money([name], whole), buying.max_lots * exact(buying.lot))
        if isinstance(buying, Lots) and buying.max_lots_per_period is not None:
            for t in ahead:
                self.at_most(name, self.spend[name, t], buying.max_lots_per_period * exact(buying.lot))
        if campaign.retargeting:
            self._audience(name, campaign)

    def _audience(self, name: str, campaign: Campaign) -> None:
        """Impressions against the people who came in the window and did not buy, day by day."""
        pool = campaign.retargeting
        assert pool is not None
        days = [(t, d) for t in self.periods for d in _days(self.horizon, t)]
        daily = [self._visitors(name, t) / len(_days(self.horizon, t)) for t, _ in days]
        cpm = pool.cpm if pool.cpm is not None else campaign.buying.price  # type: ignore[union-attr]
        assert isinstance(campaign.buying, PerMille) or pool.cpm is not None
        for t in list(self.periods)[self.past :]:
            sizes = []
            for k, (period, _) in enumerate(days):
                if period == t:
                    inside = daily[max(0, k - pool.window_days + 1) : k + 1]
                    before = pool.window_days - len(inside)
                    organic = pool.window_days * pool.organic_visits
                    sizes.append(sum(inside) + before * pool.visits_before + organic)
            people = sum(sizes) / len(sizes)
            shown = 1000.0 * float(self.spend[name, t]) / (cpm * self.index[name][t][1])
            self.at_most(f"{name} audience {t}", shown,
                         pool.daily_frequency_cap * len(sizes) * pool.match_rate * people)

    def _visitors(self, own: str, t: int) -> float:
        """People brought in a period who do not buy."""
        total = 0.0
        for name, campaign in self.campaigns.items():
            visits, price = campaign.visits, None
            if visits is not None:
                price = visits.cpc
            elif isinstance(campaign.buying, PerClick):
                price = campaign.buying.price
            stated = visits is not None or price is not None
            sources = self.campaigns[own].retargeting.sources  # type: ignore[union-attr]
            if name == own or not stated or (sources is not None and name not in sources):
                continue
            x = float(self.spend[name, t])
            effect = float(self.actual[name, t]["conversions"]) if t < self.past else self._effect(name, t, x)
            if price is not None:
                total += x / (price * self.index[name][t][1]) - effect
            else:
                total += effect * max(1.0 / (visits.cvr * self.index[name][t][2]) - 1.0, 0.0)
        return total

    def _bounds(
        self, what: str, names: list[str], low: float | None, high: float | None, spans: list[list[int]]
    ) -> None:
        for span in spans:
            spent = self.money(names, span)
            if high is not None:
                self.at_most(f"{what} spend {span[:1]}", spent, exact(high))
            if low is not None:
                self.at_most(f"{what} least spend {span[:1]}", -spent, -exact(low))

    def _share(self, what: str, names: list[str], share: tuple[float, float] | None, span: list[int]) -> None:
        if share is not None:
            part, total = self.money(names, span), self.money(self.names, span)
            self.at_most(f"{what} share", part, exact(share[1]) * total)
            self.at_most(f"{what} share", exact(share[0]) * total, part)

    def _limit(self, limit: object) -> None:
        kind = limit.kind  # type: ignore[attr-defined]
        for names in self._scopes(limit):
            if kind in ("cash", "ramp", "lock"):
                getattr(self, f"_{kind}")(limit, names)
                continue
            for span in self._spans(limit):
                getattr(self, f"_{kind}_limit")(limit, names, span)

    def _scopes(self, limit: object) -> list[list[str]]:
        scope = limit.scope  # type: ignore[attr-defined]
        names = [n for n in self.names if covers(self.spec, scope, n)]
        if scope.each == "campaign":
            return [[n] for n in names]
        if scope.each == "channel":
            return [[n for n in names if n.startswith(f"{c}/")] for c in self.spec.channels]
        return [names]

    def _spans(self, limit: object) -> list[list[int]]:
        first, last = limit.dates or (None, None)  # type: ignore[attr-defined]
        inside = [
            t for t, d in enumerate(self.horizon.starts)
            if (first is None or d >= first) and (last is None or d <= last)
        ]
        if limit.per == "period":  # type: ignore[attr-defined]
            return [[t] for t in inside if t >= self.past]
        return [inside]

    def _spend_limit(self, limit, names, span):
        self._bounds(limit.name or "spend", names, limit.min, limit.max, [span])

    def _share_limit(self, limit, names, span):
        most = 1.0 if limit.max is None else limit.max
        self._share(limit.name or "share", names, (limit.min or 0.0, most), span)

    def _roas_limit(self, limit, names, span):
        needed = limit.min * float(self.money(names, span))
        self.at_most(limit.name or "roas", needed, self.revenue(names, span))

    def _cpa_limit(self, limit, names, span):
        allowed = limit.max * self.bought(names, span)
        self.at_most(limit.name or "cpa", float(self.money(names, span)), allowed)

    def _outcome_limit(self, limit, names, span):
        value = {"revenue": self.revenue, "conversions": self.bought, "new_customers": self.new_customers}
        self.at_most(limit.name or "outcome", -value[str(limit.metric)](names, span), -limit.min)

    def _stock_limit(self, limit, names, span):
        self.at_most(limit.name or "stock", self.bought(names, span), limit.max)

    def _cash(self, limit, names):
        spent = Fraction(0)
        for t, start in enumerate(self.horizon.starts):
            length = len(_days(self.horizon, t))
            passed = min(max((limit.by - start).days + 1, 0), length)
            spent += self.money(names, [t]) * Fraction(passed, length)
        self.at_most(limit.name or "cash", spent, exact(limit.max))

    def _ramp(self, limit, names):
        for t in range(max(self.past, 1), len(self.periods)):
            now, before = self.money(names, [t]), self.money(names, [t - 1])
            if limit.max is not None:
                self.at_most(f"ramp {t}", abs(now - before), exact(limit.max))
            if limit.max_percent is not None:
                self.at_most(f"ramp {t}", abs(now - before), exact(limit.max_percent) / 100 * before)

    def _lock(self, limit, names):
        for t, start in enumerate(self.horizon.starts):
            if limit.dates[0] <= start <= limit.dates[1] and self.spend[names[0], t] != exact(limit.spend):
                self.broken.append(f"lock {t}")


def curve_value(campaign: Campaign, x: float) -> float:
    """Conversions of a period from spend at index 1."""
    c = campaign.curve
    if c.kind == "hill":
        return c.ceiling * x**c.slope / (c.half_spend**c.slope + x**c.slope)
    if c.kind == "log":
        return c.scale * math.log1p(x / c.spend_scale)
    if c.kind == "power":
        return c.coefficient * x**c.exponent
    for (x0, y0), (x1, y1) in zip(c.points, c.points[1:], strict=False):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return c.points[-1][1]


def carryover_weights(campaign: Campaign) -> list[float]:
    """Share of the effect arriving 0, 1, 2, ... periods later."""
    carryover = campaign.carryover
    if carryover is None:
        return [1.0]
    if isinstance(carryover, GeometricCarryover):
        raw = [carryover.retention**k for k in range(carryover.periods)]
        return [w / sum(raw) for w in raw]
    return [w / sum(carryover.weights) for w in carryover.weights]


def _days(horizon: Horizon, t: int) -> list[date]:
    first = sum(int(d) for d in horizon.days[:t])
    return horizon.dates[first : first + int(horizon.days[t])]
