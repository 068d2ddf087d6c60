"""Small rules of the outputs: amounts, folder names, the overview."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.budget.plan import make_plan
from bidder.files.tables import format_table
from bidder.jobs.config import load_plan
from bidder.jobs.outputs import money_text, plan_rows, slug
from bidder.jobs.overview import headline, overview
from bidder.jobs.plan import solve_loaded
from bidder.jobs.progress import Silent
from bidder.jobs.scenarios import OWN, as_report_data, scenarios, spread_evenly, surroundings

CONFIGS = Path(__file__).resolve().parents[2] / "configs"


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [(1234.5, "CNY", "1234.50"), (0.0, "CNY", "0.00"), (-0.0, "CNY", "0.00"), (1234.0, "JPY", "1234"),
     (1.5, "KWD", "1.500"), (1e13, "CNY", "10000000000000.00")],
)
def test_money_text(amount, currency, text):
    assert money_text(amount, currency) == text


@given(st.text(max_size=300))
def test_slug_is_always_one_plain_folder_name(name):
    folder = slug(name)
    assert folder and Path(folder).name == folder and not folder.startswith((".", "-"))
    assert len(folder) <= 80 and not set(folder) & set('/\\:*?"<>|\0\n')


@pytest.fixture(scope="module")
def plan():
    return make_plan(load_plan(CONFIGS / "double-11.yaml").spec)


def test_overview_adds_up(plan):
    lines = overview(plan)
    total = lines[-1]
    for kept in ([line for line in lines if line.campaign], [li for li in lines[:-1] if not li.campaign]):
        for name in ("spend", "share", "conversions", "revenue"):
            assert sum(getattr(line, name) for line in kept) == pytest.approx(getattr(total, name), rel=1e-9)
    assert total.spend == pytest.approx(plan.totals["spend"], abs=1e-6)


def test_headline_states_the_objective_only_when_it_is_not_the_metric_itself(plan):
    assert not any(line.startswith("objective") for line in headline(plan))
    loaded = load_plan(CONFIGS / "steady-month.yaml", ["horizon.periods=5"])
    lines = headline(make_plan(loaded.spec))
    assert any(line.startswith("objective (revenue less 2.6 x spend)") for line in lines)


def test_spread_evenly_keeps_totals(plan):
    even = spread_evenly(plan)
    before = plan.spend.reshape(even.shape).sum(axis=1)
    assert even.sum(axis=1) == pytest.approx(before)
    assert (even == even[:, :1]).all()


def test_names_that_a_spreadsheet_would_run_are_guarded(tmp_path):
    config = tmp_path / "plan.yaml"
    text = """
currency: CNY
horizon: {start: 2026-10-20, periods: 2}
objective: {maximize: revenue}
budget: {total: 1000}
channels: {"=SUM(A1)": {campaigns: {"+cmd": {curve: {kind: hill, ceiling: 9, half_spend: 50}}}}}
"""
    config.write_text(text, encoding="utf-8")
    columns, rows = plan_rows(make_plan(load_plan(config).spec))
    read = list(csv.reader(io.StringIO(format_table(columns, rows))))
    assert read[1][:2] == ["'=SUM(A1)", "'+cmd"]


class Counting(Silent):
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.stages: list[tuple[str, int]] = []
        self.steps = self.rounds = 0

    def stage(self, name, steps=0):
        self.stages.append((name, steps))

    def step(self):
        self.steps += 1

    def round(self, one):
        self.rounds += 1


def test_report_is_given_a_frontier_and_scenarios():
    loaded, watch = load_plan(CONFIGS / "double-11.yaml"), Counting()
    plan = solve_loaded(loaded, watch=watch)
    around = surroundings(loaded, plan, "highs", watch)
    assert watch.stages == [("solving", 0), ("solving other budgets", 11)]
    assert watch.rounds == len(plan.solution.rounds) and watch.steps == 11
    assert around.budget[OWN] == 3_000_000
    assert around.objective[OWN] == pytest.approx(plan.objective, rel=2e-6)
    data = as_report_data(around, OWN)
    assert data.plan == OWN and len(data.budgets) == 11
    rows = scenarios(loaded, plan, around, "en")
    assert [r.name for r in rows] == ["this plan", "budget -10%", "budget +10%", "spread evenly"]
    assert rows[1].objective < rows[0].objective < rows[2].objective
    assert "breaks" in rows[3].note and rows[3].objective < rows[0].objective
    assert scenarios(loaded, plan, around, "zh")[0].name == "本方案"


def test_no_frontier_without_a_budget_or_for_a_large_plan():
    for config, settings in (("steady-month", ()), ("min-spend-for-target", ())):
        loaded = load_plan(CONFIGS / f"{config}.yaml", settings)
        watch = Counting()
        assert surroundings(loaded, solve_loaded(loaded), "highs", watch) is None
        assert watch.stages == []


def test_replan_is_compared_with_the_earlier_plan():
    loaded = load_plan(CONFIGS / "replan-midflight.yaml")
    rows = scenarios(loaded, solve_loaded(loaded), None, "en")
    assert [r.name for r in rows] == ["this plan", "earlier plan"]
    assert rows[1].objective < rows[0].objective
