"""Tables over budget and auctions left are refused before they fill the memory."""

from __future__ import annotations

import numpy as np
import pytest
from tiny_market import build, make_log

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.rules import Episodes
from bidder.auctions.strategies.base import Training

LOG = make_log(200)


def table(budget=100, auctions=10, price=50, step=1, kind="rlb"):
    prices = PriceDistribution(np.array([price], dtype=np.int64), np.ones(1))
    cut = Episodes(auctions=auctions, tick_auctions=1)
    said = {"kind": kind, "average_ctr": 0.01, "step": step}
    return build([said], budget, cut, LOG.info, 10, training=Training(LOG, 1.0, 1.0, prices)).table()


@pytest.mark.parametrize("kind", ["rlb", "ss_mdp"])
@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ({"budget": 2**53}, "a table of 10 auctions x 9,007,199,254,740,992 steps of budget is too large"),
        ({"auctions": 10**12}, "a table of 1,000,000,000,000 auctions x 100 steps of budget is too large"),
        ({"price": 10**13}, "10,000,000,000,000 prices in steps of 1 are too many; expected a larger step"),
    ],
)
def test_what_would_not_fit(kind, sizes, said):
    with pytest.raises(ValueError, match=said):
        table(**sizes, kind=kind)
    assert table(kind=kind) is not None
    assert table(price=10**13, step=10**10, kind=kind) is not None
