"""Folders that take their name when they are whole, and what killed processes leave of them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from bidder.files import growing
from bidder.files.growing import GrowingFolder

KILLED = """
import os, signal, sys
from bidder.files.growing import GrowingFolder
folder = GrowingFolder(sys.argv[1])
folder.make()
(folder.path / "part").write_text("x")
print(folder.path.name, flush=True)
os.kill(os.getpid(), signal.SIGKILL) if sys.argv[2] == "kill" else sys.stdin.read()
"""


def grown(target, text):
    folder = GrowingFolder(target)
    folder.make()
    try:
        (folder.path / "file").write_text(text, encoding="utf-8")
        assert not target.exists() or (target / "file").read_text(encoding="utf-8") != text
        folder.take_the_name()
    finally:
        folder.close()


def aged(path):
    long_ago = time.time() - 2 * growing.YOUNG
    os.utime(path, (long_ago, long_ago))


def test_it_is_seen_whole_and_replaces_what_was_there(tmp_path):
    for text in ("one", "two"):
        grown(tmp_path / "log", text)
        assert [p.name for p in tmp_path.iterdir()] == ["log"]
        assert (tmp_path / "log" / "file").read_text(encoding="utf-8") == text


def test_it_is_given_up_when_somebody_else_was_first(tmp_path):
    grown(tmp_path / "log", "theirs")
    folder = GrowingFolder(tmp_path / "log")
    folder.make()
    folder.take_the_name(lambda: False)
    folder.close()
    assert (tmp_path / "log" / "file").read_text(encoding="utf-8") == "theirs"
    assert [p.name for p in tmp_path.iterdir()] == ["log"]


@pytest.mark.skipif(os.name == "nt", reason="folders cannot be locked on Windows")
def test_what_a_killed_process_left_is_taken_away_by_the_next_one(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path / "log")]
    left = subprocess.run([*command, "kill"], capture_output=True, text=True)
    assert left.returncode == -signal.SIGKILL
    living = subprocess.Popen([*command, "wait"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        alive = living.stdout.readline().strip()
        (tmp_path / ".log.0123456789ab.old").mkdir()
        (tmp_path / ".log.young.tmp").mkdir()
        (tmp_path / ".log2.0123456789ab.tmp").mkdir()
        for path in tmp_path.iterdir():
            aged(path)
        grown(tmp_path / "log", "whole")
        # The one that is being written, and what is not of this name, stay; the old one stays while nothing
        # stood in its place.
        kept = {alive, ".log.0123456789ab.old", ".log.young.tmp", ".log2.0123456789ab.tmp", "log"}
        assert {p.name for p in tmp_path.iterdir()} == kept
        aged(tmp_path / ".log.0123456789ab.old")
        grown(tmp_path / "log", "again")
        assert {p.name for p in tmp_path.iterdir()} == kept - {".log.0123456789ab.old"}
    finally:
        living.communicate("")
