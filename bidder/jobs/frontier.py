"""What more or less budget would bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bidder.budget.solvers import DEFAULT
from bidder.errors import InfeasibleError, InputError, Place, Problem
from bidder.files.atomic import OutputFolder
from bidder.jobs.config import LoadedPlan, load_plan
from bidder.jobs.outputs import json_text, money_text
from bidder.jobs.plan import Lang, solve_loaded, time_limit, with_gap
from bidder.jobs.progress import Progress, Silent
from bidder.jobs.scenarios import as_report_data
from bidder.jobs.source import source_text
from bidder.money import from_minor, to_minor

if TYPE_CHECKING:
    from bidder.budget.frontier import Frontier
    from bidder.budget.result import Plan

COLUMNS = (
    "budget", "spend", "objective", "revenue", "roas", "marginal", "upper_bound", "gap", "feasible",
)
"""Columns of frontier.csv; marginal is the objective that one more unit of the budget brings."""
MAX_STEPS = 500
FILES = ("frontier.csv", "frontier.html", "frontier.json")


@dataclass(frozen=True)
class FrontierOutcome:
    """A frontier with what it was made from.

    Attributes
    ----------
    loaded : LoadedPlan
    found : Frontier
        Entries are nan where no plan keeps all limits.
    document : dict
        What frontier.json says.
    files : tuple of str
    """

    loaded: LoadedPlan
    found: Frontier
    document: dict[str, Any]
    files: tuple[str, ...]


def run_frontier(
    config: str | Path,
    low: float | None = None,
    high: float | None = None,
    steps: int = 11,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    solver: str = DEFAULT,
    gap: float | None = None,
    lang: Lang = "en",
    progress: Progress | None = None,
) -> FrontierOutcome:
    """Solve a config for a row of budgets.

    Parameters
    ----------
    low, high : float, optional
        First and last budget, currency units; by default half and one and a half times the config's.
    steps : int
        Number of budgets, both ends included.
    out : path, optional
        Folder for frontier.csv, frontier.json and frontier.html.

    Raises
    ------
    InputError
        With every problem of the config or of the range.
    InfeasibleError
        No budget of the range allows a plan; says why for the largest.
    """
    watch = progress or Silent()
    loaded = load_plan(config, with_gap(overrides, gap))
    amounts = budgets(loaded, low, high, steps)
    from bidder.budget.frontier import frontier

    watch.stage("solving budgets", steps)
    found = frontier(
        loaded.spec, amounts, loaded.actuals, loaded.old_plan, solver, None, lambda _: watch.step(),
        time_limit(loaded.spec.solver.time_limit * steps),
    )
    if not np.isfinite(found.objective).any():
        raise _why(loaded, amounts[-1], solver)
    document = frontier_document(loaded, found)
    files: tuple[str, ...] = ()
    if out is not None:
        watch.stage("drawing the report")
        files = _write(loaded, found, document, Path(out), solver, lang)
    return FrontierOutcome(loaded, found, document, files)


def budgets(loaded: LoadedPlan, low: float | None, high: float | None, steps: int) -> list[float]:
    """Evenly spaced budgets in whole minor units, rising.

    Raises
    ------
    InputError
        When the range is none, or the config has no budget to make one from.
    """
    total, currency = loaded.spec.budget.total, loaded.spec.currency
    problems = []
    if (low is None or high is None) and total is None:
        message, expected = "the plan has no budget.total to make a range from", "--from and --to"
        problems.append(Problem(message, expected, place=loaded.place(("budget",))))
    for option, value in (("--from", low), ("--to", high)):
        if value is not None and not 0 < value <= 1e13:
            problems.append(Problem(f"found {value:g}", "an amount above 0", place=Place(option)))
    if not 2 <= steps <= MAX_STEPS:
        problems.append(Problem(f"found {steps}", f"2 to {MAX_STEPS}", place=Place("--steps")))
    if problems:
        raise InputError(problems)
    first = low if low is not None else 0.5 * float(total or 0)
    last = high if high is not None else 1.5 * float(total or 0)
    if first >= last:
        message = f"found {last:g}"
        raise InputError(Problem(message, f"an amount above --from ({first:g})", place=Place("--to")))
    minor = np.array([to_minor(float(v), currency) for v in np.linspace(first, last, steps)])
    return [float(v) for v in from_minor(np.unique(minor), currency)]


def _why(loaded: LoadedPlan, amount: float, solver: str) -> Exception:
    """What stands against the largest budget of the range."""
    spec = loaded.spec
    larger = spec.model_copy(update={"budget": spec.budget.model_copy(update={"total": amount})})
    try:
        solve_loaded(LoadedPlan(larger, loaded.document, loaded.actuals, loaded.old_plan), solver)
    except InfeasibleError as error:
        return error
    return AssertionError("a budget is infeasible in a row of them but not alone")


def frontier_document(loaded: LoadedPlan, found: Frontier) -> dict[str, Any]:
    """frontier.json as plain data; a budget without a plan has null figures."""
    spec = loaded.spec
    return {
        "schema_version": 1,
        "name": spec.name,
        "currency": spec.currency,
        "objective_metric": str(spec.objective.minimize or spec.objective.maximize),
        "points": [dict(zip(COLUMNS, row, strict=True)) for row in _points(found)],
    }


def _points(found: Frontier) -> list[list[Any]]:
    columns = [getattr(found, name) for name in COLUMNS[:-1]]
    rows = []
    for k in range(len(found.budget)):
        values = [float(c[k]) if np.isfinite(c[k]) else None for c in columns]
        rows.append([*values, bool(np.isfinite(found.objective[k]))])
    return rows


def frontier_rows(loaded: LoadedPlan, found: Frontier) -> list[list[object]]:
    """Rows of frontier.csv."""
    currency = loaded.spec.currency
    rows: list[list[object]] = []
    for budget, spend, *others in _points(found):
        spent = None if spend is None else money_text(spend, currency)
        rows.append([money_text(budget, currency), spent, *others])
    return rows


def _write(
    loaded: LoadedPlan, found: Frontier, document: dict[str, Any], folder: Path, solver: str, lang: Lang
) -> tuple[str, ...]:
    with OutputFolder(folder, last="frontier.json") as out:
        out.table("frontier.csv", COLUMNS, frontier_rows(loaded, found))
        page = _page(loaded, found, solver, lang)
        if page is not None:
            out.text("frontier.html", page)
        out.text("frontier.json", json_text(document))
    return tuple(name for name in FILES if name != "frontier.html" or page is not None)


def _page(loaded: LoadedPlan, found: Frontier, solver: str, lang: Lang) -> str | None:
    """The report of the plan nearest to the config's own budget (or in the middle), with this frontier."""
    data = as_report_data(found, None)
    if data is None:
        return None
    from bidder.reports.plan import render_plan

    plan = _middle(loaded, found, solver)
    return render_plan(plan, lang=lang, frontier=data, inputs_yaml=source_text(loaded.document))


def _middle(loaded: LoadedPlan, found: Frontier, solver: str) -> Plan:
    known = np.flatnonzero(np.isfinite(found.objective))
    own = loaded.spec.budget.total
    near = known[np.argmin(np.abs(found.budget[known] - own))] if own else known[len(known) // 2]
    spec = loaded.spec.model_copy(
        update={"budget": loaded.spec.budget.model_copy(update={"total": float(found.budget[near])})}
    )
    return solve_loaded(LoadedPlan(spec, loaded.document, loaded.actuals, loaded.old_plan), solver)
