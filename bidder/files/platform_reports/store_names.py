"""Whole numbers in place of texts, so that rows are kept, joined and grouped by numbers alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bidder.arrays import Codes
from bidder.files.platform_reports.store_database import Database


class TextCodes:
    """Codes of a few different texts, kept in memory; "" is 0."""

    def __init__(self) -> None:
        self._codes: dict[str, int] = {"": 0}

    @property
    def texts(self) -> list[str]:
        """Texts by code."""
        return list(self._codes)

    def codes(self, column: Any) -> Codes:
        """Codes of an Arrow column of texts; texts not seen yet get the next ones."""
        encoded = column.dictionary_encode()
        known = [self._codes.setdefault(text, len(self._codes)) for text in encoded.dictionary.to_pylist()]
        codes: Codes = np.array(known, dtype=np.int32)[encoded.indices.to_numpy()]
        return codes


class NumberedNames:
    """Numbers of combinations of names, kept in a table of the database.

    Parameters
    ----------
    database : Database
    table : str
        Name of the table; its first column, ``number``, counts from 0 in the order in which combinations
        come.
    columns : dict of str to str
        SQL types of the names by column.
    """

    def __init__(self, database: Database, table: str, columns: dict[str, str]) -> None:
        self.count = 0
        self._database = database
        self._table = table
        self._columns = tuple(columns)
        typed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        database.run(f"CREATE TABLE {table} (number INTEGER, {typed})")

    def numbers(self, names: Any) -> Codes:
        """Numbers of the rows of an Arrow table that has exactly our columns, each in one chunk."""
        group, first = _groups(names)
        distinct = names.take(pa.array(first))
        return self._numbers_of_distinct(distinct)[group]

    def forget(self, count: int) -> None:
        """Take all but the first ``count`` combinations away."""
        self._database.run(f"DELETE FROM {self._table} WHERE number >= {count}")
        self.count = count

    def _numbers_of_distinct(self, names: Any) -> Codes:
        found = np.full(len(names), -1, dtype=np.int32)
        if self.count:
            rows = names.append_column("row_number", pa.array(np.arange(len(names), dtype=np.int32)))
            shared = ", ".join(self._columns)
            known = self._database.columns(
                f"SELECT row_number, number FROM new_names JOIN {self._table} USING ({shared})",
                new_names=rows,
            )
            found[known["row_number"]] = known["number"]
        new = np.flatnonzero(found < 0)
        if len(new):
            found[new] = np.arange(self.count, self.count + len(new), dtype=np.int32)
            rows = names.take(pa.array(new)).add_column(0, "number", pa.array(found[new]))
            self._database.run(f"INSERT INTO {self._table} SELECT * FROM new_names", new_names=rows)
            self.count += len(new)
        return found


def _groups(table: Any) -> tuple[Codes, Codes]:
    """The group of equal rows that each row is in, and the first row of each group."""
    group, groups = np.zeros(len(table), dtype=np.int64), min(len(table), 1)
    for column in table.columns:
        if groups == len(table):
            break
        encoded = column.combine_chunks().dictionary_encode()
        if len(encoded.dictionary) > 1:
            both = pa.array(group * len(encoded.dictionary) + encoded.indices.to_numpy())
            # Numbered afresh, so that products stay small however many columns there are.
            numbered = pc.dictionary_encode(both)
            group, groups = numbered.indices.to_numpy().astype(np.int64), len(numbered.dictionary)
    first = np.zeros(groups, dtype=np.int32)
    first[group[::-1]] = np.arange(len(group) - 1, -1, -1, dtype=np.int32)
    return group.astype(np.int32), first
