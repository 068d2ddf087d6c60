"""``bidder plan`` from outside: streams, exit codes, files, messages."""

from __future__ import annotations

import csv
import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time

import pytest
from plan_runs import bidder, inside, small

FILES = {"plan.csv", "constraints.csv", "summary.json", "config.json", "report.html"}


def test_files_and_their_columns(tmp_path):
    done = inside("plan", small(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert {p.name for p in (tmp_path / "out").iterdir()} == FILES
    plan = list(csv.reader((tmp_path / "out/plan.csv").open(encoding="utf-8")))
    assert ",".join(plan[0]).startswith(
        "channel,campaign,period_start,spend,conversions,revenue,marginal_roas"
    )
    assert len(plan) == 1 + 3 * 5
    assert all(re.fullmatch(r"\d+\.\d\d", row[3]) for row in plan[1:])
    limits = list(csv.reader((tmp_path / "out/constraints.csv").open(encoding="utf-8")))
    assert limits[0][:7] == ["constraint", "kind", "scope", "limit", "value", "slack", "shadow_price"]
    summary = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    needed = {"status", "objective", "upper_bound", "gap", "spend", "conversions", "revenue", "roas"}
    assert needed | {"schema_version"} <= set(summary)
    assert summary["upper_bound"] >= summary["objective"]
    assert summary["spend"] == 20000


def test_data_on_stdout_and_the_rest_on_stderr(tmp_path):
    done = bidder("plan", small(tmp_path), "--out", tmp_path / "out", "--no-report")
    assert "search" in done.stdout and "total" in done.stdout and "proved:" in done.stdout
    assert "written to" in done.stderr and "written to" not in done.stdout
    assert "\x1b" not in done.stdout + done.stderr


def test_default_folder_is_named_after_the_plan(tmp_path):
    config = small(tmp_path, ("name: small", "name: 双十一 / 预热"))
    assert bidder("plan", config.name, "--no-report", "-q", cwd=tmp_path).returncode == 0
    assert (tmp_path / "runs" / "双十一-预热" / "summary.json").is_file()


def test_json_is_one_document_equal_to_the_file(tmp_path):
    done = inside("plan", small(tmp_path), "--out", tmp_path / "out", "--json", "--no-report")
    assert json.loads(done.stdout) == json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))


def test_quiet_prints_nothing_but_errors(tmp_path):
    done = bidder("plan", small(tmp_path), "--out", tmp_path / "out", "--quiet", "--no-report")
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
    bad = bidder("plan", small(tmp_path, ("total: 20000", "total: -1")), "--quiet")
    assert bad.returncode == 2 and bad.stdout == "" and "small.yaml:5:17" in bad.stderr


def test_two_runs_write_the_same_bytes(tmp_path):
    """Here and in a process of its own, whose hashes of strings are others."""
    config = small(tmp_path)
    assert inside("plan", config, "--out", tmp_path / "one", "-q").returncode == 0
    assert bidder("plan", config, "--out", tmp_path / "two", "-q", PYTHONHASHSEED="random").returncode == 0
    for file in FILES:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_settings_replace_what_the_file_says(tmp_path):
    args = ("--set", "budget.total=15000", "--set", "channels.search.campaigns.core.spend={max: 1000}")
    done = inside("plan", small(tmp_path), "--out", tmp_path / "out", "--json", "--no-report", *args)
    assert json.loads(done.stdout)["spend"] == 15000
    rows = list(csv.DictReader((tmp_path / "out/plan.csv").open(encoding="utf-8")))
    assert max(float(r["spend"]) for r in rows if r["campaign"] == "core") <= 1000
    config = json.loads((tmp_path / "out/config.json").read_text(encoding="utf-8"))
    assert config["budget"]["total"] == 15000


def test_gap_option_is_checked_like_the_setting(tmp_path):
    assert inside("plan", small(tmp_path), "--gap", "0.01", "-q", "--out", tmp_path / "out").returncode == 0
    bad = inside("plan", small(tmp_path), "--gap", "-1")
    assert bad.returncode == 2 and "--set solver.gap" in bad.stderr


def test_every_problem_at_once_with_its_place(tmp_path):
    config = small(
        tmp_path, ("ceiling: 120", "celing: 120"), ("order_value: 180", "order_value: lots"),
        ("[0.3, 0.4]", "[0.5, 0.4]"),
    )
    done = inside("plan", config, "--out", tmp_path / "out")
    assert done.returncode == 2 and done.stdout == "" and "Traceback" not in done.stderr
    lines = done.stderr.splitlines()
    assert all(re.match(r".*small\.yaml:\d+:\d+: ", line) for line in lines), lines
    assert {int(line.split(":")[1]) for line in lines} == {9, 10, 12}
    assert "did you mean 'ceiling'" in done.stderr
    assert not (tmp_path / "out").exists()


def test_infeasible_names_the_limits_and_their_places(tmp_path):
    config = small(tmp_path, ("total: 20000", "total: 9000"), (
        "core: {curve", "core: {spend: {min: 2500}, curve"))
    done = inside("plan", config, "--out", tmp_path / "out")
    assert done.returncode == 3 and done.stdout == "" and "Traceback" not in done.stderr
    assert re.search(r"small\.yaml:5:\d+: budget total \(9000 CNY\) would have to give", done.stderr)
    assert re.search(r"small\.yaml:9:\d+: search/core spend min", done.stderr)
    assert not (tmp_path / "out").exists()


def test_unknown_solver_and_unknown_option(tmp_path):
    done = inside("plan", small(tmp_path), "--solver", "higsh")
    assert done.returncode == 2 and "did you mean 'highs'" in done.stderr
    assert inside("plan", small(tmp_path), "--solvr", "cbc").returncode == 2
    assert inside("plan", tmp_path / "none.yaml").returncode == 2


def test_output_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    done = inside("plan", small(tmp_path), "--out", tmp_path / "file" / "out", "--no-report")
    assert done.returncode == 2 and "Traceback" not in done.stderr and "file" in done.stderr


def test_another_solver_finds_the_same_value(tmp_path):
    found = []
    for solver in ("highs", "cbc"):
        args = ("--solver", solver, "--json", "--no-report", "--out", tmp_path / solver)
        done = inside("plan", small(tmp_path), *args)
        assert done.returncode == 0, done.stderr
        found.append(json.loads(done.stdout)["objective"])
    assert found[0] == pytest.approx(found[1], rel=2e-6)


def test_time_limit_stops_with_a_plan_and_says_so(tmp_path):
    # Linear programs alone take several rounds even here; the default method has solved it at first sight.
    args = ("--set", "solver.time_limit=0.000001", "--set", "solver.gap=1e-12", "--solver", "pulp:highs")
    done = inside("plan", small(tmp_path), "--out", tmp_path / "out", "--json", *args)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["status"] == "stopped" and summary["gap"] > 1e-12
    assert "time limit" in done.stderr


def test_report_of_an_earlier_run_does_not_stay(tmp_path):
    config, out = small(tmp_path), tmp_path / "out"
    assert inside("plan", config, "--out", out, "-q").returncode == 0
    assert (out / "report.html").is_file()
    assert inside("plan", config, "--out", out, "-q", "--no-report").returncode == 0
    assert not (out / "report.html").exists()


def test_report_in_chinese(tmp_path):
    assert inside("plan", small(tmp_path), "--out", tmp_path / "out", "-q", "--lang", "zh").returncode == 0
    page = (tmp_path / "out/report.html").read_text(encoding="utf-8")
    assert 'lang="zh' in page and "边际 ROAS" in page


def test_killed_while_writing_leaves_old_or_new_files(tmp_path):
    """A summary stands only where all files of the same run stand."""
    config, out = small(tmp_path), tmp_path / "out"
    budgets = ["20000", "15000"]
    whole = {}
    for budget in budgets:
        setting = f"budget.total={budget}"
        inside("plan", config, "--out", tmp_path / budget, "-q", "--no-report", "--set", setting)
        whole[budget] = {p.name: p.read_bytes() for p in (tmp_path / budget).iterdir()}
    script = (
        "import sys; from bidder.files import atomic; from bidder.jobs.outputs import write_plan\n"
        "from bidder.jobs.plan import solve_loaded, summary_of; from bidder.jobs.config import load_plan\n"
        "plans = [solve_loaded(load_plan(sys.argv[1], [f'budget.total={b}'])) for b in (20000, 15000)]\n"
        "print('ready', flush=True)\n"
        "while True:\n"
        "    for plan in plans: write_plan(plan, summary_of(plan), sys.argv[2], None)\n"
    )
    for delay in (0.0, 0.007, 0.02, 0.041):
        process = subprocess.Popen([sys.executable, "-c", script, config, out], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        there = {p.name: p.read_bytes() for p in out.glob("*") if not p.name.endswith(".tmp")}
        for name, content in there.items():
            assert content in [files[name] for files in whole.values()], f"half of {name}"
        if "summary.json" in there:
            assert there in list(whole.values())


def _on_a_terminal(args: list[str], **env: str) -> tuple[str, str]:
    """Run with a terminal as stderr and one as stdout; returns both texts."""
    terminals = [pty.openpty() for _ in range(2)]
    process = subprocess.Popen(
        [sys.executable, "-m", "bidder", *args], stdout=terminals[0][1], stderr=terminals[1][1],
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100", **env},
    )
    texts = [b"", b""]
    while process.poll() is None or any(select.select([m for m, _ in terminals], [], [], 0.1)[0]):
        for k, (main, _) in enumerate(terminals):
            if select.select([main], [], [], 0.02)[0]:
                texts[k] += os.read(main, 65536)
    for main, side in terminals:
        os.close(main)
        os.close(side)
    return texts[0].decode(), texts[1].decode()


def test_progress_and_colour_only_on_a_terminal(tmp_path):
    args = ["plan", str(small(tmp_path)), "--out", str(tmp_path / "out"), "--no-report"]
    out, err = _on_a_terminal(args)
    assert "\x1b[1m" in out and "solving" in err
    out, err = _on_a_terminal(args, NO_COLOR="1")
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", out + err)
    out, err = _on_a_terminal([*args, "--quiet"])
    assert (out, err) == ("", "")
