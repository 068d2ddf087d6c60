"""Small worlds for the tests."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from bidder.auctions.log import AuctionLog
from bidder.files.overrides import apply_overrides
from bidder.files.yaml_reader import build, parse_yaml
from bidder.worlds.spec import WorldSpec
from bidder.worlds.world import World

TEXT = """
name: small
seed: 5
calendar: {start: 2026-11-09, days: 3, time_zone: Asia/Shanghai}
visitors: {users: 3000, organic_visits: 3000, visited_before: 0.1}
channels:
  search:
    kind: search
    auctions: 20000
    keywords:
      - {kind: core, count: 4, traffic: 3, ctr: 0.2, cvr: 0.2}
      - {kind: long_tail, count: 8, traffic: 1, ctr: 0.3, cvr: 0.3}
    competitors:
      - {name: 旗舰店, count: 2, value_share: 0.3}
      - {name: 小店, count: 2, value_share: 0.2, quality: 4}
  social:
    kind: display
    auctions: 20000
    campaigns: {feed: {ctr: 0.1, cvr: 0.2}, story: {ctr: 0.05, cvr: 0.3}}
    competitors: [{name: 快消, count: 3, cpm: 20}]
    ours: {cpm: 22}
  banner:
    kind: display
    auctions: 5000
    payment: first_price
    campaigns: {brand: {ctr: 0.1, cvr: 0.2}}
    competitors: [{name: 汽车, count: 2, cpm: 20}]
    ours: {cpm: 22}
  retargeting:
    kind: retargeting
    auctions_per_visitor_day: 8
    window_days: 2
    viewed: {ctr: 0.1, cvr: 0.2}
    cart: {ctr: 0.2, cvr: 0.4}
    competitors: [{name: 平台, count: 2, cpm: 30}]
    ours: {cpm: 35}
"""


def spec_of(*overrides: str, text: str = TEXT) -> WorldSpec:
    """The small world with settings over it."""
    return build(WorldSpec, apply_overrides(parse_yaml(text, "small.yaml"), overrides))


def only(channel: str, *overrides: str) -> WorldSpec:
    """The small world with one of its channels alone."""
    spec = spec_of(*overrides)
    return spec.model_copy(update={"channels": {channel: spec.channels[channel]}})


@dataclass
class Lived:
    """A world that has been run, with everything that came out of it."""

    world: World
    logs: dict[str, AuctionLog]
    visit_user: np.ndarray
    visit_ts: np.ndarray


def live(spec: WorldSpec, seed: int | None = None) -> Lived:
    """Run a world and put its pieces together."""
    world = World(spec, seed)
    visits = [world.before()]
    pieces: dict[str, list[AuctionLog]] = {name: [] for name in world.channels}
    for made in world.run():
        visits.append(made.visits)
        for name, log in made.logs.items():
            pieces[name].append(log)
    logs = {name: joined(logs) for name, logs in pieces.items()}
    user, ts = (np.concatenate([getattr(v, k) for v in visits]) for k in ("user", "ts"))
    return Lived(world, logs, user, ts)


def joined(logs: list[AuctionLog]) -> AuctionLog:
    """One log made of consecutive ones."""
    changes = {}
    for field in fields(AuctionLog):
        columns = [getattr(log, field.name) for log in logs]
        if isinstance(columns[0], np.ndarray):
            changes[field.name] = np.concatenate(columns)
    if logs[0].bids is not None:
        counts = np.concatenate([np.diff(log.bids.offsets) for log in logs])
        columns = {
            k: np.concatenate([getattr(log.bids, k) for log in logs]) for k in ("bidder", "bid", "quality")
        }
        changes["bids"] = replace(logs[0].bids, offsets=np.append(0, np.cumsum(counts)), **columns)
    return replace(logs[0], **changes)
