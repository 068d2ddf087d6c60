"""What moved between two plans, what it is worth, and why."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bidder.cli.main import run
from bidder.errors import InputError
from bidder.jobs.compare import run_compare
from bidder.jobs.plan import run_plan

CONFIG = Path(__file__).resolve().parents[2] / "configs" / "double-11.yaml"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    run_plan(CONFIG, folder / "a", report=False)
    settings = ["budget.total=3200000", "constraints.1.max=1400000"]
    run_plan(CONFIG, folder / "b", report=False, overrides=settings)
    return folder


def test_a_plan_beside_itself(runs):
    found = run_compare(runs / "a", runs / "a")
    assert found.moved == 0 and found.reasons == () and found.cells == ()
    assert all(f.change == 0 for f in found.figures)


def test_a_run_and_the_config_it_came_from_are_the_same(runs):
    found = run_compare(runs / "a", CONFIG)
    assert found.moved == 0 and found.reasons == ()


def test_more_budget(runs):
    found = run_compare(runs / "a", runs / "b")
    figures = {f.name: f for f in found.figures}
    assert figures["spend"].change == pytest.approx(200_000, abs=0.02)
    assert figures["objective"].change > 0
    assert sum(m.change for m in found.moves) == pytest.approx(200_000, abs=0.02)
    assert found.moved >= 200_000
    settings = {r.what: (r.a, r.b) for r in found.reasons if r.kind == "setting"}
    assert settings == {
        "budget.total": (3_000_000.0, 3_200_000.0), "constraints.1.max": (1_500_000.0, 1_400_000.0),
    }
    texts = [r.text for r in found.reasons]
    assert any("(cash before the first payout)" in t for t in texts)
    assert any(r.kind == "price" and r.what == "budget total" and r.b < r.a for r in found.reasons)


def test_comparing_the_other_way_round_turns_every_sign(runs):
    there, back = run_compare(runs / "a", runs / "b"), run_compare(runs / "b", runs / "a")
    assert there.moved == back.moved
    turned = {f.name: -(f.change or 0) for f in back.figures}
    assert {f.name: f.change for f in there.figures} == pytest.approx(turned)
    kinds = {"binds_now": "binds_no_more", "binds_no_more": "binds_now"}
    names = {(r.kind, r.what) for r in there.reasons}
    assert names == {(kinds.get(r.kind, r.kind), r.what) for r in back.reasons}


def test_a_table_without_its_summary(runs, tmp_path):
    copy = tmp_path / "mine.csv"
    copy.write_bytes((runs / "a" / "plan.csv").read_bytes())
    found = run_compare(copy, runs / "a")
    figures = {f.name: f for f in found.figures}
    assert figures["spend"].change == pytest.approx(0, abs=1e-6)
    assert figures["profit"].a is None and figures["profit"].change is None
    assert found.reasons == ()


@pytest.mark.parametrize("columns", ["80", "120"])
def test_printed(runs, capsys, monkeypatch, columns):
    monkeypatch.setenv("COLUMNS", columns)
    assert run(["compare", str(runs / "a"), str(runs / "b")]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= int(columns)
    why = "budget.total: 3,000,000 -> 3,200,000"
    for part in ("what it is worth:", "what moved:", "why:", "+200,000", why):
        assert part in out
    assert run(["compare", str(runs / "a"), str(runs / "b"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["moved"] > 0


def test_what_cannot_be_compared(runs, tmp_path, capsys):
    with pytest.raises(InputError, match=r"no plan\.csv in this folder"):
        run_compare(tmp_path, runs / "a")
    with pytest.raises(InputError, match="cannot be read"):
        run_compare(tmp_path / "none.yaml", runs / "a")
    bad = tmp_path / "bad"
    bad.mkdir()
    for file in (runs / "a").iterdir():
        (bad / file.name).write_bytes(file.read_bytes())
    (bad / "summary.json").write_text('{"currency": ', encoding="utf-8")
    assert run(["compare", str(bad), str(runs / "a")]) == 2
    assert "summary.json:1:" in capsys.readouterr().err
    (bad / "summary.json").write_text('{"currency": "USD"}', encoding="utf-8")
    with pytest.raises(InputError, match="two plans in one currency"):
        run_compare(bad, runs / "a")
    (bad / "plan.csv").write_text("channel,campaign,period_start,spend,conversions,revenue\na,b,c,d,1,2\n")
    with pytest.raises(InputError) as caught:
        run_compare(bad, runs / "a")
    assert [p.place.field for p in caught.value.problems] == ["spend", "period_start"]
