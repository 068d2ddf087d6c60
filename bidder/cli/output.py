"""What every command prints in the same way: data on stdout, everything else on stderr."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

from bidder.errors import BidderError, InputError, Problem

MAX_LINES = 500
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
Command = TypeVar("Command", bound=Callable[..., Any])


def set_option(command: Command) -> Command:
    """``--set key=value``, as often as wanted; arrives as ``overrides``."""
    option = click.option(
        "--set", "overrides", multiple=True, metavar="KEY=VALUE",
        help="Replace a setting of the config, such as budget.total=50000; may be given several times.",
    )
    return option(command)


def json_option(command: Command) -> Command:
    """``--json``; arrives as ``as_json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")(command)


def quiet_option(command: Command) -> Command:
    """``--quiet``; arrives as ``quiet``."""
    return click.option("--quiet", "-q", is_flag=True, help="Print errors only.")(command)


def printable(text: str) -> str:
    """Text without control characters, so that no file can steer the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def say(text: str) -> None:
    """Print data on stdout."""
    click.echo(text)


def say_json(data: Any) -> None:
    """Print JSON on stdout."""
    click.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def notes(lines: Iterable[str], quiet: bool = False) -> None:
    """Print remarks on stderr, unless quiet."""
    if not quiet:
        for line in lines:
            click.echo(printable(f"note: {line}"), err=True)


def complain(error: BidderError) -> None:
    """Print an error on stderr: one line for each problem."""
    lines = [str(p) for p in error.problems] if isinstance(error, InputError) else str(error).splitlines()
    for line in lines[:MAX_LINES]:
        click.echo(printable(line), err=True)
    if len(lines) > MAX_LINES:
        click.echo(f"and {len(lines) - MAX_LINES:,} more problems", err=True)


def problems_as_json(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Problems as plain data."""
    return [
        {
            "file": p.place.file if p.place else None,
            "line": p.place.line if p.place else None,
            "column": p.place.column if p.place else None,
            "row": p.place.row if p.place else None,
            "field": p.place.field if p.place else None,
            "message": p.message,
            "expected": p.expected,
        }
        for p in problems
    ]


def interactive() -> bool:
    """Whether progress may be drawn: stderr is a terminal that can move its cursor."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def coloured(stream: Any = None) -> bool:
    """Whether colours are wanted: on a terminal, unless NO_COLOR says otherwise."""
    stream = sys.stdout if stream is None else stream
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")
