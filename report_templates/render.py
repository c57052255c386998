"""From a Review to its files: HTML, the PDF, review.json and the action sheets. Sole importer of jinja2 and weasyprint.

Everything that does not depend on the review (templates, fonts, style sheet) is read once per process. The same review
gives the same bytes, wherever and whenever: no clock, no locale of the machine, no network, no file but our own.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pydyf
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from weasyprint import CSS, HTML
from weasyprint.document import Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from report_templates import month_sentences
from report_templates.action_sheet import actions_csv, actions_xlsx
from report_templates.album import Album
from report_templates.care_page import care_page
from report_templates.customers_page import customers_page, is_small
from report_templates.data_page import data_page
from report_templates.dossier_page import dossier_head, dossier_page
from report_templates.glyphs import with_code_points
from report_templates.identity_page import identity_page
from report_templates.language import Language
from report_templates.leaving_page import leaving_page
from report_templates.list_page import list_pages
from report_templates.loop_page import loop_page
from report_templates.month_page import month_page
from report_templates.people_page import opportunity_page, people_page
from report_templates.referral_page import referral_page
from report_templates.review_json import review_json
from report_templates.stores_page import chain_things, stores_page
from report_templates.vip_page import vip_page
from report_templates.voices_page import complaints_page, satisfaction_page
from schemas.dossier import AskedOn, Dossier
from schemas.period import Month
from schemas.review import Review

HERE = Path(__file__).parent
BASE = "asset:"
FIXED_ASSETS = {
    f"asset:{path.parent.name}/{path.name}": path
    for path in sorted([*(HERE / "fonts").glob("*.ttf"), *(HERE / "assets").glob("*.svg")])
}
MIME_TYPES = {".svg": "image/svg+xml", ".ttf": "font/ttf"}
POINTS_PER_PIXEL = 0.75


class ForbiddenAddressError(ValueError):
    """A document asked for something that is not one of our own assets."""


class AssetFetcher(URLFetcher):
    """Serves this document's pictures and our fonts, and refuses every other address by stopping the rendering."""

    def __init__(self, pictures: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._pictures = pictures

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        if url in self._pictures:
            body = self._pictures[url]
        elif url in FIXED_ASSETS:
            body = FIXED_ASSETS[url].read_bytes()
        else:
            raise FatalURLFetchingError(f"refused to fetch {url!r}: a review reads its own assets only")
        return URLFetcherResponse(url, body, {"Content-Type": MIME_TYPES[Path(url).suffix]})


@dataclass(frozen=True)
class _Press:
    """What every document needs and none changes."""

    templates: Environment
    fonts: FontConfiguration
    style: CSS


@cache
def _press() -> _Press:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    fonts = FontConfiguration()
    css = (HERE / "templates" / "review.css").read_text("utf-8")
    style = CSS(string=css, base_url=BASE, url_fetcher=AssetFetcher({}), font_config=fonts)
    return _Press(templates, fonts, style)


def review_html(review: Review) -> str:
    """The review as HTML; its pictures have `asset:` addresses."""
    return _document(review)[0]


def review_pdf(review: Review) -> bytes:
    """The review as a tagged PDF (PDF/UA-1), byte for byte the same on every call."""
    html, album, called = _document(review)
    press = _press()
    fetcher = AssetFetcher(album.files)
    try:
        with _garbage_left():
            return _print(html, press, fetcher, called)
    except FatalURLFetchingError as refusal:
        raise ForbiddenAddressError(str(refusal)) from refusal


def _print(html: str, press: _Press, fetcher: AssetFetcher, called: Mapping[str, str] | None = None) -> bytes:
    """`called`: anchor → what a link to it is called, for those who cannot see it."""

    def finish(document: Document, pdf: pydyf.PDF) -> None:
        _mend_figure_boxes(document, pdf)
        _name_links(pdf, called or {})
        _tell_scopes(pdf)

    document = HTML(string=html, base_url=BASE, url_fetcher=fetcher).render(
        stylesheets=[press.style], font_config=press.fonts
    )
    return document.write_pdf(pdf_variant="pdf/ua-1", finisher=finish)


@contextmanager
def _garbage_left() -> Iterator[None]:
    """No cycle collection meanwhile: it walks the document's boxes again and again, a quarter of the time, for nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def dossier_html(dossier: Dossier, asked: AskedOn) -> str:
    """One customer on one page, as HTML."""
    say = Language(asked.locale, asked.currency, for_pages=True)
    html = _press().templates.get_template("dossier.html").render(
        say=say, _=say.text, version=asked.version, head=dossier_head(dossier, asked, say.plain),
        page=dossier_page(dossier, asked, say),
    )  # fmt: skip
    return with_code_points(html)


def dossier_pdf(dossier: Dossier, asked: AskedOn) -> bytes:
    """The same as a tagged PDF; the same dossier gives the same bytes."""
    return _print(dossier_html(dossier, asked), _press(), AssetFetcher({}))


def artefacts(review: Review) -> tuple[tuple[str, bytes], ...]:
    """The files of a review, name and bytes: a store's with its action sheets, the chain's without."""
    files = [("review.pdf", review_pdf(review)), ("review.json", review_json(review))]
    if review.scope.kind == "store":
        files += [("actions.csv", actions_csv(review)), ("actions.xlsx", actions_xlsx(review))]
    return tuple(files)


def _document(review: Review) -> tuple[str, Album, Mapping[str, str]]:
    """The HTML, the pictures it refers to, and what its sections are called, by their anchors."""
    say = Language(review.locale, review.currency, for_pages=True)
    album = Album()
    is_chain = review.scope.kind == "chain"
    month = dict(month_page(review, say, album))
    if is_chain:
        month["things"] = chain_things(review, say) or month["things"]
        month["no_things"] = say.text("No store stands out this month.")
    lists = [] if is_chain else list_pages(review, say)
    pages = {
        "stores": stores_page(review, say, album) if is_chain else None,
        "customers": customers_page(review, say, album),
        "vips": None if is_chain else vip_page(review, say),
        "leaving": leaving_page(review, say, album),
        "referral": referral_page(review, say, album),
        "complaints": complaints_page(review, say, album), "satisfaction": satisfaction_page(review, say, album),
        "care": None if is_chain else care_page(review, say),
        "people": people_page(review, say, album), "opportunity": opportunity_page(review, say),
        "identity": identity_page(review, say) if is_chain else None,
        "worked": loop_page(review, say, album),
        "data": data_page(review, say),
    }  # fmt: skip
    contents = _contents([name for name, page in pages.items() if page], lists, say)
    html = _press().templates.get_template("review.html").render(
        review=review, say=say, _=say.text, is_small=is_small(review), head=_head(review, say), month=month, lists=lists,
        contents=contents, anchors=[anchor for anchor, _ in contents], **pages,
    )  # fmt: skip
    return with_code_points(html), album, dict(contents)


def _contents(sections: Sequence[str], lists: Sequence[Mapping[str, object]], say: Language) -> list[tuple[str, str]]:
    """(anchor, what it is called) of each section after the first page, in their order; the lists by their first."""
    called = {
        "stores": say.text("Stores"), "customers": say.text("Our customers"), "vips": say.text("VIPs"),
        "leaving": say.text("Leaving"), "referral": say.text("Referral"), "complaints": say.text("Complaints"),
        "satisfaction": say.text("Satisfaction"), "care": say.text("Care"), "people": say.text("Associates"),
        "opportunity": say.text("Opportunities"), "identity": say.text("Who is who"), "worked": say.text("Did it work?"),
        "data": say.text("Data and definitions"),
    }  # fmt: skip
    named: list[tuple[str, str]] = [(name, called[name]) for name in sections]
    if not lists:
        return named
    at = next((place for place, (name, _) in enumerate(named) if name in ("worked", "data")), len(named))
    first = min(lists, key=lambda page: bool(page["runs_on"]))
    return [*named[:at], (str(first["anchor"]), say.text("Action lists")), *named[at:]]


def _head(review: Review, say: Language) -> Mapping[str, str]:
    """Title and running lines. Dates come from the month and `known_at`, never from a clock."""
    month = say.month(Month.parse(review.month))
    same = review.scope.name == review.chain_name
    who = review.scope.name if same else f"{review.chain_name} · {review.scope.name}"
    return {
        "title": say.text("{who}: customer review {month}", who=who, month=month),
        "who": who,
        "what": say.text("Customer review {month}", month=month),
        "as_of": say.text("As of {day} · data known at {moment} · confidential",
                          day=say.full_day(review.as_of), moment=say.moment(review.known_at, review.time_zone)),
        "manifest": review.manifest_id[:12],
        "created": review.as_of.isoformat(),
        "summary": month_sentences.month_title(say, review),
    }  # fmt: skip


def _mend_figure_boxes(document: Document, pdf: pydyf.PDF) -> None:
    """A Figure's BBox from WeasyPrint's CSS pixels, counted from the top, to PDF's points from the bottom; all A4."""
    page_height = document.pages[0].height * POINTS_PER_PIXEL
    for item in pdf.objects:
        if not (isinstance(item, pydyf.Dictionary) and item.get("S") == "/Figure" and "A" in item):
            continue
        attributes = item["A"]
        left, top, right, bottom = (edge * POINTS_PER_PIXEL for edge in attributes["BBox"])
        attributes["BBox"] = pydyf.Array([left, page_height - bottom, right, page_height - top])


def _name_links(pdf: pydyf.PDF, called: Mapping[str, str]) -> None:
    """A link's description is the name of what it leads to; WeasyPrint writes the anchor there."""
    for item in pdf.objects:
        if isinstance(item, pydyf.Dictionary) and item.get("Subtype") == "/Link":
            anchor = item["Contents"].string
            item["Contents"] = pydyf.String(called[anchor])


def _tell_scopes(pdf: pydyf.PDF) -> None:
    """Whether a header cell heads its column (in a table's head) or its row, which WeasyPrint leaves out."""
    for item in pdf.objects:
        if not (isinstance(item, pydyf.Dictionary) and item.get("S") == "/TH"):
            continue
        group = _parent(pdf, _parent(pdf, item))
        scope = "/Column" if group["S"] == "/THead" else "/Row"
        item["A"] = pydyf.Dictionary({"O": "/Table", "Scope": scope})


def _parent(pdf: pydyf.PDF, item: pydyf.Dictionary) -> pydyf.Dictionary:
    number = int(item["P"].split()[0])
    return pdf.objects[number]
