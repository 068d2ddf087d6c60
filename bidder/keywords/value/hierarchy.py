"""Keywords in groups in segments in an account: what each level counts, and what it is shrunk to.

A level's counts (clicks, or conversions) and totals (conversions, or revenue) come from its members, each
discounted by ``k / (n + k)``, where k is the strength with which members are shrunk to it: a member with
many counts tells its own mean, and no more than k counts' worth about the mean of those around it. This
is hierarchical credibility (Jewell 1975; Bühlmann & Gisler 2005, *A Course in Credibility Theory*,
chapter 6), and k without bound gives plain sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bidder.arrays import Codes, Floats, Ints
from bidder.keywords.data import KeywordTable

LEVELS = ("ad_group", "segment", "account")
"""What keywords, groups and segments are shrunk to."""

Sums = tuple[Floats, Floats]
"""Counts and totals of the units of a level."""


@dataclass(frozen=True)
class Tree:
    """Which unit of the next level each unit belongs to, from keywords up to the account.

    Attributes
    ----------
    parents : tuple of ndarray of int32
        Of J keywords, of groups (ad group x match type x class), of segments (campaign x match type x
        class).
    sizes : tuple of int
        Numbers of groups, segments and accounts (1).
    """

    parents: tuple[Codes, ...]
    sizes: tuple[int, ...]


def _compact(codes: Codes, more: Codes, width: int) -> tuple[Codes, int]:
    """Pairs of codes numbered from 0 in their order, and how many there are; ``more`` is below ``width``."""
    pairs = codes.astype(np.int64) * width + more
    space = int(pairs.max(initial=-1)) + 1
    if space > 16 * len(pairs) + 1024:
        kept, numbers = np.unique(pairs, return_inverse=True)
        return numbers.astype(np.int32), len(kept)
    seen = np.zeros(space, dtype=np.bool_)
    seen[pairs] = True
    numbers = np.cumsum(seen, dtype=np.int32) - 1
    return numbers[pairs].astype(np.int32), int(seen.sum())


def _firsts(codes: Codes, size: int, of: Codes) -> Codes:
    """The value that all members of each unit share."""
    shared = np.zeros(size, dtype=np.int32)
    shared[codes] = of
    return shared


def keyword_tree(table: KeywordTable, keyword_class: Codes) -> Tree:
    """The hierarchy of an account.

    Parameters
    ----------
    table : KeywordTable
    keyword_class : ndarray of int32, shape (J,)
    """
    width = int(keyword_class.max(initial=0)) + 1
    kinds, many = _compact(table.match_type.astype(np.int32), keyword_class, width)
    group, groups = _compact(table.ad_group, kinds, many)
    segment, segments = _compact(table.campaign, kinds, many)
    parents = (group, _firsts(group, groups, segment), np.zeros(segments, dtype=np.int32))
    return Tree(parents, (groups, segments, 1))


def _discounted(sums: Sums, strength: float) -> Sums:
    share = strength / (sums[0] + strength)
    return sums[0] * share, sums[1] * share


def _added(parent: Codes, values: Floats, size: int) -> Floats:
    return np.bincount(parent, values, size).astype(np.float64, copy=False)


def summed(tree: Tree, own: Sums, strengths: Sequence[float]) -> list[Sums]:
    """Counts and totals of keywords, groups, segments and the account.

    Parameters
    ----------
    tree : Tree
    own : two ndarrays of float64, shape (J,)
        Of the keywords.
    strengths : sequence of 3 floats
        In the order of :data:`LEVELS`.
    """
    levels = [own]
    for parent, size, strength in zip(tree.parents, tree.sizes, strengths, strict=True):
        count, total = _discounted(levels[-1], strength)
        levels.append((_added(parent, count, size), _added(parent, total, size)))
    return levels


def shrunk(
    tree: Tree, levels: Sequence[Sums], strengths: Sequence[float], prior: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Means of keywords, and the means that they were shrunk to.

    Each is ``(total + k x mean of the parent) / (count + k)``; at the top ``prior`` is added to the
    account's count and total.

    Returns
    -------
    own, parent : ndarray of float64, shape (J,)
    """
    mean = (levels[-1][1] + prior[1]) / (levels[-1][0] + prior[0])
    parent = mean
    for level in range(len(tree.parents) - 1, -1, -1):
        count, total = levels[level]
        parent = mean[tree.parents[level]]
        mean = (total + strengths[level] * parent) / (count + strengths[level])
    return mean, parent


def from_the_others(
    tree: Tree, levels: Sequence[Sums], strengths: Sequence[float], prior: tuple[float, float], level: int,
    units: Ints,
) -> tuple[Floats, Floats]:  # fmt: skip
    """What all other units tell about the parent of each of these units of a level.

    The unit's own counts are taken out of its parent, and what that changes out of the parent's parent,
    up to the account; else a group of one keyword would look exactly like that keyword.

    Returns
    -------
    mean : ndarray of float64, shape (U,)
        Of the parent, as shrunk to its own parent.
    doubt : ndarray of float64, shape (U,)
        What is not known about it, in the unit of 1 / counts: with spread 1/k around a known parent,
        a unit lies around this mean with spread 1/k + doubt.
    """
    up = tree.parents[level][units]
    count, total = _discounted((levels[level][0][units], levels[level][1][units]), strengths[level])
    rests: list[tuple[Sums, float]] = []
    for above in range(level + 1, len(levels)):
        all_count, all_total = levels[above]
        rest = np.maximum(all_count[up] - count, 0), np.maximum(all_total[up] - total, 0)
        if above < len(tree.parents):
            before, now = _discounted(levels[above], strengths[above]), _discounted(rest, strengths[above])
            count, total = before[0][up] - now[0], before[1][up] - now[1]
            up = tree.parents[above][up]
            rests.append((rest, strengths[above]))
        else:
            mean, doubt = (rest[1] + prior[1]) / (rest[0] + prior[0]), 1 / (rest[0] + prior[0])
    for (count, total), strength in reversed(rests):
        pull = strength / (count + strength)
        mean = total / (count + strength) + pull * mean
        doubt = 1 / (count + strength) + pull**2 * doubt
    return mean, doubt
