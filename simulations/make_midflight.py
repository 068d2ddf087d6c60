"""Write what a re-plan in the middle of Double 11 needs: the earlier plan, and what really happened.

    python simulations/make_midflight.py configs/

Plans ``double-11.yaml`` in that folder, writes the plan's spend to ``double-11-plan.csv``, and the
first 13 days as they might have gone to ``double-11-actuals.csv``: spend within a few percent of the
plan, the interest feed weaker than its curve, search a little stronger, and day-to-day noise. The same
seed gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path

import numpy as np

from bidder.budget.plan import make_plan
from bidder.budget.result import Plan
from bidder.jobs.config import load_plan

PAST = 13
"""Days already past: up to 1 November."""
STRENGTH = {"social/feed-interest": 0.85, "search/core": 1.06, "search/long-tail": 1.04}
"""How the campaigns really did, beside their curves."""


def rows(plan: Plan, seed: int = 11) -> tuple[list[list[object]], list[list[object]]]:
    """Rows of the earlier plan and of the actuals."""
    rng = np.random.default_rng(seed)
    old, actual = [], []
    last = plan.spec.horizon.resolve().starts[PAST - 1].isoformat()
    records = plan.cells[["channel", "campaign", "period_start", "spend", "conversions"]]
    for channel, campaign, day, spend, conversions in records.itertuples(index=False):
        old.append([channel, campaign, day, f"{spend:.2f}"])
        more, luck = rng.normal(0.0, 0.02), rng.normal(0.0, 0.05)
        if day > last:
            continue
        whole = channel == "kol"
        spent = spend if whole else spend * (1.0 + more)
        strength = STRENGTH.get(f"{channel}/{campaign}", 1.0)
        bought = conversions * (1.0 if whole else 1.0 + 0.6 * more) * strength * (1.0 + luck)
        actual.append([channel, campaign, day, f"{spent:.2f}", round(bought)])
    return old, actual


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the earlier plan and the actuals of a re-plan.")
    parser.add_argument("folder", type=Path, help="folder of double-11.yaml")
    parser.add_argument("--seed", type=int, default=11)
    options = parser.parse_args()
    loaded = load_plan(options.folder / "double-11.yaml")
    old, actual = rows(make_plan(loaded.spec), options.seed)
    header = ["channel", "campaign", "period_start", "spend"]
    _write(options.folder / "double-11-plan.csv", header, old)
    _write(options.folder / "double-11-actuals.csv", [*header, "conversions"], actual)


def _write(path: Path, header: list[str], table: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *table])


if __name__ == "__main__":
    main()
