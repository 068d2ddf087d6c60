"""Choosing a strategy's parameters on earlier parts of a log, and facing them with the last one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bidder.auctions.result import SettingResult, Tuned
from bidder.auctions.worth import Objective

Values = tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Contest:
    """The candidates among which one is chosen.

    Attributes
    ----------
    strategy : str
    swept : tuple of (str, object)
        What else is swept, and its value for all of these candidates; seeds are not told apart, they
        are averaged over.
    choices : tuple of (str, object) tuples
        The values of the tuned fields, in the order of the sweep.
    settings : tuple of tuple of int
        For each choice, its settings: one for each seed.
    """

    strategy: str
    swept: Values
    choices: tuple[Values, ...]
    settings: tuple[tuple[int, ...], ...]


def contests(
    strategies: Sequence[str], swept: Sequence[Values], tuned: Sequence[Sequence[str]]
) -> list[Contest]:
    """The contests of an experiment, in the order of their first settings.

    Parameters
    ----------
    strategies : sequence of str
        Of every setting, the name of its strategy.
    swept : sequence of tuples of (name, value)
        Of every setting.
    tuned : sequence of sequences of str
        Of every setting, the names of its fields to tune; empty where nothing is tuned.
    """
    found: dict[tuple[str, str], tuple[Values, dict[str, tuple[Values, list[int]]]]] = {}
    for k, (name, values, fields) in enumerate(zip(strategies, swept, tuned, strict=True)):
        if not fields:
            continue
        choice = tuple(v for v in values if v[0] in fields)
        rest = tuple(v for v in values if v[0] not in fields and v[0] != "seed")
        # Values may be lists or mappings: told apart by how they are written.
        _, choices = found.setdefault((name, repr(rest)), (rest, {}))
        choices.setdefault(repr(choice), (choice, []))[1].append(k)
    return [
        Contest(name, rest, *zip(*((c, tuple(some)) for c, some in choices.values()), strict=True))
        for (name, _), (rest, choices) in found.items()
    ]


def measure_of(objective: Objective, columns: frozenset[str]) -> str:
    """What to tune for when nothing else is said: expected worth where the log can tell it."""
    return "worth" if set(objective.needs) <= columns else objective.value


def score(results: Sequence[SettingResult], measure: str) -> float:
    """Mean of the measure for an episode, over the episodes of all the results (of several seeds)."""
    episodes = sum(len(r.episodes) for r in results)
    return sum(r.total(measure) for r in results) / episodes if episodes else 0.0


def scores(contest: Contest, results: Mapping[int, SettingResult], measure: str) -> dict[int, float]:
    """Score of every choice that has been replayed, by its position."""
    return {
        k: score([results[s] for s in settings], measure)
        for k, settings in enumerate(contest.settings)
        if all(s in results for s in settings)
    }


def best(scored: Mapping[int, float], keep: int = 1) -> list[int]:
    """The choices with the highest scores; of equal ones those that come first in the sweep."""
    return sorted(scored, key=lambda k: (-scored[k], k))[:keep]


def faced(
    contest: Contest,
    chosen: int,
    train: Mapping[int, float],
    validation: Mapping[int, float] | None,
    test: Mapping[int, float],
    measure: str,
) -> Tuned:
    """How a choice did on every part, beside the choice that the test part alone would have shown."""
    return Tuned(
        strategy=contest.strategy,
        chosen=contest.choices[chosen],
        train_score=train[chosen],
        validation_score=None if validation is None else validation[chosen],
        test_score=test[chosen],
        best_test_score=max(test.values()),
        measure=measure,
        swept=contest.swept,
    )
