"""The reader ``ipinyou_validation``: rows ``click price pctr`` between tabs, in numbered episodes.

The first line has two whole numbers, of features and of auctions in an episode. Then comes each episode:
a line with its number, and its auctions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bidder.errors import Place, Problem
from bidder.files.auction_logs.cells import blank_rows
from bidder.files.auction_logs.ipinyou_theta import HEADERS, ThetaReader, with_campaign
from bidder.files.auction_logs.reading import Frame, Reading
from bidder.files.auction_logs.text_tables import Layout, TextTable
from bidder.files.tables import shown


@dataclass(frozen=True)
class ValidationReader(ThetaReader):
    """Files of episodes of such rows."""

    def frames(self, reading: Reading) -> Iterator[Frame]:
        """The good rows, file by file; the frame of episodes is checked at the end of each file."""
        layout = Layout(tuple(HEADERS.values()), "\t", quote=False, header_rows=0)
        share = 1 / len(self.files)
        for number, file in enumerate(self.files):
            table, last = TextTable(file, layout, HEADERS, keep_odd=True), 0
            for batch in table.batches(reading, number * share, share):
                filled = batch.rows[~blank_rows(batch)]
                last = max(last, int(filled[-1])) if len(filled) else last
                yield with_campaign(batch, reading, self.base.unit)
            _Episodes(file, table.odd_rows, last, reading).check()


@dataclass
class _Episodes:
    """The lines that are no auctions: where they must stand and what they must say."""

    file: str
    odd: list[tuple[int, int, str]]
    last_auction: int
    reading: Reading

    def check(self) -> None:
        """Tell every line that is not where, or what, it should be."""
        if not self.odd and not self.last_auction:
            return  # nothing there
        first = self.odd[0] if self.odd else (0, 0, "")
        numbers = re.fullmatch(r"(\d{1,9})\t(\d{1,9})", first[2])
        if first[0] != 1 or not numbers or int(numbers[2]) < 1:
            expected = "two whole numbers: features, and auctions in an episode"
            found = first[2] if first[0] == 1 else "a row of another kind"
            self._fatal(1, f"found {shown(found)}", expected)
            return
        size = int(numbers[2])
        markers = self._markers()
        for k, (row, text) in enumerate(markers):
            place = 2 + k * (size + 1)
            if row != place or text != str(k + 1):
                message = f"found {shown(text)}"
                self._fatal(row, message, f"{k + 1}, the number of an episode, in row {place:,}")
                return
        end = 1 + len(markers) * (size + 1)
        last = max(self.last_auction, self.odd[-1][0])
        if last != end or not markers:
            expected = f"{len(markers)} episodes of {size:,} auctions, {end:,} rows"
            self._fatal(last, f"the file ends with row {last:,}", expected)

    def _markers(self) -> list[tuple[int, str]]:
        """Rows with one cell; rows with two, or too many, are bad auctions."""
        markers = []
        for row, cells, text in self.odd[1:]:
            if cells == 1 and re.fullmatch(r"\d{1,9}", text):
                markers.append((row, text))
            else:
                reason = "too many cells" if cells > len(HEADERS) else "too few cells"
                self.reading.seen += 1
                self.reading.refuse(
                    self.file, np.array([row]), None, reason, "click, price and pctr",
                    lambda _, text=text: f"found {shown(text)}",  # type: ignore[misc]
                )
        return markers

    def _fatal(self, row: int, message: str, expected: str) -> None:
        self.reading.fatal.append(Problem(message, expected, place=Place(self.file, row=row)))
