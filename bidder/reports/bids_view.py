"""A night as a report reads it: expected spend of every keyword, who moves most, and words for everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bidder.keywords.data import MatchType
from bidder.keywords.guardrails.bound import Bound
from bidder.keywords.result import Proposal, Reason
from bidder.money import MICROS
from bidder.reports.bids_data import BidsPage
from bidder.reports.labels import Labels
from bidder.reports.numbers import NOTHING, Numbers

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
NAME = 60
"""Most characters of a name in a sentence."""
MINUS = "−"


@dataclass(frozen=True)
class BidsView:
    """A night with what its sections share; arrays have shape (J,) and money is in currency units."""

    proposal: Proposal
    page: BidsPage
    labels: Labels
    numbers: Numbers

    # Keywords

    @cached_property
    def old(self) -> Floats:
        """Reference bids, NaN where unknown."""
        return _units(self.proposal.bids.old)

    @cached_property
    def new(self) -> Floats:
        """Proposed bids, NaN where unknown."""
        return _units(self.proposal.bids.new)

    @cached_property
    def change(self) -> Floats:
        """New over old bid, less 1; 0 where one of them is unknown or nothing changes."""
        known = (self.proposal.bids.old > 0) & (self.proposal.bids.new > 0)
        return np.where(known, self.new / np.where(known, self.old, 1.0) - 1.0, 0.0)

    @property
    def spend_before(self) -> Floats:
        """Expected spend of the day by keyword."""
        return self.proposal.effect.keyword_spend_before

    @property
    def spend_after(self) -> Floats:
        """The same at the proposed bids."""
        return self.proposal.effect.keyword_spend

    @cached_property
    def raised(self) -> int:
        """How many bids rise."""
        return int((self.proposal.bids.new > self.proposal.bids.old).sum())

    @cached_property
    def cut(self) -> int:
        """How many bids fall."""
        return int((self.proposal.bids.new < self.proposal.bids.old).sum())

    @cached_property
    def movers(self) -> Rows:
        """Changed keywords, those first that move most spend; then those with most clicks."""
        changed = np.flatnonzero(self.proposal.bids.changed)
        effect = np.abs(self.spend_after - self.spend_before)[changed]
        clicks = self.proposal.night.keywords.clicks[changed]
        return changed[np.lexsort((changed, -clicks, -effect))]

    @cached_property
    def bound_counts(self) -> dict[Bound, int]:
        """How many bids each guardrail moved or kept."""
        counts = np.bincount(self.proposal.bids.bound_by, minlength=len(Bound))
        return {b: int(counts[b]) for b in Bound if b and counts[b]}

    @cached_property
    def campaign_spend(self) -> tuple[Floats, Floats]:
        """Expected spend by campaign before and after, shape (C,) each."""
        table = self.proposal.night.keywords
        count = len(table.campaigns)
        before = np.bincount(table.campaign, self.spend_before, count)
        after = np.bincount(table.campaign, self.spend_after, count)
        return before.astype(np.float64), after.astype(np.float64)

    # Target

    @cached_property
    def target_kind(self) -> str:
        """What the target is: roas, cpa, marginal, or "" in an account without keywords."""
        if self.page.target_kind:
            return self.page.target_kind
        if not len(self.proposal.night.keywords):
            return ""
        return "cpa" if bool(np.all(self.proposal.value.order_value == 1.0)) else "roas"

    @property
    def target_text(self) -> str:
        """The target with its name."""
        target = self.proposal.target
        if self.target_kind == "cpa":
            return self.labels("bd_target_cpa", target=self.numbers.sum(1 / target))
        return self.labels(f"bd_target_{self.target_kind or 'roas'}", target=self.numbers.ratio(target))

    def worth(self, keyword: int) -> str:
        """Value of a click, in money or in conversions."""
        value = float(self.proposal.value.value[keyword])
        if self.target_kind == "cpa":
            return self.labels("bd_conversions_each", n=f"{value:.3f}")
        return self.numbers.ratio(value)

    # Words

    @property
    def currency_word(self) -> str:
        """The currency as an axis or sentence names it."""
        currency = self.page.currency
        return "元" if self.labels.lang == "zh" and currency == "CNY" else currency

    def with_currency(self, key: str) -> str:
        """A label with the currency behind it."""
        return self.labels("currency_axis", name=self.labels(key), currency=self.currency_word)

    def money(self, amount: float) -> str:
        """Money beside a headline, which names the currency."""
        if self.labels.lang == "zh" and abs(amount) >= 1e5:
            return self.numbers.headline(amount)
        return self.numbers.short_money(amount)

    def bid(self, amount: float) -> str:
        """A bid without its currency; a dash where unknown."""
        return self.numbers.money(amount)

    def signed(self, fraction: float, digits: int = 0) -> str:
        """A change in percent with its sign."""
        text = self.numbers.percent(fraction, digits)
        if not math.isfinite(fraction) or text.strip("-0.%") == "":
            return text.lstrip("-")
        return f"+{text}" if fraction > 0 else text.replace("-", MINUS)

    def signed_money(self, amount: float) -> str:
        """A change of money with its sign."""
        text = self.numbers.money(amount)
        return f"+{text}" if amount > 0 and text.strip("0.") else text.replace("-", MINUS)

    def bound_text(self, bound: int) -> str:
        """What a guardrail did to a bid; empty without one."""
        return self.labels(f"bd_bound_{Bound(bound).name.lower()}") if bound else ""

    def reason_text(self, reason: int) -> str:
        """Why a bid is what was wanted."""
        return self.labels(f"bd_reason_{Reason(reason).name.lower()}")

    def match_text(self, match: int) -> str:
        """A match type; a dash where a platform has none."""
        return self.labels(f"bd_match_{MatchType(match).name.lower()}") if match else NOTHING

    def place(self, keyword: int) -> str:
        """Campaign and ad group of a keyword."""
        table = self.proposal.night.keywords
        campaign = table.campaigns[table.campaign[keyword]]
        group = table.ad_groups[table.ad_group[keyword]]
        return f"{short(campaign)} / {short(group)}"

    def word(self, key: str, name: str) -> str:
        """The label ``key_name`` where there is one, else the name as it is."""
        whole = f"{key}_{name}"
        return self.labels(whole) if self.labels.has(whole) else name

    def many(self, key: str, count: float) -> str:
        """A count with its noun, which English has in two forms."""
        return self.labels(f"{key}_one" if count == 1 else key, n=self.numbers.count(count))

    def joined(self, *sentences: str) -> str:
        """Sentences one after another."""
        return ("" if self.labels.lang == "zh" else " ").join(filter(None, sentences))

    def listing(self, items: Sequence[str]) -> str:
        """Items as a list in a sentence."""
        if len(items) < 2:
            return "".join(items)
        return self.labels("list_comma").join(items[:-1]) + self.labels("list_and") + items[-1]


def _units(micros: NDArray[np.int64]) -> Floats:
    return np.where(micros >= 0, micros / MICROS, np.nan)


def short(text: str, most: int = NAME) -> str:
    """A name that is not longer than a sentence bears."""
    return text if len(text) <= most else text[: most - 1] + "…"
