"""Which column plays which role in a table: header words propose, values confirm or refuse."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from flows.inspecting.file_text import FITS, HALF_FITS, NEARLY_FITS, NUMBER_KINDS, FileText
from flows.sources import required_roles
from schemas.column_synonyms import GIVEN_BACK, NO_ROLE, SYNONYMS, Words
from schemas.source_formats import CUSTOMER_KEYS, roles_of

Sureness = Literal["sure", "likely", "unsure"]

PRICES = ("net_sales", "unit_price", "order_paid")


@dataclass
class Candidate:
    role: str
    at: int
    strength: float
    match: Literal["plain", "part", "vague", "values", "told"]
    sureness: Sureness
    reason: str
    rank: int = 0


# ---- a column and a role


def named_as(words: Words, header: str) -> tuple[Literal["plain", "part", "vague"], int, str] | None:
    """How a header names a role: (match, rank among the role's names, the word); None when it doesn't."""
    if not header:
        return None
    bare = header.replace(" ", "")
    for match, names in (("plain", words.plain), ("vague", words.vague)):
        for rank, word in enumerate(names):
            if word.replace(" ", "") == bare:
                return ("plain" if match == "plain" else "vague"), rank, word
    best: tuple[int, int, str] | None = None
    for rank, word in enumerate(words.plain):
        is_latin = word.isascii()
        inside = f" {word} " in f" {header} " if is_latin else word in header
        if inside and len(word) >= (4 if is_latin else 2) and (best is None or len(word) > best[0]):
            best = (len(word), rank, word)
    return None if best is None else ("part", best[1], best[2])


def fit_of(kind: str, seen: Mapping[str, Any]) -> float:
    """The share of a column's filled cells that a role of this kind can read."""
    if kind == "phone":
        return min(1.0, max(seen["phone"], seen["mobile"]) + seen["masked"])
    if kind == "email":
        return float(seen["email"])
    if kind in ("date", "datetime"):
        return float(seen["date"])
    if kind in NUMBER_KINDS:
        return 0.0 if seen["date"] > HALF_FITS and seen["whole"] < FITS else float(seen["number"])
    if kind == "count":
        return float(seen["whole"]) if seen["longest"] <= 12 else 0.0
    if kind == "scale":
        return float(seen["whole"]) if seen["longest"] <= 4 else 0.0
    if kind == "share":
        return float(seen["share"])
    if kind == "bool":
        return float(seen["yes_no"])
    if kind == "month_day":
        return min(1.0, seen["date"] + seen["month_day"])
    if kind == "month":
        return min(1.0, seen["date"] + seen["month"])
    if kind == "id":
        if seen["scientific"] > 1 - FITS:
            return 1.0 - seen["scientific"]
        amounts = (
            seen["shows_point"] + seen["shows_comma"]
            if seen["number"] > NEARLY_FITS and seen["whole"] < HALF_FITS
            else 0.0
        )
        if max(seen["clock"], seen["with_clock"], amounts, seen["email"]) > HALF_FITS:
            return 0.0
        return 0.0 if seen["date"] > HALF_FITS and seen["whole"] < HALF_FITS and seen["code"] < FITS else 1.0
    return 1.0  # text


SURENESS: Mapping[str, tuple[Sureness, Sureness, Sureness]] = {
    "plain": ("sure", "likely", "unsure"),
    "part": ("likely", "unsure", "unsure"),
    "vague": ("unsure", "unsure", "unsure"),
}
"""How a header names its role → how sure that is with values that fit, that nearly fit, that half fit."""

NAMES_OF_PRODUCTS = (("order_lines", "product_name"), ("products", "name"))

NOT_THE_KIND = {
    "phone": "phone numbers", "email": "e-mail addresses", "date": "days", "datetime": "days", "month_day": "days",
    "money": "amounts", "unit_price": "amounts", "quantity": "numbers", "count": "whole numbers", "scale": "whole numbers",
    "share": "shares", "bool": "yes or no",
    "id": "ids", "text": "text", "calendar": "solar or lunar", "month": "months",
}  # fmt: skip


def _named_candidates(file: FileText, table: str, refused: dict[int, str]) -> list[Candidate]:
    roles = roles_of(table)
    found: list[Candidate] = []
    for at, header in enumerate(file.words):
        seen = file.profiles[at]
        if table == "order_lines" and header in NO_ROLE:
            continue
        if header in GIVEN_BACK.plain:
            continue
        for role, words in SYNONYMS[table].items():
            told = named_as(words, header)
            if told is None:
                continue
            match, rank, word = told
            if not seen["filled"]:
                refused[at] = "empty"
                continue
            kind = roles[role].kind
            fit = fit_of(kind, seen)
            if fit < HALF_FITS:
                why = f"called like {role}, but only {fit:.0%} of its values are {NOT_THE_KIND[kind]}"
                if kind == "id" and seen["scientific"] > HALF_FITS:
                    why = (
                        f"called like {role}, but a spreadsheet has cut its numbers short (6.9E+12): export it as text"
                    )
                refused.setdefault(at, why)
                continue
            sureness = SURENESS[match][0 if fit >= FITS else 1 if fit >= NEARLY_FITS else 2]
            reason = {
                "plain": "its name",
                "part": f"its name holds “{word}”",
                "vague": f"“{word}” can be several things",
            }[match]
            if fit < FITS:
                reason += f", but {1 - fit:.1%} of its values are not {NOT_THE_KIND[kind]}"
            base = {"plain": 1.0, "part": 0.6, "vague": 0.4}[match]
            if (table, role) in NAMES_OF_PRODUCTS and seen["code"] >= FITS:
                sureness, reason, base = "unsure", f"“{word}”, but its values are codes", base * 0.3
            found.append(Candidate(role, at, (base - 0.002 * rank) * fit, match, sureness, reason, rank))
    return found


def _value_candidates(file: FileText, table: str, taken: set[int]) -> list[Candidate]:
    """Columns whose name says nothing, by what their values cannot but be."""
    roles, found = roles_of(table), []
    for at, seen in enumerate(file.profiles):
        if at in taken or not seen["filled"] or file.words[at] in NO_ROLE or file.words[at] in GIVEN_BACK.plain:
            continue
        if "phone" in roles and seen["mobile"] >= NEARLY_FITS:
            found.append(
                Candidate(
                    "phone", at, 0.2, "values", "likely", f"{seen['mobile']:.0%} of its values are mobile numbers"
                )
            )
        elif "email" in roles and seen["email"] >= NEARLY_FITS:
            found.append(
                Candidate(
                    "email", at, 0.2, "values", "likely", f"{seen['email']:.0%} of its values are e-mail addresses"
                )
            )
        elif table == "order_lines" and seen["date"] >= FITS:
            found.append(
                Candidate("ordered_at", at, 0.15, "values", "unsure", "its values are days; its name doesn't say which")
            )
    return found  # fmt: skip


def _assigned(candidates: Sequence[Candidate]) -> dict[str, Candidate]:
    """Role → its column: the strongest first, a column once, a role once."""
    chosen: dict[str, Candidate] = {}
    taken: set[int] = set()
    for candidate in sorted(candidates, key=lambda c: (-c.strength, c.at, c.role)):
        if candidate.role not in chosen and candidate.at not in taken:
            chosen[candidate.role] = candidate
            taken.add(candidate.at)
    return chosen


# ---- one table


@dataclass
class Reading:
    """A file read as one table: its columns' roles, and what that settles or leaves open."""

    file: FileText
    table: str
    chosen: dict[str, Candidate]
    candidates: list[Candidate]
    refused: dict[int, str]
    settings: dict[str, Any] = field(default_factory=dict)
    following: dict[str, list[int]] = field(default_factory=dict)
    """Role → columns whose text follows (a time of day)."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def grain(self) -> str:
        return str(self.settings.get("grain", "line"))

    def missing(self) -> list[str]:
        absent = [
            r for r in required_roles(self.table, grain=self.grain) if r not in self.chosen and r not in self.settings
        ]
        if self.table == "order_lines" and "store_id" not in self.settings and "store_id" not in self.chosen:
            absent.append("store_id")
        if self.table == "order_lines" and not set(PRICES) & set(self.chosen) and "prices" not in self.settings:
            absent.append("net_sales")
        if self.table == "products" and "name" not in self.chosen and len(self.chosen) < 2:
            absent.append("name")
        if self.table == "customers" and not set(CUSTOMER_KEYS) & set(self.chosen):
            absent.append("member_id")
        return absent

    def score(self) -> float:
        """Columns explained, less what is missing (a store can be said once for a file, so it counts little)."""
        lacking = sum(0.2 if role == "store_id" else 1.0 for role in self.missing())
        return sum(candidate.strength for candidate in self.chosen.values()) - lacking

    def sure(self, role: str, sureness: Sureness, reason: str) -> None:
        if role in self.chosen and self.chosen[role].match != "told":
            self.chosen[role] = replace(self.chosen[role], sureness=sureness, reason=reason)

    def is_doubtful(self, role: str) -> bool:
        """Proposed by a vague name, and by nothing else so far."""
        candidate = self.chosen.get(role)
        return candidate is not None and candidate.match == "vague" and candidate.sureness == "unsure"

    def at(self, role: str) -> int | None:
        return self.chosen[role].at if role in self.chosen else None


def read_as(
    file: FileText,
    table: str,
    told: Mapping[str, tuple[int, str]],
    settings: Mapping[str, Any],
    left_out: Sequence[str] = (),
) -> Reading:
    """The file as this table. `told`: role → (column, reason) that are settled; `settings`: keys that are."""
    refused: dict[int, str] = {}
    roles = roles_of(table)
    settled = {role: (at, why) for role, (at, why) in told.items() if role in roles}
    columns_settled = {at for at, _ in settled.values()}
    candidates = [
        c for c in _named_candidates(file, table, refused) if c.role not in settled and c.at not in columns_settled
    ]
    candidates += _value_candidates(file, table, {c.at for c in candidates} | columns_settled)
    candidates = [candidate for candidate in candidates if candidate.role not in left_out]
    candidates += [Candidate(role, at, 1.0, "told", "sure", why) for role, (at, why) in settled.items()]
    reading = Reading(file, table, _assigned(candidates), candidates, refused, dict(settings))
    return reading
