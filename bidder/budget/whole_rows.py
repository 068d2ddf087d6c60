"""Rows over whole lots alone can only take certain values: their sides are moved to the nearest.

A budget of 100,000 for posts at 1,200 each is one of 99,600. A relaxation does not know that by itself,
and branching would have to prove it cell by cell (coefficient tightening; Savelsbergh 1994,
"Preprocessing and probing techniques for mixed integer programming problems", section 2).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from math import floor

import numpy as np

from bidder.budget.problem import Form, Problem

_MOST_DISTINCT = 8
"""Rows with more different steps than this are left alone: what they divide by is hardly a step."""


def with_whole_rows(problem: Problem) -> Problem:
    """The same problem with the sides of rows over whole lots moved to values they can take."""
    lots = problem.cells.form == Form.LOTS
    if not np.any(lots):
        return problem
    spend = problem.rows.spend
    others = np.diff(problem.rows.effect.indptr) + np.diff(problem.rows.extra.tocsr().indptr)
    low, high = problem.row_low.copy(), problem.row_high.copy()
    for row in np.flatnonzero((others == 0) & (np.diff(spend.indptr) > 0)).tolist():
        entries = slice(spend.indptr[row], spend.indptr[row + 1])
        cells, values = spend.indices[entries], spend.data[entries]
        if not np.all(lots[cells]):
            continue
        steps = np.unique(np.abs(values * problem.cells.lot[cells]))
        if len(steps) > _MOST_DISTINCT or low[row] == high[row]:
            continue
        step = _divisor([Fraction(repr(float(s))) for s in steps])
        constant = Fraction(repr(float(problem.rows.constant[row])))
        if np.isfinite(high[row]):
            whole = floor((Fraction(repr(float(high[row]))) - constant) / step)
            high[row] = float(whole * step + constant)
        if np.isfinite(low[row]):
            whole = -floor(-(Fraction(repr(float(low[row]))) - constant) / step)
            low[row] = float(whole * step + constant)
    return replace(problem, row_low=low, row_high=high)


def _divisor(steps: list[Fraction]) -> Fraction:
    """Greatest number that all steps are whole multiples of."""
    common = steps[0]
    for step in steps[1:]:
        while step:
            common, step = step, common % step
    return common
