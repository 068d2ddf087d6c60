"""What is computed from the counts of a replay: one definition of each figure, for tables and reports.

All functions take whole numbers as they were counted and return None where a figure has no meaning
(a price per click without clicks). Money is in the log's unit unless a name says otherwise; where the
log's prices stand for 1,000 impressions (``price_for``), amounts are divided by that, so that a cost
per click is what one click cost and not a thousand.
"""

from __future__ import annotations

from bidder.auctions.log import LogInfo
from bidder.auctions.result import Setting, SettingResult
from bidder.auctions.worth import BILLION, VALUE_UNIT

Figure = int | float | None


def ratio(above: int, below: int) -> float | None:
    """``above / below``, correctly rounded; None unless ``below`` is positive."""
    return above / below if below > 0 else None


def win_rate(impressions: int, auctions: int) -> float | None:
    """Impressions won per auction that came along, whether it was entered or not."""
    return ratio(impressions, auctions)


def ctr(clicks: int, impressions: int) -> float | None:
    """Click-through rate: clicks per impression."""
    return ratio(clicks, impressions)


def cvr(conversions: int, clicks: int) -> float | None:
    """Conversion rate: conversions per click."""
    return ratio(conversions, clicks)


def cpm(cost: int, impressions: int, price_for: int = 1) -> float | None:
    """Cost of 1,000 impressions, in the log's unit."""
    return ratio(cost * 1000, impressions * price_for)


def cpc(cost: int, clicks: int, price_for: int = 1) -> float | None:
    """Cost of a click, in the log's unit."""
    return ratio(cost, clicks * price_for)


def cpa(cost: int, conversions: int, price_for: int = 1) -> float | None:
    """Cost of a conversion, in the log's unit."""
    return ratio(cost, conversions * price_for)


def roas(value: int, cost: int, info: LogInfo) -> float | None:
    """Value of conversions per money spent; None where the log does not tell its currency unit."""
    if info.per_currency is None:
        return None
    return ratio(value * info.per_currency * info.price_for, cost * VALUE_UNIT)


def spent_share(cost: int, budget: int) -> float | None:
    """Cost as a share of all the budget there was."""
    return ratio(cost, budget)


def bound_share(worth: int, bound: int | None) -> float | None:
    """Expected worth reached, as a share of the most that could have been had in hindsight."""
    return None if bound is None else ratio(worth, bound)


def regret(worth: int, bound: int | None) -> float | None:
    """Share of the most that could have been had in hindsight which was missed (0 is best)."""
    return None if bound is None else ratio(bound - worth, bound)


def worth_units(worth: int | float) -> float:
    """Worth in clicks, conversions or currency units, from billionths."""
    return worth / BILLION


def value_amount(value: int | float) -> float:
    """Value of conversions in currency units, from millionths."""
    return value / VALUE_UNIT


def money_amount(cost: int | float, info: LogInfo) -> float | None:
    """Currency units actually paid for a cost in the log's unit; None where the log does not tell."""
    return None if info.per_currency is None else cost / (info.price_for * info.per_currency)


def unit_amount(price: int | float, info: LogInfo) -> float | None:
    """Currency units of one bid, price or :func:`cpm` in the log's unit, as it stands (a CPM stays one)."""
    return None if info.per_currency is None else price / info.per_currency


def whole_budget(result: SettingResult, setting: Setting) -> int:
    """Budgets of all episodes together, in the log's unit.

    Taken from ``result.extra["budget_total"]`` where the replay has noted it (episodes may have had
    less than ``setting.budget``), else the budget times the number of episodes.
    """
    noted = result.extra.get("budget_total")
    return int(noted) if noted is not None else setting.budget * len(result.episodes)


def metrics(result: SettingResult, setting: Setting, info: LogInfo) -> dict[str, Figure]:
    """Every computed figure of a setting by its name.

    Parameters
    ----------
    result : SettingResult
    setting : Setting
    info : LogInfo

    Returns
    -------
    dict
        ``win_rate``, ``ctr``, ``cvr``, ``spent_share``, ``bound_share``, ``regret`` and ``roas`` as
        fractions; ``cpm``, ``cpc``, ``cpa`` in the log's unit; ``budget_total`` whole; None where
        undefined.
    """
    count, size = result.total, info.price_for
    cost, worth, clicks = count("cost"), count("worth"), count("clicks")
    budget = whole_budget(result, setting)
    return {
        "win_rate": win_rate(count("impressions"), count("auctions")),
        "ctr": ctr(clicks, count("impressions")),
        "cvr": cvr(count("conversions"), clicks),
        "cpm": cpm(cost, count("impressions"), size),
        "cpc": cpc(cost, clicks, size),
        "cpa": cpa(cost, count("conversions"), size),
        "roas": roas(count("value"), cost, info),
        "budget_total": budget,
        "spent_share": spent_share(cost, budget),
        "bound_share": bound_share(worth, result.bound),
        "regret": regret(worth, result.bound),
    }
