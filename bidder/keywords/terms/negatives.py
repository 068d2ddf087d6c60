"""Search terms to exclude: spend without conversion beyond what chance explains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bidder.arrays import Bools, Floats, Ints
from bidder.keywords.data import TermTable
from bidder.keywords.spec_terms import TermSpec
from bidder.keywords.terms.rates import TermRates
from bidder.money import MICROS, format_money

_NONE = 1e-9
"""Conversions up to this are none."""


@dataclass(frozen=True)
class NegativeCandidates:
    """Candidates for negative keywords, those that cost most first; arrays of the same length.

    Attributes
    ----------
    row : ndarray of int64
        Positions in the table of terms.
    expected : ndarray of float64
        Conversions that were to be expected.
    chance : ndarray of float64
        Probability of no conversion, were the term like the rest of its keyword.
    why : tuple of str
    looked_at : int
        Terms that were tested.
    found : int
        Candidates before ``spec.most`` cut the list.
    """

    row: Ints
    expected: Floats
    chance: Floats
    why: tuple[str, ...]
    looked_at: int
    found: int


def negative_candidates(
    terms: TermTable, rates: TermRates, target: float, spec: TermSpec, currency: str
) -> NegativeCandidates:
    """Terms whose lack of conversions is no bad luck.

    Looked at are terms that have cost at least ``spec.least_cost`` (by default what a conversion may cost,
    order value / target), whether they converted or not. Each of them is tested for being like the rest of
    its keyword: no conversion then has the probability of :func:`zero_chance`. Of the terms without
    conversion those are taken that the procedure of Benjamini & Hochberg (1995, *J. R. Stat. Soc. B* 57)
    rejects at ``spec.significance``, so that among the candidates at most this share is expected to be bad
    luck. A term that is a keyword of its own ad group is left to that keyword's bid.

    Parameters
    ----------
    terms : TermTable
    rates : TermRates
        Of the same terms.
    target : float
        Value wanted for a unit of spend.
    spec : TermSpec
    currency : str
        For amounts in reasons.
    """
    cost = terms.cost / MICROS
    least = rates.order_value / target if spec.least_cost is None else spec.least_cost
    looked_at = np.flatnonzero((cost >= least) & (terms.clicks > 0) & ~rates.own_group)
    chance = zero_chance(rates.clicks[looked_at], rates.cvr[looked_at], rates.strength[looked_at])
    chance[terms.conversions[looked_at] > _NONE] = 1.0
    taken = np.flatnonzero(rejected(chance, spec.significance))
    taken = taken[np.argsort(-cost[looked_at[taken]], kind="stable")]
    kept = taken[: spec.most]
    rows = looked_at[kept]
    expected = rates.clicks[rows] * rates.cvr[rows]
    why = tuple(
        _why(terms, row, rates, often, currency)
        for row, often in zip(rows.tolist(), chance[kept].tolist(), strict=True)
    )
    return NegativeCandidates(rows, expected, chance[kept], why, len(looked_at), len(taken))


def zero_chance(clicks: Floats, cvr: Floats, strength: Floats) -> Floats:
    """Probability of no conversion in n clicks, shape as ``clicks``: beta-binomial (Skellam 1948).

    The rate is not known but beta distributed with mean p and the weight of s clicks, so it is
    ``B(s p, s (1 - p) + n) / B(s p, s (1 - p))``; with s without bound, ``(1 - p)^n``.
    """
    from scipy.special import gammaln

    rate = np.clip(cvr, 0.0, 1 - 1e-9)
    misses = strength * (1 - rate)
    log = gammaln(misses + clicks) - gammaln(misses) + gammaln(strength) - gammaln(strength + clicks)
    chance: Floats = np.exp(np.minimum(log, 0.0))
    return chance


def rejected(chance: Floats, significance: float) -> Bools:
    """Hypotheses that Benjamini & Hochberg's step-up procedure rejects, shape as ``chance``."""
    order = np.argsort(chance, kind="stable")
    limits = significance * np.arange(1, len(chance) + 1) / max(len(chance), 1)
    below = np.flatnonzero(chance[order] <= limits)
    out = np.zeros(len(chance), dtype=np.bool_)
    if len(below):
        out[order[: below[-1] + 1]] = True
    return out


def _why(terms: TermTable, row: int, rates: TermRates, chance: float, currency: str) -> str:
    cost = format_money(terms.cost[row] / MICROS, currency)
    expected = rates.clicks[row] * rates.cvr[row]
    often = f"1 in {1 / chance:,.0f}" if chance > 1e-9 else "less than 1 in a billion"
    return (
        f"{terms.clicks[row]:,} clicks cost {cost} {currency} without a conversion, where a CVR of "
        f"{rates.cvr[row]:.2%} leads to expect {expected:.1f}: by chance {often}"
    )
