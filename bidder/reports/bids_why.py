"""Why a keyword's bid is what it is, in one sentence."""

from __future__ import annotations

from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import Reason
from bidder.money import MICROS
from bidder.reports.bids_view import BidsView, short

KINDS = 6
"""Most sentences."""
_LOOKED_AT = 400


def why_lines(view: BidsView) -> list[str]:
    """Sentences for the biggest movers, first one of each reason and guardrail, then the next ones."""
    first: dict[tuple[int, int], int] = {}
    for k in view.movers[:_LOOKED_AT]:
        first.setdefault((int(view.proposal.bids.reason[k]), int(view.proposal.bids.bound_by[k])), int(k))
    chosen = list(first.values())[:KINDS]
    chosen += [int(k) for k in view.movers[:KINDS] if int(k) not in chosen][: KINDS - len(chosen)]
    places = {int(k): n for n, k in enumerate(view.movers[:_LOOKED_AT])}
    return [why(view, k) for k in sorted(chosen, key=places.__getitem__)]


def why(view: BidsView, keyword: int) -> str:
    """From clicks and orders to the bid, step by step."""
    name = view.labels("bd_why_name", keyword=short(str(view.proposal.night.keywords.keyword[keyword])),
                       campaign=view.place(keyword))
    steps = [_value(view, keyword), _supported(view, keyword), _moved(view, keyword)]
    return name + view.labels("bd_why_then").join(filter(None, steps)) + view.labels("bd_why_end")


def _value(view: BidsView, keyword: int) -> str:
    table, value, numbers = view.proposal.night.keywords, view.proposal.value, view.numbers
    cpa = view.target_kind == "cpa"
    words = {
        "clicks": view.many("bd_n_clicks", float(table.clicks[keyword])),
        "orders": view.many("bd_n_conversions" if cpa else "bd_n_orders", float(table.conversions[keyword])),
        "cvr": numbers.percent(float(value.cvr[keyword]), 2), "value": view.worth(keyword),
        "parent": numbers.percent(float(value.parent_cvr[keyword]), 2),
        "order_value": numbers.short_money(float(value.order_value[keyword])),
    }
    return view.labels("bd_why_value_cpa" if cpa else "bd_why_value", **words)


def _supported(view: BidsView, keyword: int) -> str:
    bids = view.proposal.bids
    supported, wanted = int(bids.supported[keyword]), int(bids.wanted[keyword])
    text = view.labels("bd_why_supported", target=view.target_text, bid=view.bid(supported / MICROS),
                       alpha=view.numbers.ratio(view.proposal.alpha.chosen))
    reason = Reason(int(bids.reason[keyword]))
    if reason in (Reason.VALUE, Reason.NO_BID) or wanted == supported:
        return text
    factor = view.numbers.ratio(float(bids.explored[keyword]))
    key = f"bd_why_{reason.name.lower()}"
    return view.joined(text, view.labels(key, bid=view.bid(wanted / MICROS), factor=factor))


def _moved(view: BidsView, keyword: int) -> str:
    bids = view.proposal.bids
    bound = Bound(int(bids.bound_by[keyword]))
    how = [view.signed(float(view.change[keyword])), view.bound_text(bound)]
    return view.labels("bd_why_bid", old=view.bid(float(view.old[keyword])),
                       new=view.bid(float(view.new[keyword])),
                       how=view.labels("bd_comma").join(filter(None, how)))
