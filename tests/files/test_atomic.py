"""Files are written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bidder.errors import InputError
from bidder.files.atomic import OutputFolder, write_bytes, write_text


def test_text_arrives_and_nothing_else_stays(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "Größe 中文\n")
    write_text(tmp_path / "a.txt", "second\n")
    assert (tmp_path / "a.txt").read_bytes() == b"second\n"
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.txt"
    write_text(target, "old")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match=r"a\.txt: cannot be written: No space left on device"):
        write_text(target, "new")
    assert target.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_places_that_cannot_be_written(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none" / "a.txt", tmp_path / ("x" * 300)):
        with pytest.raises(InputError, match="cannot be written"):
            write_text(path, "x")


def test_the_mode_follows_the_umask(tmp_path: Path) -> None:
    old = os.umask(0o027)
    try:
        write_text(tmp_path / "a", "x")
    finally:
        os.umask(old)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_links_and_devices_are_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"
    write_text("/dev/null", "x")
    assert not Path("/dev/null").is_file()


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    target, sizes, stop = tmp_path / "a.bin", set(), threading.Event()
    write_bytes(target, b"a" * 100_000)

    def read() -> None:
        while not stop.is_set():
            sizes.add(len(set(target.read_bytes())))

    reader = threading.Thread(target=read)
    reader.start()
    for k in range(30):
        write_bytes(target, bytes([97 + k % 26]) * (100_000 + k))
    stop.set()
    reader.join()
    assert sizes == {1}


def test_a_killed_writer_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    write_bytes(target, b"old")
    code = (
        "import sys\nfrom bidder.files.atomic import write_bytes\nprint('go', flush=True)\n"
        "while True:\n    write_bytes(sys.argv[1], b'new' * 2_000_000)\n"
    )
    writer = subprocess.Popen([sys.executable, "-c", code, str(target)], stdout=subprocess.PIPE)
    assert writer.stdout is not None
    writer.stdout.readline()
    time.sleep(0.1)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert target.read_bytes() in (b"old", b"new" * 2_000_000)


def test_the_folder_appears_with_its_summary_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    replace = Path.replace

    def watched(self: Path, target: Path) -> Path:
        order.append(Path(target).name)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", watched)
    with OutputFolder(tmp_path / "deep" / "run") as out:
        out.text("summary.json", "{}")
        out.table("plan.csv", ["a", "b"], [["=x", 1.5]])
        out.bytes("chart.png", b"\x89")
    assert order == ["plan.csv", "chart.png", "summary.json"]
    assert (tmp_path / "deep" / "run" / "plan.csv").read_text() == "a,b\n'=x,1.5\n"


def test_an_error_inside_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), OutputFolder(tmp_path / "run") as out:
        out.text("plan.csv", "x")
        raise ZeroDivisionError
    assert not (tmp_path / "run").exists()


def test_a_broken_rewrite_has_no_summary(tmp_path: Path) -> None:
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "plan.csv").mkdir()
    with pytest.raises(InputError), OutputFolder(tmp_path) as out:
        out.text("summary.json", "{}")
        out.text("plan.csv", "x")
    assert not (tmp_path / "summary.json").exists()


def test_a_file_in_the_way_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("x")
    with pytest.raises(InputError, match="run: cannot be written"), OutputFolder(tmp_path / "run") as out:
        out.text("plan.csv", "x")


def test_large_files_are_written_before_the_others_and_the_last_is_away_meanwhile(tmp_path):
    first, other = b"1" * (3 << 20), b"1" * (3 << 20) + b"2"
    for large in (first, other):
        with OutputFolder(tmp_path / "run") as out:
            assert out.at_once("large.csv", [large[:9], large[9:]]) == hashlib.sha256(large).hexdigest()
            assert (tmp_path / "run" / "large.csv").read_bytes() == large
            assert not (tmp_path / "run" / "summary.json").exists()
            out.text("summary.json", "{}")
        assert (tmp_path / "run" / "summary.json").read_text() == "{}"


def test_a_large_file_that_stands_there_already_leaves_the_last_one_alone(tmp_path):
    def write(large):
        with OutputFolder(tmp_path / "run") as out:
            out.at_once("large.csv", [large])
            seen = (tmp_path / "run" / "summary.json").exists()
            out.text("summary.json", "{}")
        return seen

    large = b"1" * (2 << 20)
    assert not write(large)
    before = {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").iterdir()}
    assert write(large)
    assert {p.name: p.stat().st_mtime_ns for p in (tmp_path / "run").iterdir()} == before
    assert not write(large[:-1] + b"2")
