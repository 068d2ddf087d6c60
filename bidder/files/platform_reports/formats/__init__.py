"""Each platform's exports as data: spellings of columns, signs to know them by, labels of total rows."""

from bidder.files.platform_reports.formats.amazon import AMAZON_ADS, AMAZON_BULK
from bidder.files.platform_reports.formats.canonical import CANONICAL
from bidder.files.platform_reports.formats.form import Header, PlatformForm, header_of
from bidder.files.platform_reports.formats.google_ads import GOOGLE_ADS, GOOGLE_ADS_EDITOR
from bidder.files.platform_reports.formats.microsoft import MICROSOFT_ADS, MICROSOFT_BULK
from bidder.files.platform_reports.formats.taobao import ZHITONGCHE

FORMS: tuple[PlatformForm, ...] = (
    MICROSOFT_BULK, AMAZON_BULK, GOOGLE_ADS_EDITOR, AMAZON_ADS, ZHITONGCHE, MICROSOFT_ADS, GOOGLE_ADS,
    CANONICAL,
)
"""Those with the clearest signs first."""

__all__ = ["CANONICAL", "FORMS", "GOOGLE_ADS", "Header", "PlatformForm", "header_of"]
