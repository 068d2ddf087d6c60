"""How well the history determines the curves: refits to resampled residuals and priors.

Randomised maximum a posteriori (Bardsley, Solonen, Haario and Laine 2014, "Randomize-then-optimize"):
every draw adds residuals resampled in moving blocks (Künsch 1989), which keep their autocorrelation,
to the fitted result, draws new centres for the priors, and fits again. For a linear model with
independent normal noise the draws are exact samples of the posterior; here they are an approximation
that respects the bounds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bidder.budget.fitting.model import CEILING, Model, shapes
from bidder.budget.fitting.search import Optimum, Progress, descend

Floats = NDArray[np.float64]

SPREAD_RANGE = (0.02, 2.0)
"""Least and most spread handed to a plan."""


@dataclass(frozen=True)
class Draws:
    """Refitted parameters and effects.

    Attributes
    ----------
    parameters : ndarray, shape (N, C, 4)
        As in :class:`~bidder.budget.fitting.search.Optimum`.
    effects : ndarray, shape (N, C)
        Sum of each campaign's contribution over the history, in units of the model's scale.
    """

    parameters: Floats
    effects: Floats


def draw(
    optimum: Optimum, number: int, block: int, rng: np.random.Generator, progress: Progress | None = None
) -> Draws:
    """Refit ``number`` times to residuals resampled in blocks of ``block`` periods."""
    model, best = optimum.model, optimum.parameters
    rows = len(model.result)
    left = model.residuals(best.ravel())[:rows] * model.noise
    fitted = model.result - left
    # Residuals are smaller than the noise by the freedom the fit has used.
    left = (left - left.mean()) * np.sqrt(rows / max(rows - optimum.freedom, rows / 4))
    found = []
    for count in range(number):
        centre = model.priors.centre + model.priors.spread * rng.standard_normal(best.shape)
        again = replace(
            model,
            result=fitted + left[_blocks(rows, block, rng)],
            priors=replace(model.priors, centre=centre),
        )
        found.append(descend(again, best, 1e-6)[0])
        if progress and (count + 1) % 10 == 0:
            progress("spread", count + 1, number)
    parameters = np.stack(found)
    effects = np.stack([effect(model, p) for p in found])
    return Draws(parameters, effects)


def effect(model: Model, parameters: Floats) -> Floats:
    """Sum of each campaign's contribution over the history, shape (C,), units of the scale."""
    total: Floats = parameters[:, CEILING] * shapes(model.lags, parameters).value.sum(axis=1)
    return total


def block_length(rows: int, season: int) -> int:
    """Block of about the cube root of the history, in whole weeks for daily data (season 7)."""
    length = max(round(float(np.cbrt(rows))), 1)
    return -(-length // season) * season if season == 7 else length


def log_spread(effects: Floats) -> Floats:
    """Standard deviation of the log effect of a lognormal with the draws' mean and variance.

    ``sqrt(log(1 + (sd / mean)^2))``; unlike the logarithm itself it takes effects of zero. Clipped
    to :data:`SPREAD_RANGE`.

    Parameters
    ----------
    effects : ndarray, shape (N, C)
    """
    mean = effects.mean(axis=0)
    relative = np.divide(effects.std(axis=0), mean, out=np.full_like(mean, np.inf), where=mean > 0)
    clipped: Floats = np.clip(np.sqrt(np.log1p(np.minimum(relative, 1e6) ** 2)), *SPREAD_RANGE)
    return clipped


def _blocks(rows: int, block: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Row numbers of a moving-block resample, shape (rows,)."""
    block = min(block, rows)
    first = rng.integers(0, rows - block + 1, size=-(-rows // block))
    picked: NDArray[np.int64] = (first[:, None] + np.arange(block)).ravel()[:rows]
    return picked
