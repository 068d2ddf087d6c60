"""Display channels: impressions for anybody, and retargeting for users who have visited the shop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Codes, Ints
from bidder.auctions.log import AuctionLog, LogInfo
from bidder.money import MICROS
from bidder.worlds.channel import Channel, Place, Visited
from bidder.worlds.draws import Block, delays, difference, hashed, order_values, pick, times
from bidder.worlds.hours import DAY
from bidder.worlds.keywords import week_profile
from bidder.worlds.market_display import (
    BOUGHT,
    NEVER,
    Audience,
    DisplayDraws,
    DisplayResults,
    OurDisplay,
    Shop,
    Visits,
    clear_display,
)
from bidder.worlds.rivals import display_rivals
from bidder.worlds.spec_channels import Display, DisplayCampaign, Retargeting

_INTS, _BYTES, _FLOATS = np.zeros(0, np.int64), np.zeros(0, np.uint8), np.zeros(0, np.float32)
NOBODY = Audience(_INTS, _INTS, _FLOATS, _INTS)
NO_VISITS = Visits(_INTS, _INTS, _BYTES, _BYTES, np.zeros((0, 2), np.float32), _BYTES)
NO_SHOP = Shop(_INTS, np.zeros(0, np.int8), np.zeros(3))


class ImpressionChannel(Channel):
    """What display and retargeting share."""

    def __init__(
        self, place: Place, spec: Display | Retargeting, campaigns: dict[str, DisplayCampaign]
    ) -> None:
        rivals = display_rivals(spec, len(campaigns), place.seed, place.number)
        words = (("channel", (place.name,)), ("placement", tuple(spec.placements)))
        info = LogInfo(tuple(campaigns), currency=place.world.currency, words=words)
        super().__init__(place, spec, rivals, info, 0)
        self.display = spec
        kinds = list(campaigns.values())
        self.ctr = np.array([c.ctr for c in kinds])
        self.cvr = np.array([c.cvr * week_profile(c) for c in kinds])
        self.value = np.array([c.order_value.mean for c in kinds])
        self._spread = np.array([c.order_value.spread for c in kinds])
        self._floor = round(spec.floor_cpm / 1000 * MICROS)
        share = np.array([c.traffic for c in kinds])
        self._edges = np.cumsum(share / share.sum())

    def _draws(self, rng: np.random.Generator, n: int) -> DisplayDraws:
        click = difference(rng, self.display.prediction, n)
        sale = difference(rng, self.display.prediction, n)
        return DisplayDraws(
            self.rivals.factors(rng, np.log(click.seen * click.hidden)), click.seen, click.hidden, sale.seen,
            sale.hidden, rng.random(n), rng.random(n),
        )

    def _ours(self, hour: int) -> OurDisplay:
        hours = self.place.hours
        cvr = np.minimum(self.cvr[:, hours.slot[hour]] * hours.conversion[hour], 1.0)
        return OurDisplay(
            self.ctr, cvr, self.value * MICROS, self.display.ours.cpm / 1000 * MICROS, self.level,
            self.levels, self.response(hour), self.balance, self.display.payment == "first_price",
        )

    def _log(
        self, rng: np.random.Generator, ts: Ints, user: Ints, campaign: Codes, out: DisplayResults,
        last_visit: Ints | None = None,
    ) -> AuctionLog:
        n = len(ts)
        placement = rng.integers(0, len(self.display.placements), n, dtype=np.int32)
        currency = self.place.world.currency
        return AuctionLog(
            self.info, ts, campaign, out.market_price, auction=self.tally.auctions + np.arange(n),
            channel=np.zeros(n, dtype=np.int32), placement=placement, user=hashed(user),
            floor=np.full(n, self._floor, dtype=np.int64), pctr=out.pctr, pcvr=out.pcvr, click=out.click,
            conversion=out.conversion,
            value=order_values(rng, self.value[campaign], self._spread[campaign], currency),
            conversion_delay=delays(rng, self.display.delay, out.conversion), last_visit=last_visit,
            first_row=self.tally.auctions,
        )

    def _finish(self, log: AuctionLog, user: Ints, out: DisplayResults, block: Block) -> Visited:
        won = np.flatnonzero(out.won)
        self.count(log, won, out.click[won], out.cost[won], block)
        came = won[out.click[won] > 0]
        return Visited(user[came], log.ts[came], out.conversion[came])


class DisplayChannel(ImpressionChannel):
    """Impressions for anybody, block by block."""

    def __init__(self, place: Place, spec: Display) -> None:
        super().__init__(place, spec, spec.campaigns)
        self._auctions = spec.auctions

    def expected(self, block: Block) -> float:
        """Expected number of auctions in a block."""
        return self._auctions * block.share

    def make(self, block: Block, users: int) -> tuple[AuctionLog, Visited]:
        """The auctions of a block, and the visits that our clicks bring."""
        rng = self.generator(block)
        n = int(rng.poisson(self.expected(block)))
        ts, user = times(rng, block, n), rng.integers(0, users, n)
        campaign = pick(rng, self._edges, n)
        out = _results(n)
        clear_display(
            self._floor, campaign, NOBODY, NO_VISITS, NO_SHOP, self._draws(rng, n),
            self.rival_state(block.hour), self._ours(block.hour), out,
        )
        log = self._log(rng, ts, user, campaign, out)
        return log, self._finish(log, user, out, block)


class RetargetingChannel(ImpressionChannel):
    """Impressions before the eyes of earlier visitors, block by block."""

    def __init__(self, place: Place, spec: Retargeting) -> None:
        super().__init__(place, spec, {"viewed": spec.viewed, "cart": spec.cart})
        self.retargeting = spec

    def expected(self, block: Block) -> float:
        """Nothing is known before the visitors are."""
        return 0.0

    def make(self, block: Block, visits: Visits, shop: Shop) -> tuple[AuctionLog, Visited]:
        """The auctions of a block, between the block's visits; the visits that our clicks bring."""
        rng = self.generator(block)
        pool = self._pool(block, shop)
        hours = self.place.hours
        day = hours.traffic[hours.day == hours.day[block.hour]]
        of_day = hours.traffic[block.hour] / max(day.sum(), 1e-300) * block.length / 3_600_000_000
        n = int(rng.poisson(len(pool) * self.retargeting.auctions_per_visitor_day * of_day))
        ts, user = times(rng, block, n), pool[rng.integers(0, max(len(pool), 1), n)]
        audience = Audience(ts, user, rng.random(n, dtype=np.float32), np.empty(n, np.int64))
        campaign, out = np.empty(n, np.int32), _results(n)
        faded = shop._replace(chances=np.append(shop.chances[:2], self.retargeting.fading_days))
        clear_display(
            self._floor, campaign, audience, visits, faded, self._draws(rng, n), self.rival_state(block.hour),
            self._ours(block.hour), out,
        )
        log = self._log(rng, ts, user, campaign, out, audience.last_visit)
        return log, self._finish(log, user, out, block)

    def _pool(self, block: Block, shop: Shop) -> NDArray[np.int64]:
        """Users whose last visit lies within the window and did not end with an order."""
        since = block.start - round(self.retargeting.window_days * DAY)
        seen = (shop.last_visit >= since) & (shop.stage > NEVER) & (shop.stage < BOUGHT)
        return np.flatnonzero(seen)


def _results(n: int) -> DisplayResults:
    return DisplayResults(
        np.empty(n, np.int64), np.empty(n), np.empty(n), np.empty(n, np.uint8), np.empty(n, np.uint8),
        np.empty(n, np.uint8), np.empty(n, np.int64),
    )
