"""One-price auctions played by plain Python, straight from the rules; slow, for tests alone."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from bidder.auctions.draws import CLICK, CONVERSION, PARTICIPATION, uniform
from bidder.auctions.log import AuctionLog
from bidder.auctions.rules import Episodes, LastEpisode, Outcomes, OverBudget, Payment, Pricing, Rules

DAY_US = 86_400_000_000


def local_date(ts: int, zone: str):
    return datetime.fromtimestamp(ts // 1_000_000, UTC).astimezone(ZoneInfo(zone)).date()


def episode_of(i: int, log: AuctionLog, episodes: Episodes) -> int:
    if episodes.auctions is not None:
        return i // episodes.auctions
    if episodes.days is None:
        return 0
    first = local_date(int(log.ts[0]), episodes.time_zone)
    return (local_date(int(log.ts[i]), episodes.time_zone) - first).days // episodes.days


def budget_of(episode: int, n: int, budget: int, episodes: Episodes) -> int | None:
    """None for an episode that is left out."""
    size = episodes.auctions
    if size is None or (episode + 1) * size <= n or episodes.last is LastEpisode.KEEP:
        return budget
    return None if episodes.last is LastEpisode.DROP else budget * (n - episode * size) // size


def play(log: AuctionLog, rules: Rules, episodes: Episodes, budget: int, seed: int, bid_of, enter_of):
    """Counts by episode: entered, impressions, clicks, conversions, cost, value."""
    counts: dict[int, list[int]] = {}
    shown: dict[tuple, int] = {}
    balance, stopped = 0, False
    for i in range(len(log)):
        episode = episode_of(i, log, episodes)
        if episode not in counts:
            counts[episode] = [0] * 6
            balance, stopped = budget_of(episode, len(log), budget, episodes) or 0, False
        count = counts[episode]
        if rules.retargeting_days is not None:
            visit = int(log.last_visit[i])
            if visit < 0 or log.ts[i] - visit > rules.retargeting_days * DAY_US:
                continue
        if stopped or (enter_of(i) < 1 and uniform(seed, PARTICIPATION, i) >= enter_of(i)):
            continue
        person = None
        if rules.frequency_cap and log.user[i]:
            person = (int(log.user[i]), local_date(int(log.ts[i]), episodes.time_zone))
            if shown.get(person, 0) >= rules.frequency_cap:
                continue
        bid = bid_of(i)
        bid = math.floor(bid) if rules.integer else bid
        bid = bid if rules.max_bid is None else min(bid, rules.max_bid)
        if bid > balance and rules.over_budget is not OverBudget.CLIP_BID:
            stopped = rules.over_budget is OverBudget.STOP
            continue
        bid = min(bid, balance)
        count[0] += 1
        market, floor = int(log.market_price[i]), max(rules.reserve, int(log.floor[i]))
        if market < 0 or bid < floor or bid < market or (bid == market and not rules.win_on_tie):
            continue
        count[1] += 1
        if person:
            shown[person] = shown.get(person, 0) + 1
        if rules.outcomes is Outcomes.LOGGED:
            clicked, bought = bool(log.click[i]), bool(log.conversion[i])
        else:
            clicked = uniform(seed, CLICK, i) < log.pctr[i]
            bought = clicked and uniform(seed, CONVERSION, i) < log.pcvr[i]
        count[2] += clicked
        if clicked or rules.pricing is Pricing.IMPRESSION:
            price = math.floor(bid) if rules.payment is Payment.FIRST_PRICE else max(market, floor)
            count[4] += price
            balance -= price
        if bought:
            count[3] += 1
            count[5] += int(log.value[i])
    if episodes.last is LastEpisode.DROP and episodes.auctions and len(log) % episodes.auctions:
        del counts[max(counts)]
    return [counts[k] for k in sorted(counts)]
