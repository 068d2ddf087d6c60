"""The nightly job against a market that answers: what it is shown, who plays beside it, and how it fares."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from bidder.cli.main import run
from bidder.errors import InputError
from bidder.files.yaml_reader import read_document
from bidder.jobs.generate import run_generate
from bidder.jobs.rehearse import run_rehearse
from bidder.jobs.rehearse_policies import NARROW, WIDE, Decision, as_begun, best_level, oracle, within
from bidder.jobs.rehearse_reports import COLUMNS, PlayedReports
from bidder.reports.rehearsal_data import turns
from bidder.worlds.keywords import whole_minor
from bidder.worlds.played import PlayedWorld
from bidder.worlds.spec import WorldSpec

ROOT = Path(__file__).parents[2]
NIGHTLY, JOB = ROOT / "simulations" / "worlds" / "nightly.yaml", ROOT / "configs" / "rehearsal.yaml"
WORLD = """\
name: tiny
seed: 5
calendar: {start: 2026-11-09, days: 8}
visitors: {users: 2000}
channels:
  search:
    kind: search
    auctions: 60000
    delay: {soon_share: 0.3, late_days: 2}
    keywords:
      - {kind: core, count: 6, traffic: 2, ctr: 0.2, cvr: 0.2}
      - {kind: long_tail, count: 12, traffic: 1, ctr: 0.2, cvr: 0.3}
    competitors:
      - {name: 旗舰店, count: 3, value_share: 0.25, daily_budget: 4000}
    ours: {level_spread: 0, bid_error: 0.6}
"""
CONFIG = """\
name: tiny-nights
account: {name: shop, currency: CNY, time_zone: Asia/Shanghai, platform: generic}
reports: [{path: nowhere.csv}]
target: {roas: 4.0}
budget: {daily: 60000}
guardrails: {bid: {min: 0.05, max: 100}}
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("rehearse")
    (folder / "world.yaml").write_text(WORLD, encoding="utf-8")
    (folder / "bids.yaml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def spec(files):
    return read_document(files / "world.yaml", WorldSpec)[0]


@pytest.fixture
def played(spec):
    world = PlayedWorld(spec)
    for day in range(8):
        world.play_day(day)
    return world


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_reports_of_the_last_evening_are_those_of_the_generated_world(files, played, tmp_path):
    run_generate(files / "world.yaml", tmp_path / "world")
    PlayedReports(played, tmp_path).write(7)
    for name in COLUMNS:
        theirs = [row for row in rows(tmp_path / name) if row.get("impressions") != "0"]
        assert theirs == rows(tmp_path / "world" / name), name


def test_reports_know_what_has_been_reported_by_then(played, tmp_path):
    PlayedReports(played, tmp_path).write(2)
    words = rows(tmp_path / "keyword_report.csv")
    assert {row["date"] for row in words} == {"2026-11-09", "2026-11-10", "2026-11-11"}
    assert len(words) == 3 * 18  # also keywords without an impression, for their bids
    for day in range(3):
        known = sum(int(r["conversions"]) for r in words if r["date"] == f"2026-11-{9 + day:02d}")
        sales = played.results[day].sales
        assert known == (sales.reported < played.known_by(2)).sum() < len(sales.reported)
    for name in ("hour_report.csv", "search_lag.csv"):
        assert sum(int(r["conversions"]) for r in rows(tmp_path / name)) == sum(
            int(r["conversions"]) for r in words
        )
    cost = sum(Decimal(r["cost"]) for r in words)
    assert cost == Decimal(int(sum(r.shown[:, 2].sum() for r in played.results[:3]))) / 1_000_000


def test_reports_written_every_evening_are_those_written_once(played, tmp_path):
    (tmp_path / "once").mkdir()
    nightly = PlayedReports(played, tmp_path)
    for day in range(8):
        nightly.write(day)
    PlayedReports(played, tmp_path / "once").write(7)
    for name in COLUMNS:
        assert (tmp_path / name).read_bytes() == (tmp_path / "once" / name).read_bytes()


class Steady:
    """Bids a little less every night; remembers what it was asked."""

    def __init__(self, loaded, world, folder):
        self.world, self.asked, self.budget = world, [], loaded.spec.budget.daily

    def decide(self, last):
        self.asked.append((last, self.world.next_day))
        bids = whole_minor(self.world.results[last].bids * 0.95 / 1e6, "CNY")
        flat = np.ones((2, 168))
        return Decision(bids, flat, 0.95 ** len(self.asked), 1.0, "roas", self.budget, 100.0, 18, False)


def rehearse(files, out, **more):
    chosen = {"nights": 4, "history": 3, "policy": Steady, **more}
    return run_rehearse(files / "bids.yaml", files / "world.yaml", out, **chosen)


def test_nights_follow_the_history_and_nobody_sees_tomorrow(files, tmp_path):
    made = []
    outcome = rehearse(files, tmp_path, policy=lambda *given: made.append(Steady(*given)) or made[0])
    assert made[0].asked == [(2, 3), (3, 4), (4, 5), (5, 6)]
    nights = outcome.rehearsal.nights
    assert [n.day for n in nights] == [date(2026, 11, d) for d in (12, 13, 14, 15)]
    spend = [n.loop.spend / n.fixed.spend for n in nights]
    assert spend[0] < 1 and spend == sorted(spend, reverse=True)


def test_files_and_summary(files, tmp_path):
    outcome = rehearse(files, tmp_path)
    assert set(outcome.files) == {p.name for p in tmp_path.iterdir()} == {
        "rehearsal.csv", "report.html", "summary.json"
    }
    table = rows(tmp_path / "rehearsal.csv")
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert len(table) == summary["nights"] == 4 and summary == outcome.summary
    assert summary["loop"]["revenue"] == pytest.approx(sum(float(r["revenue"]) for r in table), abs=0.05)
    assert summary["revenue_to_fixed"] == pytest.approx(
        summary["loop"]["revenue"] / sum(float(r["fixed_revenue"]) for r in table), rel=1e-4
    )
    again = rehearse(files, tmp_path, report=False)
    assert set(again.files) == {p.name for p in tmp_path.iterdir()} == {"rehearsal.csv", "summary.json"}


def test_the_same_seed_gives_the_same_bytes(files, tmp_path):
    for name, seed in (("a", None), ("b", 5), ("c", 6)):
        rehearse(files, tmp_path / name, seed=seed)
    a, b, c = ((tmp_path / n / "rehearsal.csv").read_bytes() for n in "abc")
    assert a == b != c
    assert (tmp_path / "a" / "report.html").read_bytes() == (tmp_path / "b" / "report.html").read_bytes()


def test_measured_roas_scatters_around_the_true_one(files, tmp_path):
    nights = rehearse(files, tmp_path).rehearsal.nights
    measured = sum(n.measured_revenue for n in nights) / sum(n.measured_spend for n in nights)
    true = sum(n.loop.revenue for n in nights) / sum(n.loop.spend for n in nights)
    assert measured == pytest.approx(true, rel=0.12) and measured != true


def test_an_oracle_keeps_target_and_budget(spec):
    world = PlayedWorld(spec)
    free = oracle(world, 4.0)
    for day in range(3):
        found = free.night(day, None)
        assert found.roas == pytest.approx(4.0, rel=0.01)
        bids = whole_minor(world.true_value / 4.0 * free.factor, "CNY")
        replayed = world.try_day(day, bids, world.true_schedule).expected
        assert replayed.spend == pytest.approx(found.spend, rel=0.03)
    held = oracle(world, 4.0).night(1, found.spend / 2)
    assert held.spend == pytest.approx(found.spend / 2, rel=0.01) and held.roas > 4.0


def test_knowing_the_truth_is_worth_more_than_any_level_of_the_bids_of_the_beginning():
    world = PlayedWorld(read_document(NIGHTLY, WorldSpec)[0])
    best, begun = oracle(world, 4.0), as_begun(world, 4.0)
    for day in (40, 41):
        known, scaled = best.night(day, None), begun.night(day, None)
        assert known.roas == pytest.approx(4.0, rel=0.01) and scaled.roas == pytest.approx(4.0, rel=0.01)
        assert known.revenue > 1.05 * scaled.revenue


def test_the_best_level_is_the_highest_that_keeps_both(spec):
    """Against the finest steps, one by one."""
    world = PlayedWorld(spec)
    fine = np.exp(np.linspace(-0.7, 0.7, 281))
    own = world.keywords.max_cpc
    coarse, steps = world.try_day(2, own, levels=WIDE.tolist()), world.try_day(2, own, levels=fine.tolist())
    expected = [steps.expected_at(k) for k in range(len(fine))]
    for target, budget in ((3.0, None), (5.0, None), (2.0, expected[150].spend), (100.0, None), (0.1, None)):
        kept = [k for k, e in enumerate(expected) if e.roas >= target and e.spend <= (budget or np.inf)]
        factor, found = best_level(coarse, target, budget)
        assert factor == pytest.approx(fine[max(kept, default=0)], rel=0.03)
        assert found.spend == pytest.approx(expected[max(kept, default=0)].spend, rel=0.06)
    assert NARROW[0] > WIDE[0] and NARROW[-1] < WIDE[-1]


def test_a_platform_ends_the_day_with_its_budget(spec):
    expected = PlayedWorld(spec).try_day(0).expected
    assert within(expected, None) == within(expected, expected.spend) == expected
    half = within(expected, expected.spend / 2)
    assert half.spend == pytest.approx(expected.spend / 2) and half.roas == pytest.approx(expected.roas)


def test_turns_of_the_multiplier():
    assert turns([]) == turns([1.0]) == turns([1.0, 1.01, 1.0, 1.01]) == 0
    assert turns([1.0, 1.1, 1.2, 1.15, 1.1]) == 1
    assert turns([1.0, 1.1, 1.0, 1.1, 1.0]) == 3
    assert turns([1.3, 1.1, 1.0, 1.005, 0.99]) == 0


def test_settling_is_for_good_and_a_full_budget_is_no_fault(files, tmp_path):
    done = rehearse(files, tmp_path).rehearsal
    night = done.nights[0]

    def with_roas(*values, bound="roas", phase=""):
        made = [
            replace(night, loop=replace(night.loop, spend=1.0, revenue=4 * v), bound_by=bound, phase=phase)
            for v in values
        ]
        return replace(done, nights=tuple(made))

    assert with_roas(1.2, 1.0, 0.96, 1.04).settled == 2
    assert with_roas(1.2, 1.0, 0.94).settled is None
    assert with_roas(1.0, 1.0).settled == 1
    assert with_roas(1.2, bound="budget").settled == 1 and with_roas(0.9, bound="budget").settled is None
    assert with_roas(0.5, 2.0, phase="peak").settled == 1


def test_everything_that_does_not_fit_is_told_at_once(files, tmp_path):
    settings = ("account.currency=USD", "account.time_zone=Europe/Berlin", "target={cpa: 40}")
    with pytest.raises(InputError) as caught:
        rehearse(files, tmp_path, overrides=settings, nights=6)
    said = str(caught.value)
    for part in (
        "the account's currency is USD; expected CNY", "the account's time zone is Europe/Berlin",
        "a rehearsal needs a target ROAS", "history and nights take 9 days; expected at most 8",
    ):
        assert part in said
    assert not list(tmp_path.iterdir())


def test_a_world_without_search_is_refused(files, tmp_path):
    with pytest.raises(InputError, match="has no search channel"):
        run_rehearse(files / "bids.yaml", ROOT / "simulations" / "worlds" / "display.yaml", tmp_path)


def test_the_job_itself_plays_through_files_and_the_command_line(files, tmp_path, capsys):
    arguments = ["--world", str(files / "world.yaml"), "--nights", "2", "--history", "5"]
    words = ["bids", "rehearse", str(files / "bids.yaml"), *arguments, "--out", str(tmp_path)]
    assert run([*words, "--json"]) == 0
    printed = capsys.readouterr()
    summary = json.loads(printed.out)
    assert summary["nights"] == 2 and "written to" in printed.err
    table = rows(tmp_path / "rehearsal.csv")
    assert all(int(row["changed"]) > 0 and row["stopped"] == "0" for row in table)
    assert run([*words, "--no-report"]) == 0
    said = capsys.readouterr().out
    assert "2026-11-15" in said and "of that of an oracle" in said
    assert not (files / "ledger.db").exists() and not (tmp_path / "report.html").exists()


def test_a_stopped_night_changes_nothing(files, tmp_path):
    stop = ("guardrails.stop={spend_change: 0.0001}", "exploration.enabled=false")
    nights = rehearse(files, tmp_path, policy=None, overrides=stop, nights=2, history=5).rehearsal.nights
    assert all(n.stopped and n.changed == 0 and n.loop == n.fixed for n in nights)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [4, 5, 6])
def test_thirty_nights_come_to_the_target_and_stay_there(tmp_path, seed):
    """What the job's reports can tell of the truth is enough to keep within 5% of the target.

    The promotion day is told beforehand, as a planner would: there the budget binds, so that its ROAS lies
    above the target.
    """
    outcome = run_rehearse(JOB, NIGHTLY, tmp_path, seed=seed, report=False)
    rehearsal = outcome.rehearsal
    (promotion,) = (n for n in rehearsal.nights if n.phase)
    later = [n for k, n in enumerate(rehearsal.nights, 1) if k >= 10 and not n.phase]
    assert len(later) == 20
    assert max(abs(rehearsal.off(n)) for n in later) <= 0.05
    assert promotion.bound_by == "budget" and promotion.loop.roas > rehearsal.target
    assert all(n.loop.spend <= n.budget for n in rehearsal.nights)
    assert rehearsal.turns <= 2 and not any(n.stopped for n in rehearsal.nights)
    assert rehearsal.revenue("loop") >= 1.1 * rehearsal.revenue("fixed")
    assert rehearsal.revenue("loop") >= 1.1 * rehearsal.revenue("fixed_alike")
