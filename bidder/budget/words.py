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
    step, phrase = _STEPS[unit]
    in_money = spec.objective.minimize is not None or _GAINS[Metric(spec.objective.maximize)][1]
    if unit is Unit.MONEY and not in_money:
        # One currency unit brings a hundredth of a customer: nobody thinks in those.
        step, phrase = 1000.0, "1,000 more {currency}"
    worth = abs(price) * step
    dated = f" on {when}" if when else ""
    what = f"{phrase.format(currency=spec.currency)} of {name}{dated}"
    if spec.objective.minimize is not None:
        verb = "saves" if price < 0 else "costs"
        return f"{what} {verb} {worth:,.2f} {spec.currency} of spend"
    gain, money = _GAINS[Metric(spec.objective.maximize)]
    amount = f"{worth:,.2f}" if (money and worth >= 0.01) or worth >= 100 else f"{worth:.3g}"
    verb = "earns" if price > 0 else "costs"
    return f"{what} {verb} {amount} {gain.format(currency=spec.currency)}"
