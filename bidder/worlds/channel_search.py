"""A search channel: keyword auctions with quality scores."""

from __future__ import annotations

import numpy as np

from bidder.arrays import Codes, Floats, Ints
from bidder.auctions.log import AuctionLog, CompetingBids, LogInfo
from bidder.auctions.ranked.ranking import quality_weights
from bidder.money import MICROS
from bidder.worlds.channel import Channel, Place, Visited
from bidder.worlds.draws import Block, Difference, delays, difference, hashed, order_values, pick, times
from bidder.worlds.keywords import make_keywords, whole_minor
from bidder.worlds.market_search import HIGHEST_BID, OurSearch, SearchDraws, SearchResults, clear_search
from bidder.worlds.rivals import search_rivals
from bidder.worlds.spec_channels import Search


class SearchChannel(Channel):
    """Keyword auctions, block by block.

    Attributes
    ----------
    keywords : Keywords
    """

    def __init__(self, place: Place, spec: Search) -> None:
        self.keywords = make_keywords(spec, place.world.currency, place.seed, place.number)
        rivals = search_rivals(spec, self.keywords, place.seed, place.number)
        words = (("channel", (place.name,)), ("keyword", self.keywords.name))
        info = LogInfo(self.keywords.campaigns, currency=place.world.currency, words=words)
        super().__init__(place, spec, rivals, info, len(self.keywords))
        self.search = spec
        self._slots = np.array(spec.slots)
        self._floor = round(spec.floor * MICROS)
        self._our_weight = quality_weights(self.keywords.quality.astype(np.float64), spec.squashing)
        self._value = self.keywords.order_value * MICROS
        self._edges = np.cumsum(self.keywords.share)

    def expected(self, block: Block) -> float:
        """Expected number of auctions in a block."""
        return self.search.auctions * block.share

    def make(self, block: Block, users: int) -> tuple[AuctionLog, Visited]:
        """The auctions of a block, and the visits that our clicks bring."""
        rng = self.generator(block)
        n = int(rng.poisson(self.expected(block)))
        ts, user = times(rng, block, n), rng.integers(0, users, n)
        keyword = pick(rng, self._edges, n)
        click = difference(rng, self.search.prediction, n)
        sale = difference(rng, self.search.prediction, n)
        draws = self._draws(rng, block, keyword, click, sale)
        out = self._results(n)
        bids = clear_search(
            self._floor, self._slots, draws, self.rival_state(block.hour), self._ours(block.hour), out
        )
        conversion = (draws.clicked & (rng.random(n, dtype=np.float32) < draws.sale_rate)).astype(np.uint8)
        log = AuctionLog(
            self.info, ts, self.keywords.campaign[keyword], out.market_price,
            auction=self.tally.auctions + np.arange(n), channel=np.zeros(n, dtype=np.int32), keyword=keyword,
            user=hashed(user), floor=np.full(n, self._floor, dtype=np.int64),
            pctr=np.minimum(self.keywords.ctr[keyword] * click.seen, 1.0),
            pcvr=np.minimum(self._cvr(keyword, block.hour) * sale.seen, 1.0),
            quality=self.keywords.quality[keyword].astype(np.float64), click=draws.clicked.astype(np.uint8),
            conversion=conversion, value=self._values(rng, keyword),
            conversion_delay=delays(rng, self.search.delay, conversion), bids=_bids(out, bids),
            first_row=self.tally.auctions,
        )
        won = np.flatnonzero(out.slot >= 0)
        self.count(log, won, out.click[won], out.cost[won], block)
        came = np.flatnonzero(out.click)
        return log, Visited(user[came], ts[came], conversion[came])

    def _cvr(self, keyword: Codes, hour: int) -> Floats:
        """True conversion probability of a usual click on each keyword in this hour."""
        hours = self.place.hours
        cvr = self.keywords.cvr[:, hours.slot[hour]] * hours.conversion[hour]
        taken: Floats = np.minimum(cvr, 1.0)[keyword]
        return taken

    def max_cpc(self, level: float) -> Ints:
        """Our bids in micros, whole minor units, with this factor on them; shape (J,)."""
        amount = np.minimum(self.keywords.max_cpc * level, HIGHEST_BID) / MICROS
        return whole_minor(amount, self.place.world.currency)

    def _values(self, rng: np.random.Generator, keyword: Codes) -> Ints:
        words = self.keywords
        return order_values(
            rng, words.order_value[keyword], words.order_spread[keyword], self.place.world.currency
        )

    def _draws(
        self, rng: np.random.Generator, block: Block, keyword: Codes, click: Difference, sale: Difference
    ) -> SearchDraws:
        both = click.seen * click.hidden
        click_rate = np.minimum(self.keywords.ctr[keyword] * both, 1.0)
        sale_rate = np.minimum(self._cvr(keyword, block.hour) * sale.seen * sale.hidden, 1.0)
        return SearchDraws(
            keyword, self.rivals.factors(rng, np.log(both)), click_rate, sale_rate,
            rng.random(len(keyword)) < click_rate, rng.random(len(keyword), dtype=np.float32),
        )

    def _ours(self, hour: int) -> OurSearch:
        words = self.keywords
        return OurSearch(
            self.max_cpc(self.level), words.max_cpc, self._our_weight, self._value, words.campaign,
            self.levels, self.response(hour), self.balance,
        )

    def _results(self, n: int) -> SearchResults:
        bids = n * len(self.rivals)
        return SearchResults(
            np.empty(n, np.int64), np.empty(n, np.int32), np.empty(bids, np.int32), np.empty(bids, np.int64),
            np.empty(bids), np.empty(n, np.int8), np.empty(n, np.uint8), np.empty(n, np.int64),
        )


def _bids(out: SearchResults, written: int) -> CompetingBids:
    offsets = np.concatenate([[0], np.cumsum(out.present, dtype=np.int64)])
    return CompetingBids(offsets, out.bidder[:written], out.bid[:written], out.quality[:written])
