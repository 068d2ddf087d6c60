"""What settings ask of each other and of the log, and how they become rules."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import ValidationError

from bidder.auctions.experiments.spec import ExperimentSpec, VariedSpec
from bidder.auctions.experiments.spec_check import check_experiment, check_names, check_setting, check_split
from bidder.auctions.experiments.spec_parts import SplitSpec
from bidder.auctions.experiments.spec_resolve import LogFacts, Units, episodes, in_units, rules, ticks
from bidder.auctions.log import LogInfo
from bidder.auctions.rules import Payment
from bidder.auctions.strategies.linear import LinearParams
from bidder.auctions.strategies.max_cpc import MaxCpcParams

DAY = 86_400_000_000
TIMED = LogInfo(("a",), rows=1000, first_ts=0, last_ts=10 * DAY)
UNTIMED = LogInfo(("a",), unit="CPM unit", per_currency=None, timed=False, rows=1000, price_for=1000)
FULL = frozenset({"ts", "market_price", "pctr", "pcvr", "value", "click", "user", "last_visit", "bids"})


def spec(**changes: object) -> VariedSpec:
    return VariedSpec.model_validate({"episodes": {"budget": 100}, **changes})


def paths(of: VariedSpec, info: LogInfo = TIMED, columns: frozenset[str] = FULL, currency: bool = False):
    facts = LogFacts(info, columns)
    return [".".join(map(str, p.path)) for p in check_setting(of, facts, Units(currency, info))]


def test_every_field_says_what_it_is():
    def undocumented(model, seen):
        for name, info in model.model_fields.items():
            if not info.description:
                yield f"{model.__name__}.{name}"
            for part in [info.annotation, *getattr(info.annotation, "__args__", ())]:
                if isinstance(part, type) and hasattr(part, "model_fields") and part not in seen:
                    seen.add(part)
                    yield from undocumented(part, seen)

    assert list(undocumented(ExperimentSpec, set())) == []


def test_all_that_needs_times():
    asks = spec(
        episodes={"budget": 1, "period": "day"}, tick={"minutes": 5}, frequency_cap={"per_day": 3},
        retargeting={"window_days": 7},
    )
    wanted = ["episodes.period", "tick.minutes", "frequency_cap", "retargeting"]
    assert paths(asks, UNTIMED) == wanted
    assert paths(asks) == []
    campaign = spec(episodes={"budget": 1, "start": "2026-10-20", "end": "2026-10-21"})
    assert paths(campaign, UNTIMED) == ["episodes.start", "episodes.end"]


def test_all_that_needs_columns():
    asks = spec(
        auction={"payment": "gsp", "pricing": "click"}, frequency_cap={"per_day": 3},
        retargeting={"window_days": 7}, objective="value",
    )
    wanted = ["auction.payment", "auction.pricing", "frequency_cap", "retargeting", "objective"]
    assert paths(asks, columns=frozenset({"ts", "market_price"})) == wanted
    assert paths(asks) == []
    assert paths(spec(outcomes="drawn"), columns=frozenset()) == ["outcomes"]


@pytest.mark.parametrize(
    ("start", "end", "wrong"),
    [
        ("1970-01-01", "1970-01-11", ["episodes.end"]),  # the last auction comes with the 11th day's end
        ("1970-01-01", "1970-01-12", []),
        ("1970-01-01T08:00+08:00", "1970-01-12", []),
        ("1970-01-01T00:00:01", "1970-01-12", ["episodes.start"]),
        ("1970-01-02", "1970-01-05", ["episodes.start", "episodes.end"]),
        ("2970-01-02", None, ["episodes.start"]),
    ],
)
def test_a_campaign_has_no_auctions_before_its_start_or_after_its_end(start, end, wrong):
    given = {"budget": 1, "period": "campaign", "start": start, "end": end}
    info = replace(TIMED, last_ts=11 * DAY)
    assert paths(spec(episodes=given), info) == wrong


@pytest.mark.parametrize("text", ["9999-12-31", "0001-01-01", "1969-12-31T23:59"])
def test_times_are_those_that_a_log_can_have(text):
    with pytest.raises(ValidationError, match="expected a year from 1970 to 2999"):
        spec(episodes={"budget": 1, "period": "campaign", "end": text})
    if len(text) == 10:
        with pytest.raises(ValidationError, match="expected a year from 1970 to 2999"):
            SplitSpec.model_validate({"train": text})


def test_an_objective_that_was_not_asked_for_needs_nothing():
    assert paths(spec(), columns=frozenset()) == []


def test_rules_that_contradict_each_other():
    assert paths(spec(auction={"slots": [1, 0.5]})) == ["auction.slots"]
    assert paths(spec(auction={"competitors": "fitted"})) == ["auction.competitors"]
    assert paths(spec(auction={"reserve": 20}, bids={"max": 10})) == ["bids.max"]
    assert paths(spec(auction={"pricing": "click"}), UNTIMED) == ["auction.pricing"]
    fitted = {"payment": "gsp", "competitors": {"source": "fitted", "react": True, "budgets": [1, 2]}}
    assert paths(spec(auction=fitted)) == ["auction.competitors.budgets"]


def test_amounts_must_be_whole_units():
    asks = spec(episodes={"budget": 10.5}, bids={"max": 0.001}, auction={"reserve": 0.0000001})
    assert paths(asks) == ["auction.reserve", "bids.max", "episodes.budget"]
    assert paths(asks, currency=True) == ["auction.reserve"]
    assert paths(spec(), UNTIMED, currency=True) == ["money"]


def test_currency_is_exact():
    units = Units(True, TIMED)
    found = rules(spec(bids={"max": 0.29}, auction={"reserve": 0.000007}), units)
    assert (found.max_bid, found.reserve) == (290_000, 7)
    assert units.budget(1234567.891234) == 1234567891234
    with pytest.raises(ValueError, match="no whole number"):
        units.price(0.0000001)


def test_a_price_for_a_thousand_impressions():
    """A bid of 2 CNY is for 1,000 impressions; a budget of 2 CNY is 1,000 times as many units."""
    units = Units(True, LogInfo(("a",), unit="fen", per_currency=100, price_for=1000))
    assert (units.price(2), units.budget(2)) == (200, 200_000)


def test_amounts_of_strategies_follow():
    units = Units(True, LogInfo(("a",), unit="fen", per_currency=100, price_for=1000))
    bid = in_units(LinearParams(name="l", kind="linear", base_bid=0.29, average_ctr=0.1), units)
    click = in_units(MaxCpcParams(name="m", kind="max_cpc", value_per_click=0.5), units)
    assert (bid.base_bid, bid.average_ctr, click.value_per_click) == (29, 0.1, 50_000)
    same = LinearParams(name="l", kind="linear", base_bid=0.29, average_ctr=0.1)
    assert in_units(same, Units(False, TIMED)) is same


def test_rules_are_what_the_file_says():
    found = rules(
        spec(
            auction={"payment": "gsp", "win_on_tie": False, "reserve": 3, "slots": [1, 0.5], "squashing": 0.5,
                     "competitors": {"source": "fitted", "bidders": 3, "react": True, "budgets": 9}},
            bids={"integer": False}, frequency_cap={"per_day": 2}, retargeting={"window_days": 7},
        ),
        Units(False, TIMED),
    )
    assert found.payment is Payment.GSP and not found.win_on_tie and not found.integer
    assert (found.reserve, found.slots, found.squashing, found.max_bid) == (3, (1.0, 0.5), 0.5, None)
    assert (found.frequency_cap, found.retargeting_days) == (2, 7)
    assert (found.rivals.fitted, found.rivals.react, found.rivals.budgets) == (3, True, ((9, 9, 9),))


def test_how_often_strategies_look_by_default():
    def tick(**changes):
        cut = episodes(spec(**changes), changes.get("info", TIMED))
        return cut.tick_auctions, cut.tick_us, ticks(cut, TIMED)

    assert tick(episodes={"budget": 1, "auctions": 1001}) == (42, None, 24)
    assert tick(episodes={"budget": 1, "period": "day"}) == (None, 900_000_000, 96)
    assert tick(episodes={"budget": 1}) == (None, 900_000_000, 960)
    assert tick(episodes={"budget": 1, "period": "day", "days": 2}, tick={"minutes": 60})[2] == 48
    untimed = episodes(spec(), UNTIMED)
    assert (untimed.tick_auctions, ticks(untimed, UNTIMED)) == (42, 24)


def test_a_campaign_begins_and_ends_in_its_time_zone():
    days = {"start": "1970-01-02", "end": "1970-01-03", "time_zone": "Asia/Shanghai"}
    cut = episodes(spec(episodes={"budget": 1, **days}), TIMED)
    hour = 3_600_000_000
    assert (cut.start, cut.end) == (16 * hour, 64 * hour)  # the last day is included


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"episodes": {"budget": 1, "auctions": 2, "period": "day"}}, "both auctions and period"),
        ({"episodes": {"budget": 1, "days": 2}}, "period: day only"),
        ({"episodes": {"budget": 1, "period": "day", "start": "2026-10-20"}}, "period: campaign only"),
        ({"episodes": {"budget": 1, "start": "2026-10-21", "end": "2026-10-20"}}, "end before"),
        ({"episodes": {"budget": 1, "start": "soon"}}, "expected a date"),
        ({"episodes": {"budget": 1, "time_zone": "Mars"}}, "unknown time zone"),
        ({"episodes": {"budget": -1}}, "greater than or equal to 0"),
        ({"auction": {"slots": [0.5, 0.7]}}, "higher click rate"),
        ({"auction": {"competitors": {"budgets": 3}}}, "react: true only"),
        ({"auction": {"competitors": {"source": "fitted", "react": True}}}, "have spent nothing yet"),
        ({"tick": {}}, "neither auctions nor minutes"),
        ({"split": {"train": 0.5, "validation": "2026-10-20"}}, "mixes shares and dates"),
        ({"split": {"train": 0.5, "validation": 0.5}}, "nothing for test"),
        ({"split": {"train": 0.5, "test": 0.6}}, "add up to 1.1"),
        ({"split": {"train": "2026-10-20", "test": "2026-10-20"}}, "do not rise"),
        ({"split": {"train": "20.10.2026"}}, "expected a share"),
        ({"sweep": {"mode": "sample"}}, "mode without draws"),
    ],
)
def test_sections_that_make_no_sense(part, said):
    whole = {"name": "x", "log": {"reader": "csv", "path": "x"}, "episodes": {"budget": 0},
             "strategies": [{"name": "a"}], **part}
    with pytest.raises(ValueError, match=said):
        ExperimentSpec.model_validate(whole)


def test_names_are_told_apart():
    data = {"strategies": [{"name": "a"}, {"name": "b"}, {"name": "a"}, 3], "compare": {"to": "c"}}
    assert [p.path for p in check_names(data)] == [("strategies", 2, "name"), ("compare", "to")]
    assert check_names({"strategies": [{"name": "a"}], "compare": {"to": "all"}}) == []


def test_tuning_needs_parts_and_parts_need_times():
    whole = ExperimentSpec.model_validate(
        {"name": "x", "log": {"reader": "csv", "path": "x"}, "episodes": {"budget": 0},
         "strategies": [{"name": "a"}]}
    )
    tuned = ("strategies", 0, "base_bid")
    assert [p.path for p in check_experiment(whole, [tuned])] == [tuned]
    split = whole.model_copy(update={"split": SplitSpec(train="2026-10-20")})
    assert check_experiment(split, [tuned]) == []
    assert [p.path for p in check_split(split, LogFacts(UNTIMED, FULL))] == [("split", "train")]
    assert check_split(split, LogFacts(TIMED, FULL)) == []
