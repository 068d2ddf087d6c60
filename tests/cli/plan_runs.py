"""Runs the command as a user does."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from bidder.cli.main import run

CONFIGS = Path(__file__).resolve().parents[2] / "configs"

SMALL = """\
name: small
currency: CNY
horizon: {start: 2026-10-20, periods: 5, period: day}
objective: {maximize: revenue}
budget: {total: 20000}
channels:
  search:
    campaigns:
      core: {curve: {kind: hill, ceiling: 120, half_spend: 2500}, order_value: 200}
      words: {curve: {kind: hill, ceiling: 200, half_spend: 6000}, order_value: 180}
  social:
    spend: {share: [0.3, 0.4]}
    campaigns:
      feed: {curve: {kind: log, scale: 60, spend_scale: 1500}, order_value: 190}
"""


def bidder(*args: object, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    """Run ``bidder`` with arguments; no terminal, a known environment."""
    clean = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "FORCE_COLOR")}
    return subprocess.run(
        [sys.executable, "-m", "bidder", *map(str, args)], cwd=cwd, env={**clean, **env},
        capture_output=True, encoding="utf-8", timeout=120, check=False,
    )


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def inside(*args: object) -> Done:
    """The same in this process, which saves starting one."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = run([str(a) for a in args])
    return Done(code, out.getvalue(), err.getvalue())


def small(folder: Path, *replacements: tuple[str, str]) -> Path:
    """Write the small plan, with parts of its text replaced."""
    text = SMALL
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    path = folder / "small.yaml"
    path.write_text(text, encoding="utf-8")
    return path
