"""Items that another thread makes ahead come out as they would without it."""

import threading

import pytest

from bidder.files.platform_reports.ahead import ahead


def test_the_same_items_in_order_and_one_ahead():
    made = []

    def items():
        for n in range(5):
            made.append((n, threading.current_thread()))
            yield n

    seen = []
    for item in ahead(items()):
        seen.append(item)
        assert len(made) <= len(seen) + 1
    assert seen == [n for n, _ in made] == list(range(5))
    assert threading.current_thread() not in {thread for _, thread in made}
    assert list(ahead([])) == []


def test_what_fails_is_raised_in_its_place():
    def items():
        yield 1
        yield 2
        raise KeyError("third")

    seen = []
    with pytest.raises(KeyError, match="third"):
        seen.extend(ahead(items()))
    taken = ahead(items())
    assert [next(taken), next(taken)] == [1, 2]
    with pytest.raises(KeyError, match="third"):
        next(taken)


def test_whoever_stops_early_leaves_no_thread_behind():
    before, closed = threading.active_count(), []

    def items():
        try:
            yield from range(100)
        finally:
            closed.append(True)

    taken = ahead(items())
    assert next(taken) == 0
    taken.close()
    assert threading.active_count() == before
    del taken
    assert closed == [True]
