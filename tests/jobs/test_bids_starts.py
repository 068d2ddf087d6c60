"""Several starts of one night at once: one makes the run, the others say at once who is at work."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Timer
from time import monotonic, sleep, time
from types import ModuleType

import pytest
from bids_accounts import LAST, Account
from bids_nursery import Nursery, nightly
from bids_states import outputs
from filelock import FileLock

from bidder.errors import LockedError
from bidder.ledger.ledger import open_ledger
from bidder.ledger.records import RunState


def _ledger_fixtures() -> ModuleType:
    folder = Path(__file__).parents[1] / "ledger"
    sys.path.append(str(folder))  # where it finds what it needs
    spec = spec_from_file_location("ledger_fixtures", folder / "conftest.py")
    assert spec is not None and spec.loader is not None
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


_FIXTURES = _ledger_fixtures()
postgres, postgres_url = _FIXTURES.postgres, _FIXTURES.postgres_url


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Account:
    """An account with its ledger in one database or the other."""
    made = Account(tmp_path / "shop", keywords=8, days=24).write()
    # The same bids night after night, whatever was exported: nothing here is to stop for looking odd.
    made.set("{changed_share: null}", "{changed_share: null, spend_change: null, jump_sigmas: null}")
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        made.config.write_text(made.config.read_text(encoding="utf-8") + f"ledger: {url}\n", encoding="utf-8")
    return made


def ledger_url(shop: Account) -> str:
    found = re.search(r"^ledger: (.+)$", shop.config.read_text(encoding="utf-8"), re.MULTILINE)
    return found[1] if found else "sqlite:///ledger.db"


def check_one_run(shop: Account, nights: int) -> None:
    with open_ledger(ledger_url(shop), shop.folder, read_only=True) as ledger:
        runs = ledger.history("shop", 1000)
        assert len(runs) == nights
        for run in runs:
            assert run.state in (RunState.EXPORTED, RunState.CONFIRMED)
            assert len(ledger.changes(run.run_id)) == run.summary["changed"]
    made = {path.name for path in (shop.folder / "exports").iterdir()}
    assert made == {run.run_id for run in runs}
    assert {path.name for path in (shop.folder / "runs/night").iterdir()} == made


def start_together(nursery: Nursery, shop: Account, day: date, count: int) -> None:
    """Start processes at once; where one comes to an end before another begins, that one finds all done."""
    at = time() + 0.2 + 0.05 * count
    arguments = nightly(day, "--log-json", "night.jsonl")
    started = [nursery.start(arguments, shop.folder, at=at) for _ in range(count)]
    codes = [one.wait() for one in started]
    assert set(codes) <= {0, 4} and 0 in codes, [one.stderr for one in started]
    pids = {str(one.pid) for one, code in zip(started, codes, strict=True) if code == 0}
    for one, code in zip(started, codes, strict=True):
        if code == 4:
            said = one.stderr
            found = re.fullmatch(r"another process is working on account 'shop': (.+)\n", said)
            assert found is not None, said
            assert set(re.findall(r"\d+", found[1])) & pids, (said, pids)


def check_log(shop: Account) -> None:
    """Every line is whole, and every start that began came to an end."""
    lines = (shop.folder / "night.jsonl").read_text(encoding="utf-8").splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events.count("started") == events.count("finished") + events.count("failed")


def play(nursery: Nursery, shop: Account, times: int) -> None:
    """Nights one after the other, each started by several at once, and once more in the end."""
    for number in range(times):
        start_together(nursery, shop, shop.last, 2 + 3 * number % 7)
        check_one_run(shop, number + 1)
        before = outputs(shop.folder)
        code, said = nursery.run(nightly(shop.last), shop.folder)
        assert code == 0, said
        assert outputs(shop.folder) == before
        check_one_run(shop, number + 1)
        shop = shop.next_day()
    check_log(shop)


def test_of_several_starts_one_makes_the_run(nursery: Nursery, shop: Account) -> None:
    play(nursery, shop, 2)


@pytest.mark.slow
def test_of_several_starts_one_makes_the_run_many_times(nursery: Nursery, shop: Account) -> None:
    play(nursery, shop, 20)


@pytest.mark.exhaustive
def test_of_several_starts_one_makes_the_run_a_hundred_times(nursery: Nursery, shop: Account) -> None:
    play(nursery, shop, 100 if ledger_url(shop).startswith("sqlite") else 40)


def test_a_killed_start_lets_go(nursery: Nursery, shop: Account) -> None:
    """Killed at several moments; a server may need one to see that the holder is gone."""
    for number in range(5):
        started = nursery.start(nightly(LAST), shop.folder)
        sleep(0.06 * number)
        started.kill()
        assert started.wait() in (0, -signal.SIGKILL)
    end, code = monotonic() + 20, 4
    while code == 4 and monotonic() < end:
        code, said = nursery.run(nightly(LAST), shop.folder)
    assert code == 0, said
    check_one_run(shop, 1)


def test_an_approved_run_is_exported_though_the_reports_have_changed_since(
    nursery: Nursery, tmp_path: Path
) -> None:
    """What a start was killed at, just before it exported, is not stuck between two states."""
    shop = Account(tmp_path, keywords=8, days=24).write()
    waiting = [word for word in nightly(LAST) if not word.startswith("--auto")]
    assert nursery.run(waiting, shop.folder)[0] == 0
    with open_ledger("sqlite:///ledger.db", shop.folder) as ledger:
        (run,) = ledger.history("shop")
        ledger.move(run.run_id, RunState.APPROVED, now=datetime.now(UTC), who="nightly")
    shop.seed = 2
    shop.write()
    code, said = nursery.run(nightly(LAST), shop.folder)
    assert code == 4 and run.run_id in said and "roll that one back first" in said
    with open_ledger("sqlite:///ledger.db", shop.folder) as ledger:
        assert ledger.run(run.run_id).state is RunState.EXPORTED
    assert [path.name for path in (shop.folder / "exports").iterdir()] == [run.run_id]
    assert nursery.run(["bids", "rollback", f"runs/night/{run.run_id}", "-q"], shop.folder)[0] == 0
    assert nursery.run(nightly(LAST), shop.folder)[0] == 0


def test_a_holder_is_named_that_has_not_said_so_yet(tmp_path: Path) -> None:
    """Between taking the lock and writing the name there is a moment, with an earlier holder's name in it."""
    ended = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], stdout=subprocess.PIPE)
    host, here = socket.gethostname(), os.getpid()
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        with ledger.lock("shop"):
            (lock,) = tmp_path.glob("*.lock")
        holder = lock.with_suffix(".holder")
        holder.write_text(json.dumps([int(ended.stdout), host, "long ago"]), encoding="utf-8")
        named = Timer(0.2, holder.write_text, [json.dumps([here, host, "now"])])
        with FileLock(lock):
            named.start()
            with pytest.raises(LockedError, match=f"process {here} on {host} since now"), ledger.lock("shop"):
                pass
        named.join()


def test_a_lock_let_go_while_its_holder_is_looked_for_is_taken(tmp_path: Path) -> None:
    """Who has just done all the work has taken its name away before it lets go."""
    with open_ledger("sqlite:///ledger.db", tmp_path) as ledger:
        with ledger.lock("shop"):
            (path,) = tmp_path.glob("*.lock")
        held = FileLock(path, thread_local=False)
        held.acquire()
        ending = Timer(0.2, held.release)
        ending.start()
        with ledger.lock("shop"):
            assert not held.is_locked
        ending.join()
