"""Which settings are worth comparing: the best setting of every strategy, under conditions that are alike.

An experiment of many settings asks one question of each condition (budget, rules of the auction): is the
best one really better than what else could be chosen? So the winner meets the best setting of each other
strategy, and its own other choices where they are few, rather than everything meeting everything: every
further comparison would make all of them harder to tell from chance.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from bidder.auctions.result import Setting, SettingResult

CONDITIONS = ("auction", "episodes", "over_budget", "outcomes", "objective")
"""First words of swept fields that nobody who bids may choose: strategies are compared under the same."""
CHOICES = ("bids", "tick", "frequency_cap", "retargeting")
"""First words of swept fields that all strategies share, but that may be chosen."""
FEW = 6
"""A field with more values is a sweep: its neighbours are not compared with each other."""
Swept = tuple[tuple[str, Any], ...]
Merit = tuple[float, float]


def conditions(swept: Swept) -> Swept:
    """The fields among those swept that are conditions."""
    return tuple((path, value) for path, value in swept if path.partition(".")[0] in CONDITIONS)


def choices(swept: Swept) -> Swept:
    """The fields among those swept that may be chosen: neither a condition nor the seed."""
    return tuple((p, value) for p, value in swept if p.partition(".")[0] not in (*CONDITIONS, "seed"))


@dataclass(frozen=True)
class Finalist:
    """Settings that differ in nothing but their seed.

    Attributes
    ----------
    strategy : str
    chosen : tuple of (str, object)
        Swept fields that may be chosen.
    members : dict of int to int
        Position of the setting with each seed.
    merit : tuple of float
        Mean over the seeds of the measure and, between equals, of the expected worth.
    """

    strategy: str
    chosen: Swept
    members: dict[int, int]
    merit: Merit


def finalists(
    settings: Sequence[Setting], results: Sequence[SettingResult], measure: str
) -> list[list[Finalist]]:
    """For each condition, the best first: the winner, and what it is to be compared with.

    Parameters
    ----------
    settings : sequence of Setting
    results : sequence of SettingResult
        As long as ``settings``.
    measure : str
        One of :data:`~bidder.auctions.result.COUNTED`: what is best.

    Returns
    -------
    list of list of Finalist
        Beside the winner: the best setting of each other strategy; the best of its own strategy with each
        other value of a field that all strategies share and that may be chosen (a frequency cap); and,
        where there is one strategy alone, the best with each other value of its parameters. Fields of
        more than :data:`FEW` values are left out of the latter two.
    """
    scenes: dict[Hashable, dict[Hashable, dict[int, int]]] = {}
    for k, s in enumerate(settings):
        scene = s.part, s.budget, repr(conditions(s.swept))
        scenes.setdefault(scene, {}).setdefault((s.strategy, repr(choices(s.swept))), {})[s.seed] = k
    found = []
    for groups in scenes.values():
        entries = [_finalist(members, settings, results, measure) for members in groups.values()]
        found.append(_chosen(sorted(entries, key=lambda f: f.merit, reverse=True)))
    return found


def _finalist(
    members: dict[int, int], settings: Sequence[Setting], results: Sequence[SettingResult], measure: str
) -> Finalist:
    one = settings[next(iter(members.values()))]
    mine = [results[k] for k in members.values()]
    reached, worth = (sum(r.total(name) for r in mine) / len(mine) for name in (measure, "worth"))
    return Finalist(one.strategy, choices(one.swept), members, (reached, worth))


def _chosen(ranking: Sequence[Finalist]) -> list[Finalist]:
    """Of all settings under one condition, best first, those that are compared."""
    best: dict[Hashable, Finalist] = {}
    for entry in ranking:
        best.setdefault(entry.strategy, entry)
    alone = len(best) == 1
    for path, value in ranking[0].chosen:
        if not alone and path.partition(".")[0] not in CHOICES:
            continue
        others: dict[str, Finalist] = {}
        for entry in ranking:
            if entry.strategy == ranking[0].strategy:
                others.setdefault(repr(dict(entry.chosen).get(path)), entry)
        if len(others) <= FEW:
            best |= {(path, text): entry for text, entry in others.items() if text != repr(value)}
    wanted = {id(entry) for entry in best.values()}
    return [entry for entry in ranking if id(entry) in wanted]


def pairs(scenes: Sequence[Sequence[Finalist]], to: str | None) -> list[tuple[int, int]]:
    """Which settings are compared, in the order of the conditions.

    Parameters
    ----------
    scenes : sequence of sequence of Finalist
        From :func:`finalists`.
    to : str or None
        None: the winner with each of the others. A strategy's name: also each of the others with the
        best setting of that strategy, which stands second. ``all``: each with each.

    Returns
    -------
    list of (int, int)
        Positions of settings with the same seed, the better one first unless it is the one named by
        ``to``.
    """
    found: list[tuple[int, int]] = []
    for scene in scenes:
        for first, second in _matches(scene, to):
            found += [
                (k, second.members[seed]) for seed, k in first.members.items() if seed in second.members
            ]
    return found


def _matches(scene: Sequence[Finalist], to: str | None) -> list[tuple[Finalist, Finalist]]:
    if to == "all":
        return list(combinations(scene, 2))
    winner, *others = scene
    base = next((f for f in scene if f.strategy == to), None)
    if base is None:
        return [(winner, other) for other in others]
    if base is winner:
        return [(other, base) for other in others]
    return [(winner, other) for other in others] + [(f, base) for f in others if f.strategy != to]
