"""Notes that come with a result, in the report's language.

Notes are sentences of the engine, written for a terminal. Those that are always worded alike are known
here by their pattern and told anew; a note that nobody knows is shown as it is.
"""

from __future__ import annotations

import re

from bidder.reports.replay_view import ReplayView

PATTERNS: tuple[tuple[str, str], ...] = (
    (r"(?P<n>[\d,]+) of (?P<all>[\d,]+) rows were bad and left out: (?P<why>.*)", "rp_note_bad_rows"),
    (r"(?P<n>[\d,]+) of (?P<all>[\d,]+) auctions have no known price: they are never won, .*",
     "rp_note_never_won"),
    (r"(?P<n>[\d,]+) of (?P<all>[\d,]+) auctions have no known price: drawn above the bids that lost; "
     r"(?P<never>[\d,]+) draws lie above all known prices and never win", "rp_note_drawn"),
    (r"all times lie before 1973: .*", "rp_note_early"),
    (r"(?P<field>\S+) has no time zone: taken as UTC", "rp_note_zone"),
    (r"the log has no times: rows are taken to be in the order of time", "rp_note_no_times"),
    (r"the log has no predicted rates \(pctr\)", "rp_note_no_pctr"),
    (r"the log holds won auctions alone \(there are no bid logs\)", "rp_note_won_alone"),
    (r"(?P<n>[\d,]+) clicks have no impression, or are not the first of theirs", "rp_note_lost_clicks"),
    (r"(?P<n>[\d,]+) conversions have no impression, or are not the first of theirs", "rp_note_lost_sales"),
    (r"(?P<n>[\d,]+) conversions had no click before and are left out", "rp_note_unclicked"),
    (r"the log knows no clicks: every ad shown counts as clicked, pValue is its conversion rate",
     "rp_note_all_clicked"),
    (r"prices are rounded to millionths of the currency", "rp_note_rounded"),
    (r"only the first (?P<n>[\d,]+) of (?P<all>[\d,]+) comparisons were made", "rp_note_some_pairs"),
    (r"with fewer than (?P<n>\d+) episodes there are no intervals and no tests", "rp_note_few"),
)
REASONS: tuple[tuple[str, str], ...] = (
    (r"time goes backwards", "rp_bad_time"),
    (r"too (?:few|many) cells", "rp_bad_cells"),
    (r"a bid in an auction that is not in the log", "rp_bad_bid"),
    (r"(?P<field>\S+) is not .*", "rp_bad_value"),
)
"""Why a row is bad."""
SAID = (
    r"the log is censored.*",
    r"[\d,]+ comparisons by \w+ for an episode: BCa bootstrap intervals \([\d,]+ draws\), .*",
)
"""What the report says in a place of its own."""
_TRAINING = "training: "


def told(view: ReplayView) -> list[str]:
    """The notes of the result, without those that the report says elsewhere."""
    notes = (n for n in view.result.notes if not any(re.fullmatch(p, n, re.DOTALL) for p in SAID))
    return list(dict.fromkeys(_told(view, note) for note in notes))


def _told(view: ReplayView, note: str) -> str:
    training = note.startswith(_TRAINING)
    text = note.removeprefix(_TRAINING) if training else note
    for pattern, key in PATTERNS:
        if found := re.fullmatch(pattern, text, re.DOTALL):
            values = found.groupdict()
            if "why" in values:
                values["why"] = _reasons(view, values["why"])
            text = view.labels(key, **values)
            break
    else:
        text = text[:1].upper() + text[1:]
    return view.labels("rp_note_training", note=text) if training else text


def _reasons(view: ReplayView, why: str) -> str:
    """``3 x time goes backwards; 1 x ...`` in the report's language."""
    told = []
    for part in why.split("; "):
        count, times, reason = part.partition(" x ")
        for pattern, key in REASONS:
            if times and (found := re.fullmatch(pattern, reason, re.DOTALL)):
                known = view.labels(key, **found.groupdict())
                told.append(view.labels("rp_bad_count", n=count, reason=known))
                break
        else:
            told.append(part)
    return view.labels("rp_semicolon").join(told)


def draws(view: ReplayView) -> str:
    """How many resampled sets of episodes are behind the intervals, where a note tells it."""
    for note in view.result.notes:
        if found := re.search(r"BCa bootstrap intervals \(([\d,]+) draws\)", note):
            return found[1]
    return ""
