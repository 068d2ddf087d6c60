"""Every reader: what it makes of good files, and that Parquet gives the same back."""

from __future__ import annotations

import bz2
import gzip
import pickle
from dataclasses import replace
from pathlib import Path

import log_samples as samples
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from log_samples import IPINYOU, SAMPLES, needs_ipinyou, same, whole

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.auctions.log import InMemory
from bidder.errors import InputError
from bidder.files.auction_logs import open_log, scanned
from bidder.files.auction_logs.parquet import ParquetLogWriter, ParquetSource
from bidder.files.auction_logs.reading import Reading


def opened(folder: Path, **spec):
    return open_log(LogSpec.model_validate(spec), folder)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("partition_rows", [7, 1000])
def test_parquet_gives_back_what_was_written(tmp_path, name, partition_rows):
    spec = SAMPLES[name].write(tmp_path)
    log = whole(open_log(spec, tmp_path).source)
    with ParquetLogWriter(tmp_path / "out", log.info, partition_rows) as out:
        for start in range(0, len(log), 3):
            out.write(log.part(start, min(start + 3, len(log))))
    again = opened(tmp_path, reader="parquet", path="out").source
    assert again.info == log.info
    assert len(again.parts) == -(-len(log) // partition_rows)
    same(whole(again), log)


@pytest.mark.parametrize("name", SAMPLES)
def test_streamed_and_kept_logs_are_the_same(tmp_path, monkeypatch, name):
    spec = SAMPLES[name].write(tmp_path)
    kept = open_log(spec, tmp_path).source
    monkeypatch.setattr(scanned, "IN_MEMORY_ROWS", 5)
    monkeypatch.setattr("bidder.files.auction_logs.text_tables.BLOCK_BYTES", 700)
    streamed = open_log(spec, tmp_path).source
    assert isinstance(kept, InMemory) and not isinstance(streamed, InMemory)
    streamed = pickle.loads(pickle.dumps(streamed))
    same(whole(streamed), kept.log)
    same(whole(streamed), kept.log)
    rows = [(p.first_row, len(p)) for p in streamed.pieces()]
    assert [first for first, _ in rows] == list(np.cumsum([0, *(n for _, n in rows)])[:-1])


def test_theta(tmp_path):
    (tmp_path / "test.txt").write_text("0 70 0.0021143609192222357\n1 6 1e-3\n\n0 0 1\n")
    log = whole(opened(tmp_path, reader="ipinyou_theta", path="test.txt").source)
    assert log.info == replace(
        log.info, campaigns=("log",), unit="CPM unit", per_currency=None, price_for=1000, timed=False,
        rows=3, first_ts=0, last_ts=2,
    )
    assert log.ts.tolist() == [0, 1, 2]
    assert log.click.tolist() == [0, 1, 0] and log.market_price.tolist() == [70, 6, 0]
    assert log.pctr.tolist() == [0.0021143609192222357, 0.001, 1.0]


def test_several_theta_files_are_campaigns_in_the_order_of_their_numbers(tmp_path):
    for name in ("10.txt", "9.txt"):
        (tmp_path / name).write_text("0 1 0.5\n")
    log = whole(opened(tmp_path, reader="ipinyou_theta", path="*.txt").source)
    assert log.info.campaigns == ("9", "10") and log.ts.tolist() == [0, 1]


def test_numbers_are_read_exactly(tmp_path):
    text = samples.theta(500)
    (tmp_path / "1.txt").write_text(text)
    log = whole(opened(tmp_path, reader="ipinyou_theta", path="1.txt").source)
    assert log.pctr.tolist() == [float(line.split()[2]) for line in text.splitlines()]


@needs_ipinyou
def test_the_real_theta_file():
    source = opened(IPINYOU, reader="ipinyou_theta", path="2997.test.theta.txt").source
    log = source.log
    lines = (IPINYOU / "2997.test.theta.txt").read_text().splitlines()
    assert len(log) == 156_063 == len(lines)
    assert log.info.campaigns == ("2997",)
    assert int(log.click.sum()) == 530 and int(log.market_price.sum()) == 8_617_148
    assert log.market_price.max() == 277
    for i in (0, 77_777, 156_062):
        click, price, pctr = lines[i].split()
        assert (log.click[i], log.market_price[i], log.pctr[i]) == (int(click), int(price), float(pctr))


@needs_ipinyou
def test_the_real_validation_files():
    source = opened(IPINYOU, reader="ipinyou_validation", path="*.validation.txt").source
    log = source.log
    assert log.info.campaigns == ("1458", "2259", "2821")
    assert np.bincount(log.campaign).tolist() == [100_000] * 3
    found = [
        (int(log.click[log.campaign == k].sum()), int(log.market_price[log.campaign == k].sum()))
        for k in range(3)
    ]
    counted = []
    for name in log.info.campaigns:
        rows = [r.split("\t") for r in (IPINYOU / f"{name}.validation.txt").read_text().splitlines()]
        auctions = [r for r in rows if len(r) == 3]
        counted.append((sum(r[0] == "1" for r in auctions), sum(int(r[1]) for r in auctions)))
    assert found == counted


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.replace("5608\t10\n", ""), "row 1: found '1'; expected two whole numbers"),
        (lambda t: t.replace("5608\t10", "5608\tx"), "row 1: found '5608\\tx'; expected two whole numbers"),
        (lambda t: t.replace("\n2\n", "\n3\n"), "row 13: found '3'; expected 2, the number of an episode"),
        (lambda t: t.replace("\n2\n", "\n"), "row 23: found '3'"),
        (lambda t: t[: t.rindex("\n", 0, -1) + 1], "the file ends with row 33; expected 3 episodes"),
        (lambda t: t + "0\t1\t0.5\n", "the file ends with row 35; expected 3 episodes of 10 auctions, 34"),
        (lambda t: t[: t.rindex("\t")], "too few cells"),
        (lambda t: "", "no auctions"),
    ],
)
def test_validation_files_of_another_structure(tmp_path, change, said):
    text = samples.validation()
    (tmp_path / "v.txt").write_text(change(text))
    with pytest.raises(InputError) as caught:
        opened(tmp_path, reader="ipinyou_validation", path="v.txt")
    assert said in str(caught.value)


def test_csv(tmp_path):
    (tmp_path / "log.csv").write_text(
        "price,ts,campaign,user,value,conversion_delay,keyword,quality\n"
        "5,1700000000000000,a,anna,1.5,0.25,,\n7,1700000000000000,b,12,,3600,红鞋,2.5\n", encoding="utf-8-sig"
    )
    log = whole(opened(tmp_path, reader="csv", path="log.csv", columns={"market_price": "price"}).source)
    assert log.market_price.tolist() == [5, 7] and log.info.campaigns == ("a", "b")
    assert dict(log.info.words)["keyword"] == ("红鞋",) and log.keyword.tolist() == [-1, 0]
    assert log.value.tolist() == [1_500_000, 0] and log.conversion_delay.tolist() == [250_000, 3_600_000_000]
    assert np.isnan(log.quality[0]) and log.quality[1] == 2.5
    # The hash of a text is part of what a stored log means: it must not change.
    assert log.user.tolist() == [15826225260779138495, 12]
    assert log.pctr is None and log.info.timed


def test_foreign_parquet_of_any_types(tmp_path):
    columns = {
        "ts": pa.array([1_700_000_000_000, 1_700_000_000_001], pa.timestamp("ms", "UTC")),
        "campaign": pa.array([3, 4], pa.int16()),
        "market_price": pa.array([5.0, 7.0]),
        "click": pa.array([True, False]),
        "user": pa.array(["anna", None]),
        "pctr": pa.array([0.5, 0.25], pa.float32()),
        "keyword": pa.array(["x", None]).dictionary_encode(),
        "value": pa.array([None, 3], pa.decimal128(10, 2)),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet")
    log = whole(opened(tmp_path, reader="parquet", path="a.parquet").source)
    assert log.ts.tolist() == [1_700_000_000_000_000, 1_700_000_000_001_000]
    assert log.info.campaigns == ("3", "4") and log.market_price.tolist() == [5, 7]
    assert log.click.tolist() == [1, 0] and log.keyword.tolist() == [0, -1]
    assert log.user.tolist() == [15826225260779138495, 0] and log.value.tolist() == [0, 3_000_000]


def test_times_in_words(tmp_path):
    times = [
        "2026-10-20T08:00:00Z", "2026-10-20 16:00:00.000001+08:00", "2026-10-20T08:01+0000",
        " 1792483260000001",
    ]
    text = "ts,campaign,market_price\n" + "".join(f"{ts},a,5\n" for ts in times)
    (tmp_path / "log.csv").write_text(text)
    found = opened(tmp_path, reader="csv", path="log.csv")
    assert whole(found.source).ts.tolist() == [1792483200000000 + k for k in (0, 1, 60_000_000, 60_000_001)]
    assert found.notes == ()


def test_what_times_leave_open_is_said(tmp_path):
    log = {"ts": pa.array([1, 2], pa.timestamp("ms")), "campaign": ["a", "b"], "market_price": [1, 2]}
    pq.write_table(pa.table(log), tmp_path / "a.parquet")
    notes = opened(tmp_path, reader="parquet", path="a.parquet").notes
    assert notes[0].startswith("all times lie before 1973")
    assert notes[1:] == ("ts has no time zone: taken as UTC",)
    pq.write_table(pa.table({**log, "ts": log["ts"].cast(pa.timestamp("ms", "UTC"))}), tmp_path / "a.parquet")
    assert opened(tmp_path, reader="parquet", path="a.parquet").notes == notes[:1]


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
def test_a_header_alone(tmp_path, end):
    (tmp_path / "log.csv").write_text("ts,campaign,market_price" + end)
    with pytest.raises(InputError, match="the log holds no auctions"):
        opened(tmp_path, reader="csv", path="log.csv")


@pytest.mark.parametrize(("ending", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress)])
def test_packed_files(tmp_path, ending, pack):
    text = samples.table().encode()
    (tmp_path / f"log.csv{ending}").write_bytes(pack(text))
    (tmp_path / "log.csv").write_bytes(text)
    packed = whole(opened(tmp_path, reader="csv", path=f"log.csv{ending}").source)
    same(packed, whole(opened(tmp_path, reader="csv", path="log.csv").source))


def test_competing_bids_come_by_rank(tmp_path):
    (tmp_path / "log.csv").write_text("ts,campaign,market_price,auction\n1,a,5,9\n2,a,5,3\n3,a,5,4\n")
    (tmp_path / "bids.csv").write_text(
        "auction,bidder,bid,quality\n3,zoe,10,1\n9,ann,7,\n3,bob,6,2\n3,ann,10,1\n"
    )
    log = whole(opened(tmp_path, reader="csv", path="log.csv", bids="bids.csv").source)
    assert dict(log.info.words)["bidder"] == ("zoe", "ann", "bob")
    assert log.bids.offsets.tolist() == [0, 1, 4, 4]
    assert log.bids.bidder.tolist() == [1, 2, 0, 1]  # 12, then the tie in the order of the file
    assert log.bids.bid.tolist() == [7, 6, 10, 10] and log.bids.quality.tolist() == [1, 2, 1, 1]


def test_bids_without_an_auction(tmp_path):
    (tmp_path / "log.csv").write_text("ts,campaign,market_price,auction\n1,a,5,9\n2,a,5,9\n")
    (tmp_path / "bids.csv").write_text("auction,bidder,bid\n9,z,1\n8,z,1\n7,z,x\n")
    spec = LogSpec(reader="csv", path="log.csv", bids="bids.csv")
    with pytest.raises(InputError) as caught:
        open_log(spec, tmp_path)
    said = str(caught.value)
    assert "bids.csv:row 3, column auction: found 8; expected an auction of the log" in said
    assert "bids.csv:row 4, column bid: found 'x'" in said
    assert "1 auction numbers are given more than once, such as 9" in said
    (tmp_path / "log.csv").write_text("ts,campaign,market_price,auction\n1,a,5,9\n2,a,5,10\n")
    again = open_log(spec, tmp_path, skip_bad_rows=True)
    assert again.skipped == 2 and again.source.log.bids.bid.tolist() == [1]


def test_last_visits(tmp_path):
    (tmp_path / "log.csv").write_text(
        "ts,campaign,market_price,user\n10,a,5,ann\n20,a,5,ann\n30,a,5,bob\n40,a,5,\n50,a,5,ann\n"
    )
    (tmp_path / "visits.csv").write_text("user,ts\nann,45\nann,10\nbob,31\n,1\nann,12\n")
    spec = {"reader": "csv", "path": "log.csv", "visits": "visits.csv"}
    log = whole(opened(tmp_path, **spec).source)
    # A visit at the very moment of the auction is not before it.
    assert log.last_visit.tolist() == [-1, 12, -1, -1, 45]
    plain = whole(opened(tmp_path, reader="csv", path="log.csv").source)
    with ParquetLogWriter(tmp_path / "own", plain.info, 2) as out:
        out.write(plain)
    same(whole(opened(tmp_path, reader="parquet", path="own", visits="visits.csv").source), log)
    with ParquetLogWriter(tmp_path / "own", log.info) as out:
        out.write(log)
    with pytest.raises(InputError, match="column last_visit of its own"):
        opened(tmp_path, reader="parquet", path="own", visits="visits.csv")


def test_chosen_campaigns(tmp_path):
    SAMPLES["csv with bids"].write(tmp_path)
    spec = {"reader": "csv", "path": "log.csv", "bids": "bids.csv"}
    everything = whole(opened(tmp_path, **spec).source)
    some = whole(opened(tmp_path, **spec, campaigns=["c2", "c0"]).source)
    assert sorted(some.info.campaigns) == ["c0", "c2"]
    names = np.array(everything.info.campaigns)[everything.campaign]
    chosen = np.flatnonzero(names != "c1")
    assert some.market_price.tolist() == everything.market_price[chosen].tolist()
    assert [len(some.part(i, i + 1).bids.bid) for i in range(len(some))] == [
        len(everything.part(i, i + 1).bids.bid) for i in chosen
    ]
    with ParquetLogWriter(tmp_path / "own", everything.info, 7) as out:
        out.write(everything)
    own = opened(tmp_path, reader="parquet", path="own", campaigns=["c2", "c0"]).source
    assert own.info.rows == own.rows == len(chosen) and own.info.last_ts == some.ts[-1]
    read = whole(own)
    assert read.market_price.tolist() == some.market_price.tolist()
    assert read.bids.bid.tolist() == some.bids.bid.tolist()
    parts = [whole(part) for part in own.partitions() if part.rows]
    assert [p.first_row for p in parts] == list(np.cumsum([0, *map(len, parts)])[:-1])
    for path in ("own", "log.csv"):
        reader = "parquet" if path == "own" else "csv"
        with pytest.raises(InputError, match=r"no campaign 'c7'; expected one of c0, c1, c2"):
            opened(tmp_path, reader=reader, path=path, campaigns=["c7"])


def test_auctionnet(tmp_path):
    SAMPLES["auctionnet"].write(tmp_path)
    found = opened(tmp_path, reader="auctionnet", path=".")
    log = whole(found.source)
    assert sorted(log.info.campaigns, key=int) == ["0", "2", "10"] and len(log) == 60
    assert (log.ts[0], log.ts[-1]) == (7 * 48 * 1800 * 10**6, (13 * 48 + 1) * 1800 * 10**6)
    names = np.array(log.info.campaigns)[log.campaign]
    assert names[:3].tolist() == ["0", "2", "10"]
    assert (log.auction[:4] - 7 * 10**9).tolist() == [0, 0, 0, 1]
    first = samples.auctionnet(7).splitlines()[1].split(",")
    assert log.pcvr[0] == float(first[8]) and log.conversion[0] == int(first[15])
    assert log.market_price[0] == round(float(first[16]) * 1e6)
    assert (log.pctr == 1).all() and (log.click == 1).all()
    assert any("rounded to millionths" in note for note in found.notes)


@pytest.mark.parametrize("season", [1, 2])
def test_raw_logs_of_won_auctions(tmp_path, season):
    samples.raw(tmp_path, season)
    found = opened(tmp_path, reader="ipinyou_raw", path=".")
    log = whole(found.source)
    assert log.info.campaigns == (("all",) if season == 1 else ("1458",))
    # 2013-06-12 00:00:02.865 in China is the evening before in UTC.
    assert log.ts[0] == 1370966402865000 and not log.info.censored and log.lost_bid is None
    assert log.market_price.tolist() == [10, 20, 30, 40] and log.floor.tolist() == [5] * 4
    assert log.click.tolist() == [0, 1, 0, 1] and log.conversion.tolist() == [0, 1, 0, 0]
    assert log.conversion_delay.tolist() == [0, 24 * 3600 * 10**6, 0, 0]
    assert dict(log.info.words)["placement"] == ("slot-1",)
    assert any("won auctions alone" in note for note in found.notes)
    assert any("1 conversions had no click before" in note for note in found.notes)


def test_raw_logs_with_bids_are_censored(tmp_path):
    samples.raw(tmp_path)
    samples.raw_bids(tmp_path)
    found = opened(tmp_path, reader="ipinyou_raw", path=".")
    log = whole(found.source)
    assert log.info.censored and any("censored" in note for note in found.notes)
    assert log.market_price.tolist() == [10, -1, 20, -1, 30, -1, 40]
    assert log.lost_bid.tolist() == [-1, 227, -1, 227, -1, 227, -1]
    with ParquetLogWriter(tmp_path / "own", log.info, notes=found.notes) as out:
        out.write(log)
    own = opened(tmp_path, reader="parquet", path="own")
    same(whole(own.source), log)
    assert own.notes == found.notes
    unknown = pq.read_table(tmp_path / "own" / "part-00000.parquet").column("market_price").null_count
    assert unknown == 3


def test_a_censored_table(tmp_path):
    (tmp_path / "log.csv").write_text("ts,campaign,market_price,lost_bid\n1,a,5,\n2,a,,9\n")
    with pytest.raises(InputError, match="row 3, column market_price: found an empty cell"):
        opened(tmp_path, reader="csv", path="log.csv")
    log = whole(opened(tmp_path, reader="csv", path="log.csv", censored=True).source)
    assert log.market_price.tolist() == [5, -1] and log.lost_bid.tolist() == [-1, 9]


def test_histograms(tmp_path):
    (tmp_path / "stats.csv").write_text(
        "campaign_id,period,contact_price_bin,CTRPredicts,AuctionWinBidSurplus,AuctionVisibilitySurplus,"
        "AuctionClicksSurplus,AuctionContactsSurplus\n"
        "7,3600,2,0.01,3.5,20.5,2,0.2\n7,0,-1,0.01,1,10,1,0.1\n5,0,2,0.01,9,90,9,1\n"
    )
    found = opened(tmp_path, reader="bat", path="stats.csv", currency="RUB")
    counts = found.histogram
    assert found.source is None and counts.campaigns == ("5", "7") and counts.currency == "RUB"
    assert counts.hour.tolist() == [0, 0, 3600 * 10**6] and counts.price_bin.tolist() == [2, -1, 2]
    landscape = counts.landscape("7")
    brought = landscape.at_multiplier(np.array([0.0, 1 / 1.2, 1.0, 1.44, 9.0]))
    assert brought.clicks.tolist() == [0, 1, 1, 3, 3] and brought.cost.tolist() == [0, 1, 1, 4.5, 4.5]
    assert brought.impressions.tolist() == [0, 10, 10, 30.5, 30.5]
    one_hour = counts.landscape("7", (0, 3599 * 10**6))
    assert one_hour.at_multiplier(9.0).clicks == 1
    only = opened(tmp_path, reader="bat", path="stats.csv", campaigns=["7"]).histogram
    assert only.campaigns == ("7",) and only.cost.tolist() == [1, 3.5]


def test_files_by_folder_pattern_and_name(tmp_path):
    (tmp_path / "a[1].csv").write_text(samples.table())
    assert len(whole(opened(tmp_path, reader="csv", path="a[1].csv").source)) == 40
    (tmp_path / "sub").mkdir()
    with pytest.raises(InputError, match="no file for the reader csv in the folder"):
        opened(tmp_path, reader="csv", path="sub")
    with pytest.raises(InputError, match="no file fits"):
        opened(tmp_path, reader="csv", path="b*.csv")
    with pytest.raises(InputError, match="no such file"):
        opened(tmp_path, reader="csv", path="b.csv")


def test_files_must_have_the_same_columns(tmp_path):
    (tmp_path / "1.csv").write_text("ts,campaign,market_price\n1,a,5\n")
    (tmp_path / "2.csv").write_text("ts,campaign,market_price,click\n2,a,5,1\n")
    with pytest.raises(InputError, match=r"2.csv:row 1: column 'click' is not in .*1.csv"):
        opened(tmp_path, reader="csv", path="*.csv")


def test_watchers_are_told_how_far_it_is(tmp_path):
    (tmp_path / "1.csv").write_text(samples.table(500))
    told: list[float] = []
    open_log(LogSpec(reader="csv", path="1.csv"), tmp_path, watch=told.append)
    assert told == sorted(told) and told[-1] == 1.0
    assert Reading().notes() == ()


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"reader": "ipinyou_theta", "columns": {"ts": "x"}}, "columns is for the readers csv and parquet"),
        ({"reader": "bat", "bids": "x"}, "bids is for the readers"),
        ({"reader": "auctionnet", "visits": "x"}, "visits needs users"),
        ({"reader": "csv", "columns": {"tz": "x"}}, "no column 'tz'"),
        ({"reader": "csv", "currency": "yuan"}, "pattern"),
    ],
)
def test_a_spec_that_does_not_fit(spec, said):
    with pytest.raises(ValueError, match=said):
        LogSpec.model_validate({"path": "x", **spec})


def test_every_field_is_explained():
    for name, field in LogSpec.model_fields.items():
        assert field.description, name


def test_a_source_can_be_pickled_and_split(tmp_path):
    spec = SAMPLES["csv with bids"].write(tmp_path)
    log = whole(open_log(spec, tmp_path).source)
    with ParquetLogWriter(tmp_path / "own", log.info, 9) as out:
        out.write(log)
    source = pickle.loads(pickle.dumps(ParquetSource.open(tmp_path / "own", piece_rows=4)))
    assert max(len(piece) for piece in source.pieces()) == 4
    parts = [pickle.loads(pickle.dumps(part)) for part in source.partitions()]
    assert len(parts) == 5
    for part in parts:
        mine = whole(part)
        same(mine, log.part(mine.first_row, mine.first_row + len(mine)))
