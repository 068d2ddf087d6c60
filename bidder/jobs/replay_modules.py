"""Modules with a user's own strategies: found beside the experiment or in the current folder."""

from __future__ import annotations

import hashlib
import importlib
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any


def homes(folder: Path) -> tuple[Path, ...]:
    """Where own modules may stand: the experiment's folder, then the current one."""
    return tuple(dict.fromkeys((folder.absolute(), Path().absolute())))


@contextmanager
def importable(folder: Path) -> Iterator[None]:
    """Let modules beside an experiment be imported, if nothing else that is installed has their name.

    They are forgotten at the end, so that the next experiment finds those of its own folder, as they are
    then. No bytecode is left of them: Python tells it from its source by second and size, which a quick
    change of a number keeps.
    """
    places = [place for place in homes(folder) if str(place) not in sys.path]
    known = set(sys.modules)
    sys.path += map(str, places)
    importlib.invalidate_caches()
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    try:
        yield
    finally:
        sys.dont_write_bytecode = written
        sys.path[:] = [entry for entry in sys.path if entry not in set(map(str, places))]
        for name in set(sys.modules) - known:
            if name.partition(".")[0] not in known and _stands_in(sys.modules[name], places):
                del sys.modules[name]


def _stands_in(module: ModuleType, places: Iterable[Path]) -> bool:
    """Whether a module was found in one of the folders itself, as ``name.py`` or ``name/__init__.py``."""
    file = getattr(module, "__file__", None)
    if not file:
        return False
    inner = Path(*module.__name__.split("."))
    wanted = {place / tail for place in places for tail in (inner.with_suffix(".py"), inner / "__init__.py")}
    return Path(file) in wanted


def own_modules(kind: str, folder: Path) -> list[ModuleType]:
    """The modules behind a strategy's kind ``module:Class`` that belong to the user, by their names.

    Its own module, the others of the same package, and those beside the experiment or in the current
    folder that have been imported.
    """
    root, places = kind.partition(":")[0].partition(".")[0], homes(folder)
    found = {
        name: module
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == root or _stands_in(module, places)
    }
    return [found[name] for name in sorted(found) if name.partition(".")[0] != "bidder"]


def source(kind: str, folder: Path) -> list[Any]:
    """Hashes of the user's own modules behind a kind, which the version of the program says nothing of."""
    from bidder.auctions.strategies.registry import KINDS

    return [] if kind in KINDS else [_hash(module) for module in own_modules(kind, folder)]


def _hash(module: ModuleType) -> list[str]:
    try:
        content = Path(str(module.__file__)).read_bytes()
    except OSError:
        return [module.__name__]
    return [module.__name__, hashlib.sha256(content).hexdigest()[:32]]


def packed(content: Any, kind: str, folder: Path) -> bytes:
    """Content as bytes that a process can read which cannot import the modules behind a kind.

    What comes from these modules is packed with its code, so that the workers of a cluster always run it
    as it is here and now.
    """
    import cloudpickle

    from bidder.auctions.strategies.registry import KINDS

    known = cloudpickle.list_registry_pickle_by_value()
    modules = [] if kind in KINDS else own_modules(kind, folder)
    modules = [module for module in modules if module.__name__ not in known]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        found: bytes = cloudpickle.dumps(content)
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)
    return found
