"""Telephone numbers as keys: one number, however it was typed, is one text; what is no number is told from what is hidden."""

from __future__ import annotations

import phonenumbers
import polars as pl

MOBILES: dict[str, tuple[str, str]] = {
    "CN": (r"^(?:(?:\+|00)?86)?0?(1[3-9][0-9]{9})$", "$1"),
    "US": (r"^(?:\+?1|001)?([2-9][0-9]{2}[2-9][0-9]{6})$", "+1$1"),
    "CA": (r"^(?:\+?1|001)?([2-9][0-9]{2}[2-9][0-9]{6})$", "+1$1"),
    "GB": (r"^(?:\+44|0044|0)(7[1-57-9][0-9]{8})$", "+44$1"),
}
"""A country's own mobile numbers, once spaces and signs are out: the vectorised path. The rest goes through phonenumbers,
value by distinct value, and must come out the same."""

_SEPARATORS = r"[\s\-‐-―()·_]"
_DOTTED = r"^(\+?[0-9]{1,4})\.([0-9]{2,4})\.([0-9]{3,4})(?:\.([0-9]{2,4}))?$"
_WRITTEN_AS_NUMBER = r"^([0-9]{10,15})\.0$"
_HIDDEN = r"^\+?[0-9\s\-()]*[*•●×xX#]{2,}[0-9\s\-()*•●×xX#]*$"
_RELAYED = r"^(?:\+?86)?1[3-9][0-9]{9}\s*(?:[-,;#]|转|ext\.?)\s*[0-9]{1,6}$"
_CHINESE_MOBILE_ALONE = r"^1[3-9][0-9]{9}$"
_CHINESE_MOBILE = r"^\+86(1[3-9][0-9]{9})$"


def without_hidden(cells: pl.Series) -> pl.Series:
    """`cells` without those that hide the number on purpose: 138****1234, and a platform's relay number 184…-0042.

    They name nobody (many people share the stars, a relay number is another one in every order), but nothing is wrong
    with the row either: they read as empty.
    """
    plain = cells.str.contains(r"^[+0-9]*$").fill_null(True)
    if plain.all():
        return cells
    text = cells.str.normalize("NFKC")
    hidden = text.str.contains(_HIDDEN) | text.str.contains(_RELAYED)
    return cells.set(hidden.fill_null(False), None)


def keys_as_they_stand(cells: pl.Series, country: str) -> pl.Series:
    """`cells` that are written just as their key is, null for all others (in every country but China: for all)."""
    if country != "CN":
        return pl.Series(cells.name, [None] * len(cells), dtype=pl.String)
    is_key = cells.str.contains(_CHINESE_MOBILE_ALONE)
    return cells if is_key.all() else cells.set(~is_key.fill_null(False), None)


def normalised(cells: pl.Series, country: str) -> pl.Series:
    """Numbers as keys, null where `cells` are no possible telephone number.

    A Chinese mobile is its 11 digits wherever the chain is, every other number E.164 (+862161234567, +12025550123).
    `country`: ISO code of the country whose numbers are written without a prefix. Written any way: +86, 0086, a trunk 0,
    spaces, dashes, brackets, full-width digits. A number without its area code is no possible number.
    """
    name = cells.name
    if country == "CN" and cells.str.contains(_CHINESE_MOBILE_ALONE).fill_null(True).all():
        return cells
    distinct = cells.drop_nulls().unique()
    bare = distinct.str.normalize("NFKC").str.replace_all(_SEPARATORS, "")
    # one dot is a decimal point: 1.38E+10 and 1380000.5 are no numbers of ours, 13800000000.0 has lost nothing
    bare = bare.str.replace(_WRITTEN_AS_NUMBER, "$1").str.replace(_DOTTED, "$1$2$3$4")
    keys = pl.Series([None] * len(distinct), dtype=pl.String)
    if country in MOBILES:
        pattern, form = MOBILES[country]
        own = bare.str.contains(pattern)
        keys = bare.str.replace(pattern, form).set(~own, None)
    # letters spell numbers in some countries (1-800-FLOWERS): not in a till's export, where they are names and notes
    open_texts = bare.filter(keys.is_null() & bare.str.contains(r"^\+?[0-9]{6,20}$"))
    parsed = {text: _parsed(text, country) for text in open_texts.to_list()}
    keys = keys.zip_with(keys.is_not_null(), bare.replace_strict(parsed, default=None, return_dtype=pl.String))
    keys = keys.str.replace(_CHINESE_MOBILE, "$1")
    told = pl.DataFrame({"cell": distinct, "key": keys})
    return cells.to_frame("cell").join(told, on="cell", how="left", maintain_order="left")["key"].rename(name)


def normalised_or_text(cells: pl.Series, country: str) -> pl.Series:
    """Numbers as keys where they are numbers, else as they stand: for a recipient's, whose order counts in any case."""
    numbers = normalised(without_hidden(cells), country)
    return numbers.zip_with(numbers.is_not_null(), cells).rename(cells.name)


def _parsed(text: str, country: str) -> str | None:
    """E.164 of one number, or None: phonenumbers' word on whether its length and prefix are possible in its country."""
    if text.startswith("00") and len(text) > 8:
        text = f"+{text[2:]}"
    abroad = () if text.startswith("+") else (f"+{text}", f"+86{text}") if len(text) == 11 else (f"+{text}",)
    for reading in (text, *abroad):
        try:
            number = phonenumbers.parse(reading, country)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
            continue
        # without a prefix a number is the country's own; only where it cannot be that, and is a real number with its prefix
        # but without the sign, or a Chinese mobile, it is read so
        if reading == text or phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None
