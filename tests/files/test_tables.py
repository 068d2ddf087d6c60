"""CSV tables: row numbers for every complaint, and text that no spreadsheet runs."""

from __future__ import annotations

import csv
import io
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.calendar import Horizon, Period
from bidder.errors import InputError
from bidder.files.plan_tables import read_actuals, read_plan, read_spend
from bidder.files.tables import format_table, guard, read_table, unguard, write_table

HORIZON = Horizon.of(date(2026, 11, 1), Period.DAY, 3)
CAMPAIGNS = ["search/brand", "social/feed"]
HEADER = "channel,campaign,period_start,spend,conversions\n"


def saved(folder: Path, text: str | bytes) -> Path:
    """A file with this text."""
    path = folder / "t.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def complaints(path: Path, reader: object = read_actuals) -> list[str]:
    """Every problem as it is shown, without the folder."""
    with pytest.raises(InputError) as caught:
        reader(path, CAMPAIGNS, HORIZON)  # type: ignore[operator]
    return [str(p).replace(str(path), "t.csv") for p in caught.value.problems]


def test_actuals_of_a_prefix(tmp_path: Path) -> None:
    text = HEADER + "social,feed,2026-11-01,20,2\nsearch,brand,2026-11-01,10.5,1\n"
    text += "search,brand,2026-11-02,11,1e0\n\nsocial,feed,2026-11-02,0,0\n"
    for content in (text.encode(), b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode()):
        actuals = read_actuals(saved(tmp_path, content), CAMPAIGNS, HORIZON)
        assert actuals.periods == 2
        np.testing.assert_array_equal(actuals.spend, [[10.5, 11], [20, 0]])
        np.testing.assert_array_equal(actuals.conversions, [[1, 1], [2, 0]])


def test_no_rows_means_nothing_is_past(tmp_path: Path) -> None:
    assert read_actuals(saved(tmp_path, HEADER), CAMPAIGNS, HORIZON).spend.shape == (2, 0)


def test_every_bad_cell_is_reported(tmp_path: Path) -> None:
    rows = [
        "search,brand,2026-11-01,-5,1",
        "search,brand,2026-11-02,nan,1",
        "search,brand,2026-11-03,1e999,1",
        "social,fed,2026-11-01,1,1",
        "social,feed,1.11.2026,1,",
        "social,feed,2026-12-01,1,1",
        "social,feed,2026-11-02,1",
        "social,feed,2026-11-02,1,1,1",
        '"x\ny",feed,2026-11-02,1,1',
        "search,brand,2026-11-01,1,1",
        '"search","brand",2026-02-30,"1,000",1_0',
    ]
    assert complaints(saved(tmp_path, HEADER + "\n".join(rows))) == [
        "t.csv:row 2, column spend: found -5; expected a number of at least 0 (currency units)",
        "t.csv:row 3, column spend: found 'nan'; expected a number of at least 0 (currency units)",
        "t.csv:row 4, column spend: found 1e999; expected a number of at least 0 (currency units) "
        "and at most 1e+13",
        "t.csv:row 5, column campaign: unknown campaign 'social/fed'; expected one of "
        "search/brand, social/feed, "
        "did you mean 'social/feed'?",
        "t.csv:row 6, column period_start: found '1.11.2026'; expected a date such as 2026-10-20",
        "t.csv:row 6, column conversions: found an empty cell; expected a number of at least 0 (conversions)",
        "t.csv:row 7, column period_start: 2026-12-01 lies outside the horizon; expected the first "
        "day of a day, "
        "such as 2026-11-03",
        "t.csv:row 8, column conversions: the cell is missing; expected 5 cells",
        "t.csv:row 9: 6 cells; expected 5, one for each column",
        "t.csv:row 10, column campaign: unknown campaign 'x\\ny/feed'; expected one of "
        "search/brand, social/feed",
        "t.csv:row 12: the same campaign and period as row 2; expected one row each",
        "t.csv:row 13, column period_start: found '2026-02-30'; expected a date such as 2026-10-20",
        "t.csv:row 13, column spend: found '1,000'; expected a number of at least 0 (currency units)",
        "t.csv:row 13, column conversions: found '1_0'; expected a number of at least 0 (conversions)",
    ]


def test_gaps_are_named(tmp_path: Path) -> None:
    text = HEADER + "search,brand,2026-11-02,1,1\nsocial,feed,2026-11-01,1,1\n"
    assert complaints(saved(tmp_path, text)) == [
        "t.csv: 2 rows are missing: search/brand 2026-11-01, social/feed 2026-11-02; "
        "expected one row for every campaign and period"
    ]


def test_actuals_must_leave_something_to_plan(tmp_path: Path) -> None:
    rows = [f"{c.replace('/', ',')},{day},1,1" for c in CAMPAIGNS for day in HORIZON.starts]
    assert "nothing is left to plan" in complaints(saved(tmp_path, HEADER + "\n".join(rows)))[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "t.csv:row 1: no header; expected columns channel, campaign, period_start, spend, conversions"),
        (
            "channel;campaign;spend\n",
            "header 'channel;campaign;spend' is one cell; expected commas between cells",
        ),
        ("channel,campaign,period_start,Spend,conversions\n", "column 'spend' is missing (is it 'Spend'?)"),
        ("channel,campaign,period_start,spend,spend,conversions\n", "column 'spend' is given twice"),
        (
            HEADER.encode() + b"a,b\xff,c,1,1\n",
            "t.csv:row 2: not UTF-8 text (byte 0xff); expected a file saved as CSV",
        ),
        (HEADER + 'a,"b', "t.csv:row 2: not a CSV table: unexpected end of data"),
        (HEADER + 'a,"b"x,c\n', "t.csv:row 2: not a CSV table"),
        (HEADER + "a" * 200_000, "t.csv:row 2: not a CSV table: field larger than field limit"),
        (HEADER + "search,brand\x00,2026-11-01,1,1", "unknown campaign 'search/brand\\x00'"),
    ],
)
def test_broken_tables(tmp_path: Path, content: str | bytes, expected: str) -> None:
    assert expected in complaints(saved(tmp_path, content))[0]


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    assert complaints(tmp_path / "t.csv") == ["t.csv: cannot be read: No such file or directory"]


def test_an_old_plan_may_reach_over_the_horizon(tmp_path: Path) -> None:
    days = ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-03", "2026-11-04"]
    rows = [f"search,brand,{day},{k},9,9" for k, day in enumerate(days)]
    path = saved(tmp_path, "channel,campaign,period_start,spend,conversions,revenue\n" + "\n".join(rows))
    np.testing.assert_array_equal(read_plan(path, CAMPAIGNS, HORIZON), [[1, 2, 3], [0, 0, 0]])
    path = saved(tmp_path, "channel,campaign,period_start,spend\n" + "\n".join(r[:-4] for r in rows[:3]))
    assert "the row for search/brand 2026-11-03 is missing" in complaints(path, read_plan)[0]
    path = saved(tmp_path, "channel,campaign,period_start,spend\nsearch,brand,2020-01-01,4\n")
    assert "no row lies in the horizon 2026-11-01 to 2026-11-03" in complaints(path, read_plan)[0]


def test_a_date_between_periods(tmp_path: Path) -> None:
    weeks = Horizon.of(date(2026, 11, 2), Period.WEEK, 2)
    path = saved(tmp_path, "channel,campaign,period_start,spend\nsearch,brand,2026-11-10,4\n")
    with pytest.raises(InputError) as caught:
        read_spend(path, CAMPAIGNS, weeks)
    assert "2026-11-10 begins no period; expected the first day of a week, such as 2026-11-09" in str(
        caught.value
    )


def test_a_hand_made_split_may_have_gaps(tmp_path: Path) -> None:
    path = saved(tmp_path, "channel,campaign,period_start,spend\nsearch,brand,2026-11-02,4\n")
    spend, notes = read_spend(path, CAMPAIGNS, HORIZON)
    np.testing.assert_array_equal(spend, [[0, 4, 0], [0, 0, 0]])
    assert "5 cells have no row and are taken as 0 spend: search/brand 2026-11-01" in notes[0]


FORMULAS = ["=1+1", "+cmd", "-shoes", "@SUM(A1)", "\t=1", "\r=1", "＝1", "'=1", "''-x"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_formula_gets_out(text: str) -> None:
    assert guard(text) == "'" + text and unguard(guard(text)) == text


@pytest.mark.parametrize("text", ["-5", "+5", "-1.5e-7", "a=b", "x", "", "'x", "-.5", "2026-11-01"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guard(text) == text and unguard(text) == text


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.text(st.sampled_from("'=-+@\t1.e x,\"\n＋"), max_size=8))
def test_guard_can_be_undone(text: str) -> None:
    assert unguard(guard(text)) == text


def test_cells_in_their_shortest_exact_form(tmp_path: Path) -> None:
    row = [0.1, np.float64(1 / 3), 3, np.int64(4), None, True, "1,234.50", float("nan"), -0.0, 'a"b', -2.5]
    write_table(tmp_path / "t.csv", [f"c{k}" for k in range(len(row))], [row])
    assert (tmp_path / "t.csv").read_text().splitlines()[1] == (
        '0.1,0.3333333333333333,3,4,,true,"1,234.50",,0.0,"a""b",-2.5'
    )


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.lists(
        st.tuples(
            st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), min_size=1, max_size=6).map(
                str.strip
            ),
            st.floats(allow_nan=False, allow_infinity=False),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, float]]
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    write_table(path, ["name", "number"], rows)
    table = read_table(path, ["name", "number"])
    assert [(r.cells["name"], float(r.cells["number"])) for r in table.rows] == rows
    assert format_table(["name", "number"], rows) == path.read_text(encoding="utf-8")
    assert len(list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"))))) == len(rows) + 1


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=120), st.booleans())
def test_random_bytes_never_escape(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, header: bool
) -> None:
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes((HEADER.encode() if header else b"") + content)
    for reader in (read_actuals, read_plan, read_spend):
        try:
            reader(path, CAMPAIGNS, HORIZON)  # type: ignore[operator]
        except InputError as error:
            assert all(p.place is not None for p in error.problems)
