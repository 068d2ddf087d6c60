"""The table of shop visits: ``user`` (hashed as in the logs) and ``ts`` (microseconds UTC)."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bidder.worlds.channel import Visited

GROUP_ROWS = 500_000


class VisitsWriter:
    """Writes visits in order of time into one Parquet file.

    Attributes
    ----------
    rows : int
        Visits written so far.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None
        self._waiting: list[Any] = []
        self._waiting_rows = 0
        self.rows = 0

    def __enter__(self) -> VisitsWriter:
        import pyarrow as pa
        import pyarrow.parquet as pq

        self._schema = pa.schema([("user", pa.uint64()), ("ts", pa.int64())])
        self._file = pq.ParquetWriter(self._path, self._schema, compression="lz4", use_dictionary=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._write_group()
        self._file.close()

    def write(self, visits: Visited) -> None:
        """Add visits, which follow those before."""
        import pyarrow as pa

        from bidder.worlds.draws import hashed

        columns = [pa.array(hashed(visits.user)), pa.array(visits.ts)]
        self._waiting.append(pa.Table.from_arrays(columns, schema=self._schema))
        self._waiting_rows += len(visits.ts)
        self.rows += len(visits.ts)
        if self._waiting_rows >= GROUP_ROWS:
            self._write_group()

    def _write_group(self) -> None:
        import pyarrow as pa

        if self._waiting_rows:
            self._file.write_table(pa.concat_tables(self._waiting), row_group_size=self._waiting_rows)
        self._waiting, self._waiting_rows = [], 0
