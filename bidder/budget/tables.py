"""A plan's tables: cells, limits with their prices, and retargeting pools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bidder.budget.accounts import Accounts
from bidder.budget.problem import Limits, Problem, Side
from bidder.budget.result import Solution
from bidder.budget.spec import PlanSpec
from bidder.budget.words import price_sentence

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]

BINDING = 1e-6
"""A limit binds when its slack is at most this part of it (or of one unit)."""


def conversions(accounts: Accounts, y: Floats, e: Floats) -> tuple[Floats, Floats]:
    """Conversions arriving in each cell's period with lost sales taken off, and those lost, (n,) each."""
    lost: Floats = accounts.lost @ e
    arriving: Floats = accounts.arrival @ y + accounts.arrival_constant - lost
    return arriving, lost


def after_end(accounts: Accounts, y: Floats) -> Floats:
    """Conversions arriving after the horizon, shape (campaigns,)."""
    periods = len(y) // len(accounts.campaigns)
    late: Floats = (accounts.after_end * y).reshape(-1, periods).sum(axis=1) + accounts.after_constant
    return late


def marginal_roas(problem: Problem, accounts: Accounts, x: Floats) -> Floats:
    """Revenue that the next unit of spend would bring, in all periods that count, shape (n,)."""
    counted = np.asarray(accounts.arrival.sum(axis=0), dtype=np.float64)
    if accounts.count_after_end:
        counted = counted + accounts.after_end
    # At 0 some curves are infinitely steep; the next minor unit is what can be bought.
    slope = problem.cells.curves.slope(np.maximum(x, problem.quantum))
    worth: Floats = accounts.order_value[problem.cells.campaign] * counted * slope
    return worth


def cells_table(
    spec: PlanSpec, problem: Problem, accounts: Accounts, x: Floats, y: Floats, e: Floats
) -> pd.DataFrame:
    """One row per cell, as documented in :class:`bidder.budget.result.Plan`."""
    import pandas as pd

    horizon = spec.horizon.resolve()
    campaign, period = problem.cells.campaign, problem.cells.period
    names = [accounts.campaigns[c].split("/", 1) for c in campaign]
    arriving, lost = conversions(accounts, y, e)
    revenue = arriving * accounts.order_value[campaign]
    starts = [horizon.starts[t].isoformat() for t in period]
    table = pd.DataFrame({
        "channel": [n[0] for n in names],
        "campaign": [n[1] for n in names],
        "period_start": starts,
        "spend": x,
        "conversions": arriving,
        "revenue": revenue,
        "marginal_roas": marginal_roas(problem, accounts, x),
        "profit": accounts.margin[campaign] * revenue - x,
        "new_customers": arriving * accounts.new_customer_share[campaign],
        "lifetime_value": revenue * accounts.lifetime_multiplier[campaign],
        "lost": lost,
        "past": period < accounts.past_periods,
    })
    if accounts.old_spend is not None:
        table["old_spend"] = accounts.old_spend
    return table


def totals(problem: Problem, accounts: Accounts, x: Floats, y: Floats, e: Floats) -> dict[str, float]:
    """Sums over the horizon; what arrives after its end is in them only if the plan counts it."""
    arriving, _ = conversions(accounts, y, e)
    periods = len(x) // len(accounts.campaigns)
    count = arriving.reshape(-1, periods).sum(axis=1)
    late = after_end(accounts, y)
    if accounts.count_after_end:
        count = count + late
    spend = minor_sum(x, problem.quantum)
    revenue = float(count @ accounts.order_value)
    bought = float(count.sum())
    return {
        "spend": spend,
        "conversions": bought,
        "revenue": revenue,
        "profit": float(count @ (accounts.order_value * accounts.margin)) - spend,
        "new_customers": float(count @ accounts.new_customer_share),
        "lifetime_value": float(count @ (accounts.order_value * accounts.lifetime_multiplier)),
        "roas": revenue / spend if spend else 0.0,
        "cpa": spend / bought if bought else 0.0,
        "conversions_after_end": float(late.sum()),
    }


def minor_sum(x: Floats, quantum: float) -> float:
    """Sum of spends, exact in minor units."""
    per_unit = round(1.0 / quantum)
    return float(int(np.sum(np.round(x * per_unit).astype(np.int64))) / per_unit)


def limit_values(problem: Problem, x: Floats, y: Floats, e: Floats) -> tuple[Floats, Floats]:
    """What each limit's quantity really is, and its slack (positive: room left), shape (K,) each."""
    limits = problem.limits
    activity = problem.rows.at(x, y, e)
    row = np.maximum(limits.row, 0)
    if not len(problem.rows):
        activity = np.zeros(1)
    sides = np.where(limits.row_side > 0, _padded(problem.row_high)[row], _padded(problem.row_low)[row])
    below = limits.denominators.at(x, y, e)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_rows = limits.limit + (activity[row] - sides) / below
    of_rows = np.where(np.isfinite(of_rows), of_rows, np.nan)
    values = np.where(limits.row >= 0, of_rows, x[np.maximum(limits.cell, 0)])
    slack = np.where(limits.side == Side.MAX, limits.limit - values, values - limits.limit)
    # 0.1 + 0.2 - 0.3 is not room to spend.
    slack = np.where(np.abs(slack) <= 1e-9 * np.maximum(np.abs(limits.limit), 1.0), 0.0, slack)
    return values, slack


def _padded(values: Floats) -> Floats:
    return values if len(values) else np.zeros(1)


def prices(problem: Problem, solution: Solution) -> Floats:
    """What one more unit of each limit is worth to the objective, in the user's sense, shape (K,).

    For a row made from a limit L as ``numerator - L * denominator <= rhs`` it is the row's multiplier
    times the denominator (envelope theorem); for an end of a cell's interval it is the derivative of
    the Lagrangian there.
    """
    limits = problem.limits
    duals = _padded(solution.duals)[np.maximum(limits.row, 0)]
    one_sided = np.where(limits.row_side > 0, np.maximum(duals, 0.0), np.minimum(duals, 0.0))
    of_rows = one_sided * limits.denominators.at(solution.x, solution.y, solution.e)
    cell = np.maximum(limits.cell, 0)
    reduced = solution.reduced[cell]
    toward = np.where(limits.side == Side.MAX, np.maximum(reduced, 0.0), np.minimum(reduced, 0.0))
    _, slack = limit_values(problem, solution.x, solution.y, solution.e)
    at_end = slack <= BINDING * np.maximum(np.abs(limits.limit), 1.0)
    found = np.where(limits.row >= 0, of_rows, np.where(at_end, toward, 0.0))
    found = np.where(np.abs(slack) > 1e-4 * np.maximum(np.abs(limits.limit), 1.0), 0.0, found)
    price: Floats = problem.sense * np.where(np.isfinite(found), found, 0.0) + 0.0
    return price


def limits_table(
    spec: PlanSpec, problem: Problem, x: Floats, y: Floats, e: Floats, price: Floats | None = None
) -> pd.DataFrame:
    """One row per limit and period, as documented in :class:`bidder.budget.result.Plan`."""
    import pandas as pd

    limits: Limits = problem.limits
    values, slack = limit_values(problem, x, y, e)
    worth = np.zeros(len(limits)) if price is None else price
    near = BINDING * np.maximum(np.abs(limits.limit), 1.0) + 2 * problem.quantum * (limits.cell >= 0)
    binding = slack <= near
    table = pd.DataFrame({
        "constraint": limits.name,
        "kind": limits.kind,
        "scope": limits.scope,
        "limit": limits.limit,
        "value": values,
        "slack": slack,
        "shadow_price": worth,
        "when": limits.when,
        "unit": [str(u) for u in limits.unit],
        "side": np.where(limits.side == Side.MAX, "max", "min"),
        "binding": binding | (worth != 0.0),
    })
    table["sentence"] = [
        price_sentence(spec, limits.name[k], limits.unit[k], float(worth[k]), limits.when[k])
        for k in range(len(limits))
    ]
    return table


def pools_table(spec: PlanSpec, accounts: Accounts, x: Floats, y: Floats) -> pd.DataFrame:
    """People in each retargeting pool, impressions bought and impressions possible, per period."""
    import pandas as pd

    horizon = spec.horizon.resolve()
    parts = [
        pd.DataFrame({
            "campaign": pool.campaign,
            "period_start": [d.isoformat() for d in horizon.starts],
            "people": pool.people(x, y),
            "impressions": pool.impressions_per_spend * x[pool.cells],
            "impressions_possible": pool.impressions_per_person * pool.people(x, y),
        })
        for pool in accounts.pools
    ]
    columns = ["campaign", "period_start", "people", "impressions", "impressions_possible"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
