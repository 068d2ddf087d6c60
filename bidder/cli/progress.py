"""Progress on a terminal: what is being done, how far the gap is, how long it may take."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Any

from bidder.cli.output import coloured, interactive

if TYPE_CHECKING:
    from bidder.budget.result import Round
    from bidder.jobs.progress import Progress


def watching(quiet: bool) -> TerminalProgress:
    """Progress on stderr when that is a terminal, else silence."""
    return TerminalProgress(interactive() and not quiet)


class TerminalProgress:
    """A line on stderr that disappears when the work is done."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if self._wanted:
            import sys

            from rich.console import Console
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24),
                TimeElapsedColumn(), _remaining(),
                console=Console(stderr=True, no_color=not coloured(sys.stderr)), transient=True,
            )
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def stage(self, name: str, steps: int = 0) -> None:
        """Begin a part of the work; with steps it gets a bar and an estimate of the time left."""
        if self._bar is not None:
            if self._task is not None:
                self._bar.remove_task(self._task)
            self._task = self._bar.add_task(name, total=steps or None)

    def step(self, share: float = 1.0) -> None:
        """Move the bar."""
        if self._bar is not None:
            self._bar.advance(self._task, share)

    def round(self, one: Round) -> None:
        """Say how close the solver is."""
        if self._bar is not None:
            text = f"solving: round {one.number + 1}, gap {one.gap:.1e} over {one.columns:,} columns"
            self._bar.update(self._task, description=text)


def _remaining() -> Any:
    """Time left, only for work whose steps are known."""
    from rich.progress import ProgressColumn, Task
    from rich.text import Text

    class Remaining(ProgressColumn):
        def render(self, task: Task) -> Text:
            if task.total is None or task.time_remaining is None:
                return Text("")
            return Text(f"about {task.time_remaining:.0f} s left")

    return Remaining()
