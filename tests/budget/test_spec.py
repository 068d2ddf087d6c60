"""The specification says what it means: every field has a description, money its unit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bidder.budget.spec import PlanSpec
from bidder.budget.spec_curves_file import CurvesFile
from bidder.jobs.schema import SCHEMAS, schema

EXAMPLE = """
name: double-11
currency: CNY
horizon: {start: '2026-10-20', periods: 24, period: day}
objective: {maximize: revenue}
budget: {total: 3000000}
channels:
  search:
    spend: {max: 1500000, share: [0.2, 0.6]}
    campaigns:
      brand:
        curve: {kind: hill, ceiling: 420.0, half_spend: 12000, slope: 1.0}
        order_value: 200
        margin: 0.35
        spend: {min: 0, max: 50000}
constraints:
  - {kind: roas, min: 3.0}
"""


def properties(node: Any, root: dict[str, Any], where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every property of a schema; what it refers to is laid under its own words."""
    if isinstance(node, dict):
        for name, content in node.get("properties", {}).items():
            target = root["$defs"][content["$ref"].rsplit("/", 1)[1]] if "$ref" in content else {}
            yield f"{where}.{name}", {**target, **content}
        for key, content in node.items():
            yield from properties(
                content, root, f"{where}.{key}" if key not in ("$defs", "properties") else where
            )
    elif isinstance(node, list):
        for content in node:
            yield from properties(content, root, where)


@pytest.mark.parametrize("kind", sorted(SCHEMAS))
def test_schema_is_valid_and_every_property_is_described(kind: str) -> None:
    content = schema(kind)
    Draft202012Validator.check_schema(content)
    bare = [name for name, p in properties(content, content) if not p.get("description", "").strip()]
    assert bare == []


UNITS = re.compile(
    r"currency unit|unitless|share|percent|conversions|impressions|visit|days|day\b|periods|number|seconds|"
    r"index|revenue|count|lots|lot,|0 to 1|standard deviation|multiple|weight|level|gap|seed|draws",
    re.IGNORECASE,
)


@pytest.mark.parametrize("model", [PlanSpec, CurvesFile])
def test_every_number_has_its_unit_in_words(model: type[Any]) -> None:
    content = model.model_json_schema()
    without = []
    for name, found in properties(content, content):
        kinds = {found.get("type"), *(b.get("type") for b in found.get("anyOf", []))}
        if kinds & {"number", "integer", "array"} and not UNITS.search(found["description"]):
            without.append((name, found["description"]))
    named = {
        "weekdays",
        "dates",
        "sources",
        "campaigns",
        "seasonality",
        "constraints",
        "schema_version",
    }  # no quantity
    assert [w for w in without if w[0].rsplit(".", 1)[1] not in named] == []


def test_the_example_holds_against_the_schema() -> None:
    data = yaml.safe_load(EXAMPLE)
    validator = Draft202012Validator(schema("plan"))
    assert list(validator.iter_errors(data)) == []
    data["channels"]["search"]["campaigns"]["brand"]["marginn"] = 1
    data["constraints"][0]["min"] = -1
    assert len(list(validator.iter_errors(data))) == 2
