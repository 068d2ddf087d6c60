"""Sheets of three plain tables: zhitongche, Pinduoduo, and any other platform.

Zhitongche and Pinduoduo take a week as 7 x 24 hours: per cent of the bid there, thousandths here
(``rate`` of pdd.ad.api.plan.update.plan.discount). Bids are in yuan, whole fen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass

from bidder.calendar import Weekday
from bidder.files.change_sheets.amounts import micros_of, minutes_of, time_text
from bidder.files.change_sheets.contents import ChangeSheet, SheetBids, SheetBlock, SheetSegment, weeks
from bidder.files.change_sheets.tables import Columns, Layout, SheetReader, SheetRow, bid_columns, table_bytes
from bidder.keywords.platforms import PlatformProfile
from bidder.keywords.platforms.styles import read_modifier, write_modifier

_HOURS = tuple(f"{hour:02d}:00-{hour + 1:02d}:00" for hour in range(24))


@dataclass(frozen=True)
class PlainForm:
    """Names of files, columns and words of a platform's three tables.

    Attributes
    ----------
    files : tuple of str
        Of bids, schedules and segments.
    bid_columns : tuple of str
        Campaign, ad group, keyword, match type, id, bid.
    segment_columns : tuple of str
        Kind, campaign, segment, modifier.
    matches : dict of str to str
        How match types are written.
    kinds : dict of str to str
        How kinds of segments are written.
    weekday_column : str
    weekdays : tuple of str
        Monday first.
    grid : bool
        Whether a schedule is a table of 7 rows of 24 hours, and not one row for a block.
    """

    files: tuple[str, str, str]
    bid_columns: tuple[str, str, str, str, str, str]
    segment_columns: tuple[str, str, str, str]
    matches: dict[str, str]
    kinds: dict[str, str]
    weekday_column: str
    weekdays: tuple[str, ...]
    grid: bool

    @property
    def schedule_columns(self) -> tuple[str, ...]:
        """Columns of the table of schedules."""
        rest = _HOURS if self.grid else ("start", "end", "modifier")
        return (self.bid_columns[0], self.weekday_column, *rest)


def _chinese(name: str, bid: str, modifier: str) -> PlainForm:
    return PlainForm(
        (f"{name}_keywords.csv", f"{name}_schedule.csv", f"{name}_segments.csv"),
        ("计划名称", "单元名称", "关键词", "匹配方式", "关键词id", bid),
        ("类型", "计划名称", "人群", modifier),
        {"exact": "精准匹配", "phrase": "短语匹配", "broad": "广泛匹配", "": ""},
        {"audience": "人群", "device": "设备"}, "星期",
        ("周一", "周二", "周三", "周四", "周五", "周六", "周日"), grid=True,
    )  # fmt: skip


FORMS = {
    "zhitongche": _chinese("zhitongche", "出价", "溢价(%)"),
    "pinduoduo": _chinese("pinduoduo", "出价", "出价比例(千分比)"),
    "generic": PlainForm(
        ("generic_keywords.csv", "generic_schedule.csv", "generic_segments.csv"),
        ("campaign", "ad_group", "keyword", "match_type", "platform_id", "max_cpc"),
        ("kind", "campaign", "segment", "modifier"), {m: m for m in ("exact", "phrase", "broad", "")},
        {"audience": "audience", "device": "device"}, "weekday",
        tuple(day.value for day in Weekday), grid=False,
    ),
}  # fmt: skip


def write(sheet: ChangeSheet, profile: PlatformProfile, digits: int) -> dict[str, bytes]:
    """The tables that have rows."""
    form = FORMS[profile.name]
    layout = Layout.UTF_8_BOM if form.grid else Layout.UTF_8
    bids = bid_columns(sheet.bids, digits, form.matches.__getitem__, lambda b: b)
    hours = _grid(sheet, form, profile) if form.grid else _list(sheet, form, profile)
    segments = (
        (form.kinds[one.kind], one.campaign, one.segment, write_modifier(one.modifier, profile.segment_style))
        for one in sheet.segments
    )
    parts: tuple[Sized, ...] = (sheet.bids.bid, sheet.blocks, sheet.segments)
    columns = (form.bid_columns, form.schedule_columns, form.segment_columns)
    rows: tuple[Columns | Iterable[tuple[str, ...]], ...] = (bids, hours, segments)
    tables = zip(form.files, parts, columns, rows, strict=True)
    return {file: table_bytes(names, layout, made) for file, part, names, made in tables if len(part)}


def _list(sheet: ChangeSheet, form: PlainForm, profile: PlatformProfile) -> Iterator[tuple[str, ...]]:
    for campaign, blocks in weeks(sheet.blocks).items():
        for b in blocks:
            modifier = write_modifier(b.modifier, profile.schedule_style)
            yield campaign, form.weekdays[b.weekday], time_text(b.start), time_text(b.end), modifier


def _grid(sheet: ChangeSheet, form: PlainForm, profile: PlatformProfile) -> Iterator[tuple[str, ...]]:
    for campaign, blocks in weeks(sheet.blocks).items():
        cells = [[""] * 24 for _ in range(7)]
        for b in blocks:
            if b.start % 60 or b.end % 60:
                found = f"{time_text(b.start)}-{time_text(b.end)}"
                raise ValueError(f"{profile.name} takes whole hours, not {found}")
            modifier = write_modifier(b.modifier, profile.schedule_style)
            cells[b.weekday][b.start // 60 : b.end // 60] = [modifier] * ((b.end - b.start) // 60)
        for day in range(7):
            yield campaign, form.weekdays[day], *cells[day]


def read(files: dict[str, bytes], profile: PlatformProfile, reader: SheetReader) -> ChangeSheet:
    """What the tables say."""
    form = FORMS[profile.name]
    bids_file, schedule_file, segments_file = form.files
    bids = [_bid(row, form) for row in _rows(files, bids_file, form.bid_columns, reader)]
    blocks: list[SheetBlock] = []
    segments: list[SheetSegment] = []
    for row in _rows(files, schedule_file, form.schedule_columns, reader):
        blocks += _hours(row, form, profile) if form.grid else [_block(row, form, profile)]
    kinds = {word: kind for kind, word in form.kinds.items()}
    kind, campaign, segment, modifier = form.segment_columns
    for row in _rows(files, segments_file, form.segment_columns, reader):
        value = row.parsed(modifier, lambda text: read_modifier(text, profile.segment_style), 1.0)
        segments.append(SheetSegment(_word(row, kind, kinds), row[campaign], row[segment], value))
    return ChangeSheet(SheetBids.of(bids), tuple(blocks), tuple(segments))


def _rows(
    files: dict[str, bytes], name: str, columns: tuple[str, ...], reader: SheetReader
) -> Iterator[SheetRow]:
    for file, content in files.items():
        if file.endswith(name):
            yield from reader.rows(file, content, columns)


def _bid(row: SheetRow, form: PlainForm) -> tuple[str, str, str, str, str, int]:
    campaign, group, keyword, match, number, bid = form.bid_columns
    matches = {word: kind for kind, word in form.matches.items()}
    value = row.parsed(bid, micros_of, 0)
    return row[campaign], row[group], row[keyword], _word(row, match, matches), row[number], value


def _word(row: SheetRow, column: str, words: dict[str, str]) -> str:
    def parse(text: str) -> str:
        if text not in words:
            raise ValueError(f"{text[:40]!r} is none of {', '.join(map(repr, words))}")
        return words[text]

    return row.parsed(column, parse, "")


def _block(row: SheetRow, form: PlainForm, profile: PlatformProfile) -> SheetBlock:
    start, end = (row.parsed(name, minutes_of, 0) for name in ("start", "end"))
    value = row.parsed("modifier", lambda text: read_modifier(text, profile.schedule_style), 1.0)
    day = row.parsed(form.weekday_column, form.weekdays.index, 0)
    return SheetBlock(row[form.bid_columns[0]], day, start, end, value)


def _hours(row: SheetRow, form: PlainForm, profile: PlatformProfile) -> list[SheetBlock]:
    """Hours of one day, those of the same modifier as one block."""
    day = row.parsed(form.weekday_column, form.weekdays.index, 0)
    found: list[SheetBlock] = []
    for hour, name in enumerate(_HOURS):
        if not row[name]:
            continue
        value = row.parsed(name, lambda text: read_modifier(text, profile.schedule_style), 1.0)
        block = SheetBlock(row[form.bid_columns[0]], day, hour * 60, hour * 60 + 60, value)
        if found and found[-1].end == block.start and found[-1].modifier == value:
            block = found.pop()._replace(end=block.end)
        found.append(block)
    return found
