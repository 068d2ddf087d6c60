"""The published log of the RLB paper's code for iPinYou campaign 2997, to the last unit.

Cai et al., "Real-Time Bidding by Reinforcement Learning in Display Advertising", WSDM 2017.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from replay_runs import run, table

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("BIDDER_DATA") or ROOT.parent / "shared" / "data") / "ipinyou"
COST, IMPRESSIONS, CLICKS = 19_689_072, 312_437, 1_386
BUDGET = {c: int(COST / IMPRESSIONS / c * 1000) for c in (32, 16, 8, 4, 2)}

pytestmark = pytest.mark.skipif(
    not (DATA / "2997.test.theta.txt").exists(), reason=f"the log is not in {DATA} (set BIDDER_DATA)"
)

MCPC = {32: (14752, 48, 307751), 16: (29034, 82, 614884), 8: (57564, 144, 1228618),
        4: (96292, 244, 2102858), 2: (98718, 254, 2168396)}  # fmt: skip
LINEAR = {32: (10, 32208, 71, 203610), 16: (15, 38978, 77, 270386), 8: (20, 45924, 93, 363934),
          4: (85, 83979, 242, 2451952), 2: (130, 121167, 377, 4808009)}  # fmt: skip
TABLES = {"ss_mdp": (40395, 80, 306637), "rlb": (39680, 78, 304375)}


def played(folder: Path, strategies: list[str], budgets: list[int]) -> list[dict[str, str]]:
    config = folder / "published.yaml"
    listed = "".join(f"  - {{{s}}}\n" for s in strategies)
    config.write_text(
        f"""\
name: ipinyou-2997
log: {{reader: ipinyou_theta, path: {DATA / "2997.test.theta.txt"}}}
auction: {{payment: second_price, win_on_tie: true}}
bids: {{integer: true, max: 300}}
episodes: {{auctions: 1000, budget: {budgets}}}
over_budget: clip_bid
strategies:
{listed}""",
        encoding="utf-8",
    )
    return table(run(config).folder / "results.csv")


def figures(row: dict[str, str]) -> tuple[int, int, int]:
    return int(row["impressions"]), int(row["clicks"]), int(row["cost"])


def test_max_cpc_and_linear(tmp_path):
    budgets = list(BUDGET.values())
    bids = [wanted[0] for wanted in LINEAR.values()]
    rows = played(
        tmp_path,
        [f"name: mcpc, kind: max_cpc, value_per_click: {COST / CLICKS!r}",
         f"name: lin, kind: linear, base_bid: {bids}, average_ctr: {CLICKS / IMPRESSIONS!r}"],
        budgets,
    )
    assert [figures(r) for r in rows[:5]] == list(MCPC.values())
    found = {(int(r["budget"]), int(r["base_bid"])): figures(r) for r in rows[5:]}
    for share, (bid, *wanted) in LINEAR.items():
        assert found[BUDGET[share], bid] == tuple(wanted)


def test_dynamic_programs(tmp_path):
    counts = f"price_histogram: {{path: {DATA / '2997.info.json'}, key: price_counter_train}}"
    rows = played(
        tmp_path,
        [f"name: {kind}, kind: {kind}, average_ctr: {CLICKS / IMPRESSIONS!r}, {counts}" for kind in TABLES],
        [BUDGET[32]],
    )
    assert {r["strategy"]: figures(r) for r in rows} == TABLES
