"""Curves, envelopes and one-dimensional maxima against slow plain ways to get them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from engine_problems import problem_of, random_curves
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.budget.curves import CurveBank, Shape, bank, hill_bank, slope_inverse
from bidder.budget.problem import Form
from bidder.budget.region import Envelope, Region, maximisers

AMOUNTS = st.floats(-3, 12).map(lambda k: 10.0**k)
SLOPES = st.floats(np.log10(0.05), np.log10(20)).map(lambda k: 10.0**k)
INDEX = st.floats(0.1, 10)


@st.composite
def curves(draw: Any, concave: bool = False) -> CurveBank:
    shape = draw(st.sampled_from([Shape.HILL, Shape.LOG, Shape.POWER]))
    a, b = draw(AMOUNTS), draw(AMOUNTS)
    slope = draw(st.floats(0.05, 1.0) if concave or shape is Shape.POWER else SLOPES)
    made = bank([(shape, a, 1.0 if shape is Shape.POWER else b, slope)])
    return made.scaled(np.array([draw(INDEX)]), np.array([draw(INDEX)]))


def reach(curve: CurveBank) -> float:
    return float(curve.b[0] * curve.scale_in[0])


@settings(max_examples=300, deadline=None)
@given(curves(), st.floats(-3, 3))
def test_slope_is_the_derivative_of_value(curve: CurveBank, place: float) -> None:
    x = reach(curve) * 10.0**place
    step = 1e-5 * x
    around = np.array([[x - step, x, x + step]])
    low, middle, high = curve.value(around)[0]
    slope = float(curve.slope(np.array([x]))[0])
    assert slope >= 0
    rounding = 4 * np.spacing(max(high, 1e-300)) / (2 * step)
    assert (high - low) / (2 * step) == pytest.approx(slope, rel=1e-5, abs=2 * rounding + 1e-300)
    assert low <= middle <= high


@settings(max_examples=300, deadline=None)
@given(curves(concave=True), st.floats(-4, 4))
def test_slope_inverse_inverts_concave_curves(curve: CurveBank, place: float) -> None:
    x = np.array([reach(curve) * 10.0**place])
    if curve.shape[0] == Shape.POWER and curve.c[0] > 0.999:
        return  # A straight line has one slope everywhere.
    target = curve.slope(x)
    back = slope_inverse(curve, target, np.zeros(1), np.full(1, 1e300))
    assert curve.slope(back) == pytest.approx(target, rel=1e-8)
    if curve.shape[0] != Shape.POWER or curve.c[0] < 0.9:
        assert back == pytest.approx(x, rel=1e-6)


@settings(max_examples=300, deadline=None)
@given(AMOUNTS, AMOUNTS, st.floats(1.001, 20), st.floats(0.0, 3.0))
def test_slope_inverse_beyond_the_inflection(ceiling: float, half: float, slope: float, place: float) -> None:
    curve = hill_bank(np.array([ceiling]), np.array([half]), np.array([slope]))
    first = curve.inflection
    x = first * 10.0**place + 1e-6 * half
    target = curve.slope(x)
    if target[0] * half / ceiling < 1e-200:
        return  # Flatter than numbers can tell.
    back = slope_inverse(curve, target, first, np.full(1, 1e300))
    if place > 0.1:
        assert curve.slope(back) == pytest.approx(target, rel=1e-8)
    # At the inflection the slope hardly changes; what is looked for, the best spend, is still exact.
    best, found = (curve.value(at) - target * at for at in (x, back))
    assert found >= best - 1e-10 * ceiling


@settings(max_examples=200, deadline=None)
@given(AMOUNTS, AMOUNTS, st.floats(1.01, 20))
def test_a_hill_is_convex_up_to_its_inflection_and_concave_after(
    ceiling: float, half: float, slope: float
) -> None:
    curve = hill_bank(np.array([ceiling]), np.array([half]), np.array([slope]))
    at = float(curve.inflection[0])
    below = curve.slope(np.linspace(0.0, at, 50)[None, :])[0]
    above = curve.slope(np.linspace(at, 20 * half, 50)[None, :])[0]
    slack = 1e-12 * ceiling / half * slope
    assert np.all(np.diff(below) >= -slack)
    assert np.all(np.diff(above) <= slack)
    assert not curve.concave[0]


@pytest.mark.parametrize("slope, concave", [(0.05, True), (1.0, True), (1.0001, False), (20.0, False)])
def test_concave_flags(slope: float, concave: bool) -> None:
    points = [
        (np.array([0.0, 1.0, 2.0]), np.array([0.0, 3.0, 4.0])),
        (np.array([0.0, 1.0, 2.0]), np.array([0.0, 1.0, 4.0])),
    ]
    mixed = bank(
        [
            (Shape.HILL, 3.0, 2.0, slope),
            (Shape.LOG, 1.0, 1.0, 0.0),
            (Shape.POWER, 1.0, 1.0, 1.0),
            (Shape.PIECEWISE, 0.0, 0.0, 0.0),
            (Shape.PIECEWISE, 1.0, 0.0, 0.0),
        ],
        points,
    )
    assert mixed.concave.tolist() == [concave, True, True, True, False]
    assert bool(mixed.inflection[0] == 0.0) is concave


def test_extreme_spends_stay_finite() -> None:
    made = bank(
        [
            (Shape.HILL, 1e13, 1e-3, 20.0),
            (Shape.HILL, 1e-3, 1e12, 0.05),
            (Shape.LOG, 1.0, 1e12, 0.0),
            (Shape.POWER, 1e13, 1.0, 1.0),
        ]
    )
    for x in (0.0, 1e-3, 1e12, 1e100):
        at = np.full(4, x)
        assert np.all(np.isfinite(made.value(at)[:3]))
        assert not np.any(np.isnan(made.slope(at)))
    assert np.all(made.value(np.zeros(4)) == 0.0)
    assert np.all(made.value(np.full(4, -1.0)) == 0.0)


def one_cell(curve: CurveBank, low: float, high: float, form: Form = Form.ANY, least: float = 0.0) -> Region:
    """A region of one cell; ``least`` is the minimum when on, or the lot."""
    return Region.whole(
        problem_of(
            curve,
            low,
            high,
            form=[form],
            on_minimum=least if form is Form.ON_OFF else 0.0,
            lot=least if form is Form.LOTS else 0.0,
        ).cells
    )


def allowed(region: Region, count: int = 4001) -> np.ndarray:
    low, high, least = region.low[0], region.high[0], region.cells.on_minimum[0]
    if region.lots[0]:
        lot = region.cells.lot[0]
        return np.arange(round(low / lot), round(high / lot) + 1) * lot
    if region.hole[0]:
        return np.append(0.0, np.linspace(least, high, count))
    return np.linspace(low, high, count)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("s_shaped", [False, True])
def test_envelope_and_maximum_in_one_cell(form: Form, s_shaped: bool) -> None:
    """The envelope lies on or above the curve and is concave; the maximum is that of a dense grid."""
    random = np.random.default_rng(int(form) * 2 + s_shaped)
    for _ in range(60):
        curve = random_curves(random, 1, s_shaped)
        high = float(random.uniform(0.5, 4.0))
        low = 0.0 if form is Form.ON_OFF or random.random() < 0.5 else float(random.uniform(0, 0.5)) * high
        least = {Form.ANY: 0.0, Form.ON_OFF: 0.4 * high, Form.LOTS: high / float(random.uniform(1.5, 9))}[
            form
        ]
        region = one_cell(curve, low, high, form, least)
        if region.low[0] > region.high[0]:
            continue  # No whole lot fits.
        x = allowed(region)
        value = curve.value(x[None, :])[0]
        envelope = Envelope.of(region)
        above = envelope.value(x[None, :])[0]
        size = max(float(value[-1]), 1e-12)
        assert np.all(above >= value - 1e-10 * size)
        assert above[[0, -1]] == pytest.approx(value[[0, -1]], abs=1e-9 * size)
        slopes = np.diff(above) / np.where(np.diff(x) > 0, np.diff(x), 1.0)
        # Slopes of a few thousand points carry their rounding.
        assert np.all(
            np.diff(slopes[np.diff(x) > 1e-9])
            <= 1e-7 * size / max(float(np.min(np.diff(x), initial=1.0)), 1e-3)
        )
        for price in (0.0, *(value[-1] / max(x[-1], 1e-9) * random.uniform(0.0, 3.0, 4)), -1.0):
            best, at = maximisers(region, np.ones(1), np.array([price]))
            grid = value - price * x
            assert best[0] >= grid.max() - 1e-10 * size
            assert (
                best[0] <= grid.max() + 2e-3 * size
                if form is not Form.LOTS
                else best[0] == pytest.approx(grid.max())
            )
            assert best[0] == pytest.approx(float(curve.value(at)[0] - price * at[0]), abs=1e-12 * size)
            assert region.nearest(at) == pytest.approx(at)


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("s_shaped", [False, True])
def test_bound_where_effect_does_harm(form: Form, s_shaped: bool) -> None:
    random = np.random.default_rng(7)
    for _ in range(40):
        curve = random_curves(random, 1, s_shaped)
        high = float(random.uniform(0.5, 4.0))
        region = one_cell(curve, 0.0, high, form, 0.4 * high)
        x = allowed(region)
        for price in (-0.5, -3.0, 0.3):
            best, _ = maximisers(region, -np.ones(1), np.array([price]))
            grid = -curve.value(x[None, :])[0] - price * x
            assert best[0] >= grid.max() - 1e-12
            if curve.concave[0]:
                assert best[0] == pytest.approx(grid.max(), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize("slope", [1.05, 1.5, 3.0, 8.0, 20.0])
@pytest.mark.parametrize("low", [0.0, 0.1, 0.7])
def test_tangent_of_an_s_shape_touches(slope: float, low: float) -> None:
    curve = hill_bank(np.array([10.0]), np.array([1.0]), np.array([slope]))
    region = one_cell(curve, low, 50.0)
    at = Envelope.of(region).tangent
    if curve.inflection[0] <= low:
        assert at[0] == low
        return
    chord = (curve.value(at) - curve.value(np.array([low]))) / (at - low)
    assert curve.slope(at) == pytest.approx(chord, rel=1e-9)
