"""The dynamic program over auctions and budget left, and bidding by its values."""

from __future__ import annotations

import numba
import numpy as np

from bidder.auctions.kernels.state import (
    BALANCE,
    CLICKS,
    CONVERSIONS,
    COST,
    ENTERED,
    IMPRESSIONS,
    VALUE,
    WORTH,
)

CLOSE = 1e-10
"""With this little missing from what unlimited money would bring, more money is taken to bring nothing."""


@numba.njit(cache=True)
def value_function(auctions, budget, pdf, worth):  # type: ignore[no-untyped-def]
    """Expected worth with n auctions and budget b left (recursion as in :mod:`...strategies.rlb`).

    Parameters
    ----------
    auctions, budget : int
        N and B, the budget in whole steps.
    pdf : ndarray of float64, shape (M + 1,)
        Probability of each market price in steps.
    worth : float
        Of an impression, on average.

    Returns
    -------
    ndarray of float64, shape (N + 1, B + 1)
    """
    value = np.zeros((auctions + 1, budget + 1))
    every = pdf.sum() * worth
    unlimited = 0.0
    for n in range(1, auctions + 1):
        unlimited += every
        before, now = value[n - 1], value[n]
        for b in range(1, budget + 1):
            here = before[b]
            top = min(len(pdf) - 1, b)
            gain = 0.0
            for d in range(top + 1):
                bracket = worth + before[b - d] - here
                if bracket < 0.0:
                    break
                gain += pdf[d] * bracket
            now[b] = here + gain
            if abs(now[b] - unlimited) < CLOSE:
                now[b + 1 :] = unlimited
                break
    return value


@numba.njit(cache=True)
def _bid(before, balance, most, worth):  # type: ignore[no-untyped-def]
    """The highest price up to which winning is worth more than the money it takes away."""
    bid = 0
    here = before[balance]
    for d in range(1, min(balance, most) + 1):
        if worth + before[balance - d] - here < 0.0:
            break
        bid = d
    return bid


@numba.njit(cache=True)
def replay_table(start, stop, columns, worths, left, values, which, step, most, money, won, state):  # type: ignore[no-untyped-def]
    """Play the auctions ``start`` to ``stop`` one by one.

    Parameters
    ----------
    columns : Columns
    worths : ndarray of float64, shape (1, n) or (S, n)
        Expected worth of these auctions, in the unit of the table.
    left : int
        Auctions left in the episode with the first one of these, itself included.
    values, which, step, most
        See :class:`bidder.auctions.strategies.value_table.ValueTable`.
    money, won, state
        See :func:`bidder.auctions.kernels.single.replay_single`.
    """
    _, least, price, click, worth, _, special, paid = columns
    for s in range(len(which)):
        mine, expected = state[s], worths[s if worths.shape[0] > 1 else 0]
        table = values[which[s]]
        c = np.searchsorted(special, start)
        for i in range(start, stop):
            while c < len(special) and special[c] < i:
                c += 1
            balance = mine[BALANCE]
            steps = min(balance // step[s], table.shape[1] - 1)
            bid = float(_bid(table[left - (i - start) - 1], steps, most[s], expected[i - start]) * step[s])
            bid = min(bid, money.max_bid)
            mine[ENTERED] += 1
            if bid < least[i]:
                continue
            mine[IMPRESSIONS] += 1
            mine[WORTH] += worth[i]
            clicked = len(click) > 0 and click[i] > 0
            mine[CLICKS] += clicked
            if clicked or not money.per_click:
                paying = np.int64(bid) if money.first_price else price[i]
                mine[COST] += paying
                mine[BALANCE] -= paying
            if c < len(special) and special[c] == i:
                mine[CONVERSIONS] += 1
                mine[VALUE] += paid[c]
                if len(won) > 0:
                    won[c, s] = 1
