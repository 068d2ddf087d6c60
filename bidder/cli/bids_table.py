"""A night on the terminal."""

from __future__ import annotations

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
        f"  alpha          {alpha['in_force']:.3f} -> {alpha['chosen']:.3f}, bound by {alpha['bound_by']}",
    ]
    lines += [f"  {count:,} {BOUND_WORDS[name]}" for name, count in summary["bound_by"].items()]
    return lines


def print_night(outcome: NightOutcome) -> None:
    """A night with what came before and after the proposal."""
    lines = proposal_lines(outcome.proposed.summary)
    if outcome.confirmed is not None:
        counts = ", ".join(f"{n:,} {took.replace('_', ' ')}" for took, n in outcome.counts.items() if n)
        lines.append(f"  confirmed      {outcome.confirmed.run_id}: {counts or 'nothing had changed'}")
    lines.append(f"  report         {outcome.proposed.folder}/report.html")
    if outcome.export is not None:
        lines.append(f"  exported       {outcome.export.folder}: {', '.join(outcome.export.files)}")
    elif outcome.run.state.value == "planned":
        lines.append(f"  next           bidder bids approve {outcome.proposed.folder}")
    say(printable("\n".join(lines)))
