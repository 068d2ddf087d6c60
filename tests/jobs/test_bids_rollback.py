"""Rolling back restores every bid, week and modifier, whatever happened in the nights before."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bids_platform_world import Key, World, night_of

from bidder.cli.main import run
from bidder.keywords.platforms import PROFILES


@dataclass
class Night:
    """A night that was exported and applied.

    ``before`` is the account's state before it, ``touched`` the keywords whose bids it set, ``edited`` those
    that a human has set since then.
    """

    folder: Path
    before: Any
    touched: set[Key]
    edited: set[Key]


def nightly(number: int) -> int:
    return run([
        "bids", "nightly", "night.yaml", "--date", str(night_of(number)), "--quiet", "--no-report",
        "--auto-approve-within-guardrails",
    ])  # fmt: skip


def sheets(run_folder: Path, rollback: bool) -> dict[str, bytes]:
    folder = Path("exports") / run_folder.name
    files = {path.name: path.read_bytes() for path in folder.iterdir()} if folder.exists() else {}
    return {name: content for name, content in files.items() if name.startswith("rollback_") == rollback}


def edit(world: World, draw: np.random.Generator, nights: list[Night]) -> None:
    """A human sets some bids."""
    for key in list(world.bids):
        if draw.random() < 0.2 and world.bids[key] >= 0:
            world.bids[key] = int(draw.integers(10, 400)) * 10_000
            for night in nights:
                night.edited.add(key)


def play(world: World, draw: np.random.Generator, number: int) -> Night:
    """A night: reports with the bids in force, run, sheets applied."""
    campaigns = [name for name in world.campaigns if draw.random() < 0.8] or world.campaigns
    world.write(night_of(number), campaigns)
    before = world.state()
    assert nightly(number) == 0
    (folder,) = Path("runs/night").glob(f"{night_of(number)}-*")
    touched = world.apply(sheets(folder, rollback=False))
    return Night(folder, before, touched, set())


def undo(world: World, night: Night) -> None:
    """Roll a night back, and look whether everything is as it was."""
    here = world.state()
    assert run(["bids", "rollback", str(night.folder), "--quiet"]) == 0
    touched = world.apply(sheets(night.folder, rollback=True))
    assert touched == night.touched
    bids, weeks, segments = world.state()
    assert (weeks, segments) == night.before[1:]
    for key, bid in bids.items():
        kept = key in night.edited and key not in touched
        assert bid == (here[0][key] if kept else night.before[0][key]), key


def play_and_undo(tmp_path: Path, platform: str, seed: int, nights: int) -> list[Night]:
    world, draw, played = World(tmp_path / "shop", platform, seed), np.random.default_rng(seed), []
    os.chdir(world.folder)
    for number in range(nights):
        played.append(play(world, draw, number))
        if number < nights - 1 or seed % 2:
            edit(world, draw, played)
    for night in played[:-1]:  # never out of order
        assert run(["bids", "rollback", str(night.folder), "--quiet"]) == 4
    for night in reversed(played):
        undo(world, night)
    return played


@pytest.mark.parametrize("platform", PROFILES)
def test_nights_are_undone_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.chdir(tmp_path)
    played = play_and_undo(tmp_path, platform, len(platform), 3)
    assert any(night.touched for night in played)


def test_an_early_night_never_goes_over_a_later_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world, draw = World(tmp_path / "shop", "generic", 1), np.random.default_rng(1)
    monkeypatch.chdir(world.folder)
    world.write(night_of(1), world.campaigns)
    waiting = ["bids", "nightly", "night.yaml", "--date", str(night_of(0)), "--quiet", "--no-report"]
    assert run(waiting) == 0
    play(world, draw, 1)
    (early,) = Path("runs/night").glob(f"{night_of(0)}-*")
    assert run(["bids", "approve", str(early), "--quiet"]) == 4
    assert nightly(0) == 4
    assert not sheets(early, rollback=False)


def test_sheets_that_a_killed_export_has_left_are_undone_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written, and taken by somebody, but the ledger has not heard of it."""
    world, draw = World(tmp_path / "shop", "generic", 1), np.random.default_rng(1)
    monkeypatch.chdir(world.folder)
    played = play(world, draw, 0)
    with sqlite3.connect("ledger.db") as ledger:
        ledger.execute("UPDATE bidder_run SET state = 'approved'")
        ledger.execute("DELETE FROM bidder_step WHERE state = 'exported'")
    ledger.close()
    undo(world, played)


@pytest.mark.exhaustive
@pytest.mark.parametrize("platform", PROFILES)
def test_many_accounts_are_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.chdir(tmp_path)
    for seed in range(8):
        play_and_undo(tmp_path / str(seed), platform, 100 + seed, 5)
