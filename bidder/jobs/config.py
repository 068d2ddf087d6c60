"""Reading everything a plan's YAML refers to, and checking it all before any work begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, TypeVar

from bidder.budget.actuals import Actuals, Floats
from bidder.budget.check import MAX_CELLS, check, remarks
from bidder.budget.spec import PlanSpec
from bidder.errors import InputError, Path, Place, Problem
from bidder.files.yaml_reader import Document, read_document
from bidder.jobs.fitted_curves import resolve_curves

if TYPE_CHECKING:
    from collections.abc import Callable

    from bidder.calendar import Horizon

T = TypeVar("T")


@dataclass(frozen=True)
class LoadedPlan:
    """A plan that makes sense, with all it refers to.

    Attributes
    ----------
    spec : PlanSpec
        Fitted curves are filled in.
    document : Document
        The YAML, for places in messages.
    actuals : Actuals or None
        Past periods.
    old_plan : ndarray or None
        Spend of the plan to stay near to, currency units, shape (campaigns, periods).
    notes : tuple of str
        What was assumed, for the user to know.
    """

    spec: PlanSpec
    document: Document
    actuals: Actuals | None = None
    old_plan: Floats | None = None
    notes: tuple[str, ...] = field(default=())

    def place(self, path: Path) -> Place:
        """Where something stands in the YAML."""
        return self.document.place(path)


def load_plan(path: str | FilePath, overrides: Sequence[str] = ()) -> LoadedPlan:
    """Read and check a plan.

    Parameters
    ----------
    path : path
        The YAML file; paths in it are relative to its folder.
    overrides : sequence of str
        ``key.sub=value`` settings that replace what the file says.

    Raises
    ------
    InputError
        With every problem of the YAML, or (when that can be understood) of the plan's sense and of
        all the files it names.
    """
    spec, document = read_document(path, PlanSpec, list(overrides))
    folder = FilePath(path).parent
    curves = resolve_curves(spec, folder)
    spec = curves.spec
    problems = [document.locate(p) for p in (*curves.problems, *check(spec))]
    tables = _Tables(spec, document, folder, problems)
    actuals, old_plan = tables.actuals(), tables.old_plan()
    if problems:
        raise InputError(sorted(problems, key=lambda p: _order(p, document.file)))
    notes = (*curves.notes, *(str(document.locate(p)) for p in remarks(spec)))
    return LoadedPlan(spec, document, actuals, old_plan, notes)


def _order(problem: Problem, own: str) -> tuple[bool, str, int, int]:
    """The plan's own file first, then the others, each from top to bottom."""
    place = problem.place or Place(own)
    return place.file != own, place.file, place.line or place.row or 0, place.column or 0


class _Tables:
    """Reads the CSV files a plan names; what is wrong with them goes to ``problems``."""

    def __init__(
        self, spec: PlanSpec, document: Document, folder: FilePath, problems: list[Problem]
    ) -> None:
        self._spec = spec
        self._document = document
        self._folder = folder
        self._problems = problems
        self._small = len(spec.campaigns()) * len(spec.horizon.resolve()) <= MAX_CELLS

    def actuals(self) -> Actuals | None:
        """What happened in past periods."""
        from bidder.files.plan_tables import read_actuals

        return self._read(self._spec.actuals, ("actuals",), read_actuals)

    def old_plan(self) -> Floats | None:
        """Spend of the earlier plan."""
        from bidder.files.plan_tables import read_plan

        source = self._spec.replan.source if self._spec.replan else None
        return self._read(source, ("replan", "from"), read_plan)

    def _read(
        self, source: str | None, path: Path, reader: Callable[[FilePath, list[str], Horizon], T]
    ) -> T | None:
        if source is None or not self._small:
            return None
        try:
            return reader(self._folder / source, list(self._spec.campaigns()), self._spec.horizon.resolve())
        except InputError as error:
            self._problems += [self._referred(problem, source, path) for problem in error.problems]
        return None

    def _referred(self, problem: Problem, source: str, path: Path) -> Problem:
        """A file that cannot be opened is a matter of the reference, not of the file."""
        if problem.place is not None and problem.place.row is None and problem.message.startswith("cannot"):
            message = f"{source} {problem.message}"
            return Problem(message, problem.expected, path, self._document.place(path))
        return problem
