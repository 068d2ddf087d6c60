"""A believable plan built by hand: Double 11, five channels, 24 days, CNY 3m."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
from scipy import sparse

from bidder.budget.accounts import Accounts, Scenarios
from bidder.budget.curves import hill_bank, slope_inverse
from bidder.budget.problem import Cells, Extras, Limits, Problem, empty_rows
from bidder.budget.result import Plan, Round, Solution
from bidder.budget.spec import PlanSpec
from bidder.reports.data import FrontierData, ScenarioRow

CAMPAIGNS = {
    "search": [("brand", 900.0, 16000.0), ("generic", 1500.0, 60000.0)],
    "social": [("feed", 1700.0, 62000.0), ("lookalike", 800.0, 38000.0)],
    "kol": [("posts", 500.0, 30000.0)],
    "affiliate": [("partners", 420.0, 18000.0)],
    "retargeting": [("cart", 520.0, 11000.0)],
}


def sample_plan(
    names: dict[str, list[tuple[str, float, float]]] | None = None,
    periods: int = 24,
    period: str = "day",
    budget: float = 3_000_000.0,
    *,
    past: int = 0,
    risk: bool = True,
    pools: bool = True,
    title: str = "double-11",
) -> Plan:
    """A plan with one budget, at its optimum, and believable side tables."""
    names = names or CAMPAIGNS
    spec = _spec(names, periods, period, budget, title)
    full = [f"{channel}/{name}" for channel, rows in names.items() for name, _, _ in rows]
    params = np.array([row[1:] for rows in names.values() for row in rows])
    n_campaigns, n = len(full), len(full) * periods
    season = 1 + 0.35 * np.sin(np.arange(periods) / 3.0)
    if periods > 4:
        season[-3:] *= [2.2, 3.4, 1.3]
    price = 1 + 0.12 * (season - 1)
    bank = hill_bank(np.repeat(params[:, 0], periods), np.repeat(params[:, 1], periods), np.ones(n))
    bank = bank.scaled(np.tile(season * price, n_campaigns), np.tile(season, n_campaigns))
    value = 200.0 + 5.0 * np.repeat(np.arange(n_campaigns), periods)
    spend, multiplier = _allocate(bank, value, budget)
    effect = bank.value(spend)
    cells = pd.DataFrame(
        {
            "channel": np.repeat([f.split("/")[0] for f in full], periods),
            "campaign": np.repeat(full, periods),
            "period_start": np.tile([d.isoformat() for d in spec.horizon.resolve().starts], n_campaigns),
            "spend": spend,
            "conversions": effect,
            "revenue": effect * value,
            "marginal_roas": bank.slope(spend) * value,
            "profit": effect * value * 0.4 - spend,
            "new_customers": effect * 0.5,
            "lifetime_value": effect * value * 1.6,
            "lost": 0.0,
            "past": np.tile(np.arange(periods) < past, n_campaigns),
        }
    )
    totals = {
        k: float(cells[k].sum())
        for k in ("spend", "conversions", "revenue", "profit", "new_customers", "lifetime_value")
    }
    totals |= {
        "roas": totals["revenue"] / totals["spend"],
        "cpa": totals["spend"] / totals["conversions"],
        "conversions_after_end": 0.0,
    }
    problem = _problem(bank, n_campaigns, periods, value)
    rng = np.random.default_rng(3)
    draws = totals["revenue"] * np.exp(rng.normal(0, 0.12, 500)) if risk else None
    old = spend * np.repeat(rng.uniform(0.8, 1.2, n_campaigns), periods) if past else None
    accounts = _accounts(full, n, periods, value, past, old, risk)
    bound = totals["revenue"] * (1 + 4e-8)
    solution = Solution(
        spend,
        effect,
        np.zeros(0),
        totals["revenue"],
        bound,
        np.zeros(0),
        np.zeros(n),
        (Round(0, 4000, 4e-3), Round(1, 4100, 2e-5), Round(2, 4200, 4e-8)),
        1,
    )
    return Plan(
        spec,
        problem,
        accounts,
        "optimal",
        totals["revenue"],
        bound,
        4e-8,
        spend,
        effect,
        np.zeros(0),
        cells,
        _constraints(spec, budget, multiplier, full),
        _pools(full[-1], spec) if pools else _pools("", None),
        totals,
        draws,
        solution,
        "highs",
    )


def sample_extras(plan: Plan) -> dict[str, object]:
    """A frontier, scenarios and a configuration text for :func:`render_plan`."""
    share = np.linspace(0.4, 1.6, 13)
    top = plan.objective / (1 - np.exp(-1.2))
    worth = top * (1 - np.exp(-1.2 * share))
    total = plan.totals["spend"]
    frontier = FrontierData(
        total * share, worth, worth / (total * share), top * 1.2 * np.exp(-1.2 * share) / total, 6
    )
    scenarios = (
        ScenarioRow("this plan", total, plan.objective, plan.totals["roas"]),
        ScenarioRow(
            "planner's own split",
            total,
            plan.objective * 0.91,
            plan.totals["roas"] * 0.91,
            "as typed in last year",
        ),
        ScenarioRow("no KOL posts", total, plan.objective * 0.97, plan.totals["roas"] * 0.97),
    )
    text = "name: double-11\ncurrency: CNY\nhorizon: {start: 2026-10-20, periods: 24, period: day}\n"
    return {"frontier": frontier, "scenarios": scenarios, "inputs_yaml": text}


# Arrow's strings cannot hold every text that Python's can.
@pd.option_context("future.infer_string", False)
def renamed(plan: Plan, name: str) -> Plan:
    """The plan with a hostile text in every place that a user's text can reach."""
    spec = plan.spec.model_copy(
        update={
            "name": name,
            "channels": {f"{name}{k}": c for k, c in enumerate(plan.spec.channels.values())},
        }
    )
    full = tuple(spec.campaigns())
    periods = len(spec.horizon.resolve())
    cells = plan.cells.assign(
        campaign=np.repeat(full, periods), channel=np.repeat([f.rsplit("/", 1)[0] for f in full], periods)
    )
    constraints = plan.constraints.assign(
        constraint=name, scope=f"channel {name}", sentence=f"One more CNY of {name} earns 1.00."
    )
    pools = plan.pools.assign(campaign=name)
    return replace(
        plan,
        spec=spec,
        accounts=replace(plan.accounts, campaigns=full),
        cells=cells,
        constraints=constraints,
        pools=pools,
    )


def _spec(
    names: dict[str, list[tuple[str, float, float]]], periods: int, period: str, budget: float, title: str
) -> PlanSpec:
    return PlanSpec.model_validate(
        {
            "name": title,
            "currency": "CNY",
            "horizon": {"start": date(2026, 10, 20), "periods": periods, "period": period},
            "objective": {"maximize": "revenue"},
            "budget": {"total": budget},
            "channels": {
                channel: {
                    "campaigns": {
                        name: {
                            "curve": {"kind": "hill", "ceiling": top, "half_spend": half},
                            "order_value": 200,
                        }
                        for name, top, half in rows
                    }
                }
                for channel, rows in names.items()
            },
        }
    )


def _allocate(bank, value, budget):
    low, high = 1e-6, 1e6
    for _ in range(200):
        middle = (low * high) ** 0.5
        x = slope_inverse(bank, middle / value, np.zeros(len(bank)), np.full(len(bank), budget))
        low, high = (middle, high) if x.sum() > budget else (low, middle)
    return np.round(x, 2), middle


def _problem(bank, campaigns, periods, value):
    n = campaigns * periods
    cells = Cells(
        np.repeat(np.arange(campaigns), periods),
        np.tile(np.arange(periods), campaigns),
        bank,
        np.zeros(n),
        np.full(n, 1e6),
        np.zeros(n, np.int8),
        np.zeros(n),
        np.zeros(n),
    )
    limits = Limits(
        (),
        (),
        (),
        (),
        (),
        np.zeros(0),
        np.zeros(0, np.int8),
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        np.zeros(0, np.int64),
        (),
        empty_rows(n, 0),
    )
    return Problem(
        cells,
        empty_rows(n, 0),
        np.zeros(0),
        np.zeros(0),
        Extras(np.zeros(0), np.zeros(0), ()),
        np.zeros(n),
        value,
        np.zeros(0),
        0.0,
        1,
        0.01,
        limits,
    )


def _accounts(full, n, periods, value, past, old, risk):
    k = len(full)
    return Accounts(
        tuple(full),
        sparse.csr_array(sparse.eye_array(n)),
        np.zeros(n),
        np.zeros(n),
        np.zeros(k),
        False,
        sparse.csr_array((n, 0)),
        value[::periods],
        np.full(k, 0.4),
        np.full(k, 0.5),
        np.full(k, 1.6),
        (),
        Scenarios(np.ones((500, k)), 0.9) if risk else None,
        past,
        old,
    )


def _constraints(spec, budget, multiplier, full):
    rows = [
        (
            "budget",
            "budget",
            "everything",
            budget,
            budget,
            0.0,
            multiplier,
            "",
            "money",
            True,
            f"One more CNY of the budget earns {multiplier:.2f}.",
        ),
        ("ROAS floor", "roas", "everything", 3.0, 5.2, 2.2, 0.0, "", "revenue per spend", False, ""),
        (
            "feed share",
            "share",
            "channel social",
            0.4,
            0.4,
            0.0,
            812_345.0,
            "",
            "share",
            True,
            "One more percentage point of the feed share earns 8,123.45.",
        ),
    ]
    rows += [
        ("brand cap", "spend", f"campaign {full[0]}", 50_000.0, 50_000.0, 0.0, 0.8 + d.day / 50,
         d.isoformat(), "money", True, f"One more CNY of the brand cap on {d} earns {0.8 + d.day / 50:.2f}.")
        for d in spec.horizon.resolve().starts[-4:]
    ]
    names = ["constraint", "kind", "scope", "limit", "value", "slack", "shadow_price", "when"]
    names += ["unit", "binding", "sentence"]
    return pd.DataFrame(rows, columns=names)


def _pools(campaign, spec):
    columns = ["campaign", "period_start", "people", "impressions", "impressions_possible"]
    if spec is None:
        return pd.DataFrame(columns=columns)
    starts = spec.horizon.resolve().starts
    people = 180_000 + 9_000 * np.arange(len(starts)) + 20_000 * np.sin(np.arange(len(starts)))
    possible = people * 5 * 0.6
    return pd.DataFrame(
        {
            "campaign": campaign,
            "period_start": [d.isoformat() for d in starts],
            "people": people,
            "impressions": possible * np.clip(np.linspace(0.4, 1.1, len(starts)), 0, 1),
            "impressions_possible": possible,
        }
    )
