"""Damaged reports: read, or refused with positions; never anything else."""

from __future__ import annotations

import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import platform_samples as samples
import pytest
from platform_samples import Sample
from workbook_samples import twin, with_part

from bidder.errors import InputError
from bidder.files.platform_reports.opening import open_reports
from bidder.keywords.spec_reports import ReportKind, ReportSource

CELLS = (
    "", " ", "-1", "nan", "NaN", "inf", "-inf", "1e308", "1e400", "0x1f", "1_000", "9" * 25, "-" * 3, "--",
    "9223372036854775807", "-9223372036854775808", "1.5", "\x00", "\ufeff1", "'", '"', '"a""b"', "=1+1",
    "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "1,5", "1.234,5", "９", "true", "\t", "\r", "\n", "a" * 3000,
    "x" * 1_200_000, "\x1b[31m", "03/04/2026", "2026-02-30", "0000-00-00", "99999-01-01", "12 AM", "< 10%",
    "Total: Account", "合计", "€5", "¥5", "(5)", "5%", "</script>", "\u202e", "½", "1e-400", "1" + ",000" * 9,
    "Total", "\ud800", "1.1.1", ".", ",", "-", "2026年13月40日", "Oct 99, 2026",
)
OTHERS = ("utf-8", "utf-16", "utf-16-le", "utf-32", "gb18030", "cp1252", "shift_jis", "utf-8-sig", "latin-1")
Mutation = Callable[[bytes, random.Random], bytes]


def _end(content: bytes) -> bytes:
    return b"\n\x00" if content[:2] == b"\xff\xfe" else b"\n"


def _cell(content: bytes, rng: random.Random) -> bytes:
    sign = b"\t" if content[:2] == b"\xff\xfe" else b";" if content.count(b";") > 40 else b","
    lines = content.split(_end(content))
    at = rng.randrange(len(lines))
    cells = lines[at].split(sign)
    wide = "utf-16-le" if content[:2] == b"\xff\xfe" else "utf-8"
    cells[rng.randrange(len(cells))] = rng.choice(CELLS).encode(wide, "surrogatepass")
    lines[at] = sign.join(cells)
    return _end(content).join(lines)


def _bytes(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + rng.randbytes(rng.randint(1, 4)) + content[at + rng.randint(0, 3) :]


def _flip(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 8)):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content) + 1)]


def _nul(content: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(content) + 1)
    return content[:at] + b"\0" * rng.choice((1, 2, 4096)) + content[at:]


def _line(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(_end(content))
    at = rng.randrange(len(lines))
    return _end(content).join(lines[:at] + lines[at : at + 1] * rng.choice((0, 2, 3)) + lines[at + 1 :])


def _swap(content: bytes, rng: random.Random) -> bytes:
    lines = content.split(_end(content))
    a, b = rng.randrange(len(lines)), rng.randrange(len(lines))
    lines[a], lines[b] = lines[b], lines[a]
    return _end(content).join(lines)


def _header(content: bytes, rng: random.Random) -> bytes:
    """One name of the header in place of another."""
    lines = content.split(b"\n")
    at = max(range(min(len(lines), 12)), key=lambda i: lines[i].count(b","))
    names = lines[at].split(b",")
    names[rng.randrange(len(names))] = rng.choice(names)
    lines[at] = b",".join(names)
    return b"\n".join(lines)


def _mixed(content: bytes, rng: random.Random) -> bytes:
    """The rest of the file in another encoding."""
    at = rng.randrange(len(content) + 1)
    text = content[at:].decode("utf-8", "replace")
    return content[:at] + text.encode(rng.choice(OTHERS), "replace")


def _recoded(content: bytes, rng: random.Random) -> bytes:
    return content.decode("utf-8", "replace").encode(rng.choice(OTHERS), "replace")


def _joined(content: bytes, rng: random.Random) -> bytes:
    return content + rng.choice(SAMPLES).content


MUTATIONS: tuple[Mutation, ...] = (
    _cell, _cell, _cell, _bytes, _flip, _cut, _nul, _line, _swap, _header, _mixed, _recoded, _joined,
)
PARTS = ("xl/worksheets/sheet1.xml",) * 4 + (
    "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
)  # fmt: skip
SAMPLES = (
    *samples.keyword_reports(), *samples.settings_reports(), Sample("terms.csv", samples.amazon_terms()),
    Sample("bare.csv", samples.microsoft(preamble=False)),
)


def _value(part: bytes, rng: random.Random) -> bytes:
    """Another value, place or kind of one cell of a sheet."""
    found = list(re.finditer(rb'(?<=<v>)[^<]*(?=</v>)|(?<=<t>)[^<]*(?=</t>)|(?<=\b[rts]=")[^"]*(?=")', part))
    if not found:
        return part
    at = rng.choice(found)
    other = rng.choice((*CELLS, "XFD1048576", "A0", "A99999999", "ZZZZ1", "e", "s", "b", "d", "str", "#N/A"))
    safe = other.encode("utf-8", "replace").replace(b"<", b"&lt;").replace(b'"', b"&quot;")
    return part[: at.start()] + safe + part[at.end() :]


INSIDE: tuple[Mutation, ...] = (_value, _value, _value, _bytes, _flip, _cut, _nul)


def book(sample: Sample, rng: random.Random) -> tuple[str, bytes]:
    """The same as a workbook, after one to three accidents to its file or inside its sheet."""
    content = twin(sample)
    for _ in range(rng.randint(1, 3)):
        if rng.random() < 0.5:
            content = rng.choice((_bytes, _flip, _cut, _nul))(content, rng)
        elif zipfile.is_zipfile(io.BytesIO(content)):
            try:
                content = with_part(content, rng.choice(PARTS), lambda part: rng.choice(INSIDE)(part, rng))
            except (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, zlib.error, OSError):
                continue  # damaged already
    return sample.name + rng.choice((".xlsx", ".csv", ".xls")), content


def mutated(sample: Sample, rng: random.Random) -> tuple[str, bytes]:
    """Name and content after one to three accidents."""
    content = sample.content
    for _ in range(rng.randint(1, 3)):
        content = rng.choice(MUTATIONS)(content, rng)
    if rng.random() < 0.1 and not sample.name.endswith(".parquet"):
        packed = gzip.compress(content, 1)
        return sample.name + ".gz", rng.choice((_cut, _flip, lambda c, _: c))(packed, rng)
    return sample.name, content


def check(folder: Path, seed: int) -> bool:
    """Read one damaged report; whether it was taken."""
    rng = random.Random(seed)
    sample = rng.choice(SAMPLES)
    is_book = rng.random() < 0.1 and not sample.name.endswith(".parquet")
    name, content = (book if is_book else mutated)(sample, rng)
    (folder / name).write_bytes(content)
    spec = dict(sample.spec)
    if rng.random() < 0.1:
        spec["kind"] = rng.choice(list(ReportKind))
    try:
        (report,) = open_reports([ReportSource(path=name, **spec)], folder, samples.CURRENCY)
        for batch in report.batches():
            batch.validate(full=True)
        assert report.facts.rows >= 0
    except InputError as error:
        assert error.problems
        for problem in error.problems:
            assert problem.place is not None, problem
            assert problem.place.file.endswith(name)
            str(problem).encode()  # can be shown
            assert len(str(problem)) < 2000, problem
        return False
    return True


@pytest.mark.parametrize("start", range(0, 300, 50))
def test_damaged_reports_are_read_or_refused(start: int, tmp_path: Path) -> None:
    taken = [check(tmp_path, seed) for seed in range(start, start + 50)]
    assert 0 < sum(taken) < 50


@pytest.mark.parametrize("start", [
    pytest.param(start, marks=pytest.mark.slow if start < 11_000 else pytest.mark.exhaustive)
    for start in range(10_000, 15_000, 500)
])
def test_five_thousand_damaged_reports(start: int, tmp_path: Path) -> None:
    for seed in range(start, start + 500):
        check(tmp_path, seed)
