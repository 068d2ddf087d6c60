"""JSON schemas of the config files, for editors that complete and check while typing."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from bidder.errors import InputError, Problem, one_of
from bidder.files.atomic import write_text

SCHEMAS = {
    "plan": "bidder.budget.spec:PlanSpec",
    "fit": "bidder.budget.fitting.spec:FitSpec",
    "curves": "bidder.budget.spec_curves_file:CurvesFile",
    "experiment": "bidder.jobs.schema_experiment:experiment_schema",
    "world": "bidder.worlds.spec:WorldSpec",
    "bids": "bidder.keywords.spec:BidsSpec",
}
"""Kinds of file, and the model or function that says what each may hold."""


def schema(kind: str) -> dict[str, Any]:
    """JSON schema (draft 2020-12) of one kind of config file.

    Raises
    ------
    InputError
        When the kind is unknown.
    """
    if kind not in SCHEMAS:
        raise InputError(Problem(f"unknown schema {kind!r}", one_of(SCHEMAS, kind)))
    module, _, name = SCHEMAS[kind].partition(":")
    found = getattr(import_module(module), name)
    described = found.model_json_schema() if hasattr(found, "model_json_schema") else found()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}


def schema_text(kind: str) -> str:
    """The schema as JSON text."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def save_schema(kind: str, path: str | Path) -> None:
    """Write the schema to a file."""
    write_text(path, schema_text(kind))
