"""Every kind of page with edge cases, to look at: `make gallery` writes PDFs, one PNG a page (colour and grey) and a contact
sheet for each of the example reviews.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from report_templates.render import review_pdf
from schemas.review import Review
from tests.report_templates import example_reviews as examples

ACROSS = 4
SCALE = 1.4
"""Pixels per point of a page's picture."""
SMALL = 0.45
"""Of it, on the contact sheet."""


def cases() -> dict[str, Review]:
    """Name → review, each in both languages."""
    made: dict[str, Any] = {
        "ordinary": examples.ordinary_store, "short": examples.short_store, "tiny": examples.tiny_store,
        "huge": examples.huge_store, "closed": examples.closed_store, "hostile": lambda _: examples.hostile_store("zh_CN"),
        "chain_6": lambda locale: examples.chain(6, locale), "chain_38": lambda locale: examples.chain(38, locale),
        "chain_120": lambda locale: examples.chain(120, locale),
    }  # fmt: skip
    return {f"{name}.{locale[:2]}": make(locale) for name, make in made.items() for locale in ("zh_CN", "en")}


def write_gallery(folder: Path, name: str, review: Review) -> int:
    """The PDF, its pages as pictures, and the contact sheet; how many pages there are."""
    here = folder / name
    here.mkdir(parents=True, exist_ok=True)
    pdf = review_pdf(review)
    (here / "review.pdf").write_bytes(pdf)
    pages = [page.render(scale=SCALE).to_pil() for page in pypdfium2.PdfDocument(pdf)]
    for number, page in enumerate(pages, start=1):
        page.save(here / f"page-{number:02d}.png")
        page.convert("L").save(here / f"grey-{number:02d}.png")
    contact_sheet(pages).save(folder / f"{name}.png", optimize=True)
    return len(pages)


def contact_sheet(pages: list[Image.Image], across: int = ACROSS, small: float = SMALL) -> Image.Image:
    """All pages on one picture."""
    width, height = (round(edge * small) for edge in pages[0].size)
    down = -(-len(pages) // across)
    sheet = Image.new("RGB", (across * (width + 12) + 12, down * (height + 12) + 12), "#c9ced4")
    for at, page in enumerate(pages):
        place = (12 + at % across * (width + 12), 12 + at // across * (height + 12))
        sheet.paste(page.resize((width, height), Image.Resampling.LANCZOS), place)
    return sheet


if __name__ == "__main__":
    to = Path(sys.argv[1] if len(sys.argv) > 1 else "gallery")
    for case, review in cases().items():
        print(f"{case}: {write_gallery(to, case, review)} pages", flush=True)
