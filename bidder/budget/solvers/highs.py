"""HiGHS (Huangfu and Hall 2018, "Parallelizing the dual revised simplex method"), fed with arrays."""

from __future__ import annotations

import highspy
import numpy as np

from bidder.budget.linear import At, Basis, LinearProgram, LinearSolution, Status
from bidder.errors import SolverError

_TO_HIGHS = {
    At.LOWER: highspy.HighsBasisStatus.kLower,
    At.BASIC: highspy.HighsBasisStatus.kBasic,
    At.UPPER: highspy.HighsBasisStatus.kUpper,
    At.FREE: highspy.HighsBasisStatus.kZero,
}
_STATUSES = [_TO_HIGHS[at] for at in At]
_FROM_HIGHS = {int(status): int(at) for at, status in _TO_HIGHS.items()}
_FROM_HIGHS[int(highspy.HighsBasisStatus.kNonbasic)] = int(At.LOWER)

_ENDINGS = {
    highspy.HighsModelStatus.kOptimal: Status.OPTIMAL,
    highspy.HighsModelStatus.kInfeasible: Status.INFEASIBLE,
    highspy.HighsModelStatus.kUnbounded: Status.UNBOUNDED,
    # Every column has finite bounds here, so this can only mean infeasible.
    highspy.HighsModelStatus.kUnboundedOrInfeasible: Status.INFEASIBLE,
}

_COLUMNWISE = 1
_MINIMISE = 1


class Highs:
    """HiGHS in process; deterministic: one thread, fixed seed, dual simplex.

    Parameters
    ----------
    newton : bool
        Whether Newton's method on the dual may spare it linear programs.
    """

    name = "highs"

    def __init__(self, newton: bool = False) -> None:
        self.newton = newton

    def solve(self, program: LinearProgram, basis: Basis | None = None) -> LinearSolution:
        """Solve from ``basis`` if there is one, else from scratch."""
        highs = self._model(program)
        if basis is not None:
            highs.setBasis(_highs_basis(basis))
        highs.run()
        status = _ENDINGS.get(highs.getModelStatus(), Status.STOPPED)
        if status is Status.STOPPED:
            # Numerical trouble is rare and nearly always gone from a cold start without scaling tricks.
            highs.clearSolver()
            highs.setOptionValue("presolve", "on")
            highs.setOptionValue("solver", "ipm")
            highs.run()
            status = _ENDINGS.get(highs.getModelStatus(), Status.STOPPED)
        solution = highs.getSolution()
        return LinearSolution(
            status,
            np.array(solution.col_value, dtype=np.float64),
            np.array(solution.row_dual, dtype=np.float64),
            _basis(highs) if status is Status.OPTIMAL else None,
        )

    @staticmethod
    def _model(program: LinearProgram) -> highspy.Highs:
        highs = highspy.Highs()
        for option, value in (
            # Presolve costs more than it saves here: few rows, many segment columns.
            ("output_flag", False), ("presolve", "off"), ("solver", "simplex"),
            ("threads", 1), ("random_seed", 0),
            ("primal_feasibility_tolerance", 1e-9), ("dual_feasibility_tolerance", 1e-9),
        ):
            highs.setOptionValue(option, value)
        passed = highs.passModel(
            program.columns, program.rows, len(program.value), _COLUMNWISE, _MINIMISE, 0.0,
            program.cost, program.column_low, program.column_high, program.row_low, program.row_high,
            program.start, program.index, program.value, np.zeros(program.columns, dtype=np.int32),
        )
        if passed == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the linear program (a coefficient is not finite or too large)")
        return highs


def _highs_basis(basis: Basis) -> highspy.HighsBasis:
    made = highspy.HighsBasis()
    made.col_status = [_STATUSES[k] for k in basis.columns.tolist()]
    made.row_status = [_STATUSES[k] for k in basis.rows.tolist()]
    made.valid = True
    return made


def _basis(highs: highspy.Highs) -> Basis:
    basis = highs.getBasis()
    columns = [_FROM_HIGHS[int(s)] for s in basis.col_status]
    rows = [_FROM_HIGHS[int(s)] for s in basis.row_status]
    return Basis(np.array(columns, dtype=np.int8), np.array(rows, dtype=np.int8))
