"""Change sheets read back to the same numbers, in each platform's own way of writing them."""

import codecs
import csv
import io
import re
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.errors import InputError
from bidder.files.change_sheets import (
    ChangeSheet,
    SheetBids,
    SheetBlock,
    SheetSegment,
    read_change_sheets,
    write_change_sheets,
)
from bidder.files.tables import FORMULA
from bidder.keywords.platforms import PROFILES, ModifierStyle

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["=1+1", "+red +shoes", "-shoes", "@sum", "'=x", "''", "\tx", "\r", "a\nb", '"q"', "a,b", "＝1", "-12.50"]
)
DEVICES = {
    "google_ads": ("desktop", "mobile", "tablet", "tv"), "microsoft_ads": ("desktop", "mobile", "tablet"),
}  # fmt: skip
NO_IDS = ("google_ads",)
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


@st.composite
def weeks(draw, profile, campaign):
    """A gap-free week of legal blocks; neighbours differ, as blocks do."""
    low, high = profile.modifier_range()
    out = []
    for day in range(7):
        slots = 24 * 60 // profile.slot_minutes
        cuts = draw(st.sets(st.integers(1, slots - 1), max_size=profile.max_blocks - 1))
        edges = [0, *sorted(cuts), slots]
        last = None
        for start, end in pairwise(edges):
            level = draw(st.integers(low, high).filter(lambda x, last=last: x != last))
            last = level
            minutes = start * profile.slot_minutes, end * profile.slot_minutes
            out.append(SheetBlock(campaign, day, *minutes, level / profile.steps_per_unit))
    return out


@st.composite
def sheets(draw, platform, currency):
    """What a run may say on a platform: legal, in the platform's own steps."""
    profile = PROFILES[platform]
    step = profile.bid_step(currency)
    low, high = -(-profile.min_bid_micros // step), profile.max_bid_micros // step
    match = st.sampled_from(["exact", "phrase", "broad", ""])
    bid = st.integers(max(low, 1), high).map(lambda steps: steps * step)
    number = st.just("") if platform in NO_IDS else TEXT
    bids = draw(st.lists(st.tuples(TEXT, TEXT, TEXT, match, number, bid), max_size=5))
    names = draw(st.lists(TEXT, max_size=2, unique=True))
    blocks = [b for name in names if profile.has_schedule for b in draw(weeks(profile, name))]
    first, last = profile.modifier_range(segment=True)
    factor = st.integers(first, last).map(lambda steps: steps / profile.steps_per_unit)
    segments = []
    for name in names:
        for kind in sorted(profile.segments):
            segment = st.sampled_from(DEVICES[platform]) if kind == "device" and platform in DEVICES else TEXT
            told = draw(st.lists(segment, max_size=3, unique=True))
            segments += [SheetSegment(kind, name, one, draw(factor)) for one in told]
    return ChangeSheet(SheetBids.of(bids), tuple(blocks), tuple(segments))


def same(found, wanted):
    assert list(found.bids.rows()) == list(wanted.bids.rows())
    assert sorted(found.blocks) == sorted(wanted.blocks)
    assert sorted(found.segments) == sorted(wanted.segments)


def cells(content):
    tabs = content.startswith(codecs.BOM_UTF16_LE)
    text = content.decode("utf-16" if tabs else "utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter="\t" if tabs else ",", strict=True))


@pytest.mark.parametrize("platform", PROFILES)
@settings(max_examples=60)
@given(data=st.data())
def test_sheets_read_back_to_the_same_numbers_and_hold_no_formula(platform, data):
    currency = data.draw(st.sampled_from(["CNY", "USD", "JPY", "KWD"]))
    sheet = data.draw(sheets(platform, currency))
    files = write_change_sheets(platform, currency, sheet)
    same(read_change_sheets(platform, files), sheet)
    for content in files.values():
        for row in cells(content):
            for cell in row:
                assert not cell.startswith(FORMULA) or NUMBER.fullmatch(cell)


@pytest.mark.parametrize("platform", PROFILES)
def test_old_values_make_a_rollback_under_a_prefix(platform):
    texts = ("c", "g", "k", "exact", "")
    old, new = (ChangeSheet(SheetBids.of([(*texts, bid)])) for bid in (1_000_000, 1_200_000))
    forward = write_change_sheets(platform, "CNY", new)
    back = write_change_sheets(platform, "CNY", old, prefix="rollback_")
    assert [f"rollback_{name}" for name in forward] == list(back)
    same(read_change_sheets(platform, back), old)
    same(read_change_sheets(platform, forward), new)


@pytest.mark.parametrize("platform", PROFILES)
def test_nothing_to_say_makes_no_file(platform):
    assert write_change_sheets(platform, "CNY", ChangeSheet(SheetBids.of([]))) == {}


def example():
    bids = SheetBids.of([
        ("春季", "g", "+红 鞋", "broad", "77", 1_230_000), ("春季", "g", "鞋", "exact", "78", 50_000),
    ])  # fmt: skip
    blocks = tuple(
        block for day in range(7)
        for block in (SheetBlock("春季", day, 0, 540, 0.9), SheetBlock("春季", day, 540, 1440, 1.2))
    )  # fmt: skip
    segments = (
        SheetSegment("device", "春季", "Mobile phones", 0.8),
        SheetSegment("audience", "春季", "buyers", 1.25),
    )
    return ChangeSheet(bids, blocks, segments)


def table(platform, name):
    header, *rows = cells(write_change_sheets(platform, "CNY", example())[name])
    return [dict(zip(header, row, strict=True)) for row in rows]


def test_google_ads_editor_takes_utf_16_with_tabs_and_schedules_in_one_cell():
    content = write_change_sheets("google_ads", "CNY", example())["google_ads_editor.csv"]
    assert content.startswith(codecs.BOM_UTF16_LE) and b"\t\x00" in content
    rows = table("google_ads", "google_ads_editor.csv")
    assert rows[0]["Keyword"] == "'+红 鞋" and rows[0]["Max CPC"] == "1.23"
    assert rows[0]["Criterion Type"] == "Broad" and rows[1]["Max CPC"] == "0.05"
    week = rows[2]["Ad Schedule"].split(";")
    assert len(week) == 14 and week[:2] == ["(Monday@90%[00:00-09:00])", "(Monday@120%[09:00-24:00])"]
    assert rows[2]["Mobile Bid Modifier"] == "-20" and rows[2]["Desktop Bid Modifier"] == ""
    assert (rows[3]["Audience"], rows[3]["Bid Modifier"]) == ("buyers", "25")


def test_microsoft_takes_records_with_changes_in_per_cent():
    rows = table("microsoft_ads", "microsoft_bulk.csv")
    assert (rows[0]["Type"], rows[0]["Name"]) == ("Format Version", "6.0")
    keyword = [rows[1][name] for name in ("Type", "Id", "Match Type", "Bid")]
    assert keyword == ["Keyword", "77", "Broad", "1.23"]
    hours = [row for row in rows if row["Type"] == "Campaign DayTime Criterion"]
    times = [hours[1][name] for name in ("Target", "From Hour", "From Minute", "To Hour", "To Minute")]
    assert len(hours) == 14 and times == ["Monday", "9", "0", "24", "0"]
    assert [row["Bid Adjustment"] for row in hours[:2]] == ["-10", "20"]
    device = next(row for row in rows if row["Type"] == "Campaign DeviceOS Criterion")
    assert (device["Target"], device["Bid Adjustment"]) == ("Smartphones", "-20")


def test_amazon_takes_updates_of_keywords_by_their_id_and_no_schedule():
    rows = table("amazon_ads", "amazon_bulksheet.csv")
    keyword = [rows[0][name] for name in ("Product", "Entity", "Operation", "Keyword ID", "Bid")]
    assert keyword == ["Sponsored Products", "Keyword", "Update", "77", "1.23"]
    assert [row["Entity"] for row in rows] == ["Keyword", "Keyword", "Bidding Adjustment"]


def test_zhitongche_takes_yuan_and_a_week_of_per_cent():
    words = table("zhitongche", "zhitongche_keywords.csv")
    hours = table("zhitongche", "zhitongche_schedule.csv")
    assert (words[1]["关键词"], words[1]["匹配方式"], words[1]["出价"]) == ("鞋", "精准匹配", "0.05")
    assert len(hours) == 7 and hours[6]["星期"] == "周日"
    assert [hours[0][f"{h:02d}:00-{h + 1:02d}:00"] for h in (8, 9, 23)] == ["90", "120", "120"]
    assert table("zhitongche", "zhitongche_segments.csv") == [
        {"类型": "人群", "计划名称": "春季", "人群": "buyers", "溢价(%)": "25"}
    ]


def test_pinduoduo_takes_thousandths():
    hours = table("pinduoduo", "pinduoduo_schedule.csv")
    assert [hours[0][name] for name in ("08:00-09:00", "09:00-10:00")] == ["900", "1200"]


def test_any_other_platform_gets_multipliers():
    row = table("generic", "generic_schedule.csv")[1]
    assert row == {"campaign": "春季", "weekday": "mon", "start": "09:00", "end": "24:00", "modifier": "1.2"}


def test_every_style_is_used_by_some_platform():
    styles = {p.schedule_style for p in PROFILES.values()} | {p.segment_style for p in PROFILES.values()}
    assert styles == set(ModifierStyle)


@given(st.integers(0, 10**13), st.sampled_from(["CNY", "JPY", "KWD"]))
def test_money_is_written_exactly(micros, currency):
    sheet = ChangeSheet(SheetBids.of([("c", "g", "k", "", "", micros)]))
    files = write_change_sheets("generic", currency, sheet)
    written = cells(files["generic_keywords.csv"])[1][-1]
    assert Decimal(written) * 10**6 == micros and "e" not in written.lower()
    assert read_change_sheets("generic", files).bids.bid.tolist() == [micros]


def test_unknown_bids_and_parts_of_hours_are_refused():
    unknown = ChangeSheet(SheetBids.of([("c", "g", "k", "", "", -1)]))
    with pytest.raises(ValueError, match="not known"):
        write_change_sheets("google_ads", "CNY", unknown)
    half = ChangeSheet(SheetBids.of([]), (SheetBlock("c", 0, 0, 30, 1.0),))
    with pytest.raises(ValueError, match="whole hours"):
        write_change_sheets("zhitongche", "CNY", half)


def test_devices_that_a_platform_cannot_set_are_left_out():
    other = ChangeSheet(SheetBids.of([]), (), (SheetSegment("device", "c", "Other", 1.2),))
    for platform in ("google_ads", "microsoft_ads", "amazon_ads", "zhitongche"):
        assert write_change_sheets(platform, "CNY", other) == {}


def test_every_bad_cell_is_told_with_its_place():
    bad = (
        "campaign,ad_group,keyword,match_type,platform_id,max_cpc\r\n"
        "c,g,k,exact,,1.0000001\r\nc,g,k,fuzzy,,NaN\r\nc,g\r\n"
    )
    schedule = "campaign,weekday,start,end,modifier\r\nc,mon,25:00,24:00,-1\r\nc,someday,00:00,24:00,x\r\n"
    with pytest.raises(InputError) as caught:
        files = {"generic_keywords.csv": bad.encode(), "generic_schedule.csv": schedule.encode()}
        read_change_sheets("generic", files)
    places = [str(p).split(": ")[0] for p in caught.value.problems]
    assert places == [
        "generic_keywords.csv:row 2, column max_cpc", "generic_keywords.csv:row 3, column max_cpc",
        "generic_keywords.csv:row 3, column match_type", "generic_keywords.csv:row 4",
        "generic_schedule.csv:row 2, column start", "generic_schedule.csv:row 2, column modifier",
        "generic_schedule.csv:row 3, column modifier", "generic_schedule.csv:row 3, column weekday",
    ]  # fmt: skip


@pytest.mark.parametrize("platform", PROFILES)
@given(junk=st.binary(max_size=80))
def test_junk_is_bad_input(platform, junk):
    names = list(write_change_sheets(platform, "CNY", example()))
    for name in names:
        with pytest.raises(InputError):
            read_change_sheets(platform, {name: junk})
