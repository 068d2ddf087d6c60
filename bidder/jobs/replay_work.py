"""Batches: the settings that go through the log together, wherever that happens.

What is in a batch follows from the experiment alone, never from the number of workers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from bidder.errors import InputError, Problem
from bidder.jobs.replay_parts import CountsPart, Part, competitors_budgets, training, watch_parts
from bidder.jobs.replay_store import digest

if TYPE_CHECKING:
    from bidder.auctions.engine.hindsight_replay import HindsightReplay
    from bidder.auctions.landscapes.prices import PriceDistribution
    from bidder.auctions.replay import Replay
    from bidder.auctions.result import SettingResult
    from bidder.auctions.rules import Episodes, Rules
    from bidder.auctions.strategies.base import Market, Strategy, StrategyParams, Training
    from bidder.auctions.worth import Objective

HINDSIGHT = "hindsight"
"""Kind of the jobs that ask for a budget's bound, which is the same for all strategies."""
MOST = 2048
"""Settings in one batch."""
MOST_CAPPED = 64
"""The same where every setting must remember how often it has shown itself to each user today."""


@dataclass(frozen=True)
class Job:
    """One setting on one part of the log, ready to run.

    Attributes
    ----------
    kind : str
        Of the strategy, or HINDSIGHT.
    params : StrategyParams or None
    budget, seed : int
    rules : Rules
    episodes : Episodes
    objective : Objective
    part : str
    label : str
        What is swept, for messages.
    """

    kind: str
    params: StrategyParams | None
    budget: int
    seed: int
    rules: Rules
    episodes: Episodes
    objective: Objective
    part: str
    label: str = ""

    @property
    def shared(self) -> tuple[Any, ...]:
        """What all jobs of a batch have in common; can be a key."""
        # Drawn competitors are the same for a whole batch, so that its settings must have one seed.
        seed = self.seed if self.rules.rivals.fitted is not None else None
        seed = self.seed if self.kind == HINDSIGHT else None
        return seed, self.kind, self.rules, self.episodes, self.objective, seed, self.part


@dataclass(frozen=True)
class Batch:
    """Jobs of one kind that differ in parameters, budget and seed alone."""

    jobs: tuple[Job, ...]

    @property
    def first(self) -> Job:
        """Any of the jobs, for what they share."""
        return self.jobs[0]

    def document(self) -> dict[str, Any]:
        """All that determines the results, as plain data."""
        job = self.first
        return {
            "kind": job.kind,
            "rules": asdict(job.rules),
            "episodes": asdict(job.episodes),
            "objective": job.objective.value,
            "part": job.part,
            "settings": [_document(job) for job in self.jobs],
        }


def _document(job: Job) -> list[Any]:
    params = None if job.params is None else job.params.model_dump(mode="json")
    return [params, job.budget, job.seed]


def batches(jobs: Sequence[Job]) -> list[tuple[list[int], Batch]]:
    """Jobs put together, with their positions; in the order of their first jobs."""
    groups: dict[tuple[Any, ...], list[int]] = {}
    for k, job in enumerate(jobs):
        groups.setdefault(job.shared, []).append(k)
    return [
        (some, Batch(tuple(jobs[k] for k in some)))
        for all_ in groups.values()
        for some in _split(all_, MOST_CAPPED if jobs[all_[0]].rules.frequency_cap else MOST)
    ]


def _split(places: list[int], most: int) -> list[list[int]]:
    return [places[start : start + most] for start in range(0, len(places), most)]


@dataclass
class Bench:
    """What a process needs to run batches: the log's parts and what may be learned beforehand.

    Attributes
    ----------
    parts : mapping of str to Part or CountsPart
    learned : mapping of str to Part
        For each part of the log, the earlier one that strategies may learn from.
    """

    parts: Mapping[str, Part | CountsPart]
    learned: Mapping[str, Part] = field(default_factory=dict)
    _known: dict[Any, Training] = field(default_factory=dict, repr=False)
    _rivals: dict[Any, tuple[tuple[int, ...], ...]] = field(default_factory=dict, repr=False)
    _market_prices: dict[Any, PriceDistribution] = field(default_factory=dict, repr=False)

    def run(
        self, batch: Batch, fed: Callable[[float], None] | None = None, strategy: type[Strategy] | None = None
    ) -> list[SettingResult]:
        """Replay a batch; ``fed`` is called with the share of the log of every piece.

        ``strategy`` is the class of the batch's kind where it cannot be imported.

        Raises
        ------
        StrategyError
            When a strategy fails; names the setting.
        InputError
            When the log lacks what the rules need.
        """
        part = self.parts[batch.first.part]
        with told(batch):
            if isinstance(part, CountsPart):
                return self._run_counts(batch, part, strategy)
            replay = self.start(batch, strategy)
            for piece in part.pieces():
                replay.feed(piece)
                if fed is not None:
                    fed(len(piece) / max(part.last - part.first, 1))
            return finish(replay)

    def start(self, batch: Batch, strategy: type[Strategy] | None = None) -> Replay | HindsightReplay:
        """A replay of a batch that has not been fed yet; ``strategy`` as in :meth:`run`."""
        from bidder.auctions.engine.hindsight_replay import HindsightReplay
        from bidder.auctions.replay import Replay
        from bidder.auctions.strategies.registry import strategy_class

        if batch.first.kind == HINDSIGHT:
            return HindsightReplay(self._market(batch), batch.first.objective)
        params = [j.params for j in batch.jobs]
        kind, objective = strategy or strategy_class(batch.first.kind), batch.first.objective
        return Replay(kind, params, self._market(batch), objective, bounds=False)

    def _run_counts(
        self, batch: Batch, part: CountsPart, strategy: type[Strategy] | None
    ) -> list[SettingResult]:
        from bidder.auctions.engine.histogram_replay import replay_histogram
        from bidder.auctions.strategies.registry import strategy_class

        params = [j.params for j in batch.jobs]
        kind, objective = strategy or strategy_class(batch.first.kind), batch.first.objective
        return replay_histogram(kind, params, self._market(batch), part.histogram, objective)

    def _market(self, batch: Batch) -> Market:
        import numpy as np

        from bidder.auctions.experiments.spec_resolve import ticks
        from bidder.auctions.strategies.base import Market

        job, info = batch.first, self.parts[batch.first.part].info
        return Market(
            info=info,
            rules=self._rules(job),
            episodes=job.episodes,
            budget=np.array([j.budget for j in batch.jobs], dtype=np.int64),
            seed=np.array([j.seed for j in batch.jobs], dtype=np.int64),
            ticks=ticks(job.episodes, info),
            training=self._training(job),
            prices=self._prices(job),
        )

    def _rules(self, job: Job) -> Rules:
        """The rules with a budget for every competitor of the log who reacts."""
        rivals = job.rules.rivals
        if not rivals.react or rivals.fitted is not None:
            return job.rules
        key = (job.part, job.episodes, job.rules)
        if key not in self._rivals:
            self._rivals[key] = competitors_budgets(self.parts[job.part], job.episodes, job.rules)
        return replace(job.rules, rivals=replace(rivals, budgets=self._rivals[key]))

    def _prices(self, job: Job) -> PriceDistribution | None:
        """Market prices for drawing competitors; they are part of the scene, not of what is known."""
        if job.rules.rivals.fitted is None:
            return None
        key = (job.part, job.rules.win_on_tie)
        if key not in self._market_prices:
            part = {job.part: self.parts[job.part]}
            self._market_prices[key] = watch_parts(part, job.rules.win_on_tie)[0]
        return self._market_prices[key]

    def _training(self, job: Job) -> Training | None:
        if job.part not in self.learned:
            return None
        key = (job.part, job.episodes, job.rules.win_on_tie)
        if key not in self._known:
            now = self.parts[job.part].info
            self._known.clear()  # one at a time: they can be large
            self._known[key] = training(self.learned[job.part], job.episodes, now, job.rules.win_on_tie)
        return self._known[key]

    def __getstate__(self) -> dict[str, Any]:
        empty: dict[str, Any] = {name: {} for name in ("_known", "_rivals", "_market_prices")}
        return {"parts": self.parts, "learned": self.learned, **empty}


def finish(replay: Replay | HindsightReplay) -> list[SettingResult]:
    """The results of a replay that has been fed everything."""
    import numpy as np

    from bidder.auctions.replay import Replay
    from bidder.auctions.result import COUNTED, STEPS, SettingResult

    if isinstance(replay, Replay):
        return replay.finish()
    nothing = np.zeros((STEPS, len(COUNTED)), dtype=np.int64)
    return [SettingResult(nothing[0], nothing[:0], nothing, bound) for bound in replay.finish()]


def bound_job(job: Job) -> Job:
    """The job that asks for the bound of another one."""
    seed = job.seed if job.rules.rivals.fitted is not None else 0
    return replace(job, kind=HINDSIGHT, params=None, seed=seed, label="")


@contextmanager
def told(batch: Batch) -> Iterator[None]:
    """Let errors say which setting they are about."""
    from bidder.auctions.replay import StrategyError

    try:
        yield
    except StrategyError as error:
        said = f"{' '.join(str(error).split())}{_which(batch, error.strategy, error.setting)}"
        raise StrategyError(said, error.strategy, error.setting) from error
    except ValueError as error:
        raise InputError(Problem(" ".join(str(error).split()))) from error


def _which(batch: Batch, strategy: str, setting: int | None) -> str:
    """The settings that an error may be about."""
    known = setting is not None and setting < len(batch.jobs)
    jobs = [batch.jobs[setting]] if known and setting is not None else list(batch.jobs)
    mine = [j for j in jobs if known or (j.params is not None and j.params.name == strategy)]
    labels = [j.label for j in mine if j.label]
    if not labels:
        return ""
    more = f"; and {len(labels) - 3:,} more" if len(labels) > 3 else ""
    return f" (setting {'; '.join(labels[:3])}{more})"


def key(batch: Batch, bench: Bench, inputs: Any) -> str:
    """Name under which a batch's results are kept: a hash of all that determines them."""
    job = batch.first
    places = [bench.parts[job.part], bench.learned.get(job.part)]
    # Which files the rows are from is in ``inputs``.
    where = [None if p is None else [p.first, p.last, asdict(p.info)] for p in places]
    return digest({"inputs": inputs, "where": where, "batch": batch.document()})
