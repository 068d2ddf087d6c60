"""The charts' script is made once, and made again when the kept one is of no use."""

from __future__ import annotations

import sys

import pytest

from bidder.reports import bundle as module

SCRIPT = "var a = '<\\/script';\n"


@pytest.fixture
def made(tmp_path, monkeypatch):
    """How often the script was made; what is kept is kept below the test's folder."""
    count = []
    monkeypatch.setattr(module, "_home", lambda: tmp_path / "cache" / "charts.zlib")
    monkeypatch.setattr(module, "_made", lambda: count.append(1) or SCRIPT)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    return count


def again() -> str:
    module.bundle.cache_clear()
    return module.bundle()


def test_made_once(made, tmp_path):
    assert again() == again() == SCRIPT and len(made) == 1
    assert [p.name for p in (tmp_path / "cache").iterdir()] == ["charts.zlib"]


@pytest.mark.parametrize("damage", [lambda b: b[:-3], lambda b: b"", lambda b: b[:20] + b"?" + b[21:]])
def test_a_damaged_file_is_made_again(damage, made, tmp_path):
    again()
    path = tmp_path / "cache" / "charts.zlib"
    path.write_bytes(damage(path.read_bytes()))
    assert again() == SCRIPT and len(made) == 2
    assert again() == SCRIPT and len(made) == 2


def test_where_nothing_may_be_kept_it_is_made_every_time(made, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert again() == again() == SCRIPT and len(made) == 2
    (tmp_path / "cache").write_text("a file where the folder would be", encoding="utf-8")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    assert again() == SCRIPT and len(made) == 3
    assert (tmp_path / "cache").is_file()


def test_the_kept_script_is_the_one_that_was_made():
    module.bundle.cache_clear()
    assert module.bundle() == module._made()
    module.bundle.cache_clear()
