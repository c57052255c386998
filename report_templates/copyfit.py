"""How many lines a text will fill, before it is set: for what must end with its page."""

from __future__ import annotations

LATIN = 0.545
"""A Latin letter's width by its size: the mean of our sentences is 0.52; a Chinese character is square."""


def lines(text: str, size: float, width: float) -> int:
    """The lines of this text in a column, in points; rather one too many than one too few."""
    length = sum(size if ord(char) > 0x2E80 else LATIN * size for char in text)
    return max(1, -(-int(length) // int(width)))
