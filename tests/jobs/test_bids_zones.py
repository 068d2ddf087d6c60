"""The machine's clock and language change nothing; the account's clock changes stop nothing."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from bids_accounts import HOUR_COLUMNS, LAST, Account
from bids_nursery import Nursery, nightly
from bids_states import State

from bidder.cli.main import run

ZONES = (
    "Europe/Berlin", "Europe/London", "Europe/Lisbon", "Europe/Helsinki", "Atlantic/Azores",
    "America/New_York", "America/Chicago", "America/Los_Angeles", "America/St_Johns", "America/Havana",
    "America/Santiago", "Africa/Cairo", "Africa/Casablanca", "Asia/Beirut", "Asia/Jerusalem",
    "Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham", "Antarctica/Troll",
)
"""Clocks change by an hour, by half of one, by two; at midnight, at one, two, three and in the evening."""
QUARTERS = 4


def quarters(day: date, zone: str) -> Counter[int]:
    """How many quarters of each hour a day has, counted one by one."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=1)
    moments = [(start + timedelta(minutes=15 * k)).astimezone(ZoneInfo(zone)) for k in range(3 * 96)]
    return Counter(moment.hour for moment in moments if moment.date() == day)


def changes(zone: str) -> list[date]:
    """Days of 2026 that have not 24 hours."""
    days = [date(2026, 1, 2) + timedelta(days=k) for k in range(360)]
    clock = ZoneInfo(zone)
    offsets = [datetime(d.year, d.month, d.day, 12, tzinfo=clock).utcoffset() for d in days]
    near = [days[k] for k in range(1, len(days)) if offsets[k] != offsets[k - 1]]
    around = {day - timedelta(days=k) for day in near for k in (0, 1)}
    return sorted(day for day in around if sum(quarters(day, zone).values()) != 24 * QUARTERS)


def account(folder: Path, zone: str, last: date, without: int | None = None) -> Account:
    """Reports with a row for each hour that a campaign lived through; the doubled one has two."""
    shop = Account(folder, keywords=6, days=10, last=last)
    shop.set("Asia/Shanghai", zone)
    shop.write(hours=False)
    rows = []
    for back in range(10):
        day = last - timedelta(days=back)
        for hour, count in quarters(day, zone).items():
            for _ in range(2 if count > QUARTERS else 1):
                if not (day == last and hour == without):
                    counts = (90, 10, "10.00", 1, "200.00")
                    rows += [(day.isoformat(), hour, name, *counts) for name in ("shoes", "连衣裙")]
    with (folder / "reports" / "hours.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([HOUR_COLUMNS, *rows])
    return shop


def propose(shop: Account) -> tuple[int, dict[str, object]]:
    """Exit code, and what was said of the hours of the last day."""
    out = shop.folder / "out"
    code = run([
        "bids", "propose", str(shop.config), "--date", str(shop.last), "--out", str(out), "-q", "--no-report",
    ])  # fmt: skip
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    (check,) = [one for one in summary["checks"] if one["name"] == "missing_hours"]
    return code, check


@pytest.mark.parametrize("zone", ZONES)
def test_changed_clocks_stop_nothing(tmp_path: Path, zone: str) -> None:
    days = changes(zone)
    assert len(days) >= 2
    for number, day in enumerate(days[:2]):
        shop = account(tmp_path / str(number), zone, day)
        code, check = propose(shop)
        assert code == 0 and check["passed"], check
        assert check["value"] == check["limit"] == len(quarters(day, zone)), check


@pytest.mark.parametrize(
    ("zone", "day"), [("Europe/Berlin", date(2026, 3, 29)), ("Asia/Beirut", date(2026, 10, 24))]
)
def test_an_hour_that_is_really_missing_stops_the_night(tmp_path: Path, zone: str, day: date) -> None:
    assert day in changes(zone)
    code, check = propose(account(tmp_path, zone, day, without=15))
    assert code == 5 and not check["passed"] and "15:00" in str(check["message"])


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    made = Nursery(tmp_path_factory.mktemp("nursery"))
    yield made
    made.close()


def small_account(folder: Path) -> Account:
    return Account(folder, keywords=6, days=12).set("name: shop", "name: 店").write()


@pytest.mark.slow
def test_the_machine_says_nothing_about_results(nursery: Nursery, tmp_path: Path) -> None:
    """Neither its time zone nor its language, in any file of the run."""
    arguments = [word for word in nightly(LAST) if word != "--no-report"]
    found = []
    for zone in ("UTC", "America/New_York", "Asia/Tokyo", "Pacific/Apia"):
        shop = small_account(tmp_path / zone.replace("/", "-"))
        code, said = nursery.run(arguments, shop.folder, env={"TZ": zone})
        assert code == 0, said
        found.append(State.of(shop.folder))
    shop = small_account(tmp_path / "C")
    # Without what Python does against such a language.
    plain = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Asia/Kolkata"}
    command = [sys.executable, "-m", "bidder", *arguments]
    done = subprocess.run(command, cwd=shop.folder, env={**os.environ, **plain}, capture_output=True)
    assert done.returncode == 0, done.stderr
    found.append(State.of(shop.folder))
    assert any(name.endswith("report.html") for name in found[0].files)
    for other in found[1:]:
        assert other.files == found[0].files
        assert other.ledger == found[0].ledger
