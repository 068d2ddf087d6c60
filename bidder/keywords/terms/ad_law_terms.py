"""Absolute terms of advertising in China, each with the provision that it is on the list for.

The law: Article 9 (3) of the Advertising Law of the People's Republic of China (2015, as amended in 2018 and
2021) forbids 国家级, 最高级, 最佳 "and the like"; 9 (2) the names of state organs; Article 14 of the
Trademark Law 驰名商标. The list is our own. It keeps to words that say "highest", "first" or "only"; words
that merely praise (金牌), that mostly name a kind of product (独家, 永久) or that tell a time (最新, 最后)
are left out although shops' lists have them. Where a term makes no claim:
:mod:`bidder.keywords.terms.ad_law_contexts`.

Simplified characters, without blanks; :mod:`bidder.keywords.terms.ad_law_writing` knows the other ways to
write them.
"""

from __future__ import annotations

from enum import StrEnum


class LawReason(StrEnum):
    """Why a term is on the list."""
    NAMED = "named in Article 9 (3) of the Advertising Law"
    OFFICIAL = "claims a rank that only a state or the world could give, like 国家级"
    SUPERLATIVE = "a superlative, alike in meaning to 最佳"
    TOP = "claims the utmost grade, alike in meaning to 最高级"
    FIRST = "claims the first rank; as a fact of sales it has to name time, place and source"
    ORDER = "claims to be the first of its kind; exempt only with time and place, and if it can be proved"
    DATED = "names a time or a source: exempt by Article 6 (6) of the guide of 2023 if it can be proved"
    ONLY = "claims to be without equal"
    PRICE = "claims the lowest price; as a fact it has to be proved"
    STATE = "uses the name of the state, which Article 9 (2) of the Advertising Law forbids"
    WELL_KNOWN = "may not be advertised with: Article 14 of the Trademark Law"


def words(text: str) -> list[str]:
    return text.split()


MOST = words("""
    好 嘉 优 优秀 优质 优惠 强 强大 大 大牌 小 新颖 新科技 新科学 新技术 新工艺 先进 高 高端 高档 高品质
    高质量 高标准 高水平 低 便宜 实惠 划算 省钱 省电 省油 超值 值 值得买 值得购买 值得信赖 顶级 顶尖 尖端 尖
    奢侈 奢华 豪华 尊贵 权威 专业 正宗 正品 纯正 地道 天然 健康 安全 放心 有效 高效 快 快速 迅速 耐用 结实
    坚固 牢固 耐磨 轻 轻便 轻薄 薄 厚 舒适 舒服 柔软 透气 保暖 美 美丽 漂亮 好看 时尚 时髦 流行 潮 火 火爆
    热门 热销 畅销 热卖 受欢迎 受喜爱 受信赖 好用 好吃 好喝 好听 好玩 美味 新鲜 营养 具影响力 具价值 具人气
    具性价比 具实力 赚 聚拢 符合 全 齐全 全面 完美 完善 智能 精致 精美 精准 精确 清晰 稳定 可靠 成功 著名
    知名 出名 有名 牛 棒 赞 酷 靠谱 适合 懂你 聪明 亮 静音 环保 低碳 甜 香 香甜 香浓 嫩 鲜 鲜美 鲜嫩 脆 细腻
    丝滑 顺滑 软 暖 暖和 凉快 百搭 显瘦 显白 显高 帅 帅气 迷人 性感 潮流 新潮 炫 炫酷 拉风 实用 方便 便捷
    省心 省时 省力 解渴 提神 有营养 有效果 有用 有面子 有品位 出色 卓越 杰出 精良 优越 高级感 具特色 具创新
    具口碑 火热 新材料 新配方 新成果 新发明 受追捧 受关注 受好评 受 贴心 周到 用心 真诚 走心 温馨 给力 良心
    优雅 高贵 独特 特别 丰富 严格 严苛 顶 完整 坚韧 浓郁 清爽 滋润 高级 低折扣 底价 底
""")

_CHEAPEST = words("全国 全城 全省 全市 全球 行业 市场 同行 历史 史上 全年 网上")
_DRUNK = words("低价 便宜 优惠 实惠 划算 好吃 好看 好用 好玩 时尚 潮 热销 畅销 新款 流行 舒适")
"""What 醉 (drunk) is put before, to be read as 最."""
_PLACES = words("全球 全国 全网 国内 国际 世界 中国 行业 业内 业界 亚洲 独家")

TERMS: dict[LawReason, tuple[str, ...]] = {
    LawReason.NAMED: (
        *words("""
            国家级 最高级 最佳
        """),
    ),
    LawReason.OFFICIAL: (
        *words("""
            世界级 全球级 宇宙级 国际顶级 世界顶级 世界领先 全球领先 国际领先 世界一流 全球一流 国际级
            填补国内空白 填补国际空白 填补行业空白 领袖品牌 领导品牌 领导者品牌 领先品牌 国家认证 国家推荐
        """),
    ),
    LawReason.SUPERLATIVE: (
        *(f"最{word}" for word in MOST),
        *(f"醉{word}" for word in _DRUNK),
        *words("""
            最高级别 最佳品牌 最佳选择 前所未有 史无前例 空前绝后 前无古人 无与伦比 登峰造极 极佳 绝佳
            前所未见 史上第一 独步天下 领先全球 领先世界 领先全国 领先行业 引领全球 傲视群雄 至臻完美
            超越极限
        """),
    ),
    LawReason.TOP: (
        *words("""
            顶级 鼎级 顶尖 顶配级 极品 极致 终极 巅峰 顶峰 超甲级 至尊 绝对 无敌 尖端科技 一流 王牌 万能
            殿堂级 骨灰级 神级
        """),
    ),
    LawReason.FIRST: (
        *words("""
            第一 第一品牌 第一名 首选 首选品牌 首席 销量冠军 销售冠军 销冠 人气冠军 口碑冠军 全国销冠
            行业龙头 龙头老大 全国领先 行业领先 国内领先 遥遥领先 冠绝 问鼎 独占鳌头 首屈一指
        """),
    ),
    LawReason.ORDER: (
        *(f"{place}{first}" for place in _PLACES for first in words("首家 首创 首款 首个 首发 首例")),
        *words("""
            首家 首款 首个 首创
        """),
    ),
    LawReason.ONLY: (
        *words("""
            唯一 独一无二 绝无仅有 举世无双 天下无双 盖世无双 举世无敌 天下无敌 无可比拟 无可匹敌 无人能及
            无人能敌 不可复制 仅此一家 别无分店 非此莫属 世所罕见 舍我其谁
        """),
    ),
    LawReason.PRICE: (
        *words("""
            最低价 最低价格 全网最低 全网最低价 史上最低 全网底价
        """),
        *(f"{where}{least}" for where in _CHEAPEST for least in words("最低价 最低折扣 最便宜")),
    ),
    LawReason.STATE: (
        *words("""
            国家领导人 国家机关 党政机关 中央机关 国宴 国务院 人民大会堂 中南海 部队特供 军队特供 国家特供
            国家专供 国礼
        """),
    ),
    LawReason.WELL_KNOWN: (
        *words("""
            驰名商标 中国驰名 驰名品牌 中国驰名商标
        """),
    ),
}
"""Each term with the reason why it is on the list. 极品: reply 1997 No. 207 of the State Administration for
Industry and Commerce (工商广字[1997]第207号)."""

NUMBER_ONE = ("NO1", "TOP1", "№1")
"""Terms in Latin letters, which have to stand apart from other letters and digits."""

TRADITIONAL = (
    "国國级級绝絕对對极極顶頂独獨无無销銷优優选選网網领領导導历歷价價质質实實进進强強权權专專业業档檔"
    "华華齐齊热熱畅暢欢歡荐薦创創发發际際产產体體验驗双雙伦倫见見个個军軍单單项項书書时時间間届屆课課"
    "节節阶階轮輪码碼号號标標识識编編证證据據护護观觀赏賞饮飲储儲长長动動机機车車电電线線种種类類视視"
    "频頻头頭剧劇场場门門妈媽爱愛贵貴宝寶贝貝湿濕压壓温溫医醫学學颖穎术術艺藝划劃钱錢值値赖賴纯純净淨"
    "环環轻輕结結坚堅适適软軟气氣丽麗卖賣听聽营營养養赚賺拢攏确確稳穩认認赞贊灵靈静靜库庫龙龍问問举舉"
    "别別谁誰补補内內记記团團员員师師责責贷貸负負载載输輸参參径徑宽寬积積离離转轉声聲层層栋棟万萬亿億"
    "礼禮务務闻聞讯訊态態应應条條颗顆张張话話岁歲遗遺区區经經济濟园園馆館练練县縣运運奖獎执執财財设設"
    "计計报報纪紀户戶顾顧满滿亲親争爭题題传傳规規范範飞飛猎獵坏壞讲講册冊辑輯组組楼樓关關顿頓梦夢愿願"
    "为為诚誠谊誼预預检檢测測试試乐樂断斷灭滅阴陰阳陽饰飾后後针針余餘敌敵减減获獲续續驰馳会會厅廳党黨赔賠"
    "胶膠钥鑰换換遥遙订訂阵陣战戰竞競终終鲜鮮细細腻膩显顯风風杰傑浓濃调調"
)
"""Simplified and traditional characters in turn."""

LOOK_ALIKE = {
    "最": "蕞朂㝡", "第": "弟苐", "一": "壹弌", "好": "恏", "佳": "隹", "唯": "惟", "高": "髙", "国": "囯圀",
    "绝": "絶", "全": "仝", "强": "彊", "致": "緻", "惠": "恵", "球": "毬", "低": "彽", "无": "旡",
}
"""Characters that stand for another by sound, shape or age, as those do who write around the law."""
