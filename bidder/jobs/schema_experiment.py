"""JSON schema of an experiment: what its models say, and that fields may be swept or tuned."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Schema = dict[str, Any]

RANGE: Schema = {
    "title": "Range",
    "description": "Values from one number to another, all of which are run: evenly spaced, or drawn.",
    "type": "object",
    "properties": {
        "from": {"type": "number", "description": "Lowest value."},
        "to": {"type": "number", "description": "Highest value."},
        "steps": {"type": "integer", "minimum": 2, "description": "Number of values, the ends included."},
        "sample": {"type": "integer", "minimum": 1, "description": "In place of steps: number drawn."},
        "scale": {"enum": ["linear", "log"], "description": "Evenly spaced by difference or by ratio."},
        "integer": {"type": "boolean", "description": "Whether values are rounded to whole numbers."},
    },
    "required": ["from", "to"],
    "oneOf": [{"required": ["steps"]}, {"required": ["sample"]}],
    "additionalProperties": False,
}
FROM_FILE: Schema = {
    "title": "FromFile",
    "description": "The value stands in a JSON file, under a key of it.",
    "type": "object",
    "properties": {
        "path": {"type": "string", "description": "File, relative to the experiment's folder."},
        "key": {"type": "string", "description": "Key in the file; left out: all of the file."},
    },
    "required": ["path"],
    "additionalProperties": False,
}
REPEAT: Schema = {
    "description": "Seeds 1 to n.",
    "type": "object",
    "properties": {
        "repeat": {"type": "integer", "minimum": 1, "maximum": 10_000, "description": "How many seeds."}
    },
    "required": ["repeat"],
    "additionalProperties": False,
}


def experiment_schema() -> Schema:
    """What the YAML of ``bidder replay`` may say, with the parameters of every kind of strategy."""
    from bidder.auctions.experiments.spec import ExperimentSpec, VariedSpec
    from bidder.auctions.strategies.registry import KINDS, params_model

    schema, varied = ExperimentSpec.model_json_schema(), VariedSpec.model_json_schema()
    definitions: Schema = schema["$defs"]
    # Where a name alone stands for a section, its model does not say so.
    competitors = definitions["AuctionSpec"]["properties"]["competitors"]
    competitors["anyOf"] = [{"enum": ["log", "fitted"]}, {"$ref": competitors.pop("$ref")}]
    for name in varied["$defs"]:
        _sweep_all(definitions[name], definitions)
    for name in varied["properties"]:
        schema["properties"][name] = swept(schema["properties"][name], definitions)
    schema["properties"]["seed"]["anyOf"].append(REPEAT)
    kinds = [_strategy(params_model(kind), definitions) for kind in KINDS]
    listed = {**schema["properties"]["strategies"], "items": {"oneOf": [*kinds, _own()]}}
    schema["properties"]["strategies"] = listed
    definitions |= {"Range": RANGE, "FromFile": FROM_FILE}
    return schema


def swept(field: Schema, definitions: Schema) -> Schema:
    """A field that may hold one value, a list of them, or (numbers) a range."""
    said: Schema = {key: field[key] for key in ("description", "default", "title") if key in field}
    one = {key: value for key, value in field.items() if key not in said}
    if "$ref" in one:  # pydantic leaves out a description that the section has too
        said = {"description": _behind(one, definitions).get("description", ""), **said}
    ways = [one, {"type": "array", "items": one, "minItems": 1}]
    if _takes_numbers(one, definitions):
        ways.append({"$ref": "#/$defs/Range"})
    return {**said, "anyOf": ways}


def _sweep_all(model: Schema, definitions: Schema) -> None:
    if "properties" in model:
        model["properties"] = {k: swept(v, definitions) for k, v in model["properties"].items()}


def _strategy(model: type[BaseModel], definitions: Schema) -> Schema:
    """A kind of strategy; its own fields may also be tuned, or stand in a file."""
    schema = model.model_json_schema()
    definitions |= schema.pop("$defs", {})
    for name, field in schema["properties"].items():
        if name in ("name", "kind"):
            continue
        whole = swept(field, definitions)
        several = whole["anyOf"][1:]
        whole["anyOf"] += [_tuned(several), {"$ref": "#/$defs/FromFile"}]
        schema["properties"][name] = whole
    return schema


def _tuned(several: list[Schema]) -> Schema:
    return {
        "description": "The best of these values is chosen on the earlier part of the log.",
        "type": "object",
        "properties": {"tune": {"anyOf": several, "description": "The values to choose from."}},
        "required": ["tune"],
        "additionalProperties": False,
    }


def _own() -> Schema:
    return {
        "title": "OwnStrategy",
        "description": "A class of your own, with whatever its Params take.",
        "type": "object",
        "properties": {
            "name": {
                "type": "string", "minLength": 1, "maxLength": 200,
                "description": "Name of the strategy in tables and charts.",
            },
            "kind": {"type": "string", "pattern": ":", "description": "package.module:Class"},
        },
        "required": ["name", "kind"],
    }


def _behind(reference: Schema, definitions: Schema) -> Schema:
    found: Schema = definitions[reference["$ref"].rpartition("/")[2]]
    return found


def _takes_numbers(field: Schema, definitions: Schema) -> bool:
    if "$ref" in field:
        return _takes_numbers(_behind(field, definitions), definitions)
    ways = [*field.get("anyOf", ()), *field.get("oneOf", ()), *field.get("allOf", ())]
    return field.get("type") in ("number", "integer") or any(_takes_numbers(w, definitions) for w in ways)
