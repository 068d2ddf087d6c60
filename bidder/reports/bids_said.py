"""What the account-wide checks say, in the report's language."""

from __future__ import annotations

from bidder.keywords.result import Check
from bidder.reports.bids_notes import Patterns, recognised
from bidder.reports.bids_view import BidsView

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_N = r"(?:[\d,.]+(?:e[-+]?\d+)?|nan|inf)"
SAID: Patterns = (
    (rf"Expected spend of a day goes from (?P<before>{_N}) to (?P<after>{_N}); the limit is "
     r"(?P<limit>\S+%)\.", "bd_said_spend_new"),
    (rf"Expected spend of a day goes from (?P<before>{_N}) to (?P<after>{_N}), by (?P<share>\S+%); the limit "
     r"is (?P<limit>\S+%)\.", "bd_said_spend"),
    (rf"(?P<moved>{_N}) of (?P<free>{_N}) keywords that may change do, (?P<share>\S+%); the limit is "
     r"(?P<limit>\S+%)\.", "bd_said_changed"),
    (rf"(?P<moved>{_N}) of (?P<free>{_N}) keywords that may change do, (?P<share>\S+%); the limit is \S+%, "
     rf"looked at from (?P<least>{_N}) keywords on\.", "bd_said_changed_few"),
    (r"There is no report by hour, so that hours of the last day are not checked\.", "bd_said_no_hours"),
    (r"The report by hour holds (?P<found>\d+) of the last day's (?P<there>\d+) hours; (?P<needed>\d+) are "
     r"needed\.", "bd_said_hours"),
    (r"The report by hour holds (?P<found>\d+) of the last day's (?P<there>\d+) hours; (?P<needed>\d+) are "
     r"needed\. Missing: (?P<missing>[\d:, ]+)\.", "bd_said_hours_missing"),
    (r"No day of the window has a conversion, so that nothing tells how many to expect\.", "bd_said_never"),
    (rf"The last day has (?P<n>{_N}) conversions\.", "bd_said_some"),
    (rf"The last (?:day has|(?P<days>\d+) days have) no conversion from (?P<clicks>{_N}) clicks, where "
     rf"about (?P<expected>{_N}) were to be expected by now; chance does that with probability \S+, and the "
     r"limit is \S+\.", "bd_said_none"),
    (r"The last day is not like others, so that its (?P<metric>\w+) are not compared\.", "bd_said_unlike"),
    (r"Too few days to compare the last day's (?P<metric>\w+) with: (?P<same>\d+) of the same weekday and "
     r"(?P<days>\d+) in all, where (?P<least_same>\d+) and (?P<least>\d+) are needed\.", "bd_said_few_days"),
    (rf"The last day's (?P<metric>\w+) come to (?P<amount>{_N}), where about (?P<expected>{_N}) were to be "
     rf"expected from (?P<same>\d+) earlier (?P<weekday>\w+)s and the last days: (?P<sigmas>{_N}) standard "
     r"deviations off; the limit is (?P<limit>\S+)\.", "bd_said_jump"),
)
"""The messages of :mod:`bidder.keywords.guardrails.account_stop`, which are written for a terminal."""
NOT_MADE = {"bd_said_no_hours", "bd_said_never", "bd_said_unlike", "bd_said_few_days", "bd_said_changed_few"}
"""Messages of checks for which there is not enough to go by."""


def said(view: BidsView, check: Check, chance: str) -> str:
    """The message of a check, in the report's language where it is a known one."""
    known = recognised(check.message, SAID)
    if known is None:
        return check.message
    key, values = known
    if key == "bd_said_none":
        values = {**values, "days": values["days"] or "1", "chance": chance}
    if "metric" in values:
        values["metric"] = view.word("bd_metric", values["metric"])
    if values.get("weekday") in WEEKDAYS:
        values["weekday"] = view.labels(f"bd_weekday_{WEEKDAYS.index(values['weekday'])}")
    return view.labels(key, **values)


def not_made(check: Check) -> bool:
    """Whether a check passes only because there is not enough to go by."""
    known = recognised(check.message, SAID)
    return check.passed and known is not None and known[0] in NOT_MADE
