"""Budgets of competitors, as a replay takes them from the log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from bidder.auctions.log import AuctionLog, CompetingBids, InMemory, LogInfo
from bidder.auctions.rules import Episodes, Payment, Rivals, Rules
from bidder.jobs.replay_parts import competitors_budgets, survey, whole


def test_competitors_have_budgets_for_each_campaign():
    """What they spent without us on a campaign's auctions, for an episode of that campaign."""
    campaign = np.array([0, 0, 0, 0, 1, 1], dtype=np.int32)
    bids = CompetingBids(
        np.arange(7) * 2, np.tile(np.array([0, 1], np.int32), 6), np.tile([9, 5], 6), np.ones(12)
    )
    info = LogInfo(("large", "small"), rows=6, timed=False)
    source = InMemory(AuctionLog(info, np.arange(6), campaign, np.full(6, 9), bids=bids))
    part = whole(source, survey(source))
    rules = Rules(payment=Payment.GSP, rivals=Rivals(react=True))
    # Each auction costs the winner, who is the first competitor, the bid of the other one.
    assert competitors_budgets(part, Episodes(auctions=2), rules) == ((10, 0), (10, 0))
    assert competitors_budgets(part, Episodes(auctions=4), rules) == ((20, 0), (10, 0))
    given = replace(rules, rivals=Rivals(react=True, budgets=((7,),)))
    assert competitors_budgets(part, Episodes(auctions=2), given) == ((7, 7),)
    given = replace(rules, rivals=Rivals(react=True, budgets=((1, 2, 3),)))
    with pytest.raises(ValueError, match="3 budgets for 2 competitors"):
        competitors_budgets(part, Episodes(auctions=2), given)
