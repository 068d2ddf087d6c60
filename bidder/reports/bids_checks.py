"""The account-wide checks of a night, and the guardrails that moved or kept single bids."""

from __future__ import annotations

import math

from bidder.keywords.guardrails.account_stop import BEYOND
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import Check
from bidder.reports.bids_said import not_made, said
from bidder.reports.bids_view import BidsView
from bidder.reports.numbers import NOTHING
from bidder.reports.page import Bar, Block, Grid, Section, Table, Value

PASSED, SKIPPED, FAILED = "✓ ", "– ", "✗ "

LEAST_CHANCE = 1e-9
"""Probabilities below this are all alike to a reader."""


def guardrail_section(view: BidsView) -> Section | None:
    """How often each guardrail bound, and the checks of the whole account."""
    label = view.labels
    blocks: list[Block] = []
    if view.bound_counts:
        blocks.append(_bounds(view))
    if view.proposal.checks:
        blocks.append(_checks(view))
    if not blocks:
        return None
    return Section("guardrails", label("bd_guardrails"), blocks, label("bd_guardrails_lead"),
                   label("bd_short_guardrails"))


def _bounds(view: BidsView) -> Grid:
    label, counts = view.labels, view.bound_counts
    whole = len(view.proposal.night.keywords)
    free = int((view.proposal.bids.bound_by == Bound.NONE).sum())
    most = max(*counts.values(), free)
    rows: list[list[Value]] = [
        [view.bound_text(b), Bar(f"{n:,}", n / most), view.numbers.percent(n / whole),
         label(f"bd_advice_{b.name.lower()}")]
        for b, n in counts.items()
    ]
    if free:
        rows.append([label("bd_bound_none"), Bar(f"{free:,}", free / most),
                     view.numbers.percent(free / whole), label("bd_advice_none")])
    columns = [label(k) for k in ("bd_guardrail", "bd_bids", "share", "bd_what_to_do")]
    return Grid(Table(columns, rows, [False, True, True, False]), label("bd_bounds"),
                label("bd_bounds_caption"))


def _checks(view: BidsView) -> Grid:
    label = view.labels
    rows: list[list[Value]] = [
        [
            _outcome(view, c), view.word("bd_check", c.name),
            NOTHING if not_made(c) else _amount(view, c, c.value),
            NOTHING if not_made(c) else _amount(view, c, c.limit), said(view, c, _chance(view, c.value)),
        ]
        for c in sorted(view.proposal.checks, key=lambda c: (c.passed, not_made(c)))
    ]
    columns = [label(k) for k in ("bd_outcome", "bd_check", "bd_value", "bd_limit", "note")]
    grid = Table(columns, rows, [False, False, True, True, False])
    return Grid(grid, label("bd_checks_title"), label("bd_checks_caption"))


def _outcome(view: BidsView, check: Check) -> str:
    if not_made(check):
        return SKIPPED + view.labels("bd_skipped")
    return PASSED + view.labels("bd_passed") if check.passed else FAILED + view.labels("bd_failed")


def check_text(view: BidsView, check: Check) -> str:
    """A failed check as a sentence."""
    return said(view, check, _chance(view, check.value)) or view.word("bd_check", check.name)


def what_to_do(view: BidsView, check: Check) -> str:
    """What an operator does about a failed check; empty where nothing is known."""
    key = f"bd_cure_{check.name}"
    return view.labels(key) if view.labels.has(key) else ""


def _amount(view: BidsView, check: Check, value: float) -> str:
    """A value or limit in the unit of its check."""
    if not math.isfinite(value):
        return view.numbers.ratio(value)
    if check.unit == "share":
        return view.numbers.percent(value) if value < BEYOND else NOTHING
    if check.unit == "probability":
        return _chance(view, value)
    if check.unit in ("hours", "days", "conversions", "clicks"):
        return view.numbers.count(value)
    unit = "σ" if check.unit == "standard deviations" else check.unit
    return view.labels("bd_with_unit", value=view.numbers.ratio(value), unit=unit) if unit else f"{value:.4g}"


def _chance(view: BidsView, value: float) -> str:
    """A probability; a small one as one in so many, of which two digits tell enough."""
    if not 0 < value < 1e-3:
        return view.numbers.percent(value)
    if value < LEAST_CHANCE:
        return view.labels("bd_hardly")
    times = 1 / value
    scale = 10.0 ** (math.floor(math.log10(times)) - 1)
    return view.labels("bd_one_in", n=f"{round(times / scale) * scale:,.0f}")
