"""Strategies by kind and by dotted path, and what is said when there is none."""

from __future__ import annotations

import subprocess
import sys
import typing

import numpy as np
import pytest
from pydantic import ValidationError
from tiny_market import build, make_log, play

from bidder.auctions.rules import Episodes
from bidder.auctions.strategies.base import Strategy, StrategyParams
from bidder.auctions.strategies.registry import KINDS, params_model, strategy_class


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_class_and_says_its_kind(kind):
    found = strategy_class(kind)
    assert issubclass(found, Strategy) and found.__doc__
    info = params_model(kind).model_fields["kind"]
    assert typing.get_args(info.annotation) == (kind,) and info.is_required()


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_is_described(kind):
    for name, info in params_model(kind).model_fields.items():
        assert info.description, name


@pytest.mark.parametrize("kind", KINDS)
def test_the_kind_is_the_first_required_fixed_word(kind):
    fixed = [
        name for name, info in params_model(kind).model_fields.items()
        if typing.get_origin(info.annotation) is typing.Literal and info.is_required()
    ]
    assert fixed == ["kind"]


def test_a_users_class_is_found_by_its_dotted_path():
    path = "own_strategies:Half"
    assert strategy_class(path).__name__ == "Half"
    log = make_log(100, price=10)
    said = [{"kind": path, "bid": 20.0}, {"kind": path, "bid": 1e9}]
    course = play(build(said, 10**9, Episodes(auctions=100, tick_auctions=50), log.info, 2), log, 2)
    assert course.total("impressions").tolist() == [int((log.market_price <= 10).sum()), 100]


@pytest.mark.parametrize(("kind", "message"), [
    ("mcp", "unknown kind 'mcp'; expected one of"),
    ("max_cpp", "did you mean 'max_cpc'"),
    ("", "unknown kind ''"),
    ("own_strategies", "package.module:Class"),
    ("own strategies:Half", "unknown kind"),
    ("no.such.module:Half", "no.such.module cannot be imported \\(ModuleNotFoundError"),
    ("broken_strategies:Half", "cannot be imported \\(RuntimeError: no licence found\\)"),
    ("own_strategies:Hall", "own_strategies has no Hall; expected .*did you mean 'Half'"),
    ("own_strategies:NoStrategy", "is no subclass of bidder.auctions.strategies.base.Strategy"),
    ("own_strategies:function", "is no subclass"),
    ("own_strategies:Unfinished", "does not define base"),
    ("own_strategies:Forgetful", "its Params lacks the field 'kind: str'"),
    ("own_strategies:Oddly", "its Params is no subclass of"),
])
def test_what_cannot_be_played_is_refused_in_plain_words(kind, message):
    with pytest.raises(ValueError, match=message):
        strategy_class(kind)


def test_kinds_are_loaded_only_when_asked_for():
    code = (
        "import sys; import bidder.auctions.strategies.registry as r; "
        "print([m for m in sys.modules if m.startswith('bidder.auctions.strategies.')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert eval(done.stdout) == ["bidder.auctions.strategies.base", "bidder.auctions.strategies.registry"]


PACED = ("pid", "ta_pid", "mystique", "throttling", "dual")


@pytest.mark.parametrize("kind", ["max_cpc", *PACED])
@pytest.mark.parametrize("values", [{}, {"value_per_click": 1, "value_per_conversion": 1}])
def test_exactly_one_value_is_asked_for(kind, values):
    with pytest.raises(ValidationError, match="exactly one of value_per_click and value_per_conversion"):
        params_model(kind)(name="x", kind=kind, **values)


@pytest.mark.parametrize(("kind", "more", "message"), [
    ("m_pid", {}, "exactly one of max_cpc and max_cpa"),
    ("m_pid", {"max_cpc": 1, "max_cpa": 1}, "exactly one of max_cpc and max_cpa"),
    ("pid", {"min_factor": 0.5, "max_factor": 0.4}, "min_factor 0.5 is above max_factor 0.4"),
    ("pid", {"traffic": [1] * 23}, "at least 24 items"),
    ("pid", {"kp": -1}, "greater than or equal to 0"),
    ("pid", {"kp": float("nan")}, "finite number"),
    ("dual", {"mirror": "sideways"}, "'multiplicative' or 'additive'"),
    ("dual", {"target_roas": 0}, "greater than 0"),
    ("throttling", {"max_factor": 1.5}, "less than or equal to 1"),
    ("throttling", {"adjust": 1}, "less than 1"),
])
def test_bad_parameters_are_refused(kind, more, message):
    with pytest.raises(ValidationError, match=message):
        params_model(kind)(name="x", kind=kind, value_per_click=1, **more)


def test_parameters_are_plain_data():
    said = {"name": "x", "kind": "ortb1", "c": 1.0, "lambda": 2.0}
    assert params_model("ortb1")(**said).model_dump(by_alias=True) == said
    assert issubclass(params_model("ortb1"), StrategyParams)
    assert np.isfinite(params_model("ortb1")(**said).lambda_)
