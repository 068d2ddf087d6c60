"""``bidder fit`` end to end: files out, bad input, the public weekly sample."""

import csv
import importlib.util
import json
import os
import sys
from pathlib import Path

import numpy as np
import pytest

from bidder.cli.main import run
from bidder.errors import InputError
from bidder.files.yaml_reader import read_document
from bidder.jobs.fit import OUTPUTS, run_fit

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "configs" / "fit-weekly.yaml"
FEW = ("starts=2", "draws=20")
_file = importlib.util.spec_from_file_location("make_history_job", ROOT / "simulations" / "make_history.py")
make_history = importlib.util.module_from_spec(_file)
sys.modules["make_history_job"] = make_history
_file.loader.exec_module(make_history)

DATA = Path(os.environ.get("BIDDER_DATA", ROOT.parent / "shared" / "data"))
SAMPLE = DATA / "mmm" / "robyn_dt_simulated_weekly.csv"
SAMPLE_CONFIG = """\
name: weekly sample
date: {column: DATE}
period: week
result: {column: revenue, unit: revenue}
campaigns:
  tv: {spend: tv_S}
  ooh: {spend: ooh_S}
  print: {spend: print_S}
  search: {spend: search_S}
  facebook: {spend: facebook_S}
controls: [competitor_sales_B, newsletter, {column: events, kind: category}]
"""


@pytest.fixture(scope="module")
def history(tmp_path_factory):
    path = tmp_path_factory.mktemp("history") / "history.csv"
    make_history.write(make_history.generate(), path)
    return path


def edited(history, folder, edit):
    """A copy of the history whose rows (header first) went through ``edit``."""
    with history.open(newline="") as file:
        rows = edit(list(csv.reader(file)))
    path = folder / "edited.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def problems(history, config=CONFIG, overrides=()):
    with pytest.raises(InputError) as caught:
        run_fit(history, config, overrides=overrides)
    return [str(p) for p in caught.value.problems]


def test_outputs_are_complete_and_the_same_twice(history, tmp_path):
    run_fit(history, CONFIG, tmp_path / "a", overrides=FEW)
    run_fit(history, CONFIG, tmp_path / "b", overrides=FEW)
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == sorted(OUTPUTS)
    for name in OUTPUTS:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_curves_file_is_what_a_plan_reads(history, tmp_path):
    from bidder.budget.spec_curves_file import CurvesFile

    outcome = run_fit(history, CONFIG, tmp_path, overrides=FEW)
    curves, _ = read_document(tmp_path / "curves.yaml", CurvesFile)
    assert curves.unit == "revenue" and curves.currency == "CNY" and curves.period == "week"
    assert curves.history.start == outcome.history.starts[0]
    assert curves.history.end == outcome.history.starts[-1]
    for fitted in outcome.result.campaigns:
        curve = curves.curves[fitted.name]
        assert curve.ceiling == pytest.approx(fitted.ceiling, rel=1e-9)
        assert curve.half_spend == pytest.approx(fitted.half_spend, rel=1e-9)
        column = outcome.history.campaigns.index(fitted.name)
        assert curve.last_spend == outcome.history.spend[-12:, column].tolist()
        assert 0.02 <= curve.spread <= 2


def test_decomposition_adds_up_row_by_row(history, tmp_path):
    outcome = run_fit(history, CONFIG, tmp_path, overrides=FEW)
    with (tmp_path / "decomposition.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(outcome.history)
    for row in rows:
        parts = [float(row[n]) for n in ("trend", "season", "controls", *outcome.history.campaigns)]
        assert sum(parts) == pytest.approx(float(row["fitted"]), rel=1e-8)
        assert min(parts[3:]) >= 0


def test_names_that_yaml_would_misread_come_back_as_they_were(history, tmp_path):
    from bidder.budget.spec_curves_file import CurvesFile

    config = tmp_path / "fit.yaml"
    text = CONFIG.read_text()
    names = {"search": "NO", "feed": "1e5", "kol": "social/内容 #1\u2028", "retargeting": "a: b"}
    for old, new in names.items():
        text = text.replace(f"  {old}:", f"  {json.dumps(new)}:", 1)
    config.write_text(text)
    run_fit(history, config, tmp_path / "out", overrides=FEW)
    curves, _ = read_document(tmp_path / "out" / "curves.yaml", CurvesFile)
    assert list(curves.curves) == list(names.values())


def test_rows_may_stand_in_any_order(history, tmp_path):
    straight = run_fit(history, CONFIG, overrides=FEW)
    turned = run_fit(edited(history, tmp_path, lambda rows: [rows[0], *rows[:0:-1]]), CONFIG, overrides=FEW)
    assert straight.document == turned.document


def test_every_problem_of_the_table_is_said_at_once(history, tmp_path):
    def spoil(rows):
        rows[3][2] = "-5"
        rows[4][1] = "n/a"
        rows[5][3] = ""
        rows[6][6] = "1e999"
        rows[7][4] = "1,200"
        rows[8][0] = "2022-02-30"
        return rows

    path = edited(history, tmp_path, spoil)
    assert [p.removeprefix(f"{path}:").split(":")[0] for p in problems(path)] == [
        "row 4, column search_spend", "row 5, column revenue", "row 6, column feed_spend",
        "row 7, column price_index", "row 8, column kol_spend", "row 9, column week",
    ]


def test_a_calendar_with_holes_doubles_and_steps_aside_is_refused(history, tmp_path):
    def spoil(rows):
        rows[10][0] = rows[9][0]
        rows[20][0] = "2022-05-17"
        del rows[30:32]
        return rows

    said = problems(edited(history, tmp_path, spoil))
    for message in (
        "row 11, column week: 2022-02-28 stands in row 10 already; expected each date once",
        "2022-05-17 follows 2022-05-09; expected a date 7 days later",
        "2 weeks are missing between 2022-07-18 and 2022-08-08; expected a row for every period",
    ):
        assert any(message in p for p in said)


@pytest.mark.parametrize(("edit", "message"), [
    (lambda rows: rows[:30], "29 rows; expected at least"),
    (lambda rows: rows[:1], "0 rows; expected at least"),
    (lambda rows: [[c.replace("kol_s", "kol_S") for c in r] for r in rows], "column 'kol_spend' is missing"),
    (lambda rows: [rows[0], *([*r[:2], "0", *r[3:]] for r in rows[1:])], "no spend in any row"),
    (lambda rows: [rows[0], *([r[0], "7", *r[2:]] for r in rows[1:])], "the same value in every row"),
    (lambda rows: [rows[0], *([*r[:-1], str(k)] for k, r in enumerate(rows[1:]))], "different values"),
])
def test_tables_that_cannot_be_fitted_are_refused(history, tmp_path, edit, message):
    assert any(message in p for p in problems(edited(history, tmp_path, edit)))


@pytest.mark.parametrize(("setting", "message"), [
    ("result.column=week", "column 'week' is used twice, by date and by result"),
    ("season.harmonic=2", "unknown key 'harmonic'"),
    ("holdout=0.9", "found 0.9"),
    ("shape.slope=[3, 1]", "3 is not below 1"),
    ("campaigns.trend.spend=x", "may not be named 'trend'"),
    ("period=quarter", "day"),
])
def test_configs_that_make_no_sense_are_refused(history, setting, message):
    assert any(message in p for p in problems(history, overrides=(setting,)))


def test_months_and_other_date_formats(tmp_path):
    rng = np.random.default_rng(2)
    rows = [["month", "orders", "ads"]]
    for k in range(60):
        spend = float(np.round(rng.lognormal(5, 0.6), 2))
        orders = round(50 + 100 * spend / (150 + spend) + rng.normal(0, 2), 3)
        rows.append([f"01/{k % 12 + 1:02d}/{2020 + k // 12}", orders, spend])
    path, config = tmp_path / "months.csv", tmp_path / "fit.yaml"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    config.write_text(
        'date: {column: month, format: "%d/%m/%Y"}\nperiod: month\n'
        "result: {column: orders, unit: conversions}\n"
        "campaigns: {ads: {spend: ads}}\ncarryover: {periods: 3}\n"
    )
    outcome = run_fit(path, config, overrides=FEW)
    assert outcome.document["unit"] == "conversions"
    np.testing.assert_array_equal(outcome.result.holdout.naive, outcome.history.result[36:48])


def test_command_line_prints_table_json_or_nothing(history, tmp_path, capsys):
    base = ["fit", str(history), "--config", str(CONFIG), *(f"--set={s}" for s in FEW)]
    assert run([*base, "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert "held-out error over the last 31 weeks: MAPE" in shown.out and "seasonal-naive: MAPE" in shown.out
    assert all(name in shown.out for name in ("search", "feed", "kol", "retargeting"))
    assert run([*base, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "fit.json").read_text())
    assert run([*base, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert run(["fit", str(tmp_path / "none.csv"), "--config", str(CONFIG)]) == 2
    assert "none.csv: cannot be read" in capsys.readouterr().err


def test_report_escapes_what_users_write_and_needs_no_network(history, tmp_path):
    config = tmp_path / "fit.yaml"
    config.write_text(CONFIG.read_text().replace("name: weekly shop history", 'name: "</script><b>x"'))
    run_fit(history, config, tmp_path / "out", overrides=FEW)
    page = (tmp_path / "out" / "fit.html").read_text()
    assert "</script><b>" not in page and "&lt;/script&gt;&lt;b&gt;x" in page
    assert 'src="http' not in page and "<link rel=\"stylesheet\"" not in page


@pytest.mark.skipif(not SAMPLE.exists(), reason=f"the public weekly sample is not at {SAMPLE}")
def test_public_weekly_sample_runs_end_to_end(tmp_path):
    from bidder.budget.spec_curves_file import CurvesFile

    config = tmp_path / "fit.yaml"
    config.write_text(SAMPLE_CONFIG)
    outcome = run_fit(SAMPLE, config, tmp_path / "out")
    curves, _ = read_document(tmp_path / "out" / "curves.yaml", CurvesFile)
    assert list(curves.curves) == ["tv", "ooh", "print", "search", "facebook"]
    held, quality = outcome.result.holdout, outcome.result.quality
    assert held.better and held.error.mape < 0.15 and quality.agreement >= 0.5
    assert any(f.code == "campaigns_add_nothing" for f in outcome.result.warnings)
    assert any(f.code == "no_effect" and f.campaigns == ("search",) for f in outcome.result.warnings)
