"""Finding the best parameters: bounded least squares from several seeded starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares, nnls

from bidder.budget.fitting.model import (
    CEILING,
    LOG_HALF,
    LOG_SLOPE,
    PER_CAMPAIGN,
    RETENTION,
    Model,
    shapes,
)

Floats = NDArray[np.float64]
Progress = Callable[[str, int, int], None]
"""Called with what is being done, how many are done, and how many there are."""

SAME_OPTIMUM = 0.05
"""Half sums of squares (log posterior, nats) closer than this count as the same optimum."""
LEAST_NOISE = 1e-6  # of the average result; a history without noise must not divide by zero


@dataclass(frozen=True)
class Optimum:
    """The best parameters found.

    Attributes
    ----------
    parameters : ndarray, shape (C, 4)
        Ceiling (in units of the model's scale), retention, log half_spend, log slope.
    model : Model
        The model with the noise that belongs to this optimum.
    costs : ndarray, shape (starts,)
        Half the sum of squared residuals at the end of every start.
    freedom : float
        Parameters that the data had to pay for: rank of the base plus the effective number of curve
        parameters (trace of the hat matrix, the priors taken into account).
    """

    parameters: Floats
    model: Model
    costs: Floats
    freedom: float

    @property
    def agreement(self) -> float:
        """Share of the starts that ended at the best optimum."""
        return float(np.mean(self.costs <= self.costs.min() + SAME_OPTIMUM))


def search(model: Model, starts: int, rng: np.random.Generator, progress: Progress | None = None) -> Optimum:
    """Best parameters of a model.

    The noise is estimated first from the curves the priors expect, and again at the best optimum,
    from which the search then goes on.

    Parameters
    ----------
    starts : int
        Number of starting points; the first is the centre of the priors, the others are drawn
        uniformly between the bounds.
    """
    points = [_with_ceilings(model, model.priors.centre)]
    points += [_with_ceilings(model, _random_shapes(model, rng)) for _ in range(starts - 1)]
    model = replace(model, noise=_noise(model, points[0], len(model.basis.T) + len(model.lags)))
    ends = []
    for number, point in enumerate(points):
        ends.append(descend(model, point, 1e-8))
        if progress:
            progress("starts", number + 1, starts)
    costs = np.array([cost for _, cost in ends])
    best = ends[int(np.argmin(costs))][0]
    freedom = 0.0
    for _ in range(2):
        freedom = effective_parameters(model, best)
        model = replace(model, noise=_noise(model, best, freedom))
        best, _ = descend(model, best, 1e-10)
    return Optimum(best, model, costs, freedom)


def descend(model: Model, start: Floats, tolerance: float) -> tuple[Floats, float]:
    """Parameters, shape (C, 4), and cost at the end of one descent."""
    low, high = model.priors.low.ravel(), model.priors.high.ravel()
    width = np.where(np.isfinite(high), high - low, 1.0)
    inside = np.clip(start.ravel(), low + 1e-6 * width, high - 1e-6 * width)
    end = least_squares(
        model.residuals, inside, model.jacobian, bounds=(low, high), method="trf", x_scale="jac",
        ftol=tolerance, xtol=tolerance, gtol=tolerance, max_nfev=400,
    )
    parameters = np.asarray(end.x, dtype=np.float64).reshape(-1, PER_CAMPAIGN)
    return parameters, float(end.cost)


def effective_parameters(model: Model, parameters: Floats) -> float:
    """Rank of the base plus the trace of the curves' hat matrix (Hastie and Tibshirani 1990)."""
    jacobian = model.jacobian(parameters.ravel())
    free = _free(model, parameters)
    jacobian = jacobian[:, free]
    data = jacobian[: len(model.result)]
    used = np.linalg.solve(jacobian.T @ jacobian, data.T @ data) if free.any() else np.zeros((0, 0))
    return len(model.basis.T) + float(np.trace(used))


def _free(model: Model, parameters: Floats) -> NDArray[np.bool_]:
    """Parameters that do not stand at a bound, shape (4 C,)."""
    low, high = model.priors.low, model.priors.high
    free: NDArray[np.bool_] = ((parameters > low + 1e-4) & (parameters < high - 1e-4)).ravel()
    return free


def _noise(model: Model, parameters: Floats, freedom: float) -> float:
    left = model.residuals(parameters.ravel())[: len(model.result)] * model.noise
    rows = len(model.result)
    return max(float(np.sqrt(left @ left / max(rows - freedom, rows / 4))), LEAST_NOISE)


def _random_shapes(model: Model, rng: np.random.Generator) -> Floats:
    point = model.priors.centre.copy()
    for column in (RETENTION, LOG_HALF, LOG_SLOPE):
        point[:, column] = rng.uniform(model.priors.low[:, column], model.priors.high[:, column])
    return point


def _with_ceilings(model: Model, point: Floats) -> Floats:
    """The point with the non-negative ceilings that fit best for its shapes."""
    value = model.without_base(shapes(model.lags, point).value.T)
    # A faint ridge keeps a campaign that was never varied from making the problem singular.
    ridge = np.diag(np.full(value.shape[1], 1e-3))
    found, _ = nnls(
        np.concatenate([value, ridge]),
        np.concatenate([model.without_base(model.result), np.zeros(len(ridge))]),
    )
    start = point.copy()
    start[:, CEILING] = np.maximum(found, 0.01)
    return start
