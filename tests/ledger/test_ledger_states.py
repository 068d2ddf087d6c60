"""The states of runs: nothing but what MOVES allows, and one run in force for an account and data date."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from ledger_cases import DAY, NOW, key_of, opened, record

from bidder.errors import LockedError
from bidder.ledger.ledger import FIRST_STATES
from bidder.ledger.records import MOVES, RunKey, RunState
from bidder.ledger.schema import IN_FORCE

WAYS = {
    RunState.PLANNED: (), RunState.STOPPED: (), RunState.BACKFILLED: (),
    RunState.APPROVED: (RunState.APPROVED,),
    RunState.EXPORTED: (RunState.APPROVED, RunState.EXPORTED),
    RunState.CONFIRMED: (RunState.APPROVED, RunState.EXPORTED, RunState.CONFIRMED),
    RunState.ROLLED_BACK: (RunState.APPROVED, RunState.EXPORTED, RunState.ROLLED_BACK),
}
"""How a run comes to a state."""


def test_every_move_from_every_state(ledger_url: str) -> None:
    assert WAYS.keys() == MOVES.keys() == set(RunState)
    with opened(ledger_url) as ledger:
        for number, (start, to) in enumerate(product(RunState, RunState)):
            first = start if start in FIRST_STATES else RunState.PLANNED
            key = key_of(DAY - timedelta(days=number))
            run = record(ledger, key, *WAYS[start], state=first, n=1)
            assert run.state is start
            if to is start or to in MOVES[start]:
                moved = ledger.move(run.run_id, to, now=NOW, who="me")
                assert moved.state is to
                assert moved.moved == run.moved | ({} if to is start else {to: NOW})
            else:
                said = start.value.replace("_", " ")
                with pytest.raises(LockedError, match=f"{run.run_id} is {said} and cannot become") as caught:
                    ledger.move(run.run_id, to, now=NOW, who="me")
                assert all(allowed in str(caught.value) for allowed in MOVES[start] or ["nothing"])
                assert ledger.run(run.run_id) == run


@pytest.mark.parametrize("state", IN_FORCE)
def test_a_second_run_is_not_approved_beside_one_in_force(ledger_url: str, state: str) -> None:
    with opened(ledger_url) as ledger:
        first = record(ledger, key_of(), *WAYS[RunState(state)])
        second = record(ledger, key_of(inputs="c"))
        with pytest.raises(LockedError, match=f"{first.run_id} of the same account and data date is {state}"):
            ledger.move(second.run_id, RunState.APPROVED, now=NOW, who="me")
        for other in (key_of(account="other"), key_of(DAY - timedelta(days=1))):
            record(ledger, other, RunState.APPROVED)
        if RunState.ROLLED_BACK in MOVES[RunState(state)]:
            ledger.move(first.run_id, RunState.ROLLED_BACK, now=NOW, who="me")
            assert ledger.move(second.run_id, RunState.APPROVED, now=NOW, who="me").state is RunState.APPROVED


class Ledgers(RuleBasedStateMachine):
    """Random orders to a ledger, beside a model that keeps a dictionary."""

    url: str

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[RunKey, list[RunState]] = {}
        self.ledger = opened(self.url)
        self.account = ""

    @initialize()
    def new_account(self) -> None:
        self.account = f"shop {len(self.ledger.history(limit=10**6))}"

    @rule(
        back=st.integers(0, 1), inputs=st.sampled_from("abc"),
        state=st.sampled_from([RunState.PLANNED, *FIRST_STATES]),
    )
    def add(self, back: int, inputs: str, state: RunState) -> None:
        key = key_of(DAY - timedelta(days=back), self.account, inputs)
        record(self.ledger, key, state=state, n=1)
        self.model.setdefault(key, [state])

    @rule(data=st.data(), to=st.sampled_from(RunState))
    def move(self, data: st.DataObject, to: RunState) -> None:
        if not self.model:
            return
        key = data.draw(st.sampled_from(list(self.model)))
        allowed = to is self.model[key][-1] or (
            to in MOVES[self.model[key][-1]] and not (to is RunState.APPROVED and self.occupied(key))
        )
        try:
            self.ledger.move(key.run_id, to, now=NOW, who="me")
        except LockedError:
            assert not allowed
            return
        assert allowed
        if to is not self.model[key][-1]:
            self.model[key].append(to)

    def occupied(self, key: RunKey) -> bool:
        same = [k for k in self.model if k.data_date == key.data_date and k != key]
        return any(self.model[k][-1].value in IN_FORCE for k in same)

    @invariant()
    def same(self) -> None:
        found = {run.key: run for run in self.ledger.history(self.account or "none")}
        assert {key: [run.state] for key, run in found.items()} == {
            key: states[-1:] for key, states in self.model.items()
        }
        assert all(set(found[key].who) == set(states) for key, states in self.model.items())

    def teardown(self) -> None:
        self.ledger.close()


def test_any_order_of_moves(ledger_url: str) -> None:
    class Here(Ledgers):
        url = ledger_url

    few = settings(max_examples=15, stateful_step_count=20, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Here, settings=few)
