"""``bidder init``: an example that runs as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from plan_recheck import Recheck

from bidder.cli.main import run
from bidder.errors import InputError
from bidder.jobs.config import load_plan
from bidder.jobs.init import FILES, write_example


def test_example_runs_as_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(["init", "mine"]) == 0
    done = capsys.readouterr()
    assert done.out == "" and "bidder plan mine/plan.yaml" in done.err
    assert run(["plan", "mine/plan.yaml", "--no-report", "-q"]) == 0
    assert Recheck(load_plan("mine/plan.yaml").spec, Path("runs/first-plan/plan.csv")).check() == []


def test_example_of_actuals_fits_the_plan(tmp_path):
    write_example(tmp_path)
    args = ["--set", "actuals=actuals-example.csv", "--out", str(tmp_path / "out"), "--no-report", "-q"]
    assert run(["plan", str(tmp_path / "plan.yaml"), *args]) == 0
    actuals = tmp_path / "actuals-example.csv"
    recheck = Recheck(load_plan(tmp_path / "plan.yaml").spec, tmp_path / "out/plan.csv", actuals)
    assert recheck.past == 2 and recheck.check() == []


def test_commented_lines_work_when_uncommented(tmp_path):
    write_example(tmp_path)
    config = tmp_path / "plan.yaml"
    text = config.read_text(encoding="utf-8")
    for kind in ("ramp", "lock", "stock"):
        text = text.replace(f"# - {{kind: {kind}", f"- {{kind: {kind}")
    config.write_text(text.replace("# actuals:", "actuals:"), encoding="utf-8")
    kinds = [limit.kind for limit in load_plan(config).spec.constraints]
    assert kinds == ["roas", "share", "cash", "ramp", "lock", "stock"]


def test_nothing_is_overwritten(tmp_path, capsys):
    (tmp_path / "plan.yaml").write_text("mine", encoding="utf-8")
    assert run(["init", str(tmp_path)]) == 2
    assert "plan.yaml: exists already" in capsys.readouterr().err
    assert [p.name for p in tmp_path.iterdir()] == ["plan.yaml"]
    assert (tmp_path / "plan.yaml").read_text(encoding="utf-8") == "mine"


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be made a folder"):
        write_example(tmp_path / "file" / "below")


def test_dangling_link_is_not_followed(tmp_path):
    (tmp_path / FILES[0]).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="exists already"):
        write_example(tmp_path)
