"""Strategies of one's own: beside the experiment or in the current folder, in workers and on a cluster."""

from __future__ import annotations

import os
import sys

import pytest
from replay_runs import experiment, run, table

from bidder.auctions.replay import StrategyError
from bidder.errors import InputError
from bidder.jobs.replay_modules import importable, source

MODULE = """\
import numpy as np
from bidder.auctions.strategies.base import Strategy, StrategyParams
from my_helper import BID

class Params(StrategyParams):
    kind: str

class Mine(Strategy):
    Params = Params

    def base(self, requests):
        return np.full(len(requests), BID)
"""
HINDERED = MODULE.replace(
    "    def base", "    def __init__(self, params, market):\n        super().__init__(params, market)\n"
    "        self.held = (n for n in range(3))\n\n    def base",
)


@pytest.fixture
def mine(tmp_path):
    """An experiment with a strategy beside it that bids 40 as the built-in one does."""
    write(tmp_path)
    return experiment(tmp_path, ("seed: 7", "  - {name: mine, kind: 'my_bids:Mine'}\nseed: 7"))


def write(folder, bid="40.0", module=MODULE):
    (folder / "my_bids.py").write_text(module, encoding="utf-8")
    (folder / "my_helper.py").write_text(f"BID = {bid}\n", encoding="utf-8")


def cost(folder, name):
    return [row["cost"] for row in table(folder / "results.csv") if row["strategy"] == name]


@pytest.mark.parametrize("workers", [1, 2])
def test_modules_beside_the_experiment(mine, tmp_path, workers):
    path = list(sys.path)
    run(mine, workers=workers)
    assert cost(tmp_path / "out", "mine") == cost(tmp_path / "out", "flat")
    assert "my_bids" not in sys.modules and "my_helper" not in sys.modules and sys.path == path


def test_modules_in_the_current_folder(mine, tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    for name in ("my_bids.py", "my_helper.py"):
        (tmp_path / name).rename(tmp_path / "here" / name)
    monkeypatch.chdir(tmp_path / "here")
    run(mine)
    assert cost(tmp_path / "out", "mine") == cost(tmp_path / "out", "flat")


def test_a_module_that_changed_is_read_and_played_again(mine, tmp_path):
    run(mine)
    helper = tmp_path / "my_helper.py"
    before = helper.stat().st_mtime_ns
    write(tmp_path, bid="60.0")  # in a module that the strategy's own one imports
    os.utime(helper, ns=(before, before))  # within the same second, to the same size
    run(mine)
    assert cost(tmp_path / "out", "mine") != cost(tmp_path / "out", "flat")
    run(mine, "fresh")
    assert cost(tmp_path / "out", "mine") == cost(tmp_path / "fresh", "mine")


def test_modules_of_one_name_in_two_folders(mine, tmp_path):
    (tmp_path / "two").mkdir()
    write(tmp_path / "two", bid="60.0")
    other = experiment(tmp_path / "two", ("seed: 7", "  - {name: mine, kind: 'my_bids:Mine'}\nseed: 7"))
    run(mine)
    run(other)
    assert cost(tmp_path / "out", "mine") != cost(tmp_path / "two" / "out", "mine")


def test_what_is_installed_comes_before_what_stands_beside(tmp_path):
    (tmp_path / "json.py").write_text("raise SystemExit", encoding="utf-8")
    with importable(tmp_path):
        import json

        assert json.loads("1") == 1


def test_the_code_behind_a_kind_is_hashed_with_what_it_imports(tmp_path):
    write(tmp_path)
    seen = []
    for bid in ("1", "1", "2"):
        write(tmp_path, bid)
        with importable(tmp_path):
            __import__("my_bids")
            seen.append(source("my_bids:Mine", tmp_path))
    assert seen[0] == seen[1] != seen[2]
    assert source("linear", tmp_path) == []


def test_a_cluster_is_given_the_code_as_it_is_now(mine, tmp_path):
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 1, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    run(mine, "here")
    with distributed.LocalCluster(protocol="tcp", host="127.0.0.1", **options) as cluster:
        run(mine, "there", cluster=cluster.scheduler_address)
        write(tmp_path, bid="60.0")
        run(mine, "changed", cluster=cluster.scheduler_address)
        write(tmp_path, module=HINDERED)
        with pytest.raises(InputError, match=r"strategy 'mine' cannot be pickled \(TypeError: .*generator"):
            run(mine, "hindered", cluster=cluster.scheduler_address)
    assert cost(tmp_path / "here", "mine") == cost(tmp_path / "there", "mine")
    assert cost(tmp_path / "here", "mine") != cost(tmp_path / "changed", "mine")


def test_a_worker_that_ends_by_itself_is_told_in_one_line(mine, tmp_path):
    from bidder.jobs.replay_pool import WorkerLostError

    write(tmp_path, module=MODULE.replace("        return", "        import os; os._exit(9)\n        return"))
    with pytest.raises(WorkerLostError, match="a worker process has gone"):
        run(mine, workers=2)


@pytest.mark.parametrize("body", ["raise SystemExit(3)", "raise RuntimeError('no')", "requests.pctr[:] = 1"])
def test_whatever_it_does_is_told_of_it(mine, tmp_path, body):
    write(tmp_path, module=MODULE.replace("        return", f"        {body}\n        return"))
    with pytest.raises(StrategyError, match=r"^.*small\.yaml:8:5: strategy 'mine', auctions 0 to"):
        run(mine)
