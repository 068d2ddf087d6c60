"""Validation errors in plain words, at exact places."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Field

from bidder.budget.spec import PlanSpec
from bidder.errors import InputError
from bidder.files.yaml_reader import build, parse_yaml, read_document
from bidder.quantities import Money, Spec

HEAD = """\
currency: CNY
horizon: {start: 2026-10-20, periods: 24, period: day}
objective: {maximize: revenue}
budget: {total: 3000000}
"""
GOOD = (
    HEAD
    + """\
channels:
  search:
    campaigns:
      brand:
        curve: {kind: hill, ceiling: 420.0, half_spend: 12000, slope: 1.0}
"""
)


def complaints(text: str, model: type[Spec] = PlanSpec) -> list[str]:
    """Every problem as it is shown."""
    with pytest.raises(InputError) as caught:
        build(model, parse_yaml(text, "f"))
    return [str(p) for p in caught.value.problems]


def brand(more: str = "", curve: str = "{kind: hill, ceiling: 420.0, half_spend: 12000}") -> str:
    """The plan with further lines (from line 10 on) in the campaign."""
    return GOOD.replace("{kind: hill, ceiling: 420.0, half_spend: 12000, slope: 1.0}", curve) + more


def test_the_example_is_read() -> None:
    plan = build(PlanSpec, parse_yaml(GOOD, "f"))
    assert plan.budget.total == 3_000_000 and list(plan.campaigns()) == ["search/brand"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            brand("        marginn: 0.3\n"),
            "f:10:9: unknown key 'marginn'; expected one of curve, order_value, margin,",
        ),
        (brand("        marginn: 0.3\n"), "did you mean 'margin'?"),
        (brand("        margin:\n"), "f:10:16: found nothing; expected a number (Profit before advertising"),
        (
            brand("        order_value: -1\n"),
            "f:10:22: found -1; expected a number of at least 0 (Revenue per",
        ),
        (brand("        order_value: .nan\n"), "f:10:22: found nan; expected a finite number"),
        (
            brand("        order_value: 1e999\n"),
            "f:10:22: found a number too large; expected a finite number",
        ),
        (brand("        order_value: 1e308\n"), "f:10:22: found 1e+308; expected a number of at most 1e+13"),
        (brand("        order_value: '200'\n"), "f:10:22: found text '200'; expected a number written 200"),
        (brand("        order_value: 1_000\n"), "expected a number written 1000 (Revenue"),
        (brand("        order_value: true\n"), "f:10:22: found true; expected a number"),
        (brand("        order_value: [1]\n"), "f:10:9: found a list; expected a number"),
        (brand("        margin: 35%\n"), "found text '35%'; expected a number written 0.35"),
        (brand("        spend: {min: 3, max: 1}\n"), "f:10:9: min 3 is above max 1"),
        (brand("        spend: {share: [0.6, 0.2]}\n"), "f:10:17: must be [least, most], but 0.6 > 0.2"),
        (brand("        carry_in: [1, x]\n"), "f:10:23: found text 'x'; expected a number"),
        (brand("        visits: {}\n"), "f:10:9: give exactly one of cvr and cpc"),
        (
            brand("        seasonality:\n          - {weekdays: [mond]}\n"),
            "f:11:25: found text 'mond'; expected one of mon, tue, wed, thu, fri, sat, sun, did you "
            "mean 'mon'?",
        ),
        (brand("        seasonality: [{dates: [2026-01-01]}]\n"), "f:10:24: entry 2 is missing"),
        (
            brand("        buying: {form: cpcc, price: 1}\n"),
            "f:10:24: unknown form 'cpcc'; expected one of cpc, cpm, on_off, lots, commission, did you "
            "mean 'cpc'?",
        ),
        (
            brand("        buying: {form: cpc}\n"),
            "f:10:9: key 'price' is missing; expected Cost of one click",
        ),
        (brand("        carryover: {kind: geometric}\n"), "f:10:9: key 'retention' is missing"),
        (
            brand("        carryover: {kind: geometric, retention: 1}\n"),
            "f:10:49: found 1; expected a number below 1",
        ),
        (
            brand(curve="{kind: hil, ceiling: 1}"),
            "f:9:23: unknown kind 'hil'; expected one of hill, log, power, piecewise (or from: ... in "
            "place of kind), "
            "did you mean 'hill'?",
        ),
        (
            brand(curve="{ceiling: 1}"),
            "f:9:9: key 'kind' is missing; expected kind: one of hill, log, power, piecewise",
        ),
        (brand(curve="7"), "f:9:16: found 7; expected keys and values with kind: one of hill"),
        (brand(curve="{kind: [x]}"), "f:9:17: unknown kind \"['x']\""),
        (brand(curve="{from: 3}"), "f:9:23: found 3; expected text in quotes: '3' (Path of curves.yaml"),
        (brand(curve="{kind: hill, celing: 1, half_spend: 2}"), "f:9:9: key 'ceiling' is missing"),
        (brand(curve="{kind: hill, celing: 1, half_spend: 2}"), "f:9:29: unknown key 'celing'"),
        (
            brand(curve="{kind: hill, ceiling: 0, half_spend: 2}"),
            "f:9:38: found 0; expected a number above 0",
        ),
        (brand(curve="{kind: hill, ceiling: 1, half_spend: 2, hill: 3}"), "f:9:56: unknown key 'hill'"),
        (
            brand(curve="{kind: piecewise, points: [[0, 0], [1, x]]}"),
            "f:9:55: found text 'x'; expected a number",
        ),
        (brand(curve="{kind: piecewise, points: [[0, 0], [3]]}"), "f:9:51: entry 2 is missing"),
        (
            brand(curve="{kind: piecewise, points: [[1, 0], [3, 3]]}"),
            "f:9:34: the first point must be [0, 0]",
        ),
        (
            GOOD + "constraints:\n  - {kind: roass, min: 3}\n",
            "f:11:12: unknown kind 'roass'; expected one of spend, share, roas, cpa, outcome, cash, "
            "ramp, lock, stock, "
            "did you mean 'roas'?",
        ),
        (
            GOOD + "constraints:\n  - {min: 3}\n",
            "f:11:5: key 'kind' is missing; expected kind: one of spend, share",
        ),
        (GOOD + "constraints:\n  - kind: roas\n    min: 0\n", "f:12:10: found 0; expected a number above 0"),
        (GOOD + "constraints: [{kind: spend}]\n", "f:10:15: give min, max or both"),
        (
            GOOD + "constraints: [{kind: lock, spend: -3, dates: [2026-10-20, 2026-10-21]}]\n",
            "f:10:35: found -3",
        ),
        (
            GOOD + "constraints: [{kind: cash, max: 3, by: soon}]\n",
            "f:10:40: found text 'soon'; expected a date such as 2026-10-20 (Last day counted)",
        ),
        (GOOD.replace("2026-10-20", "2026-13-20"), "f:2:18: found text '2026-13-20' (month value is outside"),
        (GOOD.replace("2026-10-20", "20261020"), "f:2:18: found 20261020; expected a date such as"),
        (GOOD.replace("24", "24.5"), "f:2:39: found 24.5; expected a whole number (Number of periods)"),
        (
            GOOD.replace("period: day", "period: dya"),
            "f:2:51: found text 'dya'; expected one of day, week, month, did",
        ),
        (
            GOOD.replace("periods: 24", "end: 2026-10-19"),
            "f:2:1: end 2026-10-19 lies before start 2026-10-20",
        ),
        (
            GOOD.replace("start: 2026-10-20, periods: 24", "start: 9990-01-01, end: 9999-12-31"),
            "before the year 9000",
        ),
        (GOOD.replace("periods: 24", "end: 9999-12-31"), "makes more than 3660 periods"),
        (
            GOOD.replace("maximize", "maximise"),
            "f:3:13: unknown key 'maximise'; expected one of maximize, minimize, did",
        ),
        (
            GOOD.replace("CNY", "cny"),
            "f:1:11: found text 'cny'; expected text that matches ^[A-Z]{3}$ (ISO 4217",
        ),
        (
            GOOD.replace("total: 3000000", "total: 5, exact: yes"),
            "f:4:27: found text 'yes'; expected true or false",
        ),
        (GOOD.replace("currency: CNY\n", ""), "f:1:1: key 'currency' is missing; expected ISO 4217 code"),
        (HEAD + "channels: {}\n", "f:5:1: found 0 entries; expected at least 1 entry (The channels by name)"),
        (HEAD + "channels: {search: }\n", "f:5:20: found nothing; expected keys and values"),
        ("[1, 2]", "f:1:1: found a list; expected keys and values"),
        ("just text", "f:1:1: found text 'just text'; expected keys and values"),
    ],
)
def test_message_and_place(text: str, expected: str) -> None:
    assert any(expected in line for line in complaints(text)), complaints(text)


def test_every_problem_at_once_in_the_order_of_the_file() -> None:
    text = brand("        margin: x\n").replace("CNY", "cny").replace("total: 3000000", "total: -1")
    text += "constraints:\n  - {kind: roas, min: 0}\n  - {kind: foo}\nsolver: {gap: 2, foo: 1}\n"
    assert [line.split(" ")[0] for line in complaints(text)] == [
        "f:1:11:",
        "f:4:17:",
        "f:10:17:",
        "f:12:23:",
        "f:13:12:",
        "f:14:15:",
        "f:14:18:",
    ]


def test_whole_floats_are_whole_numbers() -> None:
    assert build(PlanSpec, parse_yaml(GOOD.replace("24", "2.4e1"), "f")).horizon.periods == 24


class _Cat(Spec):
    kind: Literal["cat"]
    """Kind."""
    lives: Money
    """Lives left, cats."""


class _Union(Spec):
    either: float | list[float]
    """One or several prices, currency units."""
    pet: Annotated[_Cat, Field()] | None = None
    """A pet."""


def test_plain_unions_are_explained_once() -> None:
    assert complaints("either: x\npet: {kind: dog, lives: 1}\n", _Union) == [
        "f:1:9: found text 'x'; expected a number or "
        "a list (One or several prices, currency units)",
        "f:2:13: found text 'dog'; expected cat",
    ]


def test_read_document_takes_overrides(tmp_path: Path) -> None:
    path = tmp_path / "plan.yaml"
    path.write_text(GOOD, encoding="utf-8")
    plan, document = read_document(path, PlanSpec, ["budget.total=5", "solver.gap=1e-3"])
    assert plan.budget.total == 5 and plan.solver.gap == 1e-3
    assert str(document.place(("budget", "total"))) == "--set budget.total"
    assert str(document.place(("currency",))) == f"{path}:1:11"
    with pytest.raises(InputError) as caught:
        read_document(path, PlanSpec, ["budget.total=lots", "currency=cny", "bugdet.total=4"])
    assert {str(p).split(";")[0] for p in caught.value.problems} == {
        "--set budget.total: found text 'lots'",
        "--set currency: found text 'cny'",
        "--set bugdet.total: unknown key 'bugdet'",
    }
