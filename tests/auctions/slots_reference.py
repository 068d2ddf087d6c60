"""Ranked auctions in plain Python, written from the definitions: what kernels are compared with."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor

from bidder.auctions.draws import CLICK, COMPETITOR_CLICK, CONVERSION, PARTICIPATION, SLOT, uniform


def ranking(bids, weights, reserve):
    """Indices of those who take part, best first; ties to the first in the table. No bid is None."""
    there = [i for i, bid in enumerate(bids) if bid is not None and bid >= reserve]
    return sorted(there, key=lambda i: (-bids[i] * weights[i], i))


def gsp_price(bids, weights, reserve, i):
    """Least whole price at which i would still stand before the one behind."""
    line = ranking(bids, weights, reserve)
    behind = line[line.index(i) + 1 :]
    if not behind:
        return reserve
    j = behind[0]
    exact = Fraction(bids[j] * weights[j], weights[i])
    whole = ceil(exact)
    if whole == exact and j < i:
        whole += 1
    return max(whole, reserve)


def vcg_exact(bids, weights, slots, reserve, i):
    """Critical rank of every slot from i's own down to the last, weighted by the clicks it adds."""
    line = ranking(bids, weights, reserve)
    k = line.index(i)
    rates = [Fraction(c) for c in slots] + [Fraction(0)]
    total = Fraction(0)
    for j in range(k, len(slots)):
        behind = bids[line[j + 1]] * weights[line[j + 1]] if j + 1 < len(line) else 0
        total += (rates[j] - rates[j + 1]) * max(behind, reserve * weights[i])
    return total / (rates[k] * weights[i])


def externality(bids, weights, slots, i):
    """What the others lose by i's presence, for one of i's clicks (without reserve prices)."""

    def worth(shown):
        return sum(Fraction(c) * bids[a] * weights[a] for c, a in zip(slots, shown, strict=False) if a != i)

    line = ranking(bids, weights, 0)
    loss = worth([a for a in line if a != i]) - worth(line)
    return loss / (Fraction(slots[line.index(i)]) * weights[i])


def auction(bids, weights, slots, reserve, payment):
    """Slot and price of every winner, by index."""
    found = {}
    for k, i in enumerate(ranking(bids, weights, reserve)[: len(slots)]):
        if payment == "first_price":
            price = bids[i]
        elif payment == "vcg":
            price = ceil(vcg_exact(bids, weights, slots, reserve, i))
        else:
            price = gsp_price(bids, weights, reserve, i)
        found[i] = (k, price)
    return found


def scaled(bid, factor):
    """A competitor's bid in whole units; none with a factor of 0."""
    return floor(bid * factor) if factor > 0 else None


def our_bid(sheet, rules, row):
    """Our whole bid, or None; the balance decides by the rule."""
    bid = floor(sheet)
    if rules.max_bid is not None:
        bid = min(bid, rules.max_bid)
    if bid > row["balance"]:
        if rules.over_budget != "clip_bid":
            row["stopped"] = int(rules.over_budget == "stop")
            return None
        bid = row["balance"]
    row["entered"] += 1
    return bid


def outcome(log, i, share, rules, seed):
    """Whether an impression is clicked and converted."""
    row = int(log["row"][i])
    if rules.outcomes == "drawn":
        click = uniform(seed, CLICK, row) < log["pctr"][i] * share
        return click, click and uniform(seed, CONVERSION, row) < log["pcvr"][i]
    kept = share == 1 or uniform(seed, SLOT, row) < share
    return bool(log["click"][i]) and kept, bool(log["conversion"][i]) and kept


def may_enter(log, i, rules, participation, seed, shown):
    """Whether window, cap and throttle let us in."""
    person = log["person"][i]
    if not log["allowed"][i]:
        return False
    if rules.frequency_cap is not None and person >= 0 and shown[person] >= rules.frequency_cap:
        return False
    return uniform(seed, PARTICIPATION, int(log["row"][i])) < participation


def replay(log, rivals, bids, rules, slots, participation, seed, factors, row, shown, spend, won):
    """One setting over a stretch of auctions; changes ``row``, ``shown``, ``spend`` and ``won``."""
    for i, sheet in enumerate(bids):
        reserve = max(rules.reserve, int(log["floor"][i]))
        mine = None
        if not row["stopped"] and may_enter(log, i, rules, participation, seed, shown):
            mine = our_bid(sheet, rules, row)
        theirs = [(c, scaled(b, factors[c]), w) for c, b, w in rivals[i]]
        us = ("us", mine, int(log["ours"][i]))
        table = [us, *theirs] if rules.win_on_tie else [*theirs, us]
        names, amounts, weights = zip(*table, strict=True)
        for a, (k, price) in auction(amounts, weights, slots, reserve, rules.payment).items():
            share = slots[k] / slots[0]
            if names[a] != "us":
                at = int(log["row"][i]) * 2**20 + names[a]
                clicked = uniform(seed, COMPETITOR_CLICK, at) < share * log["pctr"][i]
                spend[names[a]] += price if clicked or rules.pricing == "impression" else 0
                continue
            click, sale = outcome(log, i, share, rules, seed)
            paid = price if click or rules.pricing == "impression" else 0
            row["impressions"] += 1
            row["clicks"] += click
            row["conversions"] += sale
            row["cost"] += paid
            row["balance"] -= paid
            row["value"] += int(log["value"][i]) if sale else 0
            row["worth"] += int(log["worth"][i]) * slots[k] // slots[0]
            if log["person"][i] >= 0:
                shown[log["person"][i]] += 1
            if sale:
                won.add(i)
