"""A number is one key however it was typed; what hides it is no key; what is none is refused."""

from __future__ import annotations

import phonenumbers
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.intake import RoleText, typed_rows
from transforms.phones import MOBILES, normalised, normalised_or_text, without_hidden


def key(text: str, country: str = "CN") -> str | None:
    return normalised(pl.Series([text]), country)[0]


@pytest.mark.parametrize("text", [
    "19900000001", "+86 199 0000 0001", "0086-199-0000-0001", "8619900000001", "019900000001", "１９９０００００００１",
    "(199)00000001", "+86 (0)199 0000 0001", "19900000001.0", "199.0000.0001",
])  # fmt: skip
def test_a_chinese_mobile_is_its_eleven_digits(text):
    assert key(text) == "19900000001"


@pytest.mark.parametrize(
    ("text", "country", "want"),
    [
        ("021-61234567", "CN", "+862161234567"), ("+1 (202) 555-0123", "CN", "+12025550123"),
        ("0012025550123", "CN", "+12025550123"), ("202-555-0123", "US", "+12025550123"), ("202.555.0123", "US", "+12025550123"),
        ("07700 900123", "GB", "+447700900123"), ("+44 (0)7700 900123", "CN", "+447700900123"),
        ("+86 199 0000 0001", "US", "19900000001"), ("+86 199 0000 0001", "GB", "19900000001"),
    ],
)  # fmt: skip
def test_other_numbers_are_international(text, country, want):
    assert key(text, country) == want
    if country != "US" or want.startswith("+"):  # 1 990 000 0001 is an American number, too
        assert key(want, country) == want, "a key is its own key"


@pytest.mark.parametrize(
    "text", ["1.99E+10", "110", "1990", "199000000011111111", "anna", "19900000001/19900000002", "1990000000.5"]
)
def test_what_is_no_possible_number_is_refused(text):
    assert key(text) is None


@pytest.mark.parametrize(
    "text", ["199****0001", "1**********", "199xxxx0001", "199 **** 0001", "19900000001-0042", "19900000001转12"]
)
def test_a_hidden_number_is_empty_not_wrong(text):
    assert without_hidden(pl.Series([text]))[0] is None
    rows = typed_rows(pl.DataFrame({"phone": [text]}), [RoleText("phone", "phone", False)])
    assert rows.row(0) == (None, None, None)


def test_a_recipients_number_that_is_none_stays_as_it_stands():
    told = pl.Series("recipient_phone", ["+86 19900000001", "199****0001", "ask at the desk", None])
    assert normalised_or_text(told, "CN").to_list() == ["19900000001", "199****0001", "ask at the desk", None]


@settings(deadline=None)
@given(st.sampled_from(sorted(MOBILES)), st.integers(10**9, 10**11 - 1), st.sampled_from(["", "0", "+86", "+1", "+44"]))
def test_the_fast_path_says_what_phonenumbers_says(country, number, prefix):
    text = f"{prefix}{number}"
    mine = key(text, country)
    if mine is None or not pl.Series([text]).str.contains(MOBILES[country][0])[0]:
        return
    theirs = phonenumbers.parse(text, country)
    e164 = phonenumbers.format_number(theirs, phonenumbers.PhoneNumberFormat.E164)
    assert mine == (e164.removeprefix("+86") if theirs.country_code == 86 else e164)
