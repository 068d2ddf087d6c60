"""The account's own response: what its cost and its ROAS did when its bids were higher or lower.

The bids of a day come to one number, alpha: the weighted geometric mean of bid x target / value. Around the
bids in force ROAS falls and cost rises with alpha about as powers of it (constant elasticities; Varian,
"Position auctions", 2007, section 6, finds clicks and cost per click log-linear in the bid). ROAS is
counted with the *estimated* value of the clicks, which is free of the noise of single conversions, and
corrected by how estimates and conversions compare lately.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.keywords.bids.elasticity import PRIOR, Elasticity, cost_index, fit_elasticity
from bidder.keywords.data import AccountDays, DayWeights
from bidder.money import MICROS

ROAS_SLOPE, ROAS_SLOPE_SD, ROAS_SLOPES = -0.7, 0.15, (-1.0, -0.3)
"""Prior mean and standard deviation of d log ROAS / d log alpha, and its range: a second-price click costs
less than in proportion to the bid."""
STEEPER_SD, STEEPEST = 0.1, (-0.5, 1.5)
"""Prior standard deviation and range of what the account's d log cost / d log alpha is above the elasticities
that are seen between its keywords."""
LEAST_NOISE = 0.02
"""Standard deviation of the log of a day's ROAS or cost that is assumed at least."""
ENOUGH_CLICKS = 4000.0
"""Days are forgotten as fast as leaves the level so many clicks."""
HALF_LIVES = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Days; the shortest that leaves enough clicks is taken for levels."""
SLOPE_HALF_LIFE = 14.0
NOISE_HALF_LIFE = 4.0
CALIBRATION_HALF_LIFE = 14.0
CALIBRATION_CONVERSIONS = 400.0
"""Conversions that "estimates are right" is worth: one standard deviation of drift is 5%, 1 / sqrt(400)."""
WEEKDAY_DAYS = 2.0
"""Days of a weekday that "this weekday is like the others" is worth."""


@dataclass(frozen=True)
class Response:
    """The account's response around the bids in force, on an ordinary day.

    Attributes
    ----------
    in_force : float
        Alpha of the bids of the last day.
    day : int
        Ordinal of that day.
    roas : float
        Value per unit of spend at these bids.
    cost : float
        Expected cost of the coming weekday at these bids, currency units.
    index : float
        Log of what the bids in force make of the cost, next to usual bids; NaN where that is unknown.
    roas_slope : float
        d log ROAS / d log alpha, negative.
    elasticity : Elasticity
        d log cost / d log bid.
    cost_noise : float
        Standard deviation of the log of a day's cost.
    calibration : float
        Value that clicks lately brought, relative to what was estimated.
    """

    in_force: float
    day: int
    roas: float
    cost: float
    index: float
    roas_slope: float
    elasticity: Elasticity
    cost_noise: float
    calibration: float

    @property
    def cost_slope(self) -> float:
        """d log cost / d log alpha, where all bids are moved alike."""
        return self.elasticity.mean


@dataclass(frozen=True)
class _Days:
    """The usable days: age in days, clicks, log alpha, log ROAS, log cost, weekday (0 for Monday)."""

    age: Floats
    clicks: Floats
    alpha: Floats
    roas: Floats
    cost: Floats
    weekday: Ints


def bid_level(bid: Ints, value: Floats, clicks: Ints) -> float:
    """Bid over value of a click: geometric mean weighted by the value of clicks, as in
    :attr:`AccountDays.bid_level`; NaN where no bid is known.

    Parameters
    ----------
    bid : ndarray of int64, shape (J,)
        Micros; 0 or less where unknown.
    value : ndarray of float64, shape (J,)
        Currency units.
    clicks : ndarray of int64, shape (J,)
    """
    weight = np.where((bid > 0) & (value > 0), clicks * value, 0.0)
    total = float(weight.sum())
    if total <= 0:
        return float("nan")
    known = weight > 0
    return float(np.exp(weight[known] @ np.log(bid[known] / MICROS / value[known]) / total))


def calibration(days: AccountDays, weights: DayWeights, worth: Floats) -> float:
    """Observed value over estimated value of recent clicks, shrunk to 1.

    Parameters
    ----------
    days : AccountDays
    weights : DayWeights
        Of the same days.
    worth : ndarray of float64, shape (D,)
        Value reported so far for the clicks of each day: revenue, or conversions under a target CPA.
    """
    recent = weights.weight * 0.5 ** ((days.day[-1] - days.day) / CALIBRATION_HALF_LIFE) * days.present
    expected = float(recent @ (weights.maturity * days.value_clicks))
    conversions = float(recent @ days.conversions)
    if expected <= 0:
        return 1.0
    known = conversions / (conversions + CALIBRATION_CONVERSIONS)
    return float(1 + known * (recent @ worth / expected - 1))


def respond(
    days: AccountDays, weights: DayWeights, worth: Floats, target: float, response_days: int, weekday: int
) -> Response | None:
    """Estimate the response; None where no day tells bids, cost and value."""
    usable = _usable(days, weights, target, response_days)
    if usable is None:
        return None
    right = calibration(days, weights, worth)
    level = usable.clicks * 0.5 ** (usable.age / _half_life(usable))
    shape = usable.clicks * 0.5 ** (usable.age / SLOPE_HALF_LIFE)
    roas_slope = _slope(usable.alpha, usable.roas, shape, ROAS_SLOPE, ROAS_SLOPE_SD, ROAS_SLOPES)
    elasticity, index, told = _elasticity(days, usable, shape)
    season = _weekday_effects(usable, usable.cost - index, shape)
    plain = usable.cost - index - season[usable.weekday]
    noise = _noise(usable, plain)
    now, index_now = _last(usable, usable.alpha), _last(usable, index)
    usual = _weekday_effects(usable, usable.roas - roas_slope * usable.alpha, shape)
    roas = _at(usable.alpha, usable.roas - usual[usable.weekday], level, roas_slope, now)
    cost = float(level @ plain / level.sum()) + index_now + season[weekday] + noise**2 / 2
    return Response(
        float(np.exp(now)), int(days.day[-1] - usable.age.min()), float(np.exp(roas)) * right,
        float(np.exp(cost)), index_now if told else float("nan"), roas_slope, elasticity, noise, right,
    )


def _elasticity(days: AccountDays, usable: _Days, shape: Floats) -> tuple[Elasticity, Floats, bool]:
    """Elasticities, the log of what bids make of the cost of each usable day, and whether keywords tell that.

    How keywords compare with each other tells more than how days do, but nothing of what happens where all
    of them are moved alike.
    """
    place = len(days.day) - 1 - usable.age.astype(np.int64)
    between = PRIOR
    if days.moves is not None:
        weight = np.zeros(len(days.day))
        weight[place] = shape / usable.clicks
        between = fit_elasticity(days.moves, weight[days.moves.day - days.day[0]])
    plain = usable.cost - _index(days, usable, between, place)[0]
    plain = plain - _weekday_effects(usable, plain, shape)[usable.weekday]
    steeper = _slope(usable.alpha, plain, shape, 0.0, STEEPER_SD, STEEPEST)
    elasticity = between.steeper(steeper)
    return elasticity, *_index(days, usable, elasticity, place)


def _index(days: AccountDays, usable: _Days, elasticity: Elasticity, place: Ints) -> tuple[Floats, bool]:
    """The index of usable days, and whether keywords tell the last one's; days without are told by alpha."""
    index = elasticity.mean * usable.alpha
    if days.moves is None:
        return index, False
    found = cost_index(days.moves, elasticity, int(days.day[0]), len(days.day))[place]
    told = np.isfinite(found)
    if not told[-1]:
        return index, False
    index += found[told].mean() - index[told].mean()
    return np.where(told, found, index), True


def _usable(days: AccountDays, weights: DayWeights, target: float, response_days: int) -> _Days | None:
    age = (days.day[-1] - days.day).astype(np.float64)
    told: Bools = days.present & (age < response_days) & (days.clicks > 0) & (days.cost > 0)
    told &= (days.value_clicks > 0) & np.isfinite(days.bid_level)
    ordinary = told & (weights.weight > 0)
    keep = np.flatnonzero(ordinary if ordinary.any() else told)
    if not len(keep):
        return None
    cost = days.cost[keep] / MICROS
    value = days.value_clicks[keep]
    alpha: Floats = np.log(days.bid_level[keep] * target)
    return _Days(
        age[keep], days.clicks[keep].astype(np.float64), alpha, np.log(value / cost), np.log(cost),
        (days.day[keep] + 6) % 7,
    )


def _half_life(usable: _Days) -> float:
    for half_life in HALF_LIVES:
        if usable.clicks @ 0.5 ** (usable.age / half_life) >= ENOUGH_CLICKS:
            return half_life
    return HALF_LIVES[-1]


def _last(usable: _Days, of_bids: Floats) -> float:
    """What there is of the bids of the last day, or of the last days where it has few clicks."""
    weight = usable.clicks * 0.5 ** (usable.age - usable.age.min())
    last = usable.age == usable.age.min()
    if usable.clicks[last].sum() >= 30:
        weight = weight * last
    return float(weight @ of_bids / weight.sum())


def _at(x: Floats, y: Floats, weight: Floats, slope: float, where: float) -> float:
    total = weight.sum()
    return float(weight @ y / total + slope * (where - weight @ x / total))


def _slope(
    x: Floats, y: Floats, weight: Floats, prior: float, sd: float, limits: tuple[float, float]
) -> float:
    """Weighted regression slope with a normal prior, within limits.

    The weights are scaled so that the heaviest day counts as one observation.
    """
    unit = weight / weight.max()
    dx, dy = x - unit @ x / unit.sum(), y - unit @ y / unit.sum()
    residual = dy - prior * dx
    noise2 = max(float(unit @ residual**2) / max(float(unit.sum()) - 1.0, 1.0), LEAST_NOISE**2)
    precision = float(unit @ dx**2) / noise2 + 1 / sd**2
    slope = (float(unit @ (dx * dy)) / noise2 + prior / sd**2) / precision
    return min(max(slope, limits[0]), limits[1])


def _noise(usable: _Days, rest: Floats) -> float:
    """Standard deviation of what is left of the log cost of recent days, when bids and weekdays are told.

    Recent days alone, since while bids are being moved from keyword to keyword cost drifts, which is no
    noise of a day.
    """
    weight = 0.5 ** (usable.age / NOISE_HALF_LIFE)
    centred = rest - weight @ rest / weight.sum()
    spare = max(float(weight.sum()) - 1.0, 1.0)
    return float(max(float(weight @ centred**2) / spare, LEAST_NOISE**2) ** 0.5)


def _weekday_effects(usable: _Days, rest: Floats, weight: Floats) -> Floats:
    """What each weekday has relative to the others, shrunk to 0, shape (7,).

    ``rest`` is the log cost, or log ROAS, of usable days with what bids make of it taken away.
    """
    unit = weight / weight.max()
    rest = rest - unit @ rest / unit.sum()
    seen = np.bincount(usable.weekday, unit, minlength=7)
    effects: Floats = np.bincount(usable.weekday, unit * rest, minlength=7) / (seen + WEEKDAY_DAYS)
    return effects
