"""What each slot of an auction would have cost us, whatever we had bid."""

from __future__ import annotations

import numba
import numpy as np

from bidder.auctions.kernels.slots import _part, clear, insert, vcg_price
from bidder.auctions.ranked.ranking import payment_code
from bidder.auctions.rules import Payment

VCG = payment_code(Payment.VCG)


@numba.njit(cache=True)
def slot_offers(start, stop, columns, rivals, rules, slots, cost, worth):  # type: ignore[no-untyped-def]
    """Price and expected worth of every slot.

    Parameters
    ----------
    start, stop, columns, rivals, rules, slots
        See :func:`bidder.auctions.kernels.slots.replay_ranked`.
    cost : ndarray of int64, shape (stop - start, K)
        Price of the slot, for a click or an impression; -1 where it cannot be had. Filled in.
    worth : ndarray of int64, shape (stop - start, K)
        As :attr:`bidder.auctions.result.SettingResult.totals` counts it. Filled in.
    """
    size = len(slots)
    ranks, who = np.empty(size + 1, np.int64), np.empty(size + 1, np.int64)
    with_us = np.empty(size + 1, np.int64)
    for i in range(start, stop):
        weight = columns.ours[i]
        least = max(rules.reserve, columns.floor[i]) if len(columns.floor) > 0 else rules.reserve
        clear(ranks, who)
        for j in range(rivals.offsets[i], rivals.offsets[i + 1]):
            if rivals.bid[j] >= least:
                insert(ranks, who, rivals.bid[j] * rivals.weight[j], j)
        for k in range(size):
            worth[i - start, k] = _part(columns.worth[i], slots[k], slots[0])
            shut = len(columns.allowed) > 0 and columns.allowed[i] == 0
            if shut or (k > 0 and ranks[k - 1] < 0):
                cost[i - start, k] = -1
                continue
            with_us[:k] = ranks[:k]
            with_us[k + 1 :] = ranks[k:-1]
            if rules.payment == VCG:
                price = vcg_price(k, with_us, slots, weight, least)
            else:
                over = weight - 1 if rules.win_on_tie else weight
                price = max(least, (ranks[k] + over) // weight)
            most = rules.max_bid
            cost[i - start, k] = -1 if 0 <= most < price else price
