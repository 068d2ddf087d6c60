"""One small world for all tests that only look at it."""

import pytest
from small_worlds import Lived, live, spec_of


@pytest.fixture(scope="session")
def small() -> Lived:
    return live(spec_of())
