"""What a night is computed from: arrays made of an account's reports.

J keywords, G ad groups, C campaigns, D days, S segments. Money in reports is counted in micros (int64);
weighted sums, which are estimates, are float64 in currency units.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from bidder.arrays import Bools, Codes, Floats, Ints, Texts

Small = NDArray[np.int8]

RECENT_DAYS = 14
"""Last days of the window in which bids count as recent."""
RECENT_POWER = 1.5
"""Power of a keyword's bid that its cost goes with about."""
UNKNOWN_MONEY = -1
"""In place of micros that a report does not tell."""
HOURS_OF_WEEK = 168
"""Hour 0 is Monday from midnight, in account time."""


class MatchType(IntEnum):
    """How a search term has to match; NONE where a platform has no such thing (targets, audiences)."""

    NONE = 0
    EXACT = 1
    PHRASE = 2
    BROAD = 3


class Component(IntEnum):
    """One of the three parts of a quality score."""

    UNKNOWN = 0
    BELOW_AVERAGE = 1
    AVERAGE = 2
    ABOVE_AVERAGE = 3


@dataclass(frozen=True)
class RecentBids:
    """What keywords bid and cost in the last :data:`RECENT_DAYS` days, by the rows that tell a bid.

    Attributes
    ----------
    bid : ndarray of float64, shape (J,)
        At which a row costs about as much as the mean one did: the power mean (of :data:`RECENT_POWER`) of
        the bids, micros; NaN without a row.
    rows, cost : ndarray of int64, shape (J,)
        How many they are, and what they cost together, micros.
    """

    bid: Floats
    rows: Ints
    cost: Ints


@dataclass(frozen=True)
class KeywordTable:
    """The account's keywords in the order of campaign, ad group, keyword, match type (as text).

    Attributes
    ----------
    campaigns : tuple of str, length C
    ad_groups : tuple of str, length G
        One entry for each campaign and ad group, so that a name may stand twice.
    ad_group_campaign : ndarray of int32, shape (G,)
        Campaign of each ad group.
    keyword : ndarray of str objects, shape (J,)
    match_type : ndarray of int8, shape (J,)
        Codes of :class:`MatchType`.
    campaign, ad_group : ndarray of int32, shape (J,)
        Codes.
    impressions, clicks : ndarray of int64, shape (J,)
        Totals over the window, as reported.
    cost, revenue : ndarray of int64, shape (J,)
        The same, micros.
    conversions : ndarray of float64, shape (J,)
        The same; platforms report fractions.
    weighted_clicks, matured_clicks, weighted_conversions, weighted_revenue : ndarray of float64, shape (J,)
        Sums over days of weight x clicks, weight x maturity x clicks, weight x conversions, and weight x
        revenue (currency units); the weight of a day is for its age and promotions.
    max_cpc : ndarray of int64, shape (J,)
        Bid in force on the last day, micros; -1 where unknown.
    first_page_bid : ndarray of int64, shape (J,)
        Micros; -1 where unknown.
    quality_score : ndarray of int8, shape (J,)
        1 to 10; 0 where unknown.
    earlier_quality_score : ndarray of int8, shape (J,)
        The score on the last day before the last one that tells it; 0 where unknown.
    expected_ctr, ad_relevance, landing_page : ndarray of int8, shape (J,)
        Codes of :class:`Component`.
    impression_share : ndarray of float64, shape (J,)
        Between 0 and 1, over the last 7 days, weighted by impressions; NaN where unknown.
    bid_strategy : ndarray of str objects, shape (J,)
        As reported; "" where unknown.
    platform_id : ndarray of str objects, shape (J,), or None
        The platform's own id of a keyword, where a sheet needs it.
    recent : RecentBids or None
        None where no row tells a bid.
    """

    campaigns: tuple[str, ...]
    ad_groups: tuple[str, ...]
    ad_group_campaign: Codes
    keyword: Texts
    match_type: Small
    campaign: Codes
    ad_group: Codes
    impressions: Ints
    clicks: Ints
    cost: Ints
    revenue: Ints
    conversions: Floats
    weighted_clicks: Floats
    matured_clicks: Floats
    weighted_conversions: Floats
    weighted_revenue: Floats
    max_cpc: Ints
    first_page_bid: Ints
    quality_score: Small
    earlier_quality_score: Small
    expected_ctr: Small
    ad_relevance: Small
    landing_page: Small
    impression_share: Floats
    bid_strategy: Texts
    platform_id: Texts | None = None
    recent: RecentBids | None = None

    def __len__(self) -> int:
        return len(self.keyword)


@dataclass(frozen=True)
class BidMoves:
    """What keywords cost by how far their bids were from usual: M cells, each of a day and a move.

    Attributes
    ----------
    day : ndarray of int64, shape (M,)
        Ordinals.
    move : ndarray of float64, shape (M,)
        Logarithm of the bid over the keyword's :attr:`RecentBids.bid`.
    clicks, cost : ndarray of int64, shape (M,)
        Of the rows of the cell; cost in micros.
    usual : ndarray of float64, shape (M,)
        What their keywords' mean recent rows cost, micros.
    """

    day: Ints
    move: Floats
    clicks: Ints
    cost: Ints
    usual: Floats


@dataclass(frozen=True)
class AccountDays:
    """The account day by day, D days in a row without a gap (a missing day has ``present`` False).

    Attributes
    ----------
    day : ndarray of int64, shape (D,)
        Ordinals (``date.toordinal``), rising by one.
    present : ndarray of bool, shape (D,)
    impressions, clicks, cost, revenue : ndarray of int64, shape (D,)
        Money in micros.
    conversions : ndarray of float64, shape (D,)
    bid_level : ndarray of float64, shape (D,)
        Bid over value of a click: the geometric mean over the keywords of which the day tells a bid, weighted
        by the estimated value of their clicks in the whole window, so that it moves with bids and not with
        what is clicked on. NaN where no bid is told, or values are not estimated yet.
    value_clicks : ndarray of float64, shape (D,)
        Sum over keywords of clicks x estimated value of a click, currency units; zeros until values are
        estimated.
    moves : BidMoves or None
        How far bids of recent days were from usual, and what that cost.
    """

    day: Ints
    present: Bools
    impressions: Ints
    clicks: Ints
    cost: Ints
    revenue: Ints
    conversions: Floats
    bid_level: Floats
    value_clicks: Floats
    moves: BidMoves | None = None


@dataclass(frozen=True)
class HourTable:
    """Campaigns by hour of the week, in account time.

    Attributes
    ----------
    campaigns : tuple of str, length C
    clicks, conversions, cost, revenue : ndarray of float64, shape (C, 168)
        Weighted like the keywords'; clicks matured; money in currency units.
    raw_clicks : ndarray of int64, shape (C, 168)
        As reported.
    last_day_hours : ndarray of int64
        Hours of the last day that the report holds, each once.
    usual : ndarray of float64, shape (24,), or None
        Share of the earlier days with each hour of the day; None where they are fewer than a week.
    """

    campaigns: tuple[str, ...]
    clicks: Floats
    conversions: Floats
    cost: Floats
    revenue: Floats
    raw_clicks: Ints
    last_day_hours: Ints
    usual: Floats | None = None


@dataclass(frozen=True)
class SegmentTable:
    """Campaigns by device or audience; ``kind`` is "device" or "audience".

    Attributes
    ----------
    kind : str
    campaigns : tuple of str, length C
    segments : tuple of str, length S
    clicks, conversions, revenue : ndarray of float64, shape (C, S)
        Weighted; clicks matured; revenue in currency units.
    raw_clicks : ndarray of int64, shape (C, S)
    """

    kind: str
    campaigns: tuple[str, ...]
    segments: tuple[str, ...]
    clicks: Floats
    conversions: Floats
    revenue: Floats
    raw_clicks: Ints


@dataclass(frozen=True)
class LandscapePoints:
    """Bid simulator points of keywords, N points in the order of keyword and bid.

    Attributes
    ----------
    keyword : ndarray of int64, shape (N,)
        Position in the keyword table.
    bid : ndarray of int64, shape (N,)
        Micros.
    clicks, cost, revenue : ndarray of float64, shape (N,)
        A day; money in currency units; revenue NaN where the platform does not tell it.
    """

    keyword: Ints
    bid: Ints
    clicks: Floats
    cost: Floats
    revenue: Floats


@dataclass(frozen=True)
class LagTable:
    """Conversions by the age of the click's day and the days that passed until the report.

    Attributes
    ----------
    age : ndarray of int64, shape (N,)
        Days from the click's day to the date of the data.
    lag : ndarray of int64, shape (N,)
        Days from the click to the report, at most the age.
    conversions : ndarray of float64, shape (N,)
    """

    age: Ints
    lag: Ints
    conversions: Floats


@dataclass(frozen=True)
class TermTable:
    """Search terms, N of them, in the order of campaign, ad group and term.

    Attributes
    ----------
    term, campaign, ad_group, keyword : ndarray of str objects, shape (N,)
        ``keyword`` is the one that matched, "" where unknown.
    impressions, clicks : ndarray of int64, shape (N,)
    cost, revenue : ndarray of int64, shape (N,)
        Micros.
    conversions : ndarray of float64, shape (N,)
    """

    term: Texts
    campaign: Texts
    ad_group: Texts
    keyword: Texts
    impressions: Ints
    clicks: Ints
    cost: Ints
    revenue: Ints
    conversions: Floats


@dataclass(frozen=True)
class AdTable:
    """Texts of ads, N of them: ``place`` says which one, such as "headline 2"."""

    campaign: Texts
    ad_group: Texts
    place: Texts
    text: Texts


@dataclass(frozen=True)
class DayWeights:
    """Weight and maturity of the days of a window.

    Attributes
    ----------
    day : ndarray of int64, shape (D,)
        Ordinals, rising by one.
    weight : ndarray of float64, shape (D,)
        Between 0 and 1.
    maturity : ndarray of float64, shape (D,)
        Share of the conversions of the day's clicks that have been reported, above 0 and at most 1.
    """

    day: Ints
    weight: Floats
    maturity: Floats


@dataclass(frozen=True)
class Night:
    """Everything one night is computed from.

    ``edited_days_ago`` (J,) is the number of nights since a human changed the bid, -1 for never.
    ``reference_bid`` (J,) is the recorded bid of this data date in micros, which changes are measured
    from; -1 where neither the ledger nor a report knows a bid.
    """

    day: int
    """Ordinal of the last day of data."""
    keywords: KeywordTable
    days: AccountDays
    reference_bid: Ints
    edited_days_ago: Ints
    keyword_class: Codes
    """Positions in ``classes``, shape (J,)."""
    classes: tuple[str, ...]
    hours: HourTable | None = None
    segments: tuple[SegmentTable, ...] = ()
    landscape: LandscapePoints | None = None
    schedule_before: Floats | None = None
    """Modifiers of the schedule now in force, shape (C, 168); None where unknown (then flat)."""
    segments_before: tuple[Floats | None, ...] = ()
    """Modifiers now in force for each of ``segments``, shape (C, S); None where unknown (then 1)."""
