"""What a plan leaves behind: plan.csv, constraints.csv, summary.json, config.json and report.html.

One definition of every row: the files, the terminal's tables and ``bidder compare`` all read these.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bidder.files.atomic import OutputFolder
from bidder.money import minor_digits

if TYPE_CHECKING:
    import pandas as pd

    from bidder.budget.result import Plan
    from bidder.budget.spec import PlanSpec

PLAN_FILE = "plan.csv"
CONSTRAINTS_FILE = "constraints.csv"
SUMMARY_FILE = "summary.json"
CONFIG_FILE = "config.json"
REPORT_FILE = "report.html"

PLAN_COLUMNS = (
    "channel", "campaign", "period_start", "spend", "conversions", "revenue", "marginal_roas",
    "profit", "new_customers", "lifetime_value", "lost", "past",
)
"""Columns of plan.csv; ``old_spend`` follows when re-planning."""

CONSTRAINT_COLUMNS = (
    "constraint", "kind", "scope", "limit", "value", "slack", "shadow_price", "when", "unit", "side",
    "binding", "sentence",
)
"""Columns of constraints.csv."""

_MONEY_COLUMNS = {"spend", "old_spend"}


def money_text(amount: float, currency: str) -> str:
    """An amount with exactly the currency's minor digits, without separators: ``1234.50``.

    >>> money_text(1234.5, "CNY"), money_text(1234, "JPY")
    ('1234.50', '1234')
    """
    return f"{amount + 0.0:.{minor_digits(currency)}f}"


def plan_rows(plan: Plan) -> tuple[tuple[str, ...], list[list[object]]]:
    """Header and rows of plan.csv: one row per campaign and period."""
    columns = PLAN_COLUMNS + (("old_spend",) if "old_spend" in plan.cells else ())
    return columns, list(_rows(plan.cells, columns, plan.spec.currency))


def constraint_rows(plan: Plan) -> tuple[tuple[str, ...], list[list[object]]]:
    """Header and rows of constraints.csv: one row per limit and period."""
    return CONSTRAINT_COLUMNS, list(_rows(plan.constraints, CONSTRAINT_COLUMNS, plan.spec.currency))


def _rows(table: pd.DataFrame, columns: Sequence[str], currency: str) -> Iterator[list[object]]:
    lists = []
    for name in columns:
        values = table[name].tolist()
        lists.append([money_text(v, currency) for v in values] if name in _MONEY_COLUMNS else values)
    return map(list, zip(*lists, strict=True))


def json_text(document: Any) -> str:
    """A document as JSON text; the same document gives the same bytes."""
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def config_document(spec: PlanSpec) -> dict[str, Any]:
    """The plan's settings as they were used: overrides applied, fitted curves filled in."""
    document: dict[str, Any] = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return document


def slug(name: str) -> str:
    """A folder name made from a plan's name: letters of any script, digits and dashes.

    >>> slug("Double 11 / v2"), slug("双十一"), slug("..")
    ('Double-11-v2', '双十一', 'plan')
    """
    plain = unicodedata.normalize("NFC", name)
    return re.sub(r"[^\w.]+", "-", plain).strip("-._")[:80] or "plan"


def default_folder(spec: PlanSpec) -> Path:
    """Where results go when no folder is given."""
    return Path("runs") / slug(spec.name)


def write_plan(
    plan: Plan, summary: dict[str, Any], folder: str | Path, report: str | None
) -> tuple[str, ...]:
    """Write a plan's files, the summary last; returns their names.

    A report of an earlier run is taken away when there is none now, so that a folder never holds
    files of two runs.

    Raises
    ------
    InputError
        When the folder cannot be written to.
    """
    with OutputFolder(folder, last=SUMMARY_FILE) as out:
        out.table(PLAN_FILE, *plan_rows(plan))
        out.table(CONSTRAINTS_FILE, *constraint_rows(plan))
        out.text(CONFIG_FILE, json_text(config_document(plan.spec)))
        if report is not None:
            out.text(REPORT_FILE, report)
        out.text(SUMMARY_FILE, json_text(summary))
    names = [PLAN_FILE, CONSTRAINTS_FILE, CONFIG_FILE, SUMMARY_FILE]
    if report is None:
        (Path(folder) / REPORT_FILE).unlink(missing_ok=True)
    else:
        names.append(REPORT_FILE)
    return tuple(names)
