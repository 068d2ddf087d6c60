"""The steps of a night: what each writes, what it refuses, and that nothing is done twice."""

from __future__ import annotations

import csv
import json
import os
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from bids_accounts import LAST, Account, all_files, bids_of

from bidder.cli.main import run
from bidder.files.change_sheets import read_change_sheets
from bidder.ledger.ledger import open_ledger

NEXT = LAST + timedelta(days=1)


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Account:
    monkeypatch.chdir(tmp_path)
    return Account(tmp_path).write()


def bids(*words: object) -> int:
    return run(["bids", *map(str, words)])


def propose(day=LAST, out="out") -> int:
    return bids("propose", "night.yaml", "--date", day, "--out", out, "--quiet", "--no-report")


def nightly(day=LAST, *more: object) -> int:
    return bids("nightly", "night.yaml", "--date", day, "--quiet", "--no-report", *more)


AUTO = "--auto-approve-within-guardrails"


def only_run(day=LAST) -> Path:
    (folder,) = Path("runs/night").glob(f"{day}-*")
    return folder


def fen(text: str) -> int:
    return round(float(text) * 100)


def test_propose_writes_its_run_folder_and_nothing_else(shop):
    before = all_files(shop.folder)
    assert propose() == 0
    after = all_files(shop.folder)
    new = set(after) - set(before)
    assert {name: after[name] for name in before} == before
    assert all(name.startswith(f"out{os.sep}") for name in new)
    assert {Path(name).name for name in new} >= {"bids.csv", "schedule.csv", "summary.json", "run.json"}


def test_every_keyword_has_a_row_with_its_reason(shop):
    assert propose() == 0
    rows = bids_of(Path("out"))
    assert list(rows) == sorted(shop.names) and len(rows) == 12
    with Path("out/bids.csv").open(encoding="utf-8") as stream:
        header = stream.readline().strip()
    assert header.startswith(
        "campaign,ad_group,keyword,match_type,old_max_cpc,new_max_cpc,value_per_click,clicks,maturity,reason,bound_by"
    )
    for row in rows.values():
        old, new = fen(row["old_max_cpc"]), fen(row["new_max_cpc"])
        assert 0.7 * old - 1e-9 <= new <= 1.2 * old + 1e-9
        assert row["reason"] and (row["bound_by"] or old != new)


def test_the_week_has_no_gap(shop):
    assert propose() == 0
    with Path("out/schedule.csv").open(encoding="utf-8", newline="") as stream:
        blocks = list(csv.DictReader(stream))
    for campaign in ("shoes", "连衣裙"):
        for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun"):
            mine = [b for b in blocks if (b["campaign"], b["weekday"]) == (campaign, day)]
            assert mine[0]["start"] == "00:00" and mine[-1]["end"] == "24:00" and len(mine) <= 6
            assert all(a["end"] == b["start"] for a, b in pairwise(mine))


def test_same_inputs_same_bytes(shop):
    assert bids("propose", "night.yaml", "--date", LAST, "--out", "out", "--quiet") == 0
    first = all_files(Path("out"))
    assert bids("propose", "night.yaml", "--date", LAST, "--out", "out", "--quiet") == 0
    assert all_files(Path("out")) == first and "report.html" in first
    assert bids("propose", "night.yaml", "--date", LAST, "--out", "elsewhere", "--quiet") == 0
    assert all_files(Path("elsewhere")) == first


def test_from_proposal_to_rollback(shop, capsys):
    assert propose() == 0
    assert bids("show", "out") == 0
    assert "bids change" in capsys.readouterr().out
    assert bids("show", "out", "--keyword", "keyword 003") == 0
    assert "a click is worth" in capsys.readouterr().out
    assert bids("export", "out") == 2  # not in the ledger yet
    assert bids("rollback", "out") == 2
    assert bids("approve", "out", "-q") == 0 and bids("approve", "out", "-q") == 0
    capsys.readouterr()
    assert bids("export", "out", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "exported" and told["files"]
    rows = bids_of(Path("out"))
    changed = {key: row for key, row in rows.items() if row["old_max_cpc"] != row["new_max_cpc"]}
    sheet = read({Path(told["folder"]) / name for name in told["files"]})
    assert sheet == {key: fen(row["new_max_cpc"]) for key, row in changed.items()}
    assert bids("rollback", "out", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "rolled_back"
    sheet = read({Path(told["folder"]) / name for name in told["files"]})
    assert sheet == {key: fen(row["old_max_cpc"]) for key, row in changed.items()}
    assert bids("approve", "out") == 4 and bids("export", "out") == 4


def read(files: set[Path]) -> dict[tuple[str, ...], int]:
    """Bids of change sheets in fen, by keyword."""
    sheet = read_change_sheets("google_ads", {p.name: p.read_bytes() for p in files})
    return {row[:4]: row[5] // 10_000 for row in sheet.bids.rows()}


def test_a_night_waits_for_approval_unless_told_otherwise(shop, capsys):
    assert nightly() == 0
    assert not Path("exports").exists()
    capsys.readouterr()
    assert bids("history", "night.yaml", "--json") == 0
    (run_,) = json.loads(capsys.readouterr().out)
    assert run_["state"] == "planned"
    assert nightly(LAST, AUTO) == 0
    assert bids("history", "night.yaml", "--json") == 0
    (run_,) = json.loads(capsys.readouterr().out)
    assert run_["state"] == "exported" and len(list(Path("exports").iterdir())) == 1


def test_a_second_start_changes_nothing(shop):
    assert nightly(LAST, AUTO) == 0
    first = {k: v for k, v in all_files(shop.folder).items() if "ledger" not in k}
    assert nightly(LAST, AUTO) == 0
    assert {k: v for k, v in all_files(shop.folder).items() if "ledger" not in k} == first


def test_bids_are_measured_from_the_recorded_reference(shop):
    """A report that already shows the night's new bids leads to the same bids, not to a second raise."""
    assert nightly(LAST, AUTO) == 0
    first = bids_of(only_run())
    in_force = {j: fen(first[name]["new_max_cpc"]) for j, name in enumerate(shop.names)}
    shop.bids = in_force
    shop.write()
    assert propose() == 0
    again = bids_of(Path("out"))
    for name, row in first.items():
        assert again[name]["old_max_cpc"] == row["old_max_cpc"]
        limit = 1.2 * float(row["old_max_cpc"])
        assert float(again[name]["new_max_cpc"]) <= limit + 1e-9
    # And it cannot be approved beside the run that is in force.
    assert bids("approve", "out") == 4


def test_the_next_night_confirms_and_respects_humans(shop, capsys):
    assert nightly(LAST, AUTO) == 0
    first = bids_of(only_run())
    names = shop.names
    changed = [j for j, name in enumerate(names) if first[name]["old_max_cpc"] != first[name]["new_max_cpc"]]
    in_force = {j: fen(first[name]["new_max_cpc"]) for j, name in enumerate(names)}
    edited, ignored = changed[0], changed[1]
    in_force[edited] += 7
    in_force[ignored] = fen(first[names[ignored]]["old_max_cpc"])
    shop.next_day(in_force)
    capsys.readouterr()
    assert bids("nightly", "night.yaml", "--date", NEXT, "--json", "--no-report", AUTO) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["confirmation"] == {
        "effect": len(changed) - 2, "not_applied": 1, "edited": 1, "missing": 0
    }
    second = bids_of(only_run(NEXT))
    assert second[names[edited]]["bound_by"] == "human_edit"
    assert second[names[edited]]["new_max_cpc"] == second[names[edited]]["old_max_cpc"]
    assert fen(second[names[edited]]["old_max_cpc"]) == in_force[edited]
    with open_ledger("sqlite:///ledger.db", shop.folder, read_only=True) as ledger:
        assert [r.state.value for r in ledger.history("shop")] == ["exported", "confirmed"]


def test_a_later_night_has_to_be_rolled_back_first(shop):
    assert nightly(LAST, AUTO) == 0
    first = only_run()
    shop.next_day()
    assert nightly(NEXT, AUTO) == 0
    assert bids("rollback", first) == 4
    assert bids("rollback", only_run(NEXT)) == 0
    assert bids("rollback", first) == 0


def test_run_is_found_by_its_id(shop, capsys):
    assert nightly() == 0
    name = only_run().name
    for word in (name, name[:14], name[11:17]):
        assert bids("show", word) == 0, word
    capsys.readouterr()
    for word in ("2026", "nothing-here"):
        assert bids("show", word) == 2
    assert "no run" in capsys.readouterr().err


def test_a_changed_run_folder_is_refused(shop, capsys):
    assert propose() == 0
    path = Path("out/bids.csv")
    path.write_text(path.read_text(encoding="utf-8").replace("1.20", "9.99"), encoding="utf-8")
    assert bids("approve", "out") == 2
    assert "is not what was proposed" in capsys.readouterr().err


@pytest.mark.parametrize("broken", ["late", "gap", "none"])
def test_incomplete_data_is_told_and_nothing_computed(shop, capsys, broken):
    day = LAST
    if broken == "late":
        day = NEXT
    elif broken == "none":
        day = LAST + timedelta(days=400)
    else:
        path = shop.folder / "reports" / "keywords.csv"
        kept = [line for line in path.read_text(encoding="utf-8").splitlines() if "2026-10-03" not in line]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert nightly(day, AUTO) == 4
    said = capsys.readouterr().err
    assert ("2026-10-03" if broken == "gap" else str(day)) in said
    assert not Path("runs").exists() and not Path("exports").exists()


def test_tracking_failure_stops_the_night(shop, capsys):
    path = shop.folder / "reports" / "keywords.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    for k, line in enumerate(lines):
        cells = line.split(",")
        if cells[0] >= str(LAST - timedelta(days=2)) and k:
            lines[k] = ",".join([*cells[:8], "0", "0.00", *cells[10:]])
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    shop.set("stop: {changed_share: null}", "stop: {changed_share: null, zero_conversions: 0.001}")
    assert nightly(LAST, AUTO) == 5
    said = capsys.readouterr().err
    assert "zero_conversions" in said and "nothing is exported" in said
    assert not Path("exports").exists()
    assert bids("approve", only_run()) == 5
    # A second start stops again.
    assert nightly(LAST, AUTO) == 5


def test_automated_campaigns_are_skipped(shop):
    path = shop.folder / "reports" / "keywords.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    lines = [line.replace("manual_cpc", "Target ROAS") if ",shoes," in line else line for line in lines]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert propose() == 0
    for key, row in bids_of(Path("out")).items():
        assert (row["bound_by"] == "automated") == (key[0] == "shoes")
        if key[0] == "shoes":
            assert row["new_max_cpc"] == row["old_max_cpc"]


def test_backfill_never_exports(shop, capsys):
    assert bids("backfill", "night.yaml", "--from", LAST - timedelta(days=2), "--to", NEXT) == 0
    said = capsys.readouterr().out
    assert said.count("bids would change") == 3 and f"{NEXT}: the reports do not hold" in said
    assert not Path("exports").exists()
    capsys.readouterr()
    assert bids("history", "night.yaml", "--json") == 0
    assert [r["state"] for r in json.loads(capsys.readouterr().out)] == ["backfilled"] * 3


def test_events_are_logged_as_json_lines(shop):
    assert nightly(LAST, AUTO, "--log-json", "log/night.jsonl") == 0
    assert nightly(NEXT, AUTO, "--log-json", "log/night.jsonl") == 4
    events = [json.loads(line) for line in Path("log/night.jsonl").read_text(encoding="utf-8").splitlines()]
    told = [e["event"] for e in events]
    assert told == ["started", "proposed", "exported", "finished", "started", "failed"]
    assert {e["run_id"] for e in events[1:4]} == {only_run().name}
    assert events[-1]["exit_code"] == 4 and str(NEXT) in events[-1]["message"]


def test_confirm_with_a_report_of_its_own(shop, capsys):
    assert nightly(LAST, AUTO) == 0
    folder = only_run()
    first = bids_of(folder)
    shop.next_day({j: fen(first[name]["new_max_cpc"]) for j, name in enumerate(shop.names)})
    capsys.readouterr()
    assert bids("confirm", folder, "--report", "reports/keywords.csv", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["state"] == "confirmed" and told["counts"]["effect"] > 0
    assert told["counts"]["edited"] == told["counts"]["missing"] == 0


def test_a_plan_gives_budget_and_marginal_roas(shop):
    plan = [
        "channel,campaign,period_start,spend,conversions,revenue,marginal_roas",
        f"search,core,{NEXT},160,3,600,3.0", f"search,brand,{NEXT},20,3,600,5.0",
        f"social,feed,{NEXT},999,3,600,1.0", f"search,core,{NEXT + timedelta(days=1)},70,3,600,3.0",
    ]
    Path("plan.csv").write_text("\n".join(plan) + "\n", encoding="utf-8")
    shop.set("target: {roas: 4.0}", "target: {plan: plan.csv}")
    assert propose() == 0
    said = json.loads(Path("out/summary.json").read_text(encoding="utf-8"))
    assert said["budget"] == 180 and said["target"] == pytest.approx((160 * 3 + 20 * 5) / 180)
    assert propose(LAST - timedelta(days=1), "early") == 2  # the plan begins later


@pytest.mark.parametrize("platform", ["microsoft_ads", "amazon_ads", "zhitongche", "pinduoduo", "generic"])
def test_every_platform_gets_its_own_sheets(shop, platform, capsys):
    shop.set("platform: google_ads", f"platform: {platform}")
    assert propose() == 0 and bids("approve", "out", "-q") == 0
    capsys.readouterr()
    assert bids("export", "out", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    files = {name: (Path(told["folder"]) / name).read_bytes() for name in told["files"]}
    sheet = read_change_sheets(platform, files)
    rows = bids_of(Path("out"))
    changed = {k[2]: fen(r["new_max_cpc"]) for k, r in rows.items() if r["old_max_cpc"] != r["new_max_cpc"]}
    assert {row[2]: row[5] // 10_000 for row in sheet.bids.rows()} == changed
    # What propose has shown is what is exported.
    assert {name: (Path("out") / name).read_bytes() for name in files} == files


def test_an_approved_run_can_be_withdrawn(shop):
    assert propose() == 0 and bids("approve", "out", "-q") == 0
    assert bids("rollback", "out", "-q") == 0
    assert not Path("exports").exists()
    assert bids("export", "out") == 4
