"""A working example to start from."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from bidder.errors import InputError, Place, Problem
from bidder.files.atomic import write_text

FILES = ("plan.yaml", "actuals-example.csv")
"""What is written; the first is the config to run."""


def write_example(folder: str | Path) -> tuple[Path, ...]:
    """Write a small commented plan config and an example of actuals into a folder.

    Raises
    ------
    InputError
        When one of the files is there already, or the folder cannot be made; nothing is written then.
    """
    target = Path(folder)
    there = [target / name for name in FILES if (target / name).exists() or (target / name).is_symlink()]
    if there:
        expected = "a folder without it (nothing was written)"
        raise InputError([Problem("exists already", expected, place=Place(str(path))) for path in there])
    try:
        target.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made a folder: {error.strerror}"
        raise InputError(Problem(message, place=Place(str(target)))) from None
    written = []
    for name in FILES:
        write_text(target / name, example(name))
        written.append(target / name)
    return tuple(written)


def example(name: str) -> str:
    """Text of one of the example's files."""
    return files("bidder.jobs").joinpath("example", name).read_text(encoding="utf-8")
