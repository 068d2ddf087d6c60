"""Which settings of an experiment are compared with which."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bidder.auctions.experiments.finalists import FEW, choices, conditions, finalists, pairs
from bidder.auctions.result import COUNTED, Setting, SettingResult


def result(clicks: int, worth: int = 0) -> SettingResult:
    table = np.zeros((2, len(COUNTED)), dtype=np.int64)
    table[0, COUNTED.index("clicks")], table[0, COUNTED.index("worth")] = clicks, worth
    return SettingResult(table.sum(axis=0), table, np.zeros((24, len(COUNTED)), dtype=np.int64))


def played(*rows: tuple[str, int], to: str | None = None, **swept: list[object]) -> list[tuple[int, int]]:
    """Pairs of settings given as (name of one letter, clicks), with further swept fields column by column."""
    paths = [name.replace("__", ".") for name in swept]
    settings = [
        Setting(name, "k", 1, 1, tuple(zip(paths, values, strict=True)))
        for (name, _), values in zip(rows, zip(*swept.values(), strict=True) if swept else [()] * len(rows),
                                     strict=True)
    ]
    return pairs(finalists(settings, [result(clicks) for _, clicks in rows], "clicks"), to)


def test_the_winner_meets_the_best_of_each_other_strategy():
    assert played(("a", 5), ("b", 7), ("b", 9), ("c", 6), ("c", 2), x=[1, 1, 2, 1, 2]) == [(2, 3), (2, 0)]


def test_a_named_baseline_meets_the_others_too():
    assert played(("a", 5), ("b", 7), ("c", 6), to="a") == [(1, 2), (1, 0), (2, 0)]
    assert played(("a", 9), ("b", 7), ("c", 6), to="a") == [(1, 0), (2, 0)]


def test_all_are_the_pairs_of_the_best():
    rows = (("a", 5), ("b", 7), ("b", 1), ("c", 6))
    assert played(*rows, x=[1, 1, 2, 1], to="all") == [(1, 3), (1, 0), (3, 0)]


def test_conditions_are_apart_and_choices_are_not():
    rows = (("a", 5), ("b", 7), ("a", 9), ("b", 1))
    assert played(*rows, auction__payment=["gsp", "gsp", "vcg", "vcg"]) == [(1, 0), (2, 3)]
    # the other strategy, and the winner's own with each other value of what may be chosen
    assert played(*rows, frequency_cap__per_day=[1, 1, 3, 3]) == [(2, 1), (2, 0)]


def test_one_strategy_alone_meets_its_own_other_values():
    assert played(("a", 5), ("a", 7), ("a", 6), bid=[1, 2, 3]) == [(1, 2), (1, 0)]
    many = [("a", k) for k in range(FEW + 1)]
    assert played(*many, bid=list(range(FEW + 1))) == []


def test_seeds_are_chosen_together_and_matched():
    settings = [Setting(name, "k", 1, seed, (("seed", seed),)) for name in "ab" for seed in (1, 2)]
    results = [result(c) for c in (5, 5, 9, 3)]  # b is better with seed 1 alone, and on the whole
    assert pairs(finalists(settings, results, "clicks"), None) == [(2, 0), (3, 1)]


def test_equals_are_told_apart_by_what_was_expected_and_then_by_their_order():
    settings = [Setting(name, "k", 1, 1) for name in "abc"]
    found = finalists(settings, [result(3, 1), result(3, 2), result(3, 1)], "clicks")
    assert [f.strategy for f in found[0]] == ["b", "a", "c"]


def test_parts_and_budgets_are_apart():
    base = Setting("a", "k", 1, 1)
    settings = [base, replace(base, budget=2), replace(base, part="test"), replace(base, strategy="b")]
    assert pairs(finalists(settings, [result(k) for k in range(4)], "clicks"), None) == [(3, 0)]


def test_fields_are_told_apart_by_their_first_word():
    swept = (("auction.payment", "gsp"), ("seed", 1), ("bids.max", 3), ("bid", 4), ("episodes.budget", 9))
    assert [path for path, _ in conditions(swept)] == ["auction.payment", "episodes.budget"]
    assert [path for path, _ in choices(swept)] == ["bids.max", "bid"]
