"""The source formats that hold in this workspace: the known ones, changed and extended by [sources.NAME] in chain.toml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.config import Settings
from flows.errors import UsageError
from schemas.known_exports import SOURCE_FORMATS
from schemas.source_formats import INPUT_TABLES, Column, LineRule, SourceFormat, roles_of

SOURCE_KEYS = ("table", "columns", "rules", "exact_duplicates", "currency", "store_id", "channel")
RULE_KEYS = ("kind", "column", "is", "starts_with", "at_most", "not_empty")


def sources_of(settings: Settings) -> dict[str, SourceFormat]:
    """Name → format. What chain.toml says of a known source replaces just what it names."""
    formats = dict(SOURCE_FORMATS)
    for name, told in settings.sources.items():
        formats[name] = _declared(name, told, formats.get(name))
    return formats


def _declared(name: str, told: Any, known: SourceFormat | None) -> SourceFormat:
    where = f"chain.toml: [sources.{name}]"
    if not isinstance(told, Mapping):
        raise UsageError(f"{where} is not a table")
    if unknown := sorted(set(told) - set(SOURCE_KEYS)):
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; known are {', '.join(SOURCE_KEYS)}")
    if known is None:
        known = _new_source(name, told, where)
    elif "columns" in told:
        known = replace(known, columns={**known.columns, **_columns(told["columns"], known.table, where)})
    constants = dict(known.constants) | {key: str(told[key]) for key in ("store_id", "channel") if key in told}
    source = replace(known, constants=constants, currency=told.get("currency", known.currency))
    if "exact_duplicates" in told:
        if told["exact_duplicates"] not in ("drop", "keep"):
            raise UsageError(f'{where}: exact_duplicates = {told["exact_duplicates"]!r} is neither "drop" nor "keep"')
        source = replace(source, drop_exact_duplicates=told["exact_duplicates"] == "drop")
    if "rules" in told:
        source = replace(source, rules=tuple(_rule(rule, source, where) for rule in told["rules"]))
    return source


def _new_source(name: str, told: Mapping[str, Any], where: str) -> SourceFormat:
    table = told.get("table", "order_lines")
    if table not in INPUT_TABLES:
        raise UsageError(f"{where}: table = {table!r} is not one of {', '.join(INPUT_TABLES)}")
    if not isinstance(told.get("columns"), Mapping) or not told["columns"]:
        raise UsageError(f'{where}: columns is missing; write columns = {{ order_id = "Bill no.", … }}')
    columns = _columns(told["columns"], table, where)
    required = [role.name for role in roles_of(table).values() if role.required]
    provided = set(columns) | set(told)
    if absent := [role for role in required if role not in provided]:
        raise UsageError(f"{where}: no column is given for {', '.join(absent)}, which {table} cannot do without")
    return SourceFormat(name, table, name, name, columns, tuple(columns))


def _columns(told: Mapping[str, Any], table: str, where: str) -> dict[str, Column]:
    roles = roles_of(table)
    columns: dict[str, Column] = {}
    for role, value in told.items():
        if role not in roles:
            raise UsageError(f"{where}: columns.{role} is no role of {table}; roles are {', '.join(roles)}")
        if isinstance(value, str):
            columns[role] = Column((value,))
        elif isinstance(value, Mapping) and isinstance(value.get("header"), str):
            columns[role] = Column((value["header"],), value.get("strip_suffix", ""), value.get("extract", ""))
        else:
            raise UsageError(f'{where}: columns.{role} is neither a header nor {{ header = "…", strip_suffix = "…" }}')
    return columns


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


def rules_as_toml(source: SourceFormat) -> str:
    """The cleaning rules of a source as chain.toml has them, headers instead of roles, ready to be edited."""
    lines = [f"[sources.{source.name}]"]
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
                test = "is = [" + ", ".join(f'"{word}"' for word in rule.is_in) + "]"
            elif rule.starts_with:
                test = f'starts_with = "{rule.starts_with}"'
            elif rule.not_empty:
                test = "not_empty = true"
            else:
                test = f"at_most = {rule.at_most:g}"
            lines.append(f'  {{ kind = "{rule.kind}", column = "{header}", {test} }},')
        lines.append("]")
    return "\n".join(lines) + "\n"
