"""The keywords of a search channel, with everything that is true of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from bidder.arrays import Codes, Floats, Ints
from bidder.money import MICROS, minor_per_unit
from bidder.worlds.hours import SLOTS, scaled
from bidder.worlds.random import KEYWORDS, POLICY, generator, unit_lognormal
from bidder.worlds.spec_channels import DisplayCampaign, KeywordClass, Search
from bidder.worlds.vocabulary import PRODUCTS, keyword_names

COMPONENTS = ("below_average", "average", "above_average")
"""Values of the components of a quality score."""
HIGHEST_RATE = 0.9


@dataclass(frozen=True)
class Keywords:
    """J keywords; class by class, in each the most popular first.

    Attributes
    ----------
    name, ad_group, match_type : tuple of str, length J
    campaigns : tuple of str
        One for each class.
    campaign : ndarray of int32, shape (J,)
    share : ndarray of float64, shape (J,)
        Share of the channel's auctions.
    ctr : ndarray of float64, shape (J,)
        True click probability in the first slot.
    cvr : ndarray of float64, shape (J, 168)
        True conversion probability of a click in each hour of the week at index 1.
    order_value, order_spread : ndarray of float64, shape (J,)
        Mean in currency units; standard deviation of the log between orders.
    quality : ndarray of int64, shape (J,)
        Quality score 1 to 10.
    expected_ctr, ad_relevance, landing_page : ndarray of int64, shape (J,)
        Places in COMPONENTS.
    max_cpc : ndarray of int64, shape (J,)
        Our bid in micros, whole minor units.
    """

    name: tuple[str, ...]
    ad_group: tuple[str, ...]
    match_type: tuple[str, ...]
    campaigns: tuple[str, ...]
    campaign: Codes
    share: Floats
    ctr: Floats
    cvr: Floats
    order_value: Floats
    order_spread: Floats
    quality: Ints
    expected_ctr: Ints
    ad_relevance: Ints
    landing_page: Ints
    max_cpc: Ints

    def __len__(self) -> int:
        return len(self.name)


def make_keywords(spec: Search, currency: str, seed: int, channel: int) -> Keywords:
    """Draw the keywords of a channel (number ``channel`` in its world)."""
    taken: set[str] = set()
    classes = [
        _make_class(kind, taken, generator(seed, KEYWORDS, channel, k))
        for k, kind in enumerate(spec.keywords)
    ]
    joined: dict[str, Any] = {name: np.concatenate([c[name] for c in classes]) for name in classes[0]}
    value = joined["order_value"] * joined["cvr"].mean(axis=1)
    error = np.exp(spec.ours.bid_error * generator(seed, POLICY, channel).standard_normal(len(value)))
    for name in ("name", "ad_group", "match_type"):
        joined[name] = tuple(map(str, joined[name]))
    joined["share"] /= joined["share"].sum()
    return Keywords(
        campaigns=tuple(k.campaign or k.kind for k in spec.keywords),
        campaign=np.repeat(np.arange(len(classes)), [k.count for k in spec.keywords]).astype(np.int32),
        max_cpc=whole_minor(value / spec.ours.roas * error, currency), **joined,
    )


def _make_class(spec: KeywordClass, taken: set[str], rng: np.random.Generator) -> dict[str, np.ndarray]:
    names = keyword_names(spec.kind, spec.count, spec.words or (), taken)
    popularity = np.arange(1, spec.count + 1) ** -spec.concentration
    clicked, bought, relevant = rng.standard_normal((3, spec.count))
    parts = [_component(z) for z in (clicked, relevant, bought)]
    types = list(spec.match_types)
    weights = np.array([spec.match_types[t] for t in types])
    chosen = rng.choice(len(types), spec.count, p=weights / weights.sum())
    return {
        "name": np.array(names, dtype=object),
        "ad_group": np.array([_ad_group(name, spec.kind) for name in names], dtype=object),
        "match_type": np.array(types, dtype=object)[chosen],
        "share": spec.traffic * popularity / popularity.sum(),
        "ctr": _rates(spec.ctr, spec.rate_spread, clicked),
        "cvr": np.minimum(
            _rates(spec.cvr, spec.rate_spread, bought)[:, None] * _slot_factors(spec, rng), HIGHEST_RATE
        ),
        "order_value": np.full(spec.count, spec.order_value.mean),
        "order_spread": np.full(spec.count, spec.order_value.spread),
        "quality": 1 + np.rint(3.5 * parts[0] / 2 + parts[1] + 3.5 * parts[2] / 2).astype(np.int64),
        "expected_ctr": parts[0], "ad_relevance": parts[1], "landing_page": parts[2],
    }


def _ad_group(name: str, kind: str) -> str:
    return next((product for product in PRODUCTS if product in name), kind)


def _rates(mean: float, spread: float, z: Floats) -> Floats:
    rates: Floats = np.minimum(mean * np.exp(spread * z - spread**2 / 2), HIGHEST_RATE)
    return rates


def _component(z: Floats) -> Ints:
    """Below average, average or above: the lowest 30%, the middle, the highest 30%."""
    return (z > -0.5244).astype(np.int64) + (z > 0.5244)


def _slot_factors(spec: KeywordClass, rng: np.random.Generator) -> Floats:
    """Relative CVR of every keyword in every hour of the week, mean 1 for each, shape (J, 168)."""
    factors = week_profile(spec) * unit_lognormal(rng, spec.slot_spread, (spec.count, SLOTS))
    means: Floats = factors / factors.mean(axis=1, keepdims=True)
    return means


def week_profile(spec: KeywordClass | DisplayCampaign) -> Floats:
    """Relative CVR in every hour of the week, mean 1, shape (168,)."""
    hours = scaled(spec.cvr_by_hour or [1.0] * 24)
    weekdays = scaled(spec.cvr_by_weekday or [1.0] * 7)
    out: Floats = np.outer(weekdays, hours).ravel()
    return out


def whole_minor(amount: Floats, currency: str) -> Ints:
    """Currency units to micros, in whole minor units and at least one of them, shape as ``amount``."""
    per_unit = minor_per_unit(currency)
    minor = np.maximum(np.rint(amount * per_unit), 1).astype(np.int64)
    micros: Ints = minor * (MICROS // per_unit)
    return micros
