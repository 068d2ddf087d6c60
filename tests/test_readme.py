"""What README.md says is so: its commands, its configs, its code, its links."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bidder.cli.main import COMMANDS, run
from bidder.errors import ExitCode, InputError
from bidder.files.yaml_reader import parse_yaml
from bidder.jobs.config import load_plan

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAIN = "python -m pip install . && bidder plan configs/double-11.yaml"
TESTS = "python -m pip install '.[dev]' && pytest"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_exactly_two_commands():
    assert [block.strip() for block in blocks("sh")] == [MAIN, TESTS]
    assert re.findall(r"^python -m pip install .+ && .+$", README, re.MULTILINE) == [MAIN, TESTS]


def test_gate_takes_the_commands_from_the_readme():
    gate = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert MAIN not in gate and TESTS not in gate and "README.md" in gate


def test_every_block_of_yaml_is_valid(tmp_path):
    first, *others = blocks("yaml")
    for number, more in enumerate(["", *others]):
        config = tmp_path / f"{number}.yaml"
        config.write_text(first + more, encoding="utf-8")
        loaded = load_plan(config)
        assert loaded.spec.name == "small-plan"


def test_the_whole_example_runs(tmp_path):
    config = tmp_path / "readme.yaml"
    config.write_text("".join(blocks("yaml")), encoding="utf-8")
    try:
        load_plan(config)
    except InputError as error:
        pytest.fail(str(error))
    # All limits together are an enumeration, not a plan; the first block alone is one.
    config.write_text(blocks("yaml")[0], encoding="utf-8")
    assert run(["plan", str(config), "--out", str(tmp_path / "out"), "-q", "--no-report"]) == 0


def test_python_block_runs(monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    exec(compile(blocks("python")[0], "README.md", "exec"), {})
    assert "one more CNY of budget total earns" in capsys.readouterr().out


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
        assert (ROOT / path).exists(), path


def test_inline_settings_are_yaml():
    for text in re.findall(r"`(replan: \{[^`]+\})`", README):
        assert set(parse_yaml(text, "README.md").data["replan"]) == {"from", "max_change", "penalty"}
