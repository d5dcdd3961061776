"""Workbooks with the content that people's files have and openpyxl cannot write: pivots, macros, slicers and more."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from tests.support.xlsx_files import change_parts

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MICROSOFT = "http://schemas.microsoft.com/office"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MRR, _CALC, _BOOK = "xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/workbook.xml"

# One red pixel.
_PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC")

Parts = dict[str, bytes]


def make_workbook(path: Path, *features: str) -> Path:
    """Make a workbook with the tabs MRR and Calc, whose formulas have stored values, and the content of FEATURES."""
    book = openpyxl.Workbook()
    mrr = book.worksheets[0]
    mrr.title = "MRR"
    for row in (["Account ID", "2026-08", "2026-09"], ["a", 100, 120.5], ["b", 200, 210]):
        mrr.append(row)
    calc = book.create_sheet("Calc")
    calc.append(["Total", "=SUM(MRR!B2:B3)", "=B1*2"])
    if "chart" in features:
        chart = BarChart()
        chart.add_data(Reference(mrr, min_col=2, min_row=1, max_row=3))
        mrr.add_chart(chart, "F2")
    if "validation" in features:
        validation = DataValidation("list", formula1='"a,b"')
        validation.add("A2:A9")
        mrr.add_data_validation(validation)
    if "comments" in features or "threads" in features:
        mrr["A1"].comment = Comment("ours since May", "Clara")
    if "table" in features or "slicer" in features:
        calc.append([])
        calc.append(["Plan", "Seats"])
        calc.append(["Pro", 3])
        calc.add_table(Table(displayName="Seats", ref="A3:B4"))
    if "lambda" in features:
        book.defined_names["GROW"] = DefinedName("GROW", attr_text="_xlfn.LAMBDA(_xlpm.x,_xlpm.x*1.1)")
        mrr.defined_names["Local"] = DefinedName("Local", attr_text="MRR!$A$1")
    stream = io.BytesIO()
    book.save(stream)
    path.write_bytes(stream.getvalue())
    return change_parts(path, lambda parts: _add_features(parts, features))


def _add_features(parts: Parts, features: Sequence[str]) -> None:
    _replace(parts, _CALC, "<f>SUM(MRR!B2:B3)</f><v />", "<f>SUM(MRR!B2:B3)</f><v>300</v>")
    _replace(parts, _CALC, "<f>B1*2</f><v />", "<f>B1*2</f><v>600</v>")
    for name in features:
        if name in FEATURES:
            FEATURES[name](parts)


def add_part(
    parts: Parts, name: str, content: str | bytes, source: str, kind: str, content_type: str = "", *, identity: str = ""
) -> None:
    """Add a part, its content type and a relation of the part `source` to it."""
    parts[name] = content if isinstance(content, bytes) else (_DECLARATION + content).encode()
    if content_type:
        override = f'<Override PartName="/{name}" ContentType="{content_type}"/></Types>'
        _replace(parts, "[Content_Types].xml", "</Types>", override)
    folder, _, file = source.rpartition("/")
    relations = f"{folder}/_rels/{file}.rels".removeprefix("/")
    namespace = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts.setdefault(relations, f'{_DECLARATION}<Relationships xmlns="{namespace}"></Relationships>'.encode())
    identity = identity or f"rIdX{parts[relations].count(b'<Relationship ') + 1}"
    kind = kind if ":" in kind else f"{RELATIONS}/{kind}"
    entry = f'<Relationship Id="{identity}" Type="{kind}" Target="/{name}"/></Relationships>'
    _replace(parts, relations, "</Relationships>", entry)


def _replace(parts: Parts, name: str, old: str, new: str) -> None:
    assert old.encode() in parts[name], (name, old, parts[name])
    parts[name] = parts[name].replace(old.encode(), new.encode())


def _add_to_sheet(parts: Parts, sheet: str, content: str) -> None:
    _replace(parts, sheet, "</worksheet>", f"{content}</worksheet>")


def _add_macros(parts: Parts) -> None:
    add_part(
        parts, "xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 8, _BOOK,
        f"{_MICROSOFT}/2006/relationships/vbaProject", "application/vnd.ms-office.vbaProject",
    )  # fmt: skip
    macros = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    _replace(parts, "[Content_Types].xml", f"{_TYPE}.sheet.main+xml", macros)


def _add_pivot(parts: Parts) -> None:
    cache, table = "xl/pivotCache/pivotCacheDefinition1.xml", "xl/pivotTables/pivotTable1.xml"
    add_part(
        parts, cache,
        f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATIONS}" r:id="rIdX1" refreshedBy="A" '
        'refreshedDate="45000" createdVersion="6" refreshedVersion="6" recordCount="2"><cacheSource type="worksheet">'
        '<worksheetSource ref="A1:B3" sheet="MRR"/></cacheSource><cacheFields count="2"><cacheField '
        'name="Account ID" numFmtId="0"><sharedItems count="2"><s v="a"/><s v="b"/></sharedItems></cacheField>'
        '<cacheField name="2026-08" numFmtId="0">'
        '<sharedItems containsSemiMixedTypes="0" containsString="0" containsNumber="1" minValue="100" maxValue="200"/>'
        "</cacheField></cacheFields></pivotCacheDefinition>",
        _BOOK, "pivotCacheDefinition", f"{_TYPE}.pivotCacheDefinition+xml", identity="rIdCache",
    )  # fmt: skip
    add_part(
        parts, "xl/pivotCache/pivotCacheRecords1.xml",
        f'<pivotCacheRecords xmlns="{MAIN}" count="2"><r><x v="0"/><n v="100"/></r><r><x v="1"/><n v="200"/></r>'
        "</pivotCacheRecords>",
        cache, "pivotCacheRecords", f"{_TYPE}.pivotCacheRecords+xml",
    )  # fmt: skip
    add_part(
        parts, table,
        f'<pivotTableDefinition xmlns="{MAIN}" name="P" cacheId="7" dataOnRows="0" applyNumberFormats="0" '
        'applyBorderFormats="0" applyFontFormats="0" applyPatternFormats="0" applyAlignmentFormats="0" '
        'applyWidthHeightFormats="1" dataCaption="Values" updatedVersion="6" minRefreshableVersion="3" '
        'createdVersion="6" indent="0"><location ref="E10:F13" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
        '<pivotFields count="2">'
        '<pivotField axis="axisRow" showAll="0"><items count="3"><item x="0"/><item x="1"/><item t="default"/></items>'
        '</pivotField><pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1"><field x="0"/>'
        "</rowFields>"
        '<rowItems count="3"><i><x/></i><i><x v="1"/></i><i t="grand"><x/></i></rowItems><colItems count="1"><i/>'
        "</colItems>"
        '<dataFields count="1"><dataField name="Sum" fld="1" baseField="0" baseItem="0"/></dataFields>'
        "</pivotTableDefinition>",
        _CALC, "pivotTable", f"{_TYPE}.pivotTable+xml",
    )  # fmt: skip
    add_part(parts, cache, parts[cache], table, "pivotCacheDefinition")
    caches = f'<pivotCaches><pivotCache xmlns:r="{RELATIONS}" cacheId="7" r:id="rIdCache"/></pivotCaches>'
    _replace(parts, _BOOK, "</workbook>", f"{caches}</workbook>")


def _add_slicer(parts: Parts) -> None:
    x14, uri = f"{_MICROSOFT}/spreadsheetml/2009/9/main", "{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}"
    x15, cache_uri = f"{_MICROSOFT}/spreadsheetml/2010/11/main", "{46BE6895-7355-4a93-B00E-2C351335B9C9}"
    add_part(
        parts, "xl/slicerCaches/slicerCache1.xml",
        f'<slicerCacheDefinition xmlns="{x14}" name="Slicer_Plan" sourceName="Plan"><extLst><x:ext xmlns:x="{MAIN}" '
        f'uri="{{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}}"><x15:tableSlicerCache xmlns:x15="{x15}" tableId="1" '
        'column="1"/></x:ext></extLst></slicerCacheDefinition>',
        _BOOK, f"{_MICROSOFT}/2007/relationships/slicerCache", "application/vnd.ms-excel.slicerCache+xml",
        identity="rIdSlicers",
    )  # fmt: skip
    add_part(
        parts, "xl/slicers/slicer1.xml",
        f'<slicers xmlns="{x14}"><slicer name="Plan" cache="Slicer_Plan" caption="Plan" rowHeight="241300"/></slicers>',
        _CALC, f"{_MICROSOFT}/2007/relationships/slicer", "application/vnd.ms-excel.slicer+xml", identity="rIdSlicer",
    )  # fmt: skip
    _add_to_sheet(
        parts, _CALC,
        f'<extLst><ext xmlns:x14="{x14}" uri="{uri}"><x14:slicerList><x14:slicer xmlns:r="{RELATIONS}" '
        'r:id="rIdSlicer"/></x14:slicerList></ext></extLst>',
    )  # fmt: skip
    _replace(
        parts, _BOOK, "</workbook>",
        f'<extLst><ext uri="{cache_uri}" xmlns:x15="{x15}"><x15:slicerCaches xmlns:x14="{x14}"><x14:slicerCache '
        f'xmlns:r="{RELATIONS}" r:id="rIdSlicers"/></x15:slicerCaches></ext></extLst></workbook>',
    )  # fmt: skip


def _add_threads(parts: Parts) -> None:
    namespace = f"{_MICROSOFT}/spreadsheetml/2018/threadedcomments"
    person, thread = "{5C3B1D5A-0000-4000-8000-000000000001}", "{5C3B1D5A-0000-4000-8000-000000000002}"
    add_part(
        parts, "xl/persons/person.xml",
        f'<personList xmlns="{namespace}"><person displayName="Clara" id="{person}" userId="c" providerId="None"/>'
        "</personList>",
        _BOOK, f"{_MICROSOFT}/2017/10/relationships/person", "application/vnd.ms-excel.person+xml",
    )  # fmt: skip
    add_part(
        parts, "xl/threadedComments/threadedComment1.xml",
        f'<ThreadedComments xmlns="{namespace}"><threadedComment ref="A1" dT="2026-01-01T00:00:00.00" '
        f'personId="{person}" id="{thread}"><text>ours since May</text></threadedComment></ThreadedComments>',
        _MRR, f"{_MICROSOFT}/2017/10/relationships/threadedComment", "application/vnd.ms-excel.threadedcomments+xml",
    )  # fmt: skip


def _add_image(parts: Parts) -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    add_part(
        parts, "xl/drawings/drawing7.xml",
        f'<xdr:wsDr xmlns:xdr="{drawing}/spreadsheetDrawing" xmlns:a="{drawing}/main" xmlns:r="{RELATIONS}">'
        "<xdr:oneCellAnchor><xdr:from><xdr:col>4</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>4</xdr:row><xdr:rowOff>0"
        '</xdr:rowOff></xdr:from><xdr:ext cx="95250" cy="95250"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="2" name="Logo"/>'
        '<xdr:cNvPicPr/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rIdX1"/><a:stretch><a:fillRect/></a:stretch>'
        '</xdr:blipFill><xdr:spPr><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic><xdr:clientData/>'
        "</xdr:oneCellAnchor></xdr:wsDr>",
        _CALC, "drawing", "application/vnd.openxmlformats-officedocument.drawing+xml", identity="rIdLogo",
    )  # fmt: skip
    add_part(parts, "xl/media/image1.png", _PNG, "xl/drawings/drawing7.xml", "image", "image/png")
    content = parts[_CALC].decode()
    end = content.index("/>", content.index("<pageMargins")) + 2
    parts[_CALC] = (content[:end] + f'<drawing xmlns:r="{RELATIONS}" r:id="rIdLogo"/>' + content[end:]).encode()


def _add_external_link(parts: Parts) -> None:
    link = "xl/externalLinks/externalLink1.xml"
    add_part(
        parts, link,
        f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELATIONS}" r:id="rId1"><sheetNames><sheetName val="S"/>'
        "</sheetNames></externalBook></externalLink>",
        _BOOK, "externalLink", f"{_TYPE}.externalLink+xml", identity="rIdLink",
    )  # fmt: skip
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{RELATIONS}/externalLinkPath" Target="other.xlsx" TargetMode="External"/></Relationships>'
    ).encode()
    reference = f'<externalReference xmlns:r="{RELATIONS}" r:id="rIdLink"/>'
    _replace(parts, _BOOK, "</sheets>", f"</sheets><externalReferences>{reference}</externalReferences>")


def _add_calculation_chain(parts: Parts) -> None:
    chain = f'<calcChain xmlns="{MAIN}"><c r="B1" i="2" l="1"/><c r="C1"/></calcChain>'
    add_part(parts, "xl/calcChain.xml", chain, _BOOK, "calcChain", f"{_TYPE}.calcChain+xml")


def _add_control(parts: Parts) -> None:
    shape = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
        'xmlns:x="urn:schemas-microsoft-com:office:excel"><v:shape id="_x0000_s3073" type="#_x0000_t201">'
        '<v:textbox><div><font>Button<br></font></div></v:textbox><x:ClientData ObjectType="Button"><x:Anchor>'
        "1, 0, 1, 0, 2, 0, 2, 0</x:Anchor></x:ClientData></v:shape></xml>"
    )
    add_part(parts, "xl/drawings/vmlDrawing1.vml", shape.encode(), _CALC, "vmlDrawing",
             "application/vnd.openxmlformats-officedocument.vmlDrawing", identity="rIdButton")  # fmt: skip
    _add_to_sheet(parts, _CALC, f'<legacyDrawing xmlns:r="{RELATIONS}" r:id="rIdButton"/>')


def _add_settings(parts: Parts) -> None:
    add_part(parts, "customXml/item1.xml", '<root xmlns="urn:x"/>', _BOOK, "customXml")
    add_part(parts, "docMetadata/LabelInfo.xml", "<labelList/>", "", "urn:x/labels", "application/xml")
    add_part(parts, "xl/printerSettings/printerSettings1.bin", b"\1\2\3", _MRR, "printerSettings", "application/x")


def _write_in_utf16(parts: Parts) -> None:
    for name in (_BOOK, "xl/styles.xml"):
        parts[name] = ('<?xml version="1.0" encoding="UTF-16"?>' + parts[name].decode()).encode("utf-16")


def _write_with_prefixes(parts: Parts) -> None:
    for name in (_BOOK, "xl/styles.xml"):
        content = re.sub(r"<(/?)(\w)", r"<\1x:\2", parts[name].decode()).replace("xmlns=", "xmlns:x=")
        parts[name] = content.encode()


def _leave_out_styles(parts: Parts) -> None:
    parts.pop("xl/styles.xml")
    for name, pattern in (
        ("xl/_rels/workbook.xml.rels", r"<Relationship [^>]*styles\.xml[^>]*/>"),
        ("[Content_Types].xml", r"<Override [^>]*styles\.xml[^>]*/>"),
    ):
        parts[name] = re.sub(pattern, "", parts[name].decode()).encode()


def _leave_out_lists(parts: Parts) -> None:
    for name, pattern in (
        ("xl/styles.xml", r"<dxfs.*?</dxfs>|<dxfs [^>]*/>|<numFmts.*?</numFmts>"),
        (_BOOK, r"<calcPr[^>]*/>|<definedNames\s*/>"),
    ):
        parts[name] = re.sub(pattern, "", parts[name].decode()).encode()


FEATURES: Mapping[str, Callable[[Parts], None]] = {
    "macros": _add_macros,
    "pivot": _add_pivot,
    "slicer": _add_slicer,
    "threads": _add_threads,
    "image": _add_image,
    "external link": _add_external_link,
    "calculation chain": _add_calculation_chain,
    "control": _add_control,
    "settings": _add_settings,
    "UTF-16": _write_in_utf16,
    "prefixes": _write_with_prefixes,
    "no styles": _leave_out_styles,
    "no lists": _leave_out_lists,
}
# The combinations that are tested; the features of openpyxl among them are made by `make_workbook`.
WORKBOOKS: Sequence[tuple[str, ...]] = (
    (), ("chart",), ("pivot",), ("macros",), ("slicer",), ("validation",), ("comments",), ("threads",), ("image",),
    ("external link",), ("lambda",), ("calculation chain",), ("table",), ("control",), ("settings",), ("UTF-16",),
    ("prefixes",), ("no styles",), ("no lists",),
    ("chart", "validation", "threads", "lambda", "calculation chain", "slicer", "pivot", "image", "macros", "settings"),
)  # fmt: skip
