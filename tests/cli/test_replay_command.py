"""``bidder replay`` from outside: streams, exit codes, the table, settings of the command line."""

from __future__ import annotations

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from plan_runs import bidder, inside
from rich.cells import cell_len

from bidder.cli.replay_table import MOST_ROWS, short_names, shorten
from bidder.jobs.replay_store import locked


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


CONFIG = """\
name: 双十一
log: {reader: csv, path: log.csv, unit: fen, per_currency: 100, currency: CNY}
bids: {max: 300}
episodes: {auctions: 50, budget: 900}
strategies:
  - {name: flat, kind: constant, bid: 40}
  - {name: lin, kind: linear, base_bid: [20, 40], average_ctr: 0.1}
"""


def write(folder: Path, *replacements: tuple[str, str]) -> Path:
    rng = np.random.default_rng(1)
    rows = [
        f"{k * 1_000_000},feed,{int(rng.gamma(2, 25))},{rng.beta(2, 18):.6f},{int(rng.random() < 0.1)}\n"
        for k in range(500)
    ]
    text = "ts,campaign,market_price,pctr,click\n" + "".join(rows)
    (folder / "log.csv").write_text(text, encoding="utf-8")
    config = CONFIG
    for old, new in replacements:
        assert old in config
        config = config.replace(old, new)
    path = folder / "small.yaml"
    path.write_text(config, encoding="utf-8")
    return path


def test_data_on_stdout_and_the_rest_on_stderr(tmp_path):
    done = bidder("replay", write(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    money, header, _, *rows = done.stdout.splitlines()
    assert money == "budget 900 fen for each episode"
    assert header.split() == [
        "strategy", "base_bid", "impressions", "clicks", "cost", "spent", "cpc", "interval", "regret"
    ]
    assert [row.split()[0] for row in rows] == ["flat", "lin", "lin"]
    assert "note: " in done.stderr and "written to" in done.stderr and "\x1b" not in done.stdout + done.stderr
    files = {p.name for p in (tmp_path / "out").iterdir() if not p.name.startswith(".")}
    assert files == {"results.csv", "comparisons.csv", "config.json", "summary.json", "report.html"}


def test_default_folder_is_named_after_the_experiment(tmp_path):
    config = write(tmp_path)
    assert bidder("replay", config.name, "--no-report", "-q", cwd=tmp_path).returncode == 0
    assert (tmp_path / "runs" / "双十一" / "summary.json").is_file()
    assert not (tmp_path / "runs" / "双十一" / "report.html").exists()


def test_json_is_the_summary_and_quiet_is_quiet(tmp_path):
    out = tmp_path / "out"
    done = inside("replay", write(tmp_path), "--out", out, "--json", "--no-report")
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    said = json.loads(done.stdout)
    assert summary.items() <= said.items() and said["schema_version"] == 1
    assert set(said) - set(summary) == {"folder", "files", "results", "compared"}
    assert len(said["results"]) == 3 and len(said["compared"]) == summary["comparisons"]
    rows = table(out / "results.csv")
    for row, one in zip(rows, said["results"], strict=True):
        swept = one.pop("swept")
        assert row.pop("base_bid") == str(swept.get("base_bid", ""))
        assert set(row) == set(one) and float(row["cost"]) == one["cost"] and row["kind"] == one["kind"]
    quiet = inside("replay", write(tmp_path), "--out", out, "-q", "--no-report")
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")


def test_long_tables_are_cut(tmp_path):
    config = write(tmp_path, ("[20, 40]", "{from: 10, to: 100, steps: 60}"))
    done = inside("replay", config, "--out", tmp_path / "out", "--no-report")
    lines = done.stdout.splitlines()
    assert len(lines) == 1 + 2 + MOST_ROWS + 1
    assert lines[-1] == (
        f"{MOST_ROWS} of 61 rows, the best of each strategy by clicks first; everything is in results.csv"
    )
    assert sum(line.startswith("flat") for line in lines) == 1
    best = max(int(row["clicks"]) for row in table(tmp_path / "out" / "results.csv"))
    assert any(str(best) in line.split() for line in lines[3:-1])


WIDE = (
    ("name: flat", "name: 双十一前预热期的统一出价策略，按天计算预算，第一版"),
    ("max: 300", "max: [100, 300]"),
    ("budget: 900", "budget: [900, 1800]"),
    ("episodes:", "auction: {payment: [second_price, first_price], reserve: [0, 7]}\nepisodes:"),
    ("strategies:", "over_budget: [clip_bid, skip]\nstrategies:"),
)


@pytest.mark.parametrize("width", [60, 80, 100, 120, 200])
def test_no_line_is_wider_than_the_terminal(width, tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", str(width))
    config = write(tmp_path, *WIDE)
    done = inside("replay", config, "--out", tmp_path / "out", "--no-report")
    lines = done.stdout.splitlines()
    assert max(map(cell_len, lines)) <= width
    rule = next(k for k, line in enumerate(lines) if line.startswith("─"))
    rows = lines[rule + 1 : rule + 1 + MOST_ROWS]
    # A cell in two lines would leave the strategy's column empty in the second one.
    assert all(row.split()[0].startswith(("双十一", "lin")) for row in rows)
    missing = " ".join(done.stdout.split()).partition("no room for")[2]
    assert bool(missing) == (width < 200)
    assert "cpc" in (missing or lines[rule - 1])
    assert "strategy" in lines[rule - 1] and "clicks" in lines[rule - 1]


def test_the_narrowest_terminal_wraps_lines_but_not_cells(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "12")
    done = inside("replay", write(tmp_path), "--out", tmp_path / "out", "--no-report")
    header = next(line for line in done.stdout.splitlines() if line.startswith("strategy"))
    assert header.split() == ["strategy", "clicks"]


def test_short_headers():
    names = ["frequency_cap.per_day", "bids.max", "max", "auction.competitors.budgets", "budget"]
    assert list(short_names(names).values()) == ["per_day", "bids.max", "max", "budgets", "budget"]
    assert shorten("a strategy with a long name", 14) == "a strat…g name"
    assert shorten("预热期的线性出价策略", 9) == "预热…策略"


def test_the_report_speaks_the_language_that_was_asked_for(tmp_path):
    done = inside("replay", write(tmp_path), "--out", tmp_path / "out", "--lang", "zh", "-q")
    assert done.returncode == 0
    assert 'lang="zh' in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")


def test_bad_input_is_told_with_its_place(tmp_path):
    config = write(tmp_path, ("budget: 900", "budget: -9"), ("kind: constant", "kind: constnt"))
    done = inside("replay", config, "--out", tmp_path / "out")
    assert done.returncode == 2 and done.stdout == ""
    first, second = done.stderr.splitlines()
    assert first.startswith(f"{config}:4:34: found -9; expected a number of at least 0")
    assert second.startswith(f"{config}:6:24: unknown kind 'constnt'")
    assert "did you mean 'constant'?" in second
    assert not (tmp_path / "out").exists()


def test_settings_of_the_command_line(tmp_path):
    args = ("--set", "episodes.budget=[100,200]", "--set", "strategies.1.base_bid=30", "--no-report")
    done = inside("replay", write(tmp_path), "--out", tmp_path / "out", *args, "--json")
    assert json.loads(done.stdout)["rows"] == 4


def test_a_folder_in_use(tmp_path):
    (tmp_path / "out").mkdir()
    with locked(tmp_path / "out"):
        done = inside("replay", write(tmp_path), "--out", tmp_path / "out")
    assert done.returncode == 4 and "another run is writing here" in done.stderr


def test_a_strategy_that_fails_is_one_line(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "from bidder.auctions.strategies.base import Strategy, StrategyParams\n"
        "class P(StrategyParams):\n    kind: str\n"
        "class Mine(Strategy):\n    Params = P\n"
        "    def base(self, requests):\n        return np.full(len(requests), np.nan)\n",
        encoding="utf-8",
    )
    config = write(tmp_path, ("kind: constant, bid: 40", "kind: 'mine:Mine'"))
    done = bidder("replay", config, "--out", tmp_path / "out", PYTHONPATH=str(tmp_path))
    lines = [line for line in done.stderr.splitlines() if "compiling" not in line]
    assert done.returncode == 2 and len(lines) == 1
    assert "'flat'" in lines[0] and "auction" in lines[0]


def test_progress_on_a_terminal_only(tmp_path):
    config, (mine, theirs) = write(tmp_path), pty.openpty()
    command = [sys.executable, "-m", "bidder", "replay", config, "--no-report", "--out", tmp_path / "out"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=theirs, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            part = os.read(mine, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    process.communicate(timeout=120)
    os.close(mine)
    assert process.returncode == 0
    assert b"replaying 3 settings" in seen or b"reading the log" in seen


@pytest.mark.parametrize("command", ["--help", "replay --help"])
def test_help_says_what_it_does(command):
    done = inside(*command.split())
    assert done.returncode == 0 and "eplay" in done.stdout


def test_help_of_the_replay_commands_loads_nothing_heavy():
    code = (
        "import sys\nfrom bidder.cli.main import run\n"
        "for words in ('replay', 'convert', 'generate', 'schema'): run([words, '--help'])\n"
        "print({'numpy', 'pandas', 'scipy', 'numba', 'pyarrow', 'pydantic', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("set()\n")


def test_a_second_run_on_parquet_loads_neither_pandas_nor_charts(tmp_path):
    write(tmp_path)
    bought = ("--unit", "fen", "--per-currency", "100", "--currency", "CNY")
    assert inside("convert", tmp_path / "log.csv", "--out", tmp_path / "log", *bought).returncode == 0
    config = write(tmp_path, ("reader: csv, path: log.csv, unit: fen, per_currency: 100, currency: CNY",
                              "reader: parquet, path: log"))
    words = ["replay", str(config), "--out", str(tmp_path / "out"), "--no-report", "-q"]
    assert inside(*words).returncode == 0
    code = (
        "import sys\nfrom bidder.cli.main import run\n"
        f"assert run({words!r}) == 0\n"
        "print({'pandas', 'altair', 'vl_convert', 'jinja2', 'distributed', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


@pytest.mark.parametrize(
    ("replaced", "by", "said"),
    [
        ("log.csv", "nothere.csv",
         "{config}:2:26: {folder}/nothere.csv: cannot be read: no such file or folder"),
        ("path: log.csv", "path: w/log, world: no.yaml",
         "{config}:2:40: {folder}/no.yaml cannot be read: No such file or directory"),
        ("bids: {max: 300}", "auction: {payment: gsp}",
         "{config}:3:20: gsp ranks competing bids, and the log has none; expected "
         "log: {{bids: ...}}, competitors: fitted, or second_price or first_price"),
        ("kind: constant, bid: 40", "kind: ortb1",
         "{config}:6:5: strategy 'flat': c is needed, or earlier auctions "
         "(split: {{train: ...}} or training: {{...}}) to find it in"),
        ("kind: constant, bid: 40", "kind: 'no_such:Mine'",
         "{config}:6:24: no_such:Mine: no_such cannot be imported (ModuleNotFoundError: No module named "
         "'no_such'); expected a module that is beside the experiment, in this folder or installed"),
        ("kind: constant, bid: 40", "kind: 'mine:Mne'",
         "{config}:6:24: mine:Mne: mine has no Mne; expected one of Mine, Lazy, did you mean 'Mine'?"),
        ("kind: constant, bid: 40", "kind: 'mine:Mine'", "{config}:6:5: strategy 'flat': RuntimeError: boom"),
        ("episodes: {auctions: 50,", "episodes: {auctions: 50, period: day,",
         "{config}:4:1: episodes has both auctions and period; expected one of them"),
        ("[20, 40]", "[20, -40, x]",
         "{config}:7:46: found -40; expected a number of at least 0 (Bid for an impression of average "
         "click rate, in the log's unit)\n{config}:7:51: found text 'x'; expected a number (Bid for an "
         "impression of average click rate, in the log's unit)"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(replaced, by, said, tmp_path):
    (tmp_path / "mine.py").write_text(
        "from bidder import Strategy, StrategyParams\n"
        "class P(StrategyParams):\n    kind: str\n"
        "class Mine(Strategy):\n    Params = P\n"
        "    def __init__(self, params, market):\n        raise RuntimeError('boom')\n"
        "    def base(self, requests):\n        return requests.pctr\n"
        "class Lazy(Mine):\n    pass\n",
        encoding="utf-8",
    )
    config = write(tmp_path, (replaced, by))
    done = inside("replay", config, "--out", tmp_path / "out", "--no-report")
    lines = [line for line in done.stderr.splitlines() if "compiling" not in line]
    assert done.returncode == 2
    assert "\n".join(lines) == said.format(config=config, folder=tmp_path)


def test_a_wrong_reader_is_suspected_where_every_row_is_bad(tmp_path):
    config = write(tmp_path, ("reader: csv", "reader: ipinyou_theta"))
    done = inside("replay", config, "--out", tmp_path / "out")
    first, *rows, last = done.stderr.splitlines()
    assert "501 of 501 rows are bad" in first and "right reader" in first
    assert len(rows) == 20 and last.endswith("and 481 more bad rows")


@pytest.mark.parametrize(
    ("file", "said"),
    [("configs/double-11.yaml", "a plan, as for bidder plan"),
     ("simulations/worlds/shop.yaml", "a world, as for bidder generate")],
)
def test_files_for_other_commands_are_refused_in_one_line(file, said):
    done = inside("replay", Path(__file__).resolve().parents[2] / file)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1
    assert f"this is {said}; expected the YAML of an experiment" in done.stderr


@pytest.mark.parametrize("address", ["foo", "tcp://", "http://a:80", "tcp://host"])
def test_addresses_of_clusters_are_checked_before_anything_is_read(address):
    done = inside("replay", "no-such-file.yaml", "--cluster", address)
    assert done.returncode == 2
    assert done.stderr == f"--cluster {address}: is no address; expected tcp://host:port of a scheduler\n"


def test_debugging_shows_the_line_of_an_own_strategy(tmp_path, monkeypatch):
    monkeypatch.setenv("BIDDER_DEBUG", "1")
    (tmp_path / "own.py").write_text(
        "from bidder import Strategy, StrategyParams\n"
        "class P(StrategyParams):\n    kind: str\n"
        "class Own(Strategy):\n    Params = P\n"
        "    def base(self, requests):\n        return requests.nothing\n",
        encoding="utf-8",
    )
    config = write(tmp_path, ("kind: constant, bid: 40", "kind: 'own:Own'"))
    done = inside("replay", config, "--out", tmp_path / "out")
    assert done.returncode == 2 and "own.py" in done.stderr and "requests.nothing" in done.stderr
