"""Our own bids against competing ones, auction by auction, against plain Python."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from slots_reference import replay

from bidder.arrays import fixed
from bidder.auctions.kernels.slots import RankedColumns, replay_ranked
from bidder.auctions.kernels.state import BALANCE, COST, FIELDS, IMPRESSIONS, STOPPED
from bidder.auctions.log import CompetingBids
from bidder.auctions.ranked.ranking import (
    MAX_RANK,
    quality_weights,
    ranked_bids,
    ranked_rules,
    slot_millionths,
)
from bidder.auctions.rules import Outcomes, OverBudget, Payment, Pricing, Rules

COUNTS = ("balance", "stopped", "entered", "impressions", "clicks", "conversions", "cost", "value", "worth")
CURVES = [(1.0,), (1.0, 0.6), (1.0, 0.7, 0.5, 0.3), (1.0, 1.0, 0.25)]
SETTINGS, AUCTIONS, RIVALS, PERSONS = 3, 60, 5, 6


@dataclass
class Case:
    """Everything one call of the kernel is handed."""

    columns: RankedColumns
    rivals: object
    base: np.ndarray
    multiplier: np.ndarray
    participation: np.ndarray
    seed: np.ndarray
    rules: Rules
    slots: np.ndarray
    factors: np.ndarray
    spend: np.ndarray
    shown: np.ndarray
    won: np.ndarray
    state: np.ndarray

    def play(self, start=0, stop=AUCTIONS, chosen=None):
        """Call the kernel."""
        chosen = np.arange(len(self.state)) if chosen is None else np.array(chosen)
        replay_ranked(
            start, stop, self.columns, self.rivals, fixed(self.base[:, start // 2 : stop].copy()),
            self.multiplier, self.participation, self.seed, ranked_rules(self.rules), self.slots, chosen,
            self.factors, self.spend, self.shown, self.won, self.state,
        )

    def outcome(self):
        """What the kernel changed, as bytes."""
        return [x.tobytes() for x in (self.spend, self.shown, self.won, self.state)]


def random_rules(rng):
    def any_of(*options):
        return options[rng.integers(len(options))]

    return Rules(
        payment=any_of(*Payment),
        pricing=any_of(*Pricing),
        win_on_tie=any_of(True, False),
        max_bid=any_of(None, 9),
        reserve=any_of(0, 0, 2),
        over_budget=any_of(*OverBudget),
        outcomes=any_of(*Outcomes),
        frequency_cap=any_of(None, 0, 1, 3),
    )


def random_rivals(rng, n, unit):
    sizes = rng.integers(0, RIVALS + 2, n)
    total = int(sizes.sum())
    return CompetingBids(
        np.concatenate([[0], np.cumsum(sizes)]),
        rng.integers(0, RIVALS, total).astype(np.int32),
        rng.integers(0, 12, total) * unit,
        rng.choice([0.5, 1.0, 1.0, 1.5, 2.0], total),
    )


def random_columns(rng, n, unit):
    return RankedColumns(
        row=np.arange(n) + int(rng.integers(0, 10**9)),
        ours=quality_weights(rng.choice([0.5, 1.0, 1.0, 2.0, np.nan], n)),
        floor=rng.choice([0, 0, unit, 4 * unit], n),
        pctr=rng.random(n),
        pcvr=rng.random(n),
        click=rng.integers(0, 2, n).astype(np.uint8),
        conversion=rng.integers(0, 2, n).astype(np.uint8),
        value=rng.integers(0, 10**9, n),
        worth=rng.integers(0, 10**12, n),
        person=rng.integers(-1, PERSONS, n).astype(np.int32),
        allowed=(rng.random(n) < 0.9).astype(np.uint8),
        special=np.where(rng.random(n) < 0.7, np.arange(n), -1),
    )


def random_case(seed, reacting, unit=1, overbid=1.0):
    """Amounts are around ten ``unit``; few different ones, so that ties are common."""
    rng = np.random.default_rng([seed, reacting])
    S, n = SETTINGS, AUCTIONS
    state = np.zeros((S, FIELDS), dtype=np.int64)
    state[:, BALANCE] = rng.choice([0, 5, 40, 200, 5_000], S) * unit
    factors = rng.choice([0.0, 0.3, 0.5, 1.0, 1.0, 1.7], (S, RIVALS if reacting else 0))
    base = rng.uniform(0, 15, (int(rng.choice([1, S])), n)) * unit * rng.choice([1.0, 1.0, overbid], n)
    return Case(
        random_columns(rng, n, unit),
        ranked_bids(random_rivals(rng, n, unit), float(rng.choice([0.0, 0.5, 1.0]))), base,
        rng.choice([0.5, 1.0, 1.3], S), rng.choice([0.5, 1.0], S), rng.integers(-(2**62), 2**62, S),
        random_rules(rng), slot_millionths(CURVES[seed % len(CURVES)]), factors,
        np.zeros(factors.shape, np.int64),
        np.zeros((S, PERSONS), np.uint16), np.zeros((n, S), np.uint8), state,
    )


def by_reference(case):
    """State, spend and won conversions of every setting by the plain-Python reference."""
    log, rivals = case.columns._asdict(), case.rivals
    parts = [slice(a, b) for a, b in zip(rivals.offsets[:-1], rivals.offsets[1:], strict=True)]
    table = [list(zip(*(x[part].tolist() for x in rivals[1:]), strict=True)) for part in parts]
    states, spends, wins = [], [], []
    for s in range(SETTINGS):
        row = dict(zip(COUNTS, case.state[s].tolist(), strict=True))
        shown, spend, won = [0] * PERSONS, [0] * RIVALS, set()
        bids = case.multiplier[s] * case.base[s % len(case.base)]
        factors = case.factors[s] if case.factors.shape[1] else np.ones(RIVALS)
        replay(
            log, table, bids, case.rules, case.slots.tolist(), case.participation[s], case.seed[s], factors,
            row, shown, spend, won,
        )
        states.append(list(row.values()))
        spends.append(spend)
        wins.append({int(log["special"][i]) for i in won} - {-1})
    return states, spends, wins


@pytest.mark.parametrize("reacting", [False, True])
@pytest.mark.parametrize(("unit", "overbid"), [(1, 1.0), (10**7, 1.0), (10**10, 1e20)])
def test_replay_equals_the_reference(reacting, unit, overbid):
    exhausted = 0
    for seed in range(100):
        case = random_case(seed, reacting, unit, overbid)
        states, spends, wins = by_reference(case)
        case.play()
        assert case.state.tolist() == states
        assert [set(np.flatnonzero(case.won[:, s])) for s in range(SETTINGS)] == wins
        assert not reacting or case.spend.tolist() == spends
        assert (case.state[:, BALANCE] >= 0).all()
        exhausted += int((case.state[:, BALANCE] == 0).sum() + case.state[:, STOPPED].sum())
    assert exhausted > 60


@pytest.mark.parametrize("reacting", [False, True])
def test_neither_cuts_nor_company_change_a_setting(reacting):
    for seed in range(40):
        whole, cut, alone = (random_case(seed, reacting) for _ in range(3))
        whole.play()
        for start, stop in ((0, 1), (1, 37), (37, 37), (37, AUCTIONS)):
            cut.play(start, stop)
        for s in (2, 0, 1):
            alone.play(chosen=[s])
        assert cut.outcome() == whole.outcome()
        assert alone.outcome() == whole.outcome()


def plain_case(rules, bids, base, balance, columns=None):
    """One setting against given competing bids with quality 1."""
    n = len(bids.offsets) - 1
    none, zeros = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.uint8)
    fields = dict.fromkeys(("ours", "floor", "value", "worth", "special"), none)
    fields["person"] = np.empty(0, dtype=np.int32)
    fields |= dict.fromkeys(("click", "conversion", "allowed"), zeros)
    fields |= dict.fromkeys(("pctr", "pcvr"), np.empty(0)) | {"row": np.arange(n)} | (columns or {})
    state = np.zeros((1, FIELDS), dtype=np.int64)
    state[0, BALANCE] = balance
    return Case(
        RankedColumns(**fields), ranked_bids(bids), np.asarray(base, dtype=np.float64)[None, :], np.ones(1),
        np.ones(1), np.zeros(1, np.int64), rules, slot_millionths(rules.slots), np.empty((1, 0)),
        np.empty((1, 0), np.int64), np.zeros((1, 0), np.uint16), np.zeros((0, 1), np.uint8), state,
    )


def one_rival(prices):
    n = len(prices)
    return CompetingBids(np.arange(n + 1), np.zeros(n, np.int32), np.array(prices), np.ones(n))


def test_a_budget_that_ends_exactly():
    case = plain_case(Rules(payment=Payment.GSP), one_rival([4, 3, 3, 5]), [9, 9, 9, 9], 10)
    case.play(stop=4)
    assert case.state[0, [BALANCE, COST, IMPRESSIONS]].tolist() == [0, 10, 3]


def test_ties_and_what_they_cost():
    for tie, won, cost in ((True, 2, 10), (False, 1, 6)):
        rules = Rules(payment=Payment.GSP, win_on_tie=tie)
        case = plain_case(rules, one_rival([5, 5]), [5, 6], 100)
        case.play(stop=2)
        assert case.state[0, [IMPRESSIONS, COST]].tolist() == [won, cost]


@pytest.mark.parametrize("bid", [1e18, 1e30, np.inf])
def test_a_bid_without_bound_beats_the_highest_rank(bid):
    rivals = one_rival([MAX_RANK // 1_000_000])
    for payment in (Payment.GSP, Payment.VCG):
        case = plain_case(Rules(payment=payment), rivals, [bid], 2**62)
        case.play(stop=1)
        assert case.state[0, [IMPRESSIONS, COST]].tolist() == [1, MAX_RANK // 1_000_000]


@pytest.mark.parametrize("bid", [-1.0, -1e30, np.nan])
def test_no_bid_below_zero_wins(bid):
    case = plain_case(Rules(payment=Payment.GSP), one_rival([0]), [bid], 10)
    case.play(stop=1)
    assert case.state[0, IMPRESSIONS] == 0


def test_with_one_slot_a_budget_and_clicks_paid_no_click_is_unpaid():
    n = 500
    rng = np.random.default_rng(3)
    columns = {"click": rng.integers(0, 2, n).astype(np.uint8)}
    rules = Rules(payment=Payment.GSP, pricing=Pricing.CLICK)
    case = plain_case(rules, one_rival(rng.integers(1, 20, n)), np.full(n, 15.0), 1_000, columns)
    prices, balance, clicks = case.rivals.bid, 1_000, 0
    for price, click in zip(prices, columns["click"], strict=True):
        if min(15, balance) >= price and click:
            balance -= int(price)
            clicks += 1
    case.play(stop=n)
    assert case.state[0, [BALANCE, 4]].tolist() == [balance, clicks]
