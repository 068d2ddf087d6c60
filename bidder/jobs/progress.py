"""How a job tells what it is doing, without knowing who watches."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from bidder.budget.result import Round


class Progress(Protocol):
    """Somebody who watches a job."""

    def stage(self, name: str, steps: int = 0) -> None:
        """A new part of the work begins; ``steps`` is 0 when nobody can say how long it takes."""

    def step(self, share: float = 1.0) -> None:
        """One of the steps, or a share of one, is done."""

    def round(self, one: Round) -> None:
        """The solver has finished a round."""


class Silent:
    """Nobody watches."""

    def stage(self, name: str, steps: int = 0) -> None:
        """Say nothing."""

    def step(self, share: float = 1.0) -> None:
        """Say nothing."""

    def round(self, one: Round) -> None:
        """Say nothing."""
