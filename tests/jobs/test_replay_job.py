"""Replays from end to end: the table, the files, workers, a cluster, tuning on the earlier part."""

from __future__ import annotations

import json
import shutil

import pytest
from replay_runs import experiment, run, table, write_log

from bidder.auctions.engine.calls import StrategyError
from bidder.errors import InputError, LockedError
from bidder.jobs.replay_store import locked

FIRST = "strategy,budget,auctions,impressions,clicks,conversions,cost,value,win_rate,cpm,cpc"


def test_the_table(tmp_path):
    outcome = run(experiment(tmp_path))
    assert set(outcome.files) == {"results.csv", "comparisons.csv", "config.json", "summary.json"}
    text = (tmp_path / "out" / "results.csv").read_text(encoding="utf-8")
    assert text.startswith(FIRST + ",kind,seed,part,")
    rows = table(tmp_path / "out" / "results.csv")
    keys = [(r["strategy"], r["budget"], r["base_bid"]) for r in rows]
    assert keys == [
        ("flat", "1500", ""), ("flat", "4000", ""),
        *(("lin", b, v) for b in ("1500", "4000") for v in ("20", "40", "80")),
    ]
    for row in rows:
        assert row["auctions"] == "1000"
        assert int(row["cost"]) <= 10 * int(row["budget"])
        assert float(row["clicks_low"]) <= int(row["clicks"]) <= float(row["clicks_high"])
        assert float(row["cpc"]) == int(row["cost"]) / int(row["clicks"])
        assert float(row["worth"]) <= float(row["bound"])
        assert row["cvr"] == "0.0" and row["cpa"] == ""


def test_every_row_is_what_it_would_be_alone(tmp_path):
    config = experiment(tmp_path)
    together = table(run(config).folder / "results.csv")
    for k, base_bid in ((2, 20), (7, 80)):
        budget = together[k]["budget"]
        run(config, "alone", overrides=[f"episodes.budget={budget}", f"strategies.1.base_bid={base_bid}"])
        alone = table(tmp_path / "alone" / "results.csv")[1]
        assert all(alone[name] == together[k][name] for name in alone)


def test_the_same_bytes_for_the_same_inputs(tmp_path):
    config = experiment(tmp_path)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        for name in ("small.yaml", "log.csv"):
            shutil.copy(tmp_path / name, tmp_path / folder / name)
        run(tmp_path / folder / config.name)
    for file in ("results.csv", "comparisons.csv", "config.json", "summary.json"):
        one, other = ((tmp_path / f / "out" / file).read_bytes() for f in "ab")
        assert one == other, file


@pytest.mark.parametrize("workers", [2, pytest.param(8, marks=pytest.mark.slow)])
def test_workers_change_nothing(tmp_path, workers):
    config = experiment(tmp_path, ("seed: 7", "seed: [7, 8]\nover_budget: [clip_bid, skip, stop]"))
    run(config, "one")
    run(config, "many", workers=workers)
    for file in ("results.csv", "comparisons.csv", "summary.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "many" / file).read_bytes()


def test_a_cluster_changes_nothing(tmp_path):
    distributed = pytest.importorskip("distributed")
    config = experiment(tmp_path, ("reader: csv, path: log.csv, unit: fen, per_currency: 100, currency: CNY",
                                   "reader: parquet, path: log"))
    _as_parquet(tmp_path)
    run(config, "here")
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(protocol="tcp", host="127.0.0.1", **options) as cluster:
        run(config, "there", cluster=cluster.scheduler_address)
        with pytest.raises(StrategyError, match=r"flat.*\(setting episodes\.budget=1500; "):
            run(_broken(tmp_path, config), "broken", cluster=cluster.scheduler_address)
    for file in ("results.csv", "comparisons.csv", "summary.json"):
        assert (tmp_path / "here" / file).read_bytes() == (tmp_path / "there" / file).read_bytes()


def _as_parquet(folder):
    from bidder.auctions.experiments.spec_log import LogSpec
    from bidder.files.auction_logs import open_log
    from bidder.files.auction_logs.parquet_writer import ParquetLogWriter

    spec = LogSpec(reader="csv", path="log.csv", unit="fen", per_currency=100, currency="CNY")
    source = open_log(spec, folder).source
    with ParquetLogWriter(folder / "log", source.info, partition_rows=170) as writer:
        for piece in source.pieces():
            writer.write(piece)


def test_a_cluster_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr("bidder.jobs.replay_pool.PATIENCE", "0.5s")
    with pytest.raises(InputError, match=r"--cluster tcp://127\.0\.0\.1:9: cannot be reached"):
        run(experiment(tmp_path), cluster="tcp://127.0.0.1:9")


@pytest.mark.parametrize("given", [0, -1, 5000])
def test_numbers_of_workers(tmp_path, given):
    with pytest.raises(InputError, match=f"--workers: found {given}; expected a whole number from 1"):
        run(experiment(tmp_path), workers=given)


def test_workers_of_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("BIDDER_WORKERS", "two")
    with pytest.raises(InputError, match="BIDDER_WORKERS: found 'two'"):
        run(experiment(tmp_path))


def test_batches_and_seeds(tmp_path):
    """Random bids depend on the seed alone, not on which settings are played beside them."""
    old = "{name: flat, kind: constant, bid: 40}"
    new = "{name: flat, kind: random, max: 90}"
    config = experiment(tmp_path, (old, new), ("seed: 7", "seed: {repeat: 3}"))
    rows = [r for r in table(run(config).folder / "results.csv") if r["strategy"] == "flat"]
    assert [r["seed"] for r in rows] == ["1", "2", "3"] * 2
    assert len({r["cost"] for r in rows}) > 3
    run(config, "alone", overrides=["seed=2", "episodes.budget=4000"])
    alone = table(tmp_path / "alone" / "results.csv")[0]
    assert alone["cost"] == rows[4]["cost"] and alone["clicks"] == rows[4]["clicks"]


def test_money_in_currency(tmp_path):
    config = experiment(tmp_path)
    run(config, "units")
    in_currency = experiment(
        tmp_path, ("seed: 7", "seed: 7\nmoney: currency"), ("max: 300", "max: 3"),
        ("[1500, 4000]", "[15, 40]"), ("bid: 40", "bid: 0.4"), ("[20, 40, 80]", "[0.2, 0.4, 0.8]"),
    )
    run(in_currency, "currency")
    units, currency = (table(tmp_path / n / "results.csv") for n in ("units", "currency"))
    for one, other in zip(units, currency, strict=True):
        assert (one["impressions"], one["clicks"]) == (other["impressions"], other["clicks"])
        assert float(other["cost"]) == int(one["cost"]) / 100
        assert float(other["cpc"]) == pytest.approx(float(one["cpc"]) / 100, rel=1e-15)
        assert float(other["cost_high"]) == pytest.approx(float(one["cost_high"]) / 100, rel=1e-12)
    assert [r["budget"] for r in currency[:2]] == ["15", "40"]


def test_comparisons(tmp_path):
    outcome = run(experiment(tmp_path, ("seed: 7", "compare: {to: lin, measure: cost}")))
    rows = table(outcome.folder / "comparisons.csv")
    results = table(outcome.folder / "results.csv")
    assert len(rows) == 2  # a budget's best lin and best flat
    for row in rows:
        one, other = (results[int(row[name]) - 2] for name in ("row", "other_row"))
        assert (one["strategy"], other["strategy"], row["episodes"]) == ("flat", "lin", "10")
        assert float(row["difference"]) == pytest.approx((int(one["cost"]) - int(other["cost"])) / 10)
        assert float(row["p_value"]) <= float(row["p_holm"]) <= 1
    assert any("permutation test" in note and "Holm" in note for note in outcome.notes)


def test_few_episodes_have_no_intervals(tmp_path):
    outcome = run(experiment(tmp_path, ("auctions: 100", "auctions: 300")))
    assert any("fewer than 6 episodes" in note for note in outcome.notes)
    assert all(r["low"] == r["p_value"] == "" for r in table(outcome.folder / "comparisons.csv"))
    assert all(r["clicks_low"] == "" for r in table(outcome.folder / "results.csv"))


def test_a_run_without_comparisons_takes_old_ones_away(tmp_path):
    tune = ("[20, 40, 80]", "{tune: [20, 40, 80]}")
    config = experiment(tmp_path, ("seed: 7", "split: {train: 0.5}"), tune)
    assert "tuning.csv" in run(config).files
    assert "tuning.csv" not in run(experiment(tmp_path)).files
    assert not (tmp_path / "out" / "tuning.csv").exists()


def tuned(tmp_path, split="{train: 0.4, validation: 0.3}", bids="{tune: [5, 20, 40, 80, 160]}"):
    return experiment(tmp_path, ("[20, 40, 80]", bids), ("seed: 7", f"seed: [7, 8]\nsplit: {split}"))


def test_tuning(tmp_path):
    outcome = run(tuned(tmp_path))
    rows = table(outcome.folder / "results.csv")
    assert {r["part"] for r in rows} == {"train", "validation", "test"}
    assert [r["auctions"] for r in rows[:3]] == ["400", "300", "300"]
    for found in outcome.result.tuned:
        assert found.test_score <= found.best_test_score
        assert found.measure == "worth"
    candidates = table(outcome.folder / "tuning.csv")
    assert {(c["part"], c["base_bid"]) for c in candidates} >= {("train", "160"), ("test", "5")}
    for budget in ("1500", "4000"):
        mine = [c for c in candidates if c["episodes.budget"] == budget]
        chosen = {c["base_bid"] for c in mine if c["chosen"] == "true"}
        assert len(chosen) == 1
        tried = {float(c["score"]): c["base_bid"] for c in mine if c["part"] == "validation"}
        assert tried[max(tried)] in chosen
        played = {r["base_bid"] for r in rows if r["strategy"] == "lin" and r["budget"] == budget}
        assert played == chosen
    assert {d.column for d in outcome.result.drift} == {"market_price", "pctr", "click"}
    assert outcome.result.drift[0].parts == ("train", "validation", "test")
    assert all(c.second in range(len(rows)) and rows[c.first]["part"] == "test"
               for c in outcome.result.comparisons)


@pytest.mark.parametrize(
    "split", ["{train: 0.4, validation: 0.3}", "{train: 2026-10-23, validation: 2026-10-26}"]
)
def test_no_choice_knows_the_later_parts(tmp_path, split):
    """With everything behind the validation part replaced by noise, the same choices are made."""
    config = tuned(tmp_path, split)
    before = run(config, "before")
    write_log(tmp_path, noise_from=700)
    after = run(config, "after")
    assert [t.chosen for t in before.result.tuned] == [t.chosen for t in after.result.tuned]
    one, other = (table(tmp_path / n / "tuning.csv") for n in ("before", "after"))
    assert [c for c in one if c["part"] != "test"] == [c for c in other if c["part"] != "test"]
    assert [c for c in one if c["part"] == "test"] != [c for c in other if c["part"] == "test"]


def test_what_is_learned_is_from_the_train_part(tmp_path):
    """A strategy that fits a landscape fits it to the train part, whatever comes later."""
    old = "{name: flat, kind: constant, bid: 40}"
    new = "{name: flat, kind: ortb1}"
    config = experiment(tmp_path, (old, new), ("seed: 7", "split: {train: 0.4, validation: 0.3}"))
    run(config, "before")
    write_log(tmp_path, noise_from=700)
    run(config, "after")
    one, other = (table(tmp_path / n / "results.csv") for n in ("before", "after"))
    assert [r for r in one if r["part"] != "test"] == [r for r in other if r["part"] != "test"]
    with pytest.raises(StrategyError, match="training"):
        run(experiment(tmp_path, (old, new)), "none")


def test_a_training_log(tmp_path):
    old = "{name: flat, kind: constant, bid: 40}"
    log = "{reader: csv, path: before.csv, unit: fen, per_currency: 100, currency: CNY}"
    config = experiment(tmp_path, (old, "{name: flat, kind: ortb1}"), ("seed: 7", f"training: {log}"))
    write_log(tmp_path, seed=5, name="before.csv")
    outcome = run(config)
    assert outcome.result.drift[0].parts == ("training", "all")
    assert int(table(outcome.folder / "results.csv")[0]["impressions"]) > 0


def _broken(tmp_path, config):
    text = config.read_text(encoding="utf-8").replace(
        "{name: flat, kind: constant, bid: 40}", "{name: flat, kind: 'replay_broken:Broken', limit: 3}"
    )
    path = tmp_path / "broken.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("workers", [1, 2])
def test_a_strategy_that_fails_is_named(tmp_path, workers):
    with pytest.raises(StrategyError) as caught:
        run(_broken(tmp_path, experiment(tmp_path)), workers=workers)
    said = str(caught.value)
    assert "'flat'" in said and "no such luck" in said and "auction 300" in said and "\n" not in said
    assert said.endswith("(setting episodes.budget=1500; episodes.budget=4000)")
    assert caught.value.exit_code == 2


def test_one_run_at_a_time(tmp_path):
    config = experiment(tmp_path)
    (tmp_path / "out").mkdir()
    with locked(tmp_path / "out"), pytest.raises(LockedError, match="another run is writing here"):
        run(config)
    run(config)


def test_a_folder_that_cannot_be_written(tmp_path):
    config = experiment(tmp_path)
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="out: cannot be written"):
        run(config)


def test_the_summary_and_the_config(tmp_path):
    outcome = run(experiment(tmp_path), overrides=["seed=9", "name=other"])
    folder = outcome.folder
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert summary == json.loads(json.dumps(outcome.summary))
    assert summary["rows"] == 8 and summary["log"]["unit"] == "fen" and summary["schema_version"] == 1
    assert summary["log"]["start"] == "2026-10-20T00:00:00Z"
    assert set(summary["hashes"]) == {"config", "log"}
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert (config["seed"], config["name"], config["episodes"]["budget"]) == (9, "other", [1500, 4000])
