"""Bad rows: refused with their numbers and counts, or left out and counted; never silently."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.errors import InputError
from bidder.files.auction_logs import OpenedLog, open_log

HEADER = "ts,campaign,market_price,pctr,click,user,value"
GOOD = "{ts},a,5,0.5,1,u,1.5"


def spec(path: str = "log.csv", reader: str = "csv") -> LogSpec:
    return LogSpec.model_validate({"reader": reader, "path": path})


def refused(folder: Path, content: bytes | str, path: str = "log.csv", reader: str = "csv") -> str:
    """What is said of a log that is refused."""
    (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as caught:
        open_log(spec(path, reader), folder)
    return str(caught.value).replace(f"{folder}/", "")


def skipped(folder: Path, content: bytes | str, path: str = "log.csv", reader: str = "csv") -> OpenedLog:
    (folder / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    return open_log(spec(path, reader), folder, skip_bad_rows=True)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("x,a,5,0.5,1,u,1", "column ts: found 'x'; expected microseconds since 1970 UTC, or a time with"),
        ("-1,a,5,0.5,1,u,1", "column ts: found '-1'"),
        ("2026-10-20T08:00:00,a,5,0.5,1,u,1", "column ts: found '2026-10-20T08:00:00'"),
        ("2026-02-30T08:00:00Z,a,5,0.5,1,u,1", "column ts: found '2026-02-30T08:00:00Z'"),
        ("1960-02-20T08:00:00Z,a,5,0.5,1,u,1", "column ts: found '1960-02-20T08:00:00Z'"),
        ("1e15,a,5,0.5,1,u,1", "column ts: found '1e15'"),
        ("5,,5,0.5,1,u,1", "column campaign: found an empty cell; expected a name"),
        (f"5,{'a' * 201},5,0.5,1,u,1", "column campaign: found 'aaa"),
        ("5,a,-5,0.5,1,u,1", "column market_price: found '-5'; expected a whole number of at least 0 (mic"),
        ("5,a,0x1f,0.5,1,u,1", "column market_price: found '0x1f'"),
        ("5,a,5.5,0.5,1,u,1", "column market_price: found '5.5'"),
        ("5,a,99999999999999999999,0.5,1,u,1", "column market_price: found '99999999999999999999'"),
        ("5,a,,0.5,1,u,1", "column market_price: found an empty cell"),
        ("5,a,5,1.0001,1,u,1", "column pctr: found '1.0001'; expected a probability from 0 to 1"),
        ("5,a,5,nan,1,u,1", "column pctr: found 'nan'"),
        ("5,a,5,-inf,1,u,1", "column pctr: found '-inf'"),
        ("5,a,5,1e308,1,u,1", "column pctr: found '1e308'"),
        ("5,a,5,1e400,1,u,1", "column pctr: found '1e400'"),
        ("5,a,5,0.5,2,u,1", "column click: found '2'; expected 0 or 1"),
        ("5,a,5,0.5,true,u,1", "column click: found 'true'"),
        ("5,a,5,0.5,1,u,1e308", "column value: found '1e308'; expected an amount of at least 0"),
        ("5,a,5,0.5,1,u", "6 cells; expected 7, one for each column"),
        ("5,a,5,0.5,1,u,1,9", "8 cells; expected 7, one for each column"),
        ("1,a,5,0.5,1,u,1", "column ts: 1 after 2; expected times that never fall"),
    ],
)
def test_each_kind_of_bad_row(tmp_path, row, said):
    content = "\n".join([HEADER, GOOD.format(ts=2), row, GOOD.format(ts=9)]) + "\n"
    assert f"log.csv:row 3{'' if said[0].isdigit() else ', '}" in refused(tmp_path, content)
    text = refused(tmp_path, content)
    assert said in text
    assert "1 of 3 rows are bad: 1 x " in text and "--skip-bad-rows" in text
    found = skipped(tmp_path, content)
    assert found.skipped == 1 and found.source.log.ts.tolist() == [2, 9]
    assert any(note.startswith("1 of 3 rows were bad and left out: 1 x ") for note in found.notes)


@pytest.mark.parametrize(
    ("bad", "at"),
    [(bad, at) for at in (1, 2) for bad in (b"a\x00b", b"a\xffb", b"\xe7\xba", b"a\x1b[31m")]
    + [(b"a\xffb", 5), (b"\xe7\xba", 5)],
)
def test_bytes_that_are_no_text(tmp_path, bad, at):
    cells = GOOD.format(ts=3).encode().split(b",")
    cells[at] = bad
    content = b"\n".join([HEADER.encode(), GOOD.format(ts=2).encode(), b",".join(cells), b"", b"9,b\xff"])
    text = refused(tmp_path, content)
    assert "log.csv:row 3, column " in text and "log.csv:row 5: 2 cells" in text
    assert skipped(tmp_path, content).skipped == 2


def test_every_problem_of_a_file_at_once_but_not_too_many(tmp_path):
    rows = [f"{i},a,{'x' if i % 2 else 5},0.5,1,u,1" for i in range(100)] + ["1,a,5"]
    text = refused(tmp_path, "\n".join([HEADER, *rows]))
    lines = text.splitlines()
    assert sum("column market_price: found 'x'" in line for line in lines) == 20
    assert "log.csv: and 31 more bad rows" in lines
    assert "51 of 101 rows are bad: 50 x market_price is not a whole number" in lines[-1]
    assert "1 x too few cells" in lines[-1]


def test_row_numbers_in_the_second_block(tmp_path, monkeypatch):
    monkeypatch.setattr("bidder.files.auction_logs.text_tables.BLOCK_BYTES", 200)
    rows = [GOOD.format(ts=i) for i in range(100)]
    rows[10], rows[20], rows[55], rows[70], rows[99] = "1,2", "", "x", "70,a,y,0.5,1,u,1", "99,a,-1,0,0,,"
    text = refused(tmp_path, "\n".join([HEADER, *rows]))
    for row in (12, 57, 72, 101):
        assert f"log.csv:row {row}" in text
    assert "log.csv:row 22" not in text and "4 of 99 rows are bad" in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "log.csv:row 1: no header"),
        ("\n\n", "log.csv:row 1: no header"),
        ("ts,campaign,market_price\n", "log.csv: the log holds no auctions"),
        ("ts,campaign,market_price,ts\n1,a,5,1\n", "log.csv:row 1: column 'ts' is given twice"),
        ("ts,campaign,market_prize\n1,a,5\n", "column 'market_price' is missing (is it 'market_prize'?)"),
        ("1,2,3\n", "column 'ts' is missing"),
        (b"ts,campaign,market_price\xff\n1,a,5\n", "log.csv:row 1: not a text file saved as UTF-8"),
        ("ts,campaign,market_price\n1,a,5\n".encode("utf-16"), "not a text file saved as UTF-8"),
        (b"PK\x03\x04\x00\x00", "not a text file saved as UTF-8"),
        (b'"ts,campaign,market_price\n1,a,5\n', "is one cell"),
    ],
)
def test_files_that_are_no_log(tmp_path, content, said):
    assert said in refused(tmp_path, content)


def test_the_same_header_for_two_columns_is_allowed(tmp_path):
    (tmp_path / "log.csv").write_text("t,campaign,market_price,p\n1,a,5,0.5\n")
    given = LogSpec(reader="csv", path="log.csv", columns={"ts": "t", "pctr": "p", "pcvr": "p"})
    log = open_log(given, tmp_path).source.log
    assert log.pctr.tolist() == log.pcvr.tolist() == [0.5]
    given = LogSpec(reader="csv", path="log.csv", columns={"ts": "t", "pctr": "q"})
    with pytest.raises(InputError, match=r"column 'q' \(for pctr\) is missing"):
        open_log(given, tmp_path)


def test_a_cut_file_says_where(tmp_path):
    rows = "\n".join([HEADER, *(GOOD.format(ts=i * 7919) for i in range(20_000))]) + "\n"
    packed = gzip.compress(rows.encode())
    text = refused(tmp_path, packed[: len(packed) // 2], "log.csv.gz")
    assert "log.csv.gz: cannot be read" in text and "Truncated compressed stream" in text
    assert "cannot be read" in refused(tmp_path, b"no gzip", "log.csv.gz")
    text = refused(tmp_path, rows[:-8])
    assert "log.csv:row 20001: " in text


def test_a_line_longer_than_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr("bidder.files.auction_logs.text_tables.BLOCK_BYTES", 100)
    content = "\n".join([HEADER, *(GOOD.format(ts=i) for i in range(50)), "5," + "a" * 500 + ",5,0,0,u,1"])
    assert "log.csv: cannot be read after row " in refused(tmp_path, content)


def test_bad_rows_of_theta_files(tmp_path):
    content = "0 5 0.5\n0  5 0.5\n2 5 0.5\n0 5 1.5\n0 5\n\n0 7 nan\n1 7 0.25"
    text = refused(tmp_path, content, "9.txt", "ipinyou_theta")
    for said in (
        "9.txt:row 2: 4 cells; expected 3", "9.txt:row 3, column click: found '2'",
        "9.txt:row 4, column pctr: found '1.5'", "9.txt:row 5: 2 cells",
        "9.txt:row 7, column pctr: found 'nan'", "5 of 7 rows are bad",
    ):
        assert said in text, text
    found = skipped(tmp_path, content, "9.txt", "ipinyou_theta")
    assert found.source.log.market_price.tolist() == [5, 7] and found.source.log.ts.tolist() == [0, 1]


def test_bad_rows_of_parquet(tmp_path):
    table = pa.table({
        "ts": [1, 2, 3, 4, 5], "campaign": ["a", None, "a", "a", "a"],
        "market_price": [1.0, 2.0, 2.5, -1.0, 7.0], "click": [0, 1, 0, 1, 3],
    })
    pq.write_table(table, tmp_path / "log.parquet")
    given = spec("log.parquet", "parquet")
    with pytest.raises(InputError) as caught:
        open_log(given, tmp_path)
    text = str(caught.value)
    for said in (
        "row 2, column campaign", "row 3, column market_price: found '2.5'", "row 4, column market_price",
        "row 5, column click: found '3'", "4 of 5 rows",
    ):
        assert said in text
    found = open_log(given, tmp_path, skip_bad_rows=True)
    assert found.skipped == 4 and found.source.log.ts.tolist() == [1]
    nested = table.set_column(2, "market_price", pa.array([[1]] * 5))
    pq.write_table(nested, tmp_path / "log.parquet")
    with pytest.raises(InputError, match=r"column 'market_price' is of type list"):
        open_log(given, tmp_path)
    (tmp_path / "log.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputError, match="cannot be read"):
        open_log(given, tmp_path)


def test_times_across_files(tmp_path):
    for name, ts in (("1.csv", 5), ("2.csv", 4), ("10.csv", 6)):
        (tmp_path / name).write_text(f"{HEADER}\n{GOOD.format(ts=ts)}\n")
    with pytest.raises(InputError, match=r"2.csv:row 2, column ts: 4 after 5"):
        open_log(spec("*.csv"), tmp_path)
    found = open_log(spec("*.csv"), tmp_path, skip_bad_rows=True)
    assert found.source.log.ts.tolist() == [5, 6]


def test_bad_rows_of_raw_logs(tmp_path):
    from log_samples import raw_row

    rows = raw_row("b1", "20130612000002865") + raw_row("b2", "20130631000002865") + "b3\t1\n"
    rows += raw_row("b4", "20130612000002865", pay=-1) + raw_row("b5", "20130612000002 65")
    (tmp_path / "imp.20130612.txt").write_text(rows)
    with pytest.raises(InputError) as caught:
        open_log(spec(".", "ipinyou_raw"), tmp_path)
    text = str(caught.value)
    for said in (
        "row 2, column time: found '20130631000002865'", "row 3: 2 cells; expected 24",
        "row 4, column pay_price: found '-1'", "row 5, column time", "4 of 5 rows are bad",
    ):
        assert said in text, text
    assert open_log(spec(".", "ipinyou_raw"), tmp_path, skip_bad_rows=True).skipped == 4
    (tmp_path / "readme.txt").write_text("x")
    with pytest.raises(InputError, match="the name does not say which log it is"):
        open_log(spec(".", "ipinyou_raw"), tmp_path)
    (tmp_path / "imp.20130612.txt").write_text("a\tb\n")
    (tmp_path / "readme.txt").unlink()
    with pytest.raises(InputError, match=r"row 1: 2 cells; expected 22, 23, 24 cells between tabs"):
        open_log(spec(".", "ipinyou_raw"), tmp_path)
