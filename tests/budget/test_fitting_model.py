"""Carryover, curves and base of the history model, against slow and independent computations."""

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from bidder.budget.fitting import adstock, model, spread
from bidder.budget.fitting.diagnostics import safe_correlation, variance_inflation
from bidder.budget.fitting.errors import forecast_error, seasonal_naive
from bidder.budget.fitting.history import History, base, dummies
from bidder.budget.fitting.spec import FitSpec, SeasonTerms, Trend
from bidder.calendar import Period


def spec(**more):
    plain = {"date": {"column": "d"}, "result": {"column": "y"}, "campaigns": {"a": {"spend": "a"}}}
    return FitSpec.model_validate(plain | more)


def history(rows=60, campaigns=3, seed=0, period=Period.WEEK, controls=()):
    rng = np.random.default_rng(seed)
    step = {Period.DAY: 1, Period.WEEK: 7}[period]
    spend = rng.lognormal(3.0, 1.0, (rows, campaigns)) * (rng.random((rows, campaigns)) < 0.7)
    return History(
        tuple(date(2023, 1, 2) + timedelta(days=step * k) for k in range(rows)), period,
        1000 + 50 * rng.standard_normal(rows), tuple(f"c{k}" for k in range(campaigns)), spend,
        tuple(controls), rng.standard_normal((rows, len(controls))),
    )


def built(sample, settings_):
    columns = base(sample, settings_.trend, settings_.season).columns
    lags = adstock.lags(sample.spend, settings_.carryover.periods)
    return model.build(sample.result, columns, lags, model.priors(sample.spend, settings_))


@given(st.floats(0, 0.95), st.integers(1, 30))
def test_adstock_weights_sum_to_one_and_leave_steady_spend_alone(retention, periods):
    share, _ = adstock.weights(np.array([retention]), periods)
    assert share.sum() == pytest.approx(1.0)
    assert (share >= 0).all()
    steady = adstock.lags(np.full((40, 1), 7.0), periods)
    np.testing.assert_allclose(steady[0] @ share[0], 7.0)


def test_adstock_of_one_burst_follows_the_geometric_weights():
    spend = np.zeros((20, 1))
    spend[6] = 100.0
    share, _ = adstock.weights(np.array([0.5]), 4)
    carried = adstock.lags(spend, 4)[0] @ share[0]
    np.testing.assert_allclose(carried[6:11], [100 * 8 / 15, 100 * 4 / 15, 100 * 2 / 15, 100 / 15, 0])
    np.testing.assert_allclose(carried[:6], 0)


def test_adstock_takes_the_early_average_for_what_came_before():
    spend = np.arange(10.0)[:, None]
    assert adstock.lags(spend, 3)[0, 0].tolist() == [0.0, 1.0, 1.0]


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_jacobian_equals_central_differences(seed):
    rng = np.random.default_rng(seed)
    fitted = built(history(seed=seed), spec())
    point = model.priors(history(seed=seed).spend, spec())
    parameters = rng.uniform(point.low, np.minimum(point.high, 5.0 + point.low))
    flat = parameters.ravel()
    exact = fitted.jacobian(flat)
    step = 1e-6
    numeric = np.stack(
        [(fitted.residuals(flat + step * e) - fitted.residuals(flat - step * e)) / (2 * step)
         for e in np.eye(len(flat))], axis=1)
    inside = parameters[:, model.RETENTION] > model.LEAST_RETENTION + 2 * step
    assert inside.all()
    np.testing.assert_allclose(exact, numeric, atol=2e-5 * np.abs(exact).max())


def test_jacobian_equals_scipy_differences_for_a_tail_of_one_period():
    one = spec(carryover={"periods": 1})
    fitted = built(history(), one)
    flat = (fitted.priors.centre + np.array([0.3, 0.1, 0.2, 0.1])).ravel()
    np.testing.assert_allclose(
        fitted.jacobian(flat), approx_fprime(flat, fitted.residuals, 1e-7), atol=1e-4)


def test_hill_of_carried_spend_equals_the_formula():
    sample = history(campaigns=1)
    lags = adstock.lags(sample.spend, 5)
    parameters = np.array([[2.0, 0.4, np.log(30.0), np.log(1.7)]])
    weights = 0.4 ** np.arange(5)
    stock = lags[0] @ (weights / weights.sum())
    expected = stock**1.7 / (30.0**1.7 + stock**1.7)
    np.testing.assert_allclose(model.shapes(lags, parameters).value[0], expected)


def test_no_spend_at_all_has_no_effect_and_no_warning():
    lags = adstock.lags(np.zeros((30, 1)), 5)
    shape = model.shapes(lags, np.array([[1.0, 0.3, 1.0, -0.5]]))
    for part in (shape.value, shape.by_retention, shape.by_log_half, shape.by_log_slope):
        assert np.array_equal(part, np.zeros((1, 30)))


def test_projecting_the_base_out_equals_fitting_it():
    fitted = built(history(controls=("x",)), spec())
    parameters = fitted.priors.centre + np.array([0.2, 0.0, 0.0, 0.0])
    beta = fitted.coefficients(parameters)
    explained = parameters[:, 0] @ model.shapes(fitted.lags, parameters).value
    left = fitted.result - explained - fitted.base @ beta
    data = fitted.residuals(parameters.ravel())[: len(left)] * fitted.noise
    np.testing.assert_allclose(data, left, atol=1e-10)


def test_base_keeps_controls_centred_and_weekday_effects_summing_to_zero():
    sample = history(rows=70, period=Period.DAY, controls=("x",))
    columns = base(sample, Trend(kind="piecewise", knots=2), SeasonTerms(harmonics=2))
    assert columns.groups.count("trend") == 4
    assert columns.groups.count("season") == 4 + 6
    week = columns.columns[:7, [n.startswith("weekday") for n in columns.names]]
    np.testing.assert_allclose(week.sum(axis=0), 0)
    control = columns.columns[:, columns.groups.index("controls")]
    assert control.mean() == pytest.approx(0, abs=1e-12)
    assert control.std() == pytest.approx(1)


def test_harmonics_never_exceed_half_a_year_of_periods():
    starts = tuple(date(2020 + k // 12, k % 12 + 1, 1) for k in range(48))
    sample = History(starts, Period.MONTH, np.ones(48), (), np.zeros((48, 0)), (), np.zeros((48, 0)))
    columns = base(sample, Trend(), SeasonTerms(harmonics=26))
    assert columns.groups.count("season") == 2 * 5
    assert np.linalg.matrix_rank(columns.columns) == columns.columns.shape[1]


def test_dummies_leave_out_what_means_nothing():
    names, columns = dummies("event", ["na", "b", "", "a", "b"], "na")
    assert names == ("event=a", "event=b")
    assert columns.tolist() == [[0, 0], [0, 1], [0, 0], [1, 0], [0, 1]]
    assert dummies("event", ["na", "na"], "na")[1].shape == (2, 0)


def test_forecast_error_equals_the_textbook_formula():
    actual, forecast = np.array([10.0, 0.0, 40.0]), np.array([12.0, 1.0, 30.0])
    error = forecast_error(actual, forecast)
    assert error.mape == pytest.approx((0.2 + 0.25) / 2)
    assert error.nrmse == pytest.approx(((4 + 1 + 100) / 3) ** 0.5 / (50 / 3))
    assert forecast_error(np.zeros(3), forecast).nrmse is None


def test_seasonal_naive_looks_one_season_back():
    result = np.arange(20.0)
    assert seasonal_naive(result, 15, 7).tolist() == [8, 9, 10, 11, 12]
    assert seasonal_naive(result, 5, 7) is None


def test_variance_inflation_equals_the_regression_formula():
    fitted = built(history(rows=80), spec())
    parameters = fitted.priors.centre
    value = model.shapes(fitted.lags, parameters).value.T
    for c, factor in enumerate(variance_inflation(fitted, parameters)):
        others = np.column_stack([fitted.base, np.delete(value, c, axis=1)])
        left = value[:, c] - others @ np.linalg.lstsq(others, value[:, c], rcond=None)[0]
        unexplained = (left**2).sum() / ((value[:, c] - value[:, c].mean()) ** 2).sum()
        assert factor == pytest.approx(1 / unexplained, rel=1e-6)


def test_correlation_of_a_constant_is_zero():
    columns = np.column_stack([np.arange(5.0), np.full(5, 3.0), -np.arange(5.0)])
    expected = [[1, 0, -1], [0, 1, 0], [-1, 0, 1]]
    np.testing.assert_allclose(safe_correlation(columns), expected, atol=1e-12)


@pytest.mark.parametrize("sigma", [0.05, 0.3, 0.8])
def test_log_spread_recovers_a_lognormal_and_stays_in_range(sigma):
    rng = np.random.default_rng(3)
    drawn = rng.lognormal(1.0, sigma, (200_000, 1))
    assert spread.log_spread(drawn)[0] == pytest.approx(sigma, rel=0.03)
    edges = spread.log_spread(np.column_stack([np.full(10, 5.0), np.zeros(10)]))
    assert edges.tolist() == [0.02, 2.0]


def test_blocks_are_whole_weeks_for_daily_data():
    assert spread.block_length(208, 52) == 6
    assert spread.block_length(730, 7) == 14
