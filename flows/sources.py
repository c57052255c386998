"""The source formats that hold in this workspace: the known ones, changed and extended by [sources.NAME] in chain.toml."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args, get_type_hints
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.config import Settings
from flows.errors import UsageError
from schemas.known_exports import SOURCE_FORMATS, WHOLE_ORDER
from schemas.source_formats import INPUT_TABLES, Column, LineRule, SourceFormat, roles_of

READING_KEYS = ("grain", "whole_orders", "prices", "encoding", "date_order", "decimal_comma", "time_zone")
"""How the file is written, and what its rows are: the keys of the same names in SourceFormat (has_whole_orders: whole_orders)."""
SOURCE_KEYS = ("table", "columns", "rules", "exact_duplicates", "currency", "store_id", "channel", *READING_KEYS)
RULE_KEYS = ("kind", "column", "is", "starts_with", "at_most", "not_empty")
COLUMN_KEYS = ("header", "and", "strip_suffix", "extract")

CHOICES = {key: get_args(get_type_hints(SourceFormat)[key]) for key in ("grain", "prices", "date_order")}
"""Key → the words it may be."""


def sources_of(settings: Settings) -> dict[str, SourceFormat]:
    """Name → format. What chain.toml says of a known source replaces just what it names."""
    formats = dict(SOURCE_FORMATS)
    heads = any(isinstance(told, Mapping) and told.get("grain") == "order" for told in settings.sources.values())
    for name, told in settings.sources.items():
        formats[name] = declared(name, told, formats.get(name), heads_elsewhere=heads)
    return formats


def declared(name: str, told: Any, known: SourceFormat | None = None, *, heads_elsewhere: bool = False) -> SourceFormat:
    """One [sources.NAME] table as a format; `known` is the format it changes. UsageError names the key and the remedy.

    `heads_elsewhere`: another source brings the heads of the orders, so lines may do without a date.
    """
    where = f"chain.toml: [sources.{name}]"
    if not isinstance(told, Mapping):
        raise UsageError(f"{where} is not a table")
    if unknown := sorted(set(told) - set(SOURCE_KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(SOURCE_KEYS)}")
    if known is None:
        known = _new_source(name, told, where, heads_elsewhere)
    elif "columns" in told:
        known = replace(known, columns={**known.columns, **_columns(told["columns"], known.table, where)})
    constants = dict(known.constants) | {key: str(told[key]) for key in ("store_id", "channel") if key in told}
    currency = told.get("currency", known.currency)
    if currency is not None and not (isinstance(currency, str) and re.fullmatch("[A-Z]{3}", currency)):
        raise UsageError(f"{where}: currency = {currency!r} is not a currency code, e.g. CNY")
    reading = _reading(told, where)
    if reading.get("grain") == "order":  # a whole order is one piece of itself, where nothing says otherwise
        constants = {role: text for role, text in WHOLE_ORDER.items() if role not in known.columns} | constants
    source = replace(known, constants=constants, currency=currency, **reading)
    if "exact_duplicates" in told:
        if told["exact_duplicates"] not in ("drop", "keep"):
            raise UsageError(f'{where}: exact_duplicates = {told["exact_duplicates"]!r} is neither "drop" nor "keep"')
        source = replace(source, drop_exact_duplicates=told["exact_duplicates"] == "drop")
    if "rules" in told:
        source = replace(source, rules=tuple(_rule(rule, source, where) for rule in told["rules"]))
    return source


def _reading(told: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The READING_KEYS that are told, checked, under the names of SourceFormat's fields."""
    values: dict[str, Any] = {}
    for key, words in CHOICES.items():
        if key in told:
            if told[key] not in words:
                raise UsageError(f"{where}: {key} = {told[key]!r} is not one of {', '.join(words)}")
            values[key] = told[key]
    for key, field in (("whole_orders", "has_whole_orders"), ("decimal_comma", "decimal_comma")):
        if key in told:
            if not isinstance(told[key], bool):
                raise UsageError(f"{where}: {key} = {told[key]!r} is neither true nor false")
            values[field] = told[key]
    if "encoding" in told:
        try:
            codecs.lookup(told["encoding"])
        except (LookupError, TypeError):
            raise UsageError(f"{where}: encoding = {told['encoding']!r} is no known encoding, e.g. gb18030") from None
        values["encoding"] = told["encoding"]
    if "time_zone" in told:
        try:
            ZoneInfo(told["time_zone"])
        except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
            raise UsageError(
                f"{where}: time_zone = {told['time_zone']!r} is not a time zone, e.g. Asia/Shanghai"
            ) from None
        values["time_zone"] = told["time_zone"]
    return values


def _new_source(name: str, told: Mapping[str, Any], where: str, heads_elsewhere: bool) -> SourceFormat:
    table = told.get("table", "order_lines")
    if table not in INPUT_TABLES:
        raise UsageError(f"{where}: table = {table!r} is not one of {', '.join(INPUT_TABLES)}")
    if not isinstance(told.get("columns"), Mapping) or not told["columns"]:
        raise UsageError(f'{where}: columns is missing; write columns = {{ order_id = "Bill no.", … }}')
    columns = _columns(told["columns"], table, where)
    provided = set(columns) | set(told)
    needed = required_roles(table, grain=told.get("grain", "line"), heads_elsewhere=heads_elsewhere)
    if absent := [role for role in needed if role not in provided]:
        raise UsageError(f"{where}: no column is given for {', '.join(absent)}, which {table} cannot do without")
    return SourceFormat(name, table, name, name, columns, tuple(columns))


def required_roles(table: str, *, grain: str = "line", heads_elsewhere: bool = False) -> list[str]:
    """The roles without which a file of this table is worth nothing.

    A head of an order needs no product; an item of an order whose head stands in another file needs no date of its own.
    """
    roles = [role.name for role in roles_of(table).values() if role.required]
    if table == "order_lines" and grain == "order":
        return [role for role in roles if role not in ("product_id", "quantity")]
    if table == "order_lines" and heads_elsewhere:
        return [role for role in roles if role != "ordered_at"]
    return roles


def _columns(told: Mapping[str, Any], table: str, where: str) -> dict[str, Column]:
    roles = roles_of(table)
    columns: dict[str, Column] = {}
    for role, value in told.items():
        if role not in roles:
            raise UsageError(f"{where}: columns.{role} is no role of {table}; roles are {', '.join(roles)}")
        columns[role] = Column((value,)) if isinstance(value, str) else _column(value, f"{where}: columns.{role}")
    return columns


def _column(told: Any, where: str) -> Column:
    if not isinstance(told, Mapping) or not isinstance(told.get("header"), str):
        raise UsageError(
            f'{where} is neither a header nor {{ header = "…", and = ["…"], strip_suffix = "…", extract = "…" }}'
        )
    if unknown := sorted(set(told) - set(COLUMN_KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(COLUMN_KEYS)}")
    following = told.get("and", [])
    if not isinstance(following, list) or not all(isinstance(header, str) for header in following):
        raise UsageError(f'{where}.and = {following!r} is not a list of headers, e.g. and = ["Time"]')
    for key in ("strip_suffix", "extract"):
        if not isinstance(told.get(key, ""), str):
            raise UsageError(f"{where}.{key} = {told[key]!r} is not a text")
    extract = told.get("extract", "")
    try:
        groups = re.compile(extract).groups if extract else 1
    except re.error as error:
        raise UsageError(f"{where}.extract = {extract!r} is no regular expression: {error}") from None
    if groups < 1:
        raise UsageError(f"{where}.extract = {extract!r} has no group: put what is wanted into ( )")
    return Column((told["header"],), told.get("strip_suffix", ""), extract, tuple(following))


def _rule(told: Any, source: SourceFormat, where: str) -> LineRule:
    if not isinstance(told, Mapping) or not {"kind", "column"} <= set(told):
        raise UsageError(f"{where}: each rule names a kind and a column")
    if unknown := sorted(set(told) - set(RULE_KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r} in a rule; known are {', '.join(RULE_KEYS)}")
    role = told["column"]
    for name, column in source.columns.items():
        if role in column.headers:
            role = name
            break
    if role not in source.columns:
        raise UsageError(f"{where}: a rule is on column {told['column']!r}, which this source does not have")
    try:
        return LineRule(
            told["kind"],
            role,
            is_in=tuple(str(word) for word in told.get("is", ())),
            starts_with=told.get("starts_with", ""),
            at_most=float(told["at_most"]) if "at_most" in told else None,
            not_empty=bool(told.get("not_empty", False)),
        )
    except ValueError as error:
        raise UsageError(f"{where}: {error}") from None


def nearest_format(header: list[str], formats: Mapping[str, SourceFormat]) -> tuple[SourceFormat, list[str]] | None:
    """The format that this header misses by a required column or more, and those columns; None when none is near.

    Near is a header with most of the required columns, or one that is mostly made of the format's own columns.
    """

    def shares(source: SourceFormat) -> tuple[float, float]:
        found = source.header_of(header)
        required = sum(role in found for role in source.required) / max(len(source.required), 1)
        return required, len(set(found.values())) / max(len(header), 1)

    incomplete = [source for source in formats.values() if shares(source)[0] < 1]
    near = max(incomplete, key=lambda source: (sum(shares(source)), source.name), default=None)
    if near is None:
        return None
    required, own = shares(near)
    known = len(set(near.header_of(header).values()))
    if not (required >= 0.75 or (required >= 0.5 and own >= 0.5) or (own >= 2 / 3 and known >= 3)):
        return None
    found = near.header_of(header)
    return near, [" / ".join(near.columns[role].headers) for role in near.required if role not in found]


COLUMNS_MORE = 3
"""So many more of a file's columns must be known to another format for a match to be doubted."""


def misses_a_better_one(header: list[str], best: SourceFormat, formats: Mapping[str, SourceFormat]) -> bool:
    """True when the header matches `best` by few columns, and is a better format's with a required column missing.

    A sales file that lost its date still has product ids and names: it must not land as a product file.
    """
    near = nearest_format(header, formats)
    return near is not None and len(near[0].header_of(header)) >= len(best.header_of(header)) + COLUMNS_MORE


def toml_key(name: str) -> str:
    """A name as a TOML key: bare where it may be, quoted else."""
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml_value(name)


def toml_value(value: Any) -> str:
    """A text, number, truth, list or flat table as TOML writes it on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{toml_key(key)} = {toml_value(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(inner) for inner in value) + "]"
    return f"{value:g}"


def rules_as_toml(source: SourceFormat) -> str:
    """The cleaning rules of a source as chain.toml has them, headers instead of roles, ready to be edited."""
    lines = [f"[sources.{toml_key(source.name)}]"]
    if source.currency:
        lines.append(f'currency = "{source.currency}"')
    for key in ("store_id",):
        if key in source.constants:
            lines.append(f'{key} = "{source.constants[key]}"')
    lines.append(f'exact_duplicates = "{"drop" if source.drop_exact_duplicates else "keep"}"')
    if source.rules:
        lines.append("# the first rule that holds decides what a row is; no rule: a sale")
        lines.append("rules = [")
        for rule in source.rules:
            header = source.columns[rule.column].headers[0]
            if rule.is_in:
                test = f"is = {toml_value(rule.is_in)}"
            elif rule.starts_with:
                test = f"starts_with = {toml_value(rule.starts_with)}"
            elif rule.not_empty:
                test = "not_empty = true"
            else:
                test = f"at_most = {rule.at_most:g}"
            lines.append(f'  {{ kind = "{rule.kind}", column = {toml_value(header)}, {test} }},')
        lines.append("]")
    return "\n".join(lines) + "\n"
