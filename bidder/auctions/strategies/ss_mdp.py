"""Sponsored-search MDP."""

from __future__ import annotations

from typing import Literal

import numpy as np

from bidder.arrays import Floats
from bidder.auctions.strategies.base import Requests
from bidder.auctions.strategies.value_table import TableParams, TableStrategy


class SsMdpParams(TableParams):
    """Parameters of :class:`SsMdp`."""

    kind: Literal["ss_mdp"]
    """Kind of strategy."""


class SsMdp(TableStrategy):
    """The dynamic program of :class:`~bidder.auctions.strategies.rlb.Rlb` with every auction worth the
    average click rate (Amin et al., "Budget optimization for sponsored search: censored learning in
    MDPs", UAI 2012; as the baseline SS-MDP of Cai et al., WSDM 2017, section 4.3).

    Parameters: ``average_ctr``, ``price_histogram``, ``step``.
    """

    Params = SsMdpParams

    def base(self, requests: Requests) -> Floats:
        """The average click rate for every auction, shape (n,) where all settings have the same."""
        rates = self.column("average_ctr")
        if (rates == rates[0]).all():
            return np.full(len(requests), rates[0])
        return np.repeat(rates[:, None], len(requests), axis=1)
