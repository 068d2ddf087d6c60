"""The whole: from a specification to the problem that is solved and the accounts that are read."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.accounts import Accounts, Pool, Scenarios
from bidder.budget.actuals import Actuals
from bidder.budget.compile.carryover import carry
from bidder.budget.compile.ceilings import settle
from bidder.budget.compile.draft import Draft
from bidder.budget.compile.grid import Grid, build_grid
from bidder.budget.compile.kinds import constraints
from bidder.budget.compile.objective import objective
from bidder.budget.compile.replan import change_limits, change_rows, moving_cells
from bidder.budget.compile.retargeting import audiences
from bidder.budget.compile.risk import add_risk, draw, risk_columns
from bidder.budget.compile.stock import lose_no_more_than_delivered, losing_cells, lost_columns, most_lost
from bidder.budget.compile.sums import Model
from bidder.budget.compile.written import written_limits
from bidder.budget.problem import Cells, Extras, Form, Problem
from bidder.budget.spec import PlanSpec
from bidder.budget.spec_campaign import Lots, OnOff
from bidder.money import minor_per_unit

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def compile_plan(
    spec: PlanSpec, actuals: Actuals | None = None, old_spend: Floats | None = None
) -> tuple[Problem, Accounts]:
    """Turn a validated plan into arrays.

    Parameters
    ----------
    spec : PlanSpec
        With every fitted curve replaced by a typed one.
    actuals : Actuals, optional
        Spend and conversions of the first periods, which are then fixed.
    old_spend : float array, shape (campaigns, periods), optional
        Spend of the earlier plan, currency units, for the ``replan`` section.

    Returns
    -------
    Problem, Accounts
        Every row's constant is 0: constants stand in ``row_low`` and ``row_high``. A cell whose
        ``low`` is above its ``high`` has limits that contradict each other.

    Raises
    ------
    InputError
        When a fitted curve is left.
    """
    grid = build_grid(spec, actuals)
    losing, moving = losing_cells(grid), moving_cells(grid, old_spend)
    extras = len(losing) + len(moving) + risk_columns(spec.risk)
    model = Model(grid, carry(grid), lost_columns(losing, grid.size, extras))
    draft = Draft(model)
    written_limits(draft)
    constraints(draft)
    pools = audiences(draft)
    change_limits(draft, old_spend)
    lose_no_more_than_delivered(draft, losing)
    change_rows(draft, moving, len(losing), old_spend)
    scenarios = draw(grid)
    problem = _problem(draft, losing, moving, scenarios, old_spend)
    return problem, _accounts(model, pools, scenarios, old_spend)


def _problem(
    draft: Draft, losing: Integers, moving: Integers, scenarios: Scenarios | None, old_spend: Floats | None
) -> Problem:
    model, grid = draft.model, draft.model.grid
    cells = _cells(grid, *settle(draft))
    most_effect = cells.curves.value(np.maximum(cells.high, cells.low))
    old = np.zeros(grid.size) if old_spend is None else old_spend.ravel()
    high = np.concatenate([
        most_lost(model, losing, most_effect), np.maximum(cells.high, old)[moving],
    ])
    low, first, risk = np.zeros(len(high)), len(high), None
    value = objective(model, len(losing), len(moving))
    if scenarios is not None and risk_columns(grid.spec.risk):
        part = add_risk(draft, value, scenarios, first, cells.high, most_effect, high)
        low, high = np.concatenate([low, part.low]), np.concatenate([high, part.high])
        value, risk = part.value, part.rows
    extras = Extras(low, high, _extra_names(grid, losing, moving, risk is not None))
    rows, row_low, row_high = draft.finished_rows()
    return Problem(
        cells, rows, row_low, row_high, extras,
        value.spend, value.effect, value.extra, value.constant, value.sense,
        1.0 / minor_per_unit(grid.spec.currency), draft.finished_limits(), risk,
    )


def _cells(grid: Grid, low: Floats, high: Floats) -> Cells:
    count, periods = grid.shape
    forms, least, lots = np.zeros(count, dtype=np.int8), np.zeros(count), np.zeros(count)
    for number, campaign in enumerate(grid.campaigns):
        if isinstance(campaign.buying, OnOff):
            forms[number], least[number] = Form.ON_OFF, campaign.buying.minimum
        elif isinstance(campaign.buying, Lots):
            forms[number], lots[number] = Form.LOTS, campaign.buying.lot
    form, on_minimum, lot = np.repeat(forms, periods), np.repeat(least, periods), np.repeat(lots, periods)
    period = np.tile(np.arange(periods), count)
    done = period < grid.past
    # What was spent is a number like any other, whatever the buying form asks of spends to come.
    form[done], on_minimum[done], lot[done] = Form.ANY, 0.0, 0.0
    return Cells(np.repeat(grid.everyone, periods), period, grid.curves(), low, high, form, on_minimum, lot)


def _extra_names(grid: Grid, losing: Integers, moving: Integers, risky: bool) -> tuple[str, ...]:
    def cell(number: int) -> str:
        campaign, period = divmod(number, grid.shape[1])
        return f"{grid.names[campaign]} {grid.whens[period]}"

    names = [f"lost {cell(k)}" for k in losing.tolist()] + [f"moved {cell(k)}" for k in moving.tolist()]
    if risky and grid.spec.risk is not None:
        names += ["eta", *(f"shortfall {k}" for k in range(grid.spec.risk.draws))]
    return tuple(names)


def _accounts(
    model: Model, pools: tuple[Pool, ...], scenarios: Scenarios | None, old_spend: Floats | None
) -> Accounts:
    grid, carried = model.grid, model.carried

    def column(name: str) -> Floats:
        return np.array([getattr(c, name) for c in grid.campaigns], dtype=np.float64)

    return Accounts(
        grid.names, carried.arrival, carried.arrival_constant, carried.after_end, carried.after_constant,
        grid.spec.count_after_end, model.lost, column("order_value"), column("margin"),
        column("new_customer_share"), column("lifetime_multiplier"), pools, scenarios, grid.past,
        None if old_spend is None else np.asarray(old_spend, dtype=np.float64).ravel(),
    )
