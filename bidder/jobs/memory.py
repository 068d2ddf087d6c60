"""Memory between the stages of a job."""

from __future__ import annotations

import contextlib


def give_back() -> None:
    """Hand memory that is free to the system, where the C library can do that.

    Arrays of a stage that is over else stay beside those of the next one, in holes too small for them.
    """
    import ctypes

    import pyarrow as pa

    pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, TypeError, AttributeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)
