"""What a file is, before it lands: its source, its columns' roles, what is wrong with it. Changes nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from flows.config import Settings
from flows.landing import UnrecognisedFile, check_currency, checked_rows, recognised_source, role_texts, roles_read
from flows.sources import sources_of
from flows.text_files import UnreadableFile, read_text_table
from schemas.source_formats import roles_of
from transforms.intake import typed_rows

PROBLEMS_SHOWN = 5


@dataclass(frozen=True)
class Inspection:
    """One file: recognised or not, and every problem counted."""

    file: str
    rows: int = 0
    encoding: str | None = None
    delimiter: str | None = None
    header: list[str] = field(default_factory=list)
    source: str | None = None
    table: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    """Header → role."""
    ignored: list[str] = field(default_factory=list)
    problems: dict[str, int] = field(default_factory=dict)
    """Reason code → rows that would be quarantined for it."""
    examples: list[dict[str, Any]] = field(default_factory=list)
    message: str | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def inspect_file(path: Path, settings: Settings) -> Inspection:
    """What `ingest` would make of this file."""
    try:
        table = read_text_table(path.read_bytes())
    except OSError as error:
        return Inspection(path.name, message=f"cannot be read: {error.strerror}")
    except UnreadableFile as error:
        return Inspection(path.name, message=str(error))
    about: dict[str, Any] = {
        "rows": table.rows_in,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header": table.header,
    }
    try:
        source = recognised_source(table.header, sources_of(settings))
        check_currency(source, settings)
        found = source.header_of(table.header)
        text = role_texts(table, source)
        typed = checked_rows(
            typed_rows(text, roles_read(table, source, settings.country)).with_columns(table.rows["source_row"]),
            source,
            settings,
        )
    except UnrecognisedFile as error:
        return Inspection(path.name, **about, message=str(error))
    problems = pl.concat(
        [
            typed.filter(pl.col("problem_code").is_not_null()).select(reason="problem_code"),
            table.damaged.select("reason"),
        ]
    )
    counted = problems.group_by("reason").len().sort("len", "reason", descending=[True, False])
    examples = typed.filter(pl.col("problem_code").is_not_null()).head(PROBLEMS_SHOWN)
    roles = roles_of(source.table)
    return Inspection(
        path.name,
        **about,
        source=source.name,
        table=source.table,
        columns={
            table.header[position]: role
            for role, position in sorted(found.items(), key=lambda item: item[1])
            if role in roles
        },
        ignored=[text for position, text in enumerate(table.header) if position not in found.values()],
        problems=dict(counted.iter_rows()),
        examples=[
            {"line": row["source_row"], "column": row["problem_role"], "reason": row["problem_code"]}
            for row in examples.iter_rows(named=True)
        ],
    )
