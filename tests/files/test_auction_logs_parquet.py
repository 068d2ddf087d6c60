"""Parquet logs: never seen half-written, readable by other tools, damage told, memory bounded."""

from __future__ import annotations

import json
import os
import pickle
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.auctions.log import AuctionLog, CompetingBids, LogInfo
from bidder.errors import InputError
from bidder.files.auction_logs import open_log
from bidder.files.auction_logs.parquet import ParquetLogWriter, ParquetSource

INFO = LogInfo(("a", "b"), currency="CNY", words=(("keyword", ("x", "y")),))


def piece(start: int, rows: int) -> AuctionLog:
    number = np.arange(start, start + rows)
    counts = number % 3
    offsets = np.concatenate([[0], np.cumsum(counts)])
    bids = CompetingBids(
        offsets, np.arange(offsets[-1], dtype=np.int32), np.arange(offsets[-1]), np.ones(offsets[-1])
    )
    return AuctionLog(
        INFO, number * 1000, (number % 2).astype(np.int32), number % 300 - 1,
        keyword=(number % 3 - 1).astype(np.int32), user=(number % 4).astype(np.uint64),
        quality=np.where(number % 5, 2.5, np.nan), value=number * 12_345, conversion_delay=number * 7,
        bids=bids, first_row=start,
    )


def write(folder: Path, rows: int, partition_rows: int = 50) -> None:
    with ParquetLogWriter(folder, INFO, partition_rows) as out:
        out.write(piece(0, rows))


def test_other_tools_read_it(tmp_path):
    write(tmp_path / "log", 120)
    table = pd.read_parquet(tmp_path / "log" / "part-00001.parquet")
    assert list(table["campaign"].astype(str)[:2]) == ["a", "b"] and list(table["ts"][:2]) == [50_000, 51_000]
    assert table["market_price"].tolist()[:2] == [49, 50] and pd.isna(table["keyword"].iloc[1])
    assert table["value"].iloc[0] == pytest.approx(0.61725) and table["user"].isna().sum() == 12
    bids = pd.read_parquet(tmp_path / "log" / "bids" / "part-00001.parquet")
    assert len(bids) == table["competing_bids"].sum() and bids["auction"].iloc[0] == 50
    said = json.loads((tmp_path / "log" / "_log.json").read_text())
    assert [p["rows"] for p in said["parts"]] == [50, 50, 20] and said["info"]["rows"] == 120
    assert (said["info"]["first_ts"], said["info"]["last_ts"]) == (0, 119_000)


def test_the_same_log_gives_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        write(tmp_path / name, 120)
    for file in sorted(p.relative_to(tmp_path / "one") for p in (tmp_path / "one").rglob("*.*")):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_an_error_leaves_the_earlier_log(tmp_path):
    write(tmp_path / "log", 120)
    with pytest.raises(RuntimeError), ParquetLogWriter(tmp_path / "log", INFO, 10) as out:
        out.write(piece(0, 95))
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["log"]
    assert ParquetSource.open(tmp_path / "log").rows == 120
    write(tmp_path / "log", 30)
    assert ParquetSource.open(tmp_path / "log").rows == 30
    assert [p.name for p in tmp_path.iterdir()] == ["log"]


def test_pieces_that_do_not_fit(tmp_path):
    with ParquetLogWriter(tmp_path / "log", INFO) as out:
        out.write(piece(0, 0))
        out.write(piece(5, 5))
        with pytest.raises(ValueError, match="begins before the last one ended"):
            out.write(piece(0, 5))
        with pytest.raises(ValueError, match="a piece has columns"):
            out.write(AuctionLog(INFO, np.array([10**6]), np.zeros(1, np.int32), np.ones(1, np.int64)))
        with pytest.raises(ValueError, match="backwards"):
            out.write(replace(piece(20, 2), ts=np.array([10**9, 10**8])))


def test_other_folders_are_not_replaced(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(InputError, match="holds other files"):
        ParquetLogWriter(tmp_path, INFO)
    with pytest.raises(InputError, match="cannot be written"):
        ParquetLogWriter(tmp_path / "thesis.txt", INFO)
    with pytest.raises(InputError, match="cannot be written"), ParquetLogWriter(
        tmp_path / "thesis.txt" / "log", INFO
    ):
        pass


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda f: (f / "part-00001.parquet").unlink(), "part-00001.parquet: the file is missing"),
        (lambda f: (f / "bids" / "part-00000.parquet").unlink(), "the file is missing"),
        (lambda f: (f / "_log.json").write_text("{}"), "_log.json: not the description of a log"),
        (lambda f: (f / "_log.json").write_text("[" * 100_000), "not the description of a log"),
        (lambda f: (f / "part-00001.parquet").write_bytes(b"PAR1"), "00001.parquet: the file is damaged"),
        (lambda f: _cut(f / "part-00001.parquet"), "part-00001.parquet: the file is damaged"),
        (lambda f: _copy(f, 2, 1), "part-00001.parquet: the file has 20 rows; expected 50"),
    ],
)
def test_damage_is_told(tmp_path, damage, said):
    write(tmp_path / "log", 120)
    damage(tmp_path / "log")
    with pytest.raises(InputError) as caught:
        for _ in open_log(LogSpec(reader="parquet", path="log"), tmp_path).source.pieces():
            pass
    assert said in str(caught.value)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _copy(folder: Path, source: int, target: int) -> None:
    content = (folder / f"part-0000{source}.parquet").read_bytes()
    (folder / f"part-0000{target}.parquet").write_bytes(content)


KILLED = """
import sys
from test_auction_logs_parquet import ParquetLogWriter, INFO, piece
round = 0
while True:
    round += 1
    with ParquetLogWriter(sys.argv[1], INFO, 10) as out:
        for k in range(6):
            out.write(piece(k * 20, 20 if k < 5 else round))
    print(round, flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_only_whole_logs_are_seen(tmp_path):
    folder = tmp_path / "log"
    here = Path(__file__).parent
    seen = 0
    for round_ in range(5):
        run = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(folder)], cwd=here, stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(here.parents[1])},
        )
        assert run.stdout is not None
        run.stdout.readline()  # one log is there: from now on it must never be half of one
        time.sleep(0.006 * round_)
        run.send_signal(signal.SIGKILL)
        run.wait()
        run.stdout.close()
        if folder.exists():  # else killed between the two renames, when there is none for a moment
            source = ParquetSource.open(folder)
            assert sum(map(len, source.pieces())) == source.rows == source.info.rows > 100
            seen += 1
    assert seen >= 3


STREAMING = """
import resource, sys
from pathlib import Path
from bidder.auctions.experiments.spec_log import LogSpec
from bidder.files.auction_logs import open_log, scanned, text_tables
scanned.IN_MEMORY_ROWS, text_tables.BLOCK_BYTES = 1000, 1 << 20
def peak():  # of this process itself: a parent's peak may be counted into ru_maxrss
    lines = Path("/proc/self/status").read_text().splitlines() if Path("/proc/self/status").exists() else []
    own = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return (own or [resource.getrusage(resource.RUSAGE_SELF).ru_maxrss])[0] / 1024
for path in sys.argv[1:]:
    source = open_log(LogSpec(reader="parquet" if path.endswith("own") else "csv", path=path), Path()).source
    print(sum(len(piece) for piece in source.pieces()), peak())
"""


@pytest.mark.slow
def test_a_log_larger_than_its_pieces_streams_in_bounded_memory(tmp_path):
    number = np.arange(1_500_000)
    columns = {
        "ts": number + 10**15, "campaign": pa.array((number % 7).astype(str)), "market_price": number % 300,
        "pctr": number / 10**7, "pcvr": number / 10**8, "quality": number + 0.5, "click": number % 2,
    }
    table = pa.table(columns)
    pa_csv.write_csv(table, tmp_path / "big.csv")
    pa_csv.write_csv(table.slice(0, 100_000), tmp_path / "small.csv")
    info = LogInfo(tuple(map(str, range(7))))
    columns |= {"campaign": (number % 7).astype(np.int32), "click": (number % 2).astype(np.uint8)}
    with ParquetLogWriter(tmp_path / "own", info, 100_000) as out:
        out.write(AuctionLog(info, **columns))
    paths = [str(tmp_path / name) for name in ("small.csv", "big.csv", "own")]
    command = [sys.executable, "-c", STREAMING, *paths]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    small, big, own = (line.split() for line in run.stdout.splitlines())
    assert [small[0], big[0], own[0]] == ["100000", "1500000", "1500000"]
    # Columns of 77 MiB, text of 75 MiB: neither is ever there as a whole.
    assert float(big[1]) - float(small[1]) < 60 and float(own[1]) - float(big[1]) < 60, run.stdout


def test_a_spec_may_declare_the_unit_of_a_written_log(tmp_path):
    write(tmp_path / "log", 10)
    plain = open_log(LogSpec(reader="parquet", path="log"), tmp_path).source
    assert plain.info == replace(INFO, rows=10, first_ts=0, last_ts=9000)
    given = LogSpec(reader="parquet", path="log", unit="fen", currency="EUR", censored=True)
    info = open_log(given, tmp_path).source.info
    assert (info.unit, info.per_currency, info.currency, info.censored) == ("fen", None, "EUR", True)
    for more in ({"bids": "log"}, {"columns": {"ts": "t"}}):
        (tmp_path / "log" / "x.csv").write_text("")
        with pytest.raises(InputError, match="cannot be given for a log that bidder has written"):
            open_log(LogSpec(reader="parquet", path="log", **more), tmp_path)


def test_a_source_finds_its_files_from_another_folder(tmp_path, monkeypatch):
    write(tmp_path / "log", 10)
    monkeypatch.chdir(tmp_path)
    sent = pickle.dumps(ParquetSource.open("log"))
    monkeypatch.chdir("/")
    assert sum(map(len, pickle.loads(sent).pieces())) == 10


def test_a_part_file_says_its_columns(tmp_path):
    write(tmp_path / "log", 10)
    names = pq.read_schema(tmp_path / "log" / "part-00000.parquet").names
    assert names == [
        "ts", "campaign", "market_price", "keyword", "user", "quality", "value", "conversion_delay",
        "competing_bids",
    ]
