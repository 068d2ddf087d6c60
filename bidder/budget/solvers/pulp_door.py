"""Any solver that PuLP knows on the user's machine."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pulp

from bidder.budget.linear import Basis, LinearProgram, LinearSolution, Status
from bidder.errors import SolverError

ALIASES = {"cbc": "PULP_CBC_CMD", "pulp:cbc": "PULP_CBC_CMD", "pulp:highs": "HiGHS"}
"""Short names of PuLP's solvers."""

# 12 digits in CBC's text files would cost precision: ask for tight tolerances where that is possible.
_OPTIONS: dict[str, dict[str, Any]] = {
    "PULP_CBC_CMD": {"options": ["primalT 1e-9", "dualT 1e-9"], "threads": 1},
    "COIN_CMD": {"options": ["primalT 1e-9", "dualT 1e-9"], "threads": 1},
    "HiGHS": {"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9, "threads": 1},
}

_ENDINGS = {
    pulp.LpStatusOptimal: Status.OPTIMAL,
    pulp.LpStatusInfeasible: Status.INFEASIBLE,
    pulp.LpStatusUnbounded: Status.UNBOUNDED,
}


@cache
def _listed() -> tuple[str, ...]:
    return tuple(pulp.listSolvers(onlyAvailable=True))


def available() -> list[str]:
    """Names, in this project's spelling, of the PuLP solvers installed here."""
    short = {pulp_name: name for name, pulp_name in reversed(ALIASES.items())}
    return [short.get(name, f"pulp:{name}") for name in _listed()]


class PulpSolver:
    """One of PuLP's solvers; always handed a minimisation, so that duals have one sign."""

    newton = False

    def __init__(self, name: str) -> None:
        self.name = name
        wanted = ALIASES.get(name, name.removeprefix("pulp:"))
        found = {n.lower(): n for n in _listed()}.get(wanted.lower())
        if found is None:
            raise SolverError(
                f"solver {name!r} is not installed; PuLP finds here: {', '.join(available()) or 'none'}"
            )
        self._pulp_name = found

    def solve(self, program: LinearProgram, basis: Basis | None = None) -> LinearSolution:
        """Build the model in PuLP and solve it; a starting basis can't be handed over."""
        model, columns, rows = _build(program)
        engine = pulp.getSolver(self._pulp_name, msg=False, **_OPTIONS.get(self._pulp_name, {}))
        try:
            model.solve(engine)
        except pulp.PulpSolverError as error:
            raise SolverError(f"solver {self.name!r} failed: {error}") from None
        status = _ENDINGS.get(model.status, Status.STOPPED)
        primal = np.array([c.varValue or 0.0 for c in columns], dtype=np.float64)
        duals = np.zeros(program.rows)
        for row, constraint in rows:
            duals[row] += constraint.pi or 0.0
        return LinearSolution(status, primal, duals)


def _build(
    program: LinearProgram,
) -> tuple[pulp.LpProblem, list[pulp.LpVariable], list[tuple[int, pulp.LpConstraint]]]:
    columns = [
        pulp.LpVariable(f"c{j}", low, high)
        for j, (low, high) in enumerate(
            zip(program.column_low.tolist(), program.column_high.tolist(), strict=True)
        )
    ]
    model = pulp.LpProblem("plan", pulp.LpMinimize)
    model += pulp.LpAffineExpression(zip(columns, program.cost.tolist(), strict=True))
    rows = []
    for row, terms in enumerate(_by_row(program)):
        low, high = program.row_low[row], program.row_high[row]
        sides = [(pulp.LpConstraintEQ, low)] if low == high else [
            (sign, side)
            for sign, side in ((pulp.LpConstraintGE, low), (pulp.LpConstraintLE, high))
            if np.isfinite(side)
        ]
        expression = pulp.LpAffineExpression([(columns[j], v) for j, v in terms])
        for sign, side in sides:
            constraint = pulp.LpConstraint(expression, sign, f"r{row}_{sign + 1}", float(side))
            model.addConstraint(constraint)
            rows.append((row, constraint))
    return model, columns, rows


def _by_row(program: LinearProgram) -> list[list[tuple[int, float]]]:
    terms: list[list[tuple[int, float]]] = [[] for _ in range(program.rows)]
    column = np.repeat(np.arange(program.columns), np.diff(program.start)).tolist()
    for j, row, value in zip(column, program.index.tolist(), program.value.tolist(), strict=True):
        if value:
            terms[row].append((j, value))
    return terms
