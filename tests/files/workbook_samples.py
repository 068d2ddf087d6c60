"""Workbooks for tests: reports as a spreadsheet keeps them, and cells that no text file has."""

from __future__ import annotations

import base64
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import openpyxl
from openpyxl.cell import WriteOnlyCell
from platform_samples import Sample

_DATES = (
    ("%Y-%m-%d", r"\d{4}-\d\d-\d\d"), ("%d.%m.%Y", r"\d\d\.\d\d\.\d{4}"),
    ("%m/%d/%Y", r"\d\d/\d\d/\d{4}"), ("%b %d, %Y", r"[A-Z][a-z]{2} \d\d, \d{4}"),
)  # fmt: skip
Cells = Sequence[Sequence[Any]]


def records(sample: Sample) -> list[list[str]]:
    """The cells of a text report."""
    content = sample.content
    wide = content[:2] == b"\xff\xfe"
    try:
        text = content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030")
    delimiter = max(",\t;", key=text.count)
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def typed(cell: str, comma: bool = False) -> Any:
    """What a spreadsheet makes of a cell of text: a number, a day, or text."""
    for form, pattern in _DATES:
        if re.fullmatch(pattern, cell):
            return datetime.strptime(cell, form).date()
    plain = cell.translate(str.maketrans(".,", ",.")) if comma else cell
    if re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)", plain):
        return int(plain.replace(",", ""))
    if re.fullmatch(r"-?(\d{1,3}(,\d{3})+|\d+)\.\d+%?", plain):
        number = float(plain.replace(",", "").rstrip("%"))
        return number / 100 if plain.endswith("%") else number
    return cell


def workbook(sheets: dict[str, Cells], states: dict[str, str] | None = None) -> bytes:
    """A workbook of sheets; None is an empty cell, and text is text whatever it begins with."""
    book = openpyxl.Workbook(write_only=True)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
        sheet.sheet_state = (states or {}).get(name, "visible")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@dataclass(frozen=True)
class Special:
    """A cell that holds no value.

    Attributes
    ----------
    text : str
    kind : str
        "e" for an error, "f" for a formula that was never worked out.
    """

    text: str
    kind: str = "e"


def _cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, (str, Special)):
        return value
    cell = WriteOnlyCell(sheet, value if isinstance(value, str) else value.text)
    cell.data_type = "s" if isinstance(value, str) else value.kind
    return cell


def twin(sample: Sample, make: Callable[[str], Any] = typed, name: str = "Sheet1") -> bytes:
    """A text report as a workbook."""
    return workbook({name: [[make(cell) if cell else None for cell in row] for row in records(sample)]})


def with_part(
    content: bytes, part: str, change: Callable[[bytes], bytes], names: Iterable[str] = ()
) -> bytes:
    """A workbook in which one part was changed (and others left out)."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            if one not in names:
                new.writestr(one, change(old.read(one)) if one == part else old.read(one))
    return out.getvalue()


def xls() -> bytes:
    """A workbook of 1997: 说明 (a note), Keywords (two rows, header in row 3), and Old (hidden)."""
    return zlib.decompress(base64.b85decode(_XLS))


_XLS = (
    'c-rk)NoW*76n)jxvu2ybL`cLC#5K`_c<~ZP1<gS;>O~PDc6!=4OlF~Hq9zCTIf>wM5JixH9=t@oxS)dGJSd7D1VKpj=t)SxLz3~='
    '@18cD7;wM@M*0u+yIyVmy6V-ho__zXesuU@%NS<a7Wgn-3?ne3Oi&7!KonG8EXr)@8lqJ6tfDL&qJ<3j@vP=eP_Cg|?=dKNpuQpx'
    'e5G_4S?tNAjkZO!?aV<Fl0&BmkoFW(<Sp{GXl7;&>~;1_*x%>Y&)IL~l1uD6sqLsZgm<w$?VD{SA5>OwT`hTm$K2;Lmuy56UP~pP'
    'zAUV^erz)nT7QLAw5rv(16tHBBW;)x*WoTAz#!R%RBA&!K8i+K@H?0&wgKa%o&B=SD_`7l0V@CLE)ULA9->8@U4Bhbfiox`5mL+r'
    'RO7ZPYZNhlvG!<zV)caI3edZZ!4nxXo-3dVZ$nZoK6LlTCvgSKsX-kjQcSm=&-5B5jS<)K1~t>QR8~v$r75e$d-}}GK$e;%t-(lA'
    'DJ`!b>&XvhjVd6K%9=(lm&l}Z6ixL0gr3aNP<kepuacMaal_<V8p1S=8|eXql&ewd6A%}#6IJ7+rspH_xZ&^=b%m!I-m=x?<3w2I'
    '>v`iw>G>w_{rIrEcW<nROV03-WF1_q<Q$=hv$6+uu61fG-_AWc*q`H3mvO#@eIxBEx~|^aWM_7s=QbC(b~W8+6Whnwni=`ElrMbW'
    '_oTJ(Ew+yGBVA)djU%68!&pHFX`K4Y-+8PT>&49*(w@djS78UZFYKG=1iO$DwYeAV)42{)a(k22TSvIkfJd?^1;gLA(6cIA_?<gd'
    ';;bsn-94)c&#HW43zcTaLJA?DgM5Tk2dRYo4)PNUI4D3U=%65>kb^>m!VU@(irD;ov-q7-B3#yhk&g<u_c6aJySI<|RXa%Xt8tLz'
    'C-=e&tRy7)T@~_Km+}*T_rYddk0E~jlMK{9Fi>3#R2Ku)#Xxm2P+bhvISe{5n*r+@i>>S5(IQg8(IWE4Xi?HNT)Ku!*Kp|?E?vW='
    'Yq)d`m#*Q`H5^^fzowpf=9y=nEr<yY^WZSA+OKW_>t6tW*O{U;?R_TsZ*4y^^vly9${k44)x=;~`dJFUD2*llvQO!Ip|k^ZcN0nU'
    'GLK~0`lZ(%G4px;x?}X;ZJ~1SKV1&b1-}0;B5!o('
)
