"""The market's prices: how likely a bid wins, how prices are spread, and what each strategy paid."""

from __future__ import annotations

import math

import numpy as np

from bidder.auctions.landscapes.prices import PriceDistribution
from bidder.auctions.rules import Payment, Pricing
from bidder.reports import charts
from bidder.reports.charts import Row
from bidder.reports.page import Chart, Figure, Key, Section, Table, Value, table
from bidder.reports.replay_view import ReplayView
from bidder.reports.theme import ACCENT, INK, MUTED, PALE

_PERCENT = "format(datum.value, '~%')"
SHOWN = 0.99
"""Share of the known prices that is drawn: a long tail would press the others together."""
BINS = 50
POINTS = 160


def market_section(view: ReplayView) -> Section | None:
    """Win probability, price density and each strategy's place in them."""
    prices = view.result.prices
    if prices is None or not len(prices.price) or prices.cdf[-1] <= 0:
        return None
    figures = [_landscape(view, prices), _density(view, prices)]
    label = view.labels
    named = f"rp_prices_{prices.method}"
    lead = label(named if label.has(named) else "rp_prices_fitted", method=prices.method)
    return Section("market", label("rp_market"), figures, lead, label("rp_short_market"))


def _top(prices: PriceDistribution) -> int:
    place = int(np.searchsorted(prices.cdf, SHOWN * prices.cdf[-1]))
    return max(int(prices.price[min(place, len(prices.price) - 1)]), 1)


def _landscape(view: ReplayView, prices: PriceDistribution) -> Figure:
    label = view.labels
    bids = np.linspace(0.0, _top(prices) * 1.02, POINTS + 1)
    line = [
        {"x": view.bid(float(b)), "y": float(f"{p:.5g}")}
        for b, p in zip(bids, prices.win_probability(bids), strict=True)
    ]
    constant = _constant_bids(view, prices, bids)
    points = _places(view, float(bids[-1]))
    titles = {"x": view.bid_title("bid"), "y": label("rp_win_probability"), "c": label("rp_strategy"),
              "p": view.title("cpm" if view.by_mille else "paid_each")}
    spec = charts.landscape(line, constant, points, view.colours, titles, view.numbers.axis(), _PERCENT)
    keys = [Key(label("rp_win_probability"), ACCENT, "line")]
    if constant:
        keys.append(Key(label("rp_constant_line"), MUTED, "line dashed"))
    keys += [Key(p["c"], view.colours[p["c"]], "dot") for p in points]
    caption = view.joined(
        label("rp_landscape_caption"),
        view.spoken("rp_places_caption", budget=view.budget_text(view.budget)) if points else "",
        label("rp_constant_caption") if constant else "",
        label("rp_tail", share=view.numbers.percent(SHOWN, 0)),
    )
    return Figure(label("rp_landscape"), [Chart(spec)], _landscape_table(view, prices, bids), caption, keys)


def _places(view: ReplayView, most: float) -> list[Row]:
    # Paid by the click, a price is not on the axis of bids for an impression.
    if view.result.rules.pricing is not Pricing.IMPRESSION:
        return []
    rows: list[Row] = []
    for c in view.best_of_each(view.budget):
        won = view.total(c, "impressions")
        paid = view.total(c, "cost") / won if won > 0 else math.nan
        if c.strategy in view.colours and paid <= most:
            rate = view.figure(c, "win_rate")
            rows.append({"x": view.bid(paid), "y": float(f"{rate:.5g}"), "c": c.strategy})
    return rows


def _constant_bids(view: ReplayView, prices: PriceDistribution, bids: np.ndarray) -> list[Row]:
    """What a constant bid pays on average and wins, where the winner pays the market price."""
    rules = view.result.rules
    if rules.payment is not Payment.SECOND_PRICE or rules.pricing is not Pricing.IMPRESSION:
        return []
    mass = np.diff(np.concatenate([[0.0], prices.cdf]))
    spent = np.concatenate([[0.0], np.cumsum(mass * prices.price)])
    place = np.searchsorted(prices.price, bids, side="right")
    won = np.concatenate([[0.0], prices.cdf])[place]
    return [
        {"x": view.bid(float(spent[k] / w)), "y": float(f"{w:.5g}")}
        for k, w in zip(place, won, strict=True)
        if w > 0
    ]


def _landscape_table(view: ReplayView, prices: PriceDistribution, bids: np.ndarray) -> Table:
    rows: list[list[Value]] = [
        [view.price_text(view.bid(float(b))), view.numbers.percent(float(prices.win_probability(b)))]
        for b in bids[:: POINTS // 20]
    ]
    return table([view.bid_title("bid"), view.labels("rp_win_probability")], rows, text=0)


def _density(view: ReplayView, prices: PriceDistribution) -> Figure:
    label = view.labels
    top = _top(prices) + 1
    grain = max(int(np.gcd.reduce(prices.price)), 1)  # prices in whole fen would fill bins unevenly
    step = max(1, math.ceil(top / grain / BINS)) * grain
    edges = np.arange(0, top + step, step, dtype=np.float64)
    below = prices.win_probability(edges - 0.5)  # prices are whole: those below each edge
    share = np.diff(below)
    rows: list[Row] = [
        {"lo": view.bid(float(a)), "hi": view.bid(float(b)), "n": float(f"{s:.5g}")}
        for a, b, s in zip(edges[:-1], edges[1:], share, strict=True)
    ]
    titles = {"x": view.bid_title("market_price"), "n": label("rp_share_of_auctions"), "lo": label("from"),
              "hi": label("to"), "k": label("rp_mark")}
    marks = _marks(view, float(edges[-1]))
    spec = charts.histogram(rows, marks, titles, view.numbers.axis(), PALE, n_labels=_PERCENT, n_form=".2%")
    values: list[list[Value]] = [
        [view.price_text(r["lo"]), view.price_text(r["hi"]), view.numbers.percent(r["n"], 2)] for r in rows
    ]
    keys = [Key(m["k"], m["colour"], "line") for m in marks]
    caption = view.joined(label("rp_density_caption"), label("rp_tail", share=view.numbers.percent(SHOWN, 0)))
    grid = table([titles["lo"], titles["hi"], titles["n"]], values, text=0)
    return Figure(label("rp_density"), [Chart(spec)], grid, caption, keys)


def _marks(view: ReplayView, most: float) -> list[Row]:
    rules = view.result.rules
    marks = (("rp_mark_max", rules.max_bid, INK), ("rp_mark_reserve", rules.reserve or None, MUTED))
    return [
        {"x": view.bid(limit), "k": view.labels(key, bid=view.bid_text(limit)), "colour": shade}
        for key, limit, shade in marks
        if limit is not None and limit <= most
    ]
