"""What the fonts can draw. A character that they cannot is shown as 〓U+XXXX, never as an empty box."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont

FONTS = Path(__file__).parent / "fonts"
REGULAR = FONTS / "NotoSansSC-Regular.ttf"
BOLD = FONTS / "NotoSansSC-Bold.ttf"
INVISIBLE = frozenset("\n\t\r")


@cache
def drawable() -> frozenset[str]:
    """The characters that both weights have, and the white space that needs no glyph."""
    weights = [frozenset(TTFont(path, lazy=True).getBestCmap()) for path in (REGULAR, BOLD)]
    return frozenset(map(chr, frozenset.intersection(*weights))) | INVISIBLE


def missing(text: str) -> list[str]:
    """The characters of the text that no font draws, each once, sorted."""
    return sorted(set(text) - drawable())


def with_code_points(text: str) -> str:
    """The text with each undrawable character written as 〓U+XXXX."""
    holes = missing(text)
    return text.translate({ord(hole): f"〓U+{ord(hole):04X}" for hole in holes}) if holes else text
