"""Playing settings on parts of the log: stored results first, then whatever is still to be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from bidder.jobs.progress import Progress
from bidder.jobs.replay_config import LoadedExperiment
from bidder.jobs.replay_logs import Logs
from bidder.jobs.replay_modules import source
from bidder.jobs.replay_output import Candidate
from bidder.jobs.replay_parts import CountsPart
from bidder.jobs.replay_pool import needs_compiling, run_here, run_in_processes, run_on_cluster
from bidder.jobs.replay_store import Store, program
from bidder.jobs.replay_work import HINDSIGHT, Batch, Job, batches, bound_job, key

if TYPE_CHECKING:
    from bidder.auctions.experiments.tuning import Contest
    from bidder.auctions.result import SettingResult, Tuned


@dataclass
class Played:
    """All that was played of an experiment.

    Attributes
    ----------
    order : list of (int, str)
        Point of the grid and part of the log, of every row of results.csv.
    results : dict
        By point and part.
    tuned : list of Tuned
    candidates : list of Candidate
    """

    order: list[tuple[int, str]]
    results: dict[tuple[int, str], SettingResult]
    tuned: list[Tuned] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)


@dataclass
class Players:
    """Plays points of the grid.

    Attributes
    ----------
    loaded : LoadedExperiment
    logs : Logs
    store : Store
    workers : int
    cluster : str or None
    watch : Progress
    """

    loaded: LoadedExperiment
    logs: Logs
    store: Store
    workers: int
    cluster: str | None
    watch: Progress
    _rules: dict[tuple[int, str], tuple[Any, ...]] = field(default_factory=dict)

    def play(self, points: Sequence[int], part: str) -> dict[int, SettingResult]:
        """Results of points of the grid on a part of the log, with their hindsight bounds."""
        jobs = [self._job(k, part) for k in points]
        if isinstance(self.logs.bench.parts[part], CountsPart):
            return dict(zip(points, self._results(jobs, part), strict=True))
        asked = [bound_job(job) for job in jobs]
        distinct = list(dict.fromkeys(asked))
        found = self._results([*jobs, *distinct], part)
        bounds = {job: result.bound for job, result in zip(distinct, found[len(jobs) :], strict=True)}
        results = zip(points, found, asked, strict=False)
        return {k: replace(result, bound=bounds[job]) for k, result, job in results}

    def _results(self, jobs: Sequence[Job], part: str) -> list[SettingResult]:
        """Results of jobs in their order: what is stored, and what is played now."""
        groups = batches(jobs)
        keys = [key(batch, self.logs.bench, self._inputs) for _, batch in groups]
        found: dict[int, SettingResult] = {}
        todo: list[tuple[int, Batch]] = []
        for number, (places, batch) in enumerate(groups):
            stored = self.store.load(keys[number])
            if stored is None or len(stored) != len(places):
                todo.append((number, batch))
            else:
                found.update(zip(places, stored, strict=True))
        for number, results in self._run(todo, part):
            self.store.save(keys[number], results)
            found.update(zip(groups[number][0], results, strict=True))
        return [found[k] for k in range(len(jobs))]

    def _run(self, todo: list[tuple[int, Batch]], part: str) -> Any:
        if not todo:
            return iter(())
        settings = sum(len(batch.jobs) for _, batch in todo if batch.first.kind != HINDSIGHT)
        where = "" if len(self.logs.names) == 1 else f" on {part}"
        self.watch.stage(f"replaying {settings:,} settings{where}", len(todo))
        bench = self.logs.bench
        if self.cluster is not None:
            return run_on_cluster(todo, bench, self.cluster, self.watch, self.loaded.folder)
        if self.workers == 1 or len(todo) == 1:
            return run_here(todo, bench, self.watch)
        # Compile once here, rather than in every worker at the same time.
        first = todo[:1] if needs_compiling() else []
        rest = todo[len(first) :]
        others = run_in_processes(rest, bench, self.workers, self.watch)
        return chain(run_here(first, bench, self.watch), others)

    @cached_property
    def _inputs(self) -> list[Any]:
        kinds = dict.fromkeys(self.loaded.kinds)
        return [program(), self.logs.inputs, *(source(kind, self.loaded.folder) for kind in kinds)]

    def _job(self, number: int, part: str) -> Job:
        from bidder.auctions.experiments.spec_resolve import in_units

        point = self.loaded.grid.points[number]
        spec = self.loaded.shared[point.shared]
        rules, cut, budget = self._resolved(point.shared, part)
        return Job(
            kind=self.loaded.kinds[point.strategy],
            params=in_units(self.loaded.own[point.strategy][point.own], self.logs.units),
            budget=budget, seed=spec.seed, rules=rules, episodes=cut, objective=spec.objective,
            part=part,
            label=", ".join(f"{name}={value}" for name, value in point.swept),
        )

    def _resolved(self, shared: int, part: str) -> tuple[Any, ...]:
        from bidder.auctions.experiments.spec_resolve import episodes, rules

        if (shared, part) not in self._rules:
            spec, units = self.loaded.shared[shared], self.logs.units
            cut = episodes(spec, self.logs.bench.parts[part].info)
            budget = units.budget(spec.episodes.budget)
            self._rules[shared, part] = rules(spec, units), cut, budget
        return self._rules[shared, part]


def play_all(players: Players) -> Played:
    """Play every setting on every part; where parameters are tuned, choose them on the earlier ones."""
    grid, names = players.loaded.grid, players.logs.names
    everything = range(len(grid.points))
    contests = _contests(players.loaded)
    if not contests:
        results = {(k, part): r for part in names for k, r in players.play(everything, part).items()}
        return Played([(k, part) for k in everything for part in names], results)
    return _tune(players, contests)


def _contests(loaded: LoadedExperiment) -> list[Contest]:
    from bidder.auctions.experiments.tuning import contests

    points = loaded.grid.points
    return contests(
        [str(loaded.spec.strategies[p.strategy]["name"]) for p in points],
        [p.swept for p in points],
        [loaded.grid.tuned[p.strategy] for p in points],
    )


def _tune(players: Players, contests: list[Contest]) -> Played:
    from bidder.auctions.experiments.tuning import best, faced, measure_of, scores

    spec, grid, names = players.loaded.spec, players.loaded.grid, players.logs.names
    assert spec.split is not None
    measure = spec.split.measure or measure_of(spec.objective, players.logs.facts.columns)
    tried = {k for c in contests for some in c.settings for k in some}
    plain = [k for k in range(len(grid.points)) if k not in tried]
    # What is known at each step: the results of the parts up to there, and nothing of the later ones.
    trained = players.play(range(len(grid.points)), "train")
    on_train = [scores(c, trained, measure) for c in contests]
    finalists = [best(s, spec.split.keep if "validation" in names else 1) for s in on_train]
    judged: dict[int, SettingResult] = {}
    on_validation = None
    if "validation" in names:
        some = {k for c, final in zip(contests, finalists, strict=True) for f in final for k in c.settings[f]}
        judged = players.play(sorted({*plain, *some}), "validation")
        on_validation = [scores(c, judged, measure) for c in contests]
        finalists = [best(s) for s in on_validation]
    chosen = [final[0] for final in finalists]
    tested = players.play(range(len(grid.points)), "test")
    on_test = [scores(c, tested, measure) for c in contests]
    won = {k for c, choice in zip(contests, chosen, strict=True) for k in c.settings[choice]}
    by_part = {"train": trained, "validation": judged, "test": tested}
    rows = [(k, part) for k in sorted({*plain, *won}) for part in names]
    played = Played(rows, {(k, part): by_part[part][k] for k, part in rows})
    for i, contest in enumerate(contests):
        validation = None if on_validation is None else on_validation[i]
        played.tuned.append(faced(contest, chosen[i], on_train[i], validation, on_test[i], measure))
        for part, scored in (("train", on_train[i]), ("validation", validation), ("test", on_test[i])):
            head = contest.strategy, contest.swept
            played.candidates += [
                Candidate(*head, contest.choices[k], part, measure, value, k == chosen[i])
                for k, value in (scored or {}).items()
            ]
    return played
