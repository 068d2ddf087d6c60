"""Disks that are full or broken, at every write: said clearly, nothing torn, made good by the next start."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from bids_interrupted import KINDS, Case, compiled_shim, make_case
from bids_nursery import Nursery

LASTING = 1000
"""Added to an error: that call fails, and all later ones too."""
PAGE = 4096
DISK = 24 << 20


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    return compiled_shim(tmp_path_factory.mktemp("shim"))


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory, shim: Path | None) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"), shim)
    yield made
    made.close()


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory, nursery: Nursery, shim: Path | None) -> dict[str, Case]:
    home = tmp_path_factory.mktemp("faults")
    return {kind: make_case(kind, nursery, home, shim is not None) for kind in KINDS}


def check_told(code: int, said: str) -> None:
    """Bad input, and a line or two that say what cannot be done."""
    assert code == 2, (code, said)
    assert "cannot" in said and "Traceback" not in said and "bug" not in said
    assert len(said.splitlines()) <= 3


def fail_at(case: Case, call: int, error: int) -> int:
    """Let a call fail; the exit code."""
    with case.copy(f"{call}-{error}") as folder:
        started = case.start(folder, (call, error))
        code = started.wait()
        if code:  # what only tidies up, or names the holder of a lock, may fail
            check_told(code, started.stderr)
        case.check_interrupted(folder)
        return code


@pytest.mark.parametrize("error", [errno.EIO, LASTING + errno.EIO, LASTING + errno.ENOSPC])
@pytest.mark.parametrize("kind", ["first", "second"])
def test_a_broken_disk_is_told_and_made_good(
    cases: dict[str, Case], shim: Path | None, kind: str, error: int
) -> None:
    if shim is None:
        pytest.skip("no gcc to build the shim with")
    case = cases[kind]
    codes = [fail_at(case, max(1, int(case.calls * share)), error) for share in (0.0, 0.7, 0.9)]
    assert 2 in codes


@pytest.mark.exhaustive
@pytest.mark.parametrize("error", [errno.EIO, LASTING + errno.EIO, LASTING + errno.ENOSPC])
@pytest.mark.parametrize("kind", KINDS)
def test_every_call_that_may_fail(cases: dict[str, Case], shim: Path | None, kind: str, error: int) -> None:
    if shim is None:
        pytest.skip("no gcc to build the shim with")
    case = cases[kind]
    with ThreadPoolExecutor(2) as pool:
        codes = list(pool.map(lambda call: fail_at(case, call, error), range(1, case.calls + 1)))
    assert codes.count(2) > case.calls // 2


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, of 24 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    try:
        done = subprocess.run(mounted, capture_output=True, text=True)
    except FileNotFoundError:
        pytest.skip("no mount")
    if done.returncode:
        pytest.skip(f"a file system cannot be mounted: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@contextmanager
def nearly_full(disk: Path, pages: int) -> Iterator[None]:
    """Leave room for this many pages."""
    filler = disk / "filler"
    handle = os.open(filler, os.O_WRONLY | os.O_CREAT)
    seen = os.fstatvfs(handle)
    taken = seen.f_bavail * seen.f_frsize - pages * PAGE
    os.posix_fallocate(handle, 0, taken)
    os.close(handle)
    try:
        yield
    finally:
        filler.unlink()


def with_room_for(case: Case, disk: Path, pages: int, tmp: Path | None = None) -> int:
    """Start on a disk that is nearly full; the exit code."""
    with case.copy(f"room-{pages}", disk) as folder:
        with nearly_full(disk, pages):
            env = {"TMPDIR": str(tmp or folder / "tmp")}
            started = case.nursery.start(case.arguments, folder, env=env)
            code = started.wait()
        if code:
            check_told(code, started.stderr)
            case.check_interrupted(folder)
        else:
            case.check_next_start(folder)
        return code


@pytest.mark.parametrize("kind", ["first", "second"])
def test_a_full_disk_is_told_and_made_good(cases: dict[str, Case], disk: Path, kind: str) -> None:
    codes = [with_room_for(cases[kind], disk, pages) for pages in (0, 9, 40, 5000)]
    assert codes[0] == 2 and codes[-1] == 0


def test_a_full_disk_for_temporary_files_is_told(cases: dict[str, Case], disk: Path) -> None:
    tmp = disk / "elsewhere"
    tmp.mkdir()
    case = cases["first"]
    with nearly_full(disk, 8), case.copy("no-room-for-rows") as folder:
        started = case.nursery.start(case.arguments, folder, env={"TMPDIR": str(tmp)})
        check_told(started.wait(), started.stderr)
        assert "temporary files" in started.stderr and str(tmp) in started.stderr
        case.check_interrupted(folder)
    assert [path.name for path in tmp.iterdir() if path.name.startswith("bidder-")] == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("kind", KINDS)
def test_every_size_of_disk(cases: dict[str, Case], disk: Path, tmp_path: Path, kind: str) -> None:
    """A page more each time, until there is room for all but the rows of reports."""
    pages, codes = 0, [2]
    while codes[-3:] != [0, 0, 0]:
        codes.append(with_room_for(cases[kind], disk, pages, tmp_path))
        pages += 1
    assert codes.count(2) > 5


@pytest.mark.exhaustive
def test_every_size_of_disk_for_rows(cases: dict[str, Case], disk: Path) -> None:
    codes = [with_room_for(cases["first"], disk, pages) for pages in range(0, 1200, 8)]
    assert codes[0] == 2 and codes[-1] == 0
