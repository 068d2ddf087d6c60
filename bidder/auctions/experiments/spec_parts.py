"""The sections of an experiment's YAML: rules, money, time and how results are compared.

Amounts of money are in the log's unit, or in currency units where the experiment says
``money: currency``.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from bidder.auctions.rules import LastEpisode, Payment, Pricing
from bidder.quantities import Spec

MOST = 2**53
"""No amount may exceed this, so that every whole one is exact."""
YEARS = range(1970, 3000)
"""When a log may take place."""


def _falling(rates: list[float]) -> list[float]:
    for first, second in pairwise(rates):
        if second > first:
            raise ValueError(f"a lower slot has a higher click rate: {second:g} follows {first:g}")
    return rates


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"unknown time zone {name!r}, such as UTC or Asia/Shanghai")
    return name


def _within(year: int, text: str) -> None:
    if year not in YEARS:
        raise ValueError(f"found {text[:60]!r}; expected a year from {YEARS[0]} to {YEARS[-1]}")


def _moment(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"found {text[:60]!r}; expected a date or time such as 2026-10-20T08:00") from None
    _within(moment.year, text)
    return text


def _share_or_day(value: object) -> object:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
            expected = "a share such as 0.5, or a date such as 2026-10-20"
            raise ValueError(f"found {value[:60]!r}; expected {expected}")
        day = date.fromisoformat(value)
        _within(day.year, value)
        return day
    return value


Amount = Annotated[float, Field(ge=0, le=MOST)]
"""An amount of money."""
Moment = Annotated[str, Field(max_length=40), AfterValidator(_moment)]
"""A date or local time, ISO 8601."""
Rates = Annotated[
    list[Annotated[float, Field(gt=0, le=1)]], Field(min_length=1, max_length=50), AfterValidator(_falling)
]
Border = Annotated[Annotated[float, Field(gt=0, lt=1)] | date, BeforeValidator(_share_or_day)]
"""A share of the auctions, or the last day of a part."""


class CompetitorsSpec(Spec):
    """Who bids against us in GSP and VCG auctions."""

    source: Literal["log", "fitted"] = "log"
    """log: the log's table of competing bids; fitted: bidders drawn so that the highest of them has the
    log's market prices."""
    bidders: Annotated[int, Field(ge=1, le=1000)] = 4
    """With fitted: number of competitors in an auction."""
    react: bool = False
    """Whether competitors change their bids as they spend their own budgets."""
    budgets: Amount | list[Amount] | None = None
    """With react: budget of each competitor for an episode, money; a list names them one by one, in the
    order of the log's numbers. Left out: what they spent in the log, for an episode on average."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.react and self.budgets is not None:
            raise ValueError("competitors have budgets; expected them with react: true only")
        if self.react and self.source == "fitted" and self.budgets is None:
            raise ValueError("fitted competitors have spent nothing yet; expected budgets with react: true")
        if "bidders" in self.model_fields_set and self.source == "log":
            raise ValueError("competitors have bidders; expected them with source: fitted only")
        return self

    @property
    def each(self) -> tuple[float, ...]:
        """The budgets; one stands for all."""
        if self.budgets is None:
            return ()
        return tuple(self.budgets) if isinstance(self.budgets, list) else (self.budgets,)


def _source(value: object) -> object:
    return {"source": value} if isinstance(value, str) else value


class AuctionSpec(Spec):
    """The rules of the auction."""

    payment: Payment = Payment.SECOND_PRICE
    """What the winner pays: second_price, first_price, gsp or vcg."""
    win_on_tie: bool = True
    """Whether a bid equal to the market price wins."""
    pricing: Pricing = Pricing.IMPRESSION
    """When it is paid: for each impression, or for each click."""
    reserve: Amount = 0
    """Lowest bid that can win, money; the log's own floor counts too."""
    slots: Rates = Field(default_factory=lambda: [1.0])
    """Click rate of each slot relative to the first, falling, unitless."""
    squashing: Annotated[float, Field(ge=0, le=10)] = 1.0
    """Exponent on the quality in rank = bid x quality^squashing, unitless; 0 ranks by the bid alone."""
    competitors: Annotated[CompetitorsSpec, BeforeValidator(_source)] = CompetitorsSpec()
    """Who bids against us in GSP and VCG: log, fitted, or more about them."""


class BidsSpec(Spec):
    """What a bid may be."""

    integer: bool = True
    """Whether bids are cut to whole units of the log before they are compared."""
    max: Amount | None = None
    """Highest bid, money; left out: none."""


class EpisodesSpec(Spec):
    """How a campaign's auctions are cut into episodes, each with a budget of its own."""

    auctions: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """Auctions in each episode."""
    period: Literal["day", "campaign"] | None = None
    """In place of auctions: day for calendar days, campaign for one episode."""
    days: Annotated[int, Field(ge=1, le=3660)] = 1
    """With period day: calendar days in each episode."""
    budget: Amount
    """Budget of a full episode, money; 0 buys nothing."""
    last: LastEpisode = LastEpisode.KEEP
    """A last episode with fewer auctions keeps the whole budget, is dropped, or has it prorated."""
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """IANA name of the time zone of days and dates, such as Asia/Shanghai."""
    start: Moment | None = None
    """With period campaign: when it begins (by default with the log's first auction)."""
    end: Moment | None = None
    """With period campaign: when it ends, a date included whole (by default with the last auction)."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.auctions is not None and self.period is not None:
            raise ValueError("episodes has both auctions and period; expected one of them")
        if "days" in self.model_fields_set and self.period != "day":
            raise ValueError("episodes has days; expected them with period: day only")
        timed = [name for name in ("start", "end") if getattr(self, name) is not None]
        if timed and (self.auctions is not None or self.period == "day"):
            raise ValueError(f"episodes has {timed[0]}; expected it with period: campaign only")
        first, last = self.moments
        if first is not None and last is not None and first >= last:
            raise ValueError("episodes end before they begin; expected start before end")
        return self

    @property
    def moments(self) -> tuple[int | None, int | None]:
        """Begin and end of the campaign, microseconds UTC; None where not given."""
        return self._micros(self.start, 0), self._micros(self.end, 1)

    def _micros(self, text: str | None, days: int) -> int | None:
        if text is None:
            return None
        moment = datetime.fromisoformat(text)
        if len(text) == len("2026-10-20"):
            return day_start(moment.date(), self.time_zone, days)
        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(self.time_zone))
        return micros(local)


class TickSpec(Spec):
    """How often a strategy looks at its results."""

    auctions: Annotated[int, Field(ge=1, le=10**12)] | None = None
    """Auctions of the campaign between two looks."""
    minutes: Annotated[float, Field(gt=0, le=527_040)] | None = None
    """Minutes between two looks."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.auctions is None) == (self.minutes is None):
            which = "neither auctions nor" if self.auctions is None else "both auctions and"
            raise ValueError(f"tick has {which} minutes; expected one of them")
        return self


class FrequencyCapSpec(Spec):
    """How often a user may see us."""

    per_day: Annotated[int, Field(ge=1, le=10_000)]
    """Most impressions for one user on one calendar day of the episodes' time zone."""


class RetargetingSpec(Spec):
    """Who may see us."""

    window_days: Annotated[float, Field(gt=0, le=3660)]
    """A user may be shown only within so many days of a visit."""


class SplitSpec(Spec):
    """The log in parts, one behind the other: tune on the first ones, face the last one."""

    train: Border
    """Share of the auctions, or the last day (included), of the part that strategies learn from."""
    validation: Border | None = None
    """The same for the part that decides between the best few on train; left out: train decides."""
    test: Border | None = None
    """The same for the part that is reported; left out: all the rest."""
    measure: Literal["impressions", "clicks", "conversions", "value", "worth"] | None = None
    """What parameters are tuned for; by default worth (what was expected of the objective) where the
    log can tell it, else the objective itself."""
    keep: Annotated[int, Field(ge=1, le=1000)] = 5
    """How many of the best on train are tried on validation."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        borders = [b for b in (self.train, self.validation, self.test) if b is not None]
        if len({isinstance(b, date) for b in borders}) > 1:
            raise ValueError("split mixes shares and dates; expected one kind")
        if isinstance(borders[0], date):
            if any(not first < second for first, second in pairwise(borders)):  # type: ignore[operator]
                raise ValueError("the parts' last days do not rise; expected train first, test last")
        elif (total := sum(map(float, borders))) > 1 + 1e-9:  # type: ignore[arg-type]
            raise ValueError(f"the shares add up to {total:g}; expected at most 1")
        elif self.test is None and total > 1 - 1e-9:
            raise ValueError("the shares leave nothing for test")
        return self


class CompareSpec(Spec):
    """How strategies are compared."""

    to: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """By default the best setting is compared with the best one of each other strategy, for every budget
    and rule that is swept. The name of a strategy: the best setting of each other one is also compared
    with the best one of this strategy. all: the best settings are compared pair by pair."""
    measure: Literal["impressions", "clicks", "conversions", "cost", "value", "worth"] | None = None
    """What is compared, for an episode; by default clicks, conversions or value after the objective."""
    bootstrap: Annotated[int, Field(ge=100, le=100_000)] = 2000
    """Number of resampled sets of episodes behind the intervals."""
    level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Probability of the intervals, unitless."""


class SweepSpec(Spec):
    """How many of the combinations of swept fields are run."""

    mode: Literal["grid", "sample"] = "grid"
    """grid: every combination; sample: some of them, drawn with the seed."""
    draws: Annotated[int, Field(ge=1, le=100_000)] | None = None
    """With sample: combinations drawn for each strategy."""

    @model_validator(mode="after")
    def _drawn(self) -> Self:
        if (self.mode == "sample") != (self.draws is not None):
            raise ValueError("sweep has draws without mode: sample, or the mode without draws; expected both")
        return self


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware time."""
    passed = moment - datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def day_start(day: date, time_zone: str, days: int = 0) -> int:
    """When a local day (or the one ``days`` later) begins, microseconds UTC."""
    zone = ZoneInfo(time_zone)
    later = date.fromordinal(day.toordinal() + days)
    return micros(datetime(later.year, later.month, later.day, tzinfo=zone))


def local_time(ts: int, time_zone: str) -> str:
    """A moment in microseconds UTC as local time, to the second.

    >>> local_time(1_792_454_400_000_000, "Asia/Shanghai")
    '2026-10-20T08:00:00+08:00'
    """
    moment = datetime.fromtimestamp(ts // 1_000_000, ZoneInfo(time_zone))
    return moment.isoformat(timespec="seconds")
