"""``bidder convert``, as a user meets it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.cli.main import run
from bidder.files.auction_logs import open_log
from bidder.jobs.convert import run_convert

THETA = "0 70 0.002\n1 6 0.003\n0 5 0.001\n"
CSV = "time,campaign,price,user\n{}\n"
ROWS = [f"{1_700_000_000_000_000 + i},c{i % 2},{i},u{i}" for i in range(5)]
ROOT = Path(__file__).resolve().parents[2]
COLUMNS = ["--columns", "ts=time", "--columns", "market_price=price"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "9.txt").write_text(THETA)
    (tmp_path / "log.csv").write_text(CSV.format("\n".join(ROWS)))
    return tmp_path


def read(path: str):
    return next(iter(open_log(LogSpec(reader="parquet", path=path), Path()).source.pieces()))


def test_a_theta_file(folder, capsys):
    assert run(["convert", "9.txt", "--reader", "ipinyou_theta", "--out", "o", "--currency", "CNY"]) == 0
    said = capsys.readouterr()
    assert said.out == (
        "auctions   3 in 1 partition\ncampaigns  9\ntime       not known, order of rows\n"
        "unit       CPM unit for 1,000 impressions\nskipped    0 bad rows\n"
    )
    assert said.err.splitlines() == [
        "note: the log has no times: rows are taken to be in the order of time", "written to o"
    ]
    log = read("o")
    assert log.info.currency == "CNY" and log.market_price.tolist() == [70, 6, 5]
    assert sorted(p.name for p in Path("o").iterdir()) == ["_log.json", "part-00000.parquet"]


def test_json(folder, capsys):
    assert run(["convert", "log.csv", *COLUMNS, "--out", "o", "--json", "--currency", "CNY"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said == {
        "schema_version": 1, "folder": "o", "auctions": 5, "campaigns": ["c0", "c1"],
        "first": "2023-11-14T22:13:20Z", "last": "2023-11-14T22:13:20Z", "unit": "micros",
        "per_currency": 1_000_000, "currency": "CNY", "price_for": 1, "censored": False, "partitions": 1,
        "competing_bids": None, "skipped": 0, "notes": [],
    }


def test_all_options(folder, capsys):
    Path("log.csv").write_text(
        "time,campaign,price,user,lost_bid,auction\n" + "\n".join(f"{r},,{i}" for i, r in enumerate(ROWS))
    )
    Path("bids.csv").write_text("auction,bidder,bid\n2,x,7\n")
    Path("visits.csv").write_text("user,ts\nu2,5\n")
    options = ["--unit", "fen", "--per-currency", "100", "--price-for", "1000", "--censored"]
    options += ["--bids", "bids.csv", "--visits", "visits.csv", "--campaign", "c0", "--quiet"]
    assert run(["convert", "log.csv", *COLUMNS, *options, "--out", "o"]) == 0
    assert capsys.readouterr() == ("", "")
    log = read("o")
    assert (log.info.unit, log.info.per_currency, log.info.price_for) == ("fen", 100, 1000)
    assert log.info.censored and log.info.campaigns == ("c0",) and log.market_price.tolist() == [0, 2, 4]
    assert log.last_visit.tolist() == [-1, 5, -1] and log.bids.offsets.tolist() == [0, 0, 1, 1]


def test_an_experiment(folder, capsys):
    Path("sub").mkdir()
    Path("sub/e.yaml").write_text(
        "name: x\nlog: {reader: csv, path: ../log.csv, columns: {ts: time, market_price: price}}\n"
        "strategies: []\n"
    )
    assert run(["convert", "sub/e.yaml", "--out", "o", "--set", "log.currency=EUR"]) == 0
    assert read("o").info.currency == "EUR"
    Path("sub/e.yaml").write_text("name: x\nlog:\n  reader: csw\n  path: 3\n  colums: {}\n")
    capsys.readouterr()
    assert run(["convert", "sub/e.yaml", "--out", "o"]) == 2
    said = capsys.readouterr().err
    assert "sub/e.yaml:3:11: " in said and "did you mean 'csv'?" in said
    assert "sub/e.yaml:4:9: " in said and "sub/e.yaml:5:3: unknown key 'colums'" in said
    assert run(["convert", "sub/e.yaml", "--out", "o", "--currency", "EUR"]) == 2
    assert "--currency cannot be given with an experiment" in capsys.readouterr().err


def test_an_experiment_whose_log_is_generated(folder, capsys):
    Path("w.yaml").write_text(
        "name: tiny\nseed: 5\ncalendar: {start: 2026-11-09, days: 1}\n"
        "visitors: {users: 500, organic_visits: 300, visited_before: 0.1}\n"
        "channels:\n  social: {kind: display, auctions: 900, campaigns: {feed: {ctr: 0.1, cvr: 0.3}},"
        " competitors: [{name: other, count: 2, cpm: 20}], ours: {cpm: 22}}\n"
    )
    Path("e.yaml").write_text("log: {reader: parquet, path: world/social, world: w.yaml}\n")
    assert run(["convert", "e.yaml", "--out", "o"]) == 0, capsys.readouterr().err
    log = read("o")
    assert len(log) == log.info.rows > 500 and log.info.campaigns == ("feed",)
    assert Path("world/world.json").exists()
    Path("e.yaml").write_text("log: {reader: parquet, path: w2/social, world: nothere.yaml}\n")
    assert run(["convert", "e.yaml", "--out", "o"]) == 2
    assert "e.yaml:1:" in capsys.readouterr().err


def test_bad_rows(folder, capsys):
    Path("log.csv").write_text(CSV.format("\n".join([*ROWS, "1,c0,5,u", "x,c0,-1,u", "1,2"])))
    assert run(["convert", "log.csv", *COLUMNS, "--out", "o"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and not Path("o").exists()
    assert said.err.splitlines()[:3] == [
        "log.csv:row 7, column ts: 1 after 1700000000000004; expected times that never fall (sort it)",
        "log.csv:row 8, column time: found 'x'; expected microseconds since 1970 UTC, or a time with its "
        "zone such as 2026-10-20T08:00:00Z",
        "log.csv:row 9: 2 cells; expected 4, one for each column",
    ]
    assert "3 of 8 rows are bad" in said.err
    assert run(["convert", "log.csv", *COLUMNS, "--out", "o", "--skip-bad-rows"]) == 0
    said = capsys.readouterr()
    assert "skipped    3 bad rows" in said.out and "3 of 8 rows were bad and left out" in said.err
    assert len(read("o")) == 5
    # What was left out is still said of the log that was made.
    assert run(["convert", "o", "--reader", "parquet", "--out", "p"]) == 0
    assert "3 of 8 rows were bad and left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["9.txt"], "--reader: the format of the log is not given; expected one of ipinyou_theta"),
        (["9.txt", "--reader", "tehta"], "--reader: unknown reader 'tehta'"),
        (["nothere.csv"], "nothere.csv: cannot be read: no such file or folder"),
        (["*.csw", "--reader", "csv"], "*.csw: no file fits"),
        (["log.csv", "--columns", "ts"], "'ts' is not NAME=HEADER"),
        (["log.csv", "--columns", "ts=a", "--columns", "ts=b"], "'ts' is given twice"),
        (["log.csv", "--columns", "tz=time"], "no column 'tz' in a log"),
        (["log.csv", "--currency", "yuan"], "--currency: found text 'yuan'"),
        (["log.csv", "--per-currency", "0"], "--per-currency: found 0"),
        (["9.txt", "--reader", "ipinyou_theta", "--bids", "x"], "bids is for the readers csv and parquet"),
        (["log.csv", "--set", "log.path=x"], "--set is for the YAML of an experiment"),
        (["log.csv", "--campaign", "c9", *COLUMNS], "log.csv: there is no campaign 'c9'"),
        (["bat.csv", "--reader", "bat"], "holds counts, not auctions"),
        (["", "--reader", "csv"], "expected text of at least 1 character"),
        (["a\0b.csv"], "cannot be read"),
        (["nothere.yaml"], "nothere.yaml: cannot be read"),
    ],
)
def test_bad_usage(folder, capsys, arguments, said):
    Path("bat.csv").write_text("campaign,hour,price_bin,impressions,clicks,cost\na,0,1,1,1,1\n")
    assert run(["convert", *arguments, "--out", "o"]) == 2
    shown = capsys.readouterr()
    assert said in shown.err and shown.out == "" and "Traceback" not in shown.err
    assert not Path("o").exists() and not [p for p in Path().iterdir() if p.name.startswith(".")]


def test_a_folder_with_other_files_is_not_replaced_and_the_log_not_read(folder, capsys):
    assert run(["convert", "nothere.csv", "--out", "."]) == 2
    assert "the folder holds other files" in capsys.readouterr().err


def test_progress_is_told(folder):
    class Watch:
        said: list[str] = []  # noqa: RUF012

        def stage(self, name: str, steps: int = 0) -> None:
            self.said.append(f"{name} {steps}")

        def step(self, share: float = 1.0) -> None:
            self.said.append("step")

        def round(self, one: object) -> None:
            raise AssertionError

    watch = Watch()
    run_convert("9.txt", "o", options={"reader": "ipinyou_theta"}, progress=watch)
    assert watch.said == ["reading 100", *["step"] * 100, "writing 100", *["step"] * 100]


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from bidder.cli.main import run; run(['convert', '--help']); "
        "print([m for m in ('pandas', 'pyarrow', 'numba', 'scipy', 'numpy') if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[-1] == "[]" and "--skip-bad-rows" in said


def test_the_real_log(folder, capsys):
    data = Path(os.environ.get("BIDDER_DATA", ROOT.parent / "shared" / "data")) / "ipinyou"
    if not data.is_dir():
        pytest.skip("the iPinYou logs are not here (set BIDDER_DATA to their folder)")
    assert run(["convert", str(data / "2997.test.theta.txt"), "--reader", "ipinyou_theta", "--out", "o"]) == 0
    assert "auctions   156,063 in 1 partition\ncampaigns  2997\n" in capsys.readouterr().out
    direct = open_log(LogSpec(reader="ipinyou_theta", path="2997.test.theta.txt"), data).source.log
    for name in ("ts", "campaign", "market_price", "pctr", "click"):
        np.testing.assert_array_equal(getattr(read("o"), name), getattr(direct, name))
