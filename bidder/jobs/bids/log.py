"""The log of a job for machines: one JSON object a line."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from bidder.errors import InputError, Place, Problem


class JsonLog:
    """Appends events to a file, or does nothing without one.

    Every event has ``time`` (UTC), ``event``, ``run_id`` (null until it is known) and what else is told.
    """

    def __init__(self, path: str | Path | None) -> None:
        self.run_id: str | None = None
        self._stream: IO[str] | None = None
        if path is None:
            return
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            self._stream = Path(path).open("a", encoding="utf-8")  # noqa: SIM115
        except OSError as error:
            reason = error.strerror or str(error)
            raise InputError(Problem(f"cannot be written: {reason}", place=Place(str(path)))) from None

    def __enter__(self) -> JsonLog:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            code = int(getattr(error, "exit_code", 1))
            self.event("failed", exit_code=code, error=type(error).__name__, message=str(error))
        if self._stream is not None:
            self._stream.close()

    def event(self, event: str, **more: Any) -> None:
        """Write one line, at once."""
        if self._stream is None:
            return
        line = {"time": datetime.now(UTC).isoformat(), "event": event, "run_id": self.run_id, **more}
        self._stream.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        self._stream.flush()
