"""Settings from the command line."""

from __future__ import annotations

import pytest

from bidder.errors import InputError
from bidder.files.overrides import apply_overrides
from bidder.files.yaml_reader import parse_yaml

TEXT = """\
budget: {total: 1}
channels: {search: {campaigns: {a.b: {x: 1}, 'c/d': {}}}}
list: [{min: 1}, 2]
empty:
"""


@pytest.mark.parametrize(
    ("setting", "path", "value"),
    [
        ("budget.total=5e4", ["budget", "total"], 5e4),
        ("budget.exact=true", ["budget", "exact"], True),
        ("budget={total: 7}", ["budget", "total"], 7),
        ("list.0.min=22:30", ["list", 0, "min"], "22:30"),
        ("list.1=[0.2, 0.6]", ["list", 1], [0.2, 0.6]),
        ("channels.search.campaigns.a.b.x=3", ["channels", "search", "campaigns", "a.b", "x"], 3),
        ("channels.search.campaigns.c/d.x=3", ["channels", "search", "campaigns", "c/d", "x"], 3),
        ("risk.campaigns.a/b=0.1", ["risk", "campaigns", "a/b"], 0.1),
        ("empty.inner=012", ["empty", "inner"], 12),
        ("name=a=b", ["name"], "a=b"),
        ("name='5'", ["name"], "5"),
        ("name=", ["name"], None),
    ],
)
def test_a_setting_lands_where_it_says(setting: str, path: list[str | int], value: object) -> None:
    before = parse_yaml(TEXT, "f")
    after = apply_overrides(before, [setting])
    node = after.data
    for key in path:
        node = node[key]
    assert node == value and type(node) is type(value)
    assert str(after.place(tuple(path))) == f"--set {setting.partition('=')[0]}"
    assert before.data == parse_yaml(TEXT, "f").data


def test_the_last_setting_wins() -> None:
    assert apply_overrides(parse_yaml(TEXT, "f"), ["a=1", "a=2"]).data["a"] == 2


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("budget.total", "--set: 'budget.total' is not a setting; expected key=value"),
        ("=5", "--set : '=5' is not a setting"),
        ("list.7.min=1", "--set list.7.min: '7' is no position in a list of 2; expected 0 to 1"),
        ("list.x=1", "--set list.x: 'x' is no position"),
        ("list.-1=1", "--set list.-1: '-1' is no position"),
        ("budget.total.x=1", "--set budget.total.x: 'x' lies inside a single value"),
        ("a=[1, 2", "--set a: cannot read '[1, 2': not valid YAML"),
        ("a=&x 1", "--set a: cannot read '&x 1': anchor &x"),
        ("a=" + "[" * 9999, "--set a: cannot read"),
    ],
)
def test_bad_settings_are_named(setting: str, expected: str) -> None:
    with pytest.raises(InputError) as caught:
        apply_overrides(parse_yaml(TEXT, "f"), [setting, "nonsense"])
    assert len(caught.value.problems) == 2
    assert (
        str(caught.value.problems[0])
        .replace("--set :", "--set:")
        .startswith(expected.replace("--set :", "--set:"))
    )
