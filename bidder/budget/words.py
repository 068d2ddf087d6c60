"""Prices in a planner's words."""

from __future__ import annotations

from bidder.budget.problem import Unit
from bidder.budget.spec import PlanSpec
from bidder.budget.spec_limits import Metric

_GAINS = {
    Metric.REVENUE: ("{currency} of revenue", True),
    Metric.PROFIT: ("{currency} of profit", True),
    Metric.LIFETIME_VALUE: ("{currency} of lifetime value", True),
    Metric.CONVERSIONS: ("conversions", False),
    Metric.NEW_CUSTOMERS: ("new customers", False),
}

# One unit of a share or a ROAS floor is far more than anyone moves: a step one would take.
_STEPS = {
    Unit.MONEY: (1.0, "one more {currency}"),
    Unit.SHARE: (0.01, "one more percentage point"),
    Unit.ROAS: (0.1, "a ROAS floor higher by 0.1"),
    Unit.CPA: (1.0, "a cap higher by one {currency}"),
    Unit.CONVERSIONS: (1.0, "one more conversion"),
    Unit.CUSTOMERS: (1.0, "one more new customer"),
    Unit.PERCENT: (1.0, "one more percent"),
    Unit.LOTS: (1.0, "one more lot"),
    Unit.IMPRESSIONS: (1000.0, "a thousand more impressions"),
}


def price_sentence(spec: PlanSpec, name: str, unit: Unit, price: float, when: str = "") -> str:
    """One sentence, such as "one more CNY of search spend max earns 4.10 CNY of revenue".

    Empty when the price is 0.
    """
    if price == 0.0:
        return ""
    metric = spec.objective.maximize
    gain, in_money = ("{currency} of spend", True) if metric is None else _GAINS[metric]
    step, phrase = _STEPS[unit]
    if unit is Unit.MONEY and not in_money:
        # One currency unit brings a hundredth of a customer: nobody thinks in those.
        step, phrase = 1000.0, "1,000 more {currency}"
    worth = abs(price) * step
    dated = f" on {when}" if when else ""
    what = f"{phrase.format(currency=spec.currency)} of {name}{dated}"
    amount = f"{worth:,.2f}" if (in_money and worth >= 0.01) or worth >= 100 else f"{worth:.3g}"
    up, down = ("costs", "saves") if metric is None else ("earns", "costs")
    return f"{what} {up if price > 0 else down} {amount} {gain.format(currency=spec.currency)}"
