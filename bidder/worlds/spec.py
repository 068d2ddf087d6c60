"""Exactly what the YAML of ``bidder generate`` may say; :class:`WorldSpec` is the root."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from bidder.budget.spec_campaign import Season
from bidder.calendar import known_zone
from bidder.worlds.spec_base import Name, Profile, Spec, Week
from bidder.worlds.spec_channels import Display, Retargeting, Search, Visitors

EVENING = [
    0.5, 0.3, 0.18, 0.12, 0.1, 0.14, 0.3, 0.5, 0.8, 1.0, 1.15, 1.2,
    1.35, 1.2, 1.1, 1.1, 1.1, 1.1, 1.15, 1.4, 1.8, 2.0, 1.7, 1.0,
]
"""A shop's usual day: lunch, and the peak between eight and ten in the evening."""
MAX_DAYS = 800
TAKEN = frozenset({"truth", "date", "actual", "fitted", "trend", "season", "controls"})
"""Names that a channel may not have: a folder of the world, and columns of `bidder fit`."""


class WorldSeason(Season):
    """Seasonal indices on some days, and the phase of a promotion that they belong to."""

    phase: Literal["warm_up", "peak", "cool_down"] | None = None
    """Phase of the promotion; on peak days competitors apply their promotion lift."""


class Calendar(Spec):
    """When the world takes place, and how traffic moves."""

    start: dt.date
    """First local day."""
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)]
    """Number of days."""
    time_zone: Annotated[str, AfterValidator(known_zone)] = "Asia/Shanghai"
    """IANA name of the shop's time zone."""
    by_hour: Profile = Field(default=EVENING)
    """Relative traffic by local hour."""
    by_weekday: Week = Field(default=[1.0, 0.98, 0.97, 0.98, 1.0, 1.05, 1.02])
    """Relative traffic by weekday, Monday first."""
    drift: Annotated[float, Field(ge=-0.2, le=0.2)] = 0.0
    """Growth of traffic from one day to the next, as a share (0.01: one in a hundred)."""
    seasons: list[WorldSeason] = Field(default_factory=list, max_length=1000)
    """Days with other traffic, prices or conversion; entries that overlap are multiplied."""

    @model_validator(mode="after")
    def _some_traffic(self) -> Calendar:
        if not sum(self.by_hour) > 0:
            raise ValueError("by_hour must hold a weight above 0")
        if not 1971 <= self.start.year <= 2200:
            raise ValueError(f"start is {self.start}; expected a day from 1971 to 2200")
        if not any(self.by_weekday[(self.start.weekday() + k) % 7] for k in range(min(self.days, 7))):
            raise ValueError("none of the days has traffic; expected a weight above 0 in by_weekday")
        last = self.start + dt.timedelta(days=self.days - 1)
        for season in self.seasons:
            first, end = season.dates or (season.date, season.date)
            if first and end and (end < self.start or first > last):
                raise ValueError(f"a season on {first} lies outside the world ({self.start} to {last})")
        return self


class IpinyouShape(Spec):
    """One display channel once more in the shape of the iPinYou benchmark."""

    channel: Name
    """Name of the display channel."""
    train_share: Annotated[float, Field(gt=0, lt=1)] = 0.667
    """Share of the world's time that counts as training: its totals and price histogram go into
    info.json, the rest into display.theta.txt."""
    units_per_currency: Annotated[int, Field(ge=1, le=1_000_000)] = 100
    """CPM units in one currency unit (100: fen)."""
    highest_price: Annotated[int, Field(ge=1, le=100_000)] = 300
    """Prices above it are counted as this, CPM units."""


AnyChannel = Annotated[Search | Display | Retargeting, Field(discriminator="kind")]


class WorldSpec(Spec):
    """A synthetic market with known truth."""

    name: Name
    """Name of the world, and of its folder."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "CNY"
    """ISO 4217 code of all money."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of everything random."""
    calendar: Calendar
    """When it takes place, and how traffic moves."""
    visitors: Visitors = Visitors()
    """The shop's users."""
    channels: Annotated[dict[Name, AnyChannel], Field(min_length=1, max_length=20)]
    """The channels by name, each in a folder of its own."""
    response_levels: list[Annotated[float, Field(gt=0, le=1000)]] = Field(
        default=[0.1, 0.2, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0], min_length=2, max_length=40
    )
    """Factors on our own bids at which the true response curves are computed."""
    ipinyou: IpinyouShape | None = None
    """Write a display channel also in the shape of the iPinYou benchmark."""

    @model_validator(mode="after")
    def _sound(self) -> WorldSpec:
        taken = set(TAKEN)
        for name in self.channels:
            if name.casefold() in taken:
                raise ValueError(f"the name {name!r} of a channel is taken")
            taken.add(name.casefold())
        if sum(channel.kind == "retargeting" for channel in self.channels.values()) > 1:
            raise ValueError("more than one channel of the kind retargeting")
        if self.ipinyou is not None:
            channel = self.channels.get(self.ipinyou.channel)
            if channel is None or channel.kind != "display":
                raise ValueError(f"ipinyou.channel: no display channel is named {self.ipinyou.channel!r}")
        return self
