"""``bidder validate`` and the command line's frame, run as a user runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.cli import main as frame
from bidder.cli.main import run

PLAN = """\
name: double-11
currency: CNY
horizon: {start: 2026-10-20, periods: 24, period: day}
objective: {maximize: revenue}
budget: {total: 3000000}
channels:
  search:
    spend: {max: 1500000, share: [0.2, 0.6]}
    campaigns:
      brand:
        curve: {kind: hill, ceiling: 420.0, half_spend: 12000, slope: 1.0}
        order_value: 200
        margin: 0.35
        spend: {min: 0, max: 50000}
constraints:
  - {kind: roas, min: 3.0}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A valid config."""
    path = tmp_path / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    return path


def bidder(*arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command, in a process of its own."""
    command = [sys.executable, "-m", "bidder", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, **environment}, timeout=60, check=False
    )


def test_two_lines_about_a_valid_config(config: Path) -> None:
    done = bidder("validate", config)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "double-11: 1 campaign in 1 channel, 24 days from 2026-10-20 to 2026-11-12 (24 cells)\n"
        "maximize revenue, budget up to 3,000,000.00 CNY, 1 constraint\n"
    )


def test_json_and_settings(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["validate", str(config), "--json", "--set", "budget.exact=true", "--set", "horizon.periods=2"])
        == 0
    )
    summary = json.loads(capsys.readouterr().out)
    assert (
        summary["valid"] and summary["cells"] == 2 and summary["budget"] == "budget exactly 3,000,000.00 CNY"
    )


def test_quiet(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(config), "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_every_problem_on_stderr(config: Path) -> None:
    config.write_text(PLAN.replace("margin:", "marginn:").replace("3000000", "-1"), encoding="utf-8")
    done = bidder("validate", config, NO_COLOR="1")
    assert done.returncode == 2 and done.stdout == ""
    first, second = done.stderr.splitlines()
    meaning = "(Upper limit on the horizon's spend, currency units)"
    assert first == f"{config}:5:17: found -1; expected a number above 0 {meaning}"
    assert second.startswith(
        f"{config}:13:9: unknown key 'marginn'; expected one of curve, order_value, margin,"
    )
    assert second.endswith(", did you mean 'margin'?")


def test_problems_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(config), "--json", "--set", "budget.total=-1"]) == 2
    answer = json.loads(capsys.readouterr().out)
    assert answer["valid"] is False and answer["problems"][0]["file"] == "--set budget.total"
    config.write_text(PLAN.replace("0.35", "x"), encoding="utf-8")
    assert run(["validate", str(config), "--json"]) == 2
    problem = json.loads(capsys.readouterr().out)["problems"][0]
    assert (problem["line"], problem["column"]) == (13, 17)


HOSTILE = {
    "nested brackets": b"a: " + b"[" * 50_000,
    "nested braces": b"{a: " * 50_000,
    "billion laughs": b"a: &a [x]\n"
    + b"\n".join(b"a%d: &a%d [%s]" % (k, k, b",".join([b"*a"] * 9)) for k in range(50)),
    "object tag": b"!!python/object/apply:os.system [touch pwned]\n",
    "duplicate keys": PLAN.encode() + b"name: again\n",
    "two documents": PLAN.encode() + b"---\n" + PLAN.encode(),
    "not UTF-8": PLAN.encode() + b"\xff\xfe",
    "UTF-16": PLAN.encode("utf-16"),
    "NUL": PLAN.encode() + b"\x00",
    "empty": b"",
    "list": b"- 1\n- 2\n",
    "huge": b"name: " + b"x" * (9 << 20),
    "many unknown keys": b"\n".join(b"k%d: 1" % k for k in range(2000)),
    "huge number": PLAN.replace("3000000", "1e308").encode(),
    "many digits": PLAN.replace("3000000", "9" * 100_000).encode(),
    "not a number": PLAN.replace("3000000", ".nan").encode(),
    "infinity": PLAN.replace("3000000", ".inf").encode(),
    "negative money": PLAN.replace("50000}", "-50000}").encode(),
    "time of day": PLAN.replace("24, period", "22:30, period").encode(),
    "octal": PLAN.replace("0.35", "0o9").encode(),
    "yes": PLAN.replace("3000000", "3000000, exact: yes").encode(),
    "no": PLAN.replace("CNY", "NO").encode(),
    "last day of time": PLAN.replace(
        "start: 2026-10-20, periods: 24", "start: 9999-12-31, periods: 1"
    ).encode(),
    "first day of time": PLAN.replace(
        "start: 2026-10-20, periods: 24", "start: 0001-01-01, end: 9999-12-31"
    ).encode(),
    "escape sequences": PLAN.replace("double-11", '"\\e[2J"').encode(),
    "escape in a key": PLAN.replace("brand:", '"\\e[2J":').encode(),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_with_positions(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(HOSTILE[name])
    began = time.perf_counter()
    assert run(["validate", str(path)]) == 2
    assert time.perf_counter() - began < 5
    out, err = capsys.readouterr()
    assert out == "" and "Traceback" not in err and "bug" not in err and "\x1b" not in err
    lines = [line for line in err.splitlines() if not line.startswith("and ")]
    assert lines and all(line.startswith(f"{path}:") for line in lines)
    if name != "huge":
        assert all(line.split(":")[1].isdigit() and line.split(":")[2].isdigit() for line in lines)


def test_hostile_files_in_a_real_process(tmp_path: Path) -> None:
    for name in ("nested brackets", "billion laughs", "object tag"):
        path = tmp_path / "f.yaml"
        path.write_bytes(HOSTILE[name])
        done = bidder("validate", path)
        assert done.returncode == 2 and "Traceback" not in done.stderr, done.stderr


VALUES = [
    "1e308",
    ".nan",
    "-1",
    "''",
    "[]",
    "{}",
    "null",
    "true",
    "'x'",
    "2026-10-20",
    "[0, 0]",
    "1e-320",
    "0",
    "[[[]]]",
    "{kind: roas}",
    "{from: x}",
    "!x",
    "&a",
    "*a",
    "?",
    "-",
    "9999-12-31",
    "0001-01-01",
    "é\u2028",
]


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.data())
def test_any_value_anywhere_never_escapes(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    keys = [
        "name",
        "currency",
        "horizon",
        "horizon.start",
        "horizon.end",
        "horizon.periods",
        "objective",
        "budget",
        "objective.minimize",
        "budget.total",
        "budget.exact",
        "budget.marginal_roas",
        "channels",
        "channels.search",
        "channels.search.spend",
        "channels.search.spend.share",
        "channels.search.campaigns.brand.curve",
        "channels.search.campaigns.brand.curve.kind",
        "channels.search.campaigns.brand.buying",
        "constraints",
        "channels.search.campaigns.brand.carry_in",
        "channels.search.campaigns.brand.seasonality",
        "constraints.0",
        "constraints.0.kind",
        "constraints.0.dates",
        "groups",
        "risk",
        "risk.campaigns",
        "actuals",
        "replan.from",
        "solver.gap",
        "channels.search.campaigns.brand.retargeting",
        "a.b",
    ]
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)
    path = folder / "plan.yaml"
    path.write_text(PLAN, encoding="utf-8")
    picked = data.draw(
        st.lists(st.tuples(st.sampled_from(keys), st.sampled_from(VALUES)), min_size=1, max_size=3)
    )
    arguments = [part for key, value in picked for part in ("--set", f"{key}={value}")]
    assert run(["validate", str(path), *arguments]) in (0, 2)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.integers(0, len(PLAN)), st.integers(0, 30), st.binary(max_size=12))
def test_a_damaged_config_never_escapes(
    tmp_path_factory: pytest.TempPathFactory, start: int, length: int, inserted: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "damaged.yaml"
    path.write_bytes(PLAN.encode()[:start] + inserted + PLAN.encode()[start + length :])
    assert run(["validate", str(path)]) in (0, 2)


def test_missing_file_and_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validate", str(tmp_path / "none.yaml")]) == 2
    assert "none.yaml: cannot be read: No such file or directory" in capsys.readouterr().err
    assert run(["validate", str(tmp_path)]) == 2


HELP = (
    ["--help"], ["validate", "--help"], ["bids", "--help"], ["bids", "nightly", "--help"],
    ["bids", "propose", "--help"], ["bids", "show", "--help"], ["bids", "rehearse", "--help"],
)


@pytest.mark.parametrize("arguments", [["--version"], ["validate"], *HELP])
def test_light_commands_load_nothing_heavy(arguments: list[str], config: Path) -> None:
    code = (
        "import sys\nfrom bidder.cli.main import run\n"
        f"run({[*arguments, str(config)] if arguments == ['validate'] else arguments!r})\n"
        "heavy = {'pandas', 'scipy', 'pulp', 'highspy', 'altair', 'rich', 'jinja2', 'numba', 'pyarrow',\n"
        "    'duckdb', 'sqlalchemy', 'alembic'}\n"
        "heavy &= set(sys.modules)\n"
        "print('heavy:', sorted(heavy))\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *_, heavy, numpy = done.stdout.splitlines()
    assert heavy == "heavy: []"
    assert arguments == ["validate"] or numpy == "False"


def test_usage_errors_end_with_2() -> None:
    for arguments in ([], ["validat"], ["validate"], ["validate", "--foo"], ["schema", "plann"], ["--foo"]):
        assert run(arguments) == 2, arguments


def test_a_mistyped_command_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["validat", "x"]) == 2
    assert (
        "unknown command 'validat'" in (err := capsys.readouterr().err) and "did you mean 'validate'?" in err
    )


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--help"]) == 0
    shown = capsys.readouterr().out
    assert all(name in shown and text in shown for name, (_, text) in frame.COMMANDS.items())


def test_a_bug_of_ours_is_one_line(
    config: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("lost\nit")

    monkeypatch.setattr("bidder.jobs.validate.validate", broken)
    monkeypatch.delenv("BIDDER_DEBUG", raising=False)
    assert run(["validate", str(config)]) == 1
    assert capsys.readouterr().err == (
        "this is a bug in bidder: RuntimeError: lost it (BIDDER_DEBUG=1 shows where)\n"
    )
    monkeypatch.setenv("BIDDER_DEBUG", "1")
    assert run(["validate", str(config)]) == 1
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code"), [(KeyboardInterrupt(), 130), (BrokenPipeError(32, "Broken pipe"), 141)]
)
def test_interrupted(config: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int) -> None:
    def stopped(*arguments: object) -> None:
        raise error

    monkeypatch.setattr("bidder.jobs.validate.validate", stopped)
    assert run(["validate", str(config)]) == code


def test_a_reader_that_goes_away() -> None:
    command = f"{sys.executable} -m bidder schema plan | head -c 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "{" and done.stderr == ""


def test_a_terminal_that_knows_latin_only(config: Path) -> None:
    config.write_text(PLAN.replace("double-11", "双十一"), encoding="utf-8")
    done = bidder("validate", config, PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.returncode == 0 and done.stdout.startswith("\\u53cc")


def test_schema_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["schema", "plan"]) == 0
    shown = capsys.readouterr().out
    assert run(["schema", "plan", "--out", str(tmp_path / "plan.schema.json")]) == 0
    assert (tmp_path / "plan.schema.json").read_text(encoding="utf-8") == shown
    assert json.loads(shown)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
