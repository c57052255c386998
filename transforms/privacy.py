"""How a person may be shown on paper: surname and stars in Chinese, initials for Latin names, the phone's last four."""

from __future__ import annotations

import re

COMPOUND_SURNAMES = (
    "欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容",
    "令狐", "夏侯", "司徒", "端木", "南宫", "独孤", "长孙", "宇文",
)  # fmt: skip

_HAN = re.compile(r"^[\u3400-\u9fff\U00020000-\U0003ffff·]+")
_LETTER = re.compile(r"[^\W\d_]")


def masked_name(name: str | None, member_id: str | None, customer_id: str) -> str:
    """王** for 王小明, J. S. for Jane Smith, № 17850 where only a member id is known, else № and the id's first digits."""
    text = (name or "").strip()
    if _HAN.match(text):
        surname = next((s for s in COMPOUND_SURNAMES if text.startswith(s) and len(text) > len(s)), text[0])
        return surname + "*" * max(1, min(2, len(text) - len(surname)))
    initials = [found[0].upper() for word in text.split() if (found := _LETTER.search(word))]
    if initials:
        return " ".join(f"{letter}." for letter in initials[:3])
    return f"№ {member_id}" if member_id else f"№ {customer_id[1:7]}"


def masked_key(kind: str, value: str) -> str:
    """…4471 for a phone, s…@example.com for an e-mail address, № M0000123 for a member id, a… for an account."""
    if kind == "phone":
        return f"…{value[-4:]}"
    if kind == "email":
        return f"{value[0]}…@{value.partition('@')[2]}"
    return f"№ {value}" if kind == "member_id" else f"{value[: value.find(':') + 2]}…"


def phone_tail(phone: str | None) -> str | None:
    """The last four digits; nothing of a shorter number."""
    return phone[-4:] if phone and len(phone) >= 8 else None
