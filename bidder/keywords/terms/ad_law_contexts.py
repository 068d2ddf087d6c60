"""Where a term makes no absolute claim about the goods: by article of the guide for enforcement of 2023.

The guide: 广告绝对化用语执法指南, announcement 2023 No. 6 of the State Administration for Market Regulation.
Article 5 exempts words that do not point at the goods, Article 6 those that do and neither mislead nor
belittle others. Phrases, simplified characters, without blanks.
"""

from __future__ import annotations

from enum import StrEnum

from bidder.keywords.terms.ad_law_terms import MOST, words


class Context(StrEnum):
    """Why a phrase makes no absolute claim about the goods."""
    ATTITUDE = "attitude, philosophy, culture or wish of the seller: Article 5 (1)"
    AIM = "an aim that is striven for: Article 5 (2)"
    UNRELATED = "says nothing of the quality of the goods: Article 5 (3)"
    OWN_RANGE = "compares goods of the same brand or seller, or tells a limit: Article 6 (1)"
    ADVICE = "advice on use, time or storage: Article 6 (2)"
    GRADE = "a grade or institution defined by a standard or the state: Article 6 (3)"
    NAME = "a name, a model, a trademark or a technical term: Article 6 (4)"
    AWARD = "an award or title given by rules of the state: Article 6 (5)"
    SEQUENCE = "order in time or space, or a number: Article 6 (6)"
    PLAIN = "says something else in plain language"


_COUNTED = words("""
    次 回 天 日 周 月 年 季 季度 个月 个季度 个年头 小时 时间 分钟 秒 步 遍 批 期 阶段 代 届 任 章 节 课 讲
    页 册 卷 集 部 辑 版 篇 段 行 列 排 层 楼 栋 幢 号 组 轮 场 局 关 站 餐 顿 口 声 眼 印象 反应 手 现场
    视角 人称 时段 夫人 宝 胎 桶 桶金 份工作 档 波 本 滴 位 百 千 万 亿 零 至 到 声部 象限 定律 性 大街 大道
    医院 中学 小学 人民医院 高中 附属 百货 个孩子 个宝宝 个生日 个春节 个冬天 个夏天 本书 志愿 学期 学历 方
    产业 粒扣子 粒 笔 单 锅 碗 勺 刀 针 封 首 曲 幕 手资料 梯次 责任人 顺位 当事人 单元 课时 学段 课堂 梯队
""")
_GOODS_COUNTED = words("个 款 件 双 条 颗 只 台 张 支 套 瓶 杯 把 辆 枚 间")
"""After a place (全国第一款) these count what there is; elsewhere (宝宝的第一双鞋) what somebody has."""

_VALUES = words("""
    客户 顾客 用户 安全 质量 品质 服务 信誉 诚信 健康 友谊 生命 环保 学生 患者 员工 孩子 家人 预防
""")
_EXTREMES = words("""
    码 号 尺码 尺寸 规格 型号 容量 功率 载重 承重 负荷 负载 电流 电压 扭矩 扭力 转速 速度 音量 亮度 直径
    厚度 宽度 高度 长度 深度 面积 体积 距离 行程 流量 压力 气压 风速 风量 风力 值 值为 限度 程度 倍数 输出
    输入 分辨率 屏占比 内存 支持 可达 可选 可调 档 档位 化 公约数 公倍数 射程 量程 续航 身高 体重 间距 开口
    角度 耗电 能耗 库存 数量 承受 允许 使用 适用 可 可至 可到 的尺码 的号 的码 的尺寸 的规格 的容量 的型号
    水量 负重 倾角 张力 剂量 用量 订量 起订量
""")
_HIGHEST = words("""
    减 立减 可减 直减 直降 立省 可省 省 直省 返 返现 可返 立返 抵 可抵 抵扣 享 可享 尊享 领 可领 得 可得 送
    补 补贴 可补 优惠 折扣 分期 免息 免 赔 赔付 保额 佣金 提成 奖励 积分 返利 返佣 贴息 奖 直补 能省 能减
    气压 温度 气温 水位 水温 限速 时速 转速 耐温 可达 支持 限额 额度 工作温度 功率 分辨率 频率 点 处 层 楼层
""")
_LOWEST = words("""
    起 仅 只要 只需 可至 可达 至 年龄 身高 充值 门槛 起拍 拍 购买 成交 噪音 可调 风速 转速 电量 温度 气温
    水位 水温 限速 耐温 档 起订量 起订 起批量 消费 配置 工作温度 功率 点 处 层 要求 标准 限度 工资 生活保障
    存款 还款 还款额 首付 库存 限额 额度
""")
_ADVISED = words("""
    搭配 搭配方案 组合 比例 浓度 用量 剂量 使用时间 使用方法 使用期 使用期限 使用温度 食用期 食用时间
    食用方法 食用温度 饮用时间 饮用期 饮用温度 赏味期 赏味期限 品尝期 品尝时间 品尝温度 保质期 保存期
    保存温度 储存温度 储藏温度 观赏期 观赏时间 观看距离 观影距离 种植时间 播种期 施肥时间 服用时间 更换时间
    更换周期 睡眠时间 运动时间 时间 时期 旅游季节 季节 距离 角度 坐姿 口感期 搭配温度
""")
_STATE = words("""
    非物质文化遗产 非遗 高新技术企业 高新区 高新技术产业开发区 经济技术开发区 经开区 开发区 新区 自然保护区
    风景名胜区 风景区 森林公园 地质公园 湿地公园 湿地 度假区 旅游度假区 实验室 重点实验室 工程实验室
    工程技术研究中心 企业技术中心 技术中心 博物馆 示范区 示范基地 示范园 运动员 运动健将 裁判 教练 教练员
    教学成果奖 精品课程 规划教材 贫困县 文物 文物保护单位 媒体 出版社 期刊 刊物 课题 项目 专精特新 绿色工厂
    标准 心理咨询师 技能大师 传承人 代表性传承人
""")

_MODELS = words("至尊 终极 巅峰 极致 无敌 王牌 顶级")
_EDITIONS = words("版 款 型 纪念版 典藏版 收藏版 限定版 限量版 豪华版 系列 套装版")
_UNIVERSAL = words("""
    空调 笔记本 键盘 充 充电器 充电宝 洗洁布 洗 清 抹布 神剪 剪 梯 磨 拆 开瓶器 起子 瓶盖 孔 打孔 焊 切 搅拌
    料理 蒸 锅盖 壶盖 手柄 轮子 水龙头 水嘴 接口 胶 胶水 粘 贴 表 电表 遥控 遥控器 转换 转换插头 转换器 插头
    插座 插排 接头 钥匙 扳手 工具 支架 架 角度尺 尺 锯 刀 夹 夹具 试验机 铣床 磨床 轮 轴 杆 卡 卡扣 扣 搭配
    公式 句 句型 模板 作文 险 青年 青年旅店 油 汁 酱 酱汁 酱料 调料 蘸料 清洁 清洁剂 清洁膏 擦 布 锁 锁扣
    螺丝刀 开关 夹子 绳 粉 底 背景 数据线 电池 电源 适配器 打底 外套 百搭 调味 料 麻将 机 粉碎机 打印机 码
    阀 盖 笔 卷尺 手机
""")
_JOYS = words("""
    追求 动力 心愿 愿望 幸福 快乐 满足 鼓励 支持 认可 肯定 荣幸 鼓舞 安慰 诚意 努力 心意 目标 理想 梦想
""")
_RATHER = words("""
    在 是 不 不要 先 能 避免 平铺 放 选 提前 每 于 戴 手洗 机洗 别 冷藏 密封 当天 趁 由 有 再 咨询 联系 等
    多 少 饭后 餐后 空腹 睡前 早上 晚上 使用 从 将 把 让 搭配 配合 一次 分次 控制 保持 选择 准备 立即 尽快
    隔 单独 用温水 用冷水 用手 用软布 用清水 用中性 用湿布
""")
_FIRST_OF_MINE = words("""
    订单 单 月 星期 周 周末 季度 疗程 冬天 夏天 春节 生日 孩子 宝宝 用户 客户 夜 假期 周期 回合 字母 字 季
    年度 工作日 交易日 字符 单元 作品 章节 自然月 完整 会员日 活动日 节日 纪念日 开学季 学期 疗程装
""")

HARMLESS: dict[Context, tuple[str, ...]] = {
    Context.SEQUENCE: (
        *(f"第一{what}" for what in _COUNTED),
        *(f"首个{what}" for what in _FIRST_OF_MINE),
        *(f"首款{what}" for what in words("定金 付款 支付 比例 金额 贷款")),
        *words("""
            最新鲜出炉 首席位 第一名额 最小单位 最小包装 最小面值 首选人群 首选地址 品牌首款
        """),
    ),
    Context.OWN_RANGE: (
        *(f"最大{what}" for what in _EXTREMES),
        *(f"最小{what}" for what in _EXTREMES),
        *(f"最高{what}" for what in _HIGHEST),
        *(f"最低{what}" for what in _LOWEST),
    ),
    Context.ADVICE: (
        *(f"最佳{what}" for what in _ADVISED),
        *(f"最好{what}" for what in _RATHER),
        *words("""
            最适合人群 最适合的人群 最快明天 最快当天 最快次日 最快当日 最快隔日 最快今天
        """),
    ),
    Context.ATTITUDE: (
        *(f"{value}第一" for value in _VALUES),
        *(f"最大的{joy}" for joy in _JOYS),
        *(f"最大{joy}" for joy in _JOYS),
        *words("""
            没有最好只有更好 极致追求 极致的追求 极致匠心 没有最好
        """),
    ),
    Context.UNRELATED: (
        *words("""
            最好的自己 最美的自己 最好的你 最美的你 最好的祝福 最美的祝福 最美好的祝愿 最好的朋友 最好的年纪
            最好的时光 最美的时光 最好的我们 最美的遇见 最美逆行者 最强王者 唯一的你 唯一的她 唯一的他
            唯一的爱 唯一的妹妹 唯一的姐姐 唯一的哥哥 唯一的弟弟 唯一的孩子 唯一的儿子 唯一的女儿 唯一的宝贝
            顶级赛事 巅峰时刻 巅峰赛 我的唯一 你的唯一 我唯一的 最受不了 最受伤 最受罪 最受气 世界级名画
            世界级景点 世界级赛事 世界级遗产 最特别的日子 最特别的人 最特别的你
        """),
    ),
    Context.GRADE: (
        *(f"国家级{what}" for what in _STATE),
        *words("""
            国家推荐标准 国家推荐性 国家认证认可 国家机关工作人员考试 国家机关公文格式 国家机关公务员
            世界级文化遗产 世界级自然遗产 首席执行官 首席财务官 首席技术官 首席运营官 首席设计师 首席大法官
            首席经济学家 首席代表 首席记者 最高人民法院 最高人民检察院 最高法院 最高法 最高检 最高学历
        """),
    ),
    Context.AWARD: (
        *words("""
            最佳导演奖 最佳男主角 最佳女主角 最佳男配角 最佳女配角 最佳影片 最佳动画 最佳电影 最佳外语片
            最佳员工 最佳新人 最佳阵容 最佳球员 最佳辩手 最佳女演员 最佳男演员
        """),
    ),
    Context.NAME: (
        *(f"{model}{edition}" for model in _MODELS for edition in _EDITIONS),
        *(f"万能{what}" for what in _UNIVERSAL),
        *words("""
            顶级域名 第一军规 至尊披萨 至尊比萨 无敌小海螺 第一财经 第一滴血 第一炉香 第一夫人 第一狂妃
            无敌铁金刚 无敌战神 无敌鹿战队 无敌少侠 无敌铁桥 巅峰玩家 终极对决 终极指南 终极战士 终极奥特曼
            终极形态 王牌大贱谍 最佳拍档 最佳搭档 最佳实践 最佳损友 最佳女婿 销冠培训 销冠话术 销冠思维
            销冠课程 唯一id 最低价保护 最低价格保护 顶级域 极品飞车 极品芝麻官 绝对值 绝对零度 绝对温度
            绝对湿度 绝对坐标 绝对压力 绝对误差 绝对路径 绝对引用 绝对定位 绝对音感 绝对高度 绝对编码器
            绝对伏特加 绝对式编码器 唯一码 唯一标识 唯一编码 唯一编号 唯一序列号 唯一身份 唯一索引 唯一键
            唯一性 首选项 首选网络 首选域 巅峰对决 终极一班 终极一家 终极猎人 终极者 无敌浩克 无敌破坏王
            最小二乘 最大似然 最优解 最优化 最小值 最大值 最强大脑 最强蜗牛 唯一识别 唯一识别码 唯一约束
            王牌对王牌 TCL王牌 王牌特工 王牌战士 王牌竞速 王牌保镖 王牌飞行员 王牌部队 国宴菜谱 国宴食谱
            国宴大师 国宴菜系 人民大会堂模型 人民大会堂拼图 人民大会堂积木 人民大会堂门票 国务院令
            国务院公报 国务院发展研究中心 驰名商标认定 驰名商标申请 驰名商标保护 绝对湿度计 至尊宝 至尊红颜
            至尊魔戒 至尊鲍
        """),
    ),
    Context.PLAIN: (
        *words("""
            最高兴 最大方 最小心 唯一般 统一流 单一流 一流程 一流量 一流水线 一流派 之一流 万一流 最底层
            最底部 最底下 最底端 最底面 最香港 最鲜花 最软件 最暖气 最甜品 最香水 最炫民族风 最脆弱 最香烟
            最凉快递 最小的孩子 最美味道 拒绝对 杜绝对 谢绝对 隔绝对 断绝对 灭绝对 元首选 榜首选 班首选
            电极品 南极品 北极品 积极品 太极品 阴极品 阳极品 消极致 积极致 电极致 榜首席 正极品 负极品
            国王牌 霸王牌 大王牌 小王牌 帝王牌 金王牌 屋顶级 屋顶尖 山顶峰 楼顶级 房顶尖
        """),
    ),
}
"""Phrases that hold a term and are no absolute claim, with the context that makes them so."""

AIMS = words("""
    追求 力争 力求 争取 争做 争当 争创 勇争 勇夺 努力成为 努力做到 努力打造 致力成为 致力于成为 致力打造
    致力于打造 立志成为 立志做 希望成为 渴望成为 目标是 目标成为 梦想成为 愿景是成为 愿景成为 力求做到
    只为做到 只求做到 旨在成为 用心做到 尽力做到 尽力做 力做 愿做 愿成为
""")
"""In front of a term they make it an attitude or an aim: Article 5 (1) and (2)."""

SCOPES = words("行业 全国 世界 全球 国内 国际 业内 中国 亚洲 销量 口碑 更好 做 打造")
"""May stand between an aim and its term."""

OWN = words("""
    本店 店内 店里 店铺内 自家 我家 我们家 本司 我司 本厂 本品牌 品牌内 本系列 同系列 全系列 全系 旗下
    本品牌旗下 历代 历代产品
""")
"""In front of a superlative or of 首款, 首个 they keep it to the seller's own goods: Article 6 (1)."""

OWN_MOST = (*(f"最{word}" for word in MOST), "首款", "首个")

LIMITS = words("最高 最低 最大 最小 最快 最薄 最厚 最轻 最亮 最低价格 最低价")
"""In front of a number they tell a limit or a size: Article 6 (1)."""

LIMIT_LINKS = words("""
    可 可打 可达 可至 至 处 处仅 处只有 仅 仅需 只 起 起订 起拍 约 为 达 只要 只需 到 能 享 能省 能到
""")
"""May stand between a limit and its number."""

NO_LIMIT_AFTER = "国國网網球毬城上业業场場"
"""Last characters of 全国, 全网, 史上 and the like: right after them a limit is a claim."""

AWARDS = words("最佳 最优秀 最美 最具")
"""In front of up to ten characters and 奖 they name an award: Article 6 (5)."""

KIN = "兄姐妹徒子小弟师師學学老表堂哥皇大二三内"
"""Right before 弟 they make it a brother, not another way to write 第."""

GOODS_FIRST = tuple(f"第一{what}" for what in _GOODS_COUNTED)
"""Order in time or space (Article 6 (6)), except right after a place."""

PLACE_ENDS = ("国", "球", "网", "世界", "行业", "国内", "业内", "业界", "亚洲", "国产", "全省", "全市")

FACTS = (
    "(?:19|20)[0-9]{2}年", "[0-9]{1,2}月[0-9]{1,2}日", "截[至止]", "数据来源", "资料来源", "来源[:：]",
    "统计(?:时间|区间|周期|口径|机构)",
    "[据经][^，。！？；\\n]{0,20}(?:数据|统计|报告|显示|监测|调研|测算|认证)",
)
"""Patterns of a time or a source, with which the guide exempts facts of order and of sales: Article 6 (6)."""
