"""Reports that are refused, and what is said of them."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import platform_samples as samples
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from test_platform_reports import opened, refused, rows_of

from bidder.errors import InputError
from bidder.files.platform_reports.opening import open_reports
from bidder.keywords.spec_reports import ReportSource

HEADER = "date,campaign,ad_group,keyword,match_type,impressions,clicks,cost,conversions,revenue\n"
GOOD = "2026-10-20,a,g,k,exact,100,5,2.50,1,30.00\n"
GOOGLE = "Day,Campaign,Ad group,Keyword,Match type,Impr.,Clicks,Cost,Conversions\n"


def one_cell(column: str, cell: str) -> bytes:
    """A canonical report whose second row has one other cell."""
    names = HEADER.strip().split(",")
    cells = GOOD.strip().split(",")
    cells[names.index(column)] = cell
    return (HEADER + GOOD + ",".join(cells) + "\n" + GOOD).encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("column", "cell"),
    [
        ("clicks", "-1"), ("clicks", "1.5"), ("clicks", "nan"), ("clicks", ""), ("clicks", "1e308"),
        ("impressions", "inf"), ("impressions", "0x1f"), ("impressions", "9" * 30), ("cost", "=1+1"),
        ("cost", "-0.01"), ("cost", "1e308"), ("cost", "1,2,3.5"), ("cost", "€5"), ("cost", "--"),
        ("conversions", "NaN"), ("conversions", "-inf"), ("revenue", "12 34 x"), ("revenue", "1_000"),
        ("date", "2026-02-30"), ("date", ""), ("date", "tomorrow"), ("date", "0001-01-01"),
        ("match_type", "fuzzy"), ("campaign", ""), ("campaign", "\x00"), ("campaign", "\udcff"),
        ("keyword", ""), ("keyword", "k" * 3000), ("ad_group", "a\x1b[31m"), ("clicks", "９"),
    ],
)
def test_a_bad_cell_is_named(column: str, cell: str, tmp_path: Path) -> None:
    quoted = f'"{cell}"' if "," in cell else cell
    (found,) = refused(tmp_path, one_cell(column, quoted))
    assert found.startswith(f"report.csv:row 3, column {column}: found ")
    assert "expected" in found


def test_every_bad_cell_is_told_and_only_so_many_in_words(tmp_path: Path) -> None:
    bad = GOOD.replace("5,2.50", "x,y")
    found = refused(tmp_path, (HEADER + bad * 3).encode())
    assert [text.split(": ")[0] for text in found] == [
        f"report.csv:row {row}, column {name}" for row in (2, 3, 4) for name in ("clicks", "cost")
    ]
    found = refused(tmp_path, (HEADER + bad * 1000).encode())
    assert len(found) == 301
    assert found[-1].startswith("report.csv: and 1,700 more")


def test_rows_after_the_first_block_have_their_numbers(tmp_path: Path) -> None:
    count = 150_000  # more than one block of the reader
    text = HEADER + GOOD * count + GOOD.replace("5,2.50", "x,2.50") + "a,b\n" + GOOD
    found = refused(tmp_path, text.encode())
    assert found[0].startswith(f"report.csv:row {count + 2}, column clicks: found 'x'")
    assert found[1].startswith(f"report.csv:row {count + 3}, column ad_group: 2 cells; expected 10 cells")


def test_more_clicks_than_impressions_is_only_noted(tmp_path: Path) -> None:
    report = opened(tmp_path, one_cell("clicks", "200"))
    rows_of(report)
    assert report.facts.notes == ("1 rows have more clicks than impressions",)


@pytest.mark.parametrize("cell", ["clicks", "impressions", "cost", "conversions", "revenue"])
def test_a_total_that_does_not_match_is_an_error(cell: str, tmp_path: Path) -> None:
    text = samples.google().decode()
    lines = text.split("\n")
    names = {"impressions": "33,610", "clicks": "745", "cost": "2,407.83", "conversions": "27.00",
             "revenue": "7,137.15"}
    row = next(i for i, line in enumerate(lines) if line.startswith("Total: Filtered"))
    assert names[cell] in lines[row]
    other = names[cell][:-1] + ("1" if names[cell][-1] != "1" else "2")
    lines[row] = lines[row].replace(f'"{names[cell]}"', f'"{other}"')
    lines[row] = lines[row].replace(f",{names[cell]},", f",{other},")
    (found,) = refused(tmp_path, "\n".join(lines).encode())
    assert found.startswith(f"report.csv:row {row + 1}, column ")
    assert "the total is " in found and "6 rows sum up to " in found
    report = opened(tmp_path, "\n".join(lines).encode(), totals="ignore")
    assert len(rows_of(report)) == 6
    assert not report.facts.totals_checked


def test_a_report_that_lost_rows_does_not_match_its_total(tmp_path: Path) -> None:
    for content in (samples.google(), samples.zhitongche(), samples.microsoft()):
        lines = content.split(b"\n")
        del lines[-6]
        assert "total" in " ".join(refused(tmp_path, b"\n".join(lines))) or b"Rows:" in content


def test_a_total_may_be_as_round_as_it_is_shown(tmp_path: Path) -> None:
    rows = "2026-10-20,a,g,k,exact,100,5,2.56,1\n" * 10
    for shown, fits in (("25.6", True), ("26", True), ("25.60", True), ("25.5", False), ("25", False)):
        content = (GOOGLE + rows + f"Total: Keywords,--,--,--,--,--,--,{shown},--\n").encode()
        if fits:
            assert len(rows_of(opened(tmp_path, content))) == 10
        else:
            assert "its 10 rows sum up to 25.6" in refused(tmp_path, content)[0]


def test_wrong_cells_are_told_without_the_total_that_they_spoil(tmp_path: Path) -> None:
    content = samples.google().replace(b"31.05", b"x")
    (found,) = refused(tmp_path, content)
    assert found.startswith("report.csv:row 4, column Cost: found 'x'")


def test_headers_are_shown_without_what_cannot_be_shown(tmp_path: Path) -> None:
    content = one_cell("cost", "x").replace(b"cost,", b"c\x00\x1b" + b"o" * 500 + b"st,")
    (found,) = refused(tmp_path, content, columns={"cost": "c\ufdd0\x1b" + "o" * 500 + "st"})
    assert found.startswith("report.csv:row 3, column c??ooo") and len(found) < 200


def test_a_campaign_called_total_is_a_campaign(tmp_path: Path) -> None:
    content = (HEADER + GOOD + GOOD.replace(",a,", ",Total,")).encode()
    assert [row["campaign"] for row in rows_of(opened(tmp_path, content))] == ["a", "Total"]


def test_transactions_have_to_add_up(tmp_path: Path) -> None:
    text = samples.zhitongche("utf-8").decode().replace(",2,2,4,", ",2,1,4,").replace("合计", "")
    lines = text.split("\r\n")
    content = "\r\n".join(lines[:-2]).encode()
    (found,) = refused(tmp_path, content)
    expected = "found '4'; expected 直接成交笔数 + 间接成交笔数"
    assert found == f"report.csv:row 2, column 总成交笔数: {expected}"


@pytest.mark.parametrize("dates", ["03/04/2026", "03/04/26", "3-4-2026"])
def test_dates_that_may_be_read_two_ways_are_refused(dates: str, tmp_path: Path) -> None:
    content = (GOOGLE + f"{dates},a,g,k,exact,100,5,2.56,1\n" * 2).encode()
    (found,) = refused(tmp_path, content)
    assert "day or the month first" in found and "dates: day_first or dates: month_first" in found
    for order, day in (("day_first", "2026-04-03"), ("month_first", "2026-03-04")):
        assert rows_of(opened(tmp_path, content, dates=order))[0]["date"].isoformat() == day


def test_one_date_that_fits_only_one_order_decides_wherever_it_stands(tmp_path: Path) -> None:
    row = "03/04/2026,a,g,k,exact,100,5,2.56,1\n"
    content = (GOOGLE + row * 120_000 + row.replace("03/04", "25/04")).encode()
    report = opened(tmp_path, content)
    assert {row["date"].isoformat() for row in rows_of(report)} == {"2026-04-03", "2026-04-25"}
    assert report.facts.dates == "day_first"


def test_amounts_that_may_be_read_two_ways_are_refused(tmp_path: Path) -> None:
    content = (GOOGLE + '2026-10-20,a,g,k,exact,100,5,"1,234",1\n').encode()
    (found,) = refused(tmp_path, content)
    assert "1,234 may be written with a decimal point or a decimal comma" in found
    assert 'decimal: "."' in found
    costs = [rows_of(opened(tmp_path, content, decimal=mark))[0]["cost"] for mark in ".,"]
    assert costs == [1_234_000_000, 1_234_000]


def test_one_amount_that_fits_only_one_mark_decides_wherever_it_stands(tmp_path: Path) -> None:
    row = "2026-10-20;a;g;k;exact;100;5;1,234;1\n"
    content = (GOOGLE.replace(",", ";") + row * 120_000 + row.replace("1,234", "12,5")).encode()
    report = opened(tmp_path, content)
    assert {row["cost"] for row in rows_of(report)} == {1_234_000, 12_500_000}
    assert report.facts.decimal == ","


def test_a_currency_without_cents_has_no_decimal_mark(tmp_path: Path) -> None:
    content = (GOOGLE + '2026-10-20,a,g,k,exact,100,5,"1,234",1\n').encode()
    assert rows_of(opened(tmp_path, content, account="JPY"))[0]["cost"] == 1_234_000_000


def test_counts_tell_the_decimal_mark(tmp_path: Path) -> None:
    content = (GOOGLE + '2026-10-20,a,g,k,exact,"1,100",5,"1,234",1\n').encode()
    assert rows_of(opened(tmp_path, content))[0]["cost"] == 1_234_000_000


@pytest.mark.parametrize(
    "content",
    [
        samples.google().replace(b"CNY", b"USD"), samples.amazon().replace(b"CNY", b"USD"),
        samples.canonical().replace(b"cost", b"cost (USD)"), samples.amazon().replace("¥".encode(), b"$"),
    ],
    ids=["google column", "amazon column", "header", "symbol"],
)
def test_another_currency_is_refused(content: bytes, tmp_path: Path) -> None:
    found = refused(tmp_path, content)
    assert "CNY" in found[0]


def test_a_source_in_another_currency_is_refused(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, samples.canonical(), currency="EUR")
    assert found == "report.csv: amounts are in EUR; expected CNY, the account's currency"


def test_a_range_of_days_needs_a_column_of_days(tmp_path: Path) -> None:
    body = GOOGLE.replace("Day,", "") + "a,g,k,exact,100,5,2.56,1\n"
    (found,) = refused(tmp_path, f"Keywords\nOctober 1, 2026 - October 20, 2026\n{body}".encode())
    assert "no column of days and is for 2026-10-01 to 2026-10-20" in found and "the column Day" in found
    report = opened(tmp_path, f"Keywords\nOctober 20, 2026 - October 20, 2026\n{body}".encode())
    assert rows_of(report)[0]["date"].isoformat() == "2026-10-20"
    assert report.facts.dates == "preamble"
    (found,) = refused(tmp_path, body.encode())
    assert "has no column of days;" in found
    (found,) = refused(tmp_path, samples.amazon_terms("Oct 01, 2026"))
    assert "column End Date: the row is for several days; expected a report by day" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\r\n\r\n", "the file is empty"),
        (b"hello\nworld\n", "no header found"),
        (b"%PDF-1.4\n\x00\x01\xff", "no header found"),
        ((HEADER.replace("revenue", "cost") + GOOD).encode(), "column 'cost' is given twice"),
        ((HEADER.replace(",clicks", ",clickz") + GOOD).encode(), "cannot tell what the report is about"),
        ((HEADER + GOOD + '2026-10-20,"a,g,k\n' + GOOD).encode(), "row 3: a cell begins with a quote"),
        ((HEADER + GOOD + "x" * 2_000_000).encode(), "row 3: a line of more than 1,024 KiB"),
        ((HEADER + GOOD + "2026-10-20,a\n").encode(), "row 3, column ad_group: 2 cells; expected 10 cells"),
        ((HEADER + GOOD.replace("\n", ",1,1\n")).encode(), "row 2: 12 cells; expected 10 cells"),
    ],
)
def test_what_is_no_report_is_refused(content: bytes, said: str, tmp_path: Path) -> None:
    assert said in refused(tmp_path, content)[0]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    content = (HEADER.replace(",clicks", ",clickz").replace(",cost", ",price") + GOOD).encode()
    found = refused(tmp_path, content, kind="keywords")
    assert found[0].startswith(
        "report.csv:row 1: a report of kind keywords lacks the column clicks; is it 'clickz'?"
    )
    assert "lacks the column cost" in found[1]


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress((HEADER + GOOD * 10_000).encode())
    (found,) = refused(tmp_path, packed[: len(packed) // 2], "report.csv.gz")
    assert found.startswith("report.csv.gz: cannot be read")
    (found,) = refused(tmp_path, b"no archive", "report.csv.gz")
    assert found.startswith("report.csv.gz: cannot be read")


def test_paths(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes((HEADER + GOOD).encode())
    sources = [ReportSource(path=p) for p in ("none*.csv", "b.csv", "a.csv", "*.csv", "n" * 3000)]
    with pytest.raises(InputError) as error:
        open_reports(sources, tmp_path, "CNY")
    assert [p.message for p in error.value.problems] == [
        "matches no file", "there is no such file", "the file is given twice", "there is no such file",
    ]


def test_what_a_source_says_wrongly_is_refused(tmp_path: Path) -> None:
    assert "encoding 'utf-99' is not known" in refused(tmp_path, b"x", encoding="utf-99")[0]
    assert "encoding 'base64' is not known" in refused(tmp_path, b"x", encoding="base64")[0]
    content = (HEADER + GOOD).encode()
    found = refused(tmp_path, content, columns={"clickz": "clicks", "cost": "spent"})
    assert "'clickz' is no column of ours" in found[0] and "column 'spent' (for cost) is missing" in found[1]
    (found_one,) = refused(tmp_path, content, reader="zhitongche")
    assert "no header found" in found_one
    content = samples.zhitongche().replace("直接".encode("gbk"), b"x")
    (found_one,) = refused(tmp_path, content, conversions="direct")
    assert "no column of direct transactions" in found_one


def test_a_damaged_parquet_file_is_refused(tmp_path: Path) -> None:
    content = samples.parquet()
    (found,) = refused(tmp_path, content[:-20], "report.parquet")
    assert found.startswith("report.parquet: cannot be read")


def test_parquet_text_that_is_none_is_named_by_cell(tmp_path: Path) -> None:
    table = pq.read_table(io.BytesIO(samples.parquet()))
    place = table.column_names.index("keyword")
    words = [word.encode() for word in table["keyword"].to_pylist()]
    words[1] = b"Gr\xf6\xdfe"
    # Neither Arrow nor Parquet looks at what it is told to be text.
    text = pa.StringArray.from_buffers(len(words), *pa.array(words, pa.binary()).buffers()[1:])
    out = io.BytesIO()
    pq.write_table(table.set_column(place, "keyword", text), out)
    (found,) = refused(tmp_path, out.getvalue(), "report.parquet")
    assert found.startswith("report.parquet:row 2, column keyword: found 'Gr")


def test_text_in_another_encoding_is_named_by_cell(tmp_path: Path) -> None:
    content = (HEADER + GOOD + GOOD.replace(",k,", ",Größe,")).encode("cp1252")
    (found,) = refused(tmp_path, content)
    assert found.startswith("report.csv:row 3, column keyword: found 'Gr")
    assert "in utf-8" in found
    rows = rows_of(opened(tmp_path, content, encoding="cp1252"))
    assert rows[1]["keyword"] == "Größe"


def test_chinese_words_in_gbk_are_found_where_they_are_likely(tmp_path: Path) -> None:
    content = (HEADER + GOOD.replace(",k,", ",红色跑鞋,")).encode("gbk")
    assert rows_of(opened(tmp_path, content))[0]["keyword"] == "红色跑鞋"
    (tmp_path / "report.csv").write_bytes(content)
    with pytest.raises(InputError, match="it may be Chinese text in GBK; expected encoding: gbk"):
        open_reports([ReportSource(path="report.csv")], tmp_path, "KRW")
