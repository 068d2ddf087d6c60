"""What a night was made from, and what is left for a human to decide."""

from __future__ import annotations

from bidder.reports.bids_notes import file_note, suggested_why, text_place, warning_reason, written_as
from bidder.reports.bids_view import BidsView
from bidder.reports.numbers import NOTHING
from bidder.reports.page import ROWS, Block, Grid, Section, Source, Table


def terms_section(view: BidsView) -> Section | None:
    """Search terms to exclude or to add, and words that advertising law forbids."""
    label = view.labels
    blocks: list[Block] = []
    kinds = dict.fromkeys(s.kind for s in view.page.suggestions)
    blocks += [_suggestions(view, kind) for kind in kinds]
    if view.page.warnings:
        blocks.append(_words(view))
    if not blocks:
        return None
    return Section("terms", label("bd_terms"), blocks, label("bd_terms_lead"), label("bd_short_terms"))


def _suggestions(view: BidsView, kind: str) -> Grid:
    label = view.labels
    mine = [s for s in view.page.suggestions if s.kind == kind]
    rows = [
        [s.term, s.campaign, s.ad_group, f"{s.clicks:,}", view.numbers.money(s.cost),
         view.numbers.count(s.conversions), suggested_why(view, s.why)]
        for s in mine[:ROWS]
    ]
    columns = [label("bd_term"), label("campaign"), label("bd_ad_group"), label("bd_clicks"),
               view.with_currency("spend"), label("conversions"), label("bd_suggested_why")]
    caption = label(f"bd_caption_{kind}") if label.has(f"bd_caption_{kind}") else ""
    if len(mine) > ROWS:
        caption = view.joined(caption, label("bd_terms_hidden", n=f"{len(mine) - ROWS:,}"))
    numeric = [False, False, False, True, True, True, False]
    return Grid(Table(columns, rows, numeric), view.word("bd_kind", kind), caption)


def _words(view: BidsView) -> Grid:
    label = view.labels
    warnings = view.page.warnings
    rows = [
        [w.term, w.text, text_place(view, w.place), warning_reason(view, w.reason)] for w in warnings[:ROWS]
    ]
    columns = [label(k) for k in ("bd_word", "bd_text", "bd_where", "bd_word_reason")]
    caption = label("bd_words_caption")
    if len(warnings) > ROWS:
        caption = view.joined(caption, label("bd_words_hidden", n=f"{len(warnings) - ROWS:,}"))
    return Grid(Table(columns, rows, [False] * 4), label("bd_words"), caption)


def inputs_section(view: BidsView) -> Section | None:
    """Files that were read, and the configuration as written."""
    label = view.labels
    blocks: list[Block] = []
    if view.page.data:
        blocks.append(_files(view))
    if view.page.config_text.strip():
        blocks.append(Source(label("inputs_yaml"), view.page.config_text))
    if not blocks:
        return None
    return Section("inputs", label("bd_inputs"), blocks, short=label("bd_short_inputs"))


def _files(view: BidsView) -> Grid:
    label = view.labels

    def days(first: object, last: object) -> str:
        if first is None or last is None:
            return NOTHING
        one, two = view.numbers.day(str(first), year=True), view.numbers.day(str(last), year=True)
        return one if first == last else label("rp_range", low=one, high=two)

    rows = [
        [d.file, view.word("bd_report", d.kind), view.word("bd_reader", d.reader), f"{d.rows:,}",
         days(d.first, d.last), written_as(view, d.written),
         label("rp_semicolon").join(file_note(view, n) for n in d.notes)]
        for d in view.page.data[:ROWS]
    ]
    names = ("bd_file", "bd_kind", "bd_reader", "bd_rows", "bd_days", "bd_written", "note")
    total = sum(d.rows for d in view.page.data)
    caption = label("bd_files_caption", files=f"{len(view.page.data):,}", rows=f"{total:,}")
    if len(view.page.data) > ROWS:
        caption = view.joined(caption, label("bd_files_hidden", n=f"{len(view.page.data) - ROWS:,}"))
    numeric = [False, False, False, True, False, False, False]
    return Grid(Table([label(k) for k in names], rows, numeric), label("bd_files"), caption)
