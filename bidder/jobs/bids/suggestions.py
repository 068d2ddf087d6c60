"""Suggestions for a human: search terms to exclude or to add, and words that advertising law forbids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from bidder.files.tables import format_table
from bidder.jobs.bids.config import LoadedBids
from bidder.jobs.bids.output import AD_LAW_FILE, NEGATIVES_FILE, NEW_KEYWORDS_FILE
from bidder.money import MICROS, format_money
from bidder.reports.bids_data import Suggestion, WordWarning

if TYPE_CHECKING:
    from bidder.jobs.bids.reading import AccountData
    from bidder.keywords.data import AdTable, KeywordTable, TermTable
    from bidder.keywords.result import Proposal
    from bidder.keywords.terms.ad_law import Finding
    from bidder.keywords.terms.negatives import NegativeCandidates
    from bidder.keywords.terms.new_keywords import NewKeywords

NEGATIVE_COLUMNS = (
    "campaign", "ad_group", "term", "match_type", "clicks", "cost", "expected_conversions", "chance", "why",
)  # fmt: skip
NEW_KEYWORD_COLUMNS = (
    "campaign", "ad_group", "keyword", "match_type", "max_cpc", "clicks", "cost", "conversions", "cvr",
    "value_per_click", "why",
)  # fmt: skip
AD_LAW_COLUMNS = ("term", "found", "text", "position", "place", "reason")
"""``position`` is that of the first character in the text, from 1."""
MATCH_TYPE = "exact"
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
MOST_WARNINGS = 100_000


@dataclass(frozen=True)
class Word:
    """An absolute term and the text that it stands in."""

    finding: Finding
    text: str


@dataclass(frozen=True)
class Suggestions:
    """Files for a human, and the same for the report."""

    files: dict[str, bytes] = field(default_factory=dict)
    terms: tuple[Suggestion, ...] = ()
    words: tuple[WordWarning, ...] = ()
    notes: tuple[str, ...] = ()


def suggest(loaded: LoadedBids, data: AccountData, proposal: Proposal) -> Suggestions:
    """Look through search terms, keywords and ads; there is a file only where there is something to say."""
    terms = _terms(loaded, data, proposal)
    words = _words(loaded, data)
    return Suggestions(
        {**terms.files, **words.files}, terms.terms, words.words, (*terms.notes, *words.notes)
    )


def _terms(loaded: LoadedBids, data: AccountData, proposal: Proposal) -> Suggestions:
    from bidder.keywords.terms.negatives import negative_candidates
    from bidder.keywords.terms.new_keywords import new_keywords
    from bidder.keywords.terms.rates import term_rates

    table, spec = data.terms, loaded.spec
    if table is None or not len(table.term) or not len(data.keywords):
        return Suggestions()
    rates, currency = term_rates(table, data.keywords, proposal.value), spec.account.currency
    worst = negative_candidates(table, rates, proposal.target, spec.terms, currency)
    best = new_keywords(table, rates, proposal.alpha.chosen, proposal.target, spec)
    files = {}
    if len(worst.row):
        rows = _negative_rows(table, worst, currency)
        files[NEGATIVES_FILE] = format_table(NEGATIVE_COLUMNS, rows).encode()
    if len(best.row):
        rows = _new_rows(table, best, currency)
        files[NEW_KEYWORDS_FILE] = format_table(NEW_KEYWORD_COLUMNS, rows).encode()
    told = (*_negatives(table, worst), *_news(table, best))
    numbers = (
        ("terms to exclude", worst.found, len(worst.row)), ("new keywords", best.found, len(best.row)),
    )  # fmt: skip
    notes = tuple(
        f"of {found:,} {kind} the first {given:,} are given (terms.most)"
        for kind, found, given in numbers
        if found > given
    )
    return Suggestions(files, told, (), notes)


def _negative_rows(
    table: TermTable, found: NegativeCandidates, currency: str
) -> Iterator[tuple[object, ...]]:
    for i, row in enumerate(found.row.tolist()):
        yield (
            table.campaign[row], table.ad_group[row], table.term[row], MATCH_TYPE, table.clicks[row],
            _money(table.cost[row], currency), round(float(found.expected[i]), 2),
            float(f"{found.chance[i]:.3g}"), found.why[i],
        )  # fmt: skip


def _new_rows(table: TermTable, found: NewKeywords, currency: str) -> Iterator[tuple[object, ...]]:
    for i, row in enumerate(found.row.tolist()):
        yield (
            table.campaign[row], table.ad_group[row], table.term[row], MATCH_TYPE,
            _money(found.bid[i], currency), found.clicks[i], _money(found.cost[i], currency),
            round(float(found.conversions[i]), 6), round(float(found.cvr[i]), 6),
            round(float(found.value[i]), 6), found.why[i],
        )  # fmt: skip


def _negatives(table: TermTable, found: NegativeCandidates) -> Iterator[Suggestion]:
    for row, why in zip(found.row.tolist(), found.why, strict=True):
        yield Suggestion(
            "negative", table.term[row], table.campaign[row], table.ad_group[row], int(table.clicks[row]),
            float(table.cost[row] / MICROS), float(table.conversions[row]), why,
        )  # fmt: skip


def _news(table: TermTable, found: NewKeywords) -> Iterator[Suggestion]:
    for i, row in enumerate(found.row.tolist()):
        yield Suggestion(
            "keyword", table.term[row], table.campaign[row], table.ad_group[row], int(found.clicks[i]),
            float(found.cost[i] / MICROS), float(found.conversions[i]), found.why[i],
        )  # fmt: skip


def _money(micros: int, currency: str) -> str:
    """Micros as decimal text in currency units, without separators."""
    return format_money(micros / MICROS, currency).replace(",", "")


def _words(loaded: LoadedBids, data: AccountData) -> Suggestions:
    """Absolute terms in keywords with Chinese characters, and in all texts of ads of an account with any."""
    from bidder.keywords.terms.ad_law import AdLawScreen

    if not loaded.spec.terms.screen:
        return Suggestions()
    screen = AdLawScreen(loaded.spec.terms.exempt)
    keywords = list(dict.fromkeys(data.keywords.keyword.tolist()))
    ads = list(dict.fromkeys(data.ads.text.tolist())) if data.ads is not None else []
    found = [Word(one, keywords[one.text]) for one in screen.find_all(keywords)]
    found = [word for word in found if _CHINESE.search(word.text)]
    told = _told(found, _keyword_places(data, {word.text for word in found}))
    found = [Word(one, ads[one.text]) for one in screen.find_all(ads)]
    if found and any(map(_CHINESE.search, chain(ads, keywords))):
        told += _told(found, _ad_places(data, {word.text for word in found}))
    if not told:
        return Suggestions()
    notes: tuple[str, ...] = ()
    if len(told) > MOST_WARNINGS:
        notes = (f"of {len(told):,} words to look at the first {MOST_WARNINGS:,} are given",)
    rows, words = zip(*told[:MOST_WARNINGS], strict=True)
    return Suggestions({AD_LAW_FILE: format_table(AD_LAW_COLUMNS, rows).encode()}, (), words, notes)


def _told(found: Sequence[Word], places: Mapping[str, str]) -> list[tuple[tuple[object, ...], WordWarning]]:
    """Row of the file and of the report for each word."""
    told: list[tuple[tuple[object, ...], WordWarning]] = []
    for word in found:
        one, text, place = word.finding, word.text, places[word.text]
        row = (one.term, text[one.start : one.end], text, one.start + 1, place, one.reason.value)
        told.append((row, WordWarning(one.term, text, place, one.reason.value)))
    return told


def _keyword_places(data: AccountData, texts: set[str]) -> Mapping[str, str]:
    """Where each of these keywords stands."""
    if not texts:
        return {}
    table: KeywordTable = data.keywords
    rows = np.flatnonzero(
        np.fromiter((text in texts for text in table.keyword.tolist()), np.bool_, len(table))
    )
    groups = table.ad_group[rows].tolist()
    return _places(
        (table.keyword[row], f"keyword, {table.campaigns[table.campaign[row]]} / {table.ad_groups[group]}")
        for row, group in zip(rows.tolist(), groups, strict=True)
    )


def _ad_places(data: AccountData, texts: set[str]) -> Mapping[str, str]:
    """Where each of these texts of ads stands."""
    ads: AdTable | None = data.ads
    if ads is None:
        return {}
    rows = zip(ads.text, ads.place, ads.campaign, ads.ad_group, strict=True)
    return _places(
        (text, f"{place}, {campaign} / {group}")
        for text, place, campaign, group in rows
        if text in texts
    )


def _places(places: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The first place of each text, and how many more there are."""
    first: dict[str, str] = {}
    number: dict[str, int] = {}
    for text, place in places:
        first.setdefault(text, place)
        number[text] = number.get(text, 0) + 1
    return {t: f"{first[t]} and {n - 1:,} more" if n > 1 else first[t] for t, n in number.items()}
