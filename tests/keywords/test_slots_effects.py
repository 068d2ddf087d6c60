"""Effects by hour: known limits, and when a curve beats a flat week on clicks that it has not seen."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bidder.keywords.data import HourTable
from bidder.keywords.slots.effects import hour_effects
from bidder.keywords.spec_slots import SlotSpec

ALWAYS = SlotSpec(least_clicks=0)
HOUR, DAY = np.arange(168) % 24, np.arange(168) // 24


def table(clicks, conversions, raw=None):
    names = tuple(f"c{k}" for k in range(len(clicks)))
    raw = np.rint(clicks).astype(np.int64) if raw is None else raw
    clicks = np.asarray(clicks, dtype=np.float64)
    conversions = np.asarray(conversions, dtype=np.float64)
    return HourTable(names, clicks, conversions, clicks, conversions * 80, raw, np.arange(24))


class Market:
    """Campaigns whose clicks are worth different amounts by hour and weekday, each in its own way."""

    def __init__(self, seed, campaigns, clicks):
        rng = np.random.default_rng(seed)
        traffic = 1 + 0.7 * np.sin((HOUR - 9) / 24 * 2 * np.pi)
        self.traffic = np.tile(traffic / traffic.mean() * clicks / 168, (campaigns, 1))
        phase, second = rng.uniform(0, 2 * np.pi, (2, campaigns, 1))
        turn = HOUR / 24 * 2 * np.pi
        curve = 0.25 * np.sin(turn + phase) + 0.12 * np.sin(2 * turn + second)
        effect = np.exp(curve + 0.1 * rng.standard_normal((campaigns, 7))[:, DAY])
        self.mean = 0.03
        self.rate = self.mean * effect / self._average(effect)
        clicks_seen = rng.poisson(self.traffic)
        self.hours = table(clicks_seen, rng.binomial(clicks_seen, self.rate))

    def _average(self, x):
        return (x * self.traffic).sum(axis=1, keepdims=True) / self.traffic.sum(axis=1, keepdims=True)

    def loss(self, effect):
        """Expected log loss of a new click, each campaign's average rate being known."""
        told = np.clip(self.mean * effect / self._average(effect), 1e-9, 1 - 1e-9)
        each = -(self.rate * np.log(told) + (1 - self.rate) * np.log(1 - told))
        return self._average(each)[:, 0]


def gains(clicks, campaigns, repeats):
    """What the curve gains over a flat week, and what the truth would; per campaign."""
    found, most = [], []
    for seed in range(repeats):
        market = Market((seed, clicks), campaigns, clicks)
        flat = market.loss(np.ones((campaigns, 168)))
        found.append(flat - market.loss(hour_effects(market.hours, ALWAYS)[0]))
        most.append(flat - market.loss(market.rate))
    return np.concatenate(found), np.concatenate(most)


@pytest.mark.parametrize("campaigns", [1, 10])
def test_below_2000_clicks_a_curve_is_no_better_than_flat_and_well_above_it_is(campaigns):
    repeats = 150 // campaigns
    for clicks in (250, 500, 1000):
        gain, most = gains(clicks, campaigns, repeats)
        assert gain.mean() < 0.05 * most.mean(), clicks
        assert gain.mean() > -0.15 * most.mean(), clicks  # nor is it much worse
    share = []
    for clicks in (4000, 8000, 32000):
        gain, most = gains(clicks, campaigns, repeats)
        error = gain.std() / len(gain) ** 0.5
        assert gain.mean() > 4 * error, clicks
        share.append(gain.mean() / most.mean())
    assert share == sorted(share) and share[0] > 0.04 and share[-1] > 0.5


def test_with_plenty_of_data_effects_are_the_truth():
    market = Market(5, 3, 20_000_000)
    effect, flat = hour_effects(market.hours, SlotSpec())
    assert flat == {}
    assert np.abs(effect - market.rate / market.mean).max() < 0.05


def test_without_differences_there_is_no_curve():
    rng = np.random.default_rng(2)
    clicks = rng.poisson(200, (20, 168))
    effect, _ = hour_effects(table(clicks, rng.binomial(clicks, 0.03)), SlotSpec())
    assert np.abs(effect - 1).max() < 0.05


def test_a_small_campaign_leans_on_the_account():
    rng = np.random.default_rng(4)
    curve = np.where(HOUR < 12, 0.6, 1.4)
    clicks = np.concatenate([np.full((1, 168), 15), np.full((9, 168), 3000)])
    conversions = np.concatenate([np.full((1, 168), 15 * 0.03), rng.binomial(clicks[1:], 0.03 * curve)])
    effect, _ = hour_effects(table(clicks, conversions), ALWAYS)
    assert abs(effect[0, HOUR >= 12].mean() - 1.4) < 0.2  # its own counts say 1.0


def test_small_and_barren_campaigns_are_flat_and_say_why():
    rng = np.random.default_rng(1)
    clicks = rng.poisson(100, (3, 168))
    raw = np.stack([np.full(168, 11), np.full(168, 100), np.full(168, 100)])
    conversions = rng.binomial(clicks, 0.05) * np.array([[1], [0], [1]])
    effect, flat = hour_effects(table(clicks, conversions, raw), SlotSpec())
    assert (effect[:2] == 1).all() and not (effect[2] == 1).all()
    assert flat == {
        "c0": "1,848 clicks: below 2,000 a curve by hour is no better than a flat week",
        "c1": "no conversion in 16,800 clicks",
    }


@given(st.integers(0, 2**32 - 1), st.integers(1, 4))
def test_effects_are_positive_and_average_to_one(seed, campaigns):
    rng = np.random.default_rng(seed)
    scale = rng.choice([0, 0.01, 1, 1000], (campaigns, 168))
    clicks = rng.poisson(10, (campaigns, 168)) * scale
    conversions = rng.poisson(clicks * rng.choice([0, 0.02, 0.5, 2]))
    hours = table(clicks, conversions)
    effect, _ = hour_effects(hours, ALWAYS)
    assert np.isfinite(effect).all() and (effect > 0).all()
    total = hours.clicks.sum(axis=1)
    mean = (hours.clicks * effect).sum(axis=1)
    assert np.allclose(mean[total > 0], total[total > 0])
