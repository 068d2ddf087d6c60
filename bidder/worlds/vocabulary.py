"""Names of keywords of a Chinese clothes and sports shop."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

PRODUCTS = (
    "连衣裙", "运动鞋", "羽绒服", "牛仔裤", "卫衣", "衬衫", "T恤", "风衣", "毛衣", "半身裙", "西装", "针织衫",
    "运动裤", "休闲裤", "短裤", "外套", "马甲", "大衣", "夹克", "旗袍", "汉服", "瑜伽裤", "泳衣", "睡衣",
    "帆布鞋", "跑步鞋", "篮球鞋", "靴子", "凉鞋", "拖鞋", "双肩包", "斜挎包", "帽子", "围巾", "手套", "袜子",
    "皮带", "太阳镜", "手表", "行李箱",
)
ATTRIBUTES = (
    "红色", "黑色", "白色", "纯棉", "真丝", "羊毛", "亚麻", "显瘦", "宽松", "修身", "加绒", "防水", "透气",
    "轻薄", "加厚", "高腰", "长款", "短款", "复古", "简约", "韩版", "国潮", "印花", "条纹", "格子",
    "大码", "小个子", "百搭",
)
AUDIENCES = (
    "学生", "女士", "男士", "儿童", "妈妈", "中老年", "情侣", "孕妇", "少女", "上班族", "胖妹妹",
    "宝宝", "爸爸", "健身", "户外", "通勤",
)
BRANDS = ("", "品牌", "正品", "新款", "官方", "旗舰店", "爆款", "热卖")
QUESTIONS = (
    "推荐", "哪个牌子好", "怎么搭配", "多少钱", "平价", "秋冬", "送礼", "包邮", "性价比高", "排行榜", "测评",
    "同款",
)
_PARTS: dict[str, tuple[Sequence[str], ...]] = {
    "core": (PRODUCTS, BRANDS),
    "attribute": (ATTRIBUTES, PRODUCTS),
    "audience": (AUDIENCES, PRODUCTS),
    "long_tail": (AUDIENCES, ATTRIBUTES, PRODUCTS, QUESTIONS),
}
_STRIDE = 7919  # a prime that divides no number of combinations: neighbours in the list look different


def keyword_names(kind: str, wanted: int, first: Sequence[str], taken: set[str]) -> list[str]:
    """``wanted`` names of one class, ``first`` ones first, none of them in ``taken`` (which grows)."""
    names: list[str] = []
    for name in _candidates(kind, first):
        if len(names) == wanted:
            break
        if name not in taken:
            taken.add(name)
            names.append(name)
    return names


def _candidates(kind: str, first: Sequence[str]) -> Iterator[str]:
    yield from first
    parts = _PARTS[kind]
    combinations = 1
    for words in parts:
        combinations *= len(words)
    for number in count():
        place, again = number % combinations, number // combinations
        if kind != "core":
            place = place * _STRIDE % combinations
        name = _combined(parts, place)
        yield f"{name}{again + 1}" if again else name


def _combined(parts: Sequence[Sequence[str]], place: int) -> str:
    chosen = []
    for words in parts:
        chosen.append(words[place % len(words)])
        place //= len(words)
    return "".join(chosen)
