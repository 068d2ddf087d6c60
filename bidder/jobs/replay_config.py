"""Reading an experiment's YAML: every combination of swept fields, checked before any work begins."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, TypeVar

from bidder.errors import InputError, Path, Place, Problem, Problems, one_of
from bidder.files.overrides import apply_overrides
from bidder.files.yaml_reader import MAX_BYTES, Document, read_yaml, whole_numbers
from bidder.jobs.progress import Progress, Silent
from bidder.jobs.replay_worlds import make_worlds, needs_worlds

if TYPE_CHECKING:
    from pydantic import BaseModel

    from bidder.auctions.experiments.spec import ExperimentSpec, VariedSpec
    from bidder.auctions.experiments.spec_resolve import LogFacts, Units
    from bidder.auctions.experiments.sweep import Grid, Variant
    from bidder.auctions.strategies.base import StrategyParams

    Model = TypeVar("Model", bound=BaseModel)

MAX_EXPLAINED = 100
"""Combinations whose errors are told; more of the same kind help nobody."""


@dataclass(frozen=True)
class LoadedExperiment:
    """An experiment's YAML that makes sense in itself.

    Attributes
    ----------
    spec : ExperimentSpec
        With the first value of every swept field.
    document : Document
        The YAML, for places in messages.
    grid : Grid
    shared : tuple of VariedSpec
        As long as ``grid.shared``.
    own : tuple of tuple of StrategyParams
        As long as ``grid.own``.
    """

    spec: ExperimentSpec
    document: Document
    grid: Grid
    shared: tuple[VariedSpec, ...]
    own: tuple[tuple[StrategyParams, ...], ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kind of each strategy."""
        return tuple(str(entry["kind"]) for entry in self.spec.strategies)

    @property
    def folder(self) -> FilePath:
        """What paths in the YAML are relative to."""
        return FilePath(self.document.file).parent


def load_experiment(
    path: str | FilePath, overrides: Sequence[str] = (), watch: Progress | None = None
) -> LoadedExperiment:
    """Read and check an experiment, but not the logs that it names (worlds are made, if need be).

    Raises
    ------
    InputError
        With every problem, each at its line and column.
    """
    document = apply_overrides(read_yaml(path), overrides)
    _refuse_other_kinds(document)
    if needs_worlds(document):  # nobody should wait for a world only to hear of a typing error
        _Loader(_without_files(document), Problems()).load()
    make_worlds(document, watch or Silent())
    problems = Problems()
    document = _with_files(document, problems)
    return _Loader(document, problems).load()


def _refuse_other_kinds(document: Document) -> None:
    """Say in one line that a file is for another command, instead of refusing each of its keys."""
    keys = set(document.data) if isinstance(document.data, dict) else set()
    if "channels" in keys and not {"log", "strategies"} & keys:
        what = "a world, as for bidder generate" if "calendar" in keys else "a plan, as for bidder plan"
        raise InputError(document.locate(Problem(f"this is {what}", "the YAML of an experiment")))


def check_log(loaded: LoadedExperiment, facts: LogFacts, units: Units) -> None:
    """Check every setting against its log.

    Raises
    ------
    InputError
        With every problem, each at its line and column.
    """
    from bidder.auctions.experiments.spec_check import check_setting, check_split, check_unknown_prices

    whole = [*check_split(loaded.spec, facts), *check_unknown_prices(loaded.spec, loaded.shared, facts)]
    found = [loaded.document.locate(p) for p in whole]
    for spec, variant in zip(loaded.shared, loaded.grid.shared, strict=True):
        found += _located(check_setting(spec, facts, units), variant, loaded.document)
    raise_all(found, loaded.document.file)


def raise_all(problems: Iterable[Problem], file: str) -> None:
    """Raise :class:`InputError` with each different problem once, those of the file itself first."""
    distinct = list({(str(p.place), p.message): p for p in problems}.values())
    if distinct:
        raise InputError(sorted(distinct, key=lambda p: _order(p.place or Place(file), file)))


def _order(place: Place, own: str) -> tuple[bool, str, int, int]:
    last = 0 if place.file == own else sys.maxsize  # "and 17 more bad rows" stands below the rows
    return place.file != own, place.file, place.line or place.row or last, place.column or 0


@dataclass(frozen=True)
class _Placed(Document):
    """A combination's data, whose values stand in various places of the file."""

    whole: Document | None = None
    prefix: Path = ()
    variant: Variant | None = None

    def place(self, path: Path, *, at_key: bool = False) -> Place:
        """Where the value came from."""
        assert self.whole is not None and self.variant is not None
        return self.whole.place(_origin((*self.prefix, *path), self.variant), at_key=at_key)


def _origin(path: Path, variant: Variant) -> Path:
    """Where a value of a combination stands in the document."""
    for length in range(len(path), 0, -1):
        if path[:length] in variant.moved:
            return (*variant.moved[path[:length]], *path[length:])
    return path


def _located(problems: Iterable[Problem], variant: Variant, document: Document) -> list[Problem]:
    return [replace(p, place=document.place(_origin(p.path, variant))) for p in problems]


class _Loader:
    """Validates the parts of a document that have been expanded."""

    def __init__(self, document: Document, problems: Problems) -> None:
        self.document = document
        self.problems = problems
        self.found: list[Problem] = []
        self.models: dict[str, type[BaseModel] | None] = {}

    def load(self) -> LoadedExperiment:
        from bidder.auctions.experiments.spec import ExperimentSpec, VariedSpec
        from bidder.auctions.experiments.spec_check import check_experiment, check_names
        from bidder.auctions.experiments.sweep import expand

        data = self.document.data
        grid = expand(data if isinstance(data, dict) else {}, self._model, self.problems)
        first = self._first(data, grid)
        specs = self._build(ExperimentSpec, [first], ())
        shared = self._build(VariedSpec, list(grid.shared), ()) if isinstance(data, dict) else []
        own = [self._strategy(k, variants) for k, variants in enumerate(grid.own)]
        if isinstance(data, dict):
            self.problems.found += check_names(data)
        if specs:
            tuned: list[Path] = [
                ("strategies", k, *name.split(".")) for k, names in enumerate(grid.tuned) for name in names
            ]
            self.problems.found += check_experiment(specs[0], tuned)
        self.found += [self.document.locate(p) for p in self.problems.found]
        raise_all(self.found, self.document.file)
        return LoadedExperiment(specs[0], self.document, grid, tuple(shared), tuple(map(tuple, own)))

    def _first(self, data: Any, grid: Grid) -> Variant:
        from bidder.auctions.experiments.sweep import Variant

        if not isinstance(data, dict):
            return Variant(data, {})
        return Variant({**data, **grid.shared[0].data}, grid.shared[0].moved)

    def _model(self, kind: str) -> type[BaseModel] | None:
        from bidder.auctions.strategies.registry import params_model

        if kind not in self.models:
            try:
                self.models[kind] = params_model(kind)
            except ValueError as error:
                self.models[kind] = None
                self._refuse_kind(kind, str(error))
        return self.models[kind]

    def _refuse_kind(self, kind: str, said: str) -> None:
        message, _, expected = said.partition("; expected ")
        for k, entry in enumerate(self.document.data["strategies"]):
            if isinstance(entry, dict) and entry.get("kind") == kind:
                self.problems.add(("strategies", k, "kind"), message, expected)

    def _strategy(self, number: int, variants: Sequence[Variant]) -> list[Any]:
        from bidder.auctions.strategies.registry import KINDS

        entries = self.document.data["strategies"]
        entry, path = entries[number], ("strategies", number)
        if not isinstance(entry, dict):
            return []  # the whole document's model says so
        if not isinstance(entry.get("kind"), str):
            where = (*path, "kind") if "kind" in entry else path
            said = "found no text" if "kind" in entry else "key 'kind' is missing"
            self.problems.add(where, said, f"kind: one of {', '.join(KINDS)}")
            return []
        model = self._model(entry["kind"])
        return self._build(model, list(variants), path) if model else []

    def _build(self, model: type[Model], variants: Sequence[Variant], prefix: Path) -> list[Model]:
        """All combinations at once; on errors, each bad one again to say what is wrong with it."""
        from pydantic import TypeAdapter, ValidationError

        adapter = TypeAdapter(list[model])  # type: ignore[valid-type]
        text = json.dumps(whole_numbers([v.data for v in variants]))
        try:
            return adapter.validate_json(text, strict=True)
        except ValidationError as error:
            bad = dict.fromkeys(int(e["loc"][0]) for e in error.errors(include_url=False))
        for k in list(bad)[:MAX_EXPLAINED]:
            self._explain(model, variants[k], prefix)
        return []

    def _explain(self, model: type[Model], variant: Variant, prefix: Path) -> None:
        from bidder.files.yaml_reader import build

        whole = self.document
        document = _Placed(whole.file, variant.data, whole=whole, prefix=prefix, variant=variant)
        try:
            build(model, document)
        except InputError as error:
            self.found += [p for p in error.problems if not self._is_told((*prefix, *p.path))]

    def _is_told(self, path: Path) -> bool:
        """Whether a range that stands there has been refused already."""
        return any(p.path[: len(path)] == path for p in self.problems.found)


def _with_files(document: Document, problems: Problems) -> Document:
    """The document with every ``{path, key}`` of a strategy replaced by what that file holds."""
    entries = document.data.get("strategies") if isinstance(document.data, dict) else None
    if not isinstance(entries, list):
        return document
    folder = FilePath(document.file).parent
    filled = []
    for k, entry in enumerate(entries):
        if isinstance(entry, dict):
            path: Path = ("strategies", k)
            entry = {key: _filled(v, (*path, key), folder, problems.add) for key, v in entry.items()}
        filled.append(entry)
    return replace(document, data={**document.data, "strategies": filled})


def _without_files(document: Document) -> Document:
    """The document with another strategy in place of those that name files, which may not be there yet."""
    entries = document.data.get("strategies") if isinstance(document.data, dict) else None
    if not isinstance(entries, list):
        return document
    other = {"kind": "constant", "bid": 1}
    checked = [
        {"name": entry.get("name"), **other}
        if isinstance(entry, dict) and any(isinstance(v, dict) and "path" in v for v in entry.values())
        else entry
        for entry in entries
    ]
    return replace(document, data={**document.data, "strategies": checked})


def _filled(value: Any, path: Path, folder: FilePath, refuse: Callable[[Path, str, str], None]) -> Any:
    if not isinstance(value, dict) or "path" not in value:
        return value
    others = [key for key in value if key not in ("path", "key")]
    if others:
        refuse((*path, others[0]), f"unknown key {str(others[0])[:80]!r}", "path, key")
        return []
    source = value["path"]
    if not isinstance(source, str):
        refuse((*path, "path"), "found no text", "a JSON file")
        return []
    try:
        content = _json(folder / source)
    except ValueError as error:
        refuse((*path, "path"), f"{source[:80]} cannot be read: {error}", "a JSON file")
        return []
    if "key" not in value:
        return content
    key = value["key"]
    if not isinstance(key, str):
        refuse((*path, "key"), "found no text", "a key of the file")
        return []
    if not isinstance(content, dict) or key not in content:
        known = one_of(content, key) if isinstance(content, dict) and content else "a key of the file"
        refuse((*path, "key"), f"{source[:80]} has no key {key[:80]!r}", known)
        return []
    return content[key]


def _json(path: FilePath) -> Any:
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise ValueError(error.strerror or str(error)) from None
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES // 1024**2} MiB")
    try:
        return json.loads(content)
    except RecursionError:
        raise ValueError("nested too deeply") from None
