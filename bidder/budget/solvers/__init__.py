"""Doors to linear solvers: arrays straight to HiGHS, or any solver PuLP knows."""

from __future__ import annotations

import difflib

from bidder.budget.linear import LinearSolver
from bidder.errors import SolverError

DEFAULT = "auto"
"""Newton's method where every curve is smooth and no cell is a decision; else linear programs by HiGHS."""


def solver(name: str = DEFAULT) -> LinearSolver:
    """The solver of that name.

    Parameters
    ----------
    name : str
        ``auto`` (Newton's method where it applies, else HiGHS), ``highs`` (linear programs only, arrays
        straight to HiGHS), ``cbc`` (linear programs through PuLP), or ``pulp:NAME`` for any solver PuLP
        finds on this machine, such as ``pulp:highs`` or ``pulp:GUROBI_CMD``.

    Raises
    ------
    SolverError
        Unknown name, or a solver that is not installed.
    """
    if name in (DEFAULT, "highs"):
        from bidder.budget.solvers.highs import Highs

        return Highs(newton=name == DEFAULT)
    from bidder.budget.solvers.pulp_door import ALIASES, PulpSolver

    if name in ALIASES or name.startswith("pulp:"):
        return PulpSolver(name)
    known = [DEFAULT, "highs", *ALIASES]
    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    raise SolverError(f"unknown solver {name!r}; expected one of {', '.join(known)} or pulp:NAME{hint}")


def installed() -> list[str]:
    """Names of the linear solvers that can run on this machine."""
    from bidder.budget.solvers.pulp_door import available

    return ["highs", *available()]
