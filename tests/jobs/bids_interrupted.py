"""A night, or a step of one, that is interrupted and started again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from bids_accounts import LAST, Account, bids_of
from bids_nursery import Nursery, Started, nightly
from bids_states import State, check_nothing_torn, check_same

NEXT = LAST + timedelta(days=1)
KINDS = ("first", "second", "approve", "export", "confirm", "rollback")
SHIM = Path(__file__).with_name("fault_shim.c")


def compiled_shim(folder: Path) -> Path | None:
    """The shim, or None where there is no gcc."""
    if shutil.which("gcc") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    made = folder / "fault_shim.so"
    command = ["gcc", "-O1", "-shared", "-fPIC", "-o", str(made), str(SHIM), "-ldl"]
    subprocess.run(command, check=True, capture_output=True)
    return made


@dataclass
class Case:
    """A command, the folder it starts in, and what it leads to when nobody interferes."""

    nursery: Nursery
    template: Path
    arguments: list[str]
    before: State
    whole: State
    seconds: float
    calls: int

    @contextmanager
    def copy(self, name: str, home: Path | None = None) -> Iterator[Path]:
        """A folder to start in."""
        folder = (home or self.template.parent) / f"{self.template.name}-{name}"
        shutil.copytree(self.template, folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)

    def start(self, folder: Path, fault: tuple[int, int] | None = None) -> Started:
        """Begin; ``fault`` is which call fails how."""
        env = {"TMPDIR": str(folder / "tmp")}
        armed = None if fault is None else (str(folder), *fault)
        return self.nursery.start(self.arguments, folder, env=env, fault=armed)

    def check_next_start(self, folder: Path) -> None:
        """Whatever has happened: the next start ends as one that nobody disturbed."""
        started = self.start(folder)
        code = started.wait()
        assert code == 0, started.stderr
        check_same(folder, self.whole)

    def check_interrupted(self, folder: Path) -> None:
        check_nothing_torn(folder, self.before, self.whole)
        self.check_next_start(folder)


def make_case(kind: str, nursery: Nursery, home: Path, counting: bool) -> Case:
    """Prepare the folder, and let the command run once without interference."""
    template = home / kind
    (template / "tmp").mkdir(parents=True)
    arguments = _PREPARE[kind](nursery, Account(template, keywords=8, days=24).write())
    before = State.of(template)
    case = Case(nursery, template, arguments, before, before, 0.0, 0)
    times = []
    for number in range(2):
        with case.copy(f"undisturbed-{number}") as folder:
            start = perf_counter()
            started = case.start(folder, (0, 0) if counting else None)
            assert started.wait() == 0, started.stderr
            times.append(perf_counter() - start)
            case.calls, case.whole = started.calls, State.of(folder)
            check_same(folder, case.whole)
    case.seconds = min(times)
    return case


def _done(nursery: Nursery, shop: Account, *arguments: str) -> None:
    code, said = nursery.run(arguments, shop.folder, env={"TMPDIR": str(shop.folder / "tmp")})
    assert code == 0, said


def _run_folder(shop: Account) -> str:
    (folder,) = shop.folder.glob(f"runs/night/{LAST}-*")
    return str(folder.relative_to(shop.folder))


def _first(nursery: Nursery, shop: Account) -> list[str]:
    return nightly(LAST)


def _approve(nursery: Nursery, shop: Account) -> list[str]:
    _done(nursery, shop, "bids", "propose", "night.yaml", "--date", str(LAST), "--no-report", "-q")
    return ["bids", "approve", _run_folder(shop), "-q"]


def _export(nursery: Nursery, shop: Account) -> list[str]:
    _done(nursery, shop, *_approve(nursery, shop))
    return ["bids", "export", _run_folder(shop), "-q"]


def _rollback(nursery: Nursery, shop: Account) -> list[str]:
    _done(nursery, shop, *nightly(LAST))
    return ["bids", "rollback", _run_folder(shop), "-q"]


def _confirm(nursery: Nursery, shop: Account) -> list[str]:
    _second(nursery, shop)
    return ["bids", "confirm", _run_folder(shop), "-q"]


def _second(nursery: Nursery, shop: Account) -> list[str]:
    """The next night: bids in force but for one that a human has set."""
    _done(nursery, shop, *nightly(LAST))
    rows = bids_of(shop.folder / _run_folder(shop))
    new = {j: round(float(rows[name]["new_max_cpc"]) * 100) for j, name in enumerate(shop.names)}
    old = {j: round(float(rows[name]["old_max_cpc"]) * 100) for j, name in enumerate(shop.names)}
    edited = next(j for j in new if new[j] != old[j])
    shop.next_day(new | {edited: new[edited] + 7})
    return nightly(NEXT)


_PREPARE: dict[str, Callable[[Nursery, Account], list[str]]] = {
    "first": _first, "second": _second, "approve": _approve, "export": _export, "confirm": _confirm,
    "rollback": _rollback,
}
