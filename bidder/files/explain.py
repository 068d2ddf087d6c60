"""Validation errors in plain words, each at its place in the file."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Tag, ValidationError

from bidder.errors import Path, Place, Problem, one_of
from bidder.files.yaml_reader import Document

MAX_EXPLAINED = 2000

_KINDS = {
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_parsing_size": "a smaller whole number",
    "int_from_float": "a whole number",
    "string_type": "text",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "date_type": "a date such as 2026-10-20",
    "date_parsing": "a date such as 2026-10-20",
    "date_from_datetime_parsing": "a date such as 2026-10-20",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "keys and values",
    "model_type": "keys and values",
    "model_attributes_type": "keys and values",
    "none_required": "nothing",
}
_BOUNDS = {
    "greater_than": ("gt", "a number above {}"),
    "greater_than_equal": ("ge", "a number of at least {}"),
    "less_than": ("lt", "a number below {}"),
    "less_than_equal": ("le", "a number of at most {}"),
    "too_short": ("min_length", "at least {} entries"),
    "too_long": ("max_length", "at most {} entries"),
    "string_too_short": ("min_length", "text of at least {} characters"),
    "string_too_long": ("max_length", "text of at most {} characters"),
}


def explain(error: ValidationError, model: type[BaseModel], document: Document) -> list[Problem]:
    """Every problem of a validation error, in the order of the file.

    Parameters
    ----------
    error : ValidationError
        Raised while ``model`` was filled from ``document.data``.
    """
    merged: dict[tuple[Path, str], Problem] = {}
    for detail in error.errors(include_url=False)[:MAX_EXPLAINED]:
        found = _walk(model, detail["loc"])
        problem, at_key = _problem(dict(detail), found)
        place = document.place(problem.path, at_key=at_key)
        problem = Problem(problem.message, problem.expected, problem.path, place)
        key = (problem.path, problem.message)
        if key in merged:  # the branches of one union: say once what each of them expected
            earlier = merged[key].expected
            if problem.expected in earlier:
                continue
            both = _either(earlier, problem.expected)
            problem = Problem(problem.message, both, problem.path, place)
        merged[key] = problem
    more = error.error_count() - MAX_EXPLAINED
    last = [Problem(f"{more:,} more problems", place=Place(document.file))] if more > 0 else []
    return sorted(merged.values(), key=_position) + last


def _either(first: str, second: str) -> str:
    """Two expectations of one field, whose description both may end with, as one."""
    about = second[second.find(" (") :] if " (" in second else ""
    return f"{first.removesuffix(about)} or {second}" if about else f"{first} or {second}"


def _position(problem: Problem) -> tuple[int, int]:
    place = problem.place
    return (place.line or 0, place.column or 0) if place else (0, 0)


@dataclass
class _Found:
    """Where a location leads: keys that are really in the file, and what the model says there."""

    path: Path
    node: Any
    description: str = ""
    options: tuple[str, ...] = ()


def _bare(node: Any) -> Any:
    """A type without Annotated and without ``| None``."""
    while True:
        if get_origin(node) is Annotated:
            node = get_args(node)[0]
        elif get_origin(node) in (Union, types.UnionType):
            members = [m for m in get_args(node) if m is not type(None)]
            if len(members) > 1:
                return node
            node = members[0]
        else:
            return node


def _is_model(node: Any) -> bool:
    return isinstance(node, type) and issubclass(node, BaseModel)


def _branches(node: Any) -> dict[str, Any]:
    """The members of a union by the tag that validation errors give them; empty if it is none."""
    branches: dict[str, Any] = {}
    if get_origin(node) not in (Union, types.UnionType):
        return branches
    for member in get_args(node):
        tags = [m.tag for m in get_args(member)[1:] if isinstance(m, Tag)] if get_origin(member) else []
        bare = _bare(member)
        named = _is_model(bare) and _literals(bare)
        for tag in tags or (named[1] if named else [getattr(bare, "__name__", str(bare))]):
            branches[tag] = member
    return branches


def _literals(model: type[BaseModel]) -> tuple[str, list[str]] | None:
    """Name and values of the first required field that takes fixed words: its discriminator."""
    for name, info in model.model_fields.items():
        if get_origin(info.annotation) is Literal and info.is_required():
            return name, [str(v) for v in get_args(info.annotation)]
    return None


def _keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(info.alias or name for name, info in model.model_fields.items())


def _walk(model: type[BaseModel], loc: tuple[int | str, ...]) -> _Found:
    """Follow a location through the model, leaving out the union tags that pydantic puts into it."""
    found = _Found((), model)
    for part in loc:
        node = _bare(found.node)
        branches = _branches(node)
        if branches:
            found.node = branches.get(str(part), Any)
            continue
        if part == "[key]":
            continue
        _step(found, node, part)
    return found


def _step(found: _Found, node: Any, part: int | str) -> None:
    arguments = get_args(node)
    following: Any = Any
    found.options = ()
    if _is_model(node):
        info = next((i for n, i in node.model_fields.items() if part in (n, i.alias)), None)
        found.options = _keys(node)
        found.description = (info.description or "") if info else ""
        following = info.annotation if info else Any
    elif get_origin(node) is dict:
        following = arguments[1]
    elif get_origin(node) is list:
        following = arguments[0]
    elif get_origin(node) is tuple and isinstance(part, int):
        following = arguments[min(part, len(arguments) - 1)]
    elif node is Any:
        return  # inside an unknown branch: the rest may be tags
    found.path, found.node = (*found.path, part), following


def _problem(detail: dict[str, Any], found: _Found) -> tuple[Problem, bool]:
    """The problem in plain words, and whether it is about the key rather than the value."""
    kind, path = detail["type"], found.path
    if kind == "missing":
        return _missing(found), True
    if kind == "extra_forbidden":
        expected = one_of(found.options, str(path[-1]))
        return Problem(f"unknown key {_short(path[-1])}", expected, path), True
    if kind in ("union_tag_invalid", "union_tag_not_found") or "unknown" in detail["msg"].split(";")[0]:
        return _wrong_branch(detail, found), False
    if kind in ("value_error", "assertion_error"):
        return Problem(str(detail["ctx"]["error"]), "", path), False
    listed = kind in ("enum", "literal_error")
    expected = _expected(detail) if listed else _about(_expected(detail), found.description)
    if kind in ("too_short", "too_long"):
        length = detail["ctx"].get("actual_length") or len(detail["input"])
        return Problem(f"found {length} {'entry' if length == 1 else 'entries'}", expected, path), False
    if kind.startswith("date_") and isinstance(detail["input"], str) and "ctx" in detail:
        reason = str(detail["ctx"].get("error", ""))
        more = f" ({reason})" if "outside" in reason else ""
        return Problem(f"found {name_of(detail['input'])}{more}", expected, path), False
    return Problem(f"found {name_of(detail['input'])}", expected, path), False


def _missing(found: _Found) -> Problem:
    last, parent = found.path[-1], found.path[:-1]
    expected = _about("", found.description)
    if isinstance(last, int):
        return Problem(f"entry {last + 1} is missing", expected, parent)
    return Problem(f"key {last!r} is missing", expected or f"{last}: ...", parent)


def _expected(detail: dict[str, Any]) -> str:
    kind, value, context = detail["type"], detail["input"], detail.get("ctx", {})
    if kind in _BOUNDS:
        key, text = _BOUNDS[kind]
        number = f"{context[key]:.12g}" if isinstance(context[key], int | float) else str(context[key])
        text = text.format(number)
        return text.removesuffix("entries") + "entry" if text.endswith("least 1 entries") else text
    if kind in ("enum", "literal_error"):
        return one_of(re.findall(r"'([^']*)'", str(context["expected"])), str(value))
    if kind in ("float_type", "int_type") and isinstance(value, str):
        return _KINDS[kind] + _respelled(value)
    if kind == "string_type" and isinstance(value, int | float):
        return f"text in quotes: '{str(value)[:40]}'"
    if kind == "string_pattern_mismatch":
        return f"text that matches {context['pattern']}"
    if kind in _KINDS:
        return _KINDS[kind]
    text = str(detail["msg"])
    return text.removeprefix("Input should be ").removeprefix("String should ")


def _respelled(text: str) -> str:
    """A hint when a text would be a number without separators, quotes, a currency or percent sign."""
    digits = re.sub(r"[,_' \u00a0¥$€£￥]|CNY|EUR|USD", "", text[:60])
    if re.fullmatch(r"-?\d+(\.\d+)?", digits):
        return f" written {digits}"
    if re.fullmatch(r"-?\d+(\.\d+)?%", digits):
        return f" written {float(digits[:-1]) / 100:.12g}"
    return ""


def _wrong_branch(detail: dict[str, Any], found: _Found) -> Problem:
    """A union whose discriminator is missing or unknown."""
    branches = _branches(_bare(found.node))
    models = [m for m in map(_bare, branches.values()) if _is_model(m)]
    named = next((n for n in map(_literals, models) if n), None)
    key = named[0] if named else str(detail.get("ctx", {}).get("discriminator", "kind")).strip("'")
    value = detail["input"]
    if not isinstance(value, dict):
        expected = f"keys and values with {key}: {one_of(branches)}"
        return Problem(f"found {name_of(value)}", expected, found.path)
    known = {word for model in models for word in (_literals(model) or ("", []))[1]}
    words = [tag for tag in branches if tag in known]
    others = [f"{tag}: ..." for tag in branches if tag not in words]
    instead = f" (or {', '.join(others)} in place of {key})" if others else ""
    if key not in value:
        return Problem(f"key {key!r} is missing", f"{key}: {one_of(words)}{instead}", found.path)
    given = value[key]
    close = one_of(words, given if isinstance(given, str) else "")
    listed, _, hint = close.partition(", did you mean")
    expected = f"{listed}{instead}" + (f", did you mean{hint}" if hint else "")
    return Problem(f"unknown {key} {_short(given)}", expected, (*found.path, key))


def _about(expected: str, description: str) -> str:
    text = " ".join(description.split()).rstrip(".")
    if not text:
        return expected
    return f"{expected} ({text})" if expected else text


def _short(value: object) -> str:
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


def name_of(value: object) -> str:
    """A value as a planner would call it.

    >>> name_of(True), name_of("abc"), name_of(3.5), name_of(None)
    ('true', "text 'abc'", '3.5', 'nothing')
    """
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return "a number too large" if abs(value) > 1.7e308 else f"{value:.12g}"
    if isinstance(value, str):
        return f"text {_short(value)}"
    return "a list" if isinstance(value, list) else "keys and values"
