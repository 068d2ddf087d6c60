"""The main job: from a config file to a plan with its proof, its prices and its report."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bidder.budget.solvers import DEFAULT
from bidder.errors import InfeasibleError
from bidder.jobs.config import LoadedPlan, load_plan
from bidder.jobs.outputs import default_folder, write_plan
from bidder.jobs.progress import Progress, Silent
from bidder.jobs.source import source_text

if TYPE_CHECKING:
    from bidder.budget.result import Plan

Lang = Literal["en", "zh"]


@dataclass(frozen=True)
class PlanOutcome:
    """A plan with what it was made from and where it went.

    Attributes
    ----------
    loaded : LoadedPlan
    plan : Plan
    summary : dict
        What summary.json says.
    folder : Path or None
        Where the files are; None when none were asked for.
    files : tuple of str
        Their names.
    notes : tuple of str
        What was assumed, and what the user should know about the result.
    """

    loaded: LoadedPlan
    plan: Plan
    summary: dict[str, Any]
    folder: Path | None
    files: tuple[str, ...]
    notes: tuple[str, ...]


def run_plan(
    config: str | Path,
    out: str | Path | None = None,
    *,
    overrides: Sequence[str] = (),
    solver: str = DEFAULT,
    gap: float | None = None,
    lang: Lang = "en",
    report: bool = True,
    progress: Progress | None = None,
) -> PlanOutcome:
    """Plan a config and write plan.csv, constraints.csv, config.json, report.html and summary.json.

    Parameters
    ----------
    config : path
        The plan's YAML.
    out : path, optional
        Folder for the files; by default ``runs/`` and the plan's name.
    overrides : sequence of str
        ``key.sub=value`` settings over what the YAML says.
    solver : str
        Name as in :func:`bidder.budget.solvers.solver`.
    gap : float, optional
        Certified gap to reach, in place of ``solver.gap``.
    lang : "en" or "zh"
        Language of the report.
    report : bool
        Whether to write a report.

    Raises
    ------
    InputError
        With every problem of the config and the files it names, or an output that cannot be written.
    InfeasibleError
        The limits contradict each other; each conflicting one carries its place in the YAML.
    SolverError
        The solver is missing, unknown or failed.
    """
    watch = progress or Silent()
    loaded = load_plan(config, with_gap(overrides, gap))
    folder = Path(out) if out is not None else default_folder(loaded.spec)
    plan = solve_loaded(loaded, solver, watch)
    summary = summary_of(plan)
    page = _report(loaded, plan, solver, lang, watch) if report else None
    watch.stage("writing")
    files = write_plan(plan, summary, folder, page)
    return PlanOutcome(loaded, plan, summary, folder, files, (*loaded.notes, *_stopped(plan)))


def with_gap(overrides: Sequence[str], gap: float | None) -> tuple[str, ...]:
    """The settings with ``solver.gap`` among them."""
    return (*overrides, *([f"solver.gap={gap!r}"] if gap is not None else []))


def solve_loaded(
    loaded: LoadedPlan, solver: str = DEFAULT, watch: Progress | None = None, start: Plan | None = None
) -> Plan:
    """Solve a loaded plan within its time limit.

    Raises
    ------
    InfeasibleError
        With the place of every conflicting limit.
    """
    from bidder.budget.plan import make_plan

    watch = watch or Silent()
    watch.stage("solving")
    try:
        return make_plan(
            loaded.spec, loaded.actuals, loaded.old_plan, solver, start, watch.round,
            time_limit(loaded.spec.solver.time_limit),
        )
    except InfeasibleError as error:
        raise placed(error, loaded) from None


def time_limit(seconds: float) -> Callable[[], bool]:
    """Tells whether the seconds are over, counted from now."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def placed(error: InfeasibleError, loaded: LoadedPlan) -> InfeasibleError:
    """The same conflict with the place of each limit in the YAML."""
    return InfeasibleError([replace(c, place=c.place or loaded.place(c.path)) for c in error.conflicts])


def summary_of(plan: Plan) -> dict[str, Any]:
    """What summary.json says."""
    spec, horizon = plan.spec, plan.spec.horizon.resolve()
    return {
        **plan.summary(),
        "objective_sense": "minimize" if spec.objective.minimize else "maximize",
        "objective_metric": str(spec.objective.minimize or spec.objective.maximize),
        "budget_total": spec.budget.total,
        "start": horizon.starts[0].isoformat(),
        "end": horizon.end.isoformat(),
        "period": str(spec.horizon.period),
        "periods": len(horizon),
        "past_periods": plan.accounts.past_periods,
        "campaigns": len(plan.accounts.campaigns),
    }


def _stopped(plan: Plan) -> tuple[str, ...]:
    if plan.status != "stopped":
        return ()
    limit, wanted = plan.spec.solver.time_limit, plan.spec.solver.gap
    return (
        f"stopped before the gap of {wanted:g} was reached (time limit {limit:g} s): this is the best plan "
        f"found, and no plan can be better by more than {plan.gap:.2g} of the upper bound",
    )


def _report(loaded: LoadedPlan, plan: Plan, solver: str, lang: Lang, watch: Progress) -> str:
    from bidder.jobs.scenarios import OWN, as_report_data, scenarios, surroundings
    from bidder.reports.plan import render_plan

    around = surroundings(loaded, plan, solver, watch)
    watch.stage("drawing the report")
    rows = scenarios(loaded, plan, around, lang)
    return render_plan(
        plan, lang=lang, frontier=as_report_data(around, OWN), scenarios=rows,
        inputs_yaml=source_text(loaded.document),
    )
