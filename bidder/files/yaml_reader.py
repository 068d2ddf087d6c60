"""YAML with positions: plain data, where every value stands, and nothing dangerous.

Read as a stream of parse events with an explicit stack, so that neither nesting nor size can exhaust
Python's own stack. Scalars follow the core schema of YAML 1.2 (https://yaml.org/spec/1.2.2/#103-core-schema):
``22:30``, ``on``, ``NO`` and dates stay text, ``012`` is twelve and ``1e5`` a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

import yaml

from bidder.errors import InputError, Path, Place, Problem

if TYPE_CHECKING:
    from pydantic import BaseModel

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 64
MAX_PROBLEMS = 100

# The C parser's events are safe at any depth (only its composer recurses) and ten times faster.
_EVENTS: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_INT = re.compile(r"[-+]?[0-9]+")
_RADIX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INF = re.compile(r"[-+]?\.(inf|Inf|INF)")
_WORDS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}

Model = TypeVar("Model", bound="BaseModel")


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and where.

    Attributes
    ----------
    file : str
        The file's path as the user gave it.
    data : object
        Dicts, lists, text, numbers, booleans and None.
    positions : mapping
        Line and column (from 1) by path: of the value, or of its key when the value is a
        collection.
    keys : mapping
        Line and column of the key, by path.
    overridden : mapping
        Paths set on the command line, with the key as it was written there.
    """

    file: str
    data: Any
    positions: Mapping[Path, tuple[int, int]] = field(default_factory=dict, repr=False)
    keys: Mapping[Path, tuple[int, int]] = field(default_factory=dict, repr=False)
    overridden: Mapping[Path, str] = field(default_factory=dict)

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """Where ``path`` stands: its value (or key), else the nearest parent that is in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.overridden:
                return Place(f"--set {self.overridden[path[:length]]}")
        made = [set_ for set_ in self.overridden if set_[: len(path)] == path and path not in self.positions]
        if made:
            return Place(f"--set {self.overridden[made[0]]}")
        first = self.keys.get(path) if at_key else None
        parents = (self.positions.get(path[:length]) for length in range(len(path), -1, -1))
        line, column = first or next((p for p in parents if p), (1, 1))
        return Place(self.file, line, column)

    def locate(self, problem: Problem) -> Problem:
        """The problem with its path turned into a place."""
        if problem.place is not None:
            return problem
        return Problem(problem.message, problem.expected, problem.path, self.place(problem.path))


def scalar(text: str) -> Any:
    """Value of a plain (unquoted) scalar by the core schema of YAML 1.2.

    >>> [scalar(t) for t in ("012", "22:30", "1e5", "on", "true", "0x1F")]
    [12, '22:30', 100000.0, 'on', True, 31]
    """
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        return int(text) if len(text) <= 30 else float(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INF.fullmatch(text):
        return float(text.replace(".", ""))
    if _RADIX.fullmatch(text):
        return int(text, 0) if len(text) <= 30 else float("inf")
    return text


def read_yaml(path: str | FilePath) -> Document:
    """Read one YAML file.

    Raises
    ------
    InputError
        When the file cannot be read, is not one plain YAML document, or uses what is not supported:
        anchors, aliases, tags, merge keys, duplicate keys, keys that are not text.
    """
    file = str(path)
    return parse_yaml(_decode(file, _read_bytes(file)), file)


def parse_yaml(text: str, file: str) -> Document:
    """Like :func:`read_yaml`, from text; ``file`` is the name used in messages."""
    bad = _CONTROL.search(text)
    if bad:
        before = text[: bad.start()]
        place = Place(file, before.count("\n") + 1, bad.start() - before.rfind("\n"))
        raise InputError(Problem(f"control character {bad.group()!r}", "plain text", place=place))
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=_EVENTS):
            builder.take(event)
    except yaml.YAMLError as error:
        builder.problems.append(_syntax(error, text, file))
    if not builder.problems and builder.empty:
        builder.problems.append(Problem("the file is empty", "keys and values", place=Place(file, 1, 1)))
    if builder.problems:
        raise InputError(builder.problems)
    return Document(file, builder.data, builder.positions, builder.keys)


def read_document(
    path: str | FilePath, model: type[Model], overrides: tuple[str, ...] | list[str] = ()
) -> tuple[Model, Document]:
    """Read a YAML file into a model.

    Parameters
    ----------
    path : path
        The YAML file.
    model : type of pydantic model
        What the file may say.
    overrides : sequence of str
        ``key.sub=value`` settings that replace what the file says.

    Raises
    ------
    InputError
        With every problem found, each at its line and column.
    """
    from bidder.files.overrides import apply_overrides

    document = apply_overrides(read_yaml(path), overrides)
    return build(model, document), document


def build(model: type[Model], document: Document) -> Model:
    """The model filled from a document that is already read; errors as for :func:`read_document`."""
    from pydantic import ValidationError

    from bidder.files.explain import explain

    try:
        # Strict JSON rules: no text taken for a number, no number for a date, no "yes" for true.
        return model.model_validate_json(json.dumps(whole_numbers(document.data)), strict=True)
    except ValidationError as error:
        raise InputError(explain(error, model, document)) from None


def whole_numbers(value: Any) -> Any:
    """Floats that are whole become integers, so that ``periods: 1e2`` is a whole number."""
    if isinstance(value, dict):
        return {key: whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [whole_numbers(item) for item in value]
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def _read_bytes(file: str) -> bytes:
    try:
        with FilePath(file).open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(Problem(f"cannot be read: {reason}", place=Place(file))) from None
    if len(content) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024**2} MiB"
        raise InputError(Problem(message, "a smaller file", place=Place(file)))
    return content


def _decode(file: str, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The offset counts from behind a byte order mark, which the codec takes off first.
        body = content.removeprefix(b"\xef\xbb\xbf")
        before = body[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        place = Place(file, before.count(b"\n") + 1, column)
        message = f"not UTF-8 text (byte 0x{body[error.start]:02x})"
        raise InputError(Problem(message, "a file saved as UTF-8", place=place)) from None


def _syntax(error: yaml.YAMLError, text: str, file: str) -> Problem:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = getattr(error, "problem", None) or getattr(error, "context", None) or str(error).split("\n")[0]
    if mark is None:
        return Problem(f"not valid YAML: {said}", place=Place(file, 1, 1))
    lines = text.splitlines()
    row = lines[mark.line] if mark.line < len(lines) else ""
    expected = ""
    if "\t" in row[: mark.column + 1]:
        expected = "spaces in place of the tab"
    elif "mapping values are not allowed" in said:
        expected = "quotes around a text that holds a colon, or the right indentation"
    return Problem(f"not valid YAML: {said}", expected, place=Place(file, mark.line + 1, mark.column + 1))


class _Frame:
    """A collection that is being filled."""

    def __init__(self, data: dict[str, Any] | list[Any], path: Path) -> None:
        self.data = data
        self.path = path
        self.key: str | None = None


class _Builder:
    """Builds data and positions from parse events, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: Any = None
        self.empty = True
        self.positions: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self.problems: list[Problem] = []
        self._stack: list[_Frame] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Take the next event."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document begins here", "one document")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._stack.pop()

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._refuse(event, f"alias *{event.anchor}", "the value written out")
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.data, dict) and top.key is None:
            top.key = f"*{event.anchor}"
            self.keys[(*top.path, top.key)] = self._mark(event)
        else:
            self._value(event, None)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._check_plain(event)
        value = scalar(event.value) if event.implicit[0] else event.value
        if isinstance(value, str) and _CONTROL.search(value):
            self._refuse(event, "control character in text", "plain text")
            value = _CONTROL.sub("?", value)
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.data, dict) and top.key is None:
            self._key(event, top, value)
        else:
            self.empty = self.empty and value is None
            self._value(event, value)

    def _key(self, event: yaml.ScalarEvent, top: _Frame, value: Any) -> None:
        if event.value == "<<" and event.implicit[0]:
            self._refuse(event, "merge key <<", "the keys written out")
        elif not isinstance(value, str):
            expected = "the key in quotes"
            if re.fullmatch(r"\d{3}(\.\d+)?", event.value):
                expected = f"numbers without thousands separators, or {expected}"
            self._refuse(event, f"key {event.value[:60] or '(empty)'} is not text", expected)
        key = event.value if not isinstance(value, str) else value
        if key in top.data:
            line = self.keys[(*top.path, key)][0]
            self._refuse(event, f"key {key[:60]!r} is given twice (first in line {line})", "each key once")
        else:
            self.keys[(*top.path, key)] = self._mark(event)
        top.key = key

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        self._check_plain(event)
        if len(self._stack) >= MAX_DEPTH:
            self._stop(event, f"nested deeper than {MAX_DEPTH} levels", "a flatter file")
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.data, dict) and top.key is None:
            self._stop(event, "a key is a list or a mapping", "text")
        self.empty = False
        data: dict[str, Any] | list[Any] = {} if isinstance(event, yaml.MappingStartEvent) else []
        self._stack.append(_Frame(data, self._value(event, data)))

    def _value(self, event: yaml.NodeEvent, value: Any) -> Path:
        """Put a value where it belongs and return its path."""
        if not self._stack:
            self.data = value
            self.positions[()] = self._mark(event)
            return ()
        top = self._stack[-1]
        if isinstance(top.data, list):
            path: Path = (*top.path, len(top.data))
            top.data.append(value)
            self.positions[path] = self._mark(event)
            return path
        assert top.key is not None
        path = (*top.path, top.key)
        top.data[top.key] = value
        collection = isinstance(value, dict | list)
        self.positions[path] = self.keys[path] if collection else self._mark(event)
        top.key = None
        return path

    def _check_plain(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        if event.anchor is not None:
            self._refuse(event, f"anchor &{event.anchor}", "a plain value")
        if event.tag is not None:
            self._refuse(event, f"tag {event.tag[:60]}", "a plain value")

    def _mark(self, event: yaml.Event) -> tuple[int, int]:
        mark: Any = event.start_mark
        return mark.line + 1, mark.column + 1

    def _refuse(self, event: yaml.Event, message: str, expected: str) -> None:
        place = Place(self.file, *self._mark(event))
        self.problems.append(Problem(message, expected, place=place))
        if len(self.problems) >= MAX_PROBLEMS:
            raise InputError(self.problems)

    def _stop(self, event: yaml.Event, message: str, expected: str) -> None:
        self._refuse(event, message, expected)
        raise InputError(self.problems)


def walk(data: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value of plain data with its path, parents first."""
    yield path, data
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield from walk(value, (*path, key))
