"""The JSON schema of experiments takes what the program takes, and refuses what it refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from bidder.auctions.experiments.spec import ExperimentSpec
from bidder.auctions.strategies.registry import KINDS, params_model
from bidder.files.yaml_reader import parse_yaml, read_yaml
from bidder.jobs.schema import schema

SHIPPED = sorted((Path(__file__).resolve().parents[2] / "simulations").glob("*.yaml"))
SCHEMA = schema("experiment")
VALIDATOR = Draft202012Validator(SCHEMA)
SMALL = """\
name: small
log: {reader: csv, path: log.csv}
episodes: {auctions: 50, budget: 900}
strategies:
  - {name: flat, kind: constant, bid: 40}
"""


def small(**changes: str) -> Any:
    data = parse_yaml(SMALL, "small.yaml").data
    for path, text in changes.items():
        *sections, last = path.split("__")
        node = data
        for key in sections:
            node = node[int(key) if key.isdigit() else key]
        node[int(last) if last.isdigit() else last] = parse_yaml(f"x: {text}", "x.yaml").data["x"]
    return data


def test_is_a_schema_that_knows_every_key():
    Draft202012Validator.check_schema(SCHEMA)
    assert set(SCHEMA["properties"]) == set(ExperimentSpec.model_fields)
    described = {one["title"]: one for one in SCHEMA["properties"]["strategies"]["items"]["oneOf"]}
    assert len(described) == len(KINDS) + 1
    for kind in KINDS:
        model = params_model(kind)
        fields = {info.alias or name for name, info in model.model_fields.items()}
        assert set(described[model.__name__]["properties"]) == fields
        for name, field in described[model.__name__]["properties"].items():
            assert field.get("description"), (kind, name)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_experiments_are_valid(path):
    error = best_match(VALIDATOR.iter_errors(read_yaml(path).data))
    assert error is None, error


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"episodes__budget": "[100, 200]"},
        {"episodes__budget": "{from: 100, to: 200, steps: 3, integer: true}"},
        {"bids": "{max: {from: 10, to: 300, sample: 5, scale: log}}"},
        {"auction": "{payment: [gsp, vcg], slots: [[1.0, 0.5], [1.0]], competitors: fitted}"},
        {"auction": "{payment: gsp, competitors: {source: fitted, react: [true, false], budgets: [5, 6]}}"},
        {"seed": "{repeat: 3}"},
        {"seed": "[1, 2]"},
        {"strategies__0__bid": "{tune: [1, 2]}"},
        {"strategies__0__bid": "{tune: {from: 1, to: 2, steps: 2}}"},
        {"strategies__0__bid": "{path: other.json, key: bid}"},
        {"strategies__0": "{name: mine, kind: 'mine:Mine', anything: [1]}"},
        {"strategies__0": "{name: o, kind: ortb1, lambda: [1, 2], c: 5}"},
        {"split": "{train: 0.5}"},
        {"split": "{train: 2026-10-20, validation: 2026-10-25}"},
    ],
)
def test_takes(changes):
    error = best_match(VALIDATOR.iter_errors(small(**changes)))
    assert error is None, error


@pytest.mark.parametrize(
    "changes",
    [
        {"budget": "5"},
        {"episodes__budget": "-5"},
        {"episodes__budget": "[5, x]"},
        {"episodes__budget": "[]"},
        {"episodes__budget": "{from: 1, to: 2}"},
        {"episodes__budget": "{from: 1, to: 2, steps: 3, sample: 4}"},
        {"episodes__budget": "{tune: [1, 2]}"},
        {"over_budget": "clip"},
        {"over_budget": "[clip_bid, clip]"},
        {"over_budget": "{from: 1, to: 2, steps: 3}"},
        {"log__reader": "cvs"},
        {"log__reader": "[csv, parquet]"},
        {"strategies__0__kind": "constnt"},
        {"strategies__0__base_bid": "5"},
        {"strategies": "[]"},
        {"strategies__0": "{name: lin, kind: linear, base_bid: 4}"},
    ],
)
def test_refuses(changes):
    assert not VALIDATOR.is_valid(small(**changes))
