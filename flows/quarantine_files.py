"""quarantine/NAME: a landing's set-aside rows in their file's own layout, to be mended in a spreadsheet and dropped in again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from flows.config import Workspace
from flows.durable import write_durably
from flows.lake import Lake, open_quarantine
from flows.typed_files import LINE_NO_HEADER, SETTLES_HEADER, column_of
from schemas.quarantine import REASONS

FORMULA_SIGNS = ("=", "+", "-", "@")


def quarantine_file(workspace: Workspace, file_name: str, landing_no: int) -> Path:
    """Where a landing's set-aside rows are; a later file of the same name has its own."""
    return workspace.quarantine / f"{Path(file_name.replace('#', '-')).stem}.{landing_no}.quarantine.csv"


def write_quarantine_file(
    workspace: Workspace, lake: Lake, ledger: pl.DataFrame, landing_no: int, header: Sequence[str], locale: str
) -> Path | None:
    """Write this landing's open rows, unless its file is there; None when nothing of it is open."""
    landing = ledger.row(by_predicate=pl.col("landing_no") == landing_no, named=True)
    if not landing["rows_quarantined"]:
        return None
    path = quarantine_file(workspace, landing["file_name"], landing_no)
    if path.exists():
        return path
    rows = open_quarantine(lake, ledger).filter(pl.col("landing_id") == landing["landing_id"])
    set_aside = rows.sort("source_row").collect()
    if set_aside.is_empty():
        return None
    workspace.quarantine.mkdir(parents=True, exist_ok=True)
    at = column_of(header, LINE_NO_HEADER)
    own = list(header) if at is None else list(header[:at])
    is_zh = locale.startswith("zh")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([*own, LINE_NO_HEADER, SETTLES_HEADER, "line", "column", "value", "reason", "remedy"])
    for row in set_aside.iter_rows(named=True):
        reason = REASONS[row["reason"]]
        cells = [str(cell or "") for cell in json.loads(row["raw"])]
        cells += [""] * (len(own) - len(cells))
        fitted = [*cells[: len(own) - 1], ",".join(cells[len(own) - 1 :])]
        settles = f"r{landing['landing_id']:x}-{row['source_row']}"
        words = (reason.zh, reason.remedy_zh) if is_zh else (reason.en, reason.remedy_en)
        told = (row["line_no"], settles, row["source_row"], row["column"], row["value"], *words)
        writer.writerow([_as_plain_text(cell) for cell in (*fitted, *told)])
    write_durably(path, text.getvalue().encode("utf-8-sig"))
    return path


def _as_plain_text(cell: object) -> object:
    """A cell that a spreadsheet would take for a formula, with the apostrophe that says it is text; intake removes it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_SIGNS and not cell[1:2].isdigit() else cell
