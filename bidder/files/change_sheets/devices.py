"""Names that reports have for the devices that platforms set modifiers for."""

from __future__ import annotations

_NAMES = {
    "desktop": (
        "desktop", "desktops", "computer", "computers", "pc", "计算机", "电脑", "桌面设备",
    ),
    "mobile": (
        "mobile", "mobile phone", "mobile phones", "mobile devices with full browsers", "smartphone",
        "smartphones", "phone", "phones", "手机", "移动设备", "移动",
    ),
    "tablet": ("tablet", "tablets", "tablets with full browsers", "平板电脑", "平板"),
    "tv": ("tv", "tv screen", "tv screens", "connected tv", "电视屏幕"),
}  # fmt: skip
_DEVICE_OF = {name: device for device, names in _NAMES.items() for name in names}


def device_of(name: str) -> str | None:
    """desktop, mobile, tablet or tv; None for what a platform sets no modifier for, such as "Other"."""
    return _DEVICE_OF.get(name.strip().casefold())
