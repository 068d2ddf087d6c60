"""What a fit leaves behind: curves.yaml, fit.json, decomposition.csv."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from bidder.budget.fitting.spec import FitSpec
from bidder.files.yaml_reader import scalar

if TYPE_CHECKING:
    from bidder.budget.fitting.history import History
    from bidder.budget.fitting.result import CampaignFit, FitResult

SCHEMA_VERSION = 1
DIGITS = 10
NO_EFFECT = 1e-6
"""Ceiling written for a campaign without effect, as a share of the average result."""


def rounded(value: float) -> float:
    """Ten significant digits: more than the data can mean, few enough to hide rounding noise."""
    return float(f"{value:.{DIGITS}g}")


def curves_text(result: FitResult, history: History, spec: FitSpec) -> str:
    """curves.yaml, which a plan takes with ``curve: {from: curves.yaml}``."""
    least = NO_EFFECT * float(abs(history.result).mean())
    lines = [
        f"# Written by bidder fit from {len(history)} {spec.period.value}s of history.",
        "# Hill curves at steady spend; spread is the standard deviation of the log effect.",
        f"schema_version: {SCHEMA_VERSION}",
        f"unit: {spec.result.unit}",
        f"currency: {_text(spec.currency) if spec.currency else 'null'}",
        f"period: {spec.period.value}",
        f"history: {{start: {history.starts[0]}, end: {history.starts[-1]}}}",
        "curves:",
    ]
    for campaign in result.campaigns:
        if not campaign.distinct:
            lines.append("  # not different from 0 in this history:")
        lines.append(f"  {_text(campaign.name)}: {_curve(campaign, least)}")
    return "\n".join(lines) + "\n"


def _curve(campaign: CampaignFit, least: float) -> str:
    values = {
        "ceiling": max(campaign.ceiling, least),
        "half_spend": campaign.half_spend,
        "slope": campaign.slope,
        "retention": campaign.retention,
    }
    parts = ["kind: hill", *(f"{key}: {rounded(value)!r}" for key, value in values.items())]
    last = ", ".join(repr(v) for v in campaign.last_spend)
    parts += [
        f"carryover_periods: {campaign.carryover_periods}",
        f"last_spend: [{last}]",
        f"spread: {rounded(campaign.spread)!r}",
    ]
    return "{" + ", ".join(parts) + "}"


def _text(name: str) -> str:
    """A name as YAML: plain where it is text to every reader, else quoted (JSON is YAML)."""
    plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_/-]*", name) and name.lower() not in _WORDS
    if plain and scalar(name) == name:
        return name
    quoted = json.dumps(name, ensure_ascii=False)
    return re.sub("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]", lambda m: f"\\u{ord(m.group()):04x}", quoted)


_WORDS = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def decomposition_rows(result: FitResult, history: History) -> tuple[list[str], Iterator[list[object]]]:
    """Header and rows of decomposition.csv: the fitted result of every date and its parts."""
    parts = result.decomposition
    columns = ["date", "actual", "fitted", "trend", "season", "controls", *history.campaigns]

    def rows() -> Iterator[list[object]]:
        for t, start in enumerate(history.starts):
            one = (parts.actual, parts.fitted, parts.trend, parts.season, parts.controls)
            numbers = [*(column[t] for column in one), *parts.campaigns[t]]
            yield [start, *(rounded(float(v)) for v in numbers)]

    return columns, rows()


def fit_document(result: FitResult, history: History, spec: FitSpec) -> dict[str, Any]:
    """fit.json as plain data."""
    held = result.holdout
    document = {
        "schema_version": SCHEMA_VERSION,
        "name": spec.name,
        "unit": spec.result.unit,
        "currency": spec.currency,
        "period": spec.period.value,
        "history": {
            "start": history.starts[0].isoformat(),
            "end": history.starts[-1].isoformat(),
            "periods": len(history),
        },
        "campaigns": {c.name: _campaign(c) for c in result.campaigns},
        "coefficients": result.coefficients,
        "holdout": {
            "start": history.starts[held.first].isoformat(),
            "periods": len(held.actual),
            "model": asdict(held.error),
            "seasonal_naive": asdict(held.naive_error) if held.naive_error else None,
            "without_campaigns": asdict(held.without_error),
            "better_than_seasonal_naive": held.better,
            "better_than_without_campaigns": held.campaigns_help,
        },
        "quality": asdict(result.quality),
        "correlation": _matrix(result.correlation, history),
        "effect_correlation": _matrix(result.effect_correlation, history),
        "warnings": [asdict(finding) for finding in result.warnings],
        "notes": [asdict(finding) for finding in result.notes],
        "settings": spec.model_dump(mode="json"),
    }
    plain: dict[str, Any] = _plain(document)
    return plain


def _campaign(campaign: CampaignFit) -> dict[str, Any]:
    known = asdict(campaign)
    del known["name"]
    return known


def _matrix(values: Any, history: History) -> dict[str, Any]:
    return {
        name: dict(zip(history.campaigns, row, strict=True))
        for name, row in zip(history.campaigns, values.tolist(), strict=True)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return rounded(value) if isinstance(value, float) else value
