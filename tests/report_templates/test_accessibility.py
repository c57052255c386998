"""The pages for those who hear them: a whole tree of tags, headings in order, header cells, named links and pictures.

No PDF/UA validator comes from the ordinary registries (veraPDF is on neither PyPI, npm nor Debian), so what PDF/UA-1 asks
of our kinds of content is asked here, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf
import pytest

from tests.report_templates.test_render import pdf

CASES = ("ordinary_zh", "ordinary_en", "tiny_en", "chain6_en", "chain38_zh", "lists_back_en")
KNOWN = {"/Document", "/Sect", "/Div", "/H1", "/H2", "/H3", "/P", "/Span", "/Link", "/Figure", "/Table", "/THead", "/TBody",
         "/TR", "/TH", "/TD", "/L", "/LI", "/LBody", "/Lbl", "/NonStruct", "/Em", "/Strong"}  # fmt: skip


def elements(node: pikepdf.Object) -> Iterator[pikepdf.Dictionary]:
    """The structure elements in reading order."""
    if isinstance(node, pikepdf.Array):
        for child in node:
            yield from elements(child)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


def faults(document: bytes) -> list[str]:
    """What an ear would miss."""
    with pikepdf.open(BytesIO(document)) as opened:
        return [*_document_faults(opened), *_tree_faults(opened), *_page_faults(opened)]


def _document_faults(document: pikepdf.Pdf) -> Iterator[str]:
    root = document.Root
    if str(root.get("/Lang", "")) not in ("zh-CN", "en"):
        yield "no language"
    if "/MarkInfo" not in root or not root.MarkInfo.get("/Marked"):
        yield "not marked"
    shows = "/ViewerPreferences" in root and root.ViewerPreferences.get("/DisplayDocTitle")
    if not shows or not str(document.docinfo.get("/Title", "")):
        yield "no title shown"
    if b"pdfuaid:part" not in root.Metadata.read_bytes():
        yield "does not say that it is PDF/UA"


def _tree_faults(document: pikepdf.Pdf) -> Iterator[str]:
    last, place = 0, -1
    pages = {page.objgen: at for at, page in enumerate(document.pages)}
    for element in elements(document.Root.StructTreeRoot.K):
        kind = str(element.S)
        if kind not in KNOWN:
            yield f"unknown tag {kind}"
        if kind in ("/H1", "/H2", "/H3"):
            level = int(kind[-1])
            if level > last + 1:
                yield f"a heading {level} follows a heading {last}"
            last = level
        if kind == "/Figure" and not str(element.get("/Alt", "")).strip():
            yield "a picture without words"
        if kind == "/TH" and _scope(element) not in ("/Row", "/Column"):
            yield "a header cell of nothing"
        if kind == "/Table" and not any(str(cell.S) == "/TH" for cell in elements(element.K)):
            yield "a table without a header cell"
        if "/Pg" in element:
            here = pages[element.Pg.objgen]
            if here < place:
                yield f"page {here + 1} is read after page {place + 1}"
            place = here


def _scope(cell: pikepdf.Dictionary) -> str:
    return str(cell.A.get("/Scope", "")) if "/A" in cell else ""


def _page_faults(document: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(document.pages, 1):
        if str(page.get("/Tabs", "")) != "/S":
            yield f"page {number}: no tab order"
        for link in page.get("/Annots", []):
            if not str(link.get("/Contents", "")) or "/StructParent" not in link:
                yield f"page {number}: a link that says nothing"
        yield from (f"page {number}: {what}" for what in unmarked(page))


def unmarked(page: pikepdf.Page) -> Iterator[str]:
    """Text that is neither tagged nor marked as the page's own (running lines); whether it has such lines at all."""
    depth, has_running_lines = 0, False
    for instruction in pikepdf.parse_content_stream(page):
        name, operands = str(instruction.operator), instruction.operands
        if name in ("BDC", "BMC"):
            has_running_lines |= str(operands[0]) == "/Artifact"
            depth += 1
        elif name == "EMC":
            depth -= 1
        elif name in ("Tj", "TJ") and not depth:
            yield "text without a tag"
    if not has_running_lines:
        yield "no running lines marked as such"


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_lost_on_the_ear(name):
    assert faults(pdf(name)) == []


def test_the_faults_would_be_found():
    document = pikepdf.open(BytesIO(pdf("tiny_en")))
    for element in elements(document.Root.StructTreeRoot.K):
        if str(element.S) == "/Figure":
            element.Alt = pikepdf.String("")
        if str(element.S) == "/TH":
            del element["/A"]
        if str(element.S) == "/H1":
            element.S = pikepdf.Name("/H3")
    del document.Root["/Lang"]
    spoilt = BytesIO()
    document.save(spoilt)
    assert {
        "no language",
        "a picture without words",
        "a header cell of nothing",
        "a heading 3 follows a heading 0",
    } <= set(faults(spoilt.getvalue()))
