"""A hand-made split: its worth, the limits it breaks, what it leaves on the table."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bidder.cli.main import run
from bidder.jobs.plan import run_plan
from bidder.jobs.whatif import run_whatif

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "double-11.yaml"


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    return run_plan(CONFIG, folder, report=False)


def spend_table(path: Path, source: Path, change) -> Path:
    """A spend table made from a plan.csv; ``change`` gives each row's new spend, None leaves it out."""
    rows = list(csv.DictReader(source.open(encoding="utf-8")))
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["channel", "campaign", "period_start", "spend"])
        for row in rows:
            spend = change(row)
            if spend is not None:
                table.writerow([row["channel"], row["campaign"], row["period_start"], spend])
    return path


def test_the_plan_itself_leaves_nothing_on_the_table(plan):
    found = run_whatif(CONFIG, plan.folder / "plan.csv")
    assert found.own.objective == pytest.approx(plan.plan.objective, rel=1e-12)
    assert found.own.status == "valued"
    assert found.broken == () and found.odd == ()
    assert found.gain(found.best) == pytest.approx(0, abs=1e-6 * plan.plan.objective)


def test_an_even_split(plan, tmp_path):
    days = 24
    sums: dict[str, float] = {}
    for row in csv.DictReader((plan.folder / "plan.csv").open(encoding="utf-8")):
        sums[row["campaign"]] = sums.get(row["campaign"], 0.0) + float(row["spend"])
    table = spend_table(
        tmp_path / "even.csv", plan.folder / "plan.csv", lambda r: f"{0.9 * sums[r['campaign']] / days:.2f}"
    )
    found = run_whatif(CONFIG, table, tmp_path / "out")
    assert found.same is not None and found.best is not None
    assert found.same.totals["spend"] <= found.own.totals["spend"]
    assert 0 < found.gain(found.same) < found.gain(found.best)
    broken = {b.name: b for b in found.broken}
    cash = broken["cash before the first payout"]
    assert cash.by == pytest.approx(cash.value - 1_500_000) and cash.by > 0
    assert "retargeting/visitors audience" in broken
    assert any(line.startswith("kol/posts is sold in whole lots") for line in found.odd)
    document = json.loads((tmp_path / "out" / "whatif.json").read_text(encoding="utf-8"))
    assert document["left_on_table"] == pytest.approx(found.gain(found.same))
    rows = list(csv.DictReader((tmp_path / "out" / "broken.csv").open(encoding="utf-8")))
    assert len(rows) == len(found.broken)


def test_one_day_over_its_cap_is_broken_by_that_much(plan, tmp_path):
    def change(row):
        over = row["campaign"] == "core" and row["period_start"] == "2026-11-05"
        return "23500.00" if over else row["spend"]

    found = run_whatif(CONFIG, spend_table(tmp_path / "s.csv", plan.folder / "plan.csv", change))
    caps = [b for b in found.broken if b.name == "search/core spend max"]
    assert [(b.when, b.by) for b in caps] == [("2026-11-05", pytest.approx(1500.0))]


def test_missing_cells_are_zero_and_told(plan, tmp_path, capsys):
    table = spend_table(
        tmp_path / "s.csv", plan.folder / "plan.csv", lambda r: None if r["channel"] == "kol" else r["spend"]
    )
    assert run(["whatif", str(CONFIG), str(table)]) == 0
    done = capsys.readouterr()
    assert "24 cells have no row and are taken as 0 spend" in done.err
    assert "more revenue than your split" in done.out


@pytest.mark.parametrize("columns", ["80", "120"])
def test_printed_within_the_terminal(plan, tmp_path, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    table = spend_table(tmp_path / "s.csv", plan.folder / "plan.csv", lambda r: "6000.00")
    assert run(["whatif", str(CONFIG), str(table)]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= int(columns)
    assert "your split breaks limits:" in out and "worst of" in out


def test_bad_tables(tmp_path, capsys):
    table = tmp_path / "s.csv"
    table.write_text(
        "channel,campaign,period_start,spend\nsearch,cor,2026-10-20,-5\nsearch,core,2026-10-19,1\n"
        "search,core,2026-10-20,1\nsearch,core,2026-10-20,2\n", encoding="utf-8",
    )
    assert run(["whatif", str(CONFIG), str(table)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4 and all(f"{table}:row " in line for line in lines)
    table.write_text("channel,campaign,period_start,spend\nsearch,core,2026-10-20,0\n", encoding="utf-8")
    assert run(["whatif", str(CONFIG), str(table)]) == 2
    assert "spends nothing" in capsys.readouterr().err


def test_minimising_plans_say_how_much_less_would_do(tmp_path, capsys):
    config = CONFIG.with_name("min-spend-for-target.yaml")
    outcome = run_plan(config, tmp_path / "out", report=False)
    table = spend_table(
        tmp_path / "s.csv", outcome.folder / "plan.csv",
        lambda r: r["spend"] if r["channel"] == "affiliate" else f"{1.05 * float(r['spend']):.2f}",
    )
    assert run(["whatif", str(config), str(table)]) == 0
    assert "less spend than your split" in capsys.readouterr().out
