"""One exception family, one message style.

Every error a user can cause carries the exit code the command line ends with, and says where the
cause stands and what was expected. Anything else that escapes is a bug of ours (exit code 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

Path = tuple[str | int, ...]
"""Where a value stands inside a document: keys and list positions from the root."""


class ExitCode(IntEnum):
    """How a command ends."""

    DONE = 0
    BUG = 1
    BAD_INPUT = 2
    INFEASIBLE = 3
    LOCKED = 4
    GUARDRAIL = 5


def one_of(options: Iterable[str], given: str = "") -> str:
    """``one of a, b, c``, with ``did you mean 'b'?`` when something close to ``given`` is among them.

    >>> one_of(["margin", "curve"], "marginn")
    "one of margin, curve, did you mean 'margin'?"
    """
    from difflib import get_close_matches

    names = list(options)
    shown = ", ".join(names[:20]) + (f" and {len(names) - 20} more" if len(names) > 20 else "")
    text = f"one of {shown}" if len(names) > 1 else shown
    folded = {name.casefold(): name for name in names[1999::-1]}  # more would take long to compare
    close = get_close_matches(given[:200].casefold(), folded, 1, 0.6) if given else []
    return f"{text}, did you mean {folded[close[0]]!r}?" if close else text


@dataclass(frozen=True)
class Place:
    """A position in a text file, or a row and column of a table."""

    file: str
    line: int | None = None
    column: int | None = None
    row: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        if self.row is not None:
            named = f", column {self.field}" if self.field else ""
            return f"{self.file}:row {self.row}{named}"
        parts = [self.file]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the input.

    ``path`` is set while the place in the file is not known yet; the file's reader turns it into a
    ``place``.
    """

    message: str
    expected: str = ""
    path: Path = ()
    place: Place | None = None

    def __str__(self) -> str:
        where = str(self.place) if self.place else ".".join(map(str, self.path))
        said = f"{where}: {self.message}" if where else self.message
        return f"{said}; expected {self.expected}" if self.expected else said


class BidderError(Exception):
    """Base of every error that a user, not the program, has to deal with."""

    exit_code: ExitCode = ExitCode.BUG


class InputError(BidderError):
    """Bad input: carries every problem found, not only the first."""

    exit_code = ExitCode.BAD_INPUT

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (
            (problems,) if isinstance(problems, Problem) else tuple(problems)
        )
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)  # so that it survives the way from a worker process


@dataclass(frozen=True)
class Conflict:
    """One limit of a conflicting set.

    ``give`` is by how much this limit alone would have to move, in the limit's own unit, for the
    others to fit; ``None`` when no movement of it alone is enough.
    """

    name: str
    path: Path
    limit: float
    give: float | None
    unit: str
    place: Place | None = None

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        if self.give is None:
            return f"{where}{self.name} ({self.limit:g} {self.unit})"
        give = f"would have to give {self.give:.6g} {self.unit}"
        return f"{where}{self.name} ({self.limit:g} {self.unit}) {give}"


class InfeasibleError(BidderError):
    """The limits contradict each other; ``conflicts`` is a smallest set that does."""

    exit_code = ExitCode.INFEASIBLE

    def __init__(self, conflicts: Sequence[Conflict]) -> None:
        self.conflicts = tuple(conflicts)
        gives = any(c.give is not None for c in self.conflicts)
        enough = "; relaxing any one of them by what it says is enough" if gives else ""
        lines = [f"these limits cannot all hold{enough}:"]
        super().__init__("\n".join([*lines, *(f"  {c}" for c in self.conflicts)]))


class SolverError(BidderError):
    """The chosen solver is missing, unknown, or failed on a well-posed problem."""

    exit_code = ExitCode.BAD_INPUT


class LockedError(BidderError):
    """Something else holds the lock, or the data is stale or incomplete."""

    exit_code = ExitCode.LOCKED


class GuardrailError(BidderError):
    """A guardrail stopped the run."""

    exit_code = ExitCode.GUARDRAIL


@dataclass
class Problems:
    """Collects problems so that all of them are reported at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, expected: str = "") -> None:
        """Note one problem at ``path``."""
        self.found.append(Problem(message, expected, path))

    def raise_if_any(self) -> None:
        """Raise :class:`InputError` with everything found so far."""
        if self.found:
            raise InputError(self.found)
