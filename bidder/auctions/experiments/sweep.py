"""Sweeps: every combination of the fields that hold several values, on plain data.

A field may hold a list, ``{from, to, steps, scale, integer}``, ``{sample, from, to, scale, integer}``
(drawn with the seed), or, in a strategy, ``{tune: any of these}``; ``seed`` also takes ``{repeat: n}``.
A field that takes a list by itself is swept by a list of lists. Nothing is validated here but the ranges
themselves: every value remembers where it stands, so that later errors point there.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import numpy as np
from pydantic import BaseModel

from bidder.auctions.experiments.spec import VARIED, VariedSpec
from bidder.errors import Path, Problems, one_of

MAX_SETTINGS = 100_000
"""Settings of one experiment."""
MAX_VALUES = 100_000
"""Values of one field."""
RANGE_KEYS = ("from", "to", "steps", "sample", "scale", "integer")
MOST_END = 1e100
"""The ends of a range lie within this, and on a log scale above one by this: nothing in between overflows."""

Data = dict[str, Any]
ModelOf = Callable[[str], "type[BaseModel] | None"]


@dataclass(frozen=True)
class Axis:
    """One swept field.

    Attributes
    ----------
    path : tuple
        Where the field stands in the document.
    values : tuple
    sources : tuple of path
        Where each of the values stands.
    tuned : bool
        Whether the best value is looked for, instead of reporting all.
    """

    path: Path
    values: tuple[Any, ...]
    sources: tuple[Path, ...]
    tuned: bool = False

    @property
    def own(self) -> bool:
        """Whether it is a strategy's own field."""
        return self.path[0] == "strategies"

    @property
    def name(self) -> str:
        """``bids.max``, or ``base_bid`` for a strategy's own field."""
        return ".".join(map(str, self.path[2:] if self.own else self.path))


@dataclass(frozen=True)
class Variant:
    """One combination of values for a part of the document.

    Attributes
    ----------
    data : dict
    moved : mapping
        Path of each swept field in the document, and where its value stands.
    """

    data: Data
    moved: Mapping[Path, Path]


@dataclass(frozen=True)
class Point:
    """One setting: positions of its strategy and variants, and its swept fields in file order."""

    strategy: int
    own: int
    shared: int
    swept: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Grid:
    """All settings of an experiment, as plain data.

    Attributes
    ----------
    shared : tuple of Variant
        Of the fields of :class:`~bidder.auctions.experiments.spec.VariedSpec`.
    own : tuple of tuple of Variant
        For each strategy, its parameters.
    points : tuple of Point
        Strategy by strategy, the last swept field of the file changing fastest.
    tuned : tuple of tuple of str
        For each strategy, the names of the fields to tune.
    """

    shared: tuple[Variant, ...]
    own: tuple[tuple[Variant, ...], ...]
    points: tuple[Point, ...]
    tuned: tuple[tuple[str, ...], ...]


def expand(data: Data, model_of: ModelOf, problems: Problems) -> Grid:
    """Every setting of an experiment's document.

    Parameters
    ----------
    data : dict
        The document; may be wrong in any way that its models will find.
    model_of : callable
        Model of the parameters of a kind of strategy, or None when it is unknown.
    problems : Problems
        Takes what is wrong with ranges, or too many settings.
    """
    finder = _Finder(problems, first_seed(data.get("seed")))
    varied = {key: value for key, value in data.items() if key in VARIED}
    shared_axes = finder.below(varied, VariedSpec, ())
    entries = data.get("strategies")
    entries = [e if isinstance(e, dict) else {} for e in entries] if isinstance(entries, list) else []
    own_axes = [finder.strategy(k, entry, model_of) for k, entry in enumerate(entries)]
    for axis in shared_axes:
        if axis.tuned:
            problems.add(axis.path, "tune stands outside of the strategies", "a list, or a strategy's field")
    return _Builder(data, varied, shared_axes, entries, own_axes, problems).grid()


def first_seed(value: Any) -> int:
    """The seed that draws values and combinations: the first one of several."""
    while isinstance(value, list) and value:
        value = value[0]
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 1


@dataclass
class _Finder:
    """Finds swept fields by what their models would take."""

    problems: Problems
    seed: int

    def strategy(self, number: int, entry: Data, model_of: ModelOf) -> list[Axis]:
        kind = entry.get("kind")
        model = model_of(kind) if isinstance(kind, str) else None
        return self.below(entry, model, ("strategies", number)) if model else []

    def below(self, data: Data, model: type[BaseModel], path: Path) -> list[Axis]:
        """The axes of every field of a mapping, in the order of the file."""
        fields = {name: info.annotation for name, info in model.model_fields.items()}
        fields |= {i.alias: i.annotation for i in model.model_fields.values() if i.alias}
        found: list[Axis] = []
        for key, value in data.items():
            if key in fields and key not in ("name", "kind"):
                found += self._field(value, fields[key], (*path, key))
        return found

    def _field(self, value: Any, annotation: Any, path: Path) -> list[Axis]:
        members = list(_members(annotation))
        models = [m for m in members if isinstance(m, type) and issubclass(m, BaseModel)]
        if isinstance(value, dict):
            if _is_range(value, models, path):
                return self._axis(value, members, path)
            return self.below(value, models[0], path) if models else []
        return self._axis(value, members, path) if isinstance(value, list) else []

    def _axis(self, value: Any, members: list[Any], path: Path) -> list[Axis]:
        tuned = isinstance(value, dict) and "tune" in value
        inner, place = (value["tune"], (*path, "tune")) if tuned else (value, path)
        if tuned and len(value) > 1:
            other = next(key for key in value if key != "tune")
            self.problems.add((*path, other), f"unknown key {_short(other)} beside tune", "tune alone")
        if isinstance(inner, list):
            if not tuned and not _several(inner, members):
                return []
            values, sources = tuple(inner), tuple((*place, k) for k in range(len(inner)))
        elif isinstance(inner, dict):
            values = self._range(inner, place)
            sources = (place,) * len(values)
        else:
            self.problems.add(place, "nothing to choose from", "a list or a range")
            return []
        if isinstance(inner, list) and not 0 < len(values) <= MAX_VALUES:
            self.problems.add(place, f"a list of {len(values)} values", f"1 to {MAX_VALUES:,} values")
            return []
        return [Axis(path, values, sources, tuned)] if values else []

    def _range(self, data: Data, path: Path) -> tuple[Any, ...]:
        """The values of a range; none after noting a problem."""
        before = len(self.problems.found)
        if "repeat" in data:
            count = self._whole(data, "repeat", path, 1, 10_000)
            return tuple(range(1, count + 1))
        for key in data:
            if key not in RANGE_KEYS:
                said = f"unknown key {_short(key)} in a range"
                self.problems.add((*path, key), said, one_of(RANGE_KEYS, key))
        low, high = (self._number(data, key, path) for key in ("from", "to"))
        drawn = "sample" in data
        if drawn and "steps" in data:
            self.problems.add((*path, "steps"), "both steps and sample", "one of them")
        count = self._whole(data, "sample" if drawn else "steps", path, 1 if drawn else 2, MAX_VALUES)
        scale, integer = data.get("scale", "linear"), data.get("integer", False)
        if scale not in ("linear", "log"):
            self.problems.add((*path, "scale"), f"found {_short(scale)}", "one of linear, log")
        elif scale == "log" and low < 1 / MOST_END:
            self.problems.add((*path, "from"), f"found {low:g} with scale: log", "a number above 0")
        if not isinstance(integer, bool):
            self.problems.add((*path, "integer"), f"found {_short(integer)}", "true or false")
        if low > high:
            self.problems.add((*path, "to"), f"found {high:g}", f"a number of at least {low:g}, as from is")
        if len(self.problems.found) > before:
            return ()
        places = self._random(count, path) if drawn else np.arange(count) / (count - 1)
        return _between(low, high, places, scale == "log", integer, 6 if drawn else 12)

    def _random(self, count: int, path: Path) -> Any:
        key = zlib.crc32(".".join(map(str, path)).encode())
        return np.random.default_rng([self.seed, key]).random(count)

    def _number(self, data: Data, key: str, path: Path) -> float:
        value = data.get(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= MOST_END:
            said = f"found {_short(value)}" if key in data else f"key {key!r} is missing in a range"
            most = f" from {-MOST_END:g} to {MOST_END:g}" if type(value) in (int, float) else ""
            self.problems.add((*path, key) if key in data else path, said, f"{key}: a number{most}")
            return 1.0
        return float(value)

    def _whole(self, data: Data, key: str, path: Path, least: int, most: int) -> int:
        value = data.get(key)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            said = f"found {_short(value)}" if key in data else f"key {key!r} is missing in a range"
            where = (*path, key) if key in data else path
            self.problems.add(where, said, f"{key}: a whole number from {least} to {most:,}")
            return least
        return value


def _short(value: Any) -> str:
    """A value for a message."""
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _between(
    low: float, high: float, places: Any, log: bool, integer: bool, digits: int
) -> tuple[Any, ...]:
    values = low * (high / low) ** places if log else low + (high - low) * places
    if integer:
        whole = [round(float(v)) for v in values]
        return tuple(dict.fromkeys(whole))
    # Twelve digits hide 0.30000000000000004; the ends are as written.
    shown = [float(f"{v:.{digits}g}") for v in np.clip(values, low, high)]
    return tuple(dict.fromkeys(shown))


def _members(annotation: Any) -> Iterator[Any]:
    """The types that a field takes, without Annotated and None."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _members(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _members(member)
    elif annotation is not type(None):
        yield annotation


def _listed(members: Sequence[Any]) -> list[Any]:
    return [m for m in members if m is Any or (get_origin(m) or m) in (list, tuple, set, frozenset)]


def _several(values: list[Any], members: Sequence[Any]) -> bool:
    """Whether a list holds several values of a field, rather than being its value."""
    listed = _listed(members)
    if not listed:
        return True
    nested = any(_listed(list(_members(inner))) for m in listed for inner in get_args(m))
    return bool(values) and not nested and all(isinstance(v, list) for v in values)


def _is_range(value: Data, models: Sequence[type[BaseModel]], path: Path) -> bool:
    known = {name for m in models for n, i in m.model_fields.items() for name in (n, i.alias)}
    if "tune" in value and "tune" not in known:
        return True
    if path == ("seed",) and "repeat" in value:
        return True
    return bool({"from", "to", "steps", "sample"} & set(value)) and not known & set(value)


@dataclass
class _Builder:
    """Puts combinations together."""

    data: Data
    varied: Data
    shared_axes: list[Axis]
    entries: list[Data]
    own_axes: list[list[Axis]]
    problems: Problems
    shared: dict[tuple[int, ...], int] = field(default_factory=dict)

    def grid(self) -> Grid:
        order = {key: k for k, key in enumerate(self.data)}
        points: list[Point] = []
        own: list[tuple[Variant, ...]] = []
        for number, entry in enumerate(self.entries):
            # Axes were found top to bottom within each part: a stable sort keeps that.
            axes = sorted([*self.shared_axes, *self.own_axes[number]], key=lambda a: order[str(a.path[0])])
            chosen = self._chosen(number, axes, MAX_SETTINGS - len(points))
            variants: dict[tuple[int, ...], int] = {}
            points += [self._point(number, axes, combo, variants) for combo in chosen]
            own.append(tuple(_variant(entry, self.own_axes[number], c, 2) for c in variants))
        first = (0,) * len(self.shared_axes)
        combos = list(self.shared) or [first]
        shared = tuple(_variant(self.varied, self.shared_axes, c, 0) for c in combos)
        tuned = tuple(tuple(a.name for a in axes if a.tuned) for axes in self.own_axes)
        return Grid(shared, tuple(own), tuple(points), tuned)

    def _chosen(self, number: int, axes: list[Axis], room: int) -> Iterator[tuple[int, ...]]:
        """Positions of the values on each axis, for every combination that is run."""
        sizes = [len(axis.values) for axis in axes]
        total, sweep = math.prod(sizes), self.data.get("sweep")
        draws = sweep.get("draws") if isinstance(sweep, dict) and sweep.get("mode") == "sample" else None
        drawn = isinstance(draws, int) and 0 < draws < total < 2**62
        if (draws if drawn else total) > room:  # type: ignore[operator]
            name = self.entries[number].get("name", number + 1)
            others = f", after {MAX_SETTINGS - room:,} of earlier ones" if room < MAX_SETTINGS else ""
            message = f"{total:,} combination{'s' * (total != 1)} for strategy {name}{others}"
            expected = f"at most {MAX_SETTINGS:,} settings in all (sweep: {{mode: sample, draws: ...}})"
            self.problems.add(("strategies", number), message, expected)
            return iter([(0,) * len(axes)])
        if not drawn:
            return product(*map(range, sizes))
        rng = np.random.default_rng([first_seed(self.data.get("seed")), number])
        some = np.sort(rng.choice(total, draws, replace=False, shuffle=False))
        return (np.unravel_index(k, sizes) for k in some)

    def _point(
        self, number: int, axes: list[Axis], combo: Sequence[int], variants: dict[tuple[int, ...], int]
    ) -> Point:
        mine = tuple(int(k) for a, k in zip(axes, combo, strict=True) if a.own)
        others = tuple(int(k) for a, k in zip(axes, combo, strict=True) if not a.own)
        swept = tuple((a.name, a.values[k]) for a, k in zip(axes, combo, strict=True))
        return Point(
            number, variants.setdefault(mine, len(variants)),
            self.shared.setdefault(others, len(self.shared)), swept,
        )


def _variant(template: Data, axes: Sequence[Axis], combo: Sequence[int], skip: int) -> Variant:
    """The template with one value for each axis; ``skip`` leading keys are not in the template."""
    data, moved = dict(template), {}
    for axis, k in zip(axes, combo, strict=True):
        node = data
        for key in axis.path[skip:-1]:
            node[str(key)] = dict(node[str(key)])
            node = node[str(key)]
        node[str(axis.path[-1])] = axis.values[k]
        moved[axis.path] = axis.sources[k]
    return Variant(data, moved)
