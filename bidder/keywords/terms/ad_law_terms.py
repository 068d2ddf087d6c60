"""Absolute terms of advertising in China, and phrases in which they make no absolute claim.

The law: Article 9 (3) of the Advertising Law of the People's Republic of China (2015, as amended in 2018 and
2021) forbids 国家级, 最高级, 最佳 "and the like". The contexts: the enforcement guide for absolute terms of
the State Administration for Market Regulation (广告绝对化用语执法指南, announcement 2023 No. 6). The list is
our own. It keeps to words that say "highest", "first" or "only"; words that merely praise (金牌, 王牌), or
that mostly name a kind of product (万能, 独家, 永久), are left out although shops' lists have them.

Simplified characters, without blanks; :mod:`bidder.keywords.terms.ad_law` finds the other ways to write them.
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
    ONLY = "claims to be without equal"
    PRICE = "claims the lowest price; as a fact it has to be proved"


class Context(StrEnum):
    """Why a phrase makes no absolute claim about the goods, after the guide of 2023."""
    SEQUENCE = "order in time or space, or a number"
    OWN_RANGE = "compares goods of the same brand with each other"
    ADVICE = "advice on use, time or storage"
    AIM = "attitude, philosophy or aim of the seller"
    GRADE = "a grade, title or institution defined by a standard or the state"
    NAME = "a name, or a technical term"
    PLAIN = "says something else in plain language"


def _words(text: str) -> list[str]:
    return text.split()


_MOST = _words("""
    好 优 优秀 优质 优惠 强 强大 大 大牌 小 新 新颖 新科技 新科学 新技术 新工艺 先进 高 高端 高档 高品质
    高质量 高标准 高水平 低 便宜 实惠 划算 省钱 省电 省油 超值 值 值得买 值得购买 值得信赖 顶级 顶尖
    尖端 尖 奢侈 奢华 豪华 尊贵 权威 专业 正宗 正品 纯正 地道 天然 健康 安全 放心 有效 高效 快 快速 迅速
    耐用 结实 坚固 牢固 耐磨 轻 轻便 轻薄 薄 厚 舒适 舒服 柔软 透气 保暖 美 美丽 漂亮 好看 时尚 时髦
    流行 潮 火 火爆 热门 热销 畅销 热卖 受欢迎 受喜爱 受信赖 好用 好吃 好喝 好听 好玩 美味 新鲜 营养
    具影响力 具价值 具人气 具性价比 具实力 赚 聚拢 符合 全 齐全 全面 完美 完善 智能 精致 精美 精准 精确
    清晰 稳定 可靠 成功 著名 知名 出名 有名 牛 棒 赞 酷 靠谱 适合 懂你 聪明 亮 静音 环保 低碳
""")

TERMS: dict[LawReason, tuple[str, ...]] = {
    LawReason.NAMED: (
        *_words("""
            国家级 最高级 最佳
        """),
    ),
    LawReason.OFFICIAL: (
        *_words("""
            世界级 全球级 宇宙级 国际顶级 世界顶级 世界领先 全球领先 国际领先 世界一流 全球一流
            国家领导人推荐 国家机关推荐 国家机关专供 国家特供 填补国内空白 领袖品牌
            领导品牌 领导者品牌 领先品牌
        """),
    ),
    LawReason.SUPERLATIVE: (
        *(f"最{word}" for word in _MOST),
        *_words("""
            最高级别 最佳品牌 最佳选择 前所未有 史无前例 空前绝后 前无古人
            无与伦比 登峰造极 极佳 绝佳
        """),
    ),
    LawReason.TOP: (
        *_words("""
            顶级 顶尖 顶配级 极品 极致 终极 巅峰 顶峰 超甲级 至尊 绝对 无敌 尖端科技
        """),
    ),
    LawReason.FIRST: (
        *_words("""
            第一 第一品牌 第一名 首选 首选品牌 首席 全国首家 全网首家 全球首家 世界首家
            国内首家 国内首创 世界首创 全球首创 全国首创 国际首创 行业首创 销量冠军 销售冠军 销冠
            全国销冠 行业龙头 龙头老大 全国领先 遥遥领先 冠绝 问鼎
        """),
    ),
    LawReason.ONLY: (
        *_words("""
            唯一 独一无二 绝无仅有 举世无双 天下无双 盖世无双 举世无敌 天下无敌 无可比拟 无可匹敌
            无人能及 无人能敌 不可复制 仅此一家 别无分店 非此莫属 世所罕见 舍我其谁
        """),
    ),
    LawReason.PRICE: (
        *_words("""
            最低价 最低价格 全网最低 全网最低价 史上最低价
            历史最低价 全网底价
        """),
    ),
}
"""Each term with the reason why it is on the list. 极品: reply 1997 No. 207 of the State Administration for
Industry and Commerce (工商广字[1997]第207号)."""

NUMBER_ONE = ("NO1", "TOP1", "№1")
"""Terms in Latin letters, which have to stand apart from other letters and digits."""

_COUNTED = _words("""
    次 回 天 日 周 月 年 季 季度 个月 个季度 个年头 小时 时间 分钟 秒 步 遍 批 期 阶段 代 届 任 章 节 课
    讲 页 册 卷 集 部 辑 版 篇 段 行 列 排 层 楼 栋 幢 号 组 轮 场 局 关 站 餐 顿 口 声 眼 印象 反应 手
    现场 视角 人称 时段 夫人 宝 胎 桶 桶金 份工作 件 双 条 颗 只 台 张 支 套 瓶 款 杯 百 千 万 亿 零 至
    到 声部 象限 定律 性 大街 大道 医院 中学 小学 人民医院 高中 附属 百货 个孩子 个宝宝 个生日 个春节
    个冬天 个夏天 本书 志愿 学期 学历 方 产业 责任人 顺位 当事人 个 单元 课时 学段 课堂 梯队
""")
_AIMS = _words("""
    追求 力争 争取 争做 争当 争创 勇争 勇夺 努力成为 努力做到 致力成为 致力于成为 立志成为 立志做
    希望成为 渴望成为 目标是 目标成为 梦想成为 愿景是成为 不断追求 永远追求
""")
_AIMED_AT = _words("""
    第一 极致 顶级 顶尖 巅峰 最好 最佳 最优 最优质 最美 最强 唯一 首选
""")
_VALUES = _words("""
    客户 顾客 用户 安全 质量 品质 服务 信誉 诚信 健康 友谊 生命 环保 学生 患者 员工 孩子 家人 预防
""")
_EXTREMES = _words("""
    码 号 尺码 尺寸 规格 型号 容量 功率 载重 承重 负荷 负载 电流 电压 扭矩 扭力 转速 速度 音量 亮度 直径
    厚度 宽度 高度 长度 深度 面积 体积 距离 行程 流量 压力 气压 风速 风量 风力 值 值为 限度 程度 倍数
    输出 输入 分辨率 内存 支持 可达 可选 可调 档 档位 化 公约数 公倍数 射程 量程 续航 身高 体重 间距
    开口 角度 耗电 能耗 库存 数量 承受 允许 使用 适用
""")
_HIGHEST = _words("""
    温度 气温 水位 水温 限速 时速 转速 耐温 可达 支持 限额 额度 工作温度 功率 分辨率 频率 点 处 层
    楼层
""")
_LOWEST = _words("""
    温度 气温 水位 水温 限速 耐温 档 起订量 起订 起批量 消费 配置 工作温度 功率 点 处 层 转速 要求 标准
    限度 工资 生活保障 存款 还款 还款额 首付 库存 限额 额度
""")
_NEWEST = _words("""
    款 款式 版 版本 一代 一期 一集 到货 上架 上市 上新 消息 资讯 新闻 动态 公告 通知 活动 价格 报价 日期
    生产日期 批次 系统 固件 章节 更新 型号 国标 标准 政策 春款 夏款 秋款 冬款 春装 夏装 秋装 冬装 春款
    夏款 秋款 冬款 春装 夏装 秋装 冬装
""")
_ADVISED = _words("""
    使用时间 使用方法 使用期 使用期限 使用温度 食用期 食用时间 食用方法 食用温度 饮用时间 饮用期
    饮用温度 赏味期 赏味期限 品尝期 品尝时间 品尝温度 保质期 保存期 保存温度 储存温度 储藏温度 观赏期
    观赏时间 观看距离 观影距离 种植时间 播种期 施肥时间 服用时间 更换时间 更换周期 睡眠时间 运动时间
    时间 时期 旅游季节 季节 距离 角度 坐姿 口感期 搭配温度
""")
_STATE = _words("""
    非物质文化遗产 非遗 高新技术企业 高新区 高新技术产业开发区 经济技术开发区 经开区 开发区 新区
    自然保护区 风景名胜区 风景区 森林公园 地质公园 湿地公园 湿地 度假区 旅游度假区 实验室 重点实验室
    工程实验室 工程技术研究中心 企业技术中心 技术中心 博物馆 示范区 示范基地 示范园 运动员 运动健将 裁判
    教练 教练员 教学成果奖 精品课程 规划教材 贫困县 文物 文物保护单位 媒体 出版社 期刊 刊物 课题 项目
    专精特新 绿色工厂 标准 认证 心理咨询师 技能大师 传承人 代表性传承人
""")

HARMLESS: dict[Context, tuple[str, ...]] = {
    Context.SEQUENCE: (
        *(f"第一{what}" for what in _COUNTED),
        *_words("""
            最新鲜出炉 首席位
        """),
    ),
    Context.OWN_RANGE: (
        *(f"最大{what}" for what in _EXTREMES),
        *(f"最小{what}" for what in _EXTREMES),
        *(f"最高{what}" for what in _HIGHEST),
        *(f"最低{what}" for what in _LOWEST),
        *(f"最新{what}" for what in _NEWEST),
        *_words("""
            本店最热销 本店最畅销 本店最受欢迎 本店最新 店内最热销 店内最畅销 自家最新 店里最好卖
        """),
    ),
    Context.ADVICE: (
        *(f"最佳{what}" for what in _ADVISED),
        *_words("""
            最好在 最好是 最好不要 最好不 最好先 最好能 最好用温水 最好用冷水 最好避免 最适合人群
            最适合的人群 最快明天 最快当天 最快次日
        """),
    ),
    Context.AIM: (
        *(f"{aim}{term}" for aim in _AIMS for term in _AIMED_AT),
        *(f"{value}第一" for value in _VALUES),
        *_words("""
            客户第一 顾客第一 用户第一 安全第一 质量第一 品质第一 服务第一 信誉第一 诚信第一 健康第一
            友谊第一 生命第一 环保第一 学生第一 患者第一 员工第一 孩子第一 家人第一 预防第一
            没有最好只有更好 没有最好 最好的自己 最美的自己 最好的你 最美的你
            最好的祝福 最美的祝福 精益求精追求极致
        """),
    ),
    Context.GRADE: (
        *(f"国家级{what}" for what in _STATE),
        *_words("""
            最佳导演奖 最佳男主角 最佳女主角 最佳影片 最佳动画 最佳员工 世界级文化遗产 世界级自然遗产
            首席执行官 首席财务官 首席技术官 首席运营官 首席设计师 首席大法官 首席经济学家 首席代表
            首席记者 最高人民法院 最高人民检察院 最高法院 最高法 最高检 最高学历
        """),
    ),
    Context.NAME: (
        *_words("""
            顶级域名 顶级域 极品飞车 极品芝麻官 绝对值 绝对零度 绝对温度 绝对湿度 绝对坐标 绝对压力
            绝对误差 绝对路径 绝对引用 绝对定位 绝对音感 绝对高度 绝对编码器 绝对伏特加 绝对式编码器
            唯一码 唯一标识 唯一编码 唯一编号 唯一序列号 唯一身份 唯一索引 唯一键 唯一性 首选项 首选网络
            首选域 巅峰对决 终极一班 终极一家 终极猎人 终极者 无敌浩克 无敌破坏王 最小二乘 最大似然
            最优解 最优化 最小值 最大值 最美逆行者 最美的遇见 最强大脑 最强王者 最强蜗牛
        """),
    ),
    Context.PLAIN: (
        *_words("""
            最高兴 最大方 最小心 最小的孩子 最新婚 最美好的祝愿 最美味道 拒绝对 杜绝对 谢绝对 隔绝对
            断绝对 灭绝对 元首选 电极品 南极品 北极品 积极品 太极品 阴极品 阳极品 消极致 积极致 电极致
            榜首席 屋顶级 屋顶尖 山顶峰 楼顶级 房顶尖
        """),
    ),
}
"""Phrases that hold a term and are no absolute claim, with the context that makes them so."""

TRADITIONAL = (
    "国國级級绝絕对對极極顶頂独獨无無销銷优優选選网網领領导導历歷价價质質实實进進强強权權专專业業档檔"
    "华華齐齊热熱畅暢欢歡荐薦创創发發际際产產体體验驗双雙伦倫见見个個军軍单單项項书書时時间間届屆课課"
    "节節阶階轮輪码碼号號标標识識编編证證据據护護观觀赏賞饮飲储儲长長动動机機车車电電线線种種类類视視"
    "频頻头頭剧劇场場门門妈媽爱愛贵貴宝寶贝貝湿濕压壓温溫医醫学學颖穎术術艺藝划劃钱錢值値赖賴纯純净淨"
    "环環轻輕结結坚堅适適软軟气氣丽麗卖賣听聽营營养養赚賺拢攏确確稳穩认認赞贊灵靈静靜库庫龙龍问問举舉"
    "别別谁誰补補内內记記团團员員师師责責贷貸负負载載输輸参參径徑宽寬积積离離转轉声聲层層栋棟万萬亿億"
    "礼禮务務闻聞讯訊态態应應条條颗顆张張话話岁歲遗遺区區经經济濟园園馆館练練县縣运運奖獎执執财財设設"
    "计計报報纪紀户戶顾顧满滿亲親争爭题題传傳规規范範飞飛猎獵坏壞讲講册冊辑輯组組楼樓关關顿頓梦夢愿願"
    "为為诚誠谊誼预預检檢测測试試乐樂断斷灭滅阴陰阳陽饰飾后後针針余餘"
)
"""Simplified and traditional characters in turn."""
