"""Strategies by kind: the ones that come along, and a user's own by its dotted path."""

from __future__ import annotations

import re
from importlib import import_module

from bidder.auctions.strategies.base import Strategy, StrategyParams
from bidder.errors import one_of

_HERE = "bidder.auctions.strategies"

KINDS: dict[str, str] = {
    "constant": f"{_HERE}.constant:Constant",
    "random": f"{_HERE}.random:Random",
    "max_cpc": f"{_HERE}.max_cpc:MaxCpc",
    "linear": f"{_HERE}.linear:Linear",
    "ortb1": f"{_HERE}.ortb1:Ortb1",
    "ortb2": f"{_HERE}.ortb2:Ortb2",
    "first_price_shading": f"{_HERE}.first_price_shading:FirstPriceShading",
    "uniform_scaling": f"{_HERE}.uniform_scaling:UniformScaling",
    "pid": f"{_HERE}.pid:Pid",
    "m_pid": f"{_HERE}.m_pid:MPid",
    "ta_pid": f"{_HERE}.ta_pid:TaPid",
    "mystique": f"{_HERE}.mystique:Mystique",
    "throttling": f"{_HERE}.throttling:Throttling",
    "dual": f"{_HERE}.dual:Dual",
    "ss_mdp": f"{_HERE}.ss_mdp:SsMdp",
    "rlb": f"{_HERE}.rlb:Rlb",
    "keyword_bids": f"{_HERE}.keyword_bids:KeywordBids",
}
"""Where each kind's class stands, as ``module:Class``; a module is imported when it is asked for."""

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*")


def strategy_class(kind: str) -> type[Strategy]:
    """The class of a kind.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`, or ``package.module:Class`` for a class of one's own.

    Raises
    ------
    ValueError
        When there is no such kind or class, when it cannot be imported, or when it is no strategy. The
        message is meant for the one who wrote the experiment.
    """
    if kind in KINDS:
        module, _, name = KINDS[kind].partition(":")
        found: type[Strategy] = getattr(import_module(module), name)
        return found
    if not _DOTTED.fullmatch(kind):
        expected = one_of(KINDS, kind)
        raise ValueError(f"unknown kind {kind[:80]!r}; expected {expected} (or package.module:Class)")
    return _checked(kind, _loaded(kind))


def params_model(kind: str) -> type[StrategyParams]:
    """What the YAML may say of a strategy of this kind; errors as in :func:`strategy_class`."""
    return strategy_class(kind).Params


def _loaded(path: str) -> object:
    module, _, name = path.partition(":")
    try:
        content = import_module(module)
    except Exception as error:  # whatever a user's module does wrong while it is imported
        said = f"{path}: {module} cannot be imported ({type(error).__name__}: {error})"
        if isinstance(error, ModuleNotFoundError) and error.name == module.split(".")[0]:
            said += "; expected a module that is beside the experiment, in this folder or installed"
        raise ValueError(said) from error
    try:
        return getattr(content, name)
    except AttributeError:
        own = {n: v for n, v in vars(content).items() if getattr(v, "__module__", None) == module}
        classes = [n for n, v in own.items() if isinstance(v, type) and issubclass(v, Strategy)]
        hint = f"; expected {one_of(classes, name)}" if classes else ""
        raise ValueError(f"{path}: {module} has no {name}{hint}") from None


def _checked(path: str, found: object) -> type[Strategy]:
    if not (isinstance(found, type) and issubclass(found, Strategy)):
        raise ValueError(f"{path} is no subclass of {Strategy.__module__}.Strategy")
    missing = sorted(getattr(found, "__abstractmethods__", ()))
    if missing:
        raise ValueError(f"{path} does not define {', '.join(missing)}")
    params = getattr(found, "Params", None)
    if not (isinstance(params, type) and issubclass(params, StrategyParams)):
        raise ValueError(f"{path}: its Params is no subclass of {StrategyParams.__module__}.StrategyParams")
    if "kind" not in params.model_fields:
        raise ValueError(f"{path}: its Params lacks the field 'kind: str'")
    return found
