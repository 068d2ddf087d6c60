"""A planner's table of quality multipliers in a night, where reports leave scores out."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from bids_accounts import LAST, Account, bids_of

from bidder.jobs.bids.propose import run_propose

UNSCORED = {"keyword 000", "keyword 005"}


def forget_scores(account: Account, keywords: set[str]) -> None:
    """Leave the scores of some keywords out of the report."""
    file = account.folder / "reports" / "keywords.csv"
    with file.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    name, score = header.index("keyword"), header.index("quality_score")
    for row in rows:
        row[score] = "" if row[name] in keywords else row[score]
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([header, *rows])


def supported(account: Account, *overrides: str) -> dict[str, tuple[float, str]]:
    """The bid that value supports, and the reason, by keyword."""
    outcome = run_propose(
        account.config, LAST, account.folder / f"out{len(overrides)}", overrides=overrides, report=False
    )
    rows = bids_of(outcome.folder).values()
    return {row["keyword"]: (float(Decimal(row["supported_max_cpc"])), row["reason"]) for row in rows}


def test_a_table_moves_bids_of_unknown_scores_too(tmp_path: Path) -> None:
    """The same factor for every score is the factor wherever the unknown ones are expected."""
    account = Account(tmp_path).write()
    forget_scores(account, UNSCORED)
    plain = supported(account)
    moved = supported(account, 'quality.multipliers={"5": 0.5}')
    assert len(moved) == 12
    for keyword, (bid, reason) in moved.items():
        assert bid == pytest.approx(0.5 * plain[keyword][0], rel=1e-3)
        assert reason in ("quality", "explore")
    assert any(moved[keyword][1] == "quality" for keyword in UNSCORED)


def test_a_table_moves_nothing_in_an_account_without_scores(tmp_path: Path) -> None:
    account = Account(tmp_path).write()
    forget_scores(account, {name[2] for name in account.names})
    assert supported(account) == supported(account, 'quality.multipliers={"5": 0.5}')
