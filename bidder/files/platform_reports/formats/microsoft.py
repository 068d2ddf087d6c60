"""Microsoft Advertising: reports, and bulk files.

Reports: https://learn.microsoft.com/advertising/reporting-service/reports (a preamble of quoted lines, an
empty line, the header, and a copyright line at the end). Bulk files:
https://learn.microsoft.com/advertising/bulk-service/bulk-file-schema.
"""

from __future__ import annotations

from bidder.files.platform_reports.formats.form import PlatformForm
from bidder.keywords.spec_reports import ReportKind, ReportReader

MICROSOFT_ADS = PlatformForm(
    reader=ReportReader.MICROSOFT_ADS,
    names={
        "date": ("TimePeriod", "Time period", "Gregorian date", "Date", "Day"),
        "hour": ("Hour of day", "HourOfDay", "Hour"),
        "campaign": ("CampaignName", "Campaign name", "Campaign"),
        "ad_group": ("AdGroupName", "Ad group name", "Ad group", "AdGroup"),
        "keyword": ("Keyword",),
        "match_type": ("BidMatchType", "Bid match type", "Match type", "DeliveredMatchType"),
        "search_term": ("SearchQuery", "Search query", "Search term"),
        "device": ("DeviceType", "Device type", "Device"),
        "audience": ("AudienceName", "Audience name", "Audience"),
        "impressions": ("Impressions", "Impr."),
        "clicks": ("Clicks",),
        "cost": ("Spend", "Cost"),
        "conversions": ("ConversionsQualified", "Conversions", "Conv."),
        "revenue": ("Revenue",),
        "max_cpc": ("CurrentMaxCpc", "Current max. CPC", "Current maximum CPC", "Max. CPC", "Keyword bid"),
        "first_page_bid": ("FirstPageBid", "First page bid", "Est. first page bid"),
        "quality_score": ("QualityScore", "Quality score", "Qual. score"),
        "expected_ctr": ("ExpectedCtr", "Expected click-through rate", "Expected CTR", "Exp. CTR"),
        "ad_relevance": ("AdRelevance", "Ad relevance"),
        "landing_page": ("LandingPageExperience", "Landing page experience", "Landing page exp."),
        "bid_strategy": ("BidStrategyType", "Bid strategy type"),
        "impression_share": ("ImpressionSharePercent", "Impression share (%)", "Impr. share (IS)"),
        "status": ("KeywordStatus", "Keyword status"),
        "platform_id": ("KeywordId", "Keyword ID"),
        "currency": ("CurrencyCode", "Currency code", "Currency"),
    },
    signs=(
        frozenset({"bidmatchtype", "spend"}),
        frozenset({"gregoriandate", "spend"}),
        frozenset({"timeperiod", "spend"}),
        frozenset({"adgroup", "campaignname", "spend", "revenue"}),
    ),
    opening=r"\"?report name\s*:",
    footer=r"^\W*(©|\(c\)|copyright)?\s*\d{0,4}\s*microsoft corporation",
    totals=(r"(grand )?totals?", r"overall total.*"),
)

MICROSOFT_BULK = PlatformForm(
    reader=ReportReader.MICROSOFT_BULK,
    names={
        "record": ("Type",),
        "campaign": ("Campaign",),
        "ad_group": ("Ad Group",),
        "keyword": ("Keyword",),
        "match_type": ("Match Type",),
        "max_cpc": ("Bid",),
        "quality_score": ("Quality Score",),
        "expected_ctr": ("Keyword Relevance",),
        "ad_relevance": ("Landing Page Relevance",),
        "landing_page": ("Landing Page User Experience",),
        "bid_strategy": ("Bid Strategy Type",),
        "status": ("Status",),
        "platform_id": ("Id",),
    },
    signs=(frozenset({"type", "parentid", "id", "campaign"}), frozenset({"type", "clientid", "campaign"})),
    footer="$^",
    record=frozenset({"keyword"}),
    kind=ReportKind.SETTINGS,
    decimal=".",
    ad_texts=r"title|titlepart\d|text|textpart\d|path\d|headline\d*|longheadline|description\d*",
)
