"""Making the worlds whose logs an experiment replays, where they are not there yet."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bidder.errors import InputError, Problem
from bidder.files.yaml_reader import Document
from bidder.jobs.progress import Progress


def needs_worlds(document: Document) -> bool:
    """Whether a log is not there that comes from a world."""
    folder = Path(document.file).parent
    return any(not (folder / path).exists() for _, _, path in _named(document))


def _named(document: Document) -> list[tuple[str, str, str]]:
    """The logs of an experiment that come from worlds: key, the world's YAML and the log's path."""
    data = document.data if isinstance(document.data, dict) else {}
    entries = [(key, data[key]) for key in ("log", "training") if isinstance(data.get(key), dict)]
    named = [(key, entry.get("world"), entry.get("path")) for key, entry in entries]
    return [(key, w, p) for key, w, p in named if isinstance(w, str) and isinstance(p, str)]


def make_worlds(document: Document, watch: Progress) -> None:
    """Generate the worlds that an experiment's ``log`` and ``training`` name.

    The world's folder is the one above the log. A folder with anything else in it is left alone: a log
    that is not there either is missed when it is opened.

    Raises
    ------
    InputError
        With every problem of a world's YAML.
    """
    from bidder.jobs.generate import SUMMARY_FILE, ensure_world

    folder = Path(document.file).parent
    made: set[tuple[Path, Path]] = set()
    for key, world, path in _named(document):
        log = folder / path
        wanted = (folder / world, log.parent)
        if wanted in made or (_holds_anything(log.parent) and not (log.parent / SUMMARY_FILE).exists()):
            continue
        made.add(wanted)
        try:
            ensure_world(*wanted, watch)
        except InputError as error:
            raise InputError([_placed(p, document, key) for p in error.problems]) from None


def _holds_anything(folder: Path) -> bool:
    try:
        return any(True for _ in folder.iterdir())
    except OSError:
        return False


def _placed(problem: Problem, document: Document, key: str) -> Problem:
    """A YAML that cannot be opened is a matter of the reference, not of the YAML."""
    place = problem.place
    if place is not None and place.line is None and problem.message.startswith("cannot be read"):
        message = f"{place.file} {problem.message}"
        return replace(problem, message=message, place=document.place((key, "world")))
    return problem
