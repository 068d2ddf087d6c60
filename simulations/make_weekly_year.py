"""Write a plan config of 50 campaigns over 52 weeks, to see how planning a whole year feels.

    python simulations/make_weekly_year.py configs/weekly-year.yaml

Base spends are lognormal; every curve is a Hill curve that earns a plausible ROAS there. The same seed
gives the same bytes.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

CHANNELS = {
    # channel: (campaigns, median CNY a week, ROAS at the base spend, order value)
    "search": (16, 34_000.0, 5.0, 200.0),
    "social": (14, 30_000.0, 4.2, 185.0),
    "shopping": (8, 26_000.0, 4.8, 210.0),
    "video": (8, 22_000.0, 3.6, 180.0),
    "retargeting": (4, 18_000.0, 5.5, 205.0),
}
LINES = ("beauty", "home", "food", "sport", "kids", "pets", "garden", "travel")
HEADER = """\
# A whole year by weeks: 50 campaigns in five channels, with yearly and weekly limits, caps and ROAS
# floors for groups of campaigns, and limits on every change from week to week.
#
#   bidder plan configs/weekly-year.yaml
#
# Written by simulations/make_weekly_year.py with seed {seed}; change it there.
name: weekly-year
currency: CNY
horizon: {{start: 2027-01-04, periods: 52, period: week}}
objective: {{maximize: revenue}}
budget: {{total: {total}}}

seasonality:
  - {{dates: [2027-01-25, 2027-02-14], traffic: 0.7, conversion: 0.9}}               # Spring Festival
  - {{dates: [2027-03-01, 2027-03-14], traffic: 1.15, conversion: 1.1}}              # 8 March
  - {{dates: [2027-05-31, 2027-06-20], traffic: 1.5, price: 1.2, conversion: 1.2}}   # 618
  - {{dates: [2027-07-05, 2027-08-22], traffic: 0.9}}                                # summer
  - {{dates: [2027-10-18, 2027-11-14], traffic: 1.7, price: 1.3, conversion: 1.25}}  # Double 11
  - {{dates: [2027-12-06, 2027-12-19], traffic: 1.2, price: 1.1, conversion: 1.1}}   # Double 12

"""


@dataclass(frozen=True)
class Made:
    """One campaign: its name, product line, base spend (CNY a week) and lines of YAML."""

    name: str
    line: str
    base: float
    yaml: str


def generate(seed: int = 52) -> str:
    """The config as YAML text."""
    rng = np.random.default_rng(seed)
    channels = {
        channel: [_campaign(rng, channel, k) for k in range(CHANNELS[channel][0])] for channel in CHANNELS
    }
    year = {channel: 52 * sum(c.base for c in made) for channel, made in channels.items()}
    total = _round(sum(year.values()) * 1.1)
    parts = [HEADER.format(seed=seed, total=total), "channels:\n"]
    for channel, made in channels.items():
        parts.append(f"  {channel}:\n    spend: {{max: {_round(1.3 * year[channel])}}}\n    campaigns:\n")
        parts += [c.yaml for c in made]
    parts += [_groups(channels), _constraints(channels, total)]
    return "".join(parts)


def _campaign(rng: np.random.Generator, channel: str, number: int) -> Made:
    _, median, roas, value = CHANNELS[channel]
    line = LINES[number % len(LINES)]
    name = f"{line}-{number // len(LINES) + 1}"
    base = _round(median * rng.lognormal(0.0, 0.55), 3)
    half = _round(base * rng.uniform(0.6, 1.8), 3)
    slope = round(float(rng.uniform(0.8, 1.0)), 2)
    order = _round(value * rng.uniform(0.85, 1.2), 3)
    # A Hill curve's ceiling from its value at the base spend.
    at_base = base * roas * rng.lognormal(0.0, 0.2) / order
    ceiling = _round(at_base * (half**slope + base**slope) / base**slope, 4)
    margin = round(float(rng.uniform(0.3, 0.5)), 2)
    curve = f"curve: {{kind: hill, ceiling: {ceiling}, half_spend: {half}, slope: {slope}}}"
    spend = f"spend: {{min: {_round(0.1 * base, 2)}, max: {_round(3 * base, 3)}}}"
    first = f"      {name}:\n        {curve}\n"
    second = f"        {spend}\n        order_value: {order}\n        margin: {margin}\n"
    return Made(f"{channel}/{name}", line, base, first + second + _extra(channel, line))


def _extra(channel: str, line: str) -> str:
    """What a channel's campaigns have besides a curve."""
    if channel in ("social", "video"):
        return "        carryover: {kind: geometric, retention: 0.35, periods: 6}\n"
    if channel == "search" and line in ("garden", "travel"):
        return "        seasonality: [{dates: [2027-03-29, 2027-05-30], traffic: 1.4}]\n"
    return ""


def _groups(channels: dict[str, list[Made]]) -> str:
    rows = ["\ngroups:\n"]
    for line in LINES:
        members = [c.name for made in channels.values() for c in made if c.line == line]
        rows.append(f"  {line}: [{', '.join(members)}]\n")
    return "".join(rows)


def _constraints(channels: dict[str, list[Made]], total: int) -> str:
    by_line = {
        line: 52 * sum(c.base for made in channels.values() for c in made if c.line == line) for line in LINES
    }
    rows = [
        "\nconstraints:\n",
        f"  - {{name: weekly ceiling, kind: spend, per: period, max: {_round(1.5 * total / 52, 3)}}}\n",
        f"  - {{name: first quarter, kind: cash, by: 2027-04-04, max: {_round(0.22 * total, 3)}}}\n",
        "  - {name: week to week, kind: ramp, scope: {each: campaign}, max_percent: 30}\n",
        "  - {name: ROAS of the year, kind: roas, min: 3.5}\n",
    ]
    for line in LINES:
        scope = f"scope: {{group: {line}}}"
        rows += [
            f"  - {{name: {line} cap, kind: spend, {scope}, max: {_round(1.25 * by_line[line])}}}\n",
            f"  - {{name: {line} ROAS, kind: roas, {scope}, min: 3.2}}\n",
        ]
    return "".join(rows)


def _round(value: float, digits: int = 3) -> int:
    """A whole number with some significant digits, as people write budgets."""
    return int(float(f"{value:.{digits}g}"))


def main() -> None:
    parser = argparse.ArgumentParser(description="Write a plan config of 50 campaigns over 52 weeks.")
    parser.add_argument("path", type=Path, help="YAML file to write")
    parser.add_argument("--seed", type=int, default=52)
    options = parser.parse_args()
    options.path.write_text(generate(options.seed), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
