"""Find a customer by whatever is remembered: a name or its pinyin, part of a phone, an id, a word of the file's notes."""

from __future__ import annotations

import re

import polars as pl

PHONE_DIGITS_AT_LEAST = 4
"""Fewer digits would find half the file."""
CUSTOMER_ID = re.compile(r"^c[0-9a-f]{3,16}$")
HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")


def matches(customers: pl.LazyFrame, query: str) -> pl.LazyFrame:
    """The customers that every word of the query fits, with `found_by`: "id", "phone", "name", "pinyin" or "notes" (the
    weakest of its words). Whole ids come alone; then the strongest way of finding, the latest and largest customers first.

    A word fits an id (customer, member, account: from its beginning), an e-mail address, four digits or more of any phone,
    a name (Chinese: any part; Latin: the beginning of a word of it), its pinyin by whole syllables (wangxiaoming, wang
    xiao) or by initials (wxm), and, where nothing else fits anybody, the text of the customer file and the names of those
    gifts go to. Case, spaces and signs in phones do not matter.
    """
    words = [_without_signs(word) for word in _words(query)]
    words = [word for word in words if word]
    if not words:
        return customers.filter(pl.lit(False)).with_columns(found_by=pl.lit(None, pl.String))
    ranks = {"id": 0, "phone": 1, "name": 2, "pinyin": 3, "notes": 4}
    places = [_place(word, ranks) for word in words]
    found = customers.with_columns(place=pl.max_horizontal(*places)).filter(
        pl.all_horizontal(*(place.is_not_null() for place in places))
    )
    return (
        found.filter((pl.col("place") < ranks["notes"]) | ((pl.col("place") == ranks["notes"]).all()))
        .with_columns(
            found_by=pl.col("place").replace_strict(
                list(ranks.values()), list(ranks), default=None, return_dtype=pl.String
            )
        )
        .sort("place", "net_sales", "customer_id", descending=[False, True, False])
        .drop("place")
    )


def masked_query(query: str) -> str:
    """The query so that it can stand in an error or a title: nothing by which somebody could be known again."""
    text = query.strip()
    if CUSTOMER_ID.match(text):
        return text
    digits = re.sub(r"\D", "", text)
    if len(digits) >= 8:
        return f"…{digits[-4:]}"
    if "@" in text:
        return f"{text[0]}…@{text.partition('@')[2]}"
    return f"{text[0]}…" if len(text) > 1 else text


def _words(query: str) -> list[str]:
    """The words of a query; digits written with spaces or dashes are one."""
    joined = re.sub(r"(?<=\d)[\s\-]+(?=\d)", "", query.strip())
    return joined.split()


def _without_signs(word: str) -> str:
    bare = word.strip("…*＊#№·.,，。()（）")
    return re.sub(r"[\-()（）]", "", bare) if re.fullmatch(r"\+?[\d\-()（）]+", bare) else bare


def _place(word: str, ranks: dict[str, int]) -> pl.Expr:
    """How the word fits a customer: the strongest way's rank; null when it does not."""
    lower = word.lower()
    ways: list[tuple[str, pl.Expr]] = []
    if CUSTOMER_ID.match(lower):
        ways.append(("id", pl.col("customer_id").str.starts_with(lower)))
    for several in ("member_ids", "accounts", "emails"):
        ways.append(("id", _one_of(several, lower)))
    ways.append(("id", pl.col("member_id").str.to_lowercase() == lower))
    digits = lower.removeprefix("+")
    if digits.isdigit() and len(digits) >= PHONE_DIGITS_AT_LEAST:
        ways.append(("phone", pl.col("phones").str.contains(digits, literal=True)))
    name = pl.col("name").str.to_lowercase()
    if HAN.search(word):
        ways.append(("name", name.str.contains(lower, literal=True)))
    elif not digits.isdigit():
        ways.append(("name", name.str.contains(rf"(?:^|[\s.\-]){re.escape(lower)}")))
        letters = lower.replace("ü", "v").replace("'", "")
        if letters.isalpha() and letters.isascii():
            whole = " ?".join(letters)
            ways.append(("pinyin", pl.col("pinyin").str.contains(rf"^(?:.* )?{whole}(?: |$)") & _is_han()))
            if len(letters) > 1:
                initials = " ".join(f"{letter}[a-z]*" for letter in letters)
                ways.append(("pinyin", pl.col("pinyin").str.contains(rf"^{initials}$") & _is_han()))
    if len(word) > 1:
        ways.append(("notes", pl.col("remembered").str.contains(lower, literal=True)))
    place = pl.lit(None, pl.Int64)
    for way, fits in reversed(ways):
        place = pl.when(fits.fill_null(False)).then(pl.lit(ranks[way], pl.Int64)).otherwise(place)
    return place


def _is_han() -> pl.Expr:
    return pl.col("name").str.contains(r"[㐀-鿿]").fill_null(False)


def _one_of(several: str, value: str) -> pl.Expr:
    """Whether one of the values of a column that holds several is this one, or an account's name without its platform."""
    return pl.col(several).str.to_lowercase().str.contains(rf"(?:^|\x1f|:){re.escape(value)}(?:\x1f|$)")
