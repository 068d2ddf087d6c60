"""Guardrails of single bids against a plain reference in fractions, and what people expect of them."""

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from guard_nights import night, profile, spec
from hypothesis import example, given
from hypothesis import strategies as st

from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.guardrails.guard import Guards, guard
from bidder.keywords.guardrails.limits import exact, share_of

UNIT = 1_000_000


def written(number):
    return Fraction(str(number))


def clipped(value, low, high):
    return min(max(value, low), high)


def allowed(old, ranges, rules):
    """The last interval of those given, within as many of the earlier ones as it can be."""
    low, high = Fraction(0), Fraction(10**30)
    step = (old * (1 - written(rules.max_cut)), old * (1 + written(rules.max_raise)))
    for bottom, top in [*ranges, step]:
        if max(low, bottom) <= min(high, top):
            low, high = max(low, bottom), min(high, top)
        else:
            low, high = bottom, top
    return low, high


def plain(wanted, supported, old, first_page, ranges, rules, platform):
    """One bid by the book, with exact fractions; the nearest legal bid is next to the target or at an end."""
    target = Fraction(wanted)
    if rules.first_page and target < first_page <= supported:
        target = Fraction(first_page)
    step_range = (old * (1 - written(rules.max_cut)), old * (1 + written(rules.max_raise)))
    for low, high in [*ranges, step_range]:
        target = clipped(target, low, high)
    low, high = allowed(old, ranges, rules)
    low, high = max(low, platform.min_bid_micros), min(high, platform.max_bid_micros)
    step = platform.bid_step_micros
    near = {math.floor(target / step), math.ceil(target / step)}
    steps = near | {math.ceil(low / step), math.floor(high / step)}
    legal = [k * step for k in steps if k > 0 and low <= k * step <= high]
    if not legal:
        return old
    new = min(legal, key=lambda bid: (abs(bid - target), bid))
    if (new - old) * (target - old) <= 0:
        return old
    inside = True
    for bottom, top in ranges:
        inside = bottom <= old <= top  # the last range decides, unless the earlier one fits into it
    if len(ranges) == 2 and max(ranges[0][0], ranges[1][0]) <= min(ranges[0][1], ranges[1][1]):
        inside = all(bottom <= old <= top for bottom, top in ranges)
    if inside and abs(new - old) < written(rules.least_change) * old:
        return old
    return new


MONEY = st.integers(1, 3_000).map(lambda k: k / 100)
BID = st.one_of(st.integers(0, 300).map(lambda k: k * 10_000), st.integers(0, 3_000_000))
STEP = st.sampled_from([1, 10, 5_000, 10_000, 100_000, 1_000_000])
PART = st.sampled_from([0.001, 0.01, 0.1, 0.2, 0.3, 0.55, 0.123456, 0.99])


@st.composite
def cases(draw):
    bottom, top = sorted([draw(MONEY), draw(MONEY)])
    own = sorted([draw(MONEY), draw(MONEY)])
    rules = {
        "bid": {"min": bottom, "max": top}, "max_raise": draw(PART), "max_cut": draw(PART),
        "least_change": draw(st.sampled_from([0, 0.01, 0.05, 0.5])), "first_page": draw(st.booleans()),
    }  # fmt: skip
    if draw(st.booleans()):
        rules["classes"] = {"brand": {"min": own[0], "max": own[1]}}
    one = spec(["brand"], **rules)
    platform = profile(draw(STEP), draw(st.sampled_from([1, 10_000, 50_000])), 50_000_000)
    rows = draw(st.lists(st.tuples(BID, BID, BID, BID, st.integers(0, 1)), min_size=1, max_size=8))
    return one, platform, np.array(rows, dtype=np.int64)


def run(case):
    one, platform, rows = case
    wanted, supported, old, first_page, kind = rows.T
    given_night = night(old, first_page=first_page, keyword_class=kind, classes=("brand", "other"))
    new, bound = guard(wanted, supported, given_night, one, platform)
    return given_night, new, bound


def ranges_of(one, kind):
    both = [one.guardrails.classes["brand"]] if one.guardrails.classes and kind == 0 else []
    return [(written(r.min) * UNIT, written(r.max) * UNIT) for r in [*both, one.guardrails.bid]]


@given(cases())
def test_guard_does_what_the_plain_reference_does(case):
    one, platform, rows = case
    _, new, _ = run(case)
    for row, bid in zip(rows.tolist(), new.tolist(), strict=True):
        wanted, supported, old, first_page, kind = row
        ranges = ranges_of(one, kind)
        expected = plain(wanted, supported, old, first_page, ranges, one.guardrails, platform)
        assert bid == expected, row


@given(cases())
def test_a_changed_bid_is_legal_and_within_every_limit(case):
    one, platform, rows = case
    rules = one.guardrails
    for row, bid in zip(rows.tolist(), run(case)[1].tolist(), strict=True):
        old, kind = row[2], row[4]
        if bid == old:
            continue
        assert bid % platform.bid_step_micros == 0
        assert platform.min_bid_micros <= bid <= platform.max_bid_micros
        assert old * (1 - written(rules.max_cut)) <= bid <= old * (1 + written(rules.max_raise))
        low, high = ranges_of(one, kind)[-1]
        if low <= old <= high:
            assert low <= bid <= high
        else:  # on its way back, never further off
            assert (old < bid <= high) if old < low else (low <= bid < old)


@given(cases())
def test_a_second_application_changes_nothing(case):
    one, platform, rows = case
    given_night, new, _ = run(case)
    again, _ = guard(new, rows.T[1], given_night, one, platform)
    assert again.tolist() == new.tolist()


@given(cases())
def test_what_bound_a_bid_tells_why_it_is_not_what_was_wanted(case):
    _, platform, rows = case
    _, new, bound = run(case)
    for row, bid, code in zip(rows.tolist(), new.tolist(), bound.tolist(), strict=True):
        if code == Bound.NONE:  # only rounding to the nearest step
            assert abs(bid - row[0]) <= platform.bid_step_micros / 2
        if code == Bound.LEAST_CHANGE:
            assert bid == row[2]


@given(st.lists(st.integers(0, 2**60), min_size=1, max_size=5), st.floats(1e-9, 11), st.booleans())
@example([2**60], 0.1234567890123456, True)
def test_shares_are_exact(bids, share, up):
    shares = share_of(np.array(bids, dtype=np.int64), exact(share), up=up)
    for bid, found in zip(bids, shares.tolist(), strict=True):
        true = bid * written(share)
        whole = -((-true.numerator) // true.denominator) if up else true.numerator // true.denominator
        assert found == min(whole, 2**61)


def one(wanted, old, *, platform=None, supported=10**9, rules=None, **columns):
    """New bid and guardrail of one keyword; bids in currency units."""
    new, bound = guard(
        np.array([round(wanted * UNIT)]), np.array([supported]), night([round(old * UNIT)], **columns),
        spec(**(rules or {})), platform or profile(),
    )  # fmt: skip
    return new[0] / UNIT, Bound(bound[0])


def test_limits_are_the_decimal_numbers_of_the_config():
    assert one(9, 1.00) == (1.20, Bound.MAX_RAISE)
    assert one(0.06, 1.00) == (0.70, Bound.MAX_CUT)
    assert one(9, 1.00, rules={"max_raise": 0.1}) == (1.10, Bound.MAX_RAISE)
    assert one(9, 1.00, rules={"max_raise": 0.29}) == (1.29, Bound.MAX_RAISE)


def test_rounding_goes_inward():
    assert one(9, 0.99) == (1.18, Bound.MAX_RAISE)  # the limit is 1.188
    assert one(0.06, 0.99) == (0.70, Bound.MAX_CUT)  # the limit is 0.693
    assert one(1.005, 1.00, rules={"least_change": 0}) == (1.00, Bound.LEAST_CHANGE)
    assert one(1.016, 1.00) == (1.02, Bound.NONE)


def test_nothing_legal_within_the_limits_keeps_the_bid():
    assert one(9, 0.03) == (0.03, Bound.LEAST_CHANGE)  # up to 0.036, in steps of 0.01
    assert one(9, 0.033) == (0.033, Bound.LEAST_CHANGE)  # up to 0.0396, and 0.03 lies the other way
    assert one(9, 0.03, platform=profile(low=50_000)) == (0.03, Bound.PLATFORM)
    coarse = profile(step=1_000_000, low=1_000_000)
    assert one(9, 2.5, platform=coarse) == (3.0, Bound.MAX_RAISE)
    assert one(9, 2.4, platform=coarse, rules={"max_raise": 0.1}) == (2.4, Bound.LEAST_CHANGE)


def test_a_bid_outside_its_range_comes_back_step_by_step():
    old, path = 40.0, []
    while old > 20:
        old, bound = one(100, old)
        path.append((old, bound))
    assert path == [
        (28.0, Bound.MAX_CUT), (20.0, Bound.BID_MAX),
    ]  # fmt: skip
    assert one(0, 0.03, rules={"max_raise": 0.5}) == (0.04, Bound.MAX_RAISE)
    # less than the least change, but outside
    assert one(30, 20.05) == (20.0, Bound.BID_MAX)


def test_the_first_page_bid_needs_support():
    page = [1_100_000]
    assert one(1.00, 1.00, first_page=page) == (1.10, Bound.FIRST_PAGE)
    assert one(1.00, 1.00, first_page=page, supported=1_099_999) == (1.00, Bound.NONE)
    assert one(1.00, 1.00, first_page=page, rules={"first_page": False}) == (1.00, Bound.NONE)
    assert one(1.00, 1.00, first_page=[5_000_000]) == (1.20, Bound.MAX_RAISE)
    assert one(1.00, 1.00, first_page=[-1]) == (1.00, Bound.NONE)


def test_classes_have_ranges_of_their_own():
    rules = {"classes": {"brand": {"min": 2, "max": 3}}, "max_raise": 5}
    both = night([1_000_000] * 4, keyword_class=[0, 0, 1, 0], classes=("brand", "other"))
    wanted = np.array([100_000, 9_000_000, 100_000, 2_500_000])
    new, bound = guard(wanted, wanted, both, spec(["brand"], **rules), profile())
    assert new.tolist() == [2_000_000, 3_000_000, 700_000, 2_500_000]
    assert bound.tolist() == [Bound.CLASS_MIN, Bound.CLASS_MAX, Bound.MAX_CUT, Bound.NONE]


def test_what_leaves_a_bid_alone_goes_first_and_in_order():
    rules = spec(least_clicks=10, respect_edits_days=7, automated=[" Their Smart One "])
    given_night = night(
        [-1, -1, 500_000, 500_000, 500_000, 500_000, 500_000],
        strategy=["SMART", "", "their smart ONE", "manual cpc", "", "", ""],
        edited=[0, 0, 0, 6, 7, -1, 0], clicks=[0, 0, 0, 0, 0, 10, 100],
    )  # fmt: skip
    wanted = np.full(7, 550_000)
    new, bound = guard(wanted, wanted, given_night, rules, profile())
    assert [Bound(code).name for code in bound] == [
        "AUTOMATED", "NO_REFERENCE", "AUTOMATED", "HUMAN_EDIT", "LEAST_DATA", "NONE", "HUMAN_EDIT",
    ]  # fmt: skip
    assert new.tolist() == [-1, -1, 500_000, 500_000, 500_000, 550_000, 500_000]


def test_least_change():
    assert one(1.04, 1.00, rules={"least_change": 0.05}) == (1.00, Bound.LEAST_CHANGE)
    assert one(1.05, 1.00, rules={"least_change": 0.05}) == (1.05, Bound.NONE)
    assert one(1.00, 1.00, rules={"least_change": 0.05}) == (1.00, Bound.NONE)


def test_the_step_of_a_currency_without_one_of_the_platform():
    yen = spec(bid={"min": 1, "max": 500})
    yen = yen.model_copy(update={"account": yen.account.model_copy(update={"currency": "JPY"})})
    whole_yen = replace(profile(), bid_step_micros=None)
    new, _ = guard(np.array([33_400_000]), np.array([0]), night([30_000_000]), yen, whole_yen)
    assert new.tolist() == [33_000_000]


def test_nothing_and_amounts_beyond_every_bid():
    none = np.zeros(0, dtype=np.int64)
    new, bound = guard(none, none, night(none), spec(), profile())
    assert len(new) == len(bound) == 0
    wide = spec(bid={"min": 0.05, "max": 1e13}, max_raise=10)
    new, _ = guard(np.array([2**62]), np.array([0]), night([5 * 10**17]), wide, profile(high=2**60))
    assert new.tolist() == [2**60 // 10_000 * 10_000]


@pytest.mark.parametrize("field", ["wanted", "supported"])
def test_arrays_are_not_written_to(field):
    arrays = {"wanted": np.array([9 * UNIT]), "supported": np.array([9 * UNIT])}
    before = arrays[field].copy()
    guard(arrays["wanted"], arrays["supported"], night([UNIT], first_page=[2 * UNIT]), spec(), profile())
    assert (arrays[field] == before).all()


@pytest.mark.parametrize("classes", [{}, {"brand": {"min": 2, "max": 3}}])
def test_guards_of_a_night_can_be_asked_again_and_again(classes):
    rng = np.random.default_rng(2)
    rules = spec(list(classes), classes=classes, least_clicks=1)
    given_night = night(
        rng.integers(-1, 500, 300) * UNIT // 100, clicks=rng.integers(0, 5, 300),
        first_page=rng.integers(-1, 500, 300) * UNIT // 100, keyword_class=rng.integers(0, 2, 300),
        classes=("brand", "other"),
    )  # fmt: skip
    guards = Guards.of(given_night, rules, profile())
    for _ in range(3):
        wanted, supported = rng.integers(0, 6 * UNIT, (2, 300))
        expected = guard(wanted, supported, given_night, rules, profile())
        for found, column in zip(guards.bids(wanted, supported), expected, strict=True):
            assert found.tolist() == column.tolist()
