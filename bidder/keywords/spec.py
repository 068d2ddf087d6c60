"""Exactly what the YAML of a nightly bid job may say.

:class:`BidsSpec` is the root. Money is in units of the account's currency; dates and hours are those of
the account's time zone.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bidder.keywords.spec_bidding import (
    AlphaSpec,
    ClassRule,
    DailyBudget,
    Exploration,
    PositionTarget,
    QualityPolicy,
    Target,
    ValueSpec,
)
from bidder.keywords.spec_guardrails import Guardrails
from bidder.keywords.spec_reports import DataRules, ReportSource
from bidder.keywords.spec_slots import SlotSpec
from bidder.keywords.spec_terms import TermSpec
from bidder.quantities import Spec

Name = Annotated[str, Field(min_length=1, max_length=200)]


class Account(Spec):
    """The advertising account."""

    name: Name
    """Name of the account; runs and locks are by account."""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
    """ISO 4217 code, such as CNY."""
    time_zone: str
    """Time zone of the account's days and hours, such as Asia/Shanghai."""
    platform: Literal["google_ads", "microsoft_ads", "amazon_ads", "zhitongche", "pinduoduo", "generic"]
    """Whose rules and sheets to keep to: bid units, ranges, ad schedules."""

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        from bidder.calendar import known_zone

        return known_zone(name)


class ExportSpec(Spec):
    """Where change sheets go."""

    folder: str = "exports"
    """Folder of the sheets to upload, seen from the config; each run has one of its own in it."""


class BidsSpec(Spec):
    """A nightly bid job."""

    name: Name
    """Name of the job."""
    account: Account
    """The account whose bids are set."""
    reports: Annotated[list[ReportSource], Field(min_length=1, max_length=1000)]
    """Reports to read: keywords, and when there are any hours, devices, search terms, lags, landscapes."""
    target: Target
    """What to bid for."""
    budget: DailyBudget = DailyBudget()
    """What a day may cost; with target.plan the plan's budget of the day, when this says nothing."""
    value: ValueSpec = ValueSpec()
    """How the value of a click is estimated."""
    classes: Annotated[list[ClassRule], Field(max_length=50)] = Field(default=[])
    """Keyword classes: the first rule that fits a keyword names its class; others are "other"."""
    quality: QualityPolicy = QualityPolicy()
    """How quality scores move bids."""
    alpha: AlphaSpec = AlphaSpec()
    """How the account-wide multiplier is found."""
    exploration: Exploration = Exploration()
    """Trying keywords of which little is known."""
    positions: Annotated[list[PositionTarget], Field(max_length=50)] = Field(default=[])
    """Impression-share targets, for brand terms for instance."""
    slots: SlotSpec = SlotSpec()
    """Modifiers by hour of the week and by device."""
    guardrails: Guardrails
    """What a night may never do."""
    data: DataRules = DataRules()
    """When a report counts as complete."""
    terms: TermSpec = TermSpec()
    """Suggestions from search terms, and words that advertising law forbids."""
    export: ExportSpec = ExportSpec()
    """Change sheets."""
    ledger: Annotated[str, Field(min_length=1, max_length=2000)] = "sqlite:///ledger.db"
    """SQLAlchemy URL of the ledger: sqlite:///FILE, seen from the config, or postgresql://HOST/NAME.
    Passwords belong into PGPASSWORD or ~/.pgpass, not here."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Of the draws of exploration."""
    holidays: Annotated[list[date], Field(max_length=1000)] = Field(default=[])
    """Dates that count as Sundays for the hours of the week."""

    @model_validator(mode="after")
    def _classes_known(self) -> BidsSpec:
        known = {rule.name for rule in self.classes} | {"other"}
        asked = {*self.guardrails.classes, *(p.keyword_class for p in self.positions)}
        if unknown := sorted(asked - known):
            named = ", ".join(sorted(known))
            raise ValueError(f"no class rule names {', '.join(unknown)}; classes are {named}")
        return self
