"""What keywords bid in each time slot."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Codes, Floats, Ints

_TIE = 1e-9


@numba.njit(cache=True)  # type: ignore[untyped-decorator]
def _fill(
    bid: Ints, campaign: Codes, modifier: Floats, step: int, low: int, high: int, out: NDArray[np.int32]
) -> None:  # pragma: no cover - compiled
    slots = modifier.shape[1]
    for j in range(len(bid)):
        c, steps = campaign[j], bid[j] / step
        first, last = (np.float64(low), np.float64(high)) if bid[j] >= 0 else (0.0, 0.0)
        for h in range(slots):
            nearest = np.ceil(steps * modifier[c, h] - (0.5 + _TIE))
            out[j, h] = np.int32(min(max(nearest, first), last))


def slot_bids(
    bid: Ints,
    campaign: Codes,
    modifier: Floats,
    step: int,
    low: int,
    high: int,
    out: NDArray[np.int32] | None = None,
) -> NDArray[np.int32]:
    """Bids of J keywords in each of H slots, in steps of the platform's bid unit.

    Parameters
    ----------
    bid : ndarray of int64, shape (J,)
        Micros; -1 where unknown.
    campaign : ndarray of int32, shape (J,)
        Row of ``modifier``.
    modifier : ndarray of float64, shape (C, H)
    step, low, high : int
        Bid unit and range of bids, micros.
    out : ndarray of int32, shape (J, H), optional
        Where to put them.

    Returns
    -------
    ndarray of int32, shape (J, H)
        The nearest legal bids, ties down; 0 where the bid is unknown. Times ``step`` they are micros.

    Raises
    ------
    ValueError
        When no whole step lies in the range, the highest is no int32, a campaign has no modifiers, or
        ``out`` is of another shape.
    """
    first, last = -(-low // step), high // step
    if not 0 <= first <= last <= np.iinfo(np.int32).max:
        raise ValueError(f"no bids in steps of {step} between {low} and {high} that fit into 32 bits")
    if len(campaign) and not 0 <= int(campaign.min()) <= int(campaign.max()) < len(modifier):
        raise ValueError(f"campaigns must be rows of {len(modifier)} modifiers")
    shape = (len(bid), modifier.shape[1])
    if out is None:
        out = np.empty(shape, dtype=np.int32)
    elif out.shape != shape or out.dtype != np.int32:
        raise ValueError(f"out must be of int32 and shape {shape}")
    _fill(bid, campaign, np.ascontiguousarray(modifier), step, first, last, out)
    return out
