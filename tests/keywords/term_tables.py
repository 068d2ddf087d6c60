"""Small tables of search terms for tests."""

from __future__ import annotations

from typing import Any

import numpy as np
from keyword_tables import keyword_table

from bidder.keywords.data import KeywordTable, TermTable
from bidder.keywords.result import ClickValue

COLUMNS = ("term", "keyword", "clicks", "cost", "conversions")
SPREAD = 50.0


def term_table(*rows: tuple[str, str, int, float, float], group: str = "g", campaign: str = "a") -> TermTable:
    """Terms of one ad group: term, keyword, clicks, cost in currency units, conversions."""
    columns = dict(zip(COLUMNS, zip(*rows, strict=True), strict=True)) if rows else dict.fromkeys(COLUMNS, ())
    texts = {name: np.array(columns[name], dtype=object) for name in ("term", "keyword")}
    n = len(rows)
    clicks = np.array(columns["clicks"], dtype=np.int64)
    cost = np.rint(np.array(columns["cost"], dtype=np.float64) * 10**6).astype(np.int64)
    return TermTable(
        texts["term"], np.full(n, campaign, dtype=object), np.full(n, group, dtype=object),
        texts["keyword"], clicks * 20, clicks, cost, np.zeros(n, dtype=np.int64),
        np.array(columns["conversions"], dtype=np.float64),
    )  # fmt: skip


def together(*tables: TermTable) -> TermTable:
    """Several tables as one."""
    names = TermTable.__dataclass_fields__
    columns: dict[str, Any] = {name: np.concatenate([getattr(t, name) for t in tables]) for name in names}
    return TermTable(**columns)


def account(clicks: list[int], conversions: list[float], **columns: Any) -> KeywordTable:
    """Keywords k0, k1, ... with clicks that are matured and of full weight."""
    n = len(clicks)
    counts: dict[str, Any] = {
        "clicks": np.array(clicks, dtype=np.int64), "conversions": np.array(conversions, dtype=float),
        "weighted_clicks": np.array(clicks, dtype=float), "matured_clicks": np.array(clicks, dtype=float),
        "weighted_conversions": np.array(conversions, dtype=float),
    }  # fmt: skip
    return keyword_table(n, **{**counts, **columns})


def posterior(table: KeywordTable, parent: float = 0.03, worth: float = 200.0) -> ClickValue:
    """Rates shrunk to a parent with the weight of :data:`SPREAD` clicks."""
    strength = table.matured_clicks + SPREAD
    cvr = (table.weighted_conversions + SPREAD * parent) / strength
    ones = np.ones(len(table))
    return ClickValue(cvr, strength, parent * ones, worth * ones, worth * cvr, {"ad_group": SPREAD})
