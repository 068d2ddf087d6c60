"""Experiments that are wrong: every problem at once, each at its line and column."""

from __future__ import annotations

import json

import pytest
from replay_runs import experiment, run, write_log

from bidder.errors import InputError
from bidder.jobs.replay_config import load_experiment


def problems(config, *overrides, loading=True):
    with pytest.raises(InputError) as caught:
        load_experiment(config, overrides) if loading else run(config, overrides=overrides)
    return [str(p).removeprefix(str(config.parent) + "/") for p in caught.value.problems]


def test_everything_at_once(tmp_path):
    config = tmp_path / "bad.yaml"
    config.write_text(
        """\
name: bad
log: {reader: csvv, path: x}
auction: {payment: gspp, slots: [0.5, 1.0], win: true}
bids: {integer: 1, max: [300, -1]}
episodes: {auctions: 1000, budget: [1969, -3, {from: 1}]}
overbudget: clip_bid
strategies:
  - {name: mcpc, kind: max_cp, value_per_click: 14205}
  - {name: lin, kind: linear, base_bid: {from: 10, to: 3, steps: 1}, average_ctr: [0.004, 2, x]}
  - {name: lin, kind: linear, base_bid: 1}
  - 5
  - {name: a}
seed: [7, -1]
compare: {to: linn}
""",
        encoding="utf-8",
    )
    places = [said.split(": ")[0] for said in problems(config)]
    assert places == [
        f"bad.yaml:{place}"
        for place in (
            "2:15", "3:20", "3:26", "3:45", "4:17", "4:31", "5:43", "5:47", "6:1", "8:24", "9:56", "9:66",
            "9:91", "9:94", "10:5", "10:12", "11:5", "12:5", "13:11", "14:15",
        )
    ]


@pytest.mark.parametrize("text", ["", "# nothing", "- 1", "5", "x"])
def test_what_is_no_mapping_is_one_problem(tmp_path, text):
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    told = problems(tmp_path / "bad.yaml")
    assert len(told) == 1 and told[0].startswith("bad.yaml:1:1: ")


def test_the_value_of_a_sweep_is_pointed_at(tmp_path):
    config = experiment(tmp_path, ("[20, 40, 80]", "[20, 40, -1]"), ("[1500, 4000]", "[1500, x]"))
    first, second = problems(config)
    assert first.startswith("small.yaml:4:42: found text 'x'; expected a number")
    assert second.startswith("small.yaml:7:50: found -1; expected a number of at least 0")


def test_settings_against_the_log_are_pointed_at(tmp_path):
    config = experiment(
        tmp_path, ("max: 300", "max: [300, 0.5]"), ("auctions: 100", "auctions: 100, last: keep"),
        ("seed: 7", "auction: {payment: [second_price, gsp]}\nseed: [7]\nretargeting: {window_days: 3}"),
    )
    said = problems(config, loading=False)
    assert [s.split(": ")[0] for s in said] == ["small.yaml:3:19", "small.yaml:8:35", "small.yaml:10:1"]
    assert "0.5" in said[0] and "ranks competing bids" in said[1] and "last_visit" in said[2]


def test_settings_of_the_command_line_are_named(tmp_path):
    config = experiment(tmp_path)
    assert problems(config, "episodes.budget=[1,-1]")[0].startswith("--set episodes.budget: found -1")
    assert problems(config, "strategies.1.base_bid={from: 1, to: 0, steps: 3}")[0].startswith(
        "--set strategies.1.base_bid: found 0"
    )


def test_files_with_histograms(tmp_path):
    (tmp_path / "info.json").write_text(json.dumps({"counts": [1, 2, 3], "words": "x"}), encoding="utf-8")
    line = "{name: r, kind: rlb, average_ctr: 0.1, price_histogram: {path: info.json, key: counts}}"
    old = "  - {name: flat, kind: constant, bid: 40}"
    config = experiment(tmp_path, (old, f"  - {line}"))
    assert load_experiment(config).own[0][0].price_histogram == [1, 2, 3]
    for wrong, place, said in (
        (line.replace("counts", "count"), "6:84", "info.json has no key 'count'; expected one of counts"),
        (line.replace("counts", "[a]"), "6:79", "found no text"),
        (line.replace("counts", "{a: 1}"), "6:79", "found no text"),
        (line.replace("info", "in"), "6:68", "in.json cannot be read: No such file"),
        (line.replace("key:", "keys:"), "6:85", "unknown key 'keys'"),
        (line.replace("counts", "words"), "6:44", "found text 'x'"),
    ):
        config = experiment(tmp_path, (old, f"  - {wrong}"))
        told = problems(config)
        assert told[0].startswith(f"small.yaml:{place}: {said}"), told


def test_a_log_that_is_not_there(tmp_path):
    config = experiment(tmp_path, log=False)
    assert "log.csv" in problems(config, loading=False)[0]


def test_parts_without_auctions(tmp_path):
    config = experiment(tmp_path, ("seed: 7", "split: {train: 2026-12-01}"))
    assert problems(config, loading=False) == [
        "small.yaml:8:1: no auctions are left for test; expected at least one auction in each part"
    ]


def test_bad_rows_are_refused_or_counted(tmp_path):
    config = experiment(tmp_path)
    path = write_log(tmp_path)
    path.write_text(path.read_text(encoding="utf-8") + "x,feed,-3,2,5,1\n", encoding="utf-8")
    told = problems(config, loading=False)
    assert told[0].startswith("small.yaml:2:1: 1 of 1,001 rows are bad")
    assert any(said.startswith("log.csv:row 1002, column ts") for said in told)
    outcome = run(config, skip_bad_rows=True)
    assert outcome.summary["log"]["auctions"] == 1000
    assert any("1" in note and "row" in note for note in outcome.notes)


def test_thousands_of_settings_are_few_validations(tmp_path):
    config = experiment(tmp_path, ("[20, 40, 80]", "{from: 1, to: 300, steps: 1500}"))
    loaded = load_experiment(config)
    assert (len(loaded.grid.points), len(loaded.own[1]), len(loaded.shared)) == (3002, 1500, 2)


def test_nobody_waits_for_a_world_only_to_hear_of_a_typing_error(tmp_path):
    config = experiment(
        tmp_path, ("log: {reader: csv, path: log.csv", "log: {reader: csv, path: w/log.csv, world: w.yaml"),
        ("  - {name: flat, kind: constant, bid: 40}",
         "  - {name: flat, kind: rlb, average_ctr: 0.1, price_histogram: {path: w/i.json}}"),
        ("base_bid", "base_bit"), log=False,
    )
    (tmp_path / "w.yaml").write_text("name: this would take long\n", encoding="utf-8")
    assert [said.split(": ")[0] for said in problems(config)] == ["small.yaml:7:5", "small.yaml:7:31"]
    config.write_text(config.read_text(encoding="utf-8").replace("base_bit", "base_bid"), encoding="utf-8")
    assert problems(config)[0].startswith("w.yaml:1:1")
