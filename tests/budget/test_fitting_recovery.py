"""Known curves are found again, and what cannot be known is said."""

import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import yaml

from bidder.budget.fitting.fit import first_held_out, fit, least_rows
from bidder.budget.fitting.history import History, base, dummies
from bidder.budget.fitting.spec import FitSpec
from bidder.calendar import Period

ROOT = Path(__file__).parents[2]
_file = importlib.util.spec_from_file_location("make_history", ROOT / "simulations" / "make_history.py")
make_history = importlib.util.module_from_spec(_file)
sys.modules["make_history"] = make_history
_file.loader.exec_module(make_history)
SPEC = FitSpec.model_validate(yaml.safe_load((ROOT / "configs" / "fit-weekly.yaml").read_text()))
FAST = SPEC.model_copy(update={"starts": 3, "draws": 60})


def as_history(sample):
    names, columns = dummies("promotion", sample.promotion, "na")
    return History(
        tuple(sample.starts), Period.WEEK, sample.revenue, tuple(sample.spend),
        np.stack(list(sample.spend.values()), axis=1), ("price_index", *names),
        np.column_stack([sample.price_index, columns]),
    )


@pytest.fixture(scope="module")
def sample():
    return make_history.generate(weeks=416, seed=4, noise=0.003)


@pytest.fixture(scope="module")
def result(sample):
    return fit(as_history(sample), SPEC)


def codes(result):
    """Findings by code; campaigns of findings with the same code are joined."""
    found = {}
    for finding in result.warnings:
        known = found.get(finding.code)
        joined = (*known.campaigns, *finding.campaigns) if known else finding.campaigns
        found[finding.code] = replace(finding, campaigns=joined)
    return found


def with_spend(history, spend, names=None):
    return replace(history, spend=spend, campaigns=tuple(names or history.campaigns))


@pytest.mark.parametrize("name", list(make_history.TRUTH))
def test_curve_is_recovered_over_the_observed_range(sample, result, name):
    found = next(c for c in result.campaigns if c.name == name)
    spend = np.linspace(0.2, 1.0, 9) * np.quantile(sample.spend[name], 0.95)
    true = make_history.hill(spend, make_history.TRUTH[name])
    error = np.abs(found.hill(spend) / true - 1)
    assert error.max() < 0.15
    assert np.median(error) < 0.10
    assert abs(found.retention - make_history.TRUTH[name].retention) < 0.1


def test_true_effects_lie_inside_the_intervals(sample, result):
    inside = [
        c.intervals["effect"].low <= sample.effect[c.name].sum() <= c.intervals["effect"].high
        for c in result.campaigns
    ]
    assert sum(inside) >= 3


def test_spread_is_about_as_large_as_the_real_error():
    missed = []
    for seed in range(6):
        sample = make_history.generate(seed=seed, noise=0.03)
        missed += [
            np.log(c.effect / sample.effect[c.name].sum()) / c.spread
            for c in fit(as_history(sample), FAST).campaigns
        ]
    assert 0.3 < np.sqrt(np.mean(np.square(missed))) < 1.5


def test_parts_add_up_and_effects_are_never_negative(result):
    parts = result.decomposition
    total = parts.trend + parts.season + parts.controls + parts.campaigns.sum(axis=1)
    np.testing.assert_allclose(total, parts.fitted)
    assert (parts.campaigns >= 0).all()
    for campaign, column in zip(result.campaigns, parts.campaigns.T, strict=True):
        assert campaign.effect == pytest.approx(column.sum())
        assert campaign.return_on_spend == pytest.approx(column.sum() / campaign.spend)


def test_effects_stay_non_negative_when_spend_lowers_the_result():
    history = as_history(make_history.generate(seed=1))
    harmful = replace(history, result=history.result - 5.0 * history.spend[:, 0])
    found = fit(harmful, FAST)
    assert found.campaigns[0].ceiling >= 0
    assert (found.decomposition.campaigns >= 0).all()
    assert "search" in codes(found)["no_effect"].campaigns


def test_marginal_return_equals_a_finite_difference(sample, result):
    for c in result.campaigns:
        x = c.spend / c.active_periods
        up, down = c.hill(np.array([x * (1 + 1e-6), x * (1 - 1e-6)]))
        assert c.marginal_return == pytest.approx((up - down) / (2e-6 * x), rel=1e-5)


def test_held_out_error_equals_an_independent_computation(sample, result):
    """MAPE and NRMSE from the definitions; seasonal-naive as the same week last year."""
    held = result.holdout
    rows = len(sample.revenue)
    assert held.first == first_held_out(rows, SPEC) == rows - round(0.2 * rows)
    actual = sample.revenue[held.first :]
    np.testing.assert_array_equal(held.actual, actual)
    last_year = sample.revenue[held.first - 52 : rows - 52]
    for forecast, error in ((held.forecast, held.error), (last_year, held.naive_error)):
        mape = sum(abs(a - f) / a for a, f in zip(actual, forecast, strict=True)) / len(actual)
        nrmse = (sum((a - f) ** 2 for a, f in zip(actual, forecast, strict=True)) / len(actual)) ** 0.5
        assert error.mape == pytest.approx(mape)
        assert error.nrmse == pytest.approx(nrmse / (sum(actual) / len(actual)))
    assert held.better and held.campaigns_help


def test_forecast_without_campaigns_is_a_plain_regression(sample, result):
    columns = base(as_history(sample), SPEC.trend, SPEC.season).columns
    first = result.holdout.first
    beta, *_ = np.linalg.lstsq(columns[:first], sample.revenue[:first], rcond=None)
    np.testing.assert_allclose(result.holdout.without, columns[first:] @ beta, rtol=1e-8)


def test_campaigns_that_do_not_help_the_forecast_are_named():
    history = as_history(make_history.generate(seed=2))
    rng = np.random.default_rng(8)
    shuffled = fit(with_spend(history, rng.permutation(history.spend)), FAST)
    assert "campaigns_add_nothing" in codes(shuffled)
    assert "campaigns_add_nothing" not in codes(fit(history, FAST))


def test_the_forecast_has_not_seen_the_held_out_results(sample):
    """Changing the held-out results leaves the forecast of them as it is."""
    history = as_history(sample)
    changed = history.result.copy()
    changed[first_held_out(len(history), FAST) :] *= 3.0
    one, two = fit(history, FAST), fit(replace(history, result=changed), FAST)
    np.testing.assert_array_equal(one.holdout.forecast, two.holdout.forecast)


def test_same_seed_gives_the_same_numbers(sample):
    history = as_history(sample)
    one, two = fit(history, FAST), fit(history, FAST)
    assert one.campaigns == two.campaigns
    np.testing.assert_array_equal(one.decomposition.fitted, two.decomposition.fitted)
    assert one.warnings == two.warnings


def test_collinear_campaigns_are_named():
    history = as_history(make_history.generate(seed=2))
    rng = np.random.default_rng(0)
    twin = history.spend[:, 1] * (1 + 0.01 * rng.standard_normal(len(history)))
    spend = np.column_stack([history.spend[:, :2], twin])
    found = fit(with_spend(history, spend, ["search", "feed", "twin"]), FAST)
    finding = codes(found)["cannot_tell_apart"]
    assert finding.campaigns == ("feed", "twin")
    assert "cannot tell feed and twin apart" in finding.text
    alone = fit(with_spend(history, history.spend[:, :2], ["search", "feed"]), FAST)
    assert "cannot_tell_apart" not in codes(alone)
    assert min(c.spread for c in found.campaigns[1:]) > 1.5 * alone.campaigns[1].spread


def test_constant_spend_and_rare_spend_are_named():
    history = as_history(make_history.generate(seed=3))
    rare = np.zeros(len(history))
    rare[[20, 50, 90]] = 1000.0
    spend = np.column_stack([history.spend[:, 0], np.full(len(history), 500.0), rare])
    found = codes(fit(with_spend(history, spend, ["search", "steady", "rare"]), FAST))
    assert found["hardly_varied"].campaigns == ("steady",)
    assert found["few_periods"].campaigns == ("rare",)


def test_pure_noise_is_not_sold_as_an_effect():
    named = 0
    for seed in range(5):
        history = as_history(make_history.generate(seed=seed))
        rng = np.random.default_rng(100 + seed)
        noise = replace(history, result=1e6 * (1 + 0.1 * rng.standard_normal(len(history))))
        found = fit(noise, FAST)
        named += sum(f.code == "no_effect" for f in found.warnings)
        assert not found.holdout.better or found.holdout.error.nrmse > 0.05
    assert named >= 14  # of 20 campaigns without any effect


def test_a_model_worse_than_seasonal_naive_says_so():
    history = as_history(make_history.generate(seed=1, weeks=156))
    rng = np.random.default_rng(5)
    repeated = np.tile(rng.lognormal(13.0, 0.5, 52), 3)
    found = codes(fit(replace(history, result=repeated), FAST))
    assert "same week last year" in found["no_better_than_naive"].text


def test_daily_history_has_weekdays_and_looks_back_a_week():
    rng = np.random.default_rng(7)
    rows = 400
    starts = tuple(np.datetime64("2023-01-02") + np.arange(rows))
    days = tuple(d.astype(object) for d in starts)
    spend = rng.lognormal(5.0, 0.8, (rows, 1))
    weekday = np.array([d.weekday() for d in days])
    result = 500 + 100 * (weekday >= 5) + 300 * spend[:, 0] / (150 + spend[:, 0]) + rng.normal(0, 5, rows)
    history = History(days, Period.DAY, result, ("a",), spend, (), np.zeros((rows, 0)))
    daily = FAST.model_copy(update={"period": Period.DAY})
    found = fit(history, daily)
    np.testing.assert_array_equal(found.holdout.naive, result[found.holdout.first - 7 : rows - 7])
    x = np.array([80.0, 150.0, 400.0])
    np.testing.assert_allclose(found.campaigns[0].hill(x), 300 * x / (150 + x), rtol=0.2)


def test_noise_free_history_and_too_short_history():
    history = as_history(make_history.generate(seed=1, noise=0.0))
    assert fit(history, FAST).quality.r_squared > 0.999
    least = least_rows(history, FAST)
    cut = replace(
        history, starts=history.starts[: least - 1], result=history.result[: least - 1],
        spend=history.spend[: least - 1], controls=history.controls[: least - 1],
    )
    with pytest.raises(ValueError, match="too few"):
        fit(cut, FAST)
