"""Guardrails of single bids: what a night may do to them, each in its turn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bools, Ints, Texts
from bidder.keywords.data import Night, Small
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.guardrails.limits import FAR, Interval, exact, range_micros, share_of
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.spec import BidsSpec
from bidder.keywords.spec_guardrails import Guardrails


def guard(
    wanted: Ints, supported: Ints, night: Night, spec: BidsSpec, profile: PlatformProfile
) -> tuple[Ints, Small]:
    """Bids that a night may set, and what bound each of them.

    The order is that of :class:`Bound`. Limits are exact: a bid of 1.00 may rise by 0.2 to 1.20, not to
    1.19. A bid is rounded to a legal one inside of what all limits allow, and stays where there is none. A
    reference bid outside of its range moves back into it, by at most ``max_raise`` or ``max_cut`` a night,
    and also where that is less than ``least_change``. A second application with the same reference bids
    changes nothing.

    Parameters
    ----------
    wanted, supported : ndarray of int64, shape (J,)
        Micros; ``supported`` is what value allows to pay.
    night : Night
    spec : BidsSpec
    profile : PlatformProfile

    Returns
    -------
    new : ndarray of int64, shape (J,)
        Micros; the reference bid where nothing changes, and -1 where it is not known.
    bound_by : ndarray of int8, shape (J,)
        Codes of :class:`Bound`: the last one that moved or held the bid.
    """
    return Guards.of(night, spec, profile).bids(wanted, supported)


@dataclass(frozen=True)
class Guards:
    """What guardrails say of a night whatever is wanted, so that many wanted bids can be tried.

    Attributes
    ----------
    night : Night
    first_page : bool
    untouched : ndarray of int8, shape (J,)
        The guardrail that leaves a bid as it is, or NONE.
    reference : ndarray of int64, shape (J,)
        Micros; 0 where unknown.
    own, whole, night_step : Interval
        Of the keyword's class, of all bids, and of what the night may do; one interval for all, or (J,).
    steps : Interval
        Legal bids within all of them, in steps of the platform; empty where there is none.
    platform : tuple of int
        Lowest and highest legal bid, and the step, micros.
    in_range : ndarray of bool, shape (J,)
        Where the reference bid is in its range.
    least : ndarray of int64, shape (J,)
        Least change, micros.
    """

    night: Night
    first_page: bool
    untouched: Small
    reference: Ints
    own: Interval
    whole: Interval
    night_step: Interval
    steps: Interval
    platform: tuple[int, int, int]
    in_range: Bools
    least: Ints

    @classmethod
    def of(cls, night: Night, spec: BidsSpec, profile: PlatformProfile) -> Guards:
        """Work out what does not depend on the bids wanted."""
        rules, reference = spec.guardrails, np.maximum(night.reference_bid, 0)
        own, whole = _own_range(night, rules), _everywhere(*range_micros(rules.bid))
        ranged, night_step = own.within(whole), _night_step(reference, rules)
        step = profile.bid_step(spec.account.currency)
        lowest, highest = max(-(-profile.min_bid_micros // step), 1), profile.max_bid_micros // step
        allowed = ranged.within(night_step)
        steps = Interval(
            np.maximum(-(-allowed.low // step), lowest), np.minimum(allowed.high // step, highest)
        )
        return cls(
            night, rules.first_page, _untouched(night, rules, profile), reference, own, whole, night_step,
            steps, (lowest * step, highest * step, step), ranged.holds(reference),
            share_of(reference, exact(rules.least_change), up=True),
        )

    def bids(self, wanted: Ints, supported: Ints) -> tuple[Ints, Small]:
        """See :func:`guard`."""
        old, untouched = self.night.reference_bid, self.untouched != Bound.NONE
        state = _State(np.clip(wanted, 0, FAR), self.untouched.copy())
        if self.first_page:
            state.raise_to(self.night.keywords.first_page_bid, supported)
        state.keep_to(self.own, Bound.CLASS_MIN, Bound.CLASS_MAX)
        state.keep_to(self.whole, Bound.BID_MIN, Bound.BID_MAX)
        state.keep_to(self.night_step, Bound.MAX_CUT, Bound.MAX_RAISE)
        state.be_legal(self)
        return (
            np.where(untouched, np.maximum(old, -1), state.bid),
            np.where(untouched, self.untouched, state.bound),
        )


def _untouched(night: Night, rules: Guardrails, profile: PlatformProfile) -> Small:
    """The guardrails that leave a bid as it is: the first one that applies, or NONE."""
    names = profile.automated | {name.strip().casefold() for name in rules.automated}
    ago = night.edited_days_ago
    reasons = (
        (Bound.AUTOMATED, _named(night.keywords.bid_strategy, names)),
        (Bound.NO_REFERENCE, night.reference_bid < 0),
        (Bound.HUMAN_EDIT, (ago >= 0) & (ago < rules.respect_edits_days)),
        (Bound.LEAST_DATA, night.keywords.clicks < rules.least_clicks),
    )
    bound = np.full(len(night.keywords), Bound.NONE, dtype=np.int8)
    for code, applies in reversed(reasons):
        bound[applies] = code
    return bound


def _named(texts: Texts, names: frozenset[str] | set[str]) -> Bools:
    cells = texts.tolist()
    known = {text: text.strip().casefold() in names for text in set(cells)}
    return np.fromiter(map(known.__getitem__, cells), dtype=np.bool_, count=len(cells))


def _everywhere(low: int, high: int) -> Interval:
    return Interval(np.array([low], dtype=np.int64), np.array([high], dtype=np.int64))


def _own_range(night: Night, rules: Guardrails) -> Interval:
    """The range of each keyword's class; without bounds where the class has none."""
    if not rules.classes:
        return _everywhere(0, FAR)
    ranges = [
        range_micros(rules.classes[name]) if name in rules.classes else (0, FAR) for name in night.classes
    ]
    lows, highs = np.array(ranges or [(0, FAR)], dtype=np.int64).T
    return Interval(lows[night.keyword_class], highs[night.keyword_class])


def _night_step(reference: Ints, rules: Guardrails) -> Interval:
    return Interval(
        share_of(reference, 1 - exact(rules.max_cut), up=True),
        share_of(reference, 1 + exact(rules.max_raise)),
    )


@dataclass
class _State:
    """Bids on their way through the guardrails, and what moved each of them last."""

    bid: Ints
    bound: Small

    def _move(self, where: Bools, to: Ints, code: Bound) -> None:
        self.bid = np.where(where, to, self.bid)
        self.bound[where] = code

    def raise_to(self, first_page: Ints, supported: Ints) -> None:
        """Raise bids below the first-page bid to it, where value supports that."""
        self._move((self.bid < first_page) & (first_page <= supported), first_page, Bound.FIRST_PAGE)

    def keep_to(self, allowed: Interval, too_low: Bound, too_high: Bound) -> None:
        """Move bids into an interval."""
        self._move(self.bid < allowed.low, allowed.low, too_low)
        self._move(self.bid > allowed.high, allowed.high, too_high)

    def be_legal(self, guards: Guards) -> None:
        """Move bids to the nearest legal ones that are allowed; the reference where none is on the way.

        Bids that would hardly move stay, unless they have to come back into their range.
        """
        reference, (lowest, highest, step) = guards.reference, guards.platform
        first, last = guards.steps.low, guards.steps.high
        stuck = first > last
        self.bound[(self.bid < lowest) | (self.bid > highest) | stuck] = Bound.PLATFORM
        nearest = np.clip((2 * self.bid + step - 1) // (2 * step), first, last) * step
        on_the_way = np.sign(nearest - reference) == np.sign(self.bid - reference)
        new = np.where(on_the_way & ~stuck, nearest, reference)
        small = (np.abs(new - reference) < guards.least) & guards.in_range
        kept = small | (new == reference)
        self.bound[kept & (self.bid != reference) & ~stuck] = Bound.LEAST_CHANGE
        self.bid = np.where(kept, reference, new)
