"""``bidder bids`` as people use it: what it says, in what width, and how it refuses."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from bidder.cli.bids import COMMANDS
from bidder.cli.bids_table import ALPHA_WORDS, BOUND_WORDS, REASON_WORDS, short
from bidder.cli.main import run
from bidder.jobs.bids.output import BOUNDS, REASONS

LAST = date(2026, 10, 12)
CONFIG = """\
name: night
account: {name: shop, currency: CNY, time_zone: Asia/Shanghai, platform: google_ads}
reports: [{path: reports/keywords.csv}]
target: {roas: 4.0}
guardrails: {bid: {min: 0.05, max: 20}, stop: {changed_share: null, spend_change: null, jump_sigmas: null}}
"""
KEYWORDS = ("shoes", "red shoes", "防水户外登山鞋女冬季加绒", "=shoes", "boots for men in large sizes")
NIGHTLY = ("nightly", "night.yaml", "--date", LAST, "--no-report")


@pytest.fixture
def shop(tmp_path, monkeypatch) -> Path:
    """A job with 30 days of clicks that are the same every day."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "night.yaml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "reports").mkdir()
    rows = ["date,campaign,ad_group,keyword,match_type,impressions,clicks,cost,conversions,revenue,max_cpc"]
    for age in range(30):
        for j, keyword in enumerate(KEYWORDS):
            clicks, orders = 10 + 5 * j, j % 3
            rows.append(
                f"{LAST - timedelta(days=age)},core,group,{keyword},exact,{clicks * 12},{clicks},{clicks}.00,"
                f"{orders},{orders * 200}.00,{1 + 0.3 * j:.2f}"
            )
    (tmp_path / "reports" / "keywords.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (tmp_path / "plan.csv").write_text(
        "channel,campaign,period_start,spend,marginal_roas\nsearch,core,2026-10-20,100,3\n"
        "search,core,2026-10-21,100,3\nsocial,feed,2026-10-20,100,3\n"
    )
    (tmp_path / "hours.csv").write_text(f"date,hour,campaign,clicks,cost\n{LAST},7,core,1,1.00\n")
    return tmp_path


def bids(*words: object) -> int:
    return run(["bids", *map(str, words)])


def only_run() -> str:
    (folder,) = Path("runs/night").iterdir()
    return f"runs/night/{folder.name}"


def test_every_word_of_a_result_has_its_words():
    assert set(BOUND_WORDS) == set(BOUNDS[1:]) and set(REASON_WORDS) == set(REASONS)
    assert set(ALPHA_WORDS) == {"roas", "budget", "limit", "none"}


def test_each_step_names_the_next_one(shop, capsys):
    assert bids(*NIGHTLY) == 0
    folder, said = only_run(), capsys.readouterr().out
    assert "in the ledger  planned" in said and "report " not in said
    (step,) = re.findall(r"next +(bidder bids approve .*)", said)
    assert run(step.split()[1:]) == 0
    (step,) = re.findall(r"next: (bidder bids export .*)", capsys.readouterr().out)
    assert run(step.split()[1:]) == 0
    sheets = re.findall(r"^  (\S+\.csv)$", capsys.readouterr().out, re.MULTILINE)
    assert [Path(sheet).name for sheet in sheets] == ["change_by_hand.csv", "change_google_ads_editor.csv"]
    assert all(sheet.startswith("exports/") and Path(sheet).stat().st_size > 0 for sheet in sheets)
    assert bids("rollback", folder) == 0
    assert "rolled back" in capsys.readouterr().out


def test_tables_fit_80_columns(shop, capsys):
    assert bids(*NIGHTLY) == 0
    folder = only_run()
    assert bids("show", folder) == 0 and bids("show", folder, "--keyword", "shoes") == 0
    assert bids("history", "night.yaml") == 0
    from rich.cells import cell_len

    said = capsys.readouterr().out
    assert max(map(cell_len, said.splitlines())) <= 80
    assert said.count("a click is worth") == 3
    for word in ("change", "max raise"):
        assert f" {word}" in said  # whole, not folded


@pytest.mark.parametrize("words", [
    NIGHTLY, ("propose", *NIGHTLY[1:], "--out", "out"),
    ("backfill", "night.yaml", "--from", LAST, "--to", LAST),
])  # fmt: skip
def test_json_is_one_document_and_quiet_says_nothing(words, shop, capsys):
    assert bids(*words, "--json") == 0
    out, err = capsys.readouterr()
    assert json.loads(out)
    assert "Traceback" not in err
    assert bids(*words, "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_json_of_the_steps(shop, capsys):
    assert bids(*NIGHTLY, "-q") == 0
    for step, state in (("approve", "approved"), ("export", "exported"), ("rollback", "rolled_back")):
        assert bids(step, only_run(), "--json") == 0
        assert json.loads(capsys.readouterr().out)["state"] == state
    assert bids("show", only_run(), "--json") == 0 and bids("history", "night.yaml", "--json") == 0


@pytest.mark.parametrize(("setting", "code", "said"), [
    ("account.time_zone=Asia/Beijing", 2, "time zone 'Asia/Beijing' is not known"),
    ("account.platform=google", 2, "did you mean 'google_ads'?"),
    ("account.curency=CNY", 2, "did you mean 'currency'?"),
    ("guardrails.maxraise=0.3", 2, "did you mean 'max_raise'?"),
    ("target.cpa=40", 2, "give exactly one of roas, cpa and plan"),
    ("reports.0.path=reports/none.csv", 2, "reports/none.csv: there is no such file"),
    ("reports.0.path=reports/none*.csv", 2, "matches no file"),
    ("reports.0.currency=USD", 2, "amounts are in USD; expected CNY"),
    ("target={plan: none.csv}", 2, "none.csv: cannot be read"),
    ("target={plan: plan.csv}", 2, "nothing of 2026-10-13; expected a day from 2026-10-20 to 2026-10-21"),
    ("target={plan: plan.csv, channel: serach}", 2, "did you mean 'search'?"),
    ("reports.0.path=hours.csv", 2, "none of the reports is about keywords, but about hours"),
    ("ledger=mysql://host/name", 2, "expected sqlite:///FILE or postgresql://"),
    ("ledger=sqlite:////proc/none/ledger.db", 2, "/proc/none"),
    ("ledger=postgresql://me:hunter2@db/name", 2, "PGPASSWORD"),
    ("ledger=postgresql://db/name?password=hunter2", 2, "PGPASSWORD"),
])  # fmt: skip
def test_a_wrong_setting_is_refused_with_what_was_expected(setting, code, said, shop, capsys):
    assert bids(*NIGHTLY, "--set", setting) == code
    out, err = capsys.readouterr()
    assert out == "" and said in err and "hunter2" not in err and len(err.splitlines()) == 1
    assert not Path("runs").exists()


@pytest.mark.parametrize(("day", "code", "said"), [
    ("2026-13-01", 2, "is not a date such as"), ("20261012", 2, "is not a date such as"),
    ("2026-10-13", 4, "do not hold 2026-10-13 yet: the last day they hold is 2026-10-12"),
    ("2030-01-01", 4, "they hold no day of the window"), ("2026-01-01", 4, "they hold no day of the window"),
])  # fmt: skip
def test_a_wrong_day_is_refused(day, code, said, shop, capsys):
    assert bids("propose", "night.yaml", "--date", day, "-q") == code
    assert said in capsys.readouterr().err


def test_steps_before_their_turn_are_refused(shop, capsys):
    assert bids(*NIGHTLY, "-q") == 0
    folder = only_run()
    for words, code, said in (
        (("export", folder), 4, "only an approved run can be exported"),
        (("rollback", folder), 4, "nothing of it is in force"),
        (("show", "nothing"), 2, "expected a run folder, or an id"),
        (("history", "none.yaml"), 2, "none.yaml: cannot be read"),
        (("backfill", "night.yaml", "--from", LAST, "--to", "2026-10-01"), 2, "lies after --to"),
        (("confirm", folder), 4, "do not hold 2026-10-13 yet"),
        (("frobnicate",), 2, "expected one of nightly, propose"),
    ):
        assert bids(*words) == code, words
        out, err = capsys.readouterr()
        assert out == "" and said in err, words


def test_progress_is_for_terminals_alone(shop):
    """On a pipe nothing but the result; on a terminal the stages are drawn and wiped away."""
    words = [sys.executable, "-m", "bidder", "bids", *map(str, NIGHTLY)]
    piped = subprocess.run(words, capture_output=True, check=True)
    assert piped.stderr == b"" and b"\x1b" not in piped.stdout
    main, side = pty.openpty()
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=side) as drawn:
        os.close(side)
        shown = b""
        while chunk := _read(main):
            shown += chunk
    os.close(main)
    assert drawn.returncode == 0 and b"reading reports" in shown


def _read(end: int) -> bytes:
    try:
        return os.read(end, 65536)
    except OSError:  # the other end is closed
        return b""


def test_help_of_every_step(capsys):
    for name in COMMANDS:
        assert bids(name, "--help") == 0
        assert max(map(len, capsys.readouterr().out.splitlines())) <= 80


def test_short_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert short("a/../b/c") == "b/c" and short(tmp_path / "x") == "x"
    assert short("..") == str(tmp_path.resolve().parent)
