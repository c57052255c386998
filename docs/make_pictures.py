"""Pictures of real report pages for the README: `python docs/make_pictures.py` after `make demo`."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"month": 0, "vips": 2, "actions": 4}
"""Picture → page of the first store's review, counted from 0."""
SCALE, COLOURS = 1.15, 48


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


if __name__ == "__main__":
    main()
