"""What the history cannot tell, in numbers and in plain sentences."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bidder.budget.fitting.errors import Holdout
from bidder.budget.fitting.history import PERIODS_PER_YEAR, SEASON_LAG, History
from bidder.budget.fitting.model import LOG_HALF, LOG_SLOPE, Model, shapes
from bidder.budget.fitting.result import CampaignFit, Decomposition, Finding, Quality
from bidder.budget.fitting.spec import FitSpec
from bidder.calendar import Period

Floats = NDArray[np.float64]

TOGETHER_SPEND = 0.9       # correlation of two campaigns' spend
TOGETHER_SHAPE = 0.8       # the same after carryover and curve, the base taken out
TRADED = -0.7              # correlation of two campaigns' effects over the refits
HIGH_VIF = 10.0            # the usual rule of thumb (Marquardt 1970)
HARDLY_VARIED = 0.1        # standard deviation of spend as a share of its average
FEW_PERIODS = 8
FROM_PRIOR = 0.8           # standard deviation over the refits as a share of the prior's
AUTOCORRELATED = 0.3
STRONG_CONTROL = 0.5       # share of the result's variance a control explains alone
SEPARABLE = (0.8, 1.25)


@dataclass(frozen=True)
class Evidence:
    """Everything the findings are drawn from; ``prior_ratio`` is of shape (C, 2)."""

    history: History
    spec: FitSpec
    campaigns: tuple[CampaignFit, ...]
    decomposition: Decomposition
    holdout: Holdout
    quality: Quality
    correlation: Floats
    traded: Floats
    prior_ratio: Floats


def safe_correlation(columns: Floats) -> Floats:
    """Correlation matrix of (N, C) columns; 0 where a column does not vary, 1 on the diagonal."""
    centred = columns - columns.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    flat = size <= 1e-9 * np.maximum(np.abs(columns).max(axis=0), 1e-300) * np.sqrt(len(columns))
    unit = centred / np.where(flat, 1.0, size)
    unit[:, flat] = 0.0
    together: Floats = np.clip(unit.T @ unit, -1.0, 1.0)
    np.fill_diagonal(together, 1.0)
    return together


def shape_correlation(model: Model, parameters: Floats) -> Floats:
    """Correlation of the saturated, carried-over spend with the base taken out, shape (C, C)."""
    value = shapes(model.lags, parameters).value.T
    left = model.without_base(value)
    # What rounding leaves of a campaign that follows the base exactly is not a signal.
    left[:, (left**2).sum(axis=0) <= 1e-16 * (value**2).sum(axis=0)] = 0.0
    return safe_correlation(left)


def variance_inflation(model: Model, parameters: Floats) -> Floats:
    """Variance inflation factors of the saturated, carried-over spend, shape (C,).

    ``1 / (1 - R^2)`` of a regression on the base and the other campaigns; at most 1e6.
    """
    value = shapes(model.lags, parameters).value.T
    left = model.without_base(value)
    around = ((value - value.mean(axis=0)) ** 2).sum(axis=0)
    factors = np.full(value.shape[1], 1e6)
    for c in range(value.shape[1]):
        others = np.delete(left, c, axis=1)
        rest = left[:, c]
        if others.shape[1]:
            rest = rest - others @ np.linalg.lstsq(others, rest, rcond=1e-10)[0]
        unexplained = float(rest @ rest)
        if unexplained > 1e-6 * around[c]:
            factors[c] = around[c] / unexplained
    return factors


def prior_ratio(model: Model, drawn: Floats) -> Floats:
    """Spread of log half_spend and log slope over the refits divided by the prior's, shape (C, 2)."""
    columns = [LOG_HALF, LOG_SLOPE]
    ratio: Floats = drawn.std(axis=0)[:, columns] / model.priors.spread[:, columns]
    return ratio


def warnings(evidence: Evidence) -> tuple[Finding, ...]:
    """What a reader must know before trusting the curves, most important first."""
    found = [
        *_forecast(evidence), *_added(evidence), *_apart(evidence), *_effects(evidence),
        *_variation(evidence), *_shape(evidence), *_whole(evidence),
    ]
    return tuple(found)


def notes(evidence: Evidence) -> tuple[Finding, ...]:
    """What a reader may want to know."""
    found = []
    if evidence.history.control_names:
        found.append(Finding("controls_known", (), (
            "The held-out forecast was given the true values of the control columns and of the spend, "
            "which a forecast made beforehand would not have; seasonal-naive was not."
        )))
    early = evidence.history.controls[: evidence.holdout.first]
    unseen = [
        name for name, column in zip(evidence.history.control_names, early.T, strict=True)
        if len(set(column.tolist())) == 1
    ]
    if unseen:
        found.append(Finding("unseen_control", (), (
            f"Before the held-out periods {listed(unseen)} never varied, so that the forecast could not know "
            "the effect."
        )))
    strong = _strong_controls(evidence.history)
    for name, share in strong:
        found.append(Finding("strong_control", (), (
            f"The control {name} alone explains {share:.0%} of the result's variance. If the campaigns "
            "or the same demand move it, part of the campaigns' effect is credited to it."
        )))
    found.append(Finding("carryover_order", (), (
        "A plan applies a curve to each period's spend and then spreads the effect over later periods; "
        "the fit applies it after the carryover. Both agree at steady spend."
    )))
    if evidence.spec.carryover.periods > 1:
        found.append(Finding("spend_before", (), (
            "Spend before the first period is not known and was taken to be the average of the first "
            f"{evidence.spec.carryover.periods} periods."
        )))
    return tuple(found)


def listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _forecast(evidence: Evidence) -> list[Finding]:
    holdout = evidence.holdout
    season = "same weekday last week" if evidence.history.period is Period.DAY else (
        f"same {evidence.history.period.value} last year")
    if holdout.better is None:
        return [Finding("no_baseline", (), (
            f"The history is too short to compare with seasonal-naive ({season}); the held-out error "
            "stands alone."
        ))]
    if holdout.better:
        return []
    ours, theirs = holdout.error, holdout.naive_error
    assert theirs is not None
    return [Finding("no_better_than_naive", (), (
        f"The model is no better than seasonal-naive ({season}) on the held-out periods: "
        f"MAPE {_percent(ours.mape)} against {_percent(theirs.mape)}, NRMSE {_percent(ours.nrmse)} against "
        f"{_percent(theirs.nrmse)}. Do not rest a plan on these curves alone."
    ))]


def _added(evidence: Evidence) -> list[Finding]:
    holdout = evidence.holdout
    if holdout.campaigns_help is not False:
        return []
    ours, theirs = holdout.error, holdout.without_error
    return [Finding("campaigns_add_nothing", (), (
        "On the held-out periods trend, season and controls alone forecast as well or better "
        f"(MAPE {_percent(theirs.mape)} against {_percent(ours.mape)} with campaigns, NRMSE "
        f"{_percent(theirs.nrmse)} against {_percent(ours.nrmse)}): the forecast's quality is no evidence "
        "for the curves."
    ))]


def _apart(evidence: Evidence) -> list[Finding]:
    spend = safe_correlation(evidence.history.spend)
    names = evidence.history.campaigns
    together = (
        (np.abs(spend) > TOGETHER_SPEND)
        | (np.abs(evidence.correlation) > TOGETHER_SHAPE)
        | (evidence.traded < TRADED)
    )
    found = []
    for group in _groups(together):
        pairs = [(a, b) for a in group for b in group if a < b]
        worst = max(pairs, key=lambda p: max(abs(spend[p]), abs(evidence.correlation[p])))
        members = [names[c] for c in group]
        found.append(Finding("cannot_tell_apart", tuple(members), (
            f"The history cannot tell {listed(members)} apart (correlation of spend up to "
            f"{spend[worst]:.2f}, after carryover and curve {evidence.correlation[worst]:.2f}): "
            "what they do together is better known than what each does. Vary them separately, or plan "
            "them as one."
        )))
    grouped = {c for group in _groups(together) for c in group}
    for c, campaign in enumerate(evidence.campaigns):
        if campaign.vif > HIGH_VIF and c not in grouped:
            found.append(Finding("follows_the_rest", (campaign.name,), (
                f"The spend of {campaign.name} follows trend, season, controls and the other campaigns "
                f"(variance inflation {campaign.vif:.3g}); its effect can hardly be told from theirs."
            )))
    return found


def _groups(together: NDArray[np.bool_]) -> list[list[int]]:
    """Connected components with more than one member, each sorted."""
    left, groups = set(range(len(together))), []
    while left:
        group, todo = set(), [min(left)]
        while todo:
            c = todo.pop()
            if c not in group:
                group.add(c)
                todo += [int(d) for d in np.flatnonzero(together[c]) if d not in group]
        left -= group
        if len(group) > 1:
            groups.append(sorted(group))
    return groups


def _effects(evidence: Evidence) -> list[Finding]:
    found = []
    for campaign in evidence.campaigns:
        if not campaign.distinct:
            high = campaign.intervals["return_on_spend"].high
            found.append(Finding("no_effect", (campaign.name,), (
                f"The effect of {campaign.name} is not different from 0 in this history (return on spend "
                f"between 0 and about {high:.3g})."
            )))
    return found


def _variation(evidence: Evidence) -> list[Finding]:
    found = []
    for c, campaign in enumerate(evidence.campaigns):
        spend = evidence.history.spend[:, c]
        if spend.std() < HARDLY_VARIED * spend.mean():
            found.append(Finding("hardly_varied", (campaign.name,), (
                f"The spend of {campaign.name} was hardly ever varied (standard deviation "
                f"{spend.std() / spend.mean():.1%} of its average); its curve is an assumption."
            )))
        elif campaign.active_periods < FEW_PERIODS:
            found.append(Finding("few_periods", (campaign.name,), (
                f"{campaign.name} had spend in only {campaign.active_periods} of {len(spend)} periods."
            )))
    return found


def _shape(evidence: Evidence) -> list[Finding]:
    found = []
    vague = [
        campaign.name
        for campaign, ratio in zip(evidence.campaigns, evidence.prior_ratio, strict=True)
        if ratio[0] > FROM_PRIOR
    ]
    if vague:
        found.append(Finding("shape_from_prior", tuple(vague), (
            f"Where the curve of {listed(vague)} bends is mostly assumed (prior), not learnt: average "
            "returns are better known than marginal ones."
        )))
    beyond = [
        campaign.name
        for c, campaign in enumerate(evidence.campaigns)
        if campaign.half_spend > evidence.history.spend[:, c].max()
    ]
    if beyond:
        found.append(Finding("beyond_history", tuple(beyond), (
            f"The half_spend of {listed(beyond)} lies above the highest spend seen; the ceiling is an "
            "extrapolation."
        )))
    found += [
        Finding("bursts", (campaign.name,), (
            f"{campaign.name} was spent in bursts: a plan, which applies the curve before the carryover, "
            f"would value the same spend at {campaign.separable_ratio:.0%} of the fitted effect."
        ))
        for campaign in evidence.campaigns
        if not SEPARABLE[0] <= campaign.separable_ratio <= SEPARABLE[1]
    ]
    return found


def _whole(evidence: Evidence) -> list[Finding]:
    found = []
    quality, history = evidence.quality, evidence.history
    years = len(history) / PERIODS_PER_YEAR[history.period]
    if evidence.spec.season.harmonics and years < 2:
        found.append(Finding("short_history", (), (
            f"The yearly pattern rests on {years:.1f} years of history; campaigns that follow the season "
            "cannot be told from it."
        )))
    if quality.autocorrelation > AUTOCORRELATED:
        found.append(Finding("autocorrelated", (), (
            f"Neighbouring residuals are alike (correlation {quality.autocorrelation:.2f}): something that "
            "moves slowly is missing from the model, and the spreads may be too small."
        )))
    if quality.agreement < 0.5:
        found.append(Finding("starts_disagree", (), (
            f"Only {quality.agreement:.0%} of the {quality.starts} starts ended at the best optimum; "
            "raise starts."
        )))
    rest = evidence.decomposition
    negative = int(np.sum(rest.trend + rest.season + rest.controls < 0))
    if negative:
        found.append(Finding("negative_base", (), (
            f"Without advertising the model expects a result below 0 in {negative} periods; the campaigns "
            "are credited with too much."
        )))
    return found


def _strong_controls(history: History) -> list[tuple[str, float]]:
    found = []
    for k, name in enumerate(history.control_names):
        share = float(safe_correlation(np.stack([history.controls[:, k], history.result], axis=1))[0, 1] ** 2)
        if share > STRONG_CONTROL:
            found.append((name, share))
    return found


def _percent(value: float | None) -> str:
    return "n/a" if value is None else f"{value:.1%}"


__all__ = [
    "SEASON_LAG", "Evidence", "listed", "notes", "prior_ratio", "safe_correlation", "shape_correlation",
    "variance_inflation", "warnings",
]
