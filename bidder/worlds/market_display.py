"""The display auctions of one block, and the shop visits between them, in the order of time."""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.worlds.market_search import (
    CLICKS,
    CONVERSIONS,
    COST,
    IMPRESSIONS,
    REVENUE,
    rival_bid,
)

NEVER, VIEWED, CART, BOUGHT = range(4)
"""What a user's last visit came to."""
FADE_UNIT = 86_400_000_000.0


class DisplayDraws(NamedTuple):
    """The auctions of a block, n of them.

    ``shock`` (n, K) standard normal and ``chance`` (n, K) uniform, for the competitors; ``seen`` and
    ``hidden`` (n,) the factors on the click rate that predictions know and do not know, ``sale_seen`` and
    ``sale_hidden`` those on the conversion rate; ``tilt`` log of seen x hidden; ``click_chance`` and
    ``sale_chance`` (n,) uniform.
    """

    shock: np.ndarray
    chance: np.ndarray
    seen: np.ndarray
    hidden: np.ndarray
    sale_seen: np.ndarray
    sale_hidden: np.ndarray
    tilt: np.ndarray
    click_chance: np.ndarray
    sale_chance: np.ndarray


class OurDisplay(NamedTuple):
    """Our side: true ``ctr`` and ``cvr`` (C,) in this hour, mean order ``value`` (C,) in micros;
    ``usual`` bid in micros for an average impression, ``level`` of today, ``levels`` (L,), ``response``
    (C, L, 5) which is added to, ``balance`` (1,), changed here, and whether the winner pays its bid."""

    ctr: np.ndarray
    cvr: np.ndarray
    value: np.ndarray
    usual: float
    level: float
    levels: np.ndarray
    response: np.ndarray
    balance: np.ndarray
    first_price: bool


class DisplayResults(NamedTuple):
    """What is filled in, each (n,): ``market_price``, ``pctr``, ``pcvr``, ``click`` and ``conversion`` if
    our ad is shown, ``won`` (1: it was) and ``cost``."""

    market_price: np.ndarray
    pctr: np.ndarray
    pcvr: np.ndarray
    click: np.ndarray
    conversion: np.ndarray
    won: np.ndarray
    cost: np.ndarray


class Shop(NamedTuple):
    """The users: ``last_visit`` (U,) and ``stage`` (U,), changed here; ``chances`` (3,): of putting into
    the cart, of buying with something in it, and days in which the CVR of retargeting fades to 1/e."""

    last_visit: np.ndarray
    stage: np.ndarray
    chances: np.ndarray


class Visits(NamedTuple):
    """Visits of a block in order of time: ``user``, ``ts``; ``paid`` 1 after a click on an ad,
    ``converted`` 1 where that click brings an order; ``draw`` (V, 2) uniform; ``bought`` is set to 1 where
    an organic visit ends with an order."""

    user: np.ndarray
    ts: np.ndarray
    paid: np.ndarray
    converted: np.ndarray
    draw: np.ndarray
    bought: np.ndarray


@numba.njit(cache=True)
def _visit(user, ts, into_cart, paid, converted, shop):  # type: ignore[no-untyped-def]
    """One visit of the shop; whatever is in the cart stays there until it is bought."""
    shop.last_visit[user] = ts
    if shop.stage[user] != CART:
        shop.stage[user] = CART if into_cart < shop.chances[0] else VIEWED
    if paid and converted:
        shop.stage[user] = BOUGHT


@numba.njit(cache=True)
def _visit_number(v, visits, shop):  # type: ignore[no-untyped-def]
    user = visits.user[v]
    _visit(user, visits.ts[v], visits.draw[v, 0], visits.paid[v], visits.converted[v], shop)
    if not visits.paid[v] and shop.stage[user] == CART and visits.draw[v, 1] < shop.chances[1]:
        shop.stage[user] = BOUGHT
        visits.bought[v] = 1


@numba.njit(cache=True)
def receive(visits, shop):  # type: ignore[no-untyped-def]
    """Let all visits of a block take place."""
    for v in range(len(visits.user)):
        _visit_number(v, visits, shop)


@numba.njit(cache=True)
def _best(i, c, floor, draws, rivals):  # type: ignore[no-untyped-def]
    """Highest and second highest competing bid (at least ``floor``), and whose the highest is (-1)."""
    first, second, who = floor, floor, -1
    for k in range(len(rivals.spread)):
        if draws.chance[i, k] >= rivals.takes_part[k] or rivals.balance[k] <= 0:
            continue
        bid = rival_bid(k, c, i, draws.shock, draws.tilt, rivals)
        if bid > first or (bid == first and who < 0):
            first, second, who = bid, first, k
        elif bid > second:
            second = bid
    return first, second, who


@numba.njit(cache=True)
def _respond(c, price, pctr, rates, ours):  # type: ignore[no-untyped-def]
    usual = ours.usual * pctr / ours.ctr[c]
    for level in range(len(ours.levels)):
        bid = np.int64(usual * ours.levels[level])
        if bid < price:
            continue
        cell = ours.response[c, level]
        cell[IMPRESSIONS] += 1
        cell[CLICKS] += rates[0]
        cell[COST] += bid if ours.first_price else price
        cell[CONVERSIONS] += rates[0] * rates[1]
        cell[REVENUE] += rates[0] * rates[1] * ours.value[c]


@numba.njit(cache=True)
def _sell(i, c, floor, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """Sell one impression to a competitor or to us."""
    first, second, who = _best(i, c, floor, draws, rivals)
    out.market_price[i] = first
    bid = np.int64(ours.usual * ours.level * out.pctr[i] / ours.ctr[c])
    out.won[i] = np.uint8(bid >= first and bid <= ours.balance[0])
    out.cost[i] = 0
    if out.won[i]:
        out.cost[i] = bid if ours.first_price else first
        ours.balance[0] -= out.cost[i]
    elif who >= 0:
        entered = bid <= ours.balance[0]
        price = max(second, bid) if entered else second
        rivals.balance[who] -= first if ours.first_price else price


@numba.njit(cache=True)
def _play(i, c, fade, floor, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """One auction, with what would come of our impression."""
    cvr = ours.cvr[c] * fade
    out.pctr[i] = min(ours.ctr[c] * draws.seen[i], 1.0)
    out.pcvr[i] = min(cvr * draws.sale_seen[i], 1.0)
    click_rate = min(out.pctr[i] * draws.hidden[i], 1.0)
    sale_rate = min(out.pcvr[i] * draws.sale_hidden[i], 1.0)
    out.click[i] = np.uint8(draws.click_chance[i] < click_rate)
    out.conversion[i] = np.uint8(out.click[i] and draws.sale_chance[i] < sale_rate)
    _sell(i, c, floor, draws, rivals, ours, out)
    _respond(c, out.market_price[i], out.pctr[i], (click_rate, sale_rate), ours)


@numba.njit(cache=True)
def clear_display(floor, campaign, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """Play the auctions of a block; ``floor`` in micros, ``campaign`` (n,) the code of each auction."""
    for i in range(len(campaign)):
        _play(i, campaign[i], 1.0, floor, draws, rivals, ours, out)


@numba.njit(cache=True)
def clear_retargeting(floor, ts, user, into_cart, draws, rivals, ours, visits, shop, campaign, last_visit, out):  # type: ignore[no-untyped-def]  # noqa: E501
    """Play the auctions of a block before users who have visited the shop, the block's visits between.

    ``campaign`` (n,) and ``last_visit`` (n,) are filled in: 1 where something is in the user's cart, else
    0, and when the last visit was. Our own clicks bring the user back to the shop (``into_cart`` (n,)
    uniform).
    """
    v = 0
    for i in range(len(ts)):
        while v < len(visits.user) and visits.ts[v] < ts[i]:
            _visit_number(v, visits, shop)
            v += 1
        person = user[i]
        campaign[i] = 1 if shop.stage[person] == CART else 0
        last_visit[i] = shop.last_visit[person]
        fade = np.exp(-(ts[i] - last_visit[i]) / (FADE_UNIT * shop.chances[2]))
        _play(i, campaign[i], fade, floor, draws, rivals, ours, out)
        if out.won[i] and out.click[i]:
            _visit(person, ts[i], into_cart[i], True, out.conversion[i] > 0, shop)
    while v < len(visits.user):
        _visit_number(v, visits, shop)
        v += 1
