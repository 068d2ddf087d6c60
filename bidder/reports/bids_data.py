"""What the report of a night shows besides the proposal itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class NightRow:
    """An earlier night, from the ledger; money in currency units."""

    data_date: date
    state: str
    alpha: float
    """Chosen."""
    in_force: float
    """Alpha of the bids that were in force."""
    roas: float
    """Expected after the change."""
    spend: float
    """Expected of a day after the change."""
    changed: int
    """Bids changed."""


@dataclass(frozen=True)
class DataRow:
    """A file that was read."""

    file: str
    reader: str
    kind: str
    rows: int
    first: date | None
    last: date | None
    written: str
    """Encoding, delimiter, decimal mark, currency, in words."""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggestion:
    """A search term for a human to decide about; money in currency units."""

    kind: str
    """negative or keyword."""
    term: str
    campaign: str
    ad_group: str
    clicks: int
    cost: float
    conversions: float
    why: str


@dataclass(frozen=True)
class WordWarning:
    """A word that advertising law forbids, with where it stands."""

    term: str
    text: str
    place: str
    reason: str


@dataclass(frozen=True)
class BidsPage:
    """The surroundings of one night."""

    name: str
    run_id: str
    account: str
    platform: str
    currency: str
    time_zone: str
    data_date: date
    nights: tuple[NightRow, ...] = ()
    """Earlier nights, oldest first."""
    data: tuple[DataRow, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    warnings: tuple[WordWarning, ...] = ()
    notes: tuple[str, ...] = ()
    config_text: str = ""
    target_kind: str = ""
    """roas, cpa or marginal (a plan's marginal ROAS); "" where the values tell cpa from roas."""
