"""More budget: never less value, a price that falls, and the same plans as solved one by one."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from bidder.cli.main import run
from bidder.errors import InfeasibleError, InputError
from bidder.jobs.frontier import run_frontier
from bidder.jobs.plan import run_plan

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
CONFIG = CONFIGS / "double-11.yaml"


def test_value_rises_and_its_price_falls(tmp_path):
    outcome = run_frontier(CONFIG, 1_000_000, 4_500_000, 6, tmp_path / "out")
    found = outcome.found
    assert (np.diff(found.objective) > 0).all() and (np.diff(found.marginal) < 0).all()
    assert (found.gap <= 1e-6).all() and (found.spend <= found.budget).all()
    rows = list(csv.DictReader((tmp_path / "out/frontier.csv").open(encoding="utf-8")))
    assert [float(r["objective"]) for r in rows] == found.objective.tolist()
    assert rows[0]["budget"] == "1000000.00" and rows[0]["feasible"] == "true"
    document = json.loads((tmp_path / "out/frontier.json").read_text(encoding="utf-8"))
    assert len(document["points"]) == 6
    assert (tmp_path / "out/frontier.html").stat().st_size > 100_000


def test_each_point_is_the_plan_of_that_budget(tmp_path):
    found = run_frontier(CONFIG, 2_000_000, 3_000_000, 2).found
    for budget, value in zip(found.budget, found.objective, strict=True):
        plan = run_plan(CONFIG, tmp_path, report=False, overrides=[f"budget.total={budget:.0f}"]).plan
        assert value == pytest.approx(plan.objective, rel=2e-6)


def test_price_is_the_slope():
    """Finite differences of the certified values; both carry a gap of at most 1e-9."""
    step = 2_000.0
    found = run_frontier(CONFIG, 2e6 - step, 2e6 + step, 3, gap=1e-10).found
    slope = (found.objective[2] - found.objective[0]) / (2 * step)
    assert found.marginal[1] == pytest.approx(slope, rel=2e-3)


def test_default_range_is_around_the_budget():
    found = run_frontier(CONFIG, steps=3).found
    assert found.budget.tolist() == [1_500_000, 3_000_000, 4_500_000]


@pytest.mark.parametrize(
    ("low", "high", "steps", "words"),
    [(5, 2, 5, "--to: found 2; expected an amount above --from"), (-1, 2, 5, "--from: found -1"),
     (1e6, 2e6, 1, "--steps: found 1"), (1e6, float("nan"), 3, "--to: found nan"),
     (1e6, 2e6, 10**9, "--steps")],
)
def test_bad_ranges(low, high, steps, words):
    with pytest.raises(InputError) as caught:
        run_frontier(CONFIG, low, high, steps)
    assert words in str(caught.value)


def test_a_plan_without_budget_needs_a_range(capsys):
    assert run(["frontier", str(CONFIGS / "steady-month.yaml")]) == 2
    assert "steady-month.yaml:11:" in capsys.readouterr().err
    args = ["--from", "5e5", "--to", "9e5", "--steps", "2"]
    assert run(["frontier", str(CONFIGS / "steady-month.yaml"), *args]) == 0


def test_budgets_too_small_for_the_minimums(capsys):
    assert run(["frontier", str(CONFIG), "--from", "100000", "--to", "1000000", "--steps", "4"]) == 0
    out = capsys.readouterr().out
    assert "no plan keeps all limits at this budget (1 of 4)" in out
    with pytest.raises(InfeasibleError) as caught:
        run_frontier(CONFIG, 1000, 2000, 2)
    assert all(conflict.place is not None for conflict in caught.value.conflicts)


def test_json(capsys):
    assert run(["frontier", str(CONFIG), "--steps", "2", "--json"]) == 0
    assert [p["budget"] for p in json.loads(capsys.readouterr().out)["points"]] == [1_500_000, 4_500_000]
