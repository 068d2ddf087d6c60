"""``curve: {from: curves.yaml}``: fitted curves put in the place of the reference to their file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath

from bidder.budget.spec import PlanSpec
from bidder.budget.spec_campaign import Campaign, FittedCurve, GeometricCarryover, HillCurve
from bidder.budget.spec_curves_file import CurvesFile, FittedHill
from bidder.calendar import period_start
from bidder.errors import InputError, Path, Problem, Problems, one_of
from bidder.files.yaml_reader import read_document
from bidder.quantities import HUGE


@dataclass(frozen=True)
class Resolved:
    """A plan whose fitted curves are filled in, as far as they could be.

    Attributes
    ----------
    spec : PlanSpec
    problems : tuple of Problem
        References that lead nowhere, placed or with a path in the plan; bad curve files.
    notes : tuple of str
        What was assumed.
    """

    spec: PlanSpec
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def resolve_curves(spec: PlanSpec, folder: FilePath) -> Resolved:
    """Fill in every ``curve: {from: ...}``.

    The curve is looked up under ``campaign``, else ``channel/campaign``, else the campaign's name.
    A ceiling in revenue is divided by the campaign's order_value. Carryover, the history's last
    spend (when the plan follows on it without a gap) and the spread are taken over where the plan
    states none of its own.

    Parameters
    ----------
    folder : path
        What relative paths start from.
    """
    work = _Work(spec, folder)
    channels = {}
    for channel, content in spec.channels.items():
        campaigns = {
            name: work.resolve(channel, name, campaign) for name, campaign in content.campaigns.items()
        }
        channels[channel] = content.model_copy(update={"campaigns": campaigns})
    update: dict[str, object] = {"channels": channels}
    if spec.risk and work.spreads:
        named = {**work.spreads, **spec.risk.campaigns}
        update["risk"] = spec.risk.model_copy(update={"campaigns": named})
    resolved = spec.model_copy(update=update) if work.used else spec
    return Resolved(resolved, tuple(work.problems.found), tuple(work.notes()))


@dataclass
class _Work:
    spec: PlanSpec
    folder: FilePath
    problems: Problems = field(default_factory=Problems)
    spreads: dict[str, float] = field(default_factory=dict)
    used: bool = False
    _files: dict[str, CurvesFile | None] = field(default_factory=dict)
    _gaps: dict[str, date] = field(default_factory=dict)

    def resolve(self, channel: str, name: str, campaign: Campaign) -> Campaign:
        """The campaign with its curve filled in; unchanged after noting a problem."""
        reference = campaign.curve
        if not isinstance(reference, FittedCurve):
            return campaign
        path: Path = ("channels", channel, "campaigns", name)
        file = self._file(reference.source, (*path, "curve", "from"))
        fit = self._curve(file, reference, f"{channel}/{name}", path) if file else None
        if file is None or fit is None:
            return campaign
        if file.unit == "revenue" and campaign.order_value * HUGE < fit.ceiling:
            message = f"order_value is {campaign.order_value:g}, but the fitted curve counts revenue"
            self.problems.add((*path, "order_value"), message, "the revenue of one conversion")
            return campaign
        self.used = True
        self.spreads[f"{channel}/{name}"] = fit.spread
        return self._filled(campaign, fit, file, reference.source)

    def _filled(self, campaign: Campaign, fit: FittedHill, file: CurvesFile, source: str) -> Campaign:
        ceiling = fit.ceiling / campaign.order_value if file.unit == "revenue" else fit.ceiling
        update: dict[str, object] = {
            "curve": HillCurve(kind="hill", ceiling=ceiling, half_spend=fit.half_spend, slope=fit.slope)
        }
        carries = campaign.carryover is not None or fit.retention > 0
        if campaign.carryover is None and carries:
            update["carryover"] = GeometricCarryover(
                kind="geometric", retention=fit.retention, periods=fit.carryover_periods
            )
        if carries and not campaign.carry_in and fit.last_spend:
            follows = period_start(file.history.end, file.period, 1)
            if follows == self.spec.horizon.start:
                update["carry_in"] = fit.last_spend
            else:
                self._gaps[source] = follows
        return campaign.model_copy(update=update)

    def _file(self, source: str, path: Path) -> CurvesFile | None:
        if source not in self._files:
            self._files[source] = self._read(source, path)
        return self._files[source]

    def _read(self, source: str, path: Path) -> CurvesFile | None:
        try:
            file, _ = read_document(self.folder / source, CurvesFile)
        except InputError as error:
            # A file that cannot be opened is a matter of the reference, not of the file.
            for problem in error.problems:
                placed = problem.place is not None and problem.place.line is not None
                self.problems.found.append(
                    problem if placed else Problem(f"{source} {problem.message}", problem.expected, path)
                )
            return None
        if file.period is not self.spec.horizon.period:
            expected = f"horizon period {file.period}"
            message = f"the curves in {source} are fitted per {file.period}, the plan's period is a "
            self.problems.add(path, message + self.spec.horizon.period, expected)
        if file.currency not in (None, self.spec.currency):
            message = f"the curves in {source} are in {file.currency}, the plan is in {self.spec.currency}"
            self.problems.add(path, message, f"curves fitted in {self.spec.currency}")
        return file

    def _curve(self, file: CurvesFile, reference: FittedCurve, full: str, path: Path) -> FittedHill | None:
        if reference.campaign is not None:
            names, key = [reference.campaign], "campaign"
        else:
            names, key = [full, full.partition("/")[2]], "from"
        for name in names:
            if name in file.curves:
                return file.curves[name]
        said = f"{reference.source} has no curve {' or '.join(map(repr, names))}"
        self.problems.add((*path, "curve", key), said, one_of(file.curves, names[-1]))
        return None

    def notes(self) -> Iterator[str]:
        """What was assumed on the way."""
        for source, follows in self._gaps.items():
            yield (
                f"the plan starts on {self.spec.horizon.start}, but the history in {source} goes on to "
                f"{follows}: effect of spend before the plan is left out (give carry_in to count it)"
            )
