"""How the figures of a replay are written: units of money, digits, and names of figures and fields."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

from bidder.auctions import metrics
from bidder.auctions.result import ExperimentResult
from bidder.auctions.rules import Pricing
from bidder.reports.labels import Labels
from bidder.reports.numbers import NOTHING, Numbers

Swept = tuple[tuple[str, object], ...]
_PRICES = ("cpm", "cpc", "cpa", "cost", "budget", "bid", "bid_mille", "market_price", "market_price_mille")
_NO_CURRENCY = "XXX"


@dataclass(frozen=True)
class ReplayUnits:
    """A result and the words it is told in."""

    result: ExperimentResult
    labels: Labels

    @cached_property
    def numbers(self) -> Numbers:
        """Formats of the language."""
        return Numbers(self.labels.lang, self.result.info.currency or _NO_CURRENCY)

    @cached_property
    def in_currency(self) -> bool:
        """Whether money is shown in currency units."""
        return self.result.in_currency and self.result.info.per_currency is not None

    @cached_property
    def by_click(self) -> bool:
        """Whether bids and prices are for a click."""
        return self.result.rules.pricing is Pricing.CLICK

    @cached_property
    def by_mille(self) -> bool:
        """Whether bids and market prices, which are tiny for one impression, are shown for 1,000."""
        return self.in_currency and not self.by_click and self.result.info.price_for == 1

    @cached_property
    def currency_word(self) -> str:
        """Name of the currency unit."""
        currency = self.result.info.currency
        if currency is None:
            return self.labels("rp_currency_unit")
        return "元" if self.labels.lang == "zh" and currency == "CNY" else currency

    @cached_property
    def money_word(self) -> str:
        """The unit that money is shown in."""
        unit = self.result.info.unit
        if not self.in_currency and self.labels.has(f"rp_unit_{unit}"):
            return self.labels(f"rp_unit_{unit}")
        return self.currency_word if self.in_currency else unit if len(unit) <= 24 else f"{unit[:23]}…"

    # Amounts as they are shown

    def paid(self, cost: float) -> float:
        """A cost as it is shown."""
        shown = metrics.money_amount(cost, self.result.info) if self.in_currency else cost
        return math.nan if shown is None else float(shown)

    def price(self, price: float) -> float:
        """A cost per click, mille or conversion as it is shown."""
        shown = metrics.unit_amount(price, self.result.info) if self.in_currency else price
        return math.nan if shown is None else float(shown)

    def bid(self, bid: float) -> float:
        """A bid or a market price as it is shown: of 1,000 impressions where one is :attr:`by_mille`."""
        return self.price(bid) * (1000 if self.by_mille else 1)

    def bid_title(self, name: str) -> str:
        """Title of bids or market prices."""
        return self.title(f"{name}_mille" if self.by_mille else name)

    def scaled(self, name: str, value: float) -> float:
        """A sum of one of COUNTED as it is shown."""
        if name == "cost":
            return self.paid(value)
        if name == "worth":
            return metrics.worth_units(value)
        return metrics.value_amount(value) if name == "value" else float(value)

    def is_money(self, name: str) -> bool:
        """Whether one of COUNTED is currency units when it is shown."""
        if name == "worth":
            return self.result.objective == "value"
        return name == "value" or (name == "cost" and self.in_currency)

    # Figures as text

    def amount(self, value: float, name: str = "") -> str:
        """A shown figure: money with its digits, counts whole, small numbers with three digits."""
        if not math.isfinite(value):
            return NOTHING
        value = round(value, 9)  # 61.99999999999999 impressions of an interval are 62
        if value == 0:
            return "0"
        if abs(value) < 1:
            return self.numbers.ratio(value) if abs(value) >= 0.1 else f"{value:.3g}"
        if self.is_money(name):
            return self.numbers.short_money(value)
        return self.numbers.count(value)

    def difference(self, value: float, name: str) -> str:
        """A difference, with its sign."""
        text = self.amount(value, name)
        return f"+{text}" if math.isfinite(value) and value > 0 else text.replace("-", "−")

    def price_text(self, price: float) -> str:
        """A price or rate of cost with digits in keeping with its size."""
        if not math.isfinite(price):
            return NOTHING
        return f"{price:,.0f}" if abs(price) >= 10_000 else self.numbers.ratio(price) if price else "0"

    def bid_text(self, bid: int) -> str:
        """A limit on bids with its unit, without digits that only say zero."""
        shown = self.bid(bid)
        text = f"{shown:,.0f}" if float(f"{shown:.9g}").is_integer() else self.price_text(shown)
        text = self.with_unit(text, self.money_word)
        return self.labels("rp_for_mille", price=text) if self.by_mille else text

    def name_of(self, name: str) -> str:
        """One of COUNTED or of the metrics in words, without its unit."""
        key = f"rp_worth_{self.result.objective}" if name == "worth" else f"rp_{name}"
        return self.labels(key)

    def title(self, name: str) -> str:
        """One of COUNTED or of the metrics in words, with its unit where it is money."""
        unit = ""
        if name in _PRICES:
            unit = self.money_word
        elif self.is_money(name):
            unit = self.currency_word
        return self.labels("currency_axis", name=self.name_of(name), currency=unit) if unit else (
            self.name_of(name)
        )

    def with_unit(self, amount: str, unit: str) -> str:
        """An amount with its unit in running text."""
        code = self.result.info.currency
        return self.numbers.with_unit(amount) if code and unit == self.currency_word else f"{amount} {unit}"

    def measure_text(self, name: str, raw: float) -> str:
        """A sum of one of COUNTED with its unit in running text."""
        text = self.amount(self.scaled(name, raw), name)
        if name == "cost":
            return self.with_unit(text, self.money_word)
        return self.with_unit(text, self.currency_word) if self.is_money(name) else text

    def counted(self, name: str, raw: float) -> str:
        """A sum of one of COUNTED with what is counted: ``519 clicks``."""
        key = f"rp_n_worth_{self.result.objective}" if name == "worth" else f"rp_n_{name}"
        return self.labels(key, n=self.measure_text(name, raw))

    def budget_amount(self, budget: float) -> str:
        """A budget without digits that only say zero."""
        text = self.amount(self.paid(budget), "cost")
        whole = text.rpartition(".")
        return whole[0] if whole[1] and not whole[2].strip("0") else text

    def budget_text(self, budget: float) -> str:
        """A budget with its unit in running text."""
        return self.with_unit(self.budget_amount(budget), self.money_word)

    @property
    def daily(self) -> bool:
        """Whether an episode is a day."""
        return self.result.episodes.days == 1

    def spoken(self, key: str, **values: object) -> str:
        """A label that speaks of episodes, in the words for days where each is one."""
        daily = f"{key}_day"
        return self.labels(daily if self.daily and self.labels.has(daily) else key, **values)

    def at_budget(self, budget: float) -> str:
        """With which budget, as part of a sentence."""
        return self.spoken("rp_at_budget", budget=self.budget_text(budget))

    def joined(self, *sentences: str) -> str:
        """Sentences one behind the other; English sets a space between them."""
        return ("" if self.labels.lang == "zh" else " ").join(filter(None, sentences))

    def listed(self, names: list[str], most: int = 5) -> str:
        """Names in a sentence, the ones beyond ``most`` counted."""
        comma = self.labels("list_comma")
        if len(names) > most + 1:
            return comma.join(names[:most]) + self.labels("rp_and_more", n=f"{len(names) - most:,}")
        if len(names) < 2:
            return "".join(names)
        return self.labels("rp_and", first=comma.join(names[:-1]), last=names[-1])

    # Swept fields

    def field(self, path: str) -> str:
        """A swept field in words, where it is a common one."""
        key = f"rp_field_{path}"
        return self.labels(key) if self.labels.has(key) else path

    def value_text(self, value: object, path: str = "") -> str:
        """The value of a swept field."""
        if isinstance(value, str) and self.labels.has(f"rp_{path}_{value}"):
            return self.labels(f"rp_{path}_{value}")
        if isinstance(value, bool):
            return self.labels("yes" if value else "no")
        if isinstance(value, (int, float)):
            return f"{value:,.6g}" if abs(value) < 1e15 else f"{value:.6g}"
        return str(value)

    def swept_text(self, swept: Swept, joint: str = "") -> str:
        """Swept fields and their values, separated by commas, or by ``joint`` where commas would mislead."""
        named = [(self.field(path), self.value_text(value, path)) for path, value in swept]
        return (joint or self.labels("list_comma")).join(
            f"{name[:1].lower() + name[1:] if name[1:2].islower() else name} = {value}"
            for name, value in named
        )

    def qualified(self, name: str, more: list[str]) -> str:
        """A name with what tells it from others of that name in brackets."""
        told = self.labels("list_comma").join(filter(None, more))
        return self.labels("rp_in_brackets", name=name, more=told) if told else name
