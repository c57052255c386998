"""Laws of the PDF: the same bytes every time, our fonts only, text inside the page, nothing fetched, nothing leaked."""

from __future__ import annotations

import gc
import hashlib
import logging
import os
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from weasyprint import HTML
from weasyprint.urls import FatalURLFetchingError

from report_templates import glyphs
from report_templates.render import AssetFetcher, artefacts, review_html, review_pdf
from schemas.review import Review
from tests.report_templates import example_reviews as examples
from tests.report_templates.example_loops import with_lists

ROOT = Path(__file__).resolve().parents[2]
REVIEWS = {
    "ordinary_zh": lambda: examples.ordinary_store("zh_CN"),
    "ordinary_en": lambda: examples.ordinary_store("en"),
    "tiny_zh": lambda: examples.tiny_store("zh_CN"),
    "tiny_en": lambda: examples.tiny_store("en"),
    "closed_zh": lambda: examples.closed_store("zh_CN"),
    "chain6_en": lambda: examples.chain(6, "en"),
    "chain38_zh": lambda: examples.chain(38, "zh_CN"),
    "hostile_zh": lambda: examples.hostile_store("zh_CN"),
    "lists_back_en": lambda: with_lists(examples.ordinary_store("en"), is_mature=False),
    "chain_lists_back_zh": lambda: with_lists(examples.chain(6, "zh_CN"), is_mature=True),
}


@cache
def review(name: str) -> Review:
    return REVIEWS[name]()


class Complaints(logging.Handler):
    """What WeasyPrint had to say while the shared documents were rendered."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


COMPLAINTS = Complaints()


@cache
def pdf(name: str) -> bytes:
    logging.getLogger("weasyprint").addHandler(COMPLAINTS)
    try:
        return review_pdf(review(name))
    finally:
        logging.getLogger("weasyprint").removeHandler(COMPLAINTS)


@cache
def pages(name: str) -> list[str]:
    return texts_of(pdf(name))


def texts_of(document: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(document)]


def squeezed(text: str) -> str:
    """Without white space, which extraction puts where lines break."""
    return re.sub(r"\s+", "", text)


def test_a_second_rendering_has_the_same_bytes():
    assert review_pdf(review("chain6_en")) == pdf("chain6_en")


def test_bytes_do_not_depend_on_time_zone_locale_or_hash_seed():
    code = (
        "import hashlib, sys; from tests.report_templates import example_reviews as e; "
        "from report_templates.render import artefacts; "
        "print([hashlib.sha256(b).hexdigest() for _, b in artefacts(e.short_store('en'))])"
    )
    environment = {**os.environ, "TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "C", "PYTHONHASHSEED": "1"}
    elsewhere = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    here = [hashlib.sha256(body).hexdigest() for _, body in artefacts(examples.short_store("en"))]
    assert elsewhere.communicate()[0] == f"{here}\n"


def test_a_store_gets_its_action_sheets_and_the_chain_does_not():
    assert [name for name, _ in artefacts(review("tiny_zh"))] == [
        "review.pdf",
        "review.json",
        "actions.csv",
        "actions.xlsx",
    ]
    assert [name for name, _ in artefacts(review("chain6_en"))] == ["review.pdf", "review.json"]


@pytest.mark.parametrize("address", [
    "file:///etc/passwd", "http://example.org/x.png", "https://example.org/", "data:text/plain,x", "ftp://example.org/x",
    "asset:../../pyproject.toml", "asset:fonts/../render.py", "asset:pictures/1.svg", "//example.org/x", "render.py",
])  # fmt: skip
def test_the_fetcher_refuses_everything_but_our_assets(address):
    fetcher = AssetFetcher({"asset:pictures/0.svg": b"<svg/>"})
    with pytest.raises(FatalURLFetchingError):
        fetcher.fetch(address)
    assert fetcher.fetch("asset:pictures/0.svg").read() == b"<svg/>"


def test_markup_that_asks_for_a_file_stops_the_rendering():
    with pytest.raises(FatalURLFetchingError):
        HTML(string="<img src=file:///etc/passwd>", base_url="asset:", url_fetcher=AssetFetcher({})).render()


@pytest.mark.parametrize("name", REVIEWS)
def test_every_page_says_something_and_text_stays_inside_the_page(name):
    for page in pypdfium2.PdfDocument(pdf(name)):
        width, height = page.get_size()
        text = page.get_textpage()
        assert len(squeezed(text.get_text_range())) > 80
        boxes = [text.get_rect(place) for place in range(text.count_rects())]
        assert min(left for left, _, _, _ in boxes) >= 40
        assert max(right for _, _, right, _ in boxes) <= width - 40
        assert min(bottom for _, bottom, _, _ in boxes) >= 15
        assert max(top for _, _, _, top in boxes) <= height - 15


@pytest.mark.parametrize("name", REVIEWS)
def test_only_our_fonts_are_embedded(name):
    document = pikepdf.open(BytesIO(pdf(name)))
    fonts = {
        str(item["/BaseFont"])
        for item in document.objects
        if isinstance(item, pikepdf.Dictionary) and item.get("/Type") == "/Font" and item.get("/Subtype") == "/Type0"
    }
    assert fonts
    assert all("Regulars" in font or "Noto" in font for font in fonts), fonts


def test_the_pdf_is_tagged_and_carries_its_metadata():
    document = pikepdf.open(BytesIO(pdf("ordinary_zh")))
    assert document.Root.MarkInfo.Marked
    assert str(document.Root.Lang) == "zh-CN"
    assert "南京路店" in str(document.docinfo["/Title"])
    assert str(document.docinfo["/CreationDate"]).startswith("D:20261031")
    figures = [
        item for item in document.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
    ]
    assert figures
    assert all(str(item["/Alt"]) for item in figures)
    for item in figures:
        left, bottom, right, top = (float(edge) for edge in item["/A"]["/BBox"])
        assert 0 <= left < right <= 596 and 0 <= bottom < top <= 842
    with document.open_outline() as outline:
        assert len(outline.root) >= 6


def test_every_page_counts_itself():
    texts = pages("ordinary_en")
    for number, text in enumerate(texts, start=1):
        assert f"{number} / {len(texts)}" in text


def test_hostile_names_are_plain_text():
    text = squeezed("".join(pages("hostile_zh")))
    for name in (
        "<img src=file:///secret.txt>",
        '=HYPERLINK("http://x")',
        "{{ 7*7 }}",
        "</td><script>alert(1)</script>",
    ):
        assert squeezed(name) in text
    html = review_html(review("hostile_zh"))
    assert "<script" not in html
    assert "file:///secret.txt>" not in html
    assert "/URI" not in pdf("hostile_zh").decode("latin-1")


def test_a_character_that_no_font_draws_is_written_as_its_code_point():
    assert glyphs.with_code_points("李\u202e𩽻") == "李〓U+202E〓U+29F7B"
    assert glyphs.missing("喆堃 abc") == []
    assert "〓U+" in "".join(pages("hostile_zh"))


@pytest.mark.parametrize("name", REVIEWS)
def test_every_character_has_a_glyph(name):
    assert glyphs.missing(review_html(review(name))) == []


def test_contact_data_stays_out_of_the_pdf():
    text = squeezed("".join(pages("ordinary_zh")))
    for action in review("ordinary_zh").actions:
        assert action.contact_name not in text
        assert action.contact_phone not in text


def test_headquarters_sees_no_person():
    text = "".join(pages("chain6_en"))
    store = replace(examples.ordinary_store("en"), scope=review("chain6_en").scope)
    leaky = replace(examples.chain(2, "en"), actions=store.actions, vips=store.vips, care=store.care)
    assert "What to say" not in text
    with_people = "".join(texts_of(review_pdf(leaky)))
    for vip in store.vips:
        assert vip.person.phone_tail not in with_people


def test_a_name_is_never_broken_across_lines():
    text = "\n".join(pages("ordinary_zh"))
    for name in {action.person.masked_name for action in review("ordinary_zh").actions}:
        assert f"{name[0]}\r\n**" not in text
        assert f"{name[0]}*\r\n*" not in text


def test_the_renderer_needs_no_data_frames_and_no_orchestrator():
    code = (
        "import sys, report_templates.render; "
        "print(sorted({'polars', 'prefect', 'flows', 'transforms'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"


def test_only_the_renderer_imports_jinja_and_weasyprint():
    importing = re.compile(r"^(from|import) (jinja2|weasyprint)\b", re.MULTILINE)
    files = sorted((ROOT / "report_templates").glob("*.py"))
    assert [file.name for file in files if importing.search(file.read_text("utf-8"))] == ["render.py"]


def test_weasyprint_has_nothing_to_complain_about():
    assert all(pdf(name) for name in REVIEWS)
    assert COMPLAINTS.texts == []


def test_rendering_leaves_the_garbage_collector_as_it_was():
    assert gc.isenabled()
    review_pdf(review("closed_zh"))
    assert gc.isenabled()


def test_a_first_month_shows_no_trend_but_what_would_help():
    text = pages("tiny_en")[0]
    assert "no comparison yet" in text
    assert "a customer file would bring birthdays" in text
    assert "13 months" not in text


def test_a_page_without_data_takes_no_page():
    assert len(pages("closed_zh")) == 1
    assert len(pages("tiny_zh")) == len(pages("tiny_en")) == 3
    assert "十问" not in "".join(pages("tiny_zh"))


def test_an_associate_s_list_tells_what_is_left_in_the_file():
    crowded = examples.actions_of(200, 1, "en")
    store = replace(
        examples.short_store("en"),
        actions=crowded,
        associates=examples.associates_of(crowded, 40),
        care=(),
        vips=(),
        vip_answers=(),
    )
    texts = texts_of(
        review_pdf(replace(store, associates=(replace(store.associates[0], capacity=200), store.associates[1])))
    )
    rows = [text.count("□") for text in texts]
    more = re.search(r"And(\d+)moreinactions\.xlsx", squeezed("".join(texts)))
    assert more
    assert max(rows) + int(more[1]) == sum(action.associate_id == "E00" for action in crowded)
    assert max(rows) >= 20


def test_contacts_that_did_not_fit_are_counted_not_promised():
    store = examples.short_store("en")
    first, *rest = store.associates
    fuller = replace(store, associates=(replace(first, beyond_capacity=7), *rest), care=(), vips=(), vip_answers=())
    assert "7 contacts did not fit and were left out." in review_html(fuller)
