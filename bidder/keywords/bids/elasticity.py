"""How a keyword's cost goes with its own bid, learned from days on which bids were moved.

On one day the keywords share the account's cost. Those whose bids stand above what is usual for them have
more of it than they usually have, those below less; by how much tells the elasticities, whatever moved the
account as a whole on that day. There are two of them, for what is raised is seldom what is cut: bids are
raised where they are low against competitors and much is to be won, and cut where they stand near the top.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from bidder.arrays import Floats
from bidder.keywords.data import RECENT_POWER, BidMoves

LEAST, MOST = 0.5, 3.5
DISPERSION = 4.0
"""Variance of what a cell of keywords costs over that of clicks of equal price that come by chance."""


@dataclass(frozen=True)
class Elasticity:
    """d log cost / d log bid of a keyword, below and above its usual bid, and their standard deviations."""

    down: float
    up: float
    down_sd: float = 0.0
    up_sd: float = 0.0

    @property
    def mean(self) -> float:
        """Of both."""
        return (self.down + self.up) / 2

    @property
    def dear(self) -> Elasticity:
        """One standard deviation to the side on which moved bids cost more."""
        return Elasticity(max(self.down - self.down_sd, 0.0), self.up + self.up_sd)

    def steeper(self, by: float) -> Elasticity:
        """Both larger."""
        return replace(self, down=self.down + by, up=self.up + by)

    def log_cost(self, move: Floats) -> Floats:
        """Logarithm of cost over usual cost, by that of bid over usual bid; shape as ``move``."""
        return np.where(move < 0, self.down, self.up) * move


PRIOR = Elasticity(RECENT_POWER, RECENT_POWER, 0.3, 0.3)
"""More clicks, and dearer ones: clicks and cost per click are about log-linear in the bid (Varian 2007,
"Position auctions", section 6)."""


def fit_elasticity(moves: BidMoves, weight: Floats) -> Elasticity:
    """Elasticities by maximum a posteriori, and their standard deviations by its curvature.

    Given what a day cost, its cells have shares of it in proportion to usual cost x exp(log_cost(move)):
    a multinomial likelihood with day effects conditioned out (McCullagh and Nelder 1989, section 6.4), in
    which a click counts as :data:`DISPERSION` of one.

    Parameters
    ----------
    moves : BidMoves
    weight : ndarray of float64, shape (M,)
        Of each cell; 0 leaves it out.
    """
    from scipy.optimize import minimize

    used = (weight > 0) & (moves.usual > 0)
    if not used.any():
        return PRIOR
    _, day = np.unique(moves.day[used], return_inverse=True)
    move, usual, cost = moves.move[used], moves.usual[used], moves.cost[used].astype(np.float64)
    clicks = float(moves.clicks[used].sum())
    counts = weight[used] * cost * (clicks / max(float(cost.sum()), 1.0)) / DISPERSION
    totals = np.bincount(day, counts)[day]
    sides = np.stack([np.minimum(move, 0.0), np.maximum(move, 0.0)])
    prior, precision = np.array([PRIOR.down, PRIOR.up]), np.array([PRIOR.down_sd, PRIOR.up_sd]) ** -2.0

    def loss(guess: Floats) -> tuple[float, Floats]:
        log_cost = guess @ sides
        expected = usual * np.exp(log_cost)
        whole = np.bincount(day, expected)[day]
        likelihood = counts @ (log_cost - np.log(whole))
        off, excess = guess - prior, totals * expected / whole - counts
        return float(precision @ off**2 / 2 - likelihood), precision * off + sides @ excess

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=[(LEAST, MOST)] * 2).x
    share = usual * np.exp(found @ sides)
    share = share / np.bincount(day, share)[day]
    centred = sides - np.stack([np.bincount(day, share * side)[day] for side in sides])
    curve = (centred * (totals * share)) @ centred.T + np.diag(precision)
    return Elasticity(*found.tolist(), *np.sqrt(np.diag(np.linalg.inv(curve))).tolist())


def cost_index(moves: BidMoves, elasticity: Elasticity, first: int, days: int) -> Floats:
    """Log of what each day's bids make of the cost of the keywords that it tells, shape (days,).

    Parameters
    ----------
    first : int
        Ordinal of the first day.

    Returns
    -------
    ndarray of float64
        0 where all bids are usual, NaN on a day without a cell.
    """
    place = moves.day - first
    usual = np.bincount(place, moves.usual, days)
    moved = np.bincount(place, moves.usual * np.exp(elasticity.log_cost(moves.move)), days)
    known = usual > 0
    index: Floats = np.full(days, np.nan)
    index[known] = np.log(moved[known] / usual[known])
    return index
