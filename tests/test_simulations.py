"""Generated configs are what their scripts write."""

from __future__ import annotations

import csv
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def test_weekly_year_is_what_its_script_writes(tmp_path):
    target = tmp_path / "year.yaml"
    script = ROOT / "simulations" / "make_weekly_year.py"
    subprocess.run([sys.executable, script, target], check=True, timeout=60)
    assert target.read_bytes() == (ROOT / "configs" / "weekly-year.yaml").read_bytes()


def test_weekly_year_depends_on_its_seed():
    generate = runpy.run_path(str(ROOT / "simulations" / "make_weekly_year.py"))["generate"]
    assert generate(1) == generate(1) != generate(2)


def test_midflight_tables_are_what_their_script_writes(tmp_path):
    """To a part in a thousand: a later solver may stop at another point within the certified gap."""
    (tmp_path / "double-11.yaml").write_bytes((ROOT / "configs" / "double-11.yaml").read_bytes())
    script = ROOT / "simulations" / "make_midflight.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=60)
    for name in ("double-11-plan.csv", "double-11-actuals.csv"):
        folders = (tmp_path, ROOT / "configs")
        made, shipped = (list(csv.DictReader((f / name).open(encoding="utf-8"))) for f in folders)
        assert [list(r.values())[:3] for r in made] == [list(r.values())[:3] for r in shipped]
        sums = [sum(float(r["spend"]) for r in rows) for rows in (made, shipped)]
        assert sums[0] == pytest.approx(sums[1], rel=1e-3)
