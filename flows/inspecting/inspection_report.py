"""An inspection as it is read on a terminal: aligned columns, Chinese signs counted as two cells wide."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len, set_cell_size

from flows.inspecting.inspection import Inspection, Landable
from flows.inspecting.proposal import Proposal
from flows.inspecting.side_tables import Link
from schemas.quarantine import REASONS
from schemas.source_formats import roles_of

WIDEST = 34
"""Cells that a column of the listing may take, the last one apart."""


def inspection_lines(found: Inspection, *, is_zh: bool) -> list[str]:
    """The lines that tell of one file. `is_zh`: roles and reasons also carry their Chinese names."""
    lines = [_first_line(found)]
    if found.proposal:
        return lines + _proposal_lines(found, found.proposal, is_zh)
    if found.message:
        lines.append(f"  {found.message}")
        if found.header:
            lines.append(f"  columns: {', '.join(found.header)}")
        return lines
    lines.append(f"  is {found.source} ({found.table})")
    roles = roles_of(found.table or "order_lines")
    lines += _table([[header, f"→ {_role(role, roles[role].zh, is_zh)}"] for header, role in found.columns.items()])
    if found.ignored:
        lines.append(f"    not used: {', '.join(found.ignored)}")
    return lines + _problem_lines(found.problems, found.examples, is_zh)


def link_lines(links: Sequence[Link]) -> list[str]:
    """Which file is the side table of which, and by what."""
    if not links:
        return []
    return ["how the files belong together", *(f"  {link.file} → {link.side_file}: {link.words}" for link in links)]


def _first_line(found: Inspection) -> str:
    if not found.header:
        return found.file
    delimiter = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "|"}.get(found.delimiter or "", found.delimiter)
    if found.encoding is None:
        return f"{found.file}: {found.rows:,} rows"
    return f"{found.file}: {found.rows:,} rows, {found.encoding}, separated by {delimiter}"


def _proposal_lines(found: Inspection, proposal: Proposal, is_zh: bool) -> list[str]:
    lines: list[str] = []
    if found.message:
        lines.append(f"  {found.message}")
    if proposal.table is None:
        lines.append("  proposal: none")
        lines += ["", *_table([["column", "values"], *([c.header, c.seen] for c in proposal.columns)], ruled=True)]
    else:
        lines.append(f"  proposal: {proposal.table}, {proposal.table_sureness} ({proposal.table_reason})")
        roles = roles_of(proposal.table)
        used = [c for c in proposal.columns if c.role]
        rows = [["column", "values", "role", "how sure", "because"]]
        rows += [
            [c.header, c.seen, _role(c.role or "", roles[c.role or ""].zh, is_zh), c.sureness or "", c.reason]
            for c in used
        ]
        lines += ["", *_table(rows, ruled=True)]
        unused = [c for c in proposal.columns if not c.role]
        if unused:
            lines += ["", "  not used"]
            lines += _table([[c.header, c.seen, c.reason] for c in unused])
    if proposal.notes:
        lines += ["", *(f"  · {note}" for note in proposal.notes)]
    if proposal.questions:
        lines += ["", "  to be answered before it can be saved"]
        lines += [f"  ? {question}" for question in proposal.questions]
    if found.landable:
        lines += ["", *_landable_lines(found.landable, is_zh)]
    if proposal.table:
        lines += ["", *(f"    {line}" for line in proposal.toml().splitlines())]
    return lines


def _landable_lines(told: Landable, is_zh: bool) -> list[str]:
    kinds = " · ".join(f"{kind} {rows:,}" for kind, rows in told.kinds.items())
    money = f"; net sales {told.net_sales:,}" if told.net_sales is not None else ""
    lines = [f"  would land {told.rows:,} rows{f' ({kinds})' if kinds else ''}{money}"]
    if told.quarantined:
        lines.append(f"  would quarantine {told.quarantined:,}")
    return lines + _problem_lines(told.problems, told.examples, is_zh)


def _problem_lines(problems: dict[str, int], examples: Iterable[dict[str, object]], is_zh: bool) -> list[str]:
    lines = []
    for code, rows in problems.items():
        reason = REASONS.get(code)
        told = "" if reason is None else f"  {reason.zh if is_zh else reason.en}"
        lines.append(f"    {rows} rows: {code}{told}")
    lines += [f"      line {example['line']}, {example['column']}: {example['reason']}" for example in examples]
    return lines


def _role(role: str, zh: str, is_zh: bool) -> str:
    return f"{role} {zh}" if is_zh else role


def _table(rows: Sequence[Sequence[str]], *, ruled: bool = False) -> list[str]:
    """Rows as aligned lines; the last column runs free. `ruled`: a rule under the first row."""
    widths = [min(WIDEST, max(cell_len(row[at]) for row in rows)) for at in range(len(rows[0]) - 1)] if rows else []
    lines = []
    for row in rows:
        cells = [set_cell_size(_cut(text, width), width) for text, width in zip(row, widths, strict=False)]
        lines.append("    " + "  ".join([*cells, row[-1]]).rstrip())
    if ruled and lines:
        widest = max(cell_len(line) for line in lines[:1]) - 4
        lines.insert(1, "    " + "─" * max(widest, sum(widths) + 2 * len(widths)))
    return lines


def _cut(text: str, width: int) -> str:
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"
