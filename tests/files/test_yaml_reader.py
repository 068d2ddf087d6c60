"""YAML with positions: the traps of YAML 1.1, hostile files, and exact lines and columns."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bidder.errors import InputError
from bidder.files import yaml_reader
from bidder.files.yaml_reader import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml


def places(text: str) -> list[str]:
    """Every problem as it is shown."""
    with pytest.raises(InputError) as caught:
        parse_yaml(text, "f.yaml")
    return [str(p) for p in caught.value.problems]


@pytest.fixture(params=["C", "Python"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of PyYAML's event parsers must give the same answers."""
    if request.param == "Python":
        monkeypatch.setattr(yaml_reader, "_EVENTS", yaml.SafeLoader)
    elif not yaml.__with_libyaml__:
        pytest.skip("PyYAML has no C parser here")
    return str(request.param)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("22:30", "22:30"),
        ("on", "on"),
        ("off", "off"),
        ("yes", "yes"),
        ("NO", "NO"),
        ("y", "y"),
        ("012", 12),
        ("0o14", 12),
        ("0x1F", 31),
        ("+7", 7),
        ("-0", 0),
        ("1e5", 1e5),
        ("1E-3", 1e-3),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e308", 1e308),
        ("1_000", "1_000"),
        ("2026-10-20", "2026-10-20"),
        ("2026-10-20 22:30:00", "2026-10-20 22:30:00"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
        ("=", "="),
        ("9" * 5000, math.inf),
        ("1e999", math.inf),
        ("-.inf", -math.inf),
        ("0x" + "f" * 5000, math.inf),
    ],
)
def test_scalars_follow_yaml_1_2(text: str, value: object) -> None:
    found = parse_yaml(f"a: {text}", "f.yaml").data["a"]
    assert found == value and type(found) is type(value)


def test_not_a_number() -> None:
    assert math.isnan(parse_yaml("a: .NaN", "f").data["a"])


def test_positions_are_exact() -> None:
    text = (
        "\ufeffname: x\nchannels:\n  search:   {max: 5, list: [1,  22]}\n  social:\n    - a\n    -  b: 'c'\n"
    )
    document = parse_yaml(text.removeprefix("\ufeff"), "f.yaml")
    expected = {
        (): (1, 1),
        ("name",): (1, 7),
        ("channels",): (2, 1),
        ("channels", "search"): (3, 3),
        ("channels", "search", "max"): (3, 19),
        ("channels", "search", "list", 1): (3, 33),
        ("channels", "social", 0): (5, 7),
        ("channels", "social", 1): (6, 8),
        ("channels", "social", 1, "b"): (6, 11),
    }
    for path, (line, column) in expected.items():
        place = document.place(path)
        assert (place.line, place.column) == (line, column), path
    key = document.place(("channels", "search", "max"), at_key=True)
    assert (key.line, key.column) == (3, 14)


def test_what_is_not_there_stands_at_its_parent() -> None:
    document = parse_yaml("a: 1\nb:\n  c: {d: 2}\n", "f.yaml")
    assert str(document.place(("b", "c", "x", 3, "y"))) == "f.yaml:3:3"
    assert str(document.place(("nothing",))) == "f.yaml:1:1"


def test_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    assert read_yaml(path).data == {"a": 1}


@pytest.mark.parametrize(
    ("text", "where", "what"),
    [
        ("a: 1\nb: 2\na: 3\n", "3:1", "'a' is given twice (first in line 1)"),
        ("x: {a: 1, a: 2}", "1:11", "'a' is given twice"),
        ("a: &x 1\n", "1:4", "anchor &x"),
        ("? *x\n: 1\n", "1:3", "alias *x"),
        ("*x : 1\n", "1:1", "alias *x"),
        ("a: *x\n", "1:4", "alias *x"),
        ("a: !!python/object/apply:os.system [ls]\n", "1:4", "python/object/apply:os.system"),
        ("a: !!int '3'\n", "1:4", "tag"),
        ("<<: {a: 1}\n", "1:1", "merge key"),
        ("a: 1\n---\nb: 2\n", "2:1", "second document"),
        ("1: a\n", "1:1", "key 1 is not text"),
        ("true: a\n", "1:1", "key true is not text"),
        ("a: {total: 3,000,000}\n", "1:14", "key 000 is not text"),
        ("? [a, b]\n: c\n", "1:3", "a key is a list or a mapping"),
        ("? {a: b}\n: c\n", "1:3", "a key is a list or a mapping"),
        ("a: 'x\x07y'\n", "1:6", "control character"),
        ("a: x\nbc: \x00\n", "2:5", "control character"),
        ('a: "x\\0"\n', "1:4", "control character"),
        ("", "1:1", "empty"),
        ("# only a comment\n", "1:1", "empty"),
        ("a:\n\tb: 1\n", "2:1", "tab"),
        ("a: b: c\n", "1:5", "not valid YAML"),
        ("a: [1, 2\n", "2:1", "not valid YAML"),
        ("a: @x\n", "1:4", "not valid YAML"),
        ('a: "\\ud800"\n', "1:", ""),
    ],
)
def test_refused_with_position(text: str, where: str, what: str) -> None:
    first = places(text)[0]
    assert first.startswith(f"f.yaml:{where}") and what in first


def test_every_problem_is_reported() -> None:
    text = "a: &x 1\nb: *x\nc: 1\nc: 2\n<<: {}\n"
    assert [p.split(" ")[0] for p in places(text)] == [
        "f.yaml:1:4:",
        "f.yaml:2:4:",
        "f.yaml:4:1:",
        "f.yaml:5:1:",
    ]


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "a: [", '{"a":'])
def test_deep_nesting_ends_quickly(opening: str) -> None:
    began = time.perf_counter()
    assert "nested deeper" in places(opening * 50_000)[-1] or "not valid YAML" in places(opening * 50_000)[-1]
    assert time.perf_counter() - began < 5


def test_nesting_up_to_the_limit() -> None:
    parse_yaml("[" * MAX_DEPTH + "]" * MAX_DEPTH, "f.yaml")
    assert places("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1)) == [
        f"f.yaml:1:{MAX_DEPTH + 1}: nested deeper than 64 levels; expected a flatter file"
    ]


def test_billion_laughs() -> None:
    lines = ["a0: &a0 [lol]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 9)}]" for k in range(1, 30)]
    found = places("\n".join(lines))
    assert len(found) == 100 and found[0].startswith("f.yaml:1:5: anchor &a0")


def test_huge_file_is_not_even_parsed(tmp_path: Path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"a: " + b"x" * MAX_BYTES)
    began = time.perf_counter()
    with pytest.raises(InputError, match="larger than 8 MiB"):
        read_yaml(path)
    assert time.perf_counter() - began < 2


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\nb: \xc3\xa4\xff\n")
    with pytest.raises(InputError) as caught:
        read_yaml(path)
    assert str(caught.value) == f"{path}:2:5: not UTF-8 text (byte 0xff); expected a file saved as UTF-8"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml", "nul\x00.yaml"):
        with pytest.raises(InputError, match="cannot be read"):
            read_yaml(path)


SETTINGS = settings(max_examples=150, deadline=None, derandomize=True)


@SETTINGS
@given(st.binary(max_size=200))
def test_random_bytes_never_escape(content: bytes) -> None:
    try:
        text = yaml_reader._decode("f.yaml", content)
        parse_yaml(text, "f.yaml")
    except InputError as error:
        assert all(p.place is not None and p.place.line for p in error.problems)


FRAGMENTS = [
    "a",
    "b",
    ": ",
    ":",
    "- ",
    "\n",
    "  ",
    "[",
    "]",
    "{",
    "}",
    ",",
    "&x ",
    "*x",
    "!t ",
    "'",
    '"',
    "|",
    ">",
    "#",
    "---",
    "...",
    "%YAML 1.1",
    "? ",
    "<<",
    "\t",
    "1e5",
    ".nan",
    "\\ud800",
    "\x85",
    "\u2028",
    "é",
    "😀",
]


@SETTINGS
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join))
def test_random_syntax_never_escapes(text: str) -> None:
    try:
        document = parse_yaml(text, "f.yaml")
    except InputError as error:
        assert all(p.place is not None and p.place.line for p in error.problems)
    else:
        for path, _ in yaml_reader.walk(document.data):
            assert document.place(path).line


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(
        st.characters(
            codec="utf-8",
            exclude_categories=["Cc", "Cs", "Zl", "Zp"],
            exclude_characters="\ufeff\ufffe\uffff\x7f\x85",
        ),
        max_size=8,
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text("abcdefgh", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@SETTINGS
@given(PLAIN.filter(lambda data: data is not None))
def test_json_is_read_as_it_is(data: object) -> None:
    assert parse_yaml(json.dumps(data, ensure_ascii=False), "f.yaml").data == data
