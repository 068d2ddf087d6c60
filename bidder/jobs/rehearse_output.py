"""What a rehearsal leaves behind: one definition of every row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bidder.reports.rehearsal_data import Rehearsal
    from bidder.worlds.played_day import Expected

SCHEMA_VERSION = 1
"""Of summary.json."""
FILE = "rehearsal.csv"
SUMMARY_FILE = "summary.json"
REPORT_FILE = "report.html"
SIDES = ("fixed", "fixed_alike", "oracle")
COLUMNS = (
    "night", "date", "phase", "alpha", "alpha_in_force", "bound_by", "changed", "stopped", "budget",
    "forecast_spend", "spend", "clicks", "conversions", "revenue", "roas", "measured_spend",
    "measured_revenue", "measured_roas",
    *(f"{side}_{name}" for side in SIDES for name in ("spend", "revenue", "roas")), "oracle_alpha",
)
"""Columns of rehearsal.csv. Spend to roas are true expectations of the day at the bids in force; money in
currency units; fixed_alike are the bids of the beginning times the factor that suits target and budget."""


def _amounts(e: Expected) -> tuple[float, float, float]:
    return round(e.spend, 2), round(e.revenue, 2), round(e.roas, 4)


def rows_of(rehearsal: Rehearsal) -> Iterator[tuple[object, ...]]:
    """Rows of rehearsal.csv, one for each night."""
    for number, n in enumerate(rehearsal.nights, 1):
        sides = [value for side in SIDES for value in _amounts(getattr(n, side))]
        spend, revenue, roas = _amounts(n.loop)
        yield (
            number, n.day.isoformat(), n.phase, round(n.alpha, 6), round(n.in_force, 6), n.bound_by,
            n.changed, int(n.stopped), "" if n.budget is None else round(n.budget, 2), round(n.forecast, 2),
            spend, round(n.loop.clicks, 1), round(n.loop.conversions, 1), revenue, roas,
            round(n.measured_spend, 2), round(n.measured_revenue, 2), round(n.measured_roas, 4), *sides,
            round(n.oracle_alpha, 6),
        )


def summary_of(rehearsal: Rehearsal) -> dict[str, Any]:
    """What summary.json says."""
    r = rehearsal
    ordinary = [n for n in r.nights if not n.phase]
    later = [abs(r.off(n)) for k, n in enumerate(r.nights, 1) if k >= 10 and not n.phase]
    loop = r.revenue("loop")
    return {
        "schema_version": SCHEMA_VERSION, "name": r.name, "world": r.world, "seed": r.seed,
        "currency": r.currency, "keywords": r.keywords, "history": r.history, "nights": len(r.nights),
        "first_day": r.nights[0].day.isoformat(), "last_day": r.nights[-1].day.isoformat(),
        "target": r.target, "settled": r.settled,
        "worst_off_from_night_10": round(max(later), 6) if later else None,
        "ordinary_on_target": sum(r.on_target(n) for n in ordinary), "ordinary": len(ordinary),
        "turns": r.turns, "stopped": sum(n.stopped for n in r.nights),
        "over_budget": sum(n.over_budget > 0 for n in r.nights),
        "worst_over_budget": round(max(n.over_budget for n in r.nights), 6),
        **{
            side: {"spend": round(r.spend(side), 2), "revenue": round(r.revenue(side), 2),
                   "roas": round(r.revenue(side) / max(r.spend(side), 1e-9), 6)}
            for side in ("loop", *SIDES)
        },
        **{f"revenue_to_{side}": round(loop / max(r.revenue(side), 1e-9), 6) for side in SIDES},
    }
