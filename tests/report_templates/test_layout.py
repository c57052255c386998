"""Every page as it looks: nothing outside the margins, no text on top of other text, no heading without what it heads."""

from __future__ import annotations

import ctypes
import io
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from html import unescape
from itertools import islice

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from report_templates.render import review_html, review_pdf
from schemas.review import Review
from tests.report_templates import example_reviews as examples
from tests.report_templates.test_render import REVIEWS, pdf, review

MORE: dict[str, Callable[[], Review]] = {
    "huge_zh": lambda: examples.huge_store("zh_CN"),
    "huge_en": lambda: examples.huge_store("en"),
    "short_en": lambda: examples.short_store("en"),
    "no_handover_zh": lambda: without_handover("zh_CN"),
    "chain_32_en": lambda: examples.chain(32, "en"),  # the page of who leaves ends where columns stand side by side
}
CASES = (*REVIEWS, *MORE)
MARGIN = 40
"""Points at the left and right that stay white; the page's margins are 45."""
FOOT, HEAD = 45, 800
"""Below and above stand the running lines, in points from the bottom."""
TITLE = 17
"""CSS pixels: the title of a list is 17.3 where it runs on under a page, else 22.7; a box to tick is 15.3."""
HEADING = 12.5
"""CSS pixels: h2 is 12.8, body text at most 12.3."""
LEAST_FILLED = 0.2
"""Of the height between the running lines: what goes on for less on a page of its own should have stood on the one before."""


@cache
def document(name: str) -> bytes:
    return review_pdf(MORE[name]()) if name in MORE else pdf(name)


def without_handover(locale: examples.Locale) -> Review:
    """A short page about the associates: the opportunities begin under it and meet the page's end."""
    review = examples.ordinary_store(locale)
    assert review.people is not None
    return replace(review, people=replace(review.people, handover=()))


@dataclass(frozen=True)
class Line:
    """A run of text on one base line, in points from the lower left corner."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    size: float


@cache
def pages_of(name: str) -> list[list[Line]]:
    """The runs of text of each page."""
    return [lines_of(page) for page in pypdfium2.PdfDocument(document(name))]


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The page's runs of text; letters that stand apart by more than their size begin a new one."""
    text = page.get_textpage()
    box = [ctypes.c_double() for _ in range(4)]
    rows: dict[tuple[int, float], list[tuple[float, float, float, float, str]]] = defaultdict(list)
    for place in range(text.count_chars()):
        sign = pdfium.FPDFText_GetUnicode(text, place)
        if sign <= 32 or sign == 0xA0:
            continue
        origin_x, origin_y = ctypes.c_double(), ctypes.c_double()
        pdfium.FPDFText_GetCharOrigin(text, place, origin_x, origin_y)
        pdfium.FPDFText_GetCharBox(text, place, *box)
        left, right, bottom, top = (edge.value for edge in box)
        size = round(pdfium.FPDFText_GetFontSize(text, place), 1)
        rows[round(origin_y.value * 2), size].append((left, right, bottom, top, chr(sign)))
    lines: list[Line] = []
    for (_, size), signs in rows.items():
        run: list[tuple[float, float, float, float, str]] = []
        for sign_at in sorted(signs):
            if run and sign_at[0] - run[-1][1] > size:
                lines.append(_line(run, size))
                run = []
            run.append(sign_at)
        lines.append(_line(run, size))
    return lines


def _line(run: list[tuple[float, float, float, float, str]], size: float) -> Line:
    lefts, rights, bottoms, tops, signs = zip(*run, strict=True)
    return Line("".join(signs), min(lefts), max(rights), min(bottoms), max(tops), size)


def overlapping(lines: list[Line]) -> list[tuple[str, str]]:
    """Pairs of runs that cover each other by more than a third of the smaller one."""
    found = []
    upwards = sorted(lines, key=lambda line: line.bottom)
    for at, one in enumerate(upwards):
        for other in islice(upwards, at + 1, None):
            if other.bottom >= one.top:
                break
            width = min(one.right, other.right) - max(one.left, other.left)
            height = min(one.top, other.top) - max(one.bottom, other.bottom)
            if width <= 0 or height <= 0:
                continue
            smaller = min((line.right - line.left) * (line.top - line.bottom) for line in (one, other))
            if width * height > smaller / 3:
                found.append((one.text, other.text))
    return found


def orphans(lines: list[Line]) -> list[str]:
    """Headings under which, in their own width, nothing stands on the page."""
    body = [line for line in lines if FOOT < line.bottom < HEAD]
    return [
        heading.text
        for heading in body
        if heading.size >= HEADING
        and len(heading.text) > 1  # a box to tick is none
        and not any(
            line.top < heading.bottom and line.left < heading.right and line.right > heading.left
            for line in body
            if line.size < HEADING
        )
    ]


def untidy(document: bytes, pages: list[list[Line]]) -> list[str]:
    """What is wrong with the look of the document's pages, whose runs of text these are."""
    found = []
    for number, (page, lines) in enumerate(zip(pypdfium2.PdfDocument(document), pages, strict=True), 1):
        found += [f"page {number}: {one!r} over {other!r}" for one, other in overlapping(lines)]
        found += [f"page {number}: nothing under {heading!r}" for heading in orphans(lines)]
        ink = np.asarray(page.render(scale=1, grayscale=True).to_numpy()).squeeze() < 200
        if ink[:, :MARGIN].any() or ink[:, -MARGIN:].any():
            found.append(f"page {number}: ink in the margins")
        if filled(lines) < LEAST_FILLED:
            found.append(f"page {number} is nearly empty")
    return found


def drawn_twice(review: Review, document: bytes) -> list[str]:
    """Captions and sources that stand in the document more often than in the text that it is made from."""
    printed = "".join(_joined(page.get_textpage().get_text_range()) for page in pypdfium2.PdfDocument(document))
    written = [
        _joined(unescape(re.sub(r"<[^>]+>", "", told)))
        for told in re.findall(r'<p class="(?:caption|source|lede)">(.*?)</p>', review_html(review), re.DOTALL)
    ]
    assert sum(text in printed for text in written) > 0.9 * len(written), "the texts are found at all"
    return [text for text in set(written) if printed.count(text) > sum(other.count(text) for other in written)]


def _joined(text: str) -> str:
    return re.sub(r"[\s\u00ad\u200b\u2060\ufeff]", "", text)


def filled(lines: list[Line]) -> float:
    """How far down the page its text goes, of the height between the running lines."""
    body = [line.bottom for line in lines if FOOT < line.bottom < HEAD]
    return (HEAD - min(body, default=HEAD)) / (HEAD - FOOT)


@pytest.mark.parametrize("name", CASES)
def test_pages_are_neat(name):
    assert untidy(document(name), pages_of(name)) == []


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_drawn_twice(name):
    shown = MORE[name]() if name in MORE else review(name)
    assert drawn_twice(shown, document(name)) == []


def test_a_text_drawn_twice_would_be_found():
    tiny = examples.tiny_store("en")
    pages = pypdfium2.PdfDocument(review_pdf(tiny))
    assert drawn_twice(tiny, review_pdf(tiny)) == []
    pages.import_pages(pypdfium2.PdfDocument(review_pdf(tiny)), pages=[1])
    doubled = io.BytesIO()
    pages.save(doubled)
    assert drawn_twice(tiny, doubled.getvalue())


def test_an_overlap_and_an_orphan_would_be_found():
    one = Line("Net sales", 50, 100, 500, 510, 10.4)
    assert overlapping([one, Line("12,345", 80, 120, 502, 512, 10.4)])
    assert not overlapping([one, Line("12,345", 102, 140, 500, 510, 10.4)])
    heading = Line("Why they leave", 50, 150, 60, 72, 12.8)
    assert orphans([heading, Line("aside", 300, 350, 50, 58, 10.4)]) == ["Why they leave"]
    assert not orphans([heading, Line("below", 60, 90, 48, 56, 10.4)])


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith(("ordinary", "huge", "hostile"))])
def test_a_list_is_one_page_to_tear_off(name):
    assert lists_that_go_on(pages_of(name)) == []


def small_store(things: int) -> Review:
    """A handful of customers, of whom some are leaving, and `things` to do that nobody owns."""
    short = examples.short_store("en")
    return replace(
        short,
        statuses=tuple(replace(row, customers=1) for row in short.statuses),
        actions=tuple(replace(action, associate_id=None, associate_name=None) for action in short.actions[:things]),
        associates=(), referral=None, voices=None, care=(), people=None,
    )  # fmt: skip


def test_a_short_list_is_not_parted_from_its_title():
    """A small store's pages run on, so that wherever the page ends, the list meets it for some number of customers."""
    small = small_store(3)
    assert small.leaving is not None
    begins = set()
    for rows in (4, 5, 6, 8):
        leaving = replace(small.leaving, rows=small.leaving.rows[:rows])
        pages = [lines_of(page) for page in pypdfium2.PdfDocument(review_pdf(replace(small, leaving=leaving)))]
        assert lists_that_go_on(pages) == [], rows
        begins |= {number for number, lines in enumerate(pages, 1) if any(line.text.startswith("□") for line in lines)}
    assert len(begins) > 1, "the list is on this page and on that"


@pytest.mark.parametrize(
    ("review", "runs_on"),
    [
        (small_store(3), True),
        (replace(small_store(3), vips=()), True),  # nobody bought this year
        (replace(small_store(3), vips=(), leaving=None), False),
        (small_store(12), True),
    ],
)
def test_a_small_stores_list_runs_on_under_the_page_before(review, runs_on):
    begun = re.search(r'<section id="list-nobody" class="([a-z ]+)"', review_html(review))
    assert begun and begun[1].startswith("flow") == runs_on


def test_a_small_stores_data_stand_under_its_short_list():
    pages = [
        lines_of(page) for page in pypdfium2.PdfDocument(review_pdf(replace(small_store(1), vips=(), leaving=None)))
    ]
    titles = [{line.text for line in lines if line.size >= TITLE} for lines in pages]
    listed = next(on for on in titles if any("1thing" in title for title in on))
    assert any("rowssetaside" in title for title in listed), titles


def lists_that_go_on(pages: list[list[Line]]) -> list[int]:
    """Pages with boxes to tick and no list's title."""
    return [
        number
        for number, lines in enumerate(pages, 1)
        if any(line.text.startswith("□") for line in lines) and not any(line.size >= TITLE for line in lines)
    ]
