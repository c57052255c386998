"""review.json: every number of the PDF under its metric's name, for programs. Money is written digit for digit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from report_templates.comparison import comparisons
from report_templates.language import money_places, rounded
from report_templates.loop_sentences import total_of
from schemas.people import PeopleAndOpportunity
from schemas.review import Review
from schemas.voices import tables as voice_tables

SHARE_PLACES = 6
NEVER_WRITTEN = frozenset({"contact_name", "contact_phone"})
"""Full names and phones stand in the store's own action sheets only."""
NOT_FOR_HEADQUARTERS = frozenset({"phone_tail"})
STORE_ONLY_TABLES = frozenset({"actions", "care", "associates", "outcomes_by_associate", "came_back", "held_out"})
TABLES = (
    "figures", "stocktake", "statuses", "value_classes", "value_class_moves", "attitudes", "pareto", "vips",
    "vip_answers", "care", "actions", "associates", "stores", "files", "money", "completeness", "proposals",
    "shared_keys", "decisions", "comparison", "churn_race", "churn_calibration",
    "leaving", "lapse_reasons", "lapse_shares", "leaving_stores",
    "outcomes", "outcomes_total", "outcomes_by_associate", "came_back", "effects", "held_out",
)  # fmt: skip


def review_json(review: Review) -> bytes:
    """The review as JSON (UTF-8): one row of a table per line, keys in a fixed order, null for unknown."""
    writer = _Writer(money_places(review.currency), NEVER_WRITTEN | _hidden(review))
    metrics = {name: review.figures[name].value for name in sorted(review.figures)}
    head = {
        "scope": review.scope, "chain_name": review.chain_name, "month": review.month, "as_of": review.as_of,
        "known_at": review.known_at, "time_zone": review.time_zone, "currency": review.currency,
        "locale": review.locale, "manifest_id": review.manifest_id, "version": review.version,
        "absent_tables": list(review.absent_tables),
        "churn": _churn(review),
    }  # fmt: skip
    lines = [f"  {json.dumps(key)}: {writer.text(value)}" for key, value in head.items()]
    lines.append(f'  "metrics": {_block(writer.members(metrics), "{}", "    ")}')
    lines.append(f'  "ingredients": {_block(writer.members(dict(sorted(review.ingredients.items()))), "{}", "    ")}')
    tables = [f'"{name}": {_block(writer.rows(rows), "[]", "      ")}' for name, rows in _tables(review).items()]
    lines.append(f'  "tables": {_block(tables, "{}", "    ")}')
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _hidden(review: Review) -> frozenset[str]:
    return NOT_FOR_HEADQUARTERS if review.scope.kind == "chain" else frozenset()


def _tables(review: Review) -> dict[str, Iterable[object]]:
    special: dict[str, Iterable[object]] = {
        "figures": [review.figures[name] for name in sorted(review.figures)],
        "comparison": comparisons(review),
        "churn_race": review.churn.race if review.churn else (),
        "churn_calibration": review.churn.calibration if review.churn else (),
        "leaving": review.leaving.rows if review.leaving else (),
        "lapse_reasons": review.leaving.reasons if review.leaving else (),
        "lapse_shares": review.leaving.lapse_shares if review.leaving else (),
        "leaving_stores": review.leaving.stores if review.leaving else (),
        "outcomes_total": [total_of(review.outcomes)] if review.outcomes else [],
    }
    left_out = STORE_ONLY_TABLES if review.scope.kind == "chain" else frozenset()
    rows: dict[str, Iterable[object]] = {
        name: special.get(name, getattr(review, name, ())) for name in TABLES if name not in left_out
    }
    return {**rows, **voice_tables(review.referral, review.voices), **people_tables(review.people)}


def _churn(review: Review) -> dict[str, object] | None:
    """Which model speaks of the customers, and on what grounds; its race and calibration are tables."""
    if review.churn is None:
        return None
    return {
        f.name: getattr(review.churn, f.name) for f in fields(review.churn) if f.name not in ("race", "calibration")
    }


def people_tables(page: PeopleAndOpportunity | None) -> dict[str, Iterable[object]]:
    """Page 8's tables, under the names of its fields."""
    if page is None:
        return {}
    return {field.name: rows for field in fields(page) if isinstance(rows := getattr(page, field.name), tuple)}


def _block(members: list[str], brackets: str, indent: str) -> str:
    if not members:
        return brackets
    return brackets[0] + "\n" + ",\n".join(indent + member for member in members) + "\n" + indent[2:] + brackets[1]


class _Writer:
    """Writes values as JSON; `places` are the currency's decimals."""

    def __init__(self, places: int, hidden: frozenset[str]) -> None:
        self._places = places
        self._hidden = hidden

    def rows(self, rows: Iterable[object]) -> list[str]:
        return [self.text(row) for row in rows]

    def members(self, mapping: Mapping[str, object]) -> list[str]:
        return [
            f"{json.dumps(str(key), ensure_ascii=False)}: {self.text(value)}"
            for key, value in mapping.items()
            if key not in self._hidden
        ]

    def text(self, value: object) -> str:
        if is_dataclass(value):
            return self.text({field.name: getattr(value, field.name) for field in fields(value)})
        if isinstance(value, Mapping):
            return "{" + ", ".join(self.members(value)) + "}"
        if isinstance(value, tuple | list):
            return "[" + ", ".join(self.text(item) for item in value) + "]"
        return self._scalar(value)

    def _scalar(self, value: object) -> str:
        if isinstance(value, bool) or value is None or isinstance(value, int | str):
            return json.dumps(value, ensure_ascii=False)
        if isinstance(value, Decimal):
            return f"{rounded(value, self._places):f}" if value.is_finite() else "null"
        if isinstance(value, float):
            number = round(value, SHARE_PLACES)
            return json.dumps(number + 0.0) if number == number and abs(number) != float("inf") else "null"
        if isinstance(value, datetime):
            return json.dumps(value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
        if isinstance(value, date):
            return json.dumps(value.isoformat())
        raise TypeError(f"review.json cannot hold a {type(value).__name__}: {value!r}")
