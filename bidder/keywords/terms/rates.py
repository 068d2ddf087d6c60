"""What is to be expected of a search term: the conversion rate of its keyword, as far as others tell it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bools, Codes, Floats, Ints
from bidder.keywords.data import KeywordTable, TermTable
from bidder.keywords.result import ClickValue


@dataclass(frozen=True)
class TermRates:
    """Expectations of N search terms; each array has shape (N,).

    Attributes
    ----------
    text : tuple of str
        The terms without case and double blanks, as they are compared.
    clicks : ndarray of float64
        Matured: clicks whose conversions have been reported by now.
    cvr : ndarray of float64
        Conversions per click that the rest of the term's keyword leads to expect; of its ad group, or of
        the account, where the keyword is not known.
    strength : ndarray of float64
        Clicks that this expectation is worth.
    order_value : ndarray of float64
        Revenue per conversion, currency units (1 with a target CPA).
    spread : float
        Clicks that the expectation is worth for a keyword of its own in the ad group.
    own_group : ndarray of bool
        Whether the term is a keyword of its ad group.
    anywhere : ndarray of bool
        Whether it is a keyword of the account.
    """

    text: tuple[str, ...]
    clicks: Floats
    cvr: Floats
    strength: Floats
    order_value: Floats
    spread: float
    own_group: Bools
    anywhere: Bools


def term_rates(terms: TermTable, table: KeywordTable, value: ClickValue) -> TermRates:
    """What the account's keywords lead to expect of its search terms.

    Of the posterior of the keyword that matched, the term's own clicks and conversions are taken out: else
    a keyword that lives on one term would expect of that term what it has seen of it.
    """
    text, groups = tuple(map(plain, terms.term.tolist())), _groups(terms, table)
    named = list(map(plain, table.keyword.tolist()))
    keyword = _rows(groups, list(map(plain, terms.keyword.tolist())), table, named)
    spread = value.strengths["ad_group"]
    cvr, order_value = _of_groups(groups, table, value)
    strength, maturity = np.full(len(text), spread), np.ones(len(text))
    known = np.flatnonzero(keyword >= 0)
    rows = keyword[known]
    maturity[known] = _ratio(table.matured_clicks, table.weighted_clicks, 1.0)[rows]
    order_value[known] = value.order_value[rows]
    counted = terms.clicks[known] * _ratio(table.matured_clicks, table.clicks, 0.0)[rows]
    converted = terms.conversions[known] * _ratio(table.weighted_conversions, table.conversions, 0.0)[rows]
    strength[known] = np.maximum(value.cvr_strength[rows] - counted, spread)
    others = value.cvr[rows] * value.cvr_strength[rows] - converted
    cvr[known] = np.maximum(others, spread * value.parent_cvr[rows]) / strength[known]
    return TermRates(
        text, terms.clicks * maturity, cvr, strength, order_value, spread,
        _rows(groups, list(text), table, named) >= 0, _among(text, named),
    )  # fmt: skip


def plain(text: str) -> str:
    """A term as it is compared: without case and without more than single blanks."""
    return " ".join(text.casefold().split())


def _ratio(part: Floats | Ints, whole: Floats | Ints, otherwise: float) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(len(part), otherwise), where=whole > 0)
    return ratio


def _among(texts: Sequence[str], named: Sequence[str]) -> Bools:
    both = {*texts} & {*named}
    return np.fromiter((text in both for text in texts), np.bool_, len(texts))


def _groups(terms: TermTable, table: KeywordTable) -> Codes:
    """Ad group of each term, -1 where no keyword has it."""
    campaigns = (table.campaigns[c] for c in table.ad_group_campaign.tolist())
    codes = {pair: g for g, pair in enumerate(zip(campaigns, table.ad_groups, strict=True))}
    pairs = zip(terms.campaign.tolist(), terms.ad_group.tolist(), strict=True)
    return np.fromiter((codes.get(pair, -1) for pair in pairs), np.int32, len(terms.term))


def _rows(groups: Codes, texts: Sequence[str], table: KeywordTable, named: Sequence[str]) -> Ints:
    """Keyword with a text in an ad group, the one with the most clicks; -1 where there is none."""
    codes = {text: code for code, text in enumerate(dict.fromkeys(texts))}
    mine = np.fromiter((codes.get(text, -1) for text in named), np.int64, len(named))
    rows = np.flatnonzero(mine >= 0)
    keys = table.ad_group[rows].astype(np.int64) * len(codes) + mine[rows]
    order = np.lexsort((-table.clicks[rows], keys))
    keys, first = np.unique(keys[order], return_index=True)
    of_text = np.fromiter((codes[text] for text in texts), np.int64, len(texts))
    wanted = groups.astype(np.int64) * len(codes) + of_text
    if not len(keys):
        return np.full(len(texts), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    found = (keys[at] == wanted) & (groups >= 0)
    return np.where(found, rows[order[first[at]]], -1)


def _of_groups(groups: Codes, table: KeywordTable, value: ClickValue) -> tuple[Floats, Floats]:
    """Mean rate and order value of each term's ad group, of the account where that is not known."""
    weight, size = value.cvr_strength, len(table.ad_groups)
    total = np.bincount(table.ad_group, weight, size)
    means = []
    for of_keyword in (value.cvr, value.order_value):
        mean = float(np.average(of_keyword, weights=weight)) if len(table) else 0.0
        of_group = np.divide(
            np.bincount(table.ad_group, weight * of_keyword, size), total, out=np.full(size, mean),
            where=total > 0,
        )  # fmt: skip
        means.append(np.append(of_group, mean)[groups])
    return means[0], means[1]
