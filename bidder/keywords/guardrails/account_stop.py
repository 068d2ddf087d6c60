"""Checks of the whole account: when a night is stopped because something looks wrong."""

from __future__ import annotations

from math import exp, log

import numpy as np

from bidder.arrays import Bools, Floats
from bidder.keywords.data import AccountDays, HourTable
from bidder.keywords.guardrails.jumps import jump_checks
from bidder.keywords.result import Check
from bidder.keywords.spec_guardrails import StopRules

RATE_DAYS = 28
"""Days before a run of days without conversion that tell what was to be expected of it."""
USUAL_HOUR = 0.95
"""Share of the earlier days with an hour from which on the last day is expected to have it."""
BEYOND = 1e6
"""A change of spend that is this many times what it was, or cannot be told."""


def account_checks(
    days: AccountDays,
    hours: HourTable | None,
    expected_hours: tuple[int, ...] | None,
    changed: Bools,
    may_change: Bools,
    spend_before: float,
    spend_after: float,
    spec: StopRules,
    least_hours: int | None,
    *,
    maturity: Floats | None = None,
    ordinary: Bools | None = None,
    turnover: float = 0.0,
) -> tuple[Check, ...]:
    """Everything that may stop a night; a check that is switched off in the spec is left out.

    Parameters
    ----------
    days : AccountDays
    hours : HourTable or None
        Whose hours of the last day are counted.
    expected_hours : tuple of int or None
        Local hours that the last day has: 23 on the day when clocks go forward.
    changed, may_change : ndarray of bool, shape (J,)
        Which bids change, and which could.
    spend_before, spend_after : float
        Expected spend of the coming day at the bids in force and at the new ones, currency units.
    spec : StopRules
    least_hours : int or None
        Hours that a day of 24 hours must have in a report by hour; None asks for those that nearly every
        earlier day has, since nights of a small account have hours without a single impression.
    maturity : ndarray of float64, shape (D,), optional
        Share of the conversions of each day's clicks that have been reported; by default all.
    ordinary : ndarray of bool, shape (D,), optional
        Days that are like others; promotion days are not, and then tell nothing about a jump.
    turnover : float
        Share of the spend that our own changes of the last nights have moved.
    """
    reported = np.ones(len(days.day)) if maturity is None else maturity
    usual = np.ones(len(days.day), dtype=np.bool_) if ordinary is None else ordinary
    checks: list[Check] = []
    if spec.spend_change is not None:
        checks.append(_spend_change(spend_before, spend_after, spec.spend_change))
    if spec.changed_share is not None:
        checks.append(_changed_share(changed, may_change, spec.changed_share, spec.least_keywords))
    checks.append(_missing_hours(hours, expected_hours, least_hours))
    if spec.zero_conversions is not None:
        checks.append(_zero_conversions(days, reported, spec.zero_conversions))
    if spec.jump_sigmas is not None:
        checks.extend(jump_checks(days, reported, usual, spec.jump_sigmas, turnover))
    return tuple(checks)


def _spend_change(before: float, after: float, limit: float) -> Check:
    share = abs(after - before) / before if before > 0 else (0.0 if after <= 0 else BEYOND)
    if not share < BEYOND:  # what is not a number neither
        share = BEYOND
    said = f"Expected spend of a day goes from {before:,.2f} to {after:,.2f}"
    said += f", by {(after - before) / before:+.1%}" if before > 0 else ""
    return Check("spend_change", share <= limit, share, limit, "share", f"{said}; the limit is {limit:.0%}.")


def _changed_share(changed: Bools, may_change: Bools, limit: float, least: int) -> Check:
    free, moved = int(may_change.sum()), int((changed & may_change).sum())
    share = moved / free if free else 0.0
    said = f"{moved:,} of {free:,} keywords that may change do, {share:.1%}; the limit is {limit:.0%}"
    if free < least:
        said += f", looked at from {least:,} keywords on"
    return Check("changed_share", free < least or share <= limit, share, limit, "share", f"{said}.")


def _missing_hours(
    hours: HourTable | None, expected: tuple[int, ...] | None, least: int | None
) -> Check:
    if hours is None or expected is None:
        said = "There is no report by hour, so that hours of the last day are not checked."
        return Check("missing_hours", True, 0.0, 0.0, "hours", said)
    looked_at = set(expected)  # a doubled hour is reported under one number
    if least is None:
        looked_at = {h for h in looked_at if hours.usual is not None and hours.usual[h] >= USUAL_HOUR}
    missing = sorted(looked_at - set(hours.last_day_hours.tolist()))
    there = len(looked_at)
    found, needed = there - len(missing), there if least is None else max(least - 24 + there, 0)
    said = f"The report by hour holds {found} of the last day's {there} hours; {needed} are needed"
    if missing:
        said += ". Missing: " + ", ".join(f"{hour}:00" for hour in missing)
    return Check("missing_hours", found >= needed, float(found), float(needed), "hours", f"{said}.")


def _zero_conversions(days: AccountDays, maturity: Floats, limit: float) -> Check:
    """How probable the last days without any conversion are by chance.

    The rate before them is known from c conversions of n matured clicks: a gamma posterior with
    Jeffreys' prior, so that no conversion in m further matured clicks has the probability
    ``(n / (n + m)) ** (c + 1/2)`` (a negative binomial; Gelman et al. 2013, *Bayesian Data Analysis*,
    section 2.6).
    """
    name, unit = "zero_conversions", "probability"
    converting = np.flatnonzero(days.conversions > 0)
    if not len(converting):
        said = "No day of the window has a conversion, so that nothing tells how many to expect."
        return Check(name, True, 1.0, limit, unit, said)
    first = int(converting[-1]) + 1
    run = len(days.day) - first
    if run == 0:
        said = f"The last day has {days.conversions[-1]:,.10g} conversions."
        return Check(name, True, 1.0, limit, unit, said)
    matured = days.clicks * maturity
    before = slice(max(first - RATE_DAYS, 0), first)
    known, count = float(matured[before].sum()), float(days.conversions[before].sum())
    chance = exp(-(count + 0.5) * log((known + matured[first:].sum()) / known)) if known > 0 else 1.0
    expected = matured[first:].sum() * count / known if known > 0 else 0.0
    span = "The last day has" if run == 1 else f"The last {run} days have"
    said = (
        f"{span} no conversion from {days.clicks[first:].sum():,} clicks, where about {expected:,.1f} were "
        f"to be expected by now; chance does that with probability {chance:.2g}, and the limit is {limit:g}."
    )
    return Check(name, chance >= limit, chance, limit, unit, said)
