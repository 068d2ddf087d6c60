"""Putting an experiment's figures together: intervals, comparisons, drift, and the summary."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bidder.auctions.result import ExperimentResult, Setting, SettingResult
from bidder.jobs.replay_config import LoadedExperiment
from bidder.jobs.replay_logs import Logs, drift_and_prices
from bidder.jobs.replay_output import SCHEMA_VERSION, Scale
from bidder.jobs.replay_play import Played
from bidder.jobs.replay_store import digest

if TYPE_CHECKING:
    from bidder.auctions.result import Comparison


def gather(loaded: LoadedExperiment, logs: Logs, played: Played) -> tuple[ExperimentResult, str]:
    """The whole result, and the measure that strategies are compared by."""
    from bidder.auctions.experiments.compare import totals
    from bidder.auctions.experiments.spec_resolve import episodes, rules

    spec, how = loaded.spec, loaded.spec.compare
    settings = tuple(_setting(loaded, logs, k, part) for k, part in played.order)
    results = tuple(played.results[item] for item in played.order)
    measure = how.measure or _measure(loaded, logs)
    seed = loaded.shared[0].seed
    intervals = totals(results, how.bootstrap, how.level, seed)
    comparisons, notes = _comparisons(loaded, logs, settings, results, measure)
    prices, drift = drift_and_prices(logs, spec.auction.win_on_tie)
    return ExperimentResult(
        name=spec.name,
        info=logs.facts.info,
        rules=rules(loaded.shared[0], logs.units),
        episodes=episodes(loaded.shared[0], logs.bench.parts[logs.last].info),
        objective=spec.objective,
        in_currency=logs.units.in_currency,
        settings=settings,
        results=results,
        comparisons=comparisons,
        tuned=tuple(played.tuned),
        drift=drift,
        prices=prices,
        notes=(*logs.notes, *notes),
        interval=tuple(intervals),
        part_info=logs.bench.parts[logs.last].info,
    ), measure


def _setting(loaded: LoadedExperiment, logs: Logs, number: int, part: str) -> Setting:
    point = loaded.grid.points[number]
    shared = loaded.shared[point.shared]
    return Setting(
        strategy=str(loaded.spec.strategies[point.strategy]["name"]),
        kind=loaded.kinds[point.strategy],
        budget=logs.units.budget(shared.episodes.budget),
        seed=shared.seed,
        swept=point.swept,
        part=part,
    )


def _measure(loaded: LoadedExperiment, logs: Logs) -> str:
    """What the objective counts, where the log or the draws can tell it; else what was expected."""
    from bidder.auctions.rules import Outcomes

    name = loaded.spec.objective.value
    column = {"clicks": "click", "conversions": "conversion", "value": "value"}[name]
    drawn = loaded.spec.outcomes is Outcomes.DRAWN
    return name if drawn or column in logs.facts.columns else "worth"


def _comparisons(
    loaded: LoadedExperiment, logs: Logs, settings: Sequence[Setting], results: Sequence[SettingResult],
    measure: str,
) -> tuple[tuple[Comparison, ...], list[str]]:
    from bidder.auctions.experiments.compare import FEWEST, MOST_PAIRS, compare
    from bidder.auctions.experiments.finalists import finalists, pairs

    how = loaded.spec.compare
    last = [k for k, setting in enumerate(settings) if setting.part == logs.last]
    scenes = finalists([settings[k] for k in last], [results[k] for k in last], _measure(loaded, logs))
    found = [(last[a], last[b]) for a, b in pairs(scenes, how.to)]
    notes = []
    if len(found) > MOST_PAIRS:
        notes.append(f"only the first {MOST_PAIRS:,} of {len(found):,} comparisons were made")
        found = found[:MOST_PAIRS]
    compared = compare(found, results, measure, how.bootstrap, how.level, loaded.shared[0].seed)
    if any(c.pairs < FEWEST for c in compared) or any(len(r.episodes) < FEWEST for r in results):
        notes.append(f"with fewer than {FEWEST} episodes there are no intervals and no tests")
    elif compared:
        notes.append(
            f"{len(compared):,} comparisons by {measure} for an episode: BCa bootstrap intervals "
            f"({how.bootstrap:,} draws), paired permutation test of the mean, p-values also adjusted by Holm"
        )
    return tuple(compared), notes


def summary_of(
    loaded: LoadedExperiment, logs: Logs, result: ExperimentResult, measure: str
) -> dict[str, Any]:
    """What summary.json says."""
    info = logs.facts.info
    return {
        "schema_version": SCHEMA_VERSION,
        "name": result.name,
        "rows": len(result.settings),
        "objective": result.objective.value,
        "measure": measure,
        "money": logs.units.name,
        "log": {
            "auctions": info.rows,
            "campaigns": len(info.campaigns),
            "unit": info.unit,
            "currency": info.currency,
            "per_currency": info.per_currency,
            "price_for": info.price_for,
            "censored": info.censored,
            "start": _moment(info.first_ts) if info.timed else None,
            "end": _moment(info.last_ts) if info.timed else None,
            "columns": sorted(logs.facts.columns),
        },
        "parts": {
            name: {"first_row": part.first, "auctions": part.last - part.first}
            for name, part in logs.bench.parts.items()
        },
        "best": _best(logs, result, measure),
        "tuned": [_tuned(t, Scale(logs.units)) for t in result.tuned],
        "comparisons": len(result.comparisons),
        "notes": list(result.notes),
        "hashes": {"config": digest(loaded.document.data), "log": logs.content},
    }


def _moment(ts: int | None) -> str | None:
    if ts is None:
        return None
    return datetime.fromtimestamp(ts // 1_000_000, UTC).isoformat().replace("+00:00", "Z")


def _best(logs: Logs, result: ExperimentResult, measure: str) -> dict[str, Any] | None:
    """The setting with the most of the measure on the last part; the first one of equals."""
    scale, last = Scale(logs.units), [k for k, s in enumerate(result.settings) if s.part == logs.last]
    best = max(last, key=lambda k: (result.results[k].total(measure), -k))
    setting, figures = result.settings[best], result.results[best]
    names = dict.fromkeys((measure, "clicks", "cost"))
    return {
        "row": best + 2,
        "strategy": setting.strategy,
        "budget": scale.number(setting.budget, "cost"),
        "seed": setting.seed,
        "swept": dict(setting.swept),
        **{name: scale.number(figures.total(name), name) for name in names},
    }


def _tuned(tuned: Any, scale: Scale) -> dict[str, Any]:
    names = ("train_score", "validation_score", "test_score", "best_test_score")
    found = {name: getattr(tuned, name) for name in names}
    return {
        "strategy": tuned.strategy,
        "chosen": dict(tuned.chosen),
        "swept": dict(tuned.swept),
        "measure": tuned.measure,
        **{name: None if v is None else scale.mean(v, tuned.measure) for name, v in found.items()},
    }
