"""What shrinkage is worth on ten accounts of which every rate is known, beside what people do instead."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm
from value_accounts import sparse_account

from bidder.keywords.spec_bidding import ValueSpec
from bidder.keywords.value.click_value import click_value

SEEDS = range(10)
TARGET_ROAS = 4.0
SCATTER = 0.8
"""Of the logarithm of competing prices of one keyword."""


def campaign_means(table):
    total = np.bincount(table.campaign, table.conversions)
    return (total / np.maximum(np.bincount(table.campaign, table.clicks), 1))[table.campaign]


def contenders(account):
    """Conversions per click, and value of a click, as each contender sees them."""
    table = account.table
    clicks, conversions = np.maximum(table.clicks, 1), np.maximum(table.conversions, 1)
    ours = click_value(table, account.keyword_class, ValueSpec())
    raw, mean = table.conversions / clicks, campaign_means(table)
    enough = table.conversions >= 5
    rule = np.where(enough, raw, mean)
    own_order = table.weighted_revenue / conversions
    revenue = np.bincount(table.campaign, table.weighted_revenue)
    order = (revenue / np.maximum(np.bincount(table.campaign, table.conversions), 1))[table.campaign]
    return {
        "shrunk": (ours.cvr, ours.value), "raw": (raw, raw * own_order), "campaign": (mean, mean * order),
        "rule of 5": (rule, rule * np.where(enough, own_order, order)),
    }  # fmt: skip


def log_loss(rate, clicks, conversions):
    """Mean over clicks; a rate of 0 or 1 is clipped as far as costs least with one such click in 10,000."""
    rate = np.clip(rate, 1e-4, 1 - 1e-4)
    loss = conversions * np.log(rate) + (clicks - conversions) * np.log1p(-rate)
    return -loss.sum() / clicks.sum()


class Market:
    """A second price for each search: the highest competing bid is log-normal around its keyword's price.

    With price ``log-normal(m, s)`` the share ``Phi((log bid - m) / s)`` of searches is won, and the payments
    for them come to ``exp(m + s**2 / 2) Phi((log bid - m - s**2) / s)`` a search: clicks are concave in
    cost. The more a keyword is worth the more it costs, half as much in logarithms; an average one costs
    somewhat more than the target allows to pay for it.
    """

    def __init__(self, account, seed):
        rng = np.random.default_rng([seed, 1])
        self.value, self.searches = account.cvr * account.order_value, account.volume * 3
        typical = self.searches @ self.value / self.searches.sum()
        price = 0.3 * typical * (self.value / typical) ** 0.5 * rng.lognormal(0, 0.5, len(self.value))
        self.middle = np.log(price)

    def outcome(self, bid):
        """Expected revenue and cost of all keywords."""
        with np.errstate(divide="ignore"):
            level = (np.log(bid) - self.middle) / SCATTER
        paid = np.exp(self.middle + SCATTER**2 / 2) * norm.cdf(level - SCATTER)
        return self.searches @ (norm.cdf(level) * self.value), self.searches @ paid

    def revenue_at_target(self, value):
        """Revenue of bids ``alpha x value / target``, with the highest alpha that meets the target exactly.

        Where values are wrong, ROAS may be low at the lowest alphas too: what is bought first is what is
        overvalued most.
        """

        def excess(log_alpha):
            revenue, cost = self.outcome(np.exp(log_alpha) * value / TARGET_ROAS)
            return np.log(revenue / cost / TARGET_ROAS)

        grid = np.linspace(-2, 6, 33)
        last = np.flatnonzero([excess(x) >= 0 for x in grid])[-1]
        alpha = np.exp(brentq(excess, grid[last], grid[last + 1], xtol=1e-13))
        revenue, cost = self.outcome(alpha * value / TARGET_ROAS)
        assert revenue / cost == pytest.approx(TARGET_ROAS, rel=1e-9)
        return revenue


@pytest.mark.parametrize("seed", SEEDS)
def test_shrinkage_beats_what_people_do_instead(seed):
    account = sparse_account(seed)
    rng = np.random.default_rng([seed, 2])
    clicks = rng.poisson(account.volume)
    conversions = rng.binomial(clicks, account.cvr)
    market = Market(account, seed)
    best = market.revenue_at_target(market.value)
    found = {
        name: (log_loss(rate, clicks, conversions), market.revenue_at_target(value) / best)
        for name, (rate, value) in contenders(account).items()
    }
    print(f"\nseed {seed}, {(account.table.conversions == 0).mean():.0%} without a conversion; "
          f"log loss of the truth {log_loss(account.cvr, clicks, conversions):.5f}")  # fmt: skip
    for name, (loss, share) in found.items():
        print(f"  {name:10} log loss {loss:.5f}, revenue at target ROAS {share:.1%} of the oracle's")
    loss, share = found.pop("shrunk")
    assert all(loss < other for other, _ in found.values())
    assert all(share > other for _, other in found.values())
    assert share >= 0.93
