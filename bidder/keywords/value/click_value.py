"""Value of a click on each keyword: conversions per click x revenue per conversion."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Codes, Floats
from bidder.errors import InputError, Problem
from bidder.keywords.data import KeywordTable
from bidder.keywords.result import ClickValue
from bidder.keywords.spec_bidding import ValueSpec
from bidder.keywords.value.hierarchy import LEVELS, Sums, Tree, keyword_tree, shrunk, summed
from bidder.keywords.value.strengths import CLICKS, NOTHING, order_strengths, rate_strengths
from bidder.keywords.value.weights import clicks_behind

CVR_PRIOR = (50 / 3, 0.5)
"""Clicks and conversions added to the account's: half a conversion, as in Jeffreys' prior, at a rate of 3%
(not at Jeffreys' 50%, since without a click this rate is the estimate)."""


def click_value(
    table: KeywordTable, keyword_class: Codes, spec: ValueSpec, *, count_conversions: bool = False
) -> ClickValue:
    """Estimate the value of a click by shrinkage: keyword, ad group, campaign, account.

    Ad groups and campaigns are taken apart by match type and class. At each level ``p = (conversions +
    k p_parent) / (matured clicks + k)``, and likewise revenue per conversion; keywords enter with their
    weighted sums, the levels above as in :mod:`bidder.keywords.value.hierarchy`, and k is fitted as in
    :mod:`bidder.keywords.value.strengths`, or is ``spec.strength`` at all levels of conversion rates.

    Parameters
    ----------
    table : KeywordTable
    keyword_class : ndarray of int32, shape (J,)
        Codes of keyword classes.
    spec : ValueSpec
    count_conversions : bool
        Take every conversion for worth 1, as a target CPA does.

    Raises
    ------
    InputError
        When values are wanted, the account has no revenue to tell them from, and
        ``spec.default_order_value`` does not either.
    """
    if not len(table):
        none = np.zeros(0)
        return ClickValue(none, none, none, none, none, dict.fromkeys(LEVELS, CLICKS[1]))
    tree, noise = keyword_tree(table, keyword_class), clicks_behind(table)
    own = table.matured_clicks, table.weighted_conversions
    if spec.strength is None:
        strengths = rate_strengths(tree, own, CVR_PRIOR, noise).levels
    else:
        strengths = (spec.strength,) * len(LEVELS)
    cvr, parent = shrunk(tree, summed(tree, own, strengths), strengths, CVR_PRIOR)
    worth = np.ones(len(table)) if count_conversions else _order_values(table, tree, spec, noise)
    return ClickValue(
        cvr, table.matured_clicks + strengths[0], parent, worth, cvr * worth,
        dict(zip(LEVELS, strengths, strict=True)),
    )  # fmt: skip


def _order_values(table: KeywordTable, tree: Tree, spec: ValueSpec, noise: float) -> Floats:
    """Revenue per conversion; all the same while the account has none."""
    own: Sums = table.weighted_conversions, table.weighted_revenue
    conversions, revenue = float(own[0].sum()), float(own[1].sum())
    if conversions <= NOTHING or revenue <= NOTHING:
        return np.full(len(table), _default_order_value(spec, conversions))
    prior = 1.0, revenue / conversions
    strengths = order_strengths(tree, own, prior, noise).levels
    return shrunk(tree, summed(tree, own, strengths), strengths, prior)[0]


def _default_order_value(spec: ValueSpec, conversions: float) -> float:
    if spec.default_order_value is not None:
        return spec.default_order_value
    missing = "revenue" if conversions > NOTHING else "conversion"
    raise InputError(
        Problem(
            f"the reports hold no {missing}, so nothing tells what a conversion is worth",
            "value.default_order_value (revenue per conversion), or a target CPA",
            ("value", "default_order_value"),
        )
    )
