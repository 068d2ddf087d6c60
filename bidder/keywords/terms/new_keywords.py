"""Search terms to add as keywords: they convert, and their value pays for their clicks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Floats, Ints
from bidder.keywords.data import TermTable
from bidder.keywords.guardrails.limits import range_micros
from bidder.keywords.platforms import PROFILES
from bidder.keywords.spec import BidsSpec
from bidder.keywords.terms.rates import TermRates
from bidder.money import MICROS, format_money

_HIGHEST = 10**9
"""Currency units: no bid is above this."""


@dataclass(frozen=True)
class NewKeywords:
    """Terms proposed as exact keywords, those with most conversions first; arrays of the same length.

    Attributes
    ----------
    row : ndarray of int64
        Positions in the table of terms: the ad group in which the term has converted most.
    clicks, cost : ndarray of int64
        Of the term in all ad groups; cost in micros.
    conversions : ndarray of float64
        The same.
    cvr : ndarray of float64
        Conversions per click, shrunk.
    value : ndarray of float64
        Of a click, currency units.
    bid : ndarray of int64
        Micros; legal for the platform and within the guardrails' range.
    why : tuple of str
    found : int
        Proposals before ``spec.most`` cut the list.
    """

    row: Ints
    clicks: Ints
    cost: Ints
    conversions: Floats
    cvr: Floats
    value: Floats
    bid: Ints
    why: tuple[str, ...]
    found: int


@dataclass(frozen=True)
class _Sums:
    """Terms by text, the best row of each."""

    row: Ints
    clicks: Ints
    cost: Ints
    conversions: Floats
    matured: Floats


def new_keywords(
    terms: TermTable, rates: TermRates, alpha: float, target: float, spec: BidsSpec
) -> NewKeywords:
    """Terms that are no keyword of the account yet and would earn their clicks.

    A term with at least ``spec.terms.least_conversions`` conversions, over all ad groups, is proposed when
    ``alpha x value / target`` is at least what its clicks have cost. Its conversion rate is shrunk to that
    of the keyword it was found with, as strongly as keywords are to their ad group; revenue per conversion
    is that keyword's.

    Parameters
    ----------
    terms : TermTable
    rates : TermRates
        Of the same terms.
    alpha, target : float
        Multiplier, and value wanted for a unit of spend.
    spec : BidsSpec
    """
    sums = _by_text(terms, rates)
    row = sums.row
    cvr = (sums.conversions + rates.spread * rates.cvr[row]) / (sums.matured + rates.spread)
    value = cvr * rates.order_value[row]
    supported = alpha * value / target
    bid, legal = _legal_bids(supported, spec)
    enough = (sums.conversions >= spec.terms.least_conversions) & (sums.clicks > 0)
    pays = supported * MICROS * sums.clicks >= sums.cost
    taken = np.flatnonzero(enough & pays & legal & ~rates.anywhere[row])
    taken = taken[np.lexsort((taken, -sums.cost[taken], -sums.conversions[taken]))]
    kept = taken[: spec.terms.most]
    currency = spec.account.currency
    why = tuple(_why(sums, i, float(cvr[i]), float(value[i]), rates, currency) for i in kept.tolist())
    return NewKeywords(
        row[kept], sums.clicks[kept], sums.cost[kept], sums.conversions[kept], cvr[kept], value[kept],
        bid[kept], why, len(taken),
    )  # fmt: skip


def _by_text(terms: TermTable, rates: TermRates) -> _Sums:
    """Sums over ad groups, in the order in which the texts come first."""
    codes: dict[str, int] = {}
    of_row = np.fromiter((codes.setdefault(t, len(codes)) for t in rates.text), np.int64, len(rates.text))
    size = len(codes)
    order = np.lexsort((-terms.clicks, -terms.conversions, of_row))
    _, first = np.unique(of_row[order], return_index=True)
    clicks, cost = np.zeros(size, dtype=np.int64), np.zeros(size, dtype=np.int64)
    np.add.at(clicks, of_row, terms.clicks)
    np.add.at(cost, of_row, terms.cost)
    conversions = np.bincount(of_row, terms.conversions, size).astype(np.float64)
    matured = np.bincount(of_row, rates.clicks, size).astype(np.float64)
    return _Sums(order[first], clicks, cost, conversions, matured)


def _legal_bids(supported: Floats, spec: BidsSpec) -> tuple[Ints, np.ndarray]:
    """Legal bids in micros, nearest to what is supported, and whether they lie in the guardrails' range."""
    profile, currency = PROFILES[spec.account.platform], spec.account.currency
    low, high = range_micros(spec.guardrails.bid)
    wanted = np.rint(np.clip(supported, 0, _HIGHEST) * MICROS).astype(np.int64)
    bid = profile.legal_bid(np.minimum(wanted, high), currency)
    bid = np.where(bid > high, bid - profile.bid_step(currency), bid)
    least = max(low, profile.min_bid_micros, 1)
    return bid, (bid >= least) & (wanted >= least)


def _why(sums: _Sums, i: int, cvr: float, value: float, rates: TermRates, currency: str) -> str:
    paid = format_money(sums.cost[i] / MICROS / sums.clicks[i], currency)
    expected = rates.cvr[sums.row[i]]
    return (
        f"{sums.conversions[i]:,.4g} conversions in {sums.clicks[i]:,} clicks at {paid} {currency} each; its "
        f"CVR, shrunk to the {expected:.2%} of its keyword, is {cvr:.2%}, so a click is worth "
        f"{_worth(value, cvr, currency)}"
    )


def _worth(value: float, cvr: float, currency: str) -> str:
    """Value of a click in money; in conversions where every one counts 1."""
    return f"{value:.4f} conversions" if value == cvr else f"{format_money(value, currency)} {currency}"
