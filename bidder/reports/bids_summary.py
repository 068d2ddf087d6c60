"""The first part of a night's report: what it did, whether it may be trusted, what to do."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import Alpha, Range
from bidder.reports.bids_checks import check_text, what_to_do
from bidder.reports.bids_notes import told
from bidder.reports.bids_said import not_made
from bidder.reports.bids_view import BidsView
from bidder.reports.numbers import NOTHING
from bidder.reports.page import Block, Fact, Facts, Prose, Section

MUCH = 100
"""Clicks from which a keyword counts as well known."""
AGREE = 0.05
"""Share of the target by which the expected ROAS may be off and still count as on it."""
UNTOUCHED = (Bound.AUTOMATED, Bound.NO_REFERENCE, Bound.HUMAN_EDIT, Bound.LEAST_DATA)


def summary_section(view: BidsView) -> Section:
    """Stop notice, headline figures, what was done, why to trust it, what to do."""
    label = view.labels
    blocks: list[Block] = []
    if view.proposal.stopped:
        blocks.append(Prose(_stop(view), label("bd_stopped"), tone="alarm"))
    blocks.append(Facts(_facts(view)))
    blocks.append(Prose(_did(view), label("bd_did_not" if view.proposal.stopped else "bd_did"), bullets=True))
    blocks.append(Prose(_trust(view), label("bd_trust"), bullets=True))
    blocks.append(Prose(_todo(view), label("bd_todo"), bullets=True))
    blocks.append(Prose([label("bd_caution")], tone="quiet"))
    return Section("summary", label("summary"), blocks)


def _stop(view: BidsView) -> list[str]:
    lines = [check_text(view, check) for check in view.proposal.checks if not check.passed]
    return [*lines, view.labels("bd_nothing_exported")]


# Headline figures


def _facts(view: BidsView) -> list[Fact]:
    label, effect = view.labels, view.proposal.effect
    count = len(view.proposal.night.keywords)
    moved = label("bd_up_down", up=f"{view.raised:,}", down=f"{view.cut:,}",
                  rest=f"{count - view.raised - view.cut:,}")
    changed = label("bd_of", part=f"{view.raised + view.cut:,}", whole=f"{count:,}")
    title = label("bd_would_change" if view.proposal.stopped else "bd_changed_bids")
    facts = [
        Fact(title, changed, moved, main=True),
        Fact(label("bd_spend_day"), view.numbers.headline(effect.spend.mean), _spend_note(view)),
        _efficiency(view),
        Fact(label("bd_conversions_day"), view.numbers.count(effect.conversions.mean),
             _before(view, view.numbers.count, effect.conversions_before, effect.conversions)),
        Fact(label("bd_revenue_day"), view.numbers.headline(effect.revenue.mean),
             _before(view, view.money, effect.revenue_before, effect.revenue)),
        Fact(label("bd_alpha"), view.numbers.ratio(view.proposal.alpha.chosen),
             label("bd_alpha_note", in_force=view.numbers.ratio(view.proposal.alpha.in_force))),
    ]
    if checks := view.proposal.checks:
        skipped = sum(map(not_made, checks))
        passed = sum(c.passed for c in checks) - skipped
        note = label("bd_checks_skipped", n=skipped) if skipped else label("bd_checks_passed")
        if view.proposal.stopped:
            note = label("bd_checks_failed")
        facts.append(Fact(label("bd_checks"), label("bd_of", part=passed, whole=len(checks)), note))
    return facts


def _before(view: BidsView, form: Callable[[float], str], before: float, after: Range) -> str:
    return view.labels("bd_before", before=form(before), low=form(after.low), high=form(after.high))


def _spend_note(view: BidsView) -> str:
    effect, budget = view.proposal.effect, view.proposal.budget
    parts = [_before(view, view.money, effect.spend_before, effect.spend)]
    if budget:
        share = view.numbers.percent(effect.spend.mean / budget, 0)
        parts.append(view.labels("of_budget", share=share, budget=view.numbers.headline(budget)))
    return " · ".join(parts)


def _efficiency(view: BidsView) -> Fact:
    label, effect = view.labels, view.proposal.effect
    target = [view.target_text] if view.target_kind else []
    if view.target_kind != "cpa":
        if effect.spend.mean <= 0:  # nothing is spent, so nothing can be said of it
            return Fact(label("roas"), NOTHING, " · ".join(target))
        note = _before(view, view.numbers.ratio, effect.roas_before, effect.roas)
        return Fact(label("roas"), view.numbers.ratio(effect.roas.mean), " · ".join([*target, note]))
    # Orders for a unit of spend are as uncertain as revenue is.
    mean = _ratio(effect.spend.mean, effect.conversions.mean)
    low = mean * _ratio(effect.roas.mean, effect.roas.high)
    high = mean * _ratio(effect.roas.mean, effect.roas.low)
    before = _ratio(effect.spend_before, effect.conversions_before)
    note = _before(view, view.numbers.short_money, before, Range(low, mean, high))
    return Fact(label("cpa"), view.numbers.sum(mean), " · ".join([*target, note]))


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else math.nan


# What it did


def _did(view: BidsView) -> list[str]:
    if not len(view.proposal.night.keywords):
        return [view.labels("bd_no_keywords")]
    lines = [_changed_line(view), alpha_sentence(view)]
    if kept := sum(view.bound_counts.get(b, 0) for b in UNTOUCHED):
        parts = [
            view.labels("bd_count_of", n=f"{view.bound_counts[b]:,}", what=view.bound_text(b))
            for b in UNTOUCHED if b in view.bound_counts
        ]
        lines.append(view.labels("bd_left_alone", n=f"{kept:,}", parts=view.listing(parts)))
    if held := view.bound_counts.get(Bound.MAX_RAISE, 0) + view.bound_counts.get(Bound.MAX_CUT, 0):
        lines.append(view.labels("bd_on_the_way", n=f"{held:,}"))
    return lines


def _changed_line(view: BidsView) -> str:
    label, bids = view.labels, view.proposal.bids
    if not view.raised + view.cut:
        return label("bd_nothing_changed")
    middle = float(np.median(np.abs(view.change[bids.changed])))
    line = label("bd_changed_line", up=f"{view.raised:,}", down=f"{view.cut:,}",
                 middle=view.numbers.percent(middle, 0))
    return view.joined(line, _costs(view))


def _costs(view: BidsView) -> str:
    before, after = view.proposal.effect.spend_before, view.proposal.effect.spend.mean
    if abs(after - before) < 0.0005 * before or before <= 0:
        return view.labels("bd_costs_same") if before > 0 else ""
    return view.labels("bd_costs_more" if after > before else "bd_costs_less",
                       spend=view.numbers.sum(abs(after - before)), share=view.signed(after / before - 1, 1))


def _on_its_way(alpha: Alpha) -> bool:
    """Whether the multiplier has further up to go than it may in one night."""
    return alpha.wanted > 1.005 * alpha.chosen


def alpha_sentence(view: BidsView) -> str:
    """Which limit held the multiplier, in plain words."""
    label, alpha = view.labels, view.proposal.alpha
    ratio = view.numbers.ratio
    values = {"alpha": ratio(alpha.chosen), "target": view.target_text}
    if alpha.source == "start":
        return label("bd_alpha_start", **values)
    key = alpha.bound_by if alpha.bound_by in ("roas", "budget", "limit") else "none"
    away = key in ("roas", "budget") and _on_its_way(alpha)
    sentence = label("bd_alpha_below" if away else f"bd_alpha_{key}", **values)
    more = ""
    if key == "budget" and math.isfinite(alpha.roas) and alpha.roas > alpha.chosen:
        more = label("bd_alpha_target_allows", roas=ratio(alpha.roas))
    elif key == "roas" and math.isfinite(alpha.budget):
        more = label("bd_alpha_budget_allows", budget=ratio(alpha.budget))
    step = ""
    if abs(alpha.wanted - alpha.chosen) > 0.005 * alpha.chosen and (away or key != "budget"):
        step = label("bd_alpha_step", wanted=ratio(alpha.wanted))
    return view.joined(sentence, more, step)


# May it be trusted


def _trust(view: BidsView) -> list[str]:
    lines = []
    if view.proposal.checks:
        lines.append(_checks_line(view))
    lines.append(_data_line(view))
    if line := _evidence(view):
        lines.append(line)
    if line := _on_target(view):
        lines.append(line)
    return [*lines, *told(view)]


def _checks_line(view: BidsView) -> str:
    checks = view.proposal.checks
    failed, skipped = sum(not c.passed for c in checks), sum(map(not_made, checks))
    if failed:
        return view.labels("bd_trust_failed", n=len(checks), failed=failed)
    if skipped:
        return view.labels("bd_trust_skipped", passed=len(checks) - skipped, skipped=skipped)
    return view.labels("bd_trust_checks", n=len(checks))


def _data_line(view: BidsView) -> str:
    days = view.proposal.night.days
    table = view.proposal.night.keywords
    begun = np.maximum.accumulate(days.present)  # days before the first one are not missing in between
    missing = int((begun & ~days.present).sum())
    line = view.labels(
        "bd_trust_data", days=int(days.present.sum()),
        last=view.numbers.day(view.page.data_date.isoformat()),
        clicks=f"{int(table.clicks.sum()):,}", conversions=view.numbers.count(float(table.conversions.sum())),
    )
    return view.joined(line, view.labels("bd_trust_missing", n=missing) if missing else "")


def _evidence(view: BidsView) -> str:
    moved = np.abs(view.spend_after - view.spend_before)
    total = float(moved.sum())
    if total <= 0:
        return ""
    known = float(moved[view.proposal.night.keywords.clicks >= MUCH].sum())
    return view.labels("bd_trust_evidence", share=view.numbers.percent(known / total, 0), clicks=MUCH)


def _on_target(view: BidsView) -> str:
    roas, target = view.proposal.effect.roas, view.proposal.target
    if view.target_kind != "roas" or roas.mean <= 0:
        return ""
    values = {"roas": view.numbers.ratio(roas.mean), "target": view.numbers.ratio(target)}
    if abs(roas.mean / target - 1) <= AGREE:
        return view.labels("bd_roas_on", **values)
    key = "bd_roas_above" if roas.mean > target else "bd_roas_below"
    inside = "bd_roas_inside" if roas.low <= target <= roas.high else "bd_roas_outside"
    return view.joined(view.labels(key, **values), view.labels(inside))


# What to do


def _todo(view: BidsView) -> list[str]:
    label, page, counts = view.labels, view.page, view.bound_counts
    if view.proposal.stopped:
        failed = [what_to_do(view, c) for c in view.proposal.checks if not c.passed]
        return [*dict.fromkeys(filter(None, failed)), label("bd_do_again")]
    if not len(view.proposal.night.keywords):
        return [label("bd_do_no_keywords")]
    lines = []
    if view.raised + view.cut:
        lines += [label("bd_do_approve", run=page.run_id), label("bd_do_rollback", run=page.run_id)]
    lines += [
        label(f"bd_do_{bound.name.lower()}", n=f"{counts[bound]:,}")
        for bound in (Bound.BID_MAX, Bound.CLASS_MAX, Bound.NO_REFERENCE) if bound in counts
    ]
    alpha, effect = view.proposal.alpha, view.proposal.effect
    short_of_target = view.target_kind == "roas" and effect.roas.mean < (1 - AGREE) * view.proposal.target
    held = alpha.bound_by == "budget" and alpha.roas > alpha.chosen and not _on_its_way(alpha)
    if held and not short_of_target:
        lines.append(label("bd_do_budget"))
    if page.suggestions:
        lines.append(label("bd_do_terms", n=f"{len(page.suggestions):,}"))
    if page.warnings:
        lines.append(label("bd_do_words", n=f"{len(page.warnings):,}"))
    return lines or [label("bd_do_nothing")]
