"""Bids that hold a share of impressions, for brand terms for instance."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Bools, Ints
from bidder.keywords.data import Night
from bidder.keywords.result import ClickValue
from bidder.keywords.spec_bidding import PositionTarget
from bidder.money import MICROS

LEAST_SHARE = 0.05
"""A share of impressions below this says little about how far the bid is off."""


def position_bids(
    night: Night, supported: Ints, value: ClickValue, targets: list[PositionTarget]
) -> tuple[Ints, Bools]:
    """Bids that are expected to bring the share of impressions that is to be held.

    With an elasticity e of the share to the bid, the bid that brings the share s' is b (s' / s)^(1/e), from
    the reference bid b at which the share s was measured. It is limited to ``max_ratio`` times the bid that
    value supports, and to the CPC at which a conversion costs ``max_cpa``.

    Parameters
    ----------
    night : Night
    supported : ndarray of int64, shape (J,)
        Micros.
    value : ClickValue
    targets : list of PositionTarget

    Returns
    -------
    bids : ndarray of int64, shape (J,)
        Micros; ``supported`` where no target applies.
    aimed : ndarray of bool, shape (J,)
        Where one does: keywords of its class whose share and bid are known.
    """
    share, reference = night.keywords.impression_share, night.reference_bid
    bids, aimed = supported.copy(), np.zeros(len(supported), dtype=np.bool_)
    for target in targets:
        number = night.classes.index(target.keyword_class)
        rows = np.flatnonzero((night.keyword_class == number) & np.isfinite(share) & (reference > 0) & ~aimed)
        seen = np.maximum(share[rows], LEAST_SHARE)
        wanted = reference[rows] * (target.impression_share / seen) ** (1 / target.elasticity)
        most = target.max_ratio * supported[rows]
        if target.max_cpa is not None:
            most = np.minimum(most, value.cvr[rows] * target.max_cpa * MICROS)
        bids[rows] = np.rint(np.minimum(wanted, most)).astype(np.int64)
        aimed[rows] = True
    return bids, aimed
