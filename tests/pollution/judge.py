"""Land damaged files, mend what was set aside, and hold both against the truth, line by line and column by column."""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import polars as pl

from flows.config import Settings, Workspace
from flows.ingest import FileOutcome
from flows.lake import Lake
from flows.month import known_ledger, landed_rows
from schemas.source_formats import CUSTOMER_KEYS, roles_of
from tests.pollution.damage import Paper, Piece
from tests.pollution.landing_runs import ALL_TOGETHER, landed
from tests.pollution.truth import Row
from transforms.versions import REFUNDS_FROM

NOW = datetime(2026, 11, 2, 6, 0)
LINE_NO, TOLD = "regulars_line_no", ("line", "column", "value", "reason", "remedy")
FIRST_FAULTS_SHOWN = 12


@dataclass
class Tally:
    """What became of the files of one kind of damage. `faults`: one line per thing that was not right."""

    files: int = 0
    refused_whole: int = 0
    damaged: int = 0
    refused: int = 0
    read_right: int = 0
    undetectable: int = 0
    wrong: int = 0
    sound: int = 0
    kept: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        for name in (
            "files",
            "refused_whole",
            "damaged",
            "refused",
            "read_right",
            "undetectable",
            "wrong",
            "sound",
            "kept",
        ):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.faults += other.faults


COLUMNS = ("files", "refused_whole", "damaged", "refused", "read_right", "undetectable", "wrong", "sound", "kept")
TITLES = (
    "files",
    "refused whole",
    "damaged rows",
    "refused",
    "read right",
    "undetectable accepted",
    "wrong",
    "untouched rows",
    "of them kept",
)


def table(tallies: Mapping[str, Tally]) -> str:
    """kind | files | refused whole | damaged rows | refused | read right | undetectable accepted | wrong | untouched rows | of them kept."""
    whole = Tally()
    for tally in tallies.values():
        whole.add(tally)
    rows: list[tuple[str, ...]] = [("kind", *TITLES)]
    rows += [(name, *(str(getattr(t, c)) for c in COLUMNS)) for name, t in [*tallies.items(), ("all", whole)]]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        " | ".join(cell.ljust(width) if not at else cell.rjust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )  # fmt: skip


def judged(workspace: Workspace, settings: Settings, papers: Mapping[str, tuple[str, Paper]]) -> dict[str, Tally]:
    """Kind → tally of the files `name → (kind, paper)`, all landed in one run, then mended and landed again."""
    for name, (_, paper) in papers.items():
        (workspace.inbox / name).write_bytes(paper.written())
    outcomes, crashes = landed(workspace, settings, NOW)
    lake = _LakeByFile(workspace)
    tallies: dict[str, Tally] = defaultdict(Tally)
    if ALL_TOGETHER in crashes:
        tallies[ALL_TOGETHER].faults.append(f"{ALL_TOGETHER}: CRASH {crashes[ALL_TOGETHER]}")
    unsettled: dict[str, list[Row]] = {}
    for name, (kind, paper) in papers.items():
        if name not in outcomes:
            tallies[kind].add(
                Tally(files=1, faults=[f"{kind}: {name}: CRASH {crashes.get(name, 'without an outcome')}"])
            )
            unsettled[name] = []
            continue
        tally, unsettled[name] = _judged_file(name, paper, outcomes[name], lake, workspace)
        tally.faults = [f"{kind}: {fault}" for fault in tally.faults]
        tallies[kind].add(tally)
    for name, fault in _mended(workspace, settings, {name: paper for name, (_, paper) in papers.items()}, unsettled):
        kind = papers[name][0] if name in papers else ALL_TOGETHER
        tallies[kind].faults.append(f"{kind}: {fault}")
    return dict(tallies)


# ---- what the lake says, by file


class _LakeByFile:
    """The lake's rows, by the name of the file that brought them."""

    def __init__(self, workspace: Workspace) -> None:
        lake = Lake(workspace.lake)
        ledger = lake.ledger()
        self.ledger = {row["file_name"]: row for row in ledger.iter_rows(named=True)}
        name_of = {row["landing_id"]: row["file_name"] for row in self.ledger.values()}
        self.rows: dict[str, list[dict[str, object]]] = defaultdict(list)
        lines = _with_keys(lake.scan("order_lines", ledger).collect(), lake.scan("buyers", ledger).collect())
        for frame in (lines, lake.scan("customers", ledger).collect()):
            for row in frame.iter_rows(named=True):
                self.rows[name_of[row["landing_id"]]].append(row)
        self.quarantine: dict[str, dict[int, str]] = defaultdict(dict)
        for row in lake.scan("quarantine", ledger).collect().iter_rows(named=True):
            self.quarantine[name_of[row["landing_id"]]][row["source_row"]] = row["reason"]


def _with_keys(lines: pl.DataFrame, buyers: pl.DataFrame) -> pl.DataFrame:
    """Order lines with the customer keys that their buyer key stands for."""
    keys = buyers.select("buyer_key", *CUSTOMER_KEYS).unique(subset="buyer_key", maintain_order=True)
    return lines.join(keys, on="buyer_key", how="left", maintain_order="left")


BROUGHT = (*roles_of("order_lines"), *roles_of("customers"))
"""The columns that a file can bring; the others are made, and judged by what they are made from."""


def differences(row: Mapping[str, object], truth: Row) -> list[str]:
    """The columns in which a landed row isn't the truth; a column that the file lacks must be empty."""
    wrong = [name for name, value in truth.values.items() if not _is_same(name, row[name], value)]
    told = truth.values.keys() | {"line_no"}  # which is made where the file has none
    return wrong + [name for name in BROUGHT if name not in told and row.get(name) is not None]


def _is_same(name: str, landed: object, told: object) -> bool:
    if name == "line_no" and isinstance(landed, int):  # a refund's is told apart from the sale's
        return landed % REFUNDS_FROM == told
    if name == "account" and isinstance(landed, str):  # a key may carry its platform: jd:user1
        return landed.rpartition(":")[2] == told
    if isinstance(told, str) and "\n" in told and isinstance(landed, str):
        return landed.replace("\r\n", "\n") == told
    return landed == told


# ---- one file


def _judged_file(
    name: str, paper: Paper, outcome: FileOutcome, lake: _LakeByFile, workspace: Workspace
) -> tuple[Tally, list[Row]]:
    """The file's tally, and the true rows that are still to be settled by mending."""
    tally = Tally(files=1)
    fault = tally.faults.append
    landed = lake.rows[name]
    if outcome.outcome == "landed_before" and not paper.pieces:  # another file without rows had the same header
        return tally, []
    if outcome.outcome != "landed":
        damaged = sum(piece.verdict not in ("sound", "nothing") for piece in paper.pieces)
        tally.refused_whole += 1
        tally.damaged += damaged
        tally.refused += damaged
        if paper.verdict == "landed":
            fault(f"{name} ({paper.layout.encoding}) was refused as a whole: {_told(outcome.message, paper)}")
            tally.sound += sum(piece.verdict == "sound" for piece in paper.pieces)
        _check_refusal(name, paper, outcome, workspace, fault)
        if landed:
            fault(f"{name} was refused, but {len(landed)} of its rows landed")
        return tally, []
    if paper.verdict == "refused":
        fault(f"{name} landed, but should have been refused as a whole")
    unsettled = _judged_pieces(name, paper, landed, lake.quarantine[name], tally)
    _check_sums(name, lake.ledger[name], landed, lake.quarantine[name], fault)
    return tally, unsettled


def _judged_pieces(
    name: str, paper: Paper, landed: Sequence[Mapping[str, object]], aside: Mapping[int, str], tally: Tally
) -> list[Row]:
    fault = tally.faults.append
    by_line: dict[object, list[Mapping[str, object]]] = defaultdict(list)
    for row in landed:
        by_line[row["source_row"]].append(row)
    twice: Counter[tuple[object, ...]] = Counter()
    repeated = {piece.rows[0].key for piece in paper.pieces if piece.verdict == "repeated"}
    unsettled: list[Row] = []
    passed: set[int] = set()
    """Rows that landed although damaged: whoever mends the other half of such a line finds it there."""
    for piece in paper.pieces:
        here = by_line.pop(piece.line, [])
        where = f"{name} ({paper.layout.encoding}, {paper.layout.delimiter!r}) line {piece.line}"
        is_aside = piece.line in aside
        wrong = sorted({column for row in here for column in _best(row, piece.rows)})
        verdict = piece.verdict
        if verdict == "nothing":
            if here:
                tally.wrong += 1
                fault(f"{where} is no row of data, but landed")
            continue
        if verdict == "repeated":
            tally.damaged += 1
            tally.read_right += len(here)
            twice[piece.rows[0].key] += len(here)
            if wrong:
                fault(f"{where}: {', '.join(wrong)} is not the truth")
            continue
        if verdict == "sound":
            tally.sound += 1
            tally.kept += len(here) == 1 and not wrong
        else:
            tally.damaged += 1
            tally.refused += is_aside and not here
            tally.read_right += bool(here) and not wrong
            tally.undetectable += verdict == "undetectable" and bool(wrong)
        if len(here) > 1 or (here and is_aside):
            fault(f"{where} landed {len(here)} times{' and was set aside' if is_aside else ''}")
        if wrong and verdict != "undetectable":
            tally.wrong += 1
            fault(f"{where} ({verdict}): landed with another {', '.join(wrong)}")
        if verdict == "refused" and here and not wrong:
            fault(f"{where}: should have been refused, but landed as the truth")
        if verdict in ("sound", "read") and is_aside:
            fault(f"{where} ({verdict}) was set aside: {aside[piece.line]}")
        if not here and not is_aside:
            fault(f"{where} ({verdict}) is neither landed nor set aside")
        if is_aside and not here:
            unsettled += piece.rows
        elif here and verdict == "undetectable":
            passed |= {id(row) for row in piece.rows}
    for line, rows in by_line.items():
        tally.wrong += len(rows)
        fault(f"{name} line {line}: {len(rows)} rows landed from where none stands")
    if paper.layout.table != "customers":
        for key in repeated:
            if twice[key] != 1:
                fault(f"{name}: a line that stands twice landed {twice[key]} times")
    known = {line for piece in paper.pieces for line in range(piece.line, piece.line + piece.lines)}
    if strangers := sorted(set(aside) - known):
        fault(f"{name}: set aside with line {strangers[0]}, where no row stands")
    return [row for row in unsettled if id(row) not in passed]


def _best(row: Mapping[str, object], truths: Iterable[Row]) -> list[str]:
    """The columns that differ from the nearest of the rows that stood there."""
    return min((differences(row, truth) for truth in truths), key=len, default=[])


def _told(message: str | None, paper: Paper) -> str:
    return (message or "no message").replace("\n", "⏎")[:160]


def _check_refusal(name: str, paper: Paper, outcome: FileOutcome, workspace: Workspace, fault) -> None:
    if not (workspace.inbox / name).exists():
        fault(f"{name} was refused, but is no longer in the inbox")
    message = outcome.message or ""
    if not message or "\n" in message:
        fault(f"{name}: {outcome.outcome} without a line that says why")
    if any(len(cell) > 3 and cell in message for row in paper.truth.rows for cell in row.cells.values()):
        fault(f"{name}: the message quotes a cell")


def _check_sums(
    name: str, ledger: Mapping[str, object], landed: Sequence[object], aside: Mapping[int, str], fault
) -> None:
    if ledger["rows_in"] != ledger["rows_accepted"] + ledger["rows_quarantined"] + ledger["rows_duplicate"]:
        fault(f"{name}: rows in are not accepted + quarantined + duplicate")
    if ledger["amount_in"] != ledger["amount_accepted"] + ledger["amount_quarantined"] + ledger["amount_duplicate"]:
        fault(f"{name}: money in is not accepted + quarantined + duplicate")
    if (ledger["rows_accepted"], ledger["rows_quarantined"]) != (len(landed), len(aside)):
        fault(f"{name}: the ledger counts other rows than the lake holds")


# ---- mending


def _mended(
    workspace: Workspace, settings: Settings, papers: Mapping[str, Paper], unsettled: Mapping[str, list[Row]]
) -> list[tuple[str, str]]:
    """What is still amiss when every quarantine file was corrected with the truth and dropped in again: (file, fault)."""
    faults: list[tuple[str, str]] = []
    for path in list(workspace.inbox.iterdir()):
        path.unlink()
    for name, paper in papers.items():
        if not unsettled[name]:
            continue
        aside = next(workspace.quarantine.glob(f"{name.removesuffix('.csv')}.*quarantine.csv"), None)
        if aside is None:
            faults.append((name, f"{name}: rows were set aside, but there is no file to mend"))
            continue
        (workspace.inbox / f"mended {name}").write_text(
            _mended_text(aside.read_bytes().decode("utf-8-sig"), paper, unsettled[name]), newline=""
        )
    outcomes, crashes = landed(workspace, settings, NOW + timedelta(days=1))
    faults += [(name.removeprefix("mended "), f"{name}: CRASH {told}") for name, told in crashes.items()]
    for outcome in outcomes.values():
        name = outcome.file.removeprefix("mended ")
        if outcome.outcome not in ("landed", "landed_before") or outcome.rows_quarantined:
            told = outcome.message or f"{outcome.rows_quarantined} rows set aside again"
            faults.append((name, f"{name}: mended, and not taken: {told[:160]}"))
    lake = Lake(workspace.lake)
    rows = landed_rows(lake, known_ledger(lake, None))
    now_there = _with_keys(rows.order_lines.collect(), rows.buyers.collect())
    lines: dict[tuple[object, ...], list[dict[str, object]]] = defaultdict(list)
    for row in now_there.iter_rows(named=True):
        lines[row["order_id"], row["product_id"]].append(row)
    for row in rows.customers.collect().iter_rows(named=True):
        lines[row["member_id"],].append(row)
    for name, settled in unsettled.items():
        for truth in settled:
            there = lines[truth.key]
            if len(there) != 1:
                faults.append((name, f"{name}: a mended row stands in the lake {len(there)} times"))
            elif truth.values.get("order_id") in papers[name].shortened:
                continue
            elif wrong := differences(there[0], truth):
                faults.append((name, f"{name}: a mended row has another {', '.join(wrong)}"))
    return faults


def _mended_text(text: str, paper: Paper, unsettled: Iterable[Row]) -> str:
    """quarantine.csv as a careful user mends it: each line that was set aside replaced by the true row or rows, those that
    are there already left out."""
    limit = csv.field_size_limit(1 << 30)
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    csv.field_size_limit(limit)  # a limit of the process: the product's own must be the one that is tested
    line_at = len(header) - len(TOLD)
    own = header.index(LINE_NO)
    of_line: dict[int, Piece] = {
        line: piece for piece in paper.pieces for line in range(piece.line, piece.line + piece.lines)
    }
    mended = io.StringIO(newline="")
    writer = csv.writer(mended)
    writer.writerow(header)
    waiting = {id(row) for row in unsettled}
    for row in rows:
        piece = of_line.get(int(row[line_at])) if row[line_at].isdigit() else None
        for truth in piece.rows if piece else ():
            if id(truth) not in waiting:  # the other half of a line that was broken in two
                continue
            waiting.remove(id(truth))
            cells = ["" if role is None else truth.cells[role] for role in paper.layout.roles]
            writer.writerow([*cells, *row[own:]])
    return mended.getvalue()
