"""Loading a plan with everything it refers to."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bidder.budget.spec_campaign import GeometricCarryover, HillCurve
from bidder.errors import InputError
from bidder.jobs.config import load_plan

PLAN = """\
currency: EUR
horizon: {start: 2026-11-02, periods: 3, period: week}
objective: {maximize: revenue}
budget: {total: 1000}
channels:
  search:
    campaigns:
      brand:
        curve: {from: fit/curves.yaml}
        order_value: 50
  social:
    campaigns:
      feed:
        curve: {kind: hill, ceiling: 10, half_spend: 100}
"""
CURVES = """\
schema_version: 1
unit: revenue
currency: EUR
period: week
history: {start: 2025-11-03, end: 2026-10-26}
curves:
  brand: {kind: hill, ceiling: 1000.0, half_spend: 200.0, slope: 1.5, retention: 0.3, carryover_periods: 4,
          last_spend: [1, 2, 3], spread: 0.25}
  search/generic: {kind: hill, ceiling: 10, half_spend: 20}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a plan and its curves."""
    (tmp_path / "fit").mkdir()
    (tmp_path / "plan.yaml").write_text(PLAN)
    (tmp_path / "fit" / "curves.yaml").write_text(CURVES)
    return tmp_path


def edit(path: Path, old: str, new: str) -> None:
    """Change a file."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def complaints(folder: Path) -> list[str]:
    """Every problem as it is shown, without the folder."""
    with pytest.raises(InputError) as caught:
        load_plan(folder / "plan.yaml")
    return [str(p).replace(f"{folder}/", "") for p in caught.value.problems]


def test_a_fitted_curve_brings_all_it_knows(folder: Path) -> None:
    plan = load_plan(folder / "plan.yaml", ["risk.seed=3"])
    brand = plan.spec.campaigns()["search/brand"]
    assert brand.curve == HillCurve(kind="hill", ceiling=20, half_spend=200, slope=1.5)
    assert brand.carryover == GeometricCarryover(kind="geometric", retention=0.3, periods=4)
    assert brand.carry_in == [1, 2, 3]
    assert plan.spec.risk is not None and plan.spec.risk.campaigns == {"search/brand": 0.25}
    assert plan.notes == () and plan.actuals is None and plan.old_plan is None
    assert str(plan.place(("channels", "search", "campaigns", "brand", "order_value"))).endswith(
        "plan.yaml:10:22"
    )


def test_what_the_plan_says_itself_comes_first(folder: Path) -> None:
    edit(
        folder / "plan.yaml",
        "        order_value: 50\n",
        "        order_value: 50\n        carryover: {kind: weights, weights: [1]}\n        carry_in: [9]\n",
    )
    plan = load_plan(folder / "plan.yaml", ["risk={campaigns: {search/brand: 0.1}}"])
    brand = plan.spec.campaigns()["search/brand"]
    assert brand.carry_in == [9] and brand.carryover is not None and brand.carryover.kind == "weights"
    assert plan.spec.risk is not None and plan.spec.risk.campaigns == {"search/brand": 0.1}


def test_conversions_need_no_order_value(folder: Path) -> None:
    edit(folder / "fit" / "curves.yaml", "unit: revenue", "unit: conversions")
    curve = load_plan(folder / "plan.yaml").spec.campaigns()["search/brand"].curve
    assert isinstance(curve, HillCurve) and curve.ceiling == 1000


def test_a_gap_after_the_history_is_noted(folder: Path) -> None:
    edit(folder / "plan.yaml", "2026-11-02", "2026-11-09")
    plan = load_plan(folder / "plan.yaml")
    assert plan.spec.campaigns()["search/brand"].carry_in == []
    assert (
        "the plan starts on 2026-11-09, but the history in fit/curves.yaml goes on to 2026-11-02"
        in plan.notes[0]
    )


@pytest.mark.parametrize(
    ("name", "key"), [("search/generic", "campaign: search/generic"), ("brand", "campaign: brand")]
)
def test_a_curve_by_name(folder: Path, name: str, key: str) -> None:
    edit(folder / "plan.yaml", "{from: fit/curves.yaml}", f"{{from: fit/curves.yaml, {key}}}")
    curve = load_plan(folder / "plan.yaml").spec.campaigns()["search/brand"].curve
    assert isinstance(curve, HillCurve) and curve.half_spend == (20 if name == "search/generic" else 200)


def test_a_curve_that_is_not_there(folder: Path) -> None:
    edit(folder / "plan.yaml", "{from: fit/curves.yaml}", "{from: fit/curves.yaml, campaign: bland}")
    assert complaints(folder) == [
        "plan.yaml:9:50: fit/curves.yaml has no curve 'bland'; expected one of brand, search/generic, "
        "did you mean 'brand'?"
    ]
    edit(folder / "plan.yaml", ", campaign: bland", "")
    edit(folder / "fit" / "curves.yaml", "  brand:", "  brandt:")
    assert complaints(folder)[0].startswith(
        "plan.yaml:9:23: fit/curves.yaml has no curve 'search/brand' or 'brand'; expected"
    )


def test_curves_that_do_not_fit_the_plan(folder: Path) -> None:
    edit(folder / "fit" / "curves.yaml", "period: week", "period: day")
    edit(folder / "fit" / "curves.yaml", "currency: EUR", "currency: CNY")
    edit(folder / "plan.yaml", "order_value: 50", "order_value: 0")
    assert complaints(folder) == [
        "plan.yaml:9:23: the curves in fit/curves.yaml are fitted per day, the plan's period is a week; "
        "expected horizon period day",
        "plan.yaml:9:23: the curves in fit/curves.yaml are in CNY, the plan is in EUR; expected "
        "curves fitted in EUR",
        "plan.yaml:10:22: order_value is 0, but the fitted curve counts revenue; expected the revenue of one "
        "conversion",
    ]


def test_problems_of_all_files_come_together(folder: Path) -> None:
    edit(folder / "fit" / "curves.yaml", "slope: 1.5", "slope: -1.5")
    edit(folder / "plan.yaml", "budget: {total: 1000}\n", "budget: {total: 1000}\nactuals: past.csv\n")
    with (folder / "plan.yaml").open("a") as plan:
        plan.write("replan: {from: nothing.csv}\nconstraints: [{kind: roas, min: 1, scope: {channel: tv}}]\n")
    (folder / "past.csv").write_text(
        "channel,campaign,period_start,spend,conversions\nsearch,brnd,2026-11-02,1,x\n"
    )
    assert complaints(folder) == [
        "plan.yaml:16:16: nothing.csv cannot be read: No such file or directory",
        "plan.yaml:17:53: unknown channel 'tv'; expected one of search, social",
        "fit/curves.yaml:7:66: found -1.5; expected a number above 0 (Unitless; at most 1: "
        "concave, above 1: S-shaped)",
        "past.csv:row 2, column campaign: unknown campaign 'search/brnd'; "
        "expected one of search/brand, social/feed, did you mean 'search/brand'?",
        "past.csv:row 2, column conversions: found 'x'; expected a number of at least 0 (conversions)",
    ]


def test_a_curves_file_that_is_missing_is_named_where_it_is_asked_for(folder: Path) -> None:
    (folder / "fit" / "curves.yaml").unlink()
    assert complaints(folder) == ["plan.yaml:9:23: fit/curves.yaml cannot be read: No such file or directory"]


def test_actuals_and_the_old_plan(folder: Path) -> None:
    with (folder / "plan.yaml").open("a") as plan:
        plan.write("actuals: past.csv\nreplan: {from: old/plan.csv, penalty: 0.1}\n")
    header = "channel,campaign,period_start,spend,conversions\n"
    rows = [
        f"{c},{d},{k}.5,1\n"
        for c in ("search,brand", "social,feed")
        for k, d in enumerate(("2026-11-02", "2026-11-09", "2026-11-16"))
    ]
    (folder / "past.csv").write_text(header + rows[0] + rows[3])
    (folder / "old").mkdir()
    (folder / "old" / "plan.csv").write_text(header + "".join(rows))
    plan = load_plan(folder / "plan.yaml")
    assert plan.actuals is not None and plan.old_plan is not None
    np.testing.assert_array_equal(plan.actuals.spend, [[0.5], [0.5]])
    np.testing.assert_array_equal(plan.old_plan, [[0.5, 1.5, 2.5]] * 2)


def test_too_many_cells_do_not_cost_memory(folder: Path) -> None:
    with (folder / "plan.yaml").open("a") as plan:
        plan.write("actuals: past.csv\n")
    text = (folder / "plan.yaml").read_text()
    more = "".join(f"      c{k}: {{curve: {{kind: log, scale: 1, spend_scale: 1}}}}\n" for k in range(70))
    (folder / "plan.yaml").write_text(
        text.replace("periods: 3,", "periods: 3660,").replace("actuals", more + "actuals")
    )
    assert complaints(folder)[0] == (
        "plan.yaml:2:1: 263,520 cells (campaigns x periods); "
        "expected at most 200,000: fewer or longer periods"
    )


def test_remarks_are_passed_on(folder: Path) -> None:
    notes = load_plan(
        folder / "plan.yaml", ["objective={minimize: spend}", "channels.search.spend={min: 5}"]
    ).notes
    assert notes == ("--set objective: no outcome constraint says what the spend is for",)
