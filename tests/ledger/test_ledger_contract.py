"""What both databases promise: what is recorded comes back as it was, once, and answers questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from ledger_cases import (
    DAY,
    NOW,
    SCHEDULES,
    fields,
    key_of,
    make_changes,
    make_effects,
    opened,
    record,
    texts,
)

from bidder.errors import InputError, LockedError
from bidder.ledger.ledger import Ledger
from bidder.ledger.records import Effects, RunState, Schedules, Took

APPROVED, EXPORTED, CONFIRMED = RunState.APPROVED, RunState.EXPORTED, RunState.CONFIRMED
ROLLED_BACK, PLANNED = RunState.ROLLED_BACK, RunState.PLANNED


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    with opened(ledger_url) as ledger:
        yield ledger


def day(back: int) -> date:
    return DAY - timedelta(days=back)


@pytest.mark.parametrize("n", [0, 1, 50, 40_001])
def test_changes_come_back_exactly(ledger: Ledger, ledger_url: str, n: int) -> None:
    run = record(ledger, key_of(), n=n)
    with opened(ledger_url, read_only=True) as other:
        for one in (ledger, other):
            assert fields(one.changes(run.run_id)) == fields(make_changes(n))
            assert one.schedules(run.run_id) == SCHEDULES


def test_extreme_numbers_come_back_exactly(ledger: Ledger) -> None:
    top, low = 2**63 - 1, -(2**63)
    values = np.array([np.inf, np.nan, -0.0, 5e-324, 1.7976931348623157e308])
    changes = replace(
        make_changes(5), old=np.array([top, low, 0, -1, 2**53 + 1]), new=np.array([low, top, 1, 2, 3]),
        clicks=np.array([top, 0, 1, 2, 3]), value_per_click=values,
    )
    ledger.record(key_of(), PLANNED, {}, changes, Schedules(), now=NOW, who="me")
    found = ledger.changes(key_of().run_id)
    assert np.array_equal(found.value_per_click, values, equal_nan=True)
    assert [found.old.tolist(), found.new.tolist(), found.clicks.tolist()] == [
        changes.old.tolist(), changes.new.tolist(), changes.clicks.tolist()
    ]
    assert ledger.schedules(key_of().run_id) == Schedules()


def test_a_run_comes_back_as_it_was_recorded(ledger: Ledger) -> None:
    summary = {"alpha": {"ordinary": 1 / 3}, "notes": ["词", None, True], "huge": 2**70, "nan": 1e308}
    shanghai = timezone(timedelta(hours=8))
    now = datetime(2026, 10, 15, 4, 0, tzinfo=shanghai)
    run = ledger.record(key_of(), RunState.STOPPED, summary, make_changes(2), SCHEDULES, now=now, who="夜")
    assert (run.key, run.state, run.summary) == (key_of(), RunState.STOPPED, summary)
    assert run.created == datetime(2026, 10, 14, 20, 0, tzinfo=UTC)
    assert run.created.utcoffset() == timedelta(0)
    assert (run.moved, run.who) == ({}, {RunState.STOPPED: "夜"})
    assert ledger.find(key_of()) == ledger.run(run.run_id) == run
    assert ledger.find(key_of(inputs="c")) is None


def test_recording_again_writes_nothing(ledger: Ledger) -> None:
    run = record(ledger, key_of(), APPROVED)
    again = ledger.record(
        key_of(), RunState.STOPPED, {"other": 1}, make_changes(9), Schedules(), now=NOW, who="else"
    )
    assert again == run
    assert fields(ledger.changes(run.run_id)) == fields(make_changes(5))
    assert ledger.history() == [run]


@pytest.mark.parametrize("state", [APPROVED, EXPORTED, CONFIRMED, ROLLED_BACK])
def test_runs_begin_in_their_first_states(ledger: Ledger, state: RunState) -> None:
    with pytest.raises(ValueError, match=state.value):
        ledger.record(key_of(), state, {}, make_changes(1), SCHEDULES, now=NOW, who="me")


def test_moments_need_a_time_zone(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="time zone"):
        record_at = NOW.replace(tzinfo=None)
        ledger.record(key_of(), PLANNED, {}, make_changes(1), SCHEDULES, now=record_at, who="me")
    assert ledger.history() == []


def test_steps_are_kept(ledger: Ledger) -> None:
    run = record(ledger, key_of(), APPROVED, EXPORTED, ROLLED_BACK)
    assert run.created == NOW
    assert run.moved == {
        state: NOW + timedelta(seconds=i) for i, state in enumerate((APPROVED, EXPORTED, ROLLED_BACK), 1)
    }
    assert run.who == {PLANNED: "me", APPROVED: "you", EXPORTED: "you", ROLLED_BACK: "you"}
    assert ledger.move(run.run_id, ROLLED_BACK, now=NOW, who="later") == run


def test_runs_are_found_by_the_first_digits(ledger: Ledger) -> None:
    run = record(ledger, key_of())
    digits = run.run_id[-12:]
    for given in (run.run_id, digits, digits[:6], digits[:7].upper(), f" {run.run_id} "):
        assert ledger.run(given) == run
    for given in ("", digits[:5], digits[1:], "%", "______", run.run_id[:-1], "'; --", "ffffff"):
        with pytest.raises(InputError, match=run.run_id) as caught:
            ledger.run(given)
        assert "in the ledger" in str(caught.value)


def test_an_ambiguous_prefix_names_the_runs(ledger: Ledger) -> None:
    alike = [key_of(inputs=str(i)) for i in COLLIDING]
    for key in alike:
        record(ledger, key)
    prefix = alike[0].run_id[-12:][:6]
    assert alike[1].run_id[-12:].startswith(prefix)
    with pytest.raises(InputError, match="fits 2 runs") as caught:
        ledger.run(prefix)
    assert all(key.run_id in str(caught.value) for key in alike)


def _colliding() -> tuple[int, int]:
    """Two runs whose digits begin alike, found by trying."""
    seen: dict[str, int] = {}
    i = 0
    while True:
        digits = key_of(inputs=str(i)).run_id[-12:][:6]
        if digits in seen:
            return seen[digits], i
        seen[digits] = i
        i += 1


COLLIDING = _colliding()


def test_an_empty_ledger_says_so(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="which is empty"):
        ledger.run("abcdef")
    assert ledger.history() == []
    assert ledger.references("shop", DAY) == {}
    assert ledger.edits("shop", day(9), DAY) == {}
    assert ledger.last_exported("shop", DAY) is None
    assert ledger.schedule_in_force("shop", DAY) is None


def test_history_is_newest_first(ledger: Ledger) -> None:
    keys = [key_of(day(3)), key_of(), key_of(day(1)), key_of(day(1), inputs="c"), key_of(account="other")]
    runs = [record(ledger, key) for key in keys]
    assert ledger.history("shop") == [runs[1], runs[3], runs[2], runs[0]]
    assert ledger.history("shop", limit=2) == [runs[1], runs[3]]
    assert ledger.history() == [runs[4], runs[1], runs[3], runs[2], runs[0]]
    assert ledger.history("Shop") == []


def test_references_are_old_bids_of_what_is_out(ledger: Ledger) -> None:
    changes = make_changes(5)
    keys = list(zip(changes.campaign, changes.ad_group, changes.keyword, changes.match_type, strict=True))
    wanted = dict(zip(keys, changes.old.tolist(), strict=True))
    run = record(ledger, key_of(), APPROVED)
    record(ledger, key_of(inputs="planned"), shift=100)
    record(ledger, key_of(day(1)), APPROVED, EXPORTED, shift=100)
    record(ledger, key_of(account="other"), APPROVED, EXPORTED, shift=100)
    assert ledger.references("shop", DAY) == {}
    ledger.move(run.run_id, EXPORTED, now=NOW, who="me")
    found = ledger.references("shop", DAY)
    assert found == wanted
    assert {type(v) for v in found.values()} == {int}
    ledger.confirm(run.run_id, make_effects(5), now=NOW, who="me")
    assert ledger.references("shop", DAY) == wanted
    ledger.move(run.run_id, ROLLED_BACK, now=NOW, who="me")
    assert ledger.references("shop", DAY) == {}


@pytest.mark.parametrize("n", [0, 8, 40_001])
def test_effects_are_kept_with_the_move(ledger: Ledger, n: int) -> None:
    run = record(ledger, key_of(), APPROVED, EXPORTED, n=n)
    assert ledger.effects(run.run_id) is None
    confirmed = ledger.confirm(run.run_id, make_effects(n), now=NOW, who="night")
    assert confirmed == ledger.run(run.run_id)
    assert (confirmed.state, confirmed.who[CONFIRMED]) == (CONFIRMED, "night")
    found = ledger.effects(run.run_id)
    assert found is not None and fields(found) == fields(make_effects(n))
    other = Effects(texts([Took.MISSING] * n), np.full(n, -1))
    assert ledger.confirm(run.run_id, other, now=NOW, who="again") == confirmed
    ledger.move(run.run_id, ROLLED_BACK, now=NOW, who="me")
    kept = ledger.effects(run.run_id)
    assert kept is not None and fields(kept) == fields(make_effects(n))


def test_effects_that_do_not_fit_leave_the_run_exported(ledger: Ledger) -> None:
    run = record(ledger, key_of(), APPROVED, EXPORTED)
    for wrong in (make_effects(4), Effects(texts(["odd"] * 5), np.zeros(5, dtype=np.int64))):
        with pytest.raises(ValueError, match=r"4|odd"):
            ledger.confirm(run.run_id, wrong, now=NOW, who="me")
        assert ledger.run(run.run_id) == run
    assert ledger.effects(run.run_id) is None


def test_a_run_confirmed_without_a_report_has_no_effects(ledger: Ledger) -> None:
    run = record(ledger, key_of(), APPROVED, EXPORTED, CONFIRMED)
    assert ledger.effects(run.run_id) is None


def test_only_exported_runs_are_confirmed(ledger: Ledger) -> None:
    run = record(ledger, key_of(), APPROVED)
    said = "is approved and cannot become confirmed; allowed: one of exported, rolled_back"
    with pytest.raises(LockedError, match=said):
        ledger.confirm(run.run_id, make_effects(5), now=NOW, who="me")
    assert ledger.effects(run.run_id) is None


def test_edits_are_what_humans_have_set(ledger: Ledger) -> None:
    changes = make_changes(8)
    keys = list(zip(changes.campaign, changes.ad_group, changes.keyword, changes.match_type, strict=True))
    edited = [keys[i] for i in (2, 6)]  # the third of four kinds
    for back in (5, 2):
        run = record(ledger, key_of(day(back)), APPROVED, EXPORTED, n=8)
        ledger.confirm(run.run_id, make_effects(8), now=NOW, who="me")
    fine = record(ledger, key_of(day(1)), APPROVED, EXPORTED, n=8)
    ledger.confirm(fine.run_id, Effects(texts([Took.EFFECT] * 8), changes.new), now=NOW, who="me")
    assert ledger.edits("shop", day(9), DAY) == dict.fromkeys(edited, day(2))
    assert ledger.edits("shop", day(5), day(3)) == dict.fromkeys(edited, day(5))
    assert ledger.edits("shop", day(2), day(2)) == dict.fromkeys(edited, day(2))
    assert ledger.edits("shop", day(4), day(3)) == ledger.edits("shop", day(1), DAY) == {}
    assert ledger.edits("other", day(9), DAY) == {}


def test_what_is_in_force_before_a_date(ledger: Ledger) -> None:
    old = record(ledger, key_of(day(3)), APPROVED, EXPORTED, CONFIRMED)
    new = record(ledger, key_of(day(1)), APPROVED, EXPORTED)
    record(ledger, key_of(day(1), account="other"), APPROVED, EXPORTED)
    record(ledger, key_of(DAY), APPROVED)
    assert ledger.last_exported("shop", DAY) == ledger.last_exported("shop", date(2027, 1, 1)) == new
    assert ledger.last_exported("shop", day(1)) == old
    assert ledger.last_exported("shop", day(3)) is None
    assert ledger.schedule_in_force("shop", DAY) == SCHEDULES
    ledger.move(new.run_id, ROLLED_BACK, now=NOW, who="me")
    assert ledger.last_exported("shop", DAY) == old
    ledger.move(old.run_id, ROLLED_BACK, now=NOW, who="me")
    assert ledger.schedule_in_force("shop", DAY) is None


@pytest.mark.parametrize("bad", ["a\0b", "half \ud83d"])
@pytest.mark.parametrize("column", ["campaign", "keyword", "platform_id", "reason"])
def test_texts_that_cannot_be_kept_are_named(ledger: Ledger, column: str, bad: str) -> None:
    changes = make_changes(5)
    getattr(changes, column)[3] = bad
    with pytest.raises(InputError, match="cannot be kept"):
        ledger.record(key_of(), PLANNED, {}, changes, SCHEDULES, now=NOW, who="me")
    with pytest.raises(InputError, match="cannot be kept"):
        ledger.record(key_of(account=bad), PLANNED, {}, make_changes(1), SCHEDULES, now=NOW, who="me")
    assert ledger.history() == []


def test_the_view_spells_changed_bids_out(ledger: Ledger) -> None:
    from sqlalchemy import text

    run = record(ledger, key_of(), APPROVED, EXPORTED)
    record(ledger, key_of(day(1)), shift=50)
    ledger.confirm(run.run_id, make_effects(5), now=NOW, who="me")
    query = text(
        "SELECT campaign, ad_group, keyword, match_type, platform_id, old_bid, new_bid, reason, bound_by, "
        "clicks, value_per_click, took, found FROM bidder_bid WHERE run_id = :run ORDER BY clicks"
    )
    rows = ledger._database.read(lambda c: [tuple(r) for r in c.execute(query, {"run": run.run_id})])
    effects = make_effects(5)
    assert rows == [
        (*row, took, found)
        for row, took, found in zip(make_changes(5), effects.took, effects.found.tolist(), strict=True)
    ]


def test_a_ledger_opened_for_reading_is_not_written_to(ledger: Ledger, ledger_url: str) -> None:
    run = record(ledger, key_of())
    with opened(ledger_url, read_only=True) as reader:
        for write in (
            lambda: record(reader, key_of(inputs="c")),
            lambda: reader.move(run.run_id, APPROVED, now=NOW, who="me"),
            lambda: reader.confirm(run.run_id, make_effects(5), now=NOW, who="me"),
            lambda: reader.lock("shop").__enter__(),
        ):
            with pytest.raises(RuntimeError, match="reading only"):
                write()
        assert reader.history() == [run]
