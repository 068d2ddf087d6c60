"""The display auctions of one block, and the shop visits between them, in the order of time.

Arrays are bound to names before the loop, and what is asked of every competitor is asked with plain
numbers: numba counts references when an array is taken out of a tuple or handed on, which would cost
more than the auction.
"""

from __future__ import annotations

from typing import NamedTuple

import numba
import numpy as np

from bidder.worlds.market_search import CLICKS, CONVERSIONS, COST, IMPRESSIONS, REVENUE, rival_bid

NEVER, VIEWED, CART, BOUGHT = range(4)
"""What a user's last visit came to."""
FADE_UNIT = 86_400_000_000.0
FOREVER = 2**62


class DisplayDraws(NamedTuple):
    """The auctions of a block, n of them.

    ``factor`` (n, K) is what multiplies each competitor's usual bid, -1 where it takes no part; ``seen``
    and ``hidden`` (n,) the factors on the click rate that predictions know and do not know, ``sale_seen``
    and ``sale_hidden`` those on the conversion rate; ``click_chance`` and ``sale_chance`` (n,) uniform.
    """

    factor: np.ndarray
    seen: np.ndarray
    hidden: np.ndarray
    sale_seen: np.ndarray
    sale_hidden: np.ndarray
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


class Audience(NamedTuple):
    """Before whose eyes the n auctions of retargeting are: ``ts``, ``user``; ``into_cart`` uniform, for
    the visit that our click brings; ``last_visit`` is filled in. All empty in other channels."""

    ts: np.ndarray
    user: np.ndarray
    into_cart: np.ndarray
    last_visit: np.ndarray


@numba.njit(cache=True)
def _visit(user, ts, into_cart, paid, converted, shop):  # type: ignore[no-untyped-def]
    """One visit of the shop; whatever is in the cart stays there until it is bought."""
    shop.last_visit[user] = ts
    if shop.stage[user] != CART:
        shop.stage[user] = CART if into_cart < shop.chances[0] else VIEWED
    if paid and converted:
        shop.stage[user] = BOUGHT


@numba.njit(cache=True)
def receive(first, until, visits, shop):  # type: ignore[no-untyped-def]
    """Let the visits from number ``first`` take place that come before ``until``; returns the next one."""
    v = first
    while v < len(visits.user) and visits.ts[v] < until:
        user = visits.user[v]
        _visit(user, visits.ts[v], visits.draw[v, 0], visits.paid[v], visits.converted[v], shop)
        if not visits.paid[v] and shop.stage[user] == CART and visits.draw[v, 1] < shop.chances[1]:
            shop.stage[user] = BOUGHT
            visits.bought[v] = 1
        v += 1
    return v


@numba.njit(cache=True)
def _look_up(i, audience, shop, campaign):  # type: ignore[no-untyped-def]
    """Fill in campaign and last visit of an auction; returns the factor on its CVR."""
    user = audience.user[i]
    campaign[i] = 1 if shop.stage[user] == CART else 0
    audience.last_visit[i] = shop.last_visit[user]
    return np.exp(-(audience.ts[i] - shop.last_visit[user]) / (FADE_UNIT * shop.chances[2]))


@numba.njit(cache=True)
def _best(i, c, floor, factor, usual, balance):  # type: ignore[no-untyped-def]
    """Highest and second highest competing bid (at least ``floor``), and whose the highest is (-1)."""
    first, second, who = floor, floor, -1
    for k in range(len(balance)):
        bid = rival_bid(factor[i, k], usual[c, k], balance[k])
        if bid > first or (bid == first and who < 0):
            first, second, who = bid, first, k
        elif bid > second:
            second = bid
    return first, second, who


@numba.njit(cache=True)
def _sell(bid, best, first_price, wallet, balance):  # type: ignore[no-untyped-def]
    """Sell one impression to a competitor or to us; returns whether to us, and what we pay."""
    first, second, who = best
    affordable = bid <= wallet[0]
    if affordable and bid >= first:
        cost = bid if first_price else first
        wallet[0] -= cost
        return True, cost
    if who >= 0:
        balance[who] -= first if first_price else max(second, bid if affordable else second)
    return False, np.int64(0)


@numba.njit(cache=True)
def _respond(c, price, bid, click_rate, sale_rate, levels, value, first_price, steps):  # type: ignore[no-untyped-def]
    """Note what the lowest bid level that wins would have brought: all higher ones bring it too."""
    level = 0
    while level < len(levels) and bid * levels[level] < price:
        level += 1
    if level < len(levels):
        steps[c, level, IMPRESSIONS] += 1.0
        steps[c, level, CLICKS] += click_rate
        steps[c, level, COST] += bid if first_price else float(price)
        steps[c, level, CONVERSIONS] += click_rate * sale_rate
        steps[c, level, REVENUE] += click_rate * sale_rate * value[c]


@numba.njit(cache=True)
def _sum_up(steps, levels, first_price, response):  # type: ignore[no-untyped-def]
    """Add the steps of a block to the response curves."""
    for c in range(steps.shape[0]):
        for measure in range(steps.shape[2]):
            total = 0.0
            for level in range(steps.shape[1]):
                total += steps[c, level, measure]
                factor = levels[level] if first_price and measure == COST else 1.0
                response[c, level, measure] += total * factor


@numba.njit(cache=True)
def _rates(usual, seen, hidden):  # type: ignore[no-untyped-def]
    """Predicted and true probability."""
    predicted = min(usual * seen, 1.0)
    return predicted, min(predicted * hidden, 1.0)


@numba.njit(cache=True)
def clear_display(floor, campaign, audience, visits, shop, draws, rivals, ours, out):  # type: ignore[no-untyped-def]
    """Play the auctions of a block.

    Parameters
    ----------
    floor : int
        Lowest bid that takes part, micros.
    campaign : ndarray of int32, shape (n,)
        The code of each auction; in retargeting filled in: 1 where something is in the user's cart, else 0.
    audience : Audience
    visits : Visits
        Visits of the block, which take place between its auctions; empty but in retargeting.
    shop : Shop
    draws : DisplayDraws
    rivals : RivalState
    ours : OurDisplay
    out : DisplayResults
    """
    factor, usual, balance = draws.factor, rivals.usual, rivals.balance
    seen, hidden, sale_seen, sale_hidden = draws.seen, draws.hidden, draws.sale_seen, draws.sale_hidden
    click_chance, sale_chance = draws.click_chance, draws.sale_chance
    ctr, cvr, value, levels = ours.ctr, ours.cvr, ours.value, ours.levels
    wallet, first_price, our_bid, level = ours.balance, ours.first_price, ours.usual, ours.level
    market_price, pctr, pcvr, click = out.market_price, out.pctr, out.pcvr, out.click
    conversion, won, cost = out.conversion, out.won, out.cost
    steps = np.zeros(ours.response.shape)
    retargeting = len(audience.ts) > 0
    fade, v = 1.0, 0
    for i in range(len(campaign)):
        if retargeting:
            v = receive(v, audience.ts[i], visits, shop)
            fade = _look_up(i, audience, shop, campaign)
        c = campaign[i]
        pctr[i], click_rate = _rates(ctr[c], seen[i], hidden[i])
        pcvr[i], sale_rate = _rates(cvr[c] * fade, sale_seen[i], sale_hidden[i])
        click[i] = np.uint8(click_chance[i] < click_rate)
        conversion[i] = np.uint8(click[i] and sale_chance[i] < sale_rate)
        best = _best(i, c, floor, factor, usual, balance)
        market_price[i] = best[0]
        bid = our_bid * pctr[i] / ctr[c]
        won[i], cost[i] = _sell(np.int64(bid * level), best, first_price, wallet, balance)
        _respond(c, best[0], bid, click_rate, sale_rate, levels, value, first_price, steps)
        if retargeting and won[i] and click[i]:
            _visit(audience.user[i], audience.ts[i], audience.into_cart[i], True, conversion[i] > 0, shop)
    receive(v, FOREVER, visits, shop)
    _sum_up(steps, levels, first_price, ours.response)
