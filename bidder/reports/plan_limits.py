"""The limits: which of them bind, and what one more unit of each would be worth."""

from __future__ import annotations

import math
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

from bidder.reports.page import Block, Grid, Prose, Section, Table
from bidder.reports.plan_view import PlanView

TOP_PRICES = 12
"""Most sentences about prices."""

_UNITS = {
    "money": ("unit_money", 1.0),
    "share": ("unit_share", 0.01),
    "revenue per spend": ("unit_roas", 0.1),
    "money per conversion": ("unit_cpa", 1.0),
    "conversions": ("unit_conversions", 1.0),
    "new customers": ("unit_customers", 1.0),
    "percent": ("unit_percent", 1.0),
    "lots": ("unit_lots", 1.0),
    "impressions": ("unit_impressions", 1000.0),
}
"""Label and size of the step whose price is told, by the limit's unit."""


@dataclass(frozen=True)
class Priced:
    """A binding limit with a price: its sentence, and what 1% of it is worth (for the order)."""

    sentence: str
    worth: float


def limits_section(view: PlanView) -> Section | None:
    """Sentences about the binding limits, and a table of all."""
    rows = view.plan.constraints.to_dict("records")
    if not rows:
        return None
    label = view.labels
    priced = priced_limits(view)
    lines = [p.sentence for p in priced[:TOP_PRICES]] or [label("no_binding")]
    blocks: list[Block] = [
        Prose(lines, label("binding"), bullets=bool(priced)),
        Grid(_limits_table(view, _sorted(view, rows)), label("all_limits", n=f"{len(rows):,}"), folded=True),
    ]
    return Section(
        "limits", label("constraints_section"), blocks, label("constraints_lead"), label("short_limits")
    )


def priced_limits(view: PlanView) -> list[Priced]:
    """Binding limits with a price, the most valuable first; a limit of many periods appears once."""
    # Prices that are zero up to the solver's tolerance hold nothing back.
    least = 1e-9 * max(abs(view.plan.objective), 1e-6)
    groups: dict[tuple[str, str], list[dict[Hashable, Any]]] = {}
    for row in view.plan.constraints.to_dict("records"):
        price = float(row["shadow_price"])
        if bool(row["binding"]) and math.isfinite(price) and _worth(view, row) > least:
            groups.setdefault((str(row["constraint"]), str(row["kind"])), []).append(row)
    priced = []
    for rows in groups.values():
        strongest = max(rows, key=lambda r: _worth(view, r))
        text = sentence(view, strongest)
        if len(rows) > 1:
            text = view.labels("binding_more", text=text.rstrip(".。"), n=len(rows)) + text[-1]
        priced.append(Priced(text, sum(_worth(view, r) for r in rows)))
    return sorted(priced, key=lambda p: -p.worth)


def _worth(view: PlanView, row: dict[Hashable, Any]) -> float:
    # What a hundredth of the limit is worth; a pool's limit stands at 0 impressions beyond the possible.
    size = abs(float(row["limit"]))
    if str(row["kind"]) == "retargeting":
        size = view.possible_impressions.get((str(row["scope"]), str(row["when"])), 0.0)
    return abs(float(row["shadow_price"])) * (0.01 * size if math.isfinite(size) and size else 1.0)


def sentence(view: PlanView, row: dict[Hashable, Any]) -> str:
    """The price of a limit in words of the report's language."""
    written = str(row.get("sentence") or "")
    if written and view.labels.lang == "en":
        return written[0].upper() + written[1:].rstrip(".") + "."
    label, numbers = view.labels, view.numbers
    key, step = _UNITS.get(str(row["unit"]), ("unit_money", 1.0))
    price = float(row["shadow_price"]) * step
    when = label("sentence_when", day=numbers.day(str(row["when"]))) if row["when"] else ""
    return label(
        "sentence_more" if price > 0 else "sentence_less",
        unit=label(key, currency=view.currency_word),
        name=str(row["constraint"]),
        kind=_kind(view, str(row["kind"])),
        scope=_scope(view, str(row["scope"])),
        side=label("side_min" if str(row.get("side")) == "min" else "side_max"),
        when=when,
        price=_price(view, abs(price)),
        objective=view.objective_name.lower(),
    )


def _price(view: PlanView, price: float) -> str:
    if view.objective_cell(1.0) == view.numbers.count(1.0):
        return view.numbers.ratio(price)
    return view.numbers.with_unit(
        view.numbers.ratio(price) if price < 1000 else view.numbers.short_money(price)
    )


def _sorted(view: PlanView, rows: list[dict[Hashable, Any]]) -> list[dict[Hashable, Any]]:
    # What binds comes first, so that a table cut short shows it; within that, the order written.
    return sorted(rows, key=lambda r: (0, -_worth(view, r)) if bool(r["binding"]) else (1, 0.0))


def _limits_table(view: PlanView, rows: list[dict[Hashable, Any]]) -> Table:
    label = view.labels
    body = [
        [
            str(r["constraint"]),
            _kind(view, str(r["kind"])),
            _scope(view, str(r["scope"])),
            view.numbers.day(str(r["when"]), year=True) if r["when"] else label("whole_horizon"),
            _amount(view, r, "limit"),
            _amount(view, r, "value"),
            _amount(view, r, "slack"),
            view.numbers.ratio(float(r["shadow_price"])),
            label("yes") if bool(r["binding"]) else label("no"),
        ]
        for r in rows
    ]
    columns = [
        label(k)
        for k in ("limit_name", "kind", "scope", "when", "limit", "value", "slack", "price", "is_binding")
    ]
    numeric = [False] * 4 + [True] * 4 + [False]
    return Table(columns, body, numeric, left_out=label("left_out_constraints"))


def _kind(view: PlanView, kind: str) -> str:
    return view.labels(f"kind_{kind}") if view.labels.has(f"kind_{kind}") else kind


def _scope(view: PlanView, scope: str) -> str:
    if scope == "everything":
        return view.labels("scope_everything")
    word, _, name = scope.partition(" ")
    key = f"scope_{word}"
    return view.labels(key, name=name) if name and view.labels.has(key) else scope


def _amount(view: PlanView, row: dict[Hashable, Any], column: str) -> str:
    value, unit, numbers = float(row[column]), str(row["unit"]), view.numbers
    if unit in ("money", "money per conversion"):
        return numbers.money(value)
    if unit == "share":
        return numbers.percent(value)
    if unit == "percent":
        return numbers.percent(value / 100)
    return numbers.ratio(value) if unit == "revenue per spend" else numbers.count(value)
