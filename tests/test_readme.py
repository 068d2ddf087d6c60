"""What README.md says is so: its commands, its configs, its code, its links."""

from __future__ import annotations

import re
import shlex
import shutil
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
from bidder.cli.bids import COMMANDS as BIDS_COMMANDS
from bidder.cli.main import COMMANDS, cli, run
from bidder.errors import ExitCode, InputError
from bidder.files.overrides import apply_overrides
from bidder.files.platform_reports.canonical import TYPES as REPORT_COLUMNS
from bidder.files.yaml_reader import parse_yaml, read_yaml
from bidder.jobs.bids.config import load_bids
from bidder.jobs.bids.output import (
    BIDS_COLUMNS,
    BOUNDS,
    REASONS,
    SCHEDULE_COLUMNS,
    SEGMENT_COLUMNS,
)
from bidder.jobs.config import load_plan
from bidder.jobs.replay import run_replay
from bidder.jobs.replay_output import COLUMNS as RESULT_COLUMNS
from bidder.jobs.schema import schema
from bidder.keywords.spec import Account
from bidder.keywords.spec_bidding import AlphaSpec, Exploration
from bidder.keywords.spec_guardrails import Guardrails, StopRules
from bidder.keywords.spec_reports import DataRules, ReportKind, ReportReader
from bidder.keywords.spec_slots import SlotSpec
from bidder.keywords.spec_terms import TermSpec
from bidder.ledger.records import RunState

DAY = 86_400_000_000
FIRST = 1_790_784_000_000_000
"""2026-09-30 16:00 UTC, which is the first of October in Shanghai."""
ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAIN = "python -m pip install . && bidder plan configs/double-11.yaml"
TESTS = "python -m pip install '.[dev]' && pytest"


PLANS, _, REST = README.partition("## Keyword bids every night\n")
BIDS, _, REST = REST.partition("## Replaying past auctions\n")
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
        assert path.name in BIDS + REPLAYS


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


def test_the_nightly_config_is_valid_and_all_that_can_be_said(tmp_path):
    (text,) = blocks("yaml", BIDS)
    config = tmp_path / "nightly.yaml"
    config.write_text(text, encoding="utf-8")
    load_bids(config)
    assert best_match(Draft202012Validator(schema("bids")).iter_errors(read_yaml(config).data)) is None
    told, known = set(re.findall(r"\w+", text)), schema("bids")
    keys = set(known["properties"])
    for section in known["$defs"].values():
        keys |= set(section.get("properties", ()))
    assert len(keys) > 80 and keys - told == set()
    platforms = Account.model_fields["platform"].annotation.__args__
    assert {name for name in platforms if name not in told} == set()


def test_defaults_are_told_as_they_are(tmp_path):
    """Where the example says what a job does anyway, the figure is the one that holds."""
    config = tmp_path / "nightly.yaml"
    config.write_text(blocks("yaml", BIDS)[0], encoding="utf-8")
    given = load_bids(config).spec
    assert given.alpha == AlphaSpec() and given.exploration == Exploration()
    plain = Guardrails(bid=given.guardrails.bid)
    differing = {"classes", "automated"}
    assert given.guardrails.model_dump(exclude=differing) == plain.model_dump(exclude=differing)
    differing = {"blocks", "min", "max"}
    assert given.slots.model_dump(exclude=differing) == SlotSpec().model_dump(exclude=differing)
    assert given.data.model_dump(exclude={"least_hours"}) == DataRules().model_dump(exclude={"least_hours"})
    assert given.terms.model_copy(update={"least_cost": None, "exempt": []}) == TermSpec()
    stop = StopRules()
    assert f"by more than {stop.spend_change:.0%}" in BIDS
    assert f"more than {stop.changed_share:.0%} of" in BIDS
    assert stop.zero_conversions == 1e-6 and f"more than {stop.jump_sigmas:g} standard deviations" in BIDS


def test_readers_kinds_and_columns_of_reports_are_told():
    for value in (*ReportReader, *ReportKind):
        assert re.search(rf"^\| `{value}`", BIDS, re.MULTILINE), value
    told = set(re.findall(r"\w+", " ".join(re.findall(r"`([a-z_, \n]+)`", BIDS))))
    assert set(REPORT_COLUMNS) - told == set()


def test_guardrails_are_told_in_their_order():
    table = BIDS.partition("### Guardrails")[2].partition("Checks of the whole account")[0]
    names = re.findall(r"`([a-z_]+)`", "\n".join(re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)))
    assert names[1:] == BOUNDS[1:]  # the first is the column's name
    assert {reason for reason in REASONS if f"`{reason}`" not in BIDS} == set()
    assert {word for word in RunState if f"`{word}`" not in BIDS} == set()


def test_columns_of_the_bids_are_told():
    for name, columns in (("bids.csv", BIDS_COLUMNS[:11]), ("schedule.csv", SCHEDULE_COLUMNS),
                          ("segments.csv", SEGMENT_COLUMNS)):  # fmt: skip
        (told,) = re.findall(rf"^\| `{name}` \|.*?`([a-z_, ]+)`", BIDS, re.MULTILINE)
        assert tuple(told.split(", ")) == columns


def bids_commands() -> list[list[str]]:
    """The words of every command in the part about bids."""
    lines = "".join(blocks("console", BIDS)).replace("\\\n", "")
    return [shlex.split(line.removeprefix("$ ")) for line in lines.splitlines()]


def test_commands_of_the_bids_part_are_commands():
    """Their options exist; what they do is tested elsewhere."""
    assert len(bids_commands()) == 4
    for _, name, *words in bids_commands():
        command = cli.get_command(Context(cli), name)
        if name == "bids":
            command, words = command.get_command(Context(command), words[0]), words[1:]
        command.make_context(name, list(words))
    group = cli.get_command(Context(cli), "bids")
    listed = dict(re.findall(r"^\| `bidder bids (\w+) .*?` \|(.*)$", BIDS, re.MULTILINE))
    assert set(listed) == set(BIDS_COMMANDS)
    for name, said in listed.items():
        known = {o for p in group.get_command(Context(group), name).params for o in p.opts}
        assert set(re.findall(r"--[a-z-]+", said)) <= known, name


def test_the_systemd_unit_runs_a_night():
    text = (ROOT / "configs" / "bidder-nightly.service").read_text(encoding="utf-8").replace("\\\n", "")
    (line,) = re.findall(r"bin/(bidder bids nightly .*?)'$", text, re.MULTILINE)
    dated = re.sub(r'"\$\(date .*?\)"', "2026-10-12", line)
    group = cli.get_command(Context(cli), "bids")
    context = group.get_command(Context(group), "nightly").make_context("nightly", shlex.split(dated)[3:])
    assert context.params["auto_approve"] and (ROOT / context.params["config"]).exists()


def test_nights_run(tmp_path, monkeypatch, capsys):
    """As they stand in the README, on a smaller world: first the proposal, then with approval."""
    worlds = tmp_path / "simulations" / "worlds"
    worlds.mkdir(parents=True)
    (tmp_path / "configs").mkdir()
    shutil.copy(ROOT / "configs" / "nightly.yaml", tmp_path / "configs")
    world = (ROOT / "simulations" / "worlds" / "shop.yaml").read_text(encoding="utf-8")
    smaller = world.replace("auctions: 130000", "auctions: 30000").replace("count: 160", "count: 40")
    (worlds / "shop.yaml").write_text(smaller, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    generate, propose, approve, _ = (words[1:] for words in bids_commands())
    assert run(generate) == 0 and run([*propose, "--no-report"]) == 0
    (folder,) = (tmp_path / "runs" / "nightly").iterdir()
    assert f"bidder bids approve runs/nightly/{folder.name}" in capsys.readouterr().out
    assert run([*approve, "--no-report"]) == 0 and capsys.readouterr().out == ""
    assert len((tmp_path / "runs" / "nightly.jsonl").read_text(encoding="utf-8").splitlines()) > 2
    assert (tmp_path / "runs" / "exports" / folder.name / "change_google_ads_editor.csv").exists()
    assert run(["bids", "rollback", folder.name]) == 0


def test_all_commands_and_exit_codes_are_told():
    for name in COMMANDS:
        assert f"`bidder {name}" in README
    for code in ExitCode:
        assert re.search(rf"^\| {int(code)} \| ", README, re.MULTILINE)


def test_every_file_it_names_is_there():
    for config in (ROOT / "configs").glob("*.*"):
        assert config.suffix in (".csv", ".png") or f"`{config.name}`" in README, config.name
    for path in re.findall(r"`((?:bidder|configs|simulations)/[\w/.@-]+)`", README):
        assert (ROOT / path).exists(), path
    for path in re.findall(r"\]\((?!http)([^)]+)\)", README):
        assert path.startswith("#") or (ROOT / path).exists(), path
    headings = {f"#{h.lower().replace(' ', '-')}" for h in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    assert set(re.findall(r"\]\((#[^)]+)\)", README)) <= headings


def test_inline_settings_are_yaml():
    for text in re.findall(r"`(replan: \{[^`]+\})`", README):
        assert set(parse_yaml(text, "README.md").data["replan"]) == {"from", "max_change", "penalty"}
