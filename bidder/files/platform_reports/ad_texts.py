"""Texts of ads in columns of their own (headline 1, headline 2, ...) as rows of place and text."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.files.platform_reports.columns import texts
from bidder.files.platform_reports.layout import Layout
from bidder.files.platform_reports.raw import RawBatch

_MARK = "ad text "
"""Begins the names of such columns in a layout."""


def has_ad_texts(layout: Layout) -> bool:
    """Whether a report has such columns."""
    return "text" not in layout.places and bool(_places(layout))


def as_ads(layout: Layout) -> Layout:
    """The layout for reading the texts of ads alone, from records of every kind."""
    places = {name: place for name, place in layout.places.items() if name in ("campaign", "ad_group")}
    found = _places(layout)
    first = min(found.values())
    form = replace(layout.form, record=frozenset(), kind=None)
    return replace(layout, form=form, places={**places, "place": first, "text": first, **found})


def _places(layout: Layout) -> dict[str, int]:
    pattern = layout.form.ad_texts
    return {
        f"{_MARK}{layout.header[place].strip().casefold()}": place
        for place, header in enumerate(layout.headers)
        if pattern and re.fullmatch(pattern, header.key)
    }


def one_text_a_row(raw: RawBatch, unknown: frozenset[str]) -> RawBatch:
    """One row for each text that is not empty; a report without such columns stays as it is."""
    names = [name for name in raw.columns if name.startswith(_MARK)]
    if not names:
        return raw
    rows: list[Any] = []
    columns: dict[str, list[Any]] = {name: [] for name in raw.columns if not name.startswith(_MARK)}
    for name in names:
        filled = pc.greater(pc.binary_length(texts(raw.columns[name], unknown)[0]), 0)
        rows.append(raw.rows[filled.to_numpy(zero_copy_only=False)])
        for ours, parts in columns.items():
            parts.append(raw.columns[name if ours == "text" else ours].filter(filled))
        columns["place"][-1] = pa.repeat(name.removeprefix(_MARK), len(rows[-1]))
    order = np.argsort(np.concatenate(rows), kind="stable")
    joined = {ours: pa.concat_arrays(parts).take(pa.array(order)) for ours, parts in columns.items()}
    return RawBatch(np.concatenate(rows)[order], joined)
