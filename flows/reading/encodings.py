"""Which encoding a text file is in: proven by its bytes, by a header that is known, or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flows.errors import RegularsError

EIGHT_BIT = ("gb18030", "big5hkscs", "cp1252")
"""What a text that is not UTF-8 may be in."""
NAMES = {
    "gb18030": "GB18030 (GBK)",
    "big5hkscs": "Big5",
    "cp1252": "Windows-1252",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
}
LIKELY = 0.9
"""A text is in an encoding when at least this share of its foreign characters are of the common ones …"""
UNLIKELY = 0.75
"""… and at most this share of them in every other."""

_THREE_BYTES = re.compile(rb"[\xe0-\xef][\x80-\xbf]{2}")
_WESTERN = frozenset("àâäáãåæçèéêëìíîïñòóôöõøœùúûüýÿßÀÂÄÁÃÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÖÕØŒÙÚÛÜÝ€£°²³½¼§«»–—‘’“”…·®©™¿¡ªº´ŠšŽž")


class UnreadableFile(RegularsError):
    """The file as a whole cannot be read as a table of text; it stays where it was."""


@dataclass(frozen=True)
class ByteSample:
    """What of a file's bytes tells its encoding: its beginning, and lines that are not plain ASCII."""

    beginning: bytes
    foreign_lines: Sequence[bytes]


def encoding_of(sample: ByteSample, is_known_header: Callable[[str], bool]) -> str:
    """The encoding's Python name. UnreadableFile when the bytes leave it open, or are no text at all.

    `is_known_header` says whether a beginning, decoded, has a header that some source declares: the best proof there is.
    """
    start = sample.beginning
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.startswith(b"\xef\xbb\xbf"):
        return "utf-8"
    if b"\x00" in start:
        return _wide_without_mark(start)
    foreign = sample.foreign_lines
    if not foreign:
        return "utf-8"
    # a damaged line or two must not turn a whole file into another encoding
    if sum(_reads(line, "utf-8") for line in foreign) * 2 > len(foreign):
        return "utf-8"
    if sum(is_surely_utf8(line) for line in foreign) * 2 >= len(foreign):
        return "utf-8"
    text = b"\n".join(foreign)
    readable = [name for name in EIGHT_BIT if sum(_reads(line, name) for line in foreign) * 2 > len(foreign)]
    known = [name for name in readable if not start.isascii() and is_known_header(start.decode(name, "replace"))]
    if len(known) == 1:
        return known[0]
    likeness = {name: _likeness(text.decode(name, "replace"), name) for name in readable}
    likely = [name for name, share in likeness.items() if share >= LIKELY]
    others = [share for name, share in likeness.items() if name not in likely]
    if len(likely) == 1 and all(share <= UNLIKELY for share in others):
        return likely[0]
    told = " or ".join(NAMES[name] for name in (likely or readable or EIGHT_BIT))
    raise UnreadableFile(
        f'could be in {told}: export it as UTF-8, or say encoding = "gb18030" (or big5, cp1252) for its source in chain.toml'
    )


def is_surely_utf8(line: bytes) -> bool:
    """Whether a line is UTF-8 with characters that hardly any other encoding gives by chance (three bytes long)."""
    return bool(_THREE_BYTES.search(line)) and _reads(line, "utf-8")


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _wide_without_mark(start: bytes) -> str:
    """UTF-16 without a byte order mark: every other byte of its ASCII characters is zero."""
    if len(start) >= 4:
        even, odd = start[0::2].count(0), start[1::2].count(0)
        if odd * 10 > len(start) and even * 20 < odd:
            return "utf-16-le"
        if even * 10 > len(start) and odd * 20 < even:
            return "utf-16-be"
    # a stray zero byte damages its line; a file full of them is no text
    if start.count(0) * 50 > len(start):
        raise UnreadableFile("is not a text file (it holds zero bytes)")
    return "utf-8"


def _likeness(text: str, encoding: str) -> float:
    """Share of the foreign characters that are common ones of the encoding."""
    foreign = [c for c in text if ord(c) > 127]
    if not foreign:
        return 0.0
    if encoding == "cp1252":
        return _western_likeness(text)
    common = {c: _is_common(c, encoding) for c in set(foreign)}
    return sum(common[c] for c in foreign) / len(foreign)


def _is_common(character: str, encoding: str) -> bool:
    """In GB 2312 (all of it), or in the frequent half of Big5."""
    try:
        if encoding == "gb18030":
            return len(character.encode("gb2312")) == 2
        told = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return len(told) == 2 and 0xA1 <= told[0] <= 0xC6


def _western_likeness(text: str) -> float:
    """Western letters stand alone among ASCII letters; two in a row are rare, three unheard of."""
    good = total = run = 0
    for c in f"{text} ":
        if ord(c) > 127:
            total += 1
            run += 1
            good += c in _WESTERN
        else:
            if run > 2:
                good -= run
            run = 0
    return max(good, 0) / max(total, 1)
