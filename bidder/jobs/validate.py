"""Checking a plan's config without solving it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bidder.jobs.config import LoadedPlan, load_plan
from bidder.money import format_money


@dataclass(frozen=True)
class Summary:
    """What a valid config says, in numbers.

    Attributes
    ----------
    name, currency, objective, budget : str
        The budget in words.
    channels, campaigns, periods, cells, constraints : int
    period : str
        day, week or month.
    start, end : str
        First and last day, ISO 8601.
    notes : tuple of str
        What was assumed, or is probably not meant.
    """

    name: str
    currency: str
    objective: str
    budget: str
    channels: int
    campaigns: int
    periods: int
    cells: int
    constraints: int
    period: str
    start: str
    end: str
    notes: tuple[str, ...] = ()

    def lines(self) -> tuple[str, str]:
        """The config in two lines."""
        return (
            f"{self.name}: {_count(self.campaigns, 'campaign')} in {_count(self.channels, 'channel')}, "
            f"{_count(self.periods, self.period)} from {self.start} to {self.end} "
            f"({_count(self.cells, 'cell')})",
            f"{self.objective}, {self.budget}, {_count(self.constraints, 'constraint')}",
        )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"schema_version": 1, "valid": True, **asdict(self)}


def validate(path: str | Path, overrides: Sequence[str] = ()) -> Summary:
    """Read and check a plan's config and every file it names.

    Raises
    ------
    InputError
        With every problem found.
    """
    return summarise(load_plan(path, overrides))


def summarise(plan: LoadedPlan) -> Summary:
    """What a loaded plan says."""
    spec, horizon = plan.spec, plan.spec.horizon.resolve()
    campaigns = len(spec.campaigns())
    return Summary(
        name=spec.name,
        currency=spec.currency,
        objective=f"maximize {spec.objective.maximize}" if spec.objective.maximize else "minimize spend",
        budget=_budget(plan),
        channels=len(spec.channels),
        campaigns=campaigns,
        periods=len(horizon),
        cells=campaigns * len(horizon),
        constraints=len(spec.constraints),
        period=str(spec.horizon.period),
        start=horizon.starts[0].isoformat(),
        end=horizon.end.isoformat(),
        notes=plan.notes,
    )


def _budget(plan: LoadedPlan) -> str:
    budget, currency = plan.spec.budget, plan.spec.currency
    said = []
    if budget.total is not None:
        word = "exactly" if budget.exact else "up to"
        said.append(f"{word} {format_money(budget.total, currency)} {currency}")
    if budget.marginal_roas is not None:
        said.append(f"while marginal ROAS is at least {budget.marginal_roas:g}")
    if budget.marginal_cpa is not None:
        said.append(f"while a further conversion costs at most {format_money(budget.marginal_cpa, currency)}")
    return "budget " + " ".join(said) if said else "no budget"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
