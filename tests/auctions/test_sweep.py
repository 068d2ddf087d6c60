"""Sweeps: which combinations there are, in which order, and what is wrong with a range."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.auctions.experiments.sweep import MAX_SETTINGS, Grid, expand
from bidder.auctions.strategies.registry import params_model
from bidder.errors import Problems

BASE = {
    "name": "x",
    "log": {"reader": "csv", "path": "x.csv"},
    "episodes": {"auctions": 10, "budget": 5},
    "strategies": [{"name": "lin", "kind": "linear", "base_bid": 10, "average_ctr": 0.1}],
}


def grid(problems: Problems | None = None, **changes: object) -> Grid:
    found = problems or Problems()
    result = expand({**BASE, **changes}, params_model, found)
    if problems is None:
        assert not found.found
    return result


def lin(**changes: object) -> list[dict[str, object]]:
    return [{**BASE["strategies"][0], **changes}]


def swept(of: Grid) -> list[dict[str, object]]:
    return [dict(point.swept) for point in of.points]


def values(data: object) -> list[object]:
    return [s["base_bid"] for s in swept(grid(strategies=lin(base_bid=data)))]


def test_nothing_swept_is_one_setting():
    found = grid()
    assert [p.swept for p in found.points] == [()]
    assert found.own[0][0].data == BASE["strategies"][0]


def test_the_last_field_of_the_file_changes_fastest():
    found = grid(episodes={"auctions": 10, "budget": [1, 2]}, strategies=lin(base_bid=[3, 4]), seed=[5, 6])
    rows = [(s["episodes.budget"], s["base_bid"], s["seed"]) for s in swept(found)]
    assert rows == list(itertools.product([1, 2], [3, 4], [5, 6]))


def test_fields_of_a_strategy_are_its_own():
    others = [*lin(base_bid=[3, 4]), {"name": "c", "kind": "constant", "bid": 1}]
    found = grid(strategies=others, bids={"max": [7, 8, 9]})
    assert [p.strategy for p in found.points] == [0] * 6 + [1] * 3
    assert (len(found.shared), len(found.own[0]), len(found.own[1])) == (3, 2, 1)


def test_only_what_changes_is_built_again():
    found = grid(episodes={"auctions": 10, "budget": [1, 2]}, strategies=lin(base_bid=list(range(1, 700))))
    assert (len(found.points), len(found.shared), len(found.own[0])) == (1398, 2, 699)


def test_every_value_remembers_where_it_stands():
    found = grid(episodes={"auctions": 10, "budget": [1, 2]})
    assert found.shared[1].data["episodes"] == {"auctions": 10, "budget": 2}
    assert found.shared[1].moved == {("episodes", "budget"): ("episodes", "budget", 1)}


def test_a_field_that_takes_a_list_is_swept_by_a_list_of_lists():
    assert swept(grid(auction={"slots": [1, 0.5]})) == [{}]
    assert swept(grid(auction={"slots": [[1], [1, 0.5]]})) == [
        {"auction.slots": [1]}, {"auction.slots": [1, 0.5]}
    ]
    counts = {"name": "r", "kind": "rlb", "average_ctr": 0.1, "price_histogram": [1, 2, 3]}
    assert swept(grid(strategies=[counts])) == [{}]
    assert len(grid(strategies=[{**counts, "price_histogram": [[1, 2], [3, 4]]}]).points) == 2


def test_ranges():
    assert values({"from": 1, "to": 2, "steps": 5}) == [1.0, 1.25, 1.5, 1.75, 2.0]
    assert values({"from": 0.1, "to": 0.7, "steps": 3}) == [0.1, 0.4, 0.7]
    assert values({"from": 1, "to": 1000, "steps": 4, "scale": "log"}) == [1.0, 10.0, 100.0, 1000.0]
    assert values({"from": 1, "to": 4, "steps": 7, "integer": True}) == [1, 2, 3, 4]


@given(
    st.floats(1e-6, 1e6), st.floats(1.0, 1e6), st.integers(2, 40), st.sampled_from(["linear", "log"]),
    st.booleans(),
)
def test_ranges_rise_from_end_to_end(low, factor, steps, scale, drawn):
    high = low * factor
    found = values({"from": low, "to": high, "sample" if drawn else "steps": steps, "scale": scale})
    assert 1 <= len(found) <= steps
    assert all(low * (1 - 1e-5) <= v <= high * (1 + 1e-5) for v in found)
    if not drawn:
        assert found == sorted(found)
        assert math.isclose(found[0], low, rel_tol=1e-11) and math.isclose(found[-1], high, rel_tol=1e-11)


def test_draws_depend_on_the_seed_alone():
    data = {"from": 1, "to": 9, "sample": 5}
    assert values(data) == values(dict(reversed(data.items())))
    other = grid(strategies=lin(base_bid=data), seed=2)
    assert [s["base_bid"] for s in swept(other)] != values(data)


def test_seeds_repeat():
    assert [s["seed"] for s in swept(grid(seed={"repeat": 3}))] == [1, 2, 3]


def test_a_sample_of_the_grid():
    many = {"from": 1, "to": 1e6, "steps": 50_000}
    data = {"strategies": lin(base_bid=many), "seed": [1, 2], "bids": {"max": [3, 4, 5]}}
    found = grid(**data, sweep={"mode": "sample", "draws": 200})
    rows = [tuple(p.swept) for p in found.points]
    assert len(rows) == len(set(rows)) == 200
    assert rows == [tuple(p.swept) for p in grid(**data, sweep={"mode": "sample", "draws": 200}).points]
    assert len(grid(sweep={"mode": "sample", "draws": 200}).points) == 1


def test_tuned_fields_are_told():
    found = grid(strategies=lin(base_bid={"tune": [1, 2]}, average_ctr={"tune": {"from": 0.1, "to": 0.2,
                                                                              "steps": 3}}))
    assert found.tuned == (("base_bid", "average_ctr"),)
    assert len(found.points) == 6
    assert found.own[0][1].moved[("strategies", 0, "average_ctr")] == ("strategies", 0, "average_ctr", "tune")


@pytest.mark.parametrize(
    ("data", "path", "said"),
    [
        ({"from": 3, "to": 1, "steps": 3}, ("to",), "found 1"),
        ({"from": 1, "to": 3, "steps": 1}, ("steps",), "found 1"),
        ({"from": 1, "to": 3}, (), "key 'steps' is missing in a range"),
        ({"from": "a", "to": 3, "steps": 3}, ("from",), "found 'a'"),
        ({"from": 0, "to": 3, "steps": 3, "scale": "log"}, ("from",), "found 0 with scale: log"),
        ({"from": 1, "to": 3, "steps": 3, "scale": "lin"}, ("scale",), "found 'lin'"),
        ({"from": 1, "to": 3, "stepps": 3}, ("stepps",), "unknown key 'stepps' in a range"),
        ({"from": 1, "to": 3, "steps": 3, "sample": 3}, ("steps",), "both steps and sample"),
        ({"from": 1, "to": float("inf"), "steps": 3}, ("to",), "found inf"),
        ({"from": -1e308, "to": 1e308, "steps": 3}, ("from",), "found -1e+308"),
        ({"from": 1e-200, "to": 1, "steps": 3, "scale": "log"}, ("from",), "found 1e-200 with scale: log"),
        ({"from": 10**400, "to": 1, "steps": 3}, ("from",), "found 1" + "0" * 56 + "..."),
        ([], (), "a list of 0 values"),
        ({"tune": 3}, ("tune",), "nothing to choose from"),
        ({"tune": [1], "more": 3}, ("more",), "unknown key 'more' beside tune"),
    ],
)
def test_wrong_ranges_are_told_at_their_place(data, path, said):
    problems = Problems()
    grid(problems, strategies=lin(base_bid=data))
    assert [(p.path, p.message) for p in problems.found][:1] == [(("strategies", 0, "base_bid", *path), said)]


def test_too_many_settings_are_refused_before_they_are_made():
    problems = Problems()
    wide = {"from": 1, "to": 2, "steps": 100_000}
    grid(problems, strategies=lin(base_bid=wide, average_ctr=wide))
    assert "10,000,000,000 combinations for strategy lin" in problems.found[0].message
    assert f"{MAX_SETTINGS:,}" in problems.found[0].expected


def test_settings_of_all_strategies_are_counted_together():
    problems = Problems()
    wide = {"from": 1, "to": 2, "steps": MAX_SETTINGS}
    grid(problems, strategies=[*lin(base_bid=wide), {"name": "c", "kind": "constant", "bid": 1}])
    assert [p.message for p in problems.found] == [
        f"1 combination for strategy c, after {MAX_SETTINGS:,} of earlier ones"
    ]


def test_tune_belongs_into_strategies():
    problems = Problems()
    grid(problems, bids={"max": {"tune": [1, 2]}})
    assert problems.found[0].path == ("bids", "max")


@pytest.mark.parametrize("data", [[], None, 5, "x", {"a": 1}, [5, None, {"kind": 3}]])
def test_documents_that_make_no_sense_are_left_to_the_models(data):
    grid(Problems(), strategies=data, episodes=data)
