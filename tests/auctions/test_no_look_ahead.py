"""What comes after an auction cannot change what is bid in it, for any strategy.

Every decision is recorded: the bids meant for each auction, the chance of entering it, and what every
setting has won and spent up to the end of each segment.
"""

from __future__ import annotations

import numpy as np
import pytest
from replay_cases import HOUR, noise_after, random_log, with_rivals

from bidder.auctions.engine.players import RankedPlayer, SinglePlayer, TablePlayer
from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.replay import Replay
from bidder.auctions.rules import Episodes, Payment, Rules
from bidder.auctions.strategies.base import Market, Training
from bidder.auctions.strategies.registry import KINDS, params_model, strategy_class
from bidder.auctions.worth import Objective

ROWS = 120
COUNTED = Episodes(auctions=50, tick_auctions=5)
DAYS = Episodes(days=1, tick_us=HOUR)
VALUE = {"value_per_click": 400.0}
CASES = {
    "constant": ({"bid": 15}, COUNTED),
    "random": ({"max": 40}, COUNTED),
    "max_cpc": (VALUE, COUNTED),
    "linear": ({"base_bid": 20, "average_ctr": 0.05}, COUNTED),
    "ortb1": ({"c": 30.0, "lambda": 0.002}, COUNTED),
    "ortb2": ({"c": 30.0, "lambda": 0.002}, COUNTED),
    "first_price_shading": ({**VALUE, "pace": True}, COUNTED),
    "uniform_scaling": ({**VALUE, "adapt": True}, COUNTED),
    "pid": (VALUE, DAYS),
    "m_pid": ({**VALUE, "max_cpc": 300.0}, DAYS),
    "ta_pid": (VALUE, DAYS),
    "mystique": (VALUE, DAYS),
    "throttling": (VALUE, DAYS),
    "dual": ({"value_per_conversion": 3_000.0, "target_roas": 2.0}, DAYS),
    "ss_mdp": ({"average_ctr": 0.05, "price_histogram": [5] * 41}, COUNTED),
    "rlb": ({"average_ctr": 0.05, "price_histogram": [5] * 41}, COUNTED),
    "keyword_bids": ({"target_cpa": 900.0}, DAYS),
}


def test_every_kind_has_a_case():
    assert set(CASES) == set(KINDS)


class Recorder:
    """Writes down what players are told to do."""

    def __init__(self, monkeypatch):
        self.lines = []
        self.after = 0
        for player in (SinglePlayer, TablePlayer, RankedPlayer):
            monkeypatch.setattr(player, "play", self._recorded(player.__dict__["play"]))

    def _recorded(self, play):
        def recorded(mine, segment, base, control, won, state):
            bids = control.multiplier[:, None] * np.atleast_2d(base)
            enter = None if control.participation is None else control.participation.tolist()
            play(mine, segment, base, control, won, state)
            first = self.after
            self.after += segment.stop - segment.start
            self.lines.append((first, bids.copy(), enter, state.copy()))

        return recorded

    def take(self):
        lines, self.lines, self.after = self.lines, [], 0
        return lines


def play(kind, log, training, recorder, rules):
    params, episodes = CASES[kind]
    model = params_model(kind)
    settings = [model(name="s", kind=kind, **params)] * 3
    budget = np.array([60, 300, 4_000]) * (1 if episodes is COUNTED else 3)
    market = Market(log.info, rules, episodes, budget, np.array([1, 1, 2]), 24, training)
    replay = Replay(strategy_class(kind), settings, market, Objective.CLICKS)
    replay.feed(log)
    replay.finish()
    return recorder.take()


def until(lines, t):
    """Bids of the auctions before ``t``; states of the segments that end by then."""
    decided = []
    for first, bids, enter, state in lines:
        if first >= t:
            break
        whole = first + bids.shape[1] <= t
        decided.append((bids[:, : t - first].tobytes(), enter, state.tobytes() if whole else b""))
    return decided


def check(kind, times, recorder, rules=Rules(max_bid=60)):  # noqa: B008
    rng = np.random.default_rng(17)
    log, past = random_log(rng, ROWS), random_log(rng, 400)
    log = with_rivals(log, rng) if rules.ranked else log
    prices = PriceDistribution.of_counts(np.bincount(past.market_price))
    training = Training(past, 1.0, 4.0, prices)
    lines = play(kind, log, training, recorder, rules)
    assert max(bids.max() for _, bids, _, _ in lines) > 0
    changed = 0
    for t in rng.integers(0, ROWS + 1, times).tolist():
        other = play(kind, noise_after(log, t, rng), training, recorder, rules)
        assert until(other, t) == until(lines, t)
        changed += until(other, ROWS) != until(lines, ROWS)
    assert changed > times / 2 or kind == "constant"


@pytest.mark.parametrize("kind", KINDS)
def test_noise_in_the_future_changes_nothing(kind, monkeypatch):
    check(kind, 12, Recorder(monkeypatch))


@pytest.mark.parametrize("kind", ["pid", "dual", "throttling", "linear"])
def test_nor_in_ranked_auctions(kind, monkeypatch):
    check(kind, 12, Recorder(monkeypatch), Rules(payment=Payment.GSP, slots=(1.0, 0.5), max_bid=60))


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_a_thousand_times(kind, monkeypatch):
    check(kind, 1_000, Recorder(monkeypatch))


def test_a_strategy_that_looks_ahead_is_found_out(monkeypatch):
    """The test itself: bids scaled by the average click rate of a whole tick."""
    from bidder.auctions.strategies.linear import Linear

    monkeypatch.setattr(Linear, "base", lambda self, requests: requests.pctr / requests.pctr.mean())
    with pytest.raises(AssertionError):
        check("linear", 12, Recorder(monkeypatch))
