"""What a night leaves in its run folder: one definition of every row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.calendar import Weekday
from bidder.files.column_tables import coded_column, format_columns, money_column, number_column, text_column
from bidder.jobs.bids.night import MATCH_NAMES
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
SCHEDULE_COLUMNS = ("campaign", "weekday", "start", "end", "modifier")
"""Columns of schedule.csv; times as HH:MM up to 24:00, the modifier as a multiplier."""
SEGMENT_COLUMNS = ("kind", "campaign", "segment", "modifier")
REASONS = [reason.name.lower() for reason in Reason]
BOUNDS = [bound.name.lower() if bound is not Bound.NONE else "" for bound in Bound]
MATCHES = [MATCH_NAMES[match] for match in MatchType]


def clock(minutes: int) -> str:
    """``09:30`` from minutes since midnight; the end of the day is ``24:00``."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def bids_table(proposal: Proposal, currency: str) -> bytes:
    """bids.csv: one row for each keyword, in the order of campaign, ad group, keyword and match type."""
    table, bids, value = proposal.night.keywords, proposal.bids, proposal.value
    digits = minor_digits(currency)
    maturity = np.divide(
        table.matured_clicks, table.weighted_clicks, out=np.ones(len(table)), where=table.weighted_clicks > 0
    )
    group_campaign = table.ad_group_campaign[table.ad_group]
    identity = table.platform_id if table.platform_id is not None else np.full(len(table), "", dtype=object)
    return format_columns({
        "campaign": coded_column(group_campaign, list(table.campaigns)),
        "ad_group": coded_column(table.ad_group, list(table.ad_groups)),
        "keyword": text_column(table.keyword),
        "match_type": coded_column(table.match_type, MATCHES),
        "old_max_cpc": money_column(bids.old, digits, bids.old >= 0),
        "new_max_cpc": money_column(bids.new, digits, bids.new >= 0),
        "value_per_click": number_column(value.value, 6),
        "clicks": table.clicks,
        "maturity": number_column(maturity, 4),
        "reason": coded_column(bids.reason, REASONS),
        "bound_by": coded_column(bids.bound_by, BOUNDS),
        "supported_max_cpc": money_column(bids.supported, digits),
        "wanted_max_cpc": money_column(bids.wanted, digits),
        "conversions": number_column(table.conversions, 6),
        "cvr": number_column(value.cvr, 6),
        "order_value": number_column(value.order_value, 4),
        "explored": number_column(bids.explored, 4),
        "platform_id": text_column(identity),
    })


def schedule_rows(proposal: Proposal) -> Iterator[tuple[str, str, str, str, float]]:
    """Rows of schedule.csv."""
    days = list(Weekday)
    for row in schedules(proposal).blocks:
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


def changes_of(proposal: Proposal) -> Changes:
    """The changed bids as the ledger keeps them."""
    table, bids = proposal.night.keywords, proposal.bids
    rows = np.flatnonzero(bids.changed)
    campaigns, groups = np.array(table.campaigns, dtype=object), np.array(table.ad_groups, dtype=object)
    identity = table.platform_id if table.platform_id is not None else np.full(len(table), "", dtype=object)
    return Changes(
        campaigns[table.campaign[rows]], groups[table.ad_group[rows]], table.keyword[rows],
        np.array(MATCHES, dtype=object)[table.match_type[rows]], identity[rows], bids.old[rows],
        bids.new[rows], np.array(REASONS, dtype=object)[bids.reason[rows]],
        np.array(BOUNDS, dtype=object)[bids.bound_by[rows]], table.clicks[rows], proposal.value.value[rows],
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
    key: RunKey, places: Mapping[str, str], checked: Mapping[str, bytes], files: Iterable[str]
) -> dict[str, Any]:
    """run.json: the way back, what is checked before anything is done, and what was written."""
    return {
        "schema_version": SCHEMA_VERSION,
        "run_id": key.run_id,
        "account": key.account,
        "data_date": key.data_date.isoformat(),
        "config_hash": key.config_hash,
        "input_hash": key.input_hash,
        **places,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(checked.items())},
        "written": sorted(files),
    }


def json_bytes(document: Any) -> bytes:
    """A document as JSON; the same document gives the same bytes."""
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
