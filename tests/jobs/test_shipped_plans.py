"""Every config in configs/ runs from the command line, and its plan.csv keeps every limit exactly."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from plan_recheck import Recheck

from bidder.cli.main import run
from bidder.jobs.config import load_plan

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
PLANS = [
    "double-11", "steady-month", "min-spend-for-target", "risk-averse", "replan-midflight", "weekly-year",
]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """Folder of a config's results; each is run once."""
    folders: dict[str, Path] = {}

    def folder(name: str) -> Path:
        if name not in folders:
            folders[name] = tmp_path_factory.mktemp(name)
            config = str(CONFIGS / f"{name}.yaml")
            assert run(["plan", config, "--out", str(folders[name]), "--quiet", "--no-report"]) == 0
        return folders[name]

    return folder


def summary_of(folder: Path) -> dict:
    return json.loads((folder / "summary.json").read_text(encoding="utf-8"))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_shipped_plan_is_tested():
    shipped = {p.stem for p in CONFIGS.glob("*.yaml")} - {"fit-weekly", "nightly", "rehearsal"}
    assert shipped == set(PLANS)


@pytest.mark.parametrize("name", PLANS)
def test_gap_is_certified(finished, name):
    summary = summary_of(finished(name))
    assert summary["status"] == "optimal"
    assert 0 <= summary["gap"] <= 1e-6
    assert summary["schema_version"] == 1


@pytest.mark.parametrize("name", PLANS)
def test_limits_hold_exactly_when_recomputed_from_the_files(finished, name):
    config = CONFIGS / f"{name}.yaml"
    spec = load_plan(config).spec
    actuals = CONFIGS / spec.actuals if spec.actuals else None
    recheck = Recheck(spec, finished(name) / "plan.csv", actuals)
    for campaign in recheck.names:
        told = [float(recheck.rows[campaign, t]["conversions"]) for t in recheck.periods]
        assert told == pytest.approx(recheck.conversions[campaign], rel=1e-9, abs=1e-9)
    summary = summary_of(finished(name))
    everything = (recheck.names, list(recheck.periods))
    assert summary["revenue"] == pytest.approx(recheck.revenue(*everything), rel=1e-9)
    assert summary["spend"] == float(recheck.money(*everything))
    assert recheck.check() == []


@pytest.mark.parametrize("name", PLANS)
def test_figures_are_plausible(finished, name):
    """Realistic inputs give a ROAS that a shop would believe, and no campaign is left out."""
    summary = summary_of(finished(name))
    assert 3.0 <= summary["roas"] <= 6.5
    assert 170 <= summary["revenue"] / summary["conversions"] <= 230
    spent: dict[str, float] = {}
    for row in rows_of(finished(name) / "plan.csv"):
        key = f"{row['channel']}/{row['campaign']}"
        spent[key] = spent.get(key, 0.0) + float(row["spend"])
    assert min(spent.values()) > 0


def test_double_11_is_held_back_by_what_it_is_meant_to_show(finished):
    limits = rows_of(finished("double-11") / "constraints.csv")
    priced = {r["constraint"] for r in limits if float(r["shadow_price"])}
    shown = {"budget total", "social share max", "cash before the first payout", "gift box stock",
             "kol/posts lots max", "retargeting/visitors audience"}
    assert shown <= priced


def test_retargeting_pool_dries_up_without_search(finished, tmp_path):
    """Starve search, and the retargeting campaign cannot spend what it spent before."""
    def retargeted(folder: Path) -> float:
        rows = rows_of(folder / "plan.csv")
        return sum(float(r["spend"]) for r in rows if r["channel"] == "retargeting")

    settings = [f"channels.{c}.spend.max={most}" for c, most in (("search", 150_000), ("social", 150_000))]
    settings += ["channels.search.spend.share=[0, 1]", "channels.social.spend.share=[0, 1]"]
    flags = [flag for setting in settings for flag in ("--set", setting)]
    code = run(["plan", str(CONFIGS / "double-11.yaml"), "--out", str(tmp_path), "-q", "--no-report", *flags])
    assert code == 0
    assert retargeted(tmp_path) < 0.8 * retargeted(finished("double-11"))


def test_caution_costs_mean_profit_and_lowers_the_risky_campaign(finished, tmp_path):
    code = run(["plan", str(CONFIGS / "risk-averse.yaml"), "--out", str(tmp_path), "-q", "--no-report",
                "--set", "risk.objective=mean"])
    assert code == 0
    live = [
        sum(float(r["spend"]) for r in rows_of(folder / "plan.csv") if r["campaign"] == "live")
        for folder in (finished("risk-averse"), tmp_path)
    ]
    assert live[0] < live[1]
    assert summary_of(finished("risk-averse"))["profit"] <= summary_of(tmp_path)["profit"]


def test_replan_locks_what_happened_and_stays_near_the_old_plan(finished):
    rows = rows_of(finished("replan-midflight") / "plan.csv")
    key = ("channel", "campaign", "period_start")
    actual = {tuple(r[k] for k in key): r for r in rows_of(CONFIGS / "double-11-actuals.csv")}
    past = [r for r in rows if r["past"] == "true"]
    assert len(past) == len(actual) == 13 * 8
    for row in past:
        real = actual[tuple(row[k] for k in key)]
        assert (row["spend"], float(row["conversions"])) == (real["spend"], float(real["conversions"]))
    moves = [abs(float(r["spend"]) - float(r["old_spend"])) for r in rows if r["past"] == "false"]
    assert 0 < max(moves) <= 15_000 + 1e-9


def test_old_plan_of_the_replan_is_the_plan_of_double_11(finished):
    old = [float(r["spend"]) for r in rows_of(CONFIGS / "double-11-plan.csv")]
    now = [float(r["spend"]) for r in rows_of(finished("double-11") / "plan.csv")]
    # Two plans within the certified gap of each other may differ by a little in every cell.
    assert sum(abs(a - b) for a, b in zip(old, now, strict=True)) <= 0.01 * sum(now)


def test_the_recheck_sees_one_fen_too_much(finished, tmp_path):
    rows = rows_of(finished("double-11") / "plan.csv")
    row = next(r for r in rows if r["campaign"] == "category")
    row["spend"] = f"{float(row['spend']) + 1.01:.2f}"
    copy = tmp_path / "plan.csv"
    with copy.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    broken = Recheck(load_plan(CONFIGS / "double-11.yaml").spec, copy).check()
    assert any(line.startswith("budget") for line in broken)
