"""What a night leaves in its run folder: one definition of every row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.calendar import Weekday
from bidder.files.column_tables import coded_column, format_parts, money_column, number_column, text_column
from bidder.jobs.bids.keyword_rows import MATCH_NAMES
from bidder.jobs.outputs import json_text
from bidder.keywords.data import MatchType
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import Effect, Proposal, Range, Reason
from bidder.ledger.records import Changes, RunKey, ScheduleRow, Schedules
from bidder.money import minor_digits

if TYPE_CHECKING:
    from bidder.jobs.bids.reading import AccountData

SCHEMA_VERSION = 1
"""Of summary.json."""
BIDS_FILE = "bids.csv"
SCHEDULE_FILE = "schedule.csv"
SEGMENTS_FILE = "segments.csv"
SUMMARY_FILE = "summary.json"
CONFIG_FILE = "config.json"
REPORT_FILE = "report.html"
RUN_FILE = "run.json"
NEGATIVES_FILE = "negative_keywords.csv"
NEW_KEYWORDS_FILE = "new_keywords.csv"
AD_LAW_FILE = "ad_law.csv"
BIDS_COLUMNS = (
    "campaign", "ad_group", "keyword", "match_type", "old_max_cpc", "new_max_cpc", "value_per_click",
    "clicks", "maturity", "reason", "bound_by", "supported_max_cpc", "wanted_max_cpc", "conversions", "cvr",
    "order_value", "explored", "platform_id",
)
"""Columns of bids.csv; money in currency units, empty where unknown."""
VALUE_DIGITS = 6
"""Decimals of the value of a click, in bids.csv and in the ledger."""
SCHEDULE_COLUMNS = ("campaign", "weekday", "start", "end", "modifier")
"""Columns of schedule.csv; times as HH:MM up to 24:00, the modifier as a multiplier."""
SEGMENT_COLUMNS = ("kind", "campaign", "segment", "modifier")
REASONS = [reason.name.lower() for reason in Reason]
BOUNDS = [bound.name.lower() if bound is not Bound.NONE else "" for bound in Bound]
MATCHES = [MATCH_NAMES[match] for match in MatchType]


def clock(minutes: int) -> str:
    """``09:30`` from minutes since midnight; the end of the day is ``24:00``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def bids_table(proposal: Proposal, currency: str) -> Iterator[bytes]:
    """bids.csv in parts: a row for each keyword, in the order of campaign, ad group, keyword, match type."""
    digits, table = minor_digits(currency), proposal.night.keywords
    names = (table.campaigns, table.ad_groups, MATCHES, REASONS, BOUNDS)
    texts = tuple(text_column(list(one)) for one in names)
    return format_parts(BIDS_COLUMNS, len(table), lambda rows: _bids_cells(proposal, rows, digits, *texts))


def _bids_cells(
    proposal: Proposal, rows: slice, digits: int, campaigns: Any, groups: Any, matches: Any, reasons: Any,
    bounds: Any,
) -> list[Any]:
    """Some rows of bids.csv, in the order of :data:`BIDS_COLUMNS`."""
    table, bids, value = proposal.night.keywords, proposal.bids, proposal.value
    weighted, old, new = table.weighted_clicks[rows], bids.old[rows], bids.new[rows]
    maturity = np.divide(
        table.matured_clicks[rows], weighted, out=np.ones(len(weighted)), where=weighted > 0
    )
    group = table.ad_group[rows]
    return [
        coded_column(table.ad_group_campaign[group], campaigns),
        coded_column(group, groups),
        text_column(table.keyword[rows]),
        coded_column(table.match_type[rows], matches),
        money_column(old, digits, old >= 0),
        money_column(new, digits, new >= 0),
        number_column(value.value[rows], VALUE_DIGITS),
        table.clicks[rows],
        number_column(maturity, 4),
        coded_column(bids.reason[rows], reasons),
        coded_column(bids.bound_by[rows], bounds),
        money_column(bids.supported[rows], digits),
        money_column(bids.wanted[rows], digits),
        number_column(table.conversions[rows], 6),
        number_column(value.cvr[rows], 6),
        number_column(value.order_value[rows], 4),
        number_column(bids.explored[rows], 4),
        "" if table.platform_id is None else text_column(table.platform_id[rows]),
    ]


def schedule_rows(schedules: Schedules) -> Iterator[tuple[str, str, str, str, float]]:
    """Rows of schedule.csv."""
    days = list(Weekday)
    for row in schedules.blocks:
        yield row.campaign, days[row.weekday].value, clock(row.start), clock(row.end), row.modifier


def schedules(proposal: Proposal) -> Schedules:
    """Schedule and segment modifiers as the ledger keeps them."""
    names, planned = proposal.schedule.campaigns, proposal.schedule.blocks
    blocks = tuple(ScheduleRow(names[b.campaign], b.weekday, b.start, b.end, b.modifier) for b in planned)
    segments = tuple(
        (one.kind, campaign, segment, float(one.modifier[c, s]))
        for one in proposal.segments
        for c, campaign in enumerate(one.campaigns)
        for s, segment in enumerate(one.segments)
    )
    return Schedules(blocks, segments)


def with_standing(tonight: Schedules, before: Schedules | None) -> Schedules:
    """Tonight's schedules, and those in force of campaigns and segments that tonight's reports do not hold.

    So the newest run always knows all that is in force, and can restore it.
    """
    if before is None:
        return tonight
    planned = {row.campaign for row in tonight.blocks}
    moved = {one[:3] for one in tonight.segments}
    return Schedules(
        (*tonight.blocks, *(row for row in before.blocks if row.campaign not in planned)),
        (*tonight.segments, *(one for one in before.segments if one[:3] not in moved)),
    )


def changes_of(proposal: Proposal) -> Changes:
    """The changed bids as the ledger keeps them: those that bids.csv tells, to the same digits."""
    table, bids = proposal.night.keywords, proposal.bids
    rows = np.flatnonzero(bids.changed)
    campaigns, groups = np.array(table.campaigns, dtype=object), np.array(table.ad_groups, dtype=object)
    identity = np.full(len(rows), "", dtype=object) if table.platform_id is None else table.platform_id[rows]
    return Changes(
        campaigns[table.campaign[rows]], groups[table.ad_group[rows]], table.keyword[rows],
        np.array(MATCHES, dtype=object)[table.match_type[rows]], identity, bids.old[rows], bids.new[rows],
        np.array(REASONS, dtype=object)[bids.reason[rows]],
        np.array(BOUNDS, dtype=object)[bids.bound_by[rows]], table.clicks[rows],
        np.round(proposal.value.value[rows], VALUE_DIGITS) + 0.0,
    )


@dataclass(frozen=True)
class Identity:
    """Which run it is."""

    name: str
    key: RunKey
    currency: str
    platform: str


def summary_of(proposal: Proposal, who: Identity, data: AccountData) -> dict[str, Any]:
    """What summary.json says; plain data."""
    bids, alpha = proposal.bids, proposal.alpha
    counts = np.bincount(bids.bound_by, minlength=len(Bound))
    return {
        "schema_version": SCHEMA_VERSION,
        "name": who.name,
        "run_id": who.key.run_id,
        "account": who.key.account,
        "platform": who.platform,
        "currency": who.currency,
        "data_date": who.key.data_date.isoformat(),
        "status": "stopped" if proposal.stopped else "proposed",
        "target": proposal.target,
        "budget": proposal.budget,
        "keywords": len(proposal.night.keywords),
        "changed": int(bids.changed.sum()),
        "raised": int((bids.changed & (bids.new > bids.old)).sum()),
        "cut": int((bids.changed & (bids.new < bids.old)).sum()),
        "explored": int((bids.explored != 1).sum()),
        "alpha": {
            "chosen": alpha.chosen, "carried": asdict(alpha.carried), "in_force": alpha.in_force,
            "roas": _finite(alpha.roas), "budget": _finite(alpha.budget), "wanted": alpha.wanted,
            "bound_by": alpha.bound_by, "roas_slope": _finite(alpha.roas_slope),
            "cost_slope": _finite(alpha.cost_slope), "source": alpha.source,
        },
        "expected": _expected(proposal.effect),
        "bound_by": {BOUNDS[b]: int(counts[b]) for b in range(1, len(Bound)) if counts[b]},
        "checks": [
            {"name": c.name, "passed": c.passed, "value": _finite(c.value), "limit": _finite(c.limit),
             "unit": c.unit, "message": c.message}
            for c in proposal.checks
        ],
        "flat_weeks": dict(proposal.schedule.flat),
        "strengths": {name: _finite(k) for name, k in proposal.value.strengths.items()},
        "files": [
            {"file": f.file, "reader": str(f.reader), "kind": str(f.kind), "rows": f.rows, "sha256": f.sha256}
            for f in data.facts
        ],
        "notes": list(proposal.notes),
    }


def _expected(effect: Effect) -> dict[str, Any]:
    def one(before: float, after: Range) -> dict[str, float]:
        return {"before": before, "low": after.low, "mean": after.mean, "high": after.high}

    return {
        "spend": one(effect.spend_before, effect.spend),
        "conversions": one(effect.conversions_before, effect.conversions),
        "revenue": one(effect.revenue_before, effect.revenue),
        "roas": one(effect.roas_before, effect.roas),
    }


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def run_document(
    key: RunKey, places: Mapping[str, str], checked: Mapping[str, str], files: Iterable[str]
) -> dict[str, Any]:
    """run.json: the way back, hashes that are checked before anything is done, and what was written."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": key.run_id,
        "account": key.account,
        "data_date": key.data_date.isoformat(),
        "config_hash": key.config_hash,
        "input_hash": key.input_hash,
        **places,
        "files": dict(sorted(checked.items())),
        "written": sorted(files),
    }


def sha256(content: bytes) -> str:
    """Hash of a file, 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def json_bytes(document: Any) -> bytes:
    """A document as JSON; the same document gives the same bytes."""
    return json_text(document).encode()
