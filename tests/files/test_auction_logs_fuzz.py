"""Damaged logs: whatever is done to a file, it is read, or refused with its rows; never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import log_samples as samples
import pytest
from log_samples import SAMPLES, whole

from bidder.auctions.experiments.spec_log import LogSpec
from bidder.errors import InputError
from bidder.files.auction_logs import open_log
from bidder.files.auction_logs.parquet import ParquetLogWriter

MUTATIONS = 40
"""Of each format."""

CELLS = (
    b"", b" ", b"-1", b"nan", b"inf", b"-inf", b"1e308", b"1e400", b"0x1f", b"1_000", b"9" * 20,
    b"9223372036854775807", b"-9223372036854775808", b"1.5", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf1", b"'",
    b'"', b'"a""b"', b"=1+1", b"1,5", "９".encode(), b"true", b"\t", b"\r", b"a" * 300, b"\x1b[31m",
    b"2013-06-12",
)


def mutated(content: bytes, rng: random.Random) -> bytes:
    """The content after one to three small accidents."""
    for _ in range(rng.randint(1, 3)):
        content = rng.choice((_cell, _bytes, _cut, _line, _swap, _insert))(content, rng)
    return content


def _cell(content: bytes, rng: random.Random) -> bytes:
    sign = b"\t" if b"\t" in content else b"," if b"," in content else b" "
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    cells = lines[at].split(sign)
    cells[rng.randrange(len(cells))] = rng.choice(CELLS)
    lines[at] = sign.join(cells)
    return b"\n".join(lines)


def _bytes(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 4))) + content[at + 2 :]


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _line(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    at = rng.randrange(len(lines))
    return b"\n".join(lines[:at] + lines[at : at + 1] * rng.choice((0, 2, 3)) + lines[at + 1 :])


def _swap(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(b"\n")
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def _insert(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.choice(CELLS) + content[at:]


def _sources(folder: Path) -> dict[str, tuple[list[Path], dict[str, object]]]:
    """Files of every format, and how to open them."""
    found: dict[str, tuple[list[Path], dict[str, object]]] = {}
    for name, sample in SAMPLES.items():
        place = folder / name
        place.mkdir()
        sample.write(place)
        found[name] = ([place / file for file in sample.files], {**sample.spec})
    place = folder / "raw"
    place.mkdir()
    samples.raw(place)
    samples.raw_bids(place)
    found["raw"] = (sorted(place.iterdir()), {"reader": "ipinyou_raw", "path": "."})
    place = folder / "bat"
    place.mkdir()
    rows = "".join(f"c{i % 3},{3600 * (i // 3)},{i % 5},{i}.5,{i},{i / 7}\n" for i in range(20))
    (place / "h.csv").write_text("campaign,hour,price_bin,impressions,clicks,cost\n" + rows)
    found["bat"] = ([place / "h.csv"], {"reader": "bat", "path": "h.csv"})
    log = whole(open_log(LogSpec.model_validate(found["csv with bids"][1]), folder / "csv with bids").source)
    with ParquetLogWriter(folder / "own", log.info, 11) as out:
        out.write(log)
    found["own"] = (sorted((folder / "own").rglob("*.*")), {"reader": "parquet", "path": "."})
    return found


NAMES = (*SAMPLES, "raw", "bat", "own")


def check(spec: LogSpec, folder: Path) -> str:
    """Open and read a log both ways; says how it ended."""
    ends = []
    for skip in (False, True):
        try:
            found = open_log(spec, folder, skip_bad_rows=skip)
            rows = sum(map(len, found.source.pieces())) if found.source else len(found.histogram)
        except InputError as error:
            assert error.problems and all(str(p) for p in error.problems)
            ends.append("refused")
            continue
        assert rows > 0
        assert skip or found.skipped == 0
        assert (found.skipped > 0) == any("left out:" in note for note in found.notes)
        ends.append("read")
    assert ends != ["read", "refused"], "what is good as it is was refused when bad rows may be left out"
    return ends[0] + " " + ends[1]


@pytest.mark.parametrize("name", NAMES)
def test_damaged_files(tmp_path, name):
    files, spec = _sources(tmp_path)[name]
    folder = files[0].parent if name != "own" else tmp_path / "own"
    model = LogSpec.model_validate(spec)
    good = {file: file.read_bytes() for file in files}
    assert check(model, folder) == "read read"
    ends = set()
    for seed in range(MUTATIONS):
        rng = random.Random(f"{name} {seed}")
        file = rng.choice(files)
        file.write_bytes(mutated(good[file], rng))
        try:
            ends.add(check(model, folder))
        except Exception as error:
            error.add_note(f"mutation {seed} of {name}: {file.read_bytes()[:2000]!r}")
            raise
        file.write_bytes(good[file])
    # Rows of text can always be left out; a broken Parquet file cannot be read at all.
    assert ("refused refused" if name == "own" else "refused read") in ends
