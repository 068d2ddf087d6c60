"""The script that draws the charts, made once and then kept beside the compiled modules."""

from __future__ import annotations

import contextlib
import os
import sys
import zlib
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from importlib.util import cache_from_source
from pathlib import Path


@lru_cache(maxsize=1)
def bundle() -> str:
    """Vega, Vega-Lite and vega-embed as one script.

    Putting it together takes about a second, more than many plans and replays. As Python does with
    modules, the result is kept where it can be written, unless PYTHONDONTWRITEBYTECODE is set; the
    library's version is in the name, and the checksum of the compression tells a damaged file.
    """
    kept = _home()
    with contextlib.suppress(OSError, zlib.error, UnicodeDecodeError):
        return zlib.decompress(kept.read_bytes()).decode()
    made = _made()
    if not sys.dont_write_bytecode:
        with contextlib.suppress(OSError):
            _keep(kept, zlib.compress(made.encode(), 1))
    return made


def _home() -> Path:
    folder = Path(cache_from_source(__file__)).parent
    return folder / f"charts-{version('vl-convert-python')}.zlib"


def _made() -> str:
    import vl_convert

    make: Callable[..., str] = vl_convert.javascript_bundle
    script = make().replace("\r\n", "\n")
    # Inside a string or comment, the only places these can stand, the escaped forms mean the same.
    return script.replace("</script", "<\\/script").replace("<!--", "\\u003c!--")


def _keep(path: Path, content: bytes) -> None:
    """Write a file whole: two processes may do so at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        part.write_bytes(content)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
