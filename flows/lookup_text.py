"""The look-ups on the terminal: short tables in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from flows.lookups import MATCHES_SHOWN, ComingDates, DayCare, Found
from report_templates import lookup_sentences as told
from report_templates.dossier_page import dossier_page
from report_templates.language import UNKNOWN, Language
from schemas.dossier import AskedOn, CareRow, Dossier


def show_found(found: Found) -> None:
    """One dossier, or the short list."""
    console, say = _console(found.asked)
    if found.dossier is not None:
        _show_dossier(console, say, found.dossier, found.asked)
        return
    shown = found.matches[:MATCHES_SHOWN]
    console.print(Text(told.matches_head(say, found.matches, len(shown)), style="bold"))
    table = _Columns(told.match_heads(say), numbers=(6,))
    for one in shown:
        table.add_row(
            one.customer_id,
            _named(one.name, one.is_vip),
            one.phone or "",
            one.home_store or UNKNOWN,
            told.status(say, one.status),
            one.last_purchase_on.isoformat() if one.last_purchase_on else UNKNOWN,
            say.amount(one.net_sales),
            told.FOUND_BY[one.found_by](say),
        )
    console.print(table.text())
    _foot(console, say, found.asked)


def show_care(care: DayCare) -> None:
    """The day's list, store by store and associate by associate."""
    console, say = _console(care.asked)
    console.print(Text(told.care_head(say, care.asked, care.rows), style="bold"))
    if care.greeting:
        console.print(Text(care.greeting))
    pairs = list(zip(care.rows, care.messages, strict=True))
    owner: tuple[str, str | None] | None = None
    group: list[tuple[CareRow, str]] = []
    for row, message in pairs:
        if (row.store_id, row.associate_id) != owner:
            _show_group(console, say, group)
            owner, group = (row.store_id, row.associate_id), []
        group.append((row, message))
    _show_group(console, say, group)
    for line in told.care_tail(say, care.rows):
        console.print(Text(line))
    if care.rows:
        console.print(Text(told.quiet(say, care.quiet_from, care.quiet_until), style="dim"))
    _foot(console, say, care.asked)


def _show_group(console: Console, say: Language, group: Sequence[tuple[CareRow, str]]) -> None:
    if not group:
        return
    first = group[0][0]
    console.print()
    console.print(Text(told.owner(say, first, len(group)), style="bold"))
    table = _Columns(told.care_heads(say))
    for row, message in group:
        state = told.care_state(say, row)
        table.add_row(_named(row.name, row.is_vip), row.phone or "", told.kind(say, row.kind), told.care_why(say, row),
                      told.channel(say, row.channel), "" if state else told.from_when(say, row), state or message)  # fmt: skip
    console.print(table.text())


def show_dates(dates: ComingDates) -> None:
    """Whose dates come, day by day."""
    console, say = _console(dates.asked)
    console.print(Text(told.dates_head(say, dates.rows, dates.first, dates.last), style="bold"))
    if dates.rows:
        table = _Columns(told.date_heads(say))
        for row in dates.rows:
            may = "" if row.may_contact else " · " + told.channel(say, "in_store")
            table.add_row(
                say.cell_day(row.date.on),
                say.weekday(row.date.on),
                _named(row.name, row.is_vip),
                row.phone or "",
                told.own_date(say, row.date),
                told.status(say, row.status) + may,
                row.store,
                row.associate or UNKNOWN,
            )
        console.print(table.text())
    _foot(console, say, dates.asked)


def _show_dossier(console: Console, say: Language, dossier: Dossier, asked: AskedOn) -> None:
    """The same rows as the page, one under the other."""
    page = dossier_page(dossier, asked, say)
    console.print(Text(str(page["title"]), style="bold"))
    console.print(Text(str(page["lede"])))
    heads = told.parts(say)
    left, right = page["who"]
    _show_pairs(console, heads["who"], [*page["tiles"], *left, *right])
    for part in ("keys", "dates", "next_care"):
        _show_pairs(console, heads[part], page[part])
    _show_rows(console, heads["purchases"], _Columns(told.purchase_heads(say), numbers=(3,)), page["purchases"])
    _show_rows(console, heads["words"], _Columns(told.word_heads(say)), page["words"])
    _show_pairs(console, heads["served_by"], [(name, days) for name, days, _ in page["served_by"]])
    for part in ("complaints", "surveys"):
        _show_pairs(console, heads[part], page[part])
    for line in page["brought"]:
        console.print(Text(line))
    _foot(console, say, asked)


def _show_rows(console: Console, head: str, table: _Columns, rows: Sequence[Sequence[str]]) -> None:
    if not rows:
        return
    console.print(Text(f"\n{head}", style="bold"))
    for row in rows:
        table.add_row(*row)
    console.print(table.text())


def _show_pairs(console: Console, head: str, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    console.print(Text(f"\n{head}", style="bold"))
    table = _Columns(())
    for label, value in rows:
        table.add_row(label, value)
    console.print(table.text())


def _foot(console: Console, say: Language, asked: AskedOn) -> None:
    console.print()
    for line in told.known(say, asked):
        console.print(Text(line, style="bold" if asked.is_stale else "dim"))


def _console(asked: AskedOn) -> tuple[Console, Language]:
    return Console(highlight=False, soft_wrap=True), Language(asked.locale, asked.currency)


class _Columns:
    """Rows under heads, each column as wide as its widest cell on a terminal (a Chinese character takes two places).

    Rich's own tables take a second for a day's list of a larger chain; what a customer wrote is never taken for markup.
    """

    def __init__(self, heads: Sequence[str], numbers: Sequence[int] = ()) -> None:
        self._rows: list[Sequence[str]] = [heads] if heads else []
        self._heads = len(self._rows)
        self._numbers = numbers

    def add_row(self, *cells: str) -> None:
        self._rows.append([" ".join(str(cell).split()) for cell in cells])

    def text(self) -> Text:
        widths = [max(cell_len(row[place]) for row in self._rows) for place in range(len(self._rows[0]))]
        told = Text()
        for number, row in enumerate(self._rows):
            line = "  ".join(
                self._padded(cell, width, place) for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            )
            told.append(("\n" if number else "") + line.rstrip(), style="dim" if number < self._heads else "")
        return told

    def _padded(self, cell: str, width: int, place: int) -> str:
        gap = " " * (width - cell_len(cell))
        return gap + cell if place in self._numbers else cell + gap


def _named(name: str, is_vip: bool) -> str:
    return f"★ {name}" if is_vip else name
