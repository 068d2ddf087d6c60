"""``--set key.sub=value``: settings from the command line over what the file says."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bidder.errors import InputError, Path, Place, Problem, Problems
from bidder.files.yaml_reader import Document, parse_yaml, scalar


def apply_overrides(document: Document, overrides: Sequence[str]) -> Document:
    """A copy of the document with ``key.sub=value`` settings applied, in the order given.

    Keys are separated by dots and list positions are numbers from 0 (``constraints.0.min=4``); a
    key that holds dots itself is found when it is in the file. The value is read as YAML, so that
    ``[0.2, 0.6]`` is a list and ``1e5`` a number.

    Raises
    ------
    InputError
        For a setting without ``=``, a path through something that is neither mapping nor list, or
        a value that is not YAML; placed as ``--set key: ...``.
    """
    if not overrides:
        return document
    data = copy.deepcopy(document.data)
    problems = Problems()
    seen = dict(document.overridden)
    for text in overrides:
        key, equals, written = text.partition("=")
        try:
            if not equals or not key.strip():
                raise _RefusedError(f"{text!r} is not a setting", "key=value, such as budget.total=50000")
            path = _put(data, key.strip().split("."), _value(written))
        except _RefusedError as refused:
            name = key.strip() if equals else ""
            place = Place(f"--set {name}".strip())
            problems.found.append(Problem(refused.message, refused.expected, place=place))
            continue
        seen[path] = key.strip()
    problems.raise_if_any()
    return replace(document, data=data, overridden=seen)


class _RefusedError(Exception):
    def __init__(self, message: str, expected: str) -> None:
        self.message, self.expected = message, expected


def _value(text: str) -> Any:
    if not any(c in text for c in "[]{}\"'#&*!|>%@`\n") and ": " not in text:
        return scalar(text.strip())
    try:
        return parse_yaml(text, "value").data
    except InputError as error:
        message = f"cannot read {text[:60]!r}: {error.problems[0].message}"
        raise _RefusedError(message, "a YAML value") from None


def _put(data: Any, parts: list[str], value: Any) -> Path:
    """Set the value inside ``data``; returns its path."""
    path: list[str | int] = []
    node = data
    while True:
        key, used = _next_key(node, parts)
        path.append(key)
        parts = parts[used:]
        if not parts:
            node[key] = value
            return tuple(path)
        if isinstance(node, dict) and node.get(key) is None:
            node[key] = {}
        node = node[key]


def _next_key(node: Any, parts: list[str]) -> tuple[Any, int]:
    """The key of ``node`` that the first parts name, and how many of them it takes."""
    if isinstance(node, dict):
        for used in range(len(parts), 1, -1):
            if ".".join(parts[:used]) in node:
                return ".".join(parts[:used]), used
        return parts[0], 1
    if isinstance(node, list):
        if parts[0].isascii() and parts[0].isdigit() and len(parts[0]) < 10 and int(parts[0]) < len(node):
            return int(parts[0]), 1
        raise _RefusedError(f"{parts[0]!r} is no position in a list of {len(node)}", f"0 to {len(node) - 1}")
    raise _RefusedError(f"{parts[0]!r} lies inside a single value", "a path of keys")
