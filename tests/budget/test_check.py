"""What makes sense inside one plan: each check finds its fault, at its path, and nothing else."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from bidder.budget.check import check, remarks
from bidder.budget.spec import PlanSpec

HILL = {"kind": "hill", "ceiling": 420.0, "half_spend": 12000}
POOL = {"cpm": 30, "daily_frequency_cap": 5, "match_rate": 0.6, "window_days": 14}
BASE: dict[str, Any] = {
    "currency": "CNY",
    "horizon": {"start": "2026-11-02", "periods": 4, "period": "week"},
    "objective": {"maximize": "revenue"},
    "budget": {"total": 1000},
    "channels": {
        "search": {
            "campaigns": {"brand": {"curve": HILL, "visits": {"cvr": 0.04}}, "generic": {"curve": HILL}}
        },
        "social": {"campaigns": {"feed": {"curve": HILL, "buying": {"form": "cpc", "price": 2}}}},
    },
    "groups": {"top": ["search/brand", "social/feed"]},
}
BRAND = "channels.search.campaigns.brand"


def plan(**changes: Any) -> PlanSpec:
    """The base plan with changes at dotted paths (dots as double underscores); None takes a key out."""
    data = copy.deepcopy(BASE)
    for path, value in changes.items():
        *parents, last = path.replace("BRAND", BRAND.replace(".", "__")).split("__")
        node = data
        for key in parents:
            node = node.setdefault(key, {})
        node[last] = value
        if value is None:
            del node[last]
    return PlanSpec.model_validate_json(json.dumps(data), strict=True)


def found(spec: PlanSpec) -> list[tuple[str, str]]:
    """Paths and messages."""
    return [(".".join(map(str, p.path)), f"{p.message}; {p.expected}") for p in check(spec)]


def limits(*constraints: dict[str, Any]) -> dict[str, Any]:
    """The constraints section."""
    return {"constraints": list(constraints)}


def lock(first: str, last: str, spend: float, campaign: str = "search/brand") -> dict[str, Any]:
    """A lock."""
    return {"kind": "lock", "scope": {"campaign": campaign}, "dates": [first, last], "spend": spend}


ROAS = {"kind": "roas", "min": 3}

FAULTS: list[tuple[dict[str, Any], str, str]] = [
    # names
    ({"channels__a/b": BASE["channels"]["social"]}, "channels.a/b", "channel name 'a/b' holds '/'"),
    ({"channels__": BASE["channels"]["social"]}, "channels.", "channel name '' is empty"),
    ({"BRAND\n": {"curve": HILL}}, f"{BRAND}\n", "begins or ends with a space"),
    ({"BRANDa\x1bb": {"curve": HILL}}, f"{BRAND}a\x1bb", "holds '/' or a line break"),
    ({"groups__a/b": ["social/feed"]}, "groups.a/b", "group name 'a/b'"),
    ({"groups__" + "x" * 201: ["social/feed"]}, "groups." + "x" * 201, "name of 201 characters"),
    # references
    ({"groups__top": ["search/brand", "search/generc"]}, "groups.top.1", "did you mean 'search/generic'?"),
    ({"groups__top": ["search/brand", "search/brand"]}, "groups.top.1", "'search/brand' is given twice"),
    (
        limits({**ROAS, "scope": {"channel": "serch"}}),
        "constraints.0.scope.channel",
        "did you mean 'search'?",
    ),
    (limits({**ROAS, "scope": {"campaign": "brand"}}), "constraints.0.scope.campaign", "one of search/brand"),
    (
        limits({**ROAS, "scope": {"campaigns": ["social/feed", "x"]}}),
        "constraints.0.scope.campaigns.1",
        "'x'",
    ),
    (limits(ROAS, {**ROAS, "scope": {"group": "tpo"}}), "constraints.1.scope.group", "did you mean"),
    (limits({"kind": "stock", "max": 5, "scope": {"group": "x"}}), "constraints.0.scope.group", "'x'; top"),
    (
        {"risk": {"campaigns": {"search/brnd": 0.1}}},
        "risk.campaigns.search/brnd",
        "did you mean 'search/brand'",
    ),
    ({"risk": {"channels": {"tv": 0.1}}}, "risk.channels.tv", "unknown channel 'tv'; one of search, social"),
    # dates
    (limits({**ROAS, "dates": ["2026-12-01", "2026-12-09"]}), "constraints.0.dates", "no period begins"),
    (
        limits({**ROAS, "dates": ["2026-11-03", "2026-11-08"]}),
        "constraints.0.dates",
        "the first day of a week",
    ),
    (limits({"kind": "cash", "by": "2026-11-01", "max": 5}), "constraints.0.by", "lies before the horizon"),
    (limits(lock("2026-10-01", "2026-10-30", 5)), "constraints.0.dates", "no period begins"),
    (
        limits(lock("2026-11-02", "2026-11-10", 5), lock("2026-11-09", "2026-11-30", 6)),
        "constraints.1.spend",
        "spend 6, but constraints.0 locks 5 from 2026-11-09 on",
    ),
    # retargeting
    (
        {"BRAND__retargeting": {**POOL, "sources": ["x"], "organic_visits": 1}},
        f"{BRAND}.retargeting.sources.0",
        "'x'",
    ),
    (
        {"BRAND__retargeting": {**POOL, "sources": ["social/feed", "search/brand"]}},
        f"{BRAND}.retargeting.sources.1",
        "cannot be a source of its own visitors",
    ),
    (
        {"BRAND__retargeting": {**POOL, "sources": ["social/feed", "search/generic"]}},
        f"{BRAND}.retargeting.sources.1",
        "'search/generic' does not state its visits",
    ),
    (
        {"BRAND__retargeting": POOL, "channels__social__campaigns__feed__buying": None},
        f"{BRAND}.retargeting",
        "nobody to retarget",
    ),
    # objective and budget
    (
        {"budget__marginal_roas": 2, "objective": {"maximize": "profit"}},
        "budget.marginal_roas",
        "maximize: revenue or",
    ),
    ({"budget__marginal_cpa": 2}, "budget.marginal_cpa", "maximize: conversions or new_customers"),
    (
        {"budget__exact": True, "objective": {"minimize": "spend"}, **limits({"kind": "outcome", "min": 1})},
        "budget.exact",
        "does not go with minimize: spend",
    ),
    ({"objective": {"minimize": "spend"}}, "objective.minimize", "the least spend is 0"),
    ({"budget": {}}, "budget", "nothing limits the spend of search/brand, search/generic, social/feed"),
    # the rest
    ({"BRAND__carry_in": [5]}, f"{BRAND}.carry_in", "no effect without carryover"),
    (
        {
            "horizon__periods": 3000,
            "BRANDx": {"curve": HILL},
            **{f"BRAND{k}": {"curve": HILL} for k in range(64)},
        },
        "horizon",
        "204,000 cells (campaigns x periods); at most 200,000",
    ),
]


@pytest.mark.parametrize(("changes", "path", "message"), FAULTS, ids=[f[1][:60] for f in FAULTS])
def test_each_fault_is_found_where_it_stands(changes: dict[str, Any], path: str, message: str) -> None:
    problems = found(plan(**changes))
    assert len(problems) == 1, problems
    assert problems[0][0] == path and message in problems[0][1], problems


OUTCOME = {"kind": "outcome", "min": 100}
SENSIBLE: list[dict[str, Any]] = [
    {},
    {"budget": {"marginal_roas": 2}},
    {"budget": {"marginal_roas": 2}, "objective": {"maximize": "lifetime_value"}},
    {"budget": {"marginal_cpa": 2}, "objective": {"maximize": "new_customers"}},
    {"budget": {"total": 5, "exact": True}, "objective": {"maximize": "profit"}},
    {"budget": {}, "objective": {"minimize": "spend"}, **limits(OUTCOME)},
    {"budget": {}, "objective": {"minimize": "spend"}, "BRAND__spend": {"min": 5}},
    {"budget": {}, "objective": {"maximize": "profit"}},
    {"budget": {}, **limits({"kind": "spend", "max": 5})},
    {"budget": {}, **limits({"kind": "cash", "by": "2027-01-01", "max": 5})},
    {"budget": {}, **limits({"kind": "spend", "max": 5, "per": "period", "scope": {"each": "channel"}})},
    {
        "budget": {},
        "channels__social__spend": {"max": 9},
        **limits(
            {
                "kind": "spend",
                "max": 5,
                "scope": {"campaign": "search/brand"},
                "dates": ["2026-11-01", "2026-11-10"],
            },
            {"kind": "cpa", "max": 5, "scope": {"channel": "search"}, "dates": ["2026-11-16", "2026-12-10"]},
            {"kind": "spend", "max": 5, "scope": {"campaigns": ["search/generic"]}},
        ),
    },
    limits({**ROAS, "dates": ["2020-01-01", "2026-11-02"]}, {"kind": "cash", "by": "2027-01-01", "max": 5}),
    limits(lock("2026-11-02", "2026-11-10", 5), lock("2026-11-09", "2026-11-30", 5)),
    limits(lock("2026-11-02", "2026-11-08", 5), lock("2026-11-09", "2026-11-30", 6)),
    limits(lock("2026-11-02", "2026-11-30", 5), lock("2026-11-02", "2026-11-30", 6, "social/feed")),
    {"seasonality": [{"date": "2020-01-01", "traffic": 2}]},
    {"BRAND__carry_in": [5], "BRAND__carryover": {"kind": "geometric", "retention": 0.5}},
    {"BRAND__carry_in": [5], "BRAND__curve": {"from": "curves.yaml"}},
    {"BRAND__retargeting": POOL},
    {"BRAND__retargeting": {**POOL, "sources": ["social/feed"]}},
    {"replan": {"from": "old.csv", "penalty": 0.1}},
    {"risk": {"campaigns": {"search/brand": 0.3}, "channels": {"social": 0.1}}},
    {"BRAND__spend": {"min": 900, "total": {"max": 5}}},  # a real conflict is the solver's to explain
]


@pytest.mark.parametrize("changes", SENSIBLE)
def test_sensible_plans_pass(changes: dict[str, Any]) -> None:
    assert found(plan(**changes)) == []


@pytest.mark.parametrize(
    ("campaign", "free"),
    [
        ({"spend": {"max": 5}}, False),
        ({"spend": {"total": {"max": 5}}}, False),
        ({"spend": {"total": {"min": 5}}}, True),
        ({"buying": {"form": "lots", "lot": 5, "max_lots": 3}}, False),
        ({"buying": {"form": "lots", "lot": 5, "max_lots_per_period": 3}}, False),
        ({"buying": {"form": "lots", "lot": 5}}, True),
        ({"buying": {"form": "commission", "rate": 0.2, "max_conversions": 9}, "curve": None}, False),
        ({"retargeting": {**POOL, "organic_visits": 5}}, False),
        ({}, True),
    ],
)
def test_an_open_end(campaign: dict[str, Any], free: bool) -> None:
    spec = plan(budget={}, channels={"a": {"campaigns": {"b": {"curve": HILL, **campaign}}}}, groups={})
    assert [p for p, _ in found(spec)] == (["budget"] if free else [])


def test_a_straight_line_never_ends_a_plan_for_profit() -> None:
    curve = {"kind": "power", "coefficient": 1, "exponent": 1}
    spec = plan(budget={}, objective={"maximize": "profit"}, BRAND__curve=curve)
    assert found(spec)[0][1].startswith("nothing limits the spend of search/brand;")


def test_a_cut_date_range_leaves_an_open_end() -> None:
    dated = {"kind": "spend", "max": 5, "dates": ["2026-11-02", "2026-11-10"]}
    assert [p for p, _ in found(plan(budget={}, **limits(dated)))] == ["budget"]


def test_many_faults_are_found_together() -> None:
    spec = plan(
        budget={}, groups={"top": ["x"]}, BRAND__carry_in=[1], **limits({**ROAS, "scope": {"channel": "y"}})
    )
    assert [p for p, _ in found(spec)] == [
        "groups.top.0",
        f"{BRAND}.carry_in",
        "constraints.0.scope.channel",
        "budget",
    ]


def test_remarks() -> None:
    spec = plan(objective={"minimize": "spend"}, BRAND__spend={"min": 5}, replan={"from": "old.csv"})
    assert [".".join(map(str, p.path)) for p in remarks(spec)] == ["objective.minimize", "replan"]
    assert remarks(plan()) == []
