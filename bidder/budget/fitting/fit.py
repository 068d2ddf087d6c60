"""From a history and a specification to curves: hold out, fit, refit on everything, look back.

A plan applies a curve to a period's spend first and spreads the effect over later periods after that
(which keeps periods separable); the fit applies the curve after the carryover, as media-mix models
do. At steady spend both are the same; how far they differ on the history's own spend is reported for
every campaign as ``separable_ratio``.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.fitting import adstock, diagnostics, spread
from bidder.budget.fitting.errors import Holdout, forecast_error, seasonal_naive
from bidder.budget.fitting.history import SEASON_LAG, Base, History, base
from bidder.budget.fitting.model import (
    CEILING,
    LEAST_RETENTION,
    LOG_HALF,
    LOG_SLOPE,
    RETENTION,
    Model,
    build,
    priors,
    shapes,
)
from bidder.budget.fitting.result import CampaignFit, Decomposition, FitResult, Interval, Quality
from bidder.budget.fitting.search import Optimum, Progress, search
from bidder.budget.fitting.spec import FitSpec

Floats = NDArray[np.float64]

CLEARLY_ABOVE = 0.05
"""An effect is told from 0 when its 5% quantile is more than this share of its median."""


def fit(history: History, spec: FitSpec, progress: Progress | None = None) -> FitResult:
    """Fit response curves to a history.

    Parameters
    ----------
    history : History
        At least :func:`least_rows` rows.
    spec : FitSpec
        Its column names are not looked at; everything else is.
    progress : callable, optional
        Called with what is being done, how many are done, and how many there are.

    Raises
    ------
    ValueError
        When the history is shorter than :func:`least_rows`.
    """
    least = least_rows(history, spec)
    if len(history) < least:
        raise ValueError(f"{len(history)} periods are too few; at least {least} are needed")
    columns = base(history, spec.trend, spec.season)
    lags = adstock.lags(history.spend, spec.carryover.periods)
    # Separate streams, so that a change in one part does not reshuffle the others.
    held, final, drawing = (np.random.default_rng(s) for s in np.random.SeedSequence(spec.seed).spawn(3))
    holdout = _holdout(history, columns, lags, spec, held, progress)
    model = build(history.result, columns.columns, lags, priors(history.spend, spec))
    optimum = search(model, spec.starts, final, progress)
    block = spread.block_length(len(history), SEASON_LAG[history.period])
    draws = spread.draw(optimum, spec.draws, block, drawing, progress)
    return _result(history, columns, spec, holdout, optimum, draws)


def first_held_out(rows: int, spec: FitSpec) -> int:
    """Number of the first held-out row; at least one row is held out."""
    return rows - max(round(spec.holdout * rows), 1)


def least_rows(history: History, spec: FitSpec) -> int:
    """Fewest rows that leave the training part more rows than the model has parameters, and some."""
    columns = base(history, spec.trend, spec.season).columns.shape[1]
    train = max(columns + 4 * len(history.campaigns) + 5, spec.carryover.periods)
    return int(np.ceil(train / (1.0 - spec.holdout))) + 1


def _holdout(
    history: History, columns: Base, lags: Floats, spec: FitSpec, rng: np.random.Generator,
    progress: Progress | None,
) -> Holdout:
    first = first_held_out(len(history), spec)
    model = build(
        history.result[:first], columns.columns[:first], lags[:, :first],
        priors(history.spend[:first], spec),
    )
    best = search(model, spec.starts, rng, progress).parameters
    seen = shapes(lags[:, first:], best).value
    forecast = model.scale * (columns.columns[first:] @ model.coefficients(best) + best[:, CEILING] @ seen)
    actual = history.result[first:]
    naive = seasonal_naive(history.result, first, SEASON_LAG[history.period])
    nothing = best * np.array([0.0, 1.0, 1.0, 1.0])  # the same model with every ceiling at 0
    without = model.scale * (columns.columns[first:] @ model.coefficients(nothing))
    return Holdout(
        first, actual, forecast, naive, without,
        error=forecast_error(actual, forecast),
        naive_error=None if naive is None else forecast_error(actual, naive),
        without_error=forecast_error(actual, without),
    )


def _result(
    history: History, columns: Base, spec: FitSpec, holdout: Holdout, optimum: Optimum, draws: spread.Draws
) -> FitResult:
    model, best = optimum.model, optimum.parameters
    beta = model.coefficients(best)
    decomposition = _decomposition(history, columns, model, best, beta)
    campaigns = _campaigns(history, spec, model, best, draws)
    quality = _quality(decomposition, optimum)
    correlation = diagnostics.shape_correlation(model, best)
    traded = diagnostics.safe_correlation(draws.effects)
    evidence = diagnostics.Evidence(
        history, spec, campaigns, decomposition, holdout, quality, correlation, traded,
        diagnostics.prior_ratio(model, draws.parameters),
    )
    return FitResult(
        campaigns,
        {name: float(b * model.scale) for name, b in zip(columns.names, beta, strict=True)},
        decomposition, holdout, quality, correlation, traded,
        diagnostics.warnings(evidence), diagnostics.notes(evidence),
    )


def _decomposition(
    history: History, columns: Base, model: Model, best: Floats, beta: Floats
) -> Decomposition:
    groups = np.array(columns.groups)
    parts = {
        group: model.scale * (columns.columns[:, groups == group] @ beta[groups == group])
        for group in ("trend", "season", "controls")
    }
    spent = model.scale * (best[:, [CEILING]] * shapes(model.lags, best).value).T
    fitted = parts["trend"] + parts["season"] + parts["controls"] + spent.sum(axis=1)
    return Decomposition(
        history.result, fitted, parts["trend"], parts["season"], parts["controls"], spent
    )


def _quality(decomposition: Decomposition, optimum: Optimum) -> Quality:
    actual, fitted = decomposition.actual, decomposition.fitted
    left = actual - fitted
    around = float(((actual - actual.mean()) ** 2).sum())
    size = float(left @ left)
    return Quality(
        r_squared=1.0 - size / around if around > 0 else 0.0,
        error=forecast_error(actual, fitted),
        noise=optimum.model.noise * optimum.model.scale,
        autocorrelation=float(left[1:] @ left[:-1]) / size if size > 0 else 0.0,
        agreement=optimum.agreement,
        starts=len(optimum.costs),
        effective_parameters=optimum.freedom,
    )


def _campaigns(
    history: History, spec: FitSpec, model: Model, best: Floats, draws: spread.Draws
) -> tuple[CampaignFit, ...]:
    effects = spread.effect(model, best) * model.scale
    spreads = spread.log_spread(draws.effects)
    inflation = diagnostics.variance_inflation(model, best)
    as_planned = _separable_effect(model, best) * model.scale
    total = float(history.result.sum())
    return tuple(
        _campaign(
            history, spec, number, best[number], draws.parameters[:, number], model.scale,
            effect=float(effects[number]), effects=draws.effects[:, number] * model.scale,
            spread_=float(spreads[number]), vif=float(inflation[number]),
            planned=float(as_planned[number]), total=total,
        )
        for number in range(len(history.campaigns))
    )


def _campaign(
    history: History, spec: FitSpec, number: int, best: Floats, drawn: Floats, scale: float, *,
    effect: float, effects: Floats, spread_: float, vif: float, planned: float, total: float,
) -> CampaignFit:
    spend = history.spend[:, number]
    spent, active = float(spend.sum()), int((spend > 0).sum())
    ceiling = float(best[CEILING]) * scale
    half, slope = (float(np.exp(best[k])) for k in (LOG_HALF, LOG_SLOPE))
    usual = spent / active if active else 0.0
    # A tail of one period has no retention, whatever the prior says.
    carried = 1.0 if spec.carryover.periods > 1 else 0.0
    retention = float(best[RETENTION]) * carried
    return CampaignFit(
        name=history.campaigns[number],
        ceiling=ceiling,
        half_spend=half,
        slope=slope,
        retention=retention if retention > 2 * LEAST_RETENTION else 0.0,
        carryover_periods=spec.carryover.periods,
        spread=spread_,
        spend=spent,
        active_periods=active,
        effect=effect,
        share=effect / total if total else 0.0,
        return_on_spend=effect / spent if spent else 0.0,
        marginal_return=_marginal(ceiling, half, slope, usual),
        intervals={
            "ceiling": _interval(drawn[:, CEILING] * scale),
            "half_spend": _interval(np.exp(drawn[:, LOG_HALF])),
            "slope": _interval(np.exp(drawn[:, LOG_SLOPE])),
            "retention": _interval(drawn[:, RETENTION] * carried),
            "effect": _interval(effects),
            "return_on_spend": _interval(effects / spent if spent else effects * 0),
        },
        vif=vif,
        distinct=_distinct(effects, effect),
        separable_ratio=planned / effect if effect > 0 else 1.0,
        last_spend=tuple(float(v) for v in spend[len(spend) - spec.carryover.periods + 1 :]),
    )


def _distinct(effects: Floats, effect: float) -> bool:
    low, median = np.quantile(effects, [0.05, 0.5])
    return bool(effect > 0 and low > CLEARLY_ABOVE * median)


def _marginal(ceiling: float, half: float, slope: float, spend: float) -> float:
    if spend <= 0:
        return 0.0
    value = 1.0 / (1.0 + (half / spend) ** slope)
    return float(ceiling * slope * value * (1.0 - value) / spend)


def _interval(values: Floats) -> Interval:
    low, high = np.quantile(values, [0.05, 0.95])
    return Interval(float(low), float(high))


def _separable_effect(model: Model, best: Floats) -> Floats:
    """Effect over the history with the curve before the carryover, shape (C,), units of the scale."""
    share, _ = adstock.weights(best[:, RETENTION], model.lags.shape[2])
    slope = np.exp(best[:, LOG_SLOPE])[:, None, None]
    with np.errstate(over="ignore"):
        ratio = np.divide(
            np.exp(best[:, LOG_HALF])[:, None, None], model.lags,
            out=np.full_like(model.lags, np.inf), where=model.lags > 0,
        )
        value = 1.0 / (1.0 + ratio**slope)
    effect: Floats = best[:, CEILING] * (value * share[:, None, :]).sum(axis=(1, 2))
    return effect
