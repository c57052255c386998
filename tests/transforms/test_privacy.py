"""How a person is shown on paper."""

from __future__ import annotations

import pytest

from transforms.privacy import masked_name, phone_tail


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("王小明", "王**"), ("王芳", "王*"), ("欧阳娜娜", "欧阳**"), ("欧阳", "欧*"), ("王", "王*"), ("喆堃", "喆*"),
        ("Jane Smith", "J. S."), ("Ana María de la Cruz", "A. M. D."), ("Żaneta", "Ż."),
        ("<img src=file:///secret.txt>", "I. S."), ('=HYPERLINK("http://x")', "H."),
        ("  ", "№ 17850"), (None, "№ 17850"), ("123", "№ 17850"),
    ],
)  # fmt: skip
def test_a_name_is_masked(name, shown):
    assert masked_name(name, "17850", "c00ff00ff00ff00ff") == shown


def test_without_name_and_member_id_the_ids_first_digits_stand():
    assert masked_name(None, None, "c00ff00ff00ff00ff") == "№ 00ff00"


@pytest.mark.parametrize(("phone", "tail"), [("19900004471", "4471"), ("4471", None), (None, None)])
def test_only_the_last_four_digits_of_a_phone(phone, tail):
    assert phone_tail(phone) == tail
