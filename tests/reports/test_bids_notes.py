"""Every sentence that the night and its readers may note has its words in the Chinese report."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import cast

import pytest
from bids_sample import sample_page, sample_proposal

import bidder.files.platform_reports.report as report
import bidder.jobs.bids.suggestions as suggestions
import bidder.keywords.propose as propose
import bidder.keywords.slots.effects as effects
import bidder.keywords.slots.schedule as schedule
import bidder.keywords.terms.negatives as negatives
import bidder.keywords.terms.new_keywords as new_keywords
from bidder.reports.bids_notes import (
    FILES,
    FLAT,
    NOTES,
    SUGGESTED,
    Patterns,
    file_note,
    flat_reason,
    recognised,
    suggested_why,
    text_place,
    told,
    written_as,
)
from bidder.reports.bids_view import BidsView
from bidder.reports.labels import Labels
from bidder.reports.numbers import Numbers

VALUES = {
    "%": "3.20%", "until": "2026-10-19", "currency": "CNY", "kind": "new keywords", "often": "1 in 1,234",
    "self.report.until": "2026-10-19", "profile.name": "google_ads",
    "_worth(value, cvr, currency)": "9.36 CNY",
}  # fmt: skip
"""What stands for a value in a sentence, by its format or by its name; others are numbers."""
WHOLE: dict[str, tuple[str, ...]] = {
    "_notes": ("7 {}",),
    "_terms": ("of 9 {} the first 7 are given (terms.most)",),
    "_why": (
        "9 clicks cost 9.00 CNY without a conversion, where a CVR of 3.20% leads to expect 28.8: by "
        "chance {}",
    ),
    "_worth": (
        "4 conversions in 66 clicks at 1.30 CNY each; its CVR, shrunk to the 3.20% of its keyword, is 4.10%, "
        "so a click is worth {}",
    ),
}
"""Sentences that pieces of such a function stand in."""
NAMES = r"alpha\.start|alpha|terms\.most|CNY|Google Ads|slots\.enabled"


def zh() -> BidsView:
    return BidsView(sample_proposal(), sample_page(), Labels("zh"), Numbers("zh", "CNY"))


def sentences(module: ModuleType, function: str) -> list[str]:
    """Texts of more than one word in a function, with values in place of what is filled in."""
    tree = ast.parse(inspect.getsource(module))
    (found,) = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == function]
    texts = [_text(node) for node in _outermost(found)]
    return [text for text in texts if " " in text and re.search("[a-z]{3,}", text)]


def _outermost(function: ast.FunctionDef) -> Iterator[ast.expr]:
    """Texts of a function that are no part of another text; its docstring is left out."""
    waiting: list[ast.AST] = list(function.body[ast.get_docstring(function) is not None :])
    while waiting:
        node = waiting.pop()
        plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if plain or isinstance(node, ast.JoinedStr):
            yield cast(ast.expr, node)
        else:
            waiting += ast.iter_child_nodes(node)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(
        _value(part) if isinstance(part, ast.FormattedValue) else str(part.value)  # type: ignore[attr-defined]
        for part in node.values
    )


def _value(part: ast.FormattedValue) -> str:
    form = _text(part.format_spec) if part.format_spec is not None else ""
    return VALUES["%"] if form.endswith("%") else VALUES.get(ast.unparse(part.value), "7")


def _night_note(view: BidsView, note: str) -> str:
    shown = BidsView(view.proposal, sample_page(notes=(note,)), view.labels, view.numbers)
    return told(shown)[-1]


SOURCES: list[tuple[ModuleType, str, Patterns, Callable[[BidsView, str], str]]] = [
    (report, "_notes", FILES, file_note),
    (propose, "_notes", NOTES, _night_note),
    (suggestions, "_terms", NOTES, _night_note),
    (suggestions, "_words", NOTES, _night_note),
    (effects, "hour_effects", FLAT, flat_reason),
    (schedule, "_wanted", FLAT, flat_reason),
    (negatives, "_why", SUGGESTED, suggested_why),
    (new_keywords, "_why", SUGGESTED, suggested_why),
    (new_keywords, "_worth", SUGGESTED, suggested_why),
]


def notes_of(module: ModuleType, function: str, patterns: Patterns) -> list[str]:
    """The notes that a function may write; asserts that each is a known one."""
    notes = []
    for sentence in sentences(module, function):
        wholes = [sentence, *(whole.format(sentence) for whole in WHOLE.get(function, ()))]
        known = [whole for whole in wholes if recognised(whole, patterns)]
        assert known, f"no Chinese for: {sentence}"
        notes.append(known[0])
    return notes


@pytest.mark.parametrize(("module", "function", "patterns", "tell"), SOURCES)
def test_every_note_in_the_source_is_told_in_chinese(
    module: ModuleType, function: str, patterns: Patterns, tell: Callable[[BidsView, str], str]
) -> None:
    notes = notes_of(module, function, patterns)
    assert notes
    for note in notes:
        words = re.sub(NAMES, "", tell(zh(), note))
        assert re.search("[\u4e00-\u9fff]", words)
        assert not re.search("[A-Za-z]{2,}", words), note


@pytest.mark.parametrize("patterns", [FILES, NOTES, FLAT, SUGGESTED])
def test_no_wording_is_kept_for_what_nobody_writes_any_more(patterns: Patterns) -> None:
    mine = [(module, function) for module, function, theirs, _ in SOURCES if theirs is patterns]
    found = {recognised(n, patterns)[0] for m, f in mine for n in notes_of(m, f, patterns)}  # type: ignore[index]
    assert found == {key for _, key in patterns}


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("keyword, 连衣裙 / group 1 and 1,234 more", "关键词，连衣裙 / group 1，另有 1,234 处"),
        ("headline 2, a, b and c / d", "标题 2，a, b and c / d"),
        ("long headline, a / b", "长标题，a / b"), ("title part 1, a / b", "标题 1，a / b"),
        ("description 1, a / b", "描述 1，a / b"), ("标题3, a / b", "标题3，a / b"),
    ],
)  # fmt: skip
def test_where_a_text_stands_is_told_in_chinese(place: str, words: str) -> None:
    assert text_place(zh(), place) == words


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("workbook, sheet '关键词 1' CNY", "工作簿，工作表“关键词 1”，CNY"),
        ("workbook, sheet 'A'", "工作簿，工作表“A”"),
        ('workbook, sheet "it\'s" USD', "工作簿，工作表“it's”，USD"),
        ("utf-16-le tabs . CNY", "utf-16-le，分隔符 制表符，小数点“.”，CNY"), ("something", "something"),
    ],
)  # fmt: skip
def test_how_a_file_is_written_is_told_in_chinese(written: str, words: str) -> None:
    assert written_as(zh(), written) == words


def test_why_a_term_is_suggested_is_told_with_its_figures() -> None:
    why = (
        "900 clicks cost 900.00 CNY without a conversion, where a CVR of 3.20% leads to expect 28.8: by "
        "chance less than 1 in a billion"
    )
    assert suggested_why(zh(), why) == "按转化率 3.20% 应有约 28.8 次转化；偶然为零的概率低于十亿分之一"
    assert suggested_why(zh(), why.replace("less than 1 in a billion", "1 in 1,234")).endswith("1/1,234")
    assert suggested_why(zh(), "because") == "because"
