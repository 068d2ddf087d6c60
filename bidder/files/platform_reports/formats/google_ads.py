"""Google Ads: reports of the web interface, and exports of Google Ads Editor.

Headers follow the language of the interface; those of the Editor are English
(https://support.google.com/google-ads/editor/answer/57747).
"""

from __future__ import annotations

from bidder.files.platform_reports.formats.form import PlatformForm
from bidder.keywords.spec_reports import ReportKind, ReportReader

_UNKNOWN = frozenset({"", "--", "-", "—", "auto", "not applicable", "[]"})

_AD_TEXTS = (
    r"(long|short)?headline\d*|description(line)?\d*|path\d|anzeigentitel\d*|textzeile\d*|"
    r"广告标题\d*|标题\d*|广告内容描述\d*"
)

GOOGLE_ADS = PlatformForm(
    reader=ReportReader.GOOGLE_ADS,
    names={
        "date": ("Day", "Date", "Tag", "Jour", "Día", "Dia", "天", "日期", "日"),
        "hour": (
            "Hour of the day", "Hour of day", "Hour", "Stunde des Tages", "Tageszeit",
            "Heure de la journée",
            "Hora del día", "一天中的小时", "时段",
        ),
        "campaign": ("Campaign", "Campaign name", "Kampagne", "Campagne", "Campaña", "Campanha",
            "广告系列"),
        "ad_group": (
            "Ad group", "Ad group name", "Anzeigengruppe", "Groupe d'annonces", "Grupo de anuncios",
            "广告组",
        ),
        "keyword": (
            "Search keyword", "Keyword", "Keyword text", "Suchkeyword", "Mot clé",
            "Mot clé pour le Réseau de Recherche", "Palabra clave", "Palabra clave de búsqueda", "搜索关键字",
            "关键字",
        ),
        "match_type": (
            "Search keyword match type", "Keyword match type", "Match type", "Keyword-Option",
            "Suchkeyword-Option", "Type de correspondance", "Tipo de concordancia", "匹配类型",
            "搜索关键字匹配类型",
        ),
        "search_term": (
            "Search term", "Suchbegriff", "Terme de recherche", "Término de búsqueda", "搜索字词",
        ),
        "device": ("Device", "Gerät", "Appareil", "Dispositivo", "设备"),
        "audience": ("Audience segment", "Audience", "Zielgruppe", "Zielgruppensegment", "受众群体"),
        "impressions": (
            "Impr.", "Impressions", "Impressionen", "Impresiones", "展示次数", "Estimated impressions",
            "Est. impr.", "Simulated impressions",
        ),
        "clicks": (
            "Clicks", "Klicks", "Clics", "Cliques", "点击次数", "Estimated clicks", "Est. clicks",
            "Simulated clicks",
        ),
        "cost": (
            "Cost", "Kosten", "Coût", "Coste", "Costo", "Custo", "费用", "Estimated cost", "Est. cost",
            "Simulated cost",
        ),
        "conversions": ("Conversions", "Conv.", "Conversiones", "Conversões", "转化次数", "Conversion"),
        "revenue": (
            "Conv. value", "Conversion value", "Total conv. value", "Conv.-Wert", "Conversion-Wert",
            "Valeur de conv.", "Valeur de conversion", "Valor de conv.", "转化价值", "Est. conv. value",
            "Estimated conversion value",
        ),
        "max_cpc": (
            "Max. CPC", "Keyword max CPC", "Default max. CPC", "Max. CPC bid", "Standardgebot für max. CPC",
            "CPC max.", "CPC máx.", "最高每次点击费用", "默认最高每次点击费用",
        ),
        "bid": ("Bid amount", "Simulated max. CPC", "Simulated bid", "Bid", "Bid simulator max. CPC"),
        "quality_score": (
            "Quality Score", "Qualitätsfaktor", "Niveau de qualité", "Nivel de calidad", "质量得分",
        ),
        "expected_ctr": (
            "Exp. CTR", "Expected CTR", "Expected clickthrough rate", "Erwartete CTR",
            "CTR attendu", "CTR esperado", "预期点击率",
        ),
        "ad_relevance": (
            "Ad relevance", "Anzeigenrelevanz", "Pertinence de l'annonce", "Relevancia del anuncio",
            "广告相关性",
        ),
        "landing_page": (
            "Landing page exp.", "Landing page experience", "Erfahrung mit der Landingpage",
            "Erfahrung mit der Zielseite", "Convivialité de la page de destination",
            "Experiencia de la página de destino", "着陆页体验",
        ),
        "first_page_bid": (
            "Est. first page bid", "First page bid", "Estimated first page bid",
            "Geschätztes Gebot für die erste Seite",
            "首页出价估算值",
        ),
        "bid_strategy": (
            "Campaign bid strategy type", "Bid strategy type", "Gebotsstrategietyp",
            "Gebotsstrategietyp der Kampagne", "Type de stratégie d'enchères", "广告系列出价策略类型",
            "出价策略类型",
        ),
        "impression_share": (
            "Search impr. share", "Search impression share",
            "Anteil an möglichen Impressionen im Suchnetzwerk",
            "搜索网络展示次数份额",
        ),
        "status": ("Keyword status", "Status", "Keyword-Status", "État du mot clé", "状态", "关键字状态"),
        "platform_id": ("Keyword ID", "Criterion ID", "关键字 ID"),
        "currency": (
            "Currency code", "Currency", "Währungscode", "Code de devise", "Código de moneda", "货币代码",
        ),
        "lag_days": ("Days to conversion",),
    },
    totals=(
        r"(total|gesamt|total général|总计|合计)\s*[:：-]\s*(filtered|all but removed|keywords?|"
        r"search keywords?|campaigns?|ad groups?|search terms?|gefilterte|kampagnen|keywords|"
        r"已过滤|关键字|广告系列).*",
        r"(total|gesamt|总计|合计)\s*[:：-]\s*(account|konto|compte|cuenta|帐号|账号).*|"
        r"total|gesamt|总计|合计",
        r"(total|gesamt|总计|合计)\s*[:：-].*",
    ),
    unknown=_UNKNOWN,
    landscape_days=7,
    decorated=True,
    ad_texts=_AD_TEXTS,
)

GOOGLE_ADS_EDITOR = PlatformForm(
    reader=ReportReader.GOOGLE_ADS_EDITOR,
    names={
        "campaign": ("Campaign", "Campaign name"),
        "ad_group": ("Ad Group", "Ad group name"),
        "keyword": ("Keyword",),
        "match_type": ("Criterion Type", "Type", "Match type"),
        "record": ("Criterion Type", "Type", "Match type"),
        "max_cpc": ("Max CPC", "Maximum CPC bid", "CPC bid"),
        "first_page_bid": ("First page bid",),
        "quality_score": ("Quality score",),
        "expected_ctr": ("Expected CTR",),
        "ad_relevance": ("Ad relevance",),
        "landing_page": ("Landing page experience",),
        "bid_strategy": ("Bid Strategy Type",),
        "status": ("Status", "Keyword status"),
        "platform_id": ("Keyword ID", "ID"),
    },
    signs=(
        frozenset({"criteriontype", "campaign", "keyword"}),
        frozenset({"bidstrategytype", "maxcpc", "campaigndailybudget"}),
    ),
    unknown=_UNKNOWN,
    record=frozenset({"broad", "phrase", "exact", "broad match", "phrase match", "exact match"}),
    kind=ReportKind.SETTINGS,
    decorated=True,
    ad_texts=_AD_TEXTS,
)
