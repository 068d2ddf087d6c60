"""What README.md says is so: its commands, its configs, its code, its links."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import numpy as np
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from click import Context
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from bidder.auctions.experiments.spec import VariedSpec
from bidder.auctions.experiments.spec_log import Reader
from bidder.auctions.experiments.sweep import RANGE_KEYS
from bidder.auctions.log import COLUMNS
from bidder.auctions.strategies.registry import KINDS
from bidder.cli.main import COMMANDS, cli, run
from bidder.errors import ExitCode, InputError
from bidder.files.overrides import apply_overrides
from bidder.files.yaml_reader import parse_yaml, read_yaml
from bidder.jobs.config import load_plan
from bidder.jobs.replay import run_replay
from bidder.jobs.replay_output import COLUMNS as RESULT_COLUMNS
from bidder.jobs.schema import schema

DAY = 86_400_000_000
FIRST = 1_790_784_000_000_000
"""2026-09-30 16:00 UTC, which is the first of October in Shanghai."""
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAIN = "python -m pip install . && bidder plan configs/double-11.yaml"
TESTS = "python -m pip install '.[dev]' && pytest"


PLANS, _, REST = README.partition("## Replaying past auctions")
REPLAYS, _, EXTENDING = REST.partition("## Extending it")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_exactly_two_commands():
    assert [block.strip() for block in blocks("sh")] == [MAIN, TESTS]
    assert re.findall(r"^python -m pip install .+ && .+$", README, re.MULTILINE) == [MAIN, TESTS]


def test_gate_takes_the_commands_from_the_readme():
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert MAIN not in gate and TESTS not in gate and "README.md" in gate


def test_every_block_of_yaml_is_valid(tmp_path):
    first, *others = blocks("yaml", PLANS)
    for number, more in enumerate(["", *others]):
        config = tmp_path / f"{number}.yaml"
        config.write_text(first + more, encoding="utf-8")
        loaded = load_plan(config)
        assert loaded.spec.name == "small-plan"


def test_the_whole_example_runs(tmp_path):
    config = tmp_path / "readme.yaml"
    config.write_text("".join(blocks("yaml", PLANS)), encoding="utf-8")
    try:
        load_plan(config)
    except InputError as error:
        pytest.fail(str(error))
    # All limits together are an enumeration, not a plan; the first block alone is one.
    config.write_text(blocks("yaml", PLANS)[0], encoding="utf-8")
    assert run(["plan", str(config), "--out", str(tmp_path / "out"), "-q", "--no-report"]) == 0


def test_python_block_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(blocks("python", EXTENDING)[0], "README.md", "exec"), {})
    assert "one more CNY of budget total earns" in capsys.readouterr().out


def auctions(path: Path, header: str, rows: int = 400) -> None:
    """A small log of October 2026 with the columns of a header."""
    rng, step = np.random.default_rng(3), 30 * DAY // rows
    values = {
        "ts": lambda k: FIRST + k * step, "campaign": lambda k: ("shoes", "bags")[k % 2],
        "price_fen": lambda k: int(rng.gamma(2, 700)), "market_price": lambda k: int(rng.gamma(2, 90_000)),
        "p_click": lambda k: round(rng.beta(2, 40), 6), "pctr": lambda k: round(rng.beta(2, 40), 6),
        "pcvr": lambda k: 0.05, "click": lambda k: int(rng.random() < 0.1), "user": lambda k: 1 + k % 30,
        "conversion": lambda k: 0, "value": lambda k: 0, "auction": lambda k: k,
    }
    lines = [",".join(str(values[name](k)) for name in header.split(",")) for k in range(rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")


def written(folder: Path, number: int) -> Path:
    """One of the README's experiments with the logs that it names."""
    auctions(folder / "logs" / "feed-1.csv", "ts,campaign,price_fen,p_click,click")
    header = "ts,campaign,market_price,pctr,pcvr,click,conversion,value,user,auction"
    for name in ("search", "september"):
        auctions(folder / "logs" / f"{name}.csv", header)
        to_parquet(folder / "logs" / f"{name}.csv")
    (folder / "logs" / "bids.csv").write_text(
        "auction,bidder,bid,quality\n" + "".join(f"{k},other,{1000 * k},1\n" for k in range(400)),
        encoding="utf-8",
    )
    visits = "".join(f"{user},{FIRST - DAY}\n" for user in range(1, 31))
    (folder / "logs" / "visits.csv").write_text("user,ts\n" + visits, encoding="utf-8")
    for name in ("bids", "visits"):
        to_parquet(folder / "logs" / f"{name}.csv")
    config = folder / f"{number}.yaml"
    config.write_text(blocks("yaml", REPLAYS)[number], encoding="utf-8")
    return config


def to_parquet(path: Path) -> None:
    pq.write_table(pa_csv.read_csv(path), path.with_suffix(".parquet"))


@pytest.mark.parametrize("number", [0, 1])
def test_experiments_run(number, tmp_path):
    """As they stand, but for fewer auctions: the second one with one squashing and one seed."""
    (tmp_path / "logs").mkdir()
    config = written(tmp_path, number)
    assert best_match(Draft202012Validator(schema("experiment")).iter_errors(read_yaml(config).data)) is None
    fewer = ["auction.squashing=1", "seed=1", "sweep={mode: sample, draws: 3}"] if number else []
    outcome = run_replay(config, tmp_path / "out", overrides=fewer, report=False)
    # The first with 2 budgets: 2 bids, 4 values, 1 tuned value, on 3 parts. Of the second 3 of each strategy.
    assert len(outcome.result.settings) == (6 if number else 2 * (2 + 4 + 1) * 3)
    assert sum(result.total("impressions") for result in outcome.result.results) > 0


def test_no_third_experiment():
    assert len(blocks("yaml", REPLAYS)) == 2


def test_own_strategy_runs(tmp_path):
    (code,) = blocks("python", REPLAYS)
    (tmp_path / "careful.py").write_text(code, encoding="utf-8")
    config = written(tmp_path, 0)
    (entry,) = re.findall(r"`(\{name: mine, .*?\})`", REPLAYS)
    mine = [f"strategies=[{entry}]", "compare={}"]
    outcome = run_replay(config, tmp_path / "out", overrides=mine, report=False)
    settings, results = outcome.result.settings, outcome.result.results
    assert {s.kind for s in settings} == {"careful:Careful"} and len(settings) == 2 * 2 * 3
    assert {t.chosen[0][0] for t in outcome.result.tuned} == {"step"}
    assert all(result.total("cost") > 0 for result in results)
    # In the log's unit: 4 CNY for a click, at a click rate of 5%, are a CPM of about 20,000 fen.
    assert max(result.total("impressions") for result in results) > 50


def test_replays_in_python_run(tmp_path, monkeypatch, capsys):
    text = (ROOT / "simulations" / "worlds" / "display.yaml").read_text(encoding="utf-8")
    (tmp_path / "simulations" / "worlds").mkdir(parents=True)
    smaller = text.replace("auctions: 470000", "auctions: 12000")
    (tmp_path / "simulations" / "worlds" / "display.yaml").write_text(smaller, encoding="utf-8")
    experiment = (ROOT / "simulations" / "ipinyou.yaml").read_text(encoding="utf-8")
    experiment = experiment.replace("15754, 31508", "7878, 7879")  # smaller tables of values
    (tmp_path / "simulations" / "ipinyou.yaml").write_text(experiment, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(blocks("python", EXTENDING)[1], "README.md", "exec"), {})
    best, rows, *figures = capsys.readouterr().out.splitlines()
    assert "'strategy'" in best and rows == "40 rows"
    assert len(figures) == 3 and all(len(line.split()) == 3 for line in figures)


def test_every_key_of_an_experiment_is_told():
    told = set(re.findall(r"\w+", "\n".join(blocks("yaml", REPLAYS))))
    known = schema("experiment")
    keys = set(known["properties"])
    sections = VariedSpec.model_json_schema()["$defs"]
    for name in ("LogSpec", "SplitSpec", "CompareSpec", "SweepSpec", *sections):
        section = known["$defs"][name]
        keys |= set(section.get("properties", ())) | set(section.get("enum", ()))
    assert keys - told == set()
    values = {*Reader.__args__, *COLUMNS, *RANGE_KEYS}
    assert {name for name in values if not re.search(rf"\b{name}\b", REPLAYS)} == set()


def test_every_strategy_is_told():
    for kind in KINDS:
        assert re.search(rf"^\| .*`{kind}`", REPLAYS, re.MULTILINE), kind


def test_every_experiment_and_world_is_told():
    for path in (ROOT / "simulations").glob("*.yaml"):
        assert f"| `{path.name}` |" in REPLAYS
        assert path.read_text(encoding="utf-8").count("bidder replay simulations/" + path.name) == 1
    for path in (ROOT / "simulations" / "worlds").glob("*.yaml"):
        assert path.name in REPLAYS


def test_columns_of_the_results_are_told(tmp_path):
    (first,) = re.findall(r"^\| `results.csv` .*?`(strategy.*?)`", REPLAYS, re.MULTILINE)
    assert tuple(first.split(", ")) == RESULT_COLUMNS[:11]


def test_commands_of_the_replay_part_are_commands(tmp_path):
    """Their options exist; what they do is tested elsewhere."""
    lines = "".join(blocks("console", REPLAYS)).replace("\\\n", "")
    commands = [shlex.split(line.removeprefix("$ ")) for line in lines.splitlines()]
    assert len(commands) == 4 and all(words[0] == "bidder" for words in commands)
    for _, name, *words in commands:
        command = cli.get_command(Context(cli), name)
        assert command is not None
        context = command.make_context(name, list(words))
        for setting in context.params["overrides"]:
            assert apply_overrides(read_yaml(ROOT / "simulations" / "ipinyou.yaml"), [setting])


def test_all_commands_and_exit_codes_are_told():
    for name in COMMANDS:
        assert f"`bidder {name}" in README
    for code in ExitCode:
        assert re.search(rf"^\| {int(code)} \| ", README, re.MULTILINE)


def test_every_file_it_names_is_there():
    for config in (ROOT / "configs").glob("*.yaml"):
        assert f"`{config.name}`" in README
    for path in re.findall(r"`((?:bidder|configs|simulations)/[\w/.-]+)`", README):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert path.startswith("#") or (ROOT / path).exists(), path
    headings = {f"#{h.lower().replace(' ', '-')}" for h in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\((#[^)]+)\)", README)) <= headings


def test_inline_settings_are_yaml():
    for text in re.findall(r"`(replan: \{[^`]+\})`", README):
        assert set(parse_yaml(text, "README.md").data["replan"]) == {"from", "max_change", "penalty"}
