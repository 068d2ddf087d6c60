"""Which campaigns and periods a constraint is about, and what it is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.compile.draft import Tag
from bidder.budget.compile.grid import Grid
from bidder.budget.compile.sums import Span
from bidder.budget.problem import Unit
from bidder.budget.spec_limits import AnyLimit, DatedLimit, Per, Scope
from bidder.errors import Path

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Target:
    """Some campaigns: their name in reports and their numbers."""

    label: str
    members: Integers


def targets(grid: Grid, scope: Scope) -> list[Target]:
    """The scope, or one target for each of its channels or campaigns."""
    whole = _named(grid, scope)
    if scope.each == "campaign":
        return [Target(f"campaign {grid.names[c]}", np.array([c])) for c in whole.members]
    if scope.each == "channel":
        owners = grid.channel[whole.members]
        return [Target(f"channel {grid.channels[k]}", whole.members[owners == k]) for k in np.unique(owners)]
    return [whole]


def _named(grid: Grid, scope: Scope) -> Target:
    position = {name: k for k, name in enumerate(grid.names)}
    if scope.channel is not None:
        return channel_target(grid, grid.channels.index(scope.channel))
    if scope.campaign is not None:
        return Target(f"campaign {scope.campaign}", np.array([position[scope.campaign]]))
    if scope.campaigns is not None:
        label = f"campaigns {', '.join(scope.campaigns)}"
        return Target(label, np.unique([position[name] for name in scope.campaigns]))
    if scope.group is not None:
        return Target(f"group {scope.group}", np.unique([position[n] for n in grid.spec.groups[scope.group]]))
    return Target("everything", grid.everyone)


def channel_target(grid: Grid, channel: int) -> Target:
    """All campaigns of a channel."""
    return Target(f"channel {grid.channels[channel]}", np.flatnonzero(grid.channel == channel))


def span_of(grid: Grid, limit: DatedLimit) -> Span | None:
    """The periods of a limit; None where nothing of it is still to plan."""
    periods = grid.horizon.periods_within(*(limit.dates or (None, None)))
    if limit.per is Per.PERIOD:
        periods = periods[periods >= grid.past]
        return Span(periods, each=True) if len(periods) else None
    if not len(periods) or periods[-1] < grid.past:
        return None
    return Span(periods, after=grid.spec.count_after_end and limit.dates is None)


def tag(
    grid: Grid, limit: AnyLimit, path: Path, unit: Unit, found: Sequence[Target], span: Span,
    words: str, suffix: str = "",
) -> Tag:
    """Names of a constraint's rows: the planner's own, or made from ``words`` and the scope.

    ``suffix`` is added to the planner's own name to tell apart the sides of one constraint.
    """
    names = [name for target in found for name in [_name(limit, target, words, suffix)] * span.rows]
    whens = [grid.whens[t] for t in span.periods] if span.each else [""]
    labels = [target.label for target in found for _ in range(span.rows)]
    return Tag(names, whens * len(found), labels, limit.kind, unit, path)


def _name(limit: AnyLimit, target: Target, words: str, suffix: str) -> str:
    if limit.name is not None:
        which = f" [{target.label.split(' ', 1)[1]}]" if limit.scope.each else ""
        return f"{limit.name}{suffix}{which}"
    dates = getattr(limit, "dates", None)
    when = f", {dates[0]} to {dates[1]}" if dates else ""
    return f"{words} ({target.label}{when})"
