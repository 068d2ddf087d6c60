"""Why there is no plan: a smallest set of limits that cannot all hold, and by how much each would give.

The multipliers that prove the whole problem infeasible name a set of limits that contradict each
other; leaving them out one at a time, and keeping out those without which there is still no plan,
leaves an irreducible set (deletion filter; Chinneck and Dravnieks 1991, "Locating minimal infeasible
constraint sets in linear programs"). Every test that fails brings a proof of its own, which mostly
discards many limits at once.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from bidder.budget.conflict_gives import give
from bidder.budget.conflict_parts import Parts, Proof
from bidder.budget.elastic import find_feasible
from bidder.budget.linear import LinearSolver
from bidder.budget.problem import Form, Problem, Side, Unit
from bidder.budget.successive import relax
from bidder.errors import Conflict

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FEW = 12
"""Up to this many limits all pairs are tried."""

_NOTHING = 1e-9
_INDIVISIBLE = "given whole lots, on/off minimums and S-shaped curves"


def conflicts(problem: Problem, solver: LinearSolver, currency: str) -> list[Conflict]:
    """A smallest set of limits that contradict each other.

    Parameters
    ----------
    problem : Problem
        Without a plan that satisfies every limit.
    currency : str
        Unit of money in the answer.

    Returns
    -------
    list of Conflict
        In the order of the limits. Without any one of them the others of the list can all hold;
        ``give`` is how far that one would have to move for *every* other limit of the problem to hold.
        Where only whole lots, on/off minimums or S-shaped curves stand in the way, the limits that are
        tight around these, without ``give``. Empty when no limit is involved.
    """
    parts = Parts(problem)
    search = _Search(parts, solver)
    everything = np.ones(parts.count, dtype=np.bool_)
    whole = search.test(everything)
    if whole is None:
        return _indivisible(parts, solver, currency)
    chosen = search.smallest(whole.groups)
    proof = search.test(chosen)
    assert proof is not None
    told = []
    for group in np.flatnonzero(chosen).tolist():
        others = everything.copy()
        others[group] = False
        # A conflict of its own among the others cannot be moved away.
        needed = give(parts, group, chosen, solver) if search.test(others) is None else None
        told.append(_told(parts, group, proof.weight, needed, currency))
    return told


class _Search:
    """Tests of sets of limits, each done once."""

    def __init__(self, parts: Parts, solver: LinearSolver) -> None:
        self.parts, self.solver = parts, solver
        self._known: dict[bytes, Proof | None] = {}

    def test(self, active: Flags) -> Proof | None:
        """Proof that these limits cannot all hold, or None."""
        key = np.packbits(active).tobytes()
        if key not in self._known:
            self._known[key] = self._tested(active)
        return self._known[key]

    def _tested(self, active: Flags) -> Proof | None:
        part = self.parts.part(active)
        if len(part.crossed):
            return self.parts.crossing(part, active)
        if not len(part.rows):
            return None
        found = find_feasible(part.problem, part.region, self.solver)
        if found.proof is None:
            return None
        return self.parts.support(part, active, found.proof)

    def smallest(self, start: Flags) -> Flags:
        """The smallest irreducible set found by deletion in several orders, and among pairs."""
        if self.test(start) is None:
            # Rounding: what the proof rests on is not quite enough.
            start = np.ones_like(start)
        members = np.flatnonzero(start)
        sizes = np.bincount(self.parts.group, minlength=self.parts.count)[members]
        orders = [members, members[::-1], members[np.argsort(-sizes, kind="stable")]]
        found = [self._irreducible(start, order) for order in orders]
        best = min(found, key=np.count_nonzero)
        if self.parts.count <= _FEW:
            members = np.arange(self.parts.count)
        elif len(members) > _FEW:
            return best
        for size in (1, 2):
            for some in combinations(members.tolist(), size):
                if np.count_nonzero(best) <= size:
                    return best
                trial = np.zeros_like(start)
                trial[list(some)] = True
                if self.test(trial) is not None:
                    best = trial
        return best

    def _irreducible(self, start: Flags, order: Integers) -> Flags:
        current = start.copy()
        for group in order.tolist():
            if not current[group]:
                continue
            trial = current.copy()
            trial[group] = False
            proof = self.test(trial)
            if proof is None:
                continue
            smaller = proof.groups & trial
            current = smaller if self.test(smaller) is not None else trial
        return current


def _told(parts: Parts, group: int, weight: Floats, needed: float | None, currency: str) -> Conflict:
    limits, entries = parts.limits, parts.entries(group)
    order = entries[np.argsort(-weight[entries], kind="stable")]
    involved = order[weight[order] > 1e-9 * weight[order[0]]] if weight[order[0]] > 0 else order
    first = int(involved[0])
    name, when = limits.name[first], limits.when[first]
    others = len({limits.scope[k] for k in involved}) - 1
    if others:
        name = f"{name} and {others} more"
    elif when and when not in name and len({limits.when[k] for k in involved}) == 1:
        name = f"{name}, {when}"
    unit = limits.unit[first]
    limit = float(limits.limit[first])
    if needed is not None and unit is Unit.LOTS:
        needed = float(math.ceil(needed - 1e-6))
    if needed is not None and needed <= _NOTHING * max(limit, 1.0):
        # Divided cells could do without: only what cannot be divided stands in the way.
        name, needed = f"{name}, {_INDIVISIBLE}", None
    if needed is not None and limits.side[first] == Side.MIN and needed > limit > (1 - 1e-6) * needed:
        needed = limit
    return Conflict(name, limits.path[first], limit, needed, _unit(unit, currency))


def _unit(unit: Unit, currency: str) -> str:
    if unit is Unit.MONEY:
        return currency
    words = {Unit.SHARE: "of spend", Unit.CPA: f"{currency} per conversion"}
    return words.get(unit, str(unit))


def _indivisible(parts: Parts, solver: LinearSolver, currency: str) -> list[Conflict]:
    """The limits that are tight in the relaxation, around the cells that cannot be divided."""
    part = parts.part(np.ones(parts.count, dtype=np.bool_), all_cells=True)
    found = relax(part.problem, part.region, solver, 1e-6)
    if found is None:
        x = find_feasible(part.problem, part.region, solver).x
        if x is None:
            return []
        y, e = part.problem.cells.curves.value(x), np.zeros(len(part.problem.extras))
    else:
        x, y, e = found.x, found.envelope.value(found.x), found.e
    tight = _tight(parts, x, y, e)
    cells = part.problem.cells
    rigid = (cells.form != Form.ANY) | ~cells.curves.concave
    rows, limits = parts.problem.rows, parts.limits
    touches = (abs(rows.spend) + abs(rows.effect)) @ rigid.astype(np.float64) > 0
    near = np.where(limits.row >= 0, np.append(touches, False)[limits.row], rigid[limits.cell])
    entries = np.flatnonzero(tight & near) if np.any(tight & near) else np.flatnonzero(tight)
    weight = np.zeros(len(limits))
    weight[entries] = 1.0
    told = [_told(parts, int(g), weight, None, currency) for g in np.unique(parts.group[entries])]
    return [Conflict(f"{c.name}, {_INDIVISIBLE}", c.path, c.limit, None, c.unit) for c in told]


def _tight(parts: Parts, x: Floats, y: Floats, e: Floats) -> Flags:
    limits, problem = parts.limits, parts.problem
    activity = np.append(problem.rows.at(x, y, e), 0.0)[limits.row]
    size = np.append(abs(problem.rows.spend) @ x + abs(problem.rows.effect) @ y, 0.0)[limits.row]
    upper = np.append(problem.row_high, 0.0)[limits.row]
    lower = np.append(problem.row_low, 0.0)[limits.row]
    left = np.abs(activity - np.where(limits.row_side > 0, upper, lower))
    on_row = left <= 1e-6 * np.maximum(size, 1e-9)
    spend = x[np.maximum(limits.cell, 0)]
    on_cell = (np.abs(spend - parts.bound) <= 1e-6 * np.maximum(spend, 1e-9)) & (spend > 0)
    flags: Flags = np.where(limits.row >= 0, on_row, on_cell)
    return flags
