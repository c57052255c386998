"""Pictures of real report pages for the README: `python -m docs.make_pictures` after `make demo`."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from tests.report_templates.gallery import contact_sheet

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"month": 0, "vips": 2, "leaving": 3, "actions": 10}
"""Picture → page of the first store's review, counted from 0."""
SCALE, COLOURS = 1.15, 48
ACROSS, SMALL = 7, 0.34
"""Of the contact sheet: pages side by side, pixels per point."""


def main() -> None:
    """Write docs/pictures/*.png from demo/published, small enough to be kept in the repository."""
    months = sorted((ROOT / "demo" / "published").iterdir())
    review = months[-1] / "stores" / "S01" / "review.pdf"
    document = pypdfium2.PdfDocument(review)
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        picture = document[page].render(scale=SCALE).to_pil().convert("RGB")
        picture.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / f"{name}.png", optimize=True)
    pages = [page.render(scale=SCALE).to_pil().convert("RGB") for page in document]
    sheet = contact_sheet(pages, across=ACROSS, small=SMALL / SCALE)
    sheet.quantize(COLOURS, dither=Image.Dither.NONE).save(folder / "review.png", optimize=True)


if __name__ == "__main__":
    main()
