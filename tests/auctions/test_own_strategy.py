"""What the replay refuses of somebody's own strategy."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pytest
from replay_cases import Factor, FactorParams, random_log
from test_replay_reference import run

from bidder.auctions.replay import StrategyError
from bidder.auctions.rules import Episodes, Rules
from bidder.auctions.strategies.base import Control

EPISODES = Episodes(auctions=100, tick_auctions=50)


def play(kind):
    log = random_log(np.random.default_rng(1), 300)
    return run(log, Rules(), EPISODES, [500, 500], [FactorParams(name="mine", factor=300.0)] * 2, kind=kind)


class LooksAhead(Factor):
    def base(self, requests):
        return requests.pctr / requests.pctr.mean()


class LooksBack(Factor):
    def base(self, requests):
        return np.cumsum(requests.pctr)


class Negative(Factor):
    def base(self, requests):
        bids = np.ones((2, len(requests)))
        bids[1, -1] = -1.0
        return bids


class WrongShape(Factor):
    steady: ClassVar[bool] = False

    def base(self, requests):
        return np.ones(3)


class Fails(Factor):
    def control(self, view):
        raise KeyError("nothing there")


class NoNumber(Factor):
    def control(self, view):
        return Control(np.array([1.0, np.nan]))


class MoreThanCertain(Factor):
    def control(self, view):
        return Control(np.ones(2), np.array([1.0, 1.5]))


@pytest.mark.parametrize(
    ("kind", "said", "setting"),
    [
        (LooksAhead, "later auctions are taken away", None),
        (LooksBack, "earlier auctions are taken away", None),
        (Negative, "base bid -1; expected a finite number of at least 0", 1),
        (WrongShape, r"base bids have shape \(3,\)", None),
        (Fails, "KeyError", None),
        (NoNumber, "multiplier nan", 1),
        (MoreThanCertain, "participation 1.5", 1),
    ],
)
def test_what_cannot_be_a_bid_is_told(kind, said, setting):
    with pytest.raises(StrategyError, match=said) as told:
        play(kind)
    assert "'mine'" in str(told.value) and "auction" in str(told.value)
    assert told.value.setting == setting
