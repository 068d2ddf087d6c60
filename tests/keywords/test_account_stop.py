"""What stops a night: known figures, ordinary accounts that must not be stopped, and accidents that must."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm, poisson

from bidder.keywords.data import AccountDays, HourTable
from bidder.keywords.guardrails.account_stop import account_checks
from bidder.keywords.guardrails.jumps import _signed
from bidder.keywords.spec_guardrails import StopRules

LAST = 739_000
WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.1, 1.4, 1.3])


def account(clicks, conversions=None, cost=None, bid=None):
    clicks = np.asarray(clicks, np.int64)
    n = len(clicks)
    conversions = clicks * 0.05 if conversions is None else np.asarray(conversions, float)
    cost = clicks * 2_000_000 if cost is None else np.asarray(cost, np.int64)
    return AccountDays(
        np.arange(LAST - n + 1, LAST + 1), np.ones(n, bool), clicks * 20, clicks, cost,
        np.zeros(n, np.int64), conversions, np.full(n, np.nan) if bid is None else bid, np.zeros(n),
    )  # fmt: skip


def lively(seed, days=90, level=1000.0, noise=0.1, rate=0.05):
    """Clicks and conversions with a week, day-to-day noise and chance."""
    rng = np.random.default_rng(seed)
    clicks = rng.poisson(level * WEEK[np.arange(days) % 7] * rng.lognormal(0, noise, days))
    return account(clicks, rng.poisson(clicks * rate), rng.poisson(clicks) * 2_000_000)


def check(days=None, *, hours=None, expected=None, changed=None, may=None, before=100.0, after=100.0,
          least_hours=24, rules=None, **more):  # fmt: skip
    changed = np.zeros(100, bool) if changed is None else changed
    checks = account_checks(
        account([1000] * 60) if days is None else days, hours, expected, changed,
        np.ones(len(changed), bool) if may is None else may, before, after, StopRules(**(rules or {})),
        least_hours, **more,
    )  # fmt: skip
    return {one.name: one for one in checks}


def stops(days, **more):
    return [name for name, one in check(days, **more).items() if not one.passed]


NAMES = ["spend_change", "changed_share", "missing_hours", "zero_conversions", "jump_clicks", "jump_cost",
         "jump_conversions"]  # fmt: skip


def test_every_check_is_there_unless_switched_off():
    assert list(check()) == NAMES
    off = {"spend_change": None, "changed_share": None, "jump_sigmas": None, "zero_conversions": None}
    assert list(check(rules=off)) == ["missing_hours"]


@pytest.mark.parametrize(
    ("before", "after", "value", "passed"),
    [(100, 150, 0.5, True), (100, 150.01, 0.5001, False), (100, 50, 0.5, True), (100, 49, 0.51, False),
     (0, 0, 0, True), (0, 5, 1e6, False), (100, float("nan"), 1e6, False)],
)  # fmt: skip
def test_spend_change(before, after, value, passed):
    found = check(before=before, after=after)["spend_change"]
    assert found.value == pytest.approx(value)
    assert found.passed is passed
    assert f"{before:,.2f}" in found.message and f"{after:,.2f}" in found.message


def test_changed_share_counts_keywords_that_may_change():
    changed, may = np.zeros(100, bool), np.zeros(100, bool)
    changed[:32], may[:40] = True, True
    assert check(changed=changed, may=may)["changed_share"].passed
    changed[32] = True
    found = check(changed=changed, may=may)["changed_share"]
    assert (found.passed, found.value) == (False, 33 / 40)
    assert "33 of 40" in found.message
    few = check(changed=changed[:19])["changed_share"]
    assert few.passed and "from 20 keywords on" in few.message
    assert check(changed=changed, may=np.zeros(100, bool))["changed_share"].value == 0


def hours_of(*hours, usual=None):
    none = np.zeros((1, 168))
    return HourTable(("c",), none, none, none, none, none.astype(np.int64), np.array(hours), usual)


def test_missing_hours_name_themselves():
    day = tuple(range(24))
    assert check(hours=hours_of(*day), expected=day)["missing_hours"].passed
    found = check(hours=hours_of(*range(1, 23)), expected=day)["missing_hours"]
    assert (found.passed, found.value, found.limit) == (False, 22, 24)
    assert "0:00, 23:00" in found.message
    assert check(hours=hours_of(*range(1, 23)), expected=day, least_hours=22)["missing_hours"].passed
    assert check(hours=None, expected=day)["missing_hours"].passed
    assert check(hours=hours_of(), expected=None)["missing_hours"].passed


def test_only_usual_hours_are_missed():
    """A small account has nights without a single impression."""
    day, quiet = tuple(range(24)), np.where(np.arange(24) < 6, 0.5, 1.0)
    without_night = hours_of(*range(6, 24), usual=quiet)
    assert check(hours=without_night, expected=day, least_hours=None)["missing_hours"].passed
    found = check(hours=hours_of(*range(13), usual=quiet), expected=day, least_hours=None)["missing_hours"]
    assert (found.passed, found.value, found.limit) == (False, 7, 18)
    assert "13:00, 14:00" in found.message
    # Too few days to know what is usual: nothing is missed.
    assert check(hours=hours_of(12), expected=day, least_hours=None)["missing_hours"].passed


def test_hours_of_days_whose_clocks_change():
    spring = tuple(h for h in range(24) if h != 2)
    assert check(hours=hours_of(*spring), expected=spring)["missing_hours"].passed
    assert not check(hours=hours_of(*spring[1:]), expected=spring)["missing_hours"].passed
    assert check(hours=hours_of(*range(1, 24)), expected=spring, least_hours=22)["missing_hours"].passed
    autumn = (*range(3), 2, *range(3, 24))
    assert check(hours=hours_of(*range(24)), expected=autumn)["missing_hours"].passed


def test_zero_conversions_by_hand():
    days = account([100] * 29, [5] * 28 + [0])
    found = check(days)["zero_conversions"]
    assert found.value == pytest.approx((2800 / 2900) ** 140.5)
    assert found.passed and "about 5.0" in found.message
    assert not check(days, rules={"zero_conversions": 0.01})["zero_conversions"].passed


def test_zero_conversions_over_several_days_and_immature_ones():
    days = account([400] * 60, [20] * 59 + [0])
    assert stops(days) == ["zero_conversions", "jump_conversions"]
    young = np.ones(60)
    young[-1] = 0.2  # four conversions were to be seen by now
    found = check(days, maturity=young)["zero_conversions"]
    assert found.passed and "about 4.0" in found.message
    slow = account([100] * 60, [5] * 56 + [0] * 4)
    one_day = account([100] * 57, [5] * 56 + [0])
    assert check(slow)["zero_conversions"].value < check(one_day)["zero_conversions"].value
    assert "zero_conversions" in stops(slow)


def test_an_account_without_conversions_is_not_stopped_for_that():
    assert stops(account([1000] * 60, [0] * 60)) == []
    assert stops(account([0] * 60)) == []


@pytest.mark.parametrize("seed", range(40))
def test_ordinary_accounts_are_not_stopped(seed):
    level = [3.0, 30.0, 300.0, 30_000.0][seed % 4]
    noise = [0.02, 0.1, 0.25][seed % 3]
    assert stops(lively(seed, days=30 + 3 * (seed % 20), level=level, noise=noise)) == []


@pytest.mark.parametrize("factor", [0.0, 0.25, 4.0])
@pytest.mark.parametrize("seed", range(5))
def test_a_day_out_of_line_is(factor, seed):
    days = lively(seed)
    clicks = days.clicks.copy()
    clicks[-1] = int(clicks[-1] * factor)
    assert "jump_clicks" in stops(replace(days, clicks=clicks))
    cost = days.cost.copy()
    cost[-1] = int(cost[-1] * factor)
    assert stops(replace(days, cost=cost)) == ["jump_cost"]


def test_counts_too_small_to_tell_do_not_stop():
    assert stops(account([4, 6, 5] * 20 + [0])) == []
    assert stops(account([4, 6, 5] * 20 + [13])) == []
    assert "jump_clicks" in stops(account([4, 6, 5] * 20 + [60]))


def test_a_busy_weekday_is_compared_with_itself():
    clicks = np.tile([1000] * 6 + [5000], 9)
    assert stops(account(clicks)) == []
    assert "jump_clicks" in stops(account(np.append(clicks, 5000)))


def test_a_level_that_has_changed_for_good_is_no_jump():
    days = np.concatenate([np.full(50, 1000), np.full(1, 3000)])
    assert "jump_clicks" in stops(account(days))
    assert stops(account(np.concatenate([np.full(50, 1000), np.full(6, 3000)]))) == []


def test_what_our_own_bids_did_is_no_jump():
    bid = np.full(60, 1.0)
    bid[-1] = 1.3
    clicks = np.rint(1000 * bid**0.8)
    cost = np.rint(2_000_000 * 1000 * bid**1.5)
    moved = account(clicks, clicks * 0.05, cost, bid)
    assert stops(moved) == []
    assert "jump_cost" in stops(replace(moved, bid_level=np.full(60, np.nan)))


def test_few_days_pass_and_say_so():
    found = check(account([1000] * 20 + [90_000]))["jump_clicks"]
    assert found.passed and "Too few days" in found.message and "2 of the same weekday" in found.message
    assert not check(account([1000] * 22 + [90_000]))["jump_clicks"].passed


def test_promotion_days_are_neither_judged_nor_judges():
    days = account([1000] * 59 + [9000])
    promotion = np.ones(60, bool)
    promotion[-1] = False
    assert stops(days, ordinary=promotion) == []
    past = account([1000, 9000] * 29 + [1000, 1000])
    ordinary = past.clicks == 1000
    quiet = replace(past, clicks=np.where(np.arange(60) == 59, 200, past.clicks))
    assert "jump_clicks" in stops(quiet, ordinary=ordinary)


@pytest.mark.parametrize("mean", [2, 9, 50, 400])
def test_counting_noise_agrees_with_the_poisson_distribution(mean):
    for seen in range(int(mean + 6 * mean**0.5)):
        chance = poisson.cdf(seen, mean) if seen < mean else poisson.sf(seen - 1, mean)
        true = norm.isf(chance)
        if true > 1.5:
            assert abs(_signed(float(seen), float(mean), 0.0, 0.0)) == pytest.approx(true, rel=0.12), seen
