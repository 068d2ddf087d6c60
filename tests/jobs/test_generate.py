"""``bidder generate`` end to end: files, sameness, interruption, bad input, what other jobs make of it."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from bidder.cli.main import run
from bidder.errors import InputError
from bidder.files.auction_logs.parquet import ParquetSource
from bidder.jobs import generate
from bidder.jobs.generate import SUMMARY_FILE, ensure_world, run_generate
from bidder.jobs.progress import Silent

ROOT = Path(__file__).parents[2]
WORLDS = ROOT / "simulations" / "worlds"
TEXT = """\
name: tiny
seed: 5
calendar: {start: 2026-11-09, days: 3}
visitors: {users: 2000, organic_visits: 900, visited_before: 0.1}
channels:
  search:
    kind: search
    auctions: 6000
    slots: [1.0]
    keywords: [{kind: core, count: 4, traffic: 1, ctr: 0.2, cvr: 0.3, words: [连衣裙]}]
    competitors: [{name: 旗舰店, count: 3, value_share: 0.25}]
    ours: {level_spread: 0}
  social:
    kind: display
    auctions: 4000
    campaigns: {feed: {ctr: 0.1, cvr: 0.3}}
    competitors: [{name: 快消, count: 2, cpm: 20}]
    ours: {cpm: 22}
  retargeting:
    kind: retargeting
    viewed: {ctr: 0.1, cvr: 0.2}
    cart: {ctr: 0.2, cvr: 0.4}
    competitors: [{name: 平台, cpm: 30}]
    ours: {cpm: 35}
ipinyou: {channel: social, train_share: 0.5, units_per_currency: 10}
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("config") / "tiny.yaml"
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(config, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "world"
    run_generate(config, folder)
    return folder


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(p for p in folder.rglob("*") if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def log_of(folder: Path, channel: str):
    (piece,) = ParquetSource.open(folder / channel).pieces()
    return piece


def test_every_file_is_listed_and_there(made):
    summary = json.loads((made / SUMMARY_FILE).read_text(encoding="utf-8"))
    assert sorted(summary["files"]) == sorted(hashes(made))
    assert summary["schema_version"] == 1 and summary["seed"] == 5
    for name, channel in summary["channels"].items():
        assert len(log_of(made, name)) == channel["auctions"]
    assert pq.read_metadata(made / "visits.parquet").num_rows == summary["visits"]
    assert {p.name for p in made.parent.iterdir()} == {"world"}


def test_same_seed_same_bytes_other_seed_other_bytes(made, config, tmp_path):
    run_generate(config, tmp_path / "again")
    assert hashes(tmp_path / "again") == hashes(made)
    run_generate(config, tmp_path / "other", seed=6)
    other, first = hashes(tmp_path / "other"), hashes(made)
    parts = [name for name in first if name.endswith(".parquet")]
    assert len(parts) == 5 and all(other.get(name) != first[name] for name in parts)


def test_logs_come_back_with_names_and_competing_bids(made):
    log = log_of(made, "search")
    assert log.info.campaigns == ("core",) and dict(log.info.words)["keyword"][0] == "连衣裙"
    assert log.info.currency == "CNY" and log.info.per_currency == 1_000_000
    assert log.bids is not None and len(log.bids.offsets) == len(log) + 1
    assert log_of(made, "retargeting").last_visit.min() > 0


def test_report_totals_are_the_sums_over_the_auctions_that_we_won(made):
    """One slot and no budget, so that the log and our bids tell who won and what was paid."""
    log = log_of(made, "search")
    bids = {r["keyword"]: Decimal(r["max_cpc"]) for r in rows(made / "keyword_report.csv")}
    names = dict(log.info.words)["keyword"]
    own = np.array([int(bids[names[k]] * 1_000_000) for k in log.keyword])
    won = own >= log.market_price
    report = rows(made / "keyword_report.csv")
    assert sum(int(r["impressions"]) for r in report) == won.sum()
    assert sum(int(r["clicks"]) for r in report) == log.click[won].sum()
    cost = int((log.market_price * log.click)[won].sum())
    assert sum(Decimal(r["cost"]) for r in report) == Decimal(cost) / 1_000_000
    end = int(log.ts[0] // 3_600_000_000 * 3_600_000_000) + 3 * 24 * 3_600_000_000
    known = won & (log.conversion > 0) & (log.ts + log.conversion_delay < end)
    assert sum(int(r["conversions"]) for r in report) == known.sum() > 50
    assert sum(Decimal(r["revenue"]) for r in report) == Decimal(int(log.value[known].sum())) / 1_000_000
    hour = rows(made / "hour_report.csv")
    campaign = [r for r in rows(made / "campaign_report.csv") if r["channel"] == "search"]
    for column in ("impressions", "clicks", "cost", "conversions", "revenue"):
        total = sum(Decimal(r[column]) for r in report)
        assert total == sum(Decimal(r[column]) for r in hour) == sum(Decimal(r[column]) for r in campaign)


def test_history_holds_all_spend_and_all_orders(made):
    summary = json.loads((made / SUMMARY_FILE).read_text(encoding="utf-8"))
    history = rows(made / "history.csv")
    assert [r["date"] for r in history] == ["2026-11-09", "2026-11-10", "2026-11-11"]
    for name, channel in summary["channels"].items():
        spend = sum(Decimal(r[f"{name}_spend"]) for r in history)
        assert spend == Decimal(channel["cost_micros"]) / 1_000_000
    orders = sum(c["conversions"] for c in summary["channels"].values()) + summary["organic"]["conversions"]
    assert sum(int(r["conversions"]) for r in history) == orders
    lags = rows(made / "conversion_lag.csv")
    assert sum(int(r["conversions"]) for r in lags) == orders - summary["organic"]["conversions"]


def test_ipinyou_shape(made):
    """Rows of click, price and pCTR after the split; totals and histogram before it."""
    log = log_of(made, "social")
    info = json.loads((made / "info.json").read_text())
    text = [line.split(" ") for line in (made / "display.theta.txt").read_text().splitlines()]
    assert info["imp_test"] == len(text) and info["imp_train"] + info["imp_test"] == len(log)
    price = np.minimum(-(-log.market_price // 100), 300)  # a tenth of a yuan per thousand
    assert [int(r[1]) for r in text] == price[info["imp_train"]:].tolist()
    assert [float(r[2]) for r in text] == log.pctr[info["imp_train"]:].tolist()
    assert sum(int(r[0]) for r in text) == info["clk_test"]
    assert info["price_counter_train"] == np.bincount(price[: info["imp_train"]], minlength=301).tolist()
    assert info["cost_train"] == price[: info["imp_train"]].sum()
    assert info["clk_train"] == log.click[: info["imp_train"]].sum()


def test_truth_lies_apart(made):
    words = rows(made / "truth" / "keywords.csv")
    slots = rows(made / "truth" / "cvr_by_slot.csv")
    assert len(words) == 4 and len(slots) == 4 + 1 + 2
    first = [float(v) for k, v in slots[-4].items() if k[:3] in ("mon", "sun")]
    assert len(first) == 48 and float(words[0]["cvr"]) == pytest.approx(np.mean(first), rel=0.2)
    curve = [r for r in rows(made / "truth" / "response_curves.csv") if r["campaign"] == "core"]
    spend = [float(r["spend"]) for r in curve]
    assert spend == sorted(spend) and len(spend) == 11
    own = next(r for r in curve if r["level"] == "1.0")
    report = rows(made / "keyword_report.csv")
    assert float(own["impressions"]) * 3 == sum(int(r["impressions"]) for r in report)
    clicks = sum(int(r["clicks"]) for r in report)
    assert float(own["clicks"]) * 3 == pytest.approx(clicks, abs=5 * clicks**0.5)
    maturity = [float(r["reported"]) for r in rows(made / "truth" / "maturity.csv")]
    assert all(0 < m <= 1 for m in maturity)


def test_fit_understands_the_history(made):
    from bidder.budget.fitting.spec import FitSpec
    from bidder.files.yaml_reader import read_document
    from bidder.jobs.fit_history import read_history

    spec, _ = read_document(made / "fit.yaml", FitSpec)
    with pytest.raises(InputError, match="3 rows; expected at least"):  # the only thing it minds
        read_history(made / "history.csv", spec)


@pytest.mark.slow
def test_fit_finds_curves_in_the_history(config, tmp_path):
    """The config that lies beside the history goes through `bidder fit`."""
    world = tmp_path / "world"
    run_generate(config, world, overrides=("calendar.days=36",))
    arguments = ["fit", world / "history.csv", "--config", world / "fit.yaml", "--set", "starts=2"]
    assert run([*map(str, arguments), "--set", "draws=20", "--out", str(tmp_path / "fit"), "-q"]) == 0
    document = json.loads((tmp_path / "fit" / "fit.json").read_text(encoding="utf-8"))
    assert {"search", "social", "retargeting"} <= set(json.dumps(document).replace('"', " ").split())


def test_an_error_on_the_way_leaves_the_old_world(config, tmp_path, monkeypatch):
    run_generate(config, tmp_path / "world")
    before = hashes(tmp_path / "world")

    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(generate, "_write_reports", full)
    with pytest.raises(InputError, match="cannot be written: No space left on device"):
        run_generate(config, tmp_path / "world", seed=9)
    assert hashes(tmp_path / "world") == before and len(list(tmp_path.iterdir())) == 1


def test_an_interrupt_leaves_nothing(config, tmp_path):
    class Impatient(Silent):
        steps = 0

        def step(self):
            self.steps += 1
            if self.steps == 20:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_generate(config, tmp_path / "world", progress=Impatient())
    assert not list(tmp_path.iterdir())


def test_killed_at_any_moment_there_is_no_half_world(config, tmp_path):
    """The folder is not there, or it is finished; the next run does not mind what was left."""
    command = [sys.executable, "-m", "bidder", "generate", config, "--out", tmp_path / "world", "-q"]
    growing = [*command, "--set", "channels.social.auctions=600000"]
    for number in range(2):
        process = subprocess.Popen(growing)
        deadline = time.monotonic() + 60
        while len(list(tmp_path.glob(".world.*/.social*"))) <= number and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        time.sleep(0.2 * number)
        process.send_signal(signal.SIGKILL)
        process.wait(timeout=60)
        assert not (tmp_path / "world").exists() or (tmp_path / "world" / SUMMARY_FILE).exists()
    run_generate(config, tmp_path / "world")
    assert (tmp_path / "world" / SUMMARY_FILE).exists()


def test_ensure_makes_a_world_once_and_again_when_it_changes(config, tmp_path, monkeypatch):
    mine = tmp_path / "mine.yaml"
    mine.write_text(TEXT, encoding="utf-8")
    ensure_world(mine, tmp_path / "world")
    before = (tmp_path / "world" / SUMMARY_FILE).stat().st_ino
    ensure_world(mine, tmp_path / "world")
    mine.write_text("# a remark changes nothing\n" + TEXT, encoding="utf-8")
    ensure_world(mine, tmp_path / "world")
    assert (tmp_path / "world" / SUMMARY_FILE).stat().st_ino == before
    mine.write_text(TEXT.replace("seed: 5", "seed: 8"), encoding="utf-8")
    ensure_world(mine, tmp_path / "world")
    assert json.loads((tmp_path / "world" / SUMMARY_FILE).read_text(encoding="utf-8"))["seed"] == 8
    monkeypatch.setattr(generate, "SCHEMA_VERSION", 2)
    ensure_world(mine, tmp_path / "world")
    assert json.loads((tmp_path / "world" / SUMMARY_FILE).read_text(encoding="utf-8"))["schema_version"] == 2


def test_two_at_once_make_one_world(made, config, tmp_path):
    errors: list[BaseException] = []

    def one():
        try:
            ensure_world(config, tmp_path / "world")
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors and hashes(tmp_path / "world") == hashes(made)
    assert [p.name for p in tmp_path.iterdir()] == ["world"]


def test_other_folders_are_not_replaced(config, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds other files"):
        run_generate(config, tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"


BAD = """\
name: bad
calendar: {start: 2026-02-30, days: 0, time_zone: Asia/Shanghigh}
channels:
  search:
    kind: search
    auctions: many
    keywords: [{kind: core, count: 4, traffic: 1, ctr: 1.2, cvr: 0.3}]
    competitors: [{name: a, cpm: 20}]
    slots: [0.5, 0.7]
  truth:
    kind: displai
"""


def test_all_problems_of_a_bad_world_at_once(tmp_path, capsys):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    assert run(["generate", str(path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    for line in (
        "bad.yaml:2:19: found text '2026-02-30'", "bad.yaml:2:37: found 0",
        "bad.yaml:2:51: time zone 'Asia/Shanghigh' is not known", "bad.yaml:6:15: found text 'many'",
        "bad.yaml:7:56: found 1.2", "bad.yaml:8:29: unknown key 'cpm'",
        "bad.yaml:11:11: unknown kind 'displai'",
    ):
        assert line in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("channels.search.slots=[0.5, 0.7]", "slots must begin with 1 and fall"),
        ("ipinyou.channel=search", "no display channel is named 'search'"),
        ("calendar.seasons=[{date: 2027-01-01, traffic: 2}]", "lies outside the world"),
        ("seed=-1", "--set seed: found -1"),
    ],
)
def test_settings_that_contradict_the_rest(config, tmp_path, capsys, setting, said):
    assert run(["generate", str(config), "--out", str(tmp_path / "out"), "--set", setting]) == 2
    assert said in capsys.readouterr().err


def test_command_line(config, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["generate", str(config), "--json", "--seed", "7"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)["seed"] == 7 and "written to" in printed.err
    assert (tmp_path / "runs" / "worlds" / "tiny" / SUMMARY_FILE).exists()
    assert run(["generate", str(config), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert run(["generate", str(config)]) == 0
    assert "retargeting" in capsys.readouterr().out


@pytest.mark.parametrize("path", sorted(WORLDS.glob("*.yaml")), ids=lambda p: p.stem)
def test_shipped_worlds_are_valid_and_their_channels_are_alive(path):
    from bidder.files.yaml_reader import read_document
    from bidder.worlds.spec import WorldSpec
    from bidder.worlds.world import World

    spec, _ = read_document(path, WorldSpec)
    world = World(spec)
    world.before()
    made = list(itertools.islice(world.run(), 30))
    assert all(len(log) > 0 for log in made[-1].logs.values())
    assert all(channel.tally.by_hour[:, :, 0].sum() > 0 for channel in world.channels.values())


@pytest.mark.slow
def test_memory_does_not_grow_with_the_world(tmp_path):
    """Ten times the auctions, about the same peak memory."""
    peaks = []
    for auctions in (1_000_000, 10_000_000):
        code = (
            "import resource, sys; from bidder.jobs.generate import run_generate; "
            "run_generate(sys.argv[1], sys.argv[2], overrides=sys.argv[3:]); "
            "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        )
        settings = (f"channels.display.auctions={auctions}", "ipinyou=null")
        done = subprocess.run(
            [sys.executable, "-c", code, WORLDS / "display.yaml", tmp_path / str(auctions), *settings],
            capture_output=True, text=True, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"},
        )
        peaks.append(int(done.stdout))
    assert peaks[1] < 1.5 * peaks[0]
