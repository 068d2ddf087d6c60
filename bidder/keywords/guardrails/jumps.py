"""Whether the last day is out of line with the days before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from math import hypot, log, pi, sqrt

import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.keywords.bids.elasticity import PRIOR
from bidder.keywords.bids.response import ROAS_SLOPE
from bidder.keywords.data import AccountDays
from bidder.keywords.result import Check
from bidder.money import MICROS

WEEKS = 8
"""Weeks before the last day that it is compared with."""
LEAST_SAME = 3
"""Days of the same weekday without which nothing is said."""
LEAST_DAYS = 14
"""Days of any weekday without which nothing is said."""
RECENT_DAYS = 7
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NORMAL_MAD = 1.4826
"""Standard deviations of a normal distribution in one median absolute deviation."""
OWN_CHANGES = 0.3
"""Log standard deviation of the last day's figures for each unit of turnover: spend that our own changes
moved to other keywords may come back as more or as less than was expected."""
CLICK_SLOPE = PRIOR.mean + ROAS_SLOPE
"""d log clicks / d log bid."""


@dataclass(frozen=True)
class _Series:
    """One of clicks, cost and conversions, day by day.

    Attributes
    ----------
    amount : ndarray of float64, shape (D,)
        What the day comes to once everything is reported.
    counts : float
        Events (clicks or conversions seen by now) in one unit of the last day's amount.
    slope : float
        d log amount / d log bid.
    """

    name: str
    amount: Floats
    counts: float
    slope: float


@dataclass(frozen=True)
class _Past:
    """The days that the last one is compared with, logarithms; shape (N,).

    Attributes
    ----------
    weekday : ndarray of int64
        0 for that of the last day.
    age : ndarray of int64
        Days before the last one.
    amount : ndarray of float64
        Logarithm of the amount, moved to the last day's bids.
    moved : ndarray of float64
        Logarithm of the last day's bids over the day's bids.
    """

    weekday: Ints
    age: Ints
    amount: Floats
    moved: Floats


def jump_checks(
    days: AccountDays, maturity: Floats, ordinary: Bools, limit: float, turnover: float = 0.0
) -> list[Check]:
    """Checks of the last day's clicks, cost and conversions; see :func:`_jump` for the arithmetic."""
    known = days.clicks[:-1][-7 * WEEKS :].sum(), days.cost[:-1][-7 * WEEKS :].sum() / MICROS
    clicks_per_cost = known[0] / known[1] if known[1] > 0 else 1.0
    last = float(maturity[-1]) if len(maturity) else 1.0
    series = (
        _Series("clicks", days.clicks.astype(np.float64), 1.0, CLICK_SLOPE),
        _Series("cost", days.cost / MICROS, clicks_per_cost, PRIOR.mean),
        _Series("conversions", days.conversions / maturity, last, CLICK_SLOPE),
    )
    return [_check(days, one, ordinary, limit, OWN_CHANGES * turnover) for one in series]


def _check(days: AccountDays, one: _Series, ordinary: Bools, limit: float, own: float) -> Check:
    name, unit = f"jump_{one.name}", "standard deviations"
    if not len(days.day) or not ordinary[-1]:
        said = f"The last day is not like others, so that its {one.name} are not compared."
        return Check(name, True, 0.0, limit, unit, said)
    past = _past(days, one, ordinary)
    same = int((past.weekday == 0).sum())
    if same < LEAST_SAME or len(past.age) < LEAST_DAYS:
        said = (
            f"Too few days to compare the last day's {one.name} with: {same} of the same weekday and "
            f"{len(past.age)} in all, where {LEAST_SAME} and {LEAST_DAYS} are needed."
        )
        return Check(name, True, 0.0, limit, unit, said)
    sigmas, expected = _jump(past, one, own)
    weekday = WEEKDAYS[date.fromordinal(int(days.day[-1])).weekday()]
    said = (
        f"The last day's {one.name} come to {one.amount[-1]:,.6g}, where about {expected:,.6g} were to be "
        f"expected from {same} earlier {weekday}s and the last days: {sigmas:.1f} standard deviations off; "
        f"the limit is {limit:g}."
    )
    return Check(name, sigmas <= limit, sigmas, limit, unit, said)


def _past(days: AccountDays, one: _Series, ordinary: Bools) -> _Past:
    """The last weeks' ordinary days on which something happened, moved to the bids of the last day.

    What our own bids did since is no surprise: amounts are moved by ``slope x log(bid ratio)``, where bids
    are known.
    """
    used = days.present & ordinary & (one.amount > 0)
    used[-1] = False
    used[: -7 * WEEKS - 1] = False
    rows = np.flatnonzero(used)
    bid = np.log(days.bid_level)
    moved = np.nan_to_num(bid[-1] - bid[rows], nan=0.0, posinf=0.0, neginf=0.0)
    age = days.day[-1] - days.day[rows]
    return _Past(age % 7, age, np.log(one.amount[rows]) + one.slope * moved, moved)


def _jump(past: _Past, one: _Series, own: float) -> tuple[float, float]:
    """How many standard deviations the last day is off, and what was expected of it.

    Deviations are of logarithms, from the median of the same weekday, and from that median moved by the
    median deviation of the last seven days; the smaller one counts, and none where they disagree in sign:
    a level that has changed for good is no jump. The standard deviation is the median absolute deviation
    of all days from their weekday's median (x 1.4826; Huber & Ronchetti 2009, *Robust Statistics*,
    section 5.1), wider by what is not known about a median and about the effect of bids (of their level,
    and of ``own`` changes that move spend from keyword to keyword), and no less than the noise of counting.
    """
    medians = np.array([np.median(past.amount[past.weekday == d]) if (past.weekday == d).any() else np.nan
                        for d in range(7)])  # fmt: skip
    off = past.amount - medians[past.weekday]
    recent = off[past.age <= RECENT_DAYS]
    centres = [medians[0], medians[0] + (float(np.median(recent)) if len(recent) else 0.0)]
    n = len(past.age) - len(np.unique(past.weekday))
    same = int((past.weekday == 0).sum())
    spread = NORMAL_MAD * float(np.median(np.abs(off))) * sqrt(len(past.age) / n) * sqrt(1 + pi / 2 / same)
    bids = hypot(PRIOR.up_sd * float(np.median(past.moved[past.weekday == 0])), own)
    sigmas = [_signed(one.amount[-1] * one.counts, np.exp(c) * one.counts, spread, bids) for c in centres]
    nearest = int(np.argmin(np.abs(sigmas)))
    agree = sigmas[0] * sigmas[1] > 0
    return (abs(sigmas[nearest]) if agree else 0.0), float(np.exp(centres[nearest]))


def _signed(seen: float, expected: float, spread: float, bids: float) -> float:
    """Standard deviations between two counts, with their sign.

    Counting alone gives the signed root of the Poisson deviance (McCullagh & Nelder 1989, *Generalized
    Linear Models*, section 2.3), with a continuity correction of one half; the logarithm divided by it
    is the least standard deviation of the logarithm.
    """
    corrected = min(seen + 0.5, expected) if seen < expected else max(seen - 0.5, expected)
    apart = log(corrected / expected)
    if apart == 0:
        return 0.0
    counting = abs(apart) / sqrt(2 * (corrected * apart - (corrected - expected)))
    return apart / sqrt(max(spread, counting) ** 2 + bids**2)
