"""Notes that come with a night, in the report's language.

Notes are sentences of the engine and of the readers, written for a terminal. Those that are always worded
alike are known here by their pattern and told anew; a note that nobody knows is shown as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bidder.reports.bids_view import BidsView

Patterns = Sequence[tuple[str, str]]

NOTES: Patterns = (
    (r"no day tells bids, cost and clicks together, so the account's response is not known: alpha is "
     r"alpha\.start of the config", "bd_note_no_response"),
    (r"the expected spend of (?P<spend>[\d,.]+) is above the budget of (?P<budget>[\d,.]+): bids may not "
     r"fall further in one night", "bd_note_over_budget"),
    (r"of (?P<found>[\d,]+) terms to exclude the first (?P<given>[\d,]+) are given \(terms\.most\)",
     "bd_note_most_negatives"),
    (r"of (?P<found>[\d,]+) new keywords the first (?P<given>[\d,]+) are given \(terms\.most\)",
     "bd_note_most_keywords"),
    (r"of (?P<found>[\d,]+) words to look at the first (?P<given>[\d,]+) are given", "bd_note_most_words"),
)
"""What a night says of itself."""
SUGGESTED: Patterns = (
    (r"[\d,]+ clicks cost \S+ \S+ without a conversion, where a CVR of (?P<cvr>\S+%) leads to expect "
     r"(?P<expected>[\d.,]+): by chance less than 1 in a billion", "bd_suggested_negative_never"),
    (r"[\d,]+ clicks cost \S+ \S+ without a conversion, where a CVR of (?P<cvr>\S+%) leads to expect "
     r"(?P<expected>[\d.,]+): by chance 1 in (?P<often>[\d,]+)", "bd_suggested_negative"),
    (r"\S+ conversions in [\d,]+ clicks at (?P<paid>\S+) (?P<currency>\S+) each; its CVR, shrunk to the "
     r"(?P<parent>\S+%) of its keyword, is (?P<cvr>\S+%), so a click is worth (?P<worth>\S+) conversions",
     "bd_suggested_keyword_cpa"),
    (r"\S+ conversions in [\d,]+ clicks at (?P<paid>\S+) (?P<currency>\S+) each; its CVR, shrunk to the "
     r"(?P<parent>\S+%) of its keyword, is (?P<cvr>\S+%), so a click is worth (?P<worth>\S+) \S+",
     "bd_suggested_keyword"),
)
"""Why a search term is suggested; its clicks, cost and conversions stand beside it."""
FLAT: Patterns = (
    (r"(?P<clicks>[\d,]+) clicks: below (?P<least>[\d,]+) a curve by hour is no better than a flat week",
     "bd_flat_clicks"),
    (r"no conversion in (?P<clicks>[\d,]+) clicks", "bd_flat_conversions"),
    (r"(?P<platform>\S+) takes no modifiers by hour", "bd_flat_platform"),
    (r"slots\.enabled is off", "bd_flat_off"),
    (r"no report tells clicks by hour", "bd_flat_report"),
    (r"the report by hour has no such campaign", "bd_flat_campaign"),
)
"""Why a campaign's week is flat."""
FILES: Patterns = (
    (r"(?P<n>[\d,]+) rows of other kinds than keywords were passed over", "bd_file_other"),
    (r"(?P<n>[\d,]+) rows without a keyword were left out", "bd_file_nameless"),
    (r"(?P<n>[\d,]+) rows after (?P<day>\S+) were left out", "bd_file_late"),
    (r"(?P<n>[\d,]+) rows have more clicks than impressions", "bd_file_clicks"),
    (r"figures for (?P<n>\d+) days were divided by \d+", "bd_file_days"),
    (r"the report has no revenue", "bd_file_revenue"),
    (r"the sheet is full \((?P<n>[\d,]+) rows\): rows may be missing", "bd_file_full"),
)
"""What a reader noticed in a file."""
WARNINGS: Patterns = (
    (r"named in Article 9 \(3\) of the Advertising Law", "bd_law_named"),
    (r"claims a rank that only a state or the world could give, like 国家级", "bd_law_official"),
    (r"a superlative, alike in meaning to 最佳", "bd_law_superlative"),
    (r"claims the utmost grade, alike in meaning to 最高级", "bd_law_top"),
    (r"claims the first rank; as a fact of sales it has to name time, place and source", "bd_law_first"),
    (r"claims to be the first of its kind; exempt only with time and place, and if it can be proved",
     "bd_law_order"),
    (r"names a time or a source: exempt by Article 6 \(6\) of the guide of 2023 if it can be proved",
     "bd_law_dated"),
    (r"uses the name of the state, which Article 9 \(2\) of the Advertising Law forbids", "bd_law_state"),
    (r"may not be advertised with: Article 14 of the Trademark Law", "bd_law_well_known"),
    (r"claims to be without equal", "bd_law_only"),
    (r"claims the lowest price; as a fact it has to be proved", "bd_law_price"),
)
"""Why a word is not allowed."""
PLACES: Patterns = (
    (r"keyword", "bd_place_keyword"),
    (r"headline ?(?P<n>\d*)", "bd_place_headline"),
    (r"long headline ?(?P<n>\d*)", "bd_place_long_headline"),
    (r"short headline ?(?P<n>\d*)", "bd_place_short_headline"),
    (r"title(?: part)? ?(?P<n>\d*)", "bd_place_title"),
    (r"text(?: part)? ?(?P<n>\d*)", "bd_place_text"),
    (r"description ?(?P<n>\d*)", "bd_place_description"),
    (r"description line ?(?P<n>\d*)", "bd_place_description"),
    (r"path ?(?P<n>\d*)", "bd_place_path"),
)
"""Where a text stands."""
_PLACE = re.compile(r"(?P<kind>[^,]*), (?P<owner>.*?)(?: and (?P<more>[\d,]+) more)?", re.DOTALL)
"""Keyword or part of an ad, campaign and ad group, and how often it stands elsewhere."""


def told(view: BidsView) -> list[str]:
    """The notes of the night, each once."""
    notes = dict.fromkeys([*view.proposal.notes, *view.page.notes])
    return [_told(view, note, NOTES) for note in notes]


def flat_reason(view: BidsView, reason: str) -> str:
    """Why a campaign's week is flat."""
    return _told(view, reason, FLAT)


def file_note(view: BidsView, note: str) -> str:
    """A note on a file."""
    return _told(view, note, FILES)


def written_as(view: BidsView, written: str) -> str:
    """Encoding, delimiter and decimal mark in words, or a workbook's sheet, with the currency where known."""
    if found := re.fullmatch(r"workbook, sheet (['\"])(.*)\1( [A-Z]{3})?", written, re.DOTALL):
        text, currency = view.labels("bd_written_sheet", sheet=found[2]), found[3]
    elif found := re.fullmatch(r"(\S+) (\S+) ([.,])( [A-Z]{3})?", written):
        encoding, delimiter, decimal, currency = found.groups()
        apart = view.labels("bd_tabs") if delimiter == "tabs" else view.labels("bd_quoted", text=delimiter)
        text = view.labels("bd_written_as", encoding=encoding, delimiter=apart, decimal=decimal)
    else:
        return written
    return view.labels("bd_comma").join([text, *([currency.strip()] if currency else [])])


def warning_reason(view: BidsView, reason: str) -> str:
    """Why a word is not allowed."""
    return _told(view, reason, WARNINGS)


def text_place(view: BidsView, place: str) -> str:
    """Where a text stands."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return _told(view, place, PLACES)
    text = view.labels("bd_place_of", kind=_told(view, found["kind"], PLACES), owner=found["owner"])
    return view.labels("bd_place_more", place=text, n=found["more"]) if found["more"] else text


def suggested_why(view: BidsView, why: str) -> str:
    """Why a search term is suggested."""
    return _told(view, why, SUGGESTED)


def _told(view: BidsView, note: str, patterns: Patterns) -> str:
    known = recognised(note, patterns)
    if known is None:
        return note
    key, values = known
    if "platform" in values:
        values["platform"] = view.word("bd_platform", values["platform"])
    if "currency" in values:
        values["currency"] = view.currency_word
    if "day" in values:
        values["day"] = view.numbers.day(values["day"], year=True)
    return view.labels(key, **values).strip()


def recognised(note: str, patterns: Patterns) -> tuple[str, dict[str, str]] | None:
    """The label of a sentence that is always worded alike, with its values; None for another one."""
    for pattern, key in patterns:
        if found := re.fullmatch(pattern, note, re.DOTALL):
            return key, {name: value or "" for name, value in found.groupdict().items()}
    return None
