"""A config as its author wrote it, for the reports."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bidder.files.yaml_reader import Document


def source_text(document: Document) -> str:
    """The config as its author wrote it, with the settings from the command line."""
    try:
        text = Path(document.file).read_text(encoding="utf-8-sig")
    except OSError:  # a pipe can be read only once
        text = ""
    data, lines = document.data, []
    for path, key in document.overridden.items():
        value = data
        for part in path:
            value = value[part]
        lines.append(f"# --set {key}={value}")
    return "\n".join([*lines, text])
