"""Reading the YAML of a nightly bid job."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bidder.errors import InputError, Problem
from bidder.errors import Path as Where
from bidder.files.yaml_reader import Document, read_document
from bidder.keywords.platforms import PROFILES
from bidder.keywords.spec import BidsSpec
from bidder.keywords.spec_guardrails import BidRange
from bidder.keywords.spec_reports import ReportSource
from bidder.money import to_minor

UNHASHED = ("ledger", "export")
"""Settings that say where results go, not what they are."""
_PASSWORD = re.compile(r"://[^/?]*:[^/?]*@|[?&]password=", re.IGNORECASE)


@dataclass(frozen=True)
class LoadedBids:
    """A job's config that makes sense.

    Attributes
    ----------
    spec : BidsSpec
    document : Document
        The YAML, for places in messages.
    path : Path
        The YAML file.
    """

    spec: BidsSpec
    document: Document
    path: Path

    @property
    def folder(self) -> Path:
        """What the paths in the config are seen from."""
        return self.path.parent

    def with_reports(self, sources: Sequence[ReportSource]) -> LoadedBids:
        """The same job with other reports."""
        return replace(self, spec=self.spec.model_copy(update={"reports": list(sources)}))

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as they are used, overrides applied."""
        document: dict[str, Any] = self.spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return document

    @property
    def config_hash(self) -> str:
        """Of everything that results depend on, defaults too; 64 hexadecimal digits."""
        whole = self.spec.model_dump(mode="json", by_alias=True)
        for name in UNHASHED:
            whole.pop(name)
        text = json.dumps(whole, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def load_bids(path: str | Path, overrides: Sequence[str] = ()) -> LoadedBids:
    """Read and check a job's config.

    Raises
    ------
    InputError
        With every problem, each at its place in the YAML.
    """
    spec, document = read_document(path, BidsSpec, list(overrides))
    problems = [document.locate(problem) for problem in _check(spec)]
    if problems:
        raise InputError(problems)
    return LoadedBids(spec, document, Path(path))


def _check(spec: BidsSpec) -> list[Problem]:
    """What only the currency and the platform can tell."""
    found = []
    profile, currency = PROFILES[spec.account.platform], spec.account.currency
    ranges: dict[Where, BidRange] = {("guardrails", "bid"): spec.guardrails.bid}
    ranges |= {("guardrails", "classes", name): one for name, one in spec.guardrails.classes.items()}
    for path, one in ranges.items():
        step = profile.bid_step(currency)
        if one.max * 1_000_000 < max(profile.min_bid_micros, step):
            least = max(profile.min_bid_micros, step) / 1_000_000
            found.append(
                Problem(f"max {one.max:g} is below the lowest bid", f"at least {least:g} {currency}", path)
            )
        if one.min * 1_000_000 > profile.max_bid_micros:
            most = profile.max_bid_micros / 1_000_000
            found.append(
                Problem(f"min {one.min:g} is above the highest bid", f"at most {most:g} {currency}", path)
            )
    if _PASSWORD.search(spec.ledger):
        message = "there is a password in the URL, and run folders hold the config"
        found.append(Problem(message, "it in PGPASSWORD or ~/.pgpass", ("ledger",)))
    if spec.budget.daily is not None and to_minor(spec.budget.daily, currency) < 1:
        found.append(Problem("less than one minor unit", f"an amount in {currency}", ("budget", "daily")))
    return found
