"""Replays of censored logs: what is said of them, and what becomes of prices that nobody knows."""

from __future__ import annotations

import numpy as np
import pytest
from replay_runs import DAY, START, run, table

from bidder.errors import InputError

EXPERIMENT = """\
name: hidden
log: {reader: csv, path: log.csv, censored: CENSORED}
episodes: {period: day, budget: 30000}
outcomes: drawn
split: {train: 0.5}
strategies:
  - {name: flat, kind: constant, bid: [20, 60]}
  - {name: max, kind: constant, bid: 1000}
"""


def hidden(folder, censored="true", change=("", "")):
    """A log of 8,000 auctions, of which about half were lost, with prices either hidden or not."""
    rng = np.random.default_rng(2)
    price, bid = (np.floor(rng.lognormal(3, 0.6, 8000)).astype(int) for _ in range(2))
    rows = ["ts,campaign,market_price,lost_bid,pctr"]
    for k in range(8000):
        lost = censored == "true" and bid[k] < price[k]
        cells = ("", bid[k]) if lost else (price[k], "")
        rows.append(f"{START + k * 10 * DAY // 8000},c,{cells[0]},{cells[1]},0.05")
    folder.mkdir(exist_ok=True)
    (folder / "log.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    config = folder / "hidden.yaml"
    config.write_text(EXPERIMENT.replace("CENSORED", censored).replace(*change), encoding="utf-8")
    return config


DRAWN = "log.unknown_prices=drawn"


def shown(folder, out="out"):
    rows = [row for row in table(folder / out / "results.csv") if row["part"] == "test"]
    return np.array([[int(row["impressions"]), int(row["cost"])] for row in rows])


def test_unknown_prices_are_never_won_and_that_is_said(tmp_path):
    outcome = run(hidden(tmp_path))
    log, notes = outcome.summary["log"], outcome.summary["notes"]
    assert log["censored"] and notes[0].startswith("the log is censored: ")
    assert sum(note.startswith("the log is censored") for note in notes) == 1
    lost = 4000 - int(table(tmp_path / "out" / "results.csv")[-1]["impressions"])
    assert notes[1].startswith(f"{lost:,} of 4,000 auctions have no known price: they are never won")
    assert outcome.result.prices.method == "kaplan_meier" and outcome.result.prices.censored


def test_drawn_prices_bring_what_the_whole_log_would_have_brought(tmp_path):
    run(hidden(tmp_path / "whole", "false"))
    config = hidden(tmp_path / "censored")
    run(config, "lost")
    outcome = run(config, overrides=[DRAWN])
    truth, drawn, lost = (
        shown(tmp_path / folder, out)
        for folder, out in (("whole", "out"), ("censored", "out"), ("censored", "lost"))
    )
    assert (np.abs(drawn / truth - 1) < 0.02)[:2].all()
    assert (lost / truth < 0.8).all() and (lost[1:] / truth[1:] < 0.6).all()
    # With a bid above all known prices, only the draws that lie above them too are missing.
    assert 0.97 < drawn[2, 0] / truth[2, 0] < 1
    assert "drawn above the bids that lost" in outcome.notes[1]
    # What strategies and the report learn of prices is still what the log knows.
    assert outcome.result.prices.censored


def test_draws_do_not_depend_on_workers_and_are_played_again_with_another_seed(tmp_path):
    config = hidden(tmp_path)
    run(config, "one", overrides=[DRAWN])
    run(config, "two", overrides=[DRAWN], workers=2)
    assert np.array_equal(shown(tmp_path, "one"), shown(tmp_path, "two"))
    run(config, "one", overrides=[DRAWN, "seed=2"])
    assert not np.array_equal(shown(tmp_path, "one"), shown(tmp_path, "two"))


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["outcomes=logged"], "--set log.unknown_prices: nobody has seen whether auctions that were lost"),
        (["outcomes=[drawn,logged]"], "--set log.unknown_prices: nobody has seen whether"),
        (["log.censored=false", "log.path=known.csv"], "--set log.unknown_prices: the log knows all prices"),
        (["log.unknown_prices=x"], "--set log.unknown_prices: found text 'x'; expected one of lost, drawn"),
    ],
)
def test_what_drawing_prices_needs(tmp_path, overrides, said):
    config = hidden(tmp_path)
    rows = "ts,campaign,market_price,pctr\n1,c,5,0.1\n2,c,5,0.1\n"
    (tmp_path / "known.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        run(config, overrides=[DRAWN, *overrides])
    assert [str(p)[: len(said)] for p in caught.value.problems] == [said]
