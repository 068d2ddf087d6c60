"""A night on the terminal."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.cli.output import printable, say
from bidder.money import format_money

if TYPE_CHECKING:
    from bidder.jobs.bids.nightly import NightOutcome

BOUND_WORDS = {
    "automated": "in campaigns whose bids the platform sets",
    "no_reference": "without a known bid",
    "human_edit": "left to a human who has set them lately",
    "least_data": "with too few clicks",
    "first_page": "raised to the first page",
    "class_min": "held at the lowest bid of their class",
    "class_max": "held at the highest bid of their class",
    "bid_min": "held at the lowest bid",
    "bid_max": "held at the highest bid",
    "max_raise": "held by the most a bid may rise in one night",
    "max_cut": "held by the most a bid may fall in one night",
    "platform": "held by what the platform takes",
    "least_change": "left alone: the change would be too small",
}
"""What each guardrail did, for a reader."""
REASON_WORDS = {
    "value": "what value supports",
    "explore": "a trial, because little is known of it",
    "position": "to hold its share of impressions",
    "quality": "what value supports, with its quality score",
    "landscape": "the best point of the bid simulator",
    "no_bid": "no bid of it is known",
}
"""Why a bid is wanted, for a reader."""
ALPHA_WORDS = {
    "roas": "what the target allows", "budget": "what the budget allows",
    "limit": "what alpha.min or alpha.max allows",
    "none": "where nothing is known of the account's response",
}
"""What alpha is, or is on its way to."""
ARRIVED = 0.005
"""Share by which alpha may be off and still be said to have arrived."""


def short(path: str | Path) -> str:
    """A path as one would type it here: seen from the working folder where it lies below that."""
    seen = os.path.relpath(os.path.realpath(path))
    return os.path.realpath(path) if seen.startswith("..") else seen


def print_proposal(summary: dict[str, Any]) -> None:
    """A night in a few lines."""
    say(printable("\n".join(proposal_lines(summary))))


def proposal_lines(summary: dict[str, Any]) -> list[str]:
    """The lines of :func:`print_proposal`."""
    currency, alpha, expected = summary["currency"], summary["alpha"], summary["expected"]

    def money(amount: float) -> str:
        return f"{format_money(amount, currency)} {currency}"

    spend, revenue, roas = expected["spend"], expected["revenue"], expected["roas"]
    lines = [
        f"{summary['run_id']}  {summary['account']}, data up to {summary['data_date']}: {summary['status']}",
        f"  {summary['changed']:,} of {summary['keywords']:,} bids change: {summary['raised']:,} up, "
        f"{summary['cut']:,} down",
        f"  spend a day    {money(spend['before'])} -> {money(spend['mean'])}"
        + (f"  (budget {money(summary['budget'])})" if summary["budget"] is not None else ""),
        f"  revenue a day  {money(revenue['before'])} -> {money(revenue['mean'])}",
        f"  ROAS           {roas['before']:.2f} -> {roas['mean']:.2f}  (80%: {roas['low']:.2f} to "
        f"{roas['high']:.2f})",
        f"  alpha          {alpha['in_force']:.3f} -> {alpha['chosen']:.3f}, {_where_to(alpha)}",
    ]
    lines += [f"  {count:,} {BOUND_WORDS[name]}" for name, count in summary["bound_by"].items()]
    return lines


def _where_to(alpha: dict[str, Any]) -> str:
    allowed = ALPHA_WORDS[alpha["bound_by"]]
    if abs(alpha["chosen"] / alpha["wanted"] - 1) <= ARRIVED:
        return allowed
    return f"on its way to {alpha['wanted']:.3f}, {allowed}"


def print_night(outcome: NightOutcome) -> None:
    """A night with what came before and after the proposal."""
    from bidder.jobs.bids.output import REPORT_FILE

    lines = proposal_lines(outcome.proposed.summary)
    if outcome.confirmed is not None:
        counts = ", ".join(f"{n:,} {took.replace('_', ' ')}" for took, n in outcome.counts.items() if n)
        lines.append(f"  confirmed      {outcome.confirmed.run_id}: {counts or 'nothing had changed'}")
    folder = outcome.proposed.folder
    if REPORT_FILE in outcome.proposed.files:
        lines.append(f"  report         {folder}/{REPORT_FILE}")
    if outcome.export is not None and outcome.export.folder is not None:
        where = short(outcome.export.folder)
        lines += [f"  exported       {where}/{name}" for name in outcome.export.files]
    else:
        lines.append(f"  in the ledger  {outcome.run.state.value.replace('_', ' ')}")
    if outcome.run.state.value == "planned":
        lines.append(f"  next           bidder bids approve {folder}")
    say(printable("\n".join(lines)))
