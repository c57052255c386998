"""What a file is, before it lands: its source (or a proposal), its columns' roles, what is wrong with it. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from flows.config import Settings
from flows.inspecting.file_text import FileText
from flows.inspecting.proposal import Proposal
from flows.inspecting.side_tables import Link, propose_together
from flows.reading.encodings import UnreadableFile
from flows.reading.table_files import tables_of
from flows.recognition import UnrecognisedFile, check_currency, recognised_source
from flows.sources import declared, sources_of
from flows.typed_files import checked_rows, role_texts, roles_read
from schemas.columns import MONEY
from schemas.segments import SALES_KINDS
from schemas.source_formats import SourceFormat, addressed, roles_of
from transforms import orders
from transforms.intake import typed_rows

PROBLEMS_SHOWN = 5
NO_EXPORT = "is no known export"


@dataclass(frozen=True)
class Landable:
    """What `ingest` would make of the rows of a file."""

    rows: int = 0
    """Rows that would land."""
    quarantined: int = 0
    problems: dict[str, int] = field(default_factory=dict)
    """Reason code → rows that would be quarantined for it."""
    examples: list[dict[str, Any]] = field(default_factory=list)
    """The first rows that would be: line, column (role), reason."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Order lines: kind → rows."""
    net_sales: Decimal | None = None
    """Order lines: sales less refunds; None where the amounts stand in another file."""


@dataclass(frozen=True)
class Inspection:
    """One file: recognised, or proposed, or neither; and every problem counted."""

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
    proposal: Proposal | None = None
    """Of a file that no format knows."""
    landable: Landable | None = None
    """Of a proposal: what would become of the rows under it."""

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        if self.proposal:
            told["proposal"] |= {"is_ready": self.proposal.is_ready, "toml": self.proposal.toml()}
        return told


@dataclass(frozen=True)
class ReadTable:
    """One table of a file, all of it in memory."""

    part: str
    header: list[str]
    rows: pl.DataFrame
    damaged: pl.DataFrame
    encoding: str | None
    delimiter: str | None

    @property
    def rows_in(self) -> int:
        return self.rows.height + self.damaged.height


def tables_read(path: Path, formats: Mapping[str, SourceFormat]) -> list[ReadTable]:
    """The tables of the file as text. UnreadableFile or OSError when it cannot be read at all."""
    read: list[ReadTable] = []
    for table in tables_of(path, formats):
        whole = table.whole()
        read.append(ReadTable(table.part, table.header, whole.rows, whole.damaged, table.encoding, table.delimiter))
    return read


def inspect_files(
    paths: Sequence[Path], settings: Settings, answers: Mapping[str, str] | None = None
) -> tuple[list[Inspection], list[Link]]:
    """What `ingest` would make of each of these files, and which file is the side table of which.

    Files that no format knows get a proposal, made from all of them together. `answers` settle what a proposal asks.
    """
    formats = sources_of(settings)
    inspections: dict[str, Inspection] = {}
    tables: dict[str, ReadTable] = {}
    known: dict[str, tuple[str, Mapping[str, int]]] = {}
    for path in paths:
        name = path.name if sum(path.name == other.name for other in paths) == 1 else str(path)
        try:
            read = tables_read(path, formats)
        except OSError as error:
            inspections[name] = Inspection(name, message=f"cannot be read: {error.strerror}")
            continue
        except UnreadableFile as error:
            inspections[name] = Inspection(name, message=str(error))
            continue
        for table in read:
            where = name if len(read) == 1 else f"{name}#{table.part}"
            tables[where] = table
            try:
                source = recognised_source(table.header, formats)
            except UnrecognisedFile as error:
                inspections[where] = Inspection(where, **_about(table), message=str(error))
                continue
            known[where] = (source.table, source.header_of(table.header))
            inspections[where] = _recognised(where, table, source, settings)
    unknown = [name for name in tables if name not in known and tables[name].rows.height]
    links: list[Link] = []
    if unknown:
        files = [FileText(name, table.header, table.rows) for name, table in tables.items() if table.rows.height]
        proposals, links = propose_together(files, known, taken_names=list(formats), answers=answers)
        heads = any(told.told.get("grain") == "order" for told in proposals.values())
        heads = heads or any(source.grain == "order" for source in formats.values())
        for name, proposal in proposals.items():
            landable = None
            if proposal.is_ready:
                landable = _landable(
                    tables[name], declared(proposal.name, proposal.told, heads_elsewhere=heads), settings
                )
            if landable and landable.rows * 2 < tables[name].rows_in:
                proposal = replace(proposal, questions=(*proposal.questions, _mostly_refused(landable)))
            # a column that a known format misses is worth telling only while no mapping makes up for it
            message = inspections[name].message or NO_EXPORT
            if proposal.is_ready or message.startswith(NO_EXPORT):
                message = NO_EXPORT
            inspections[name] = Inspection(
                name, **_about(tables[name]), message=message, table=proposal.table, proposal=proposal, landable=landable,
            )  # fmt: skip
    return list(inspections.values()), links


def _mostly_refused(told: Landable) -> str:
    reasons = ", ".join(f"{code} {rows:,}" for code, rows in told.problems.items())
    columns = ", ".join(sorted({str(example["column"]) for example in told.examples}))
    return (
        f"{told.quarantined:,} of {told.rows + told.quarantined:,} rows would be quarantined ({reasons}; {columns}): mend the "
        "file or choose another column; one that is not needed can be left out with --set ROLE=-"
    )


def _about(table: ReadTable) -> dict[str, Any]:
    return {
        "rows": table.rows_in,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "header": table.header,
    }


def _recognised(name: str, table: ReadTable, source: SourceFormat, settings: Settings) -> Inspection:
    try:
        check_currency(source, settings)
        told = _landable(table, source, settings)
    except UnrecognisedFile as error:
        return Inspection(name, **_about(table), message=str(error))
    found, roles, header = source.header_of(table.header), roles_of(source.table), addressed(table.header)
    return Inspection(
        name,
        **_about(table),
        source=source.name,
        table=source.table,
        columns={
            header[position]: role
            for role, position in sorted(found.items(), key=lambda item: item[1])
            if role in roles
        },
        ignored=[text for position, text in enumerate(header) if position not in found.values()],
        problems=told.problems,
        examples=told.examples,
    )


def _landable(table: ReadTable, source: SourceFormat, settings: Settings) -> Landable:
    """The rows as intake types and checks them. Lines whose date or price stands in another file are checked without it."""
    text = role_texts(table.rows, table.header, source)
    roles = roles_read(table.header, source, settings, table.rows)
    typed = typed_rows(text, roles).with_columns(table.rows["source_row"])
    is_whole = source.grain == "line" and source.prices == "file" and "ordered_at" in typed.columns
    if source.table != "order_lines" or is_whole:
        typed = checked_rows(typed, source, settings)
    kinds: dict[str, int] = {}
    net_sales = None
    if source.table == "order_lines" and (is_whole or {"net_sales", "ordered_at", "store_id"} <= set(typed.columns)):
        typed = orders.order_lines(typed, source, country=settings.country)
        sound = typed.filter(pl.col("problem_code").is_null())
        kinds = dict(sound.group_by("line_kind").len().sort("len", descending=True).iter_rows())
        net_sales = (
            sound.filter(pl.col("line_kind").is_in(SALES_KINDS)).select(pl.col("net_sales").sum().cast(MONEY)).item()
        )
    bad = typed.filter(pl.col("problem_code").is_not_null())
    reasons = pl.concat([bad.select(reason="problem_code"), table.damaged.select("reason")])
    counted = reasons.group_by("reason").len().sort("len", "reason", descending=[True, False])
    return Landable(
        typed.height - bad.height,
        reasons.height,
        dict(counted.iter_rows()),
        [
            {"line": row["source_row"], "column": row["problem_role"], "reason": row["problem_code"]}
            for row in bad.head(PROBLEMS_SHOWN).iter_rows(named=True)
        ],
        kinds,
        net_sales,
    )
