"""For a file that no format knows: the table, a role for each column, how sure that is and why, as a [sources.NAME] table.

Header words propose, values confirm or refuse. What the file cannot prove is a question, and a proposal with open
questions is not saved: a wrong mapping lands wrong money without a word, an open question costs one answer (`--set`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import polars as pl

from flows.errors import UsageError
from flows.inspecting.column_roles import Candidate, Reading, Sureness, named_as, read_as
from flows.inspecting.file_text import FITS, HALF_FITS, NEARLY_FITS, NUMBER_KINDS, FileText, quoted, values_seen
from flows.inspecting.order_line_checks import add_sale_rule, check_order_lines, settle_grain, settle_unnamed_triple
from flows.sources import READING_KEYS, required_roles, toml_key, toml_value
from schemas.column_synonyms import FIRST_NAME, KIND_WORDS, LAST_NAME, NO_ROLE, TIME_OF_DAY
from schemas.source_formats import INPUT_TABLES, normalised_header, roles_of

TABLE_MARGIN = 0.8
"""By how much (in columns explained) the best table must lead to be sure."""

LEFT_OUT = "-"
"""An answer: no column has this role."""


@dataclass(frozen=True)
class ColumnProposal:
    """One column of the file: what it would be, how sure, and why in words."""

    header: str
    """As chain.toml names it: the second "Date" is "Date (2)"."""
    role: str | None
    sureness: Sureness | None
    reason: str
    seen: str
    """What its values look like, masked."""


@dataclass(frozen=True)
class Proposal:
    """What a file is proposed to be; `told` is the [sources.NAME] table."""

    file: str
    name: str
    table: str | None
    table_sureness: Sureness
    table_reason: str
    columns: tuple[ColumnProposal, ...]
    told: Mapping[str, Any]
    questions: tuple[str, ...]
    """What must be answered before it can be saved, each with the answer's form."""
    notes: tuple[str, ...]

    @property
    def is_ready(self) -> bool:
        return self.table is not None and not self.questions

    @property
    def roles(self) -> dict[str, str]:
        """Role → header, as proposed."""
        return {column.role: column.header for column in self.columns if column.role}

    def toml(self) -> str:
        """The [sources.NAME] table, ready for chain.toml; what is unsure says so behind its line."""
        lines = [f"[sources.{toml_key(self.name)}]"]
        for key, value in self.told.items():
            if key not in ("columns", "rules"):
                lines.append(f"{key} = {toml_value(value)}")
        if self.told.get("rules"):
            lines.append("# the first rule that holds decides what a row is; no rule: a sale")
            lines += ["rules = [", *(f"  {toml_value(rule)}," for rule in self.told["rules"]), "]"]
        lines.append(f"[sources.{toml_key(self.name)}.columns]")
        doubts = {column.role: column for column in self.columns if column.sureness == "unsure"}
        for role, value in self.told["columns"].items():
            doubt = "   # unsure: " + " ".join(doubts[role].reason.split()) if role in doubts else ""
            lines.append(f"{role} = {toml_value(value)}{doubt}")
        return "\n".join(lines) + "\n"


# ---- what the columns of the other tables say


KEY_OF = {"customers": "member_id", "products": "product_id", "stores": "store_id", "associates": "associate_id"}
"""Table → the role that names each of its rows."""


def _check_register(reading: Reading) -> None:
    """A register (products, customers, stores, associates) has each key once."""
    file, role = reading.file, KEY_OF.get(reading.table)
    days = [at for at, seen in enumerate(file.profiles) if seen["date"] >= FITS and seen["filled"]]
    for day_role, candidate in list(reading.chosen.items()):
        if candidate.match == "vague" and days == [candidate.at]:
            reading.sure(day_role, "likely", "its name, and the only days in the file")
    if reading.table == "customers" and "name" in reading.chosen and reading.chosen["name"].match == "vague":
        seen = file.profiles[reading.chosen["name"].at]
        share = max(seen["person_zh"], seen["person_latin"])
        if share >= HALF_FITS:
            reading.sure("name", "likely", f"{share:.0%} of its values look like names of people")
    elif "name" in reading.chosen and reading.chosen["name"].match == "vague":
        reading.sure("name", "likely", "its name, in a file of this kind")
    if role is None or role not in reading.chosen:
        return
    seen = file.profiles[reading.chosen[role].at]
    share = seen["distinct"] / max(seen["filled"], 1)
    if reading.chosen[role].match in ("vague", "part") and share >= FITS and seen["filled"] >= 2:
        reading.sure(role, "likely", f"each of its {seen['filled']:,} values stands once")
    elif share < NEARLY_FITS:
        reading.sure(
            role, "unsure", f"it should name each row, but has {seen['distinct']:,} values in {seen['filled']:,} rows"
        )


# ---- how the file is written


def _settle_days(reading: Reading) -> None:
    """date_order of the whole file from its date columns, and the time of day that stands in a column of its own."""
    file, roles = reading.file, roles_of(reading.table)
    orders: dict[str, list[str]] = {}
    proven = False
    for role, candidate in reading.chosen.items():
        if roles[role].kind not in ("date", "datetime", "month_day") or file.profiles[candidate.at]["date"] < HALF_FITS:
            continue
        told = file.dates(candidate.at)
        header = quoted(file.header[candidate.at])
        if len(told.formats) > 1 or (told.other and told.formats):
            shapes = " · ".join(f"{form.shape} {form.cells:,} (line {form.line})" for form in told.formats)
            reading.notes.append(
                f"{header} mixes ways of writing days: {shapes}{f' · other {told.other:,}' if told.other else ''}"
            )
        if told.order is None:
            if told.why.startswith("mixed"):
                reading.questions.append(f"{header} cannot be read: {told.why}; export it with the year first")
            elif "date_order" not in reading.settings:
                orders.setdefault("?", []).append(f"{header}: {told.why}")
        elif told.order != "ymd":
            orders.setdefault(told.order, []).append(f"{header}: {told.why}")
            proven = proven or told.is_proven
    if "date_order" not in reading.settings:
        decided = [order for order in orders if order != "?"]
        if len(decided) == 1:
            reading.settings["date_order"] = decided[0]
            word = "day first" if decided[0] == "dmy" else "month first"
            reading.notes.append(f"days are read {word}{'' if proven else ' (likely)'}: {orders[decided[0]][0]}")
        elif len(decided) == 2:
            told_both = "; ".join(f"{order}: {orders[order][0]}" for order in decided)
            reading.questions.append(f"days are written both ways ({told_both}): export them with the year first")
        elif "?" in orders:
            reading.questions.append(f"{orders['?'][0]}; say which: --set date_order=dmy (or mdy)")
    at = reading.at("ordered_at")
    if at is not None and file.profiles[at]["with_clock"] < HALF_FITS:
        clocks = [
            position
            for position, seen in enumerate(file.profiles)
            if seen["clock"] >= FITS and seen["filled"] and named_as(TIME_OF_DAY, file.words[position])
        ]
        if len(clocks) == 1:
            reading.following["ordered_at"] = clocks
    if reading.table == "customers" and "name" not in reading.chosen:
        first, last = ([p for p, w in enumerate(file.words) if w in words.plain] for words in (FIRST_NAME, LAST_NAME))
        if len(first) == 1 and len(last) == 1:
            zh = file.profiles[last[0]]["person_latin"] < HALF_FITS and not file.words[last[0]].isascii()
            order = (last, first) if zh else (first, last)
            reading.chosen["name"] = Candidate(
                "name", order[0][0], 0.8, "plain", "sure", "first and last name, together"
            )
            reading.following["name"] = order[1]


def _settle_decimals(reading: Reading) -> None:
    roles = roles_of(reading.table)
    money = [c.at for role, c in reading.chosen.items() if roles[role].kind in NUMBER_KINDS]
    if not money or "decimal_comma" in reading.settings:
        return
    told = reading.file.decimals_of(money)
    if told.point_cells and told.comma_cells:
        reading.questions.append(
            f"amounts are written both ways: {told.point_cells:,} cells like 12.50 (line {told.point_line}), "
            f"{told.comma_cells:,} like 12,50 (line {told.comma_line}); export them one way"
        )  # fmt: skip
    elif told.is_comma:
        reading.settings["decimal_comma"] = True
        reading.notes.append(
            f"amounts are written 1.234,50: {told.comma_cells:,} cells show it (line {told.comma_line})"
        )
    elif told.is_comma is None:
        doubtful = reading.file.rows.select(
            pl.any_horizontal(pl.col([str(at) for at in money]).str.contains(r"\d[.,]\d{3}(\D|$)").any())
        ).item()
        if doubtful:
            reading.questions.append(
                "amounts like 1,234 or 1.234 can be thousands or decimals, and no cell tells: "
                "--set decimal_comma=false (1,234.50) or true (1.234,50)"
            )


# ---- the proposal


def propose(
    file: FileText,
    *,
    taken_names: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
    found: Mapping[str, tuple[int, str]] | None = None,
    table: str | None = None,
    settings: Mapping[str, Any] | None = None,
    from_head: bool = False,
    notes: Sequence[str] = (),
) -> Proposal:
    """The file as the table it most likely is.

    `answers` are the user's (`--set`): roles → header, settings → value, words of a status → kind. `found`, `table` and
    `settings` are what other files of the same inspection settled (side tables). `from_head`: the order's date, store and
    customer stand in a file of heads. UsageError for an answer that names nothing.
    """
    answers = dict(answers or {})
    is_told = "table" in answers
    table = answers.pop("table", table)
    if table is not None and table not in INPUT_TABLES:
        raise UsageError(f"--set table={table}: not one of {', '.join(INPUT_TABLES)}")
    name = answers.pop("name", None) or source_name(file.file, taken_names)
    left_out = [role for role, value in answers.items() if value == LEFT_OUT]
    told, fixed, words = _answers(file, table, {key: value for key, value in answers.items() if value != LEFT_OUT})
    told = {**(found or {}), **told}
    fixed = {**(settings or {}), **fixed}
    readings = [read_as(file, t, told, fixed, left_out) for t in ([table] if table else INPUT_TABLES)]
    for reading in readings:
        if reading.table == "order_lines":
            settle_unnamed_triple(reading)
            settle_grain(reading)
    ranked = sorted(readings, key=lambda reading: -reading.score())
    reading = ranked[0]
    sureness, why = _table_sureness(ranked, told_by_user=is_told)
    if not any(c.match != "values" for c in reading.chosen.values()) and table is None:
        return _unknown(file, name, why)
    (check_order_lines if reading.table == "order_lines" else _check_register)(reading)
    _with_words(reading, words)
    if reading.table == "order_lines" and "rules" not in reading.settings:
        add_sale_rule(reading, words)
    _settle_days(reading)
    _settle_decimals(reading)
    _ask_for_what_is_open(reading, sureness, why, from_head, ranked)
    return _made(reading, name, sureness, why, [*notes, *reading.notes])


def _answers(file: FileText, table: str | None, answers: Mapping[str, str]) -> tuple[dict, dict, dict]:
    """The user's answers as (role → column, settings, word → kind)."""
    told: dict[str, tuple[int, str]] = {}
    fixed: dict[str, Any] = {}
    words: dict[str, str] = {}
    all_roles = {role for t in ([table] if table else INPUT_TABLES) for role in roles_of(t)}
    headers = {normalised_header(text): at for at, text in reversed(list(enumerate(file.header)))}
    for key, value in answers.items():
        if key in READING_KEYS or key in ("currency", "exact_duplicates"):
            fixed[key] = {"true": True, "false": False}.get(value, value)
        elif key in all_roles:
            at = headers.get(normalised_header(value))
            if at is not None:
                told[key] = (at, "as you said")
            elif key in ("store_id", "channel"):
                fixed[key] = value
            else:
                raise UsageError(
                    f"--set {key}={value}: no such column in {file.file}; columns are {', '.join(file.header)}"
                )
        elif value == "sale" or value in KIND_WORDS:
            words[key] = value
        else:
            raise UsageError(f"--set {key}={value}: {key} is neither a role nor a setting of a source")
    return told, fixed, words


def _with_words(reading: Reading, words: Mapping[str, str]) -> None:
    """The user's word on words: rules for them, and the question about them answered."""
    for word, kind in words.items():
        for role in ("status", "line_type"):
            at = reading.at(role)
            if at is not None and word in reading.file.words_of(at):
                if kind != "sale":
                    reading.rules.insert(0, {"kind": kind, "column": reading.file.header[at], "is": [word]})
                asked = f"in {quoted(reading.file.header[at])}: a sale, or what?"
                reading.questions = [_without_word(q, word) if asked in q else q for q in reading.questions]
    reading.questions = [question for question in reading.questions if question]


def _without_word(question: str, word: str) -> str:
    listed, _, rest = question.partition(" in “")
    left = [item for item in listed.split(", ") if item != quoted(word)]
    if not left:
        return ""
    rest = re.sub(r"--set \S.*?=sale\"?", f"--set {_shell(left[0].strip('“”') + '=sale')}", rest)
    return f"{', '.join(left)} in “{rest}"


def _table_sureness(ranked: Sequence[Reading], *, told_by_user: bool) -> tuple[Sureness, str]:
    best = ranked[0]
    known = roles_of(best.table)
    roles = [role for role in known if role in best.chosen and best.chosen[role].match != "values"]
    roles.sort(key=lambda role: not known[role].required)
    holds = f"it holds {', '.join(roles[:4])}" if roles else "no column says what it is"
    if told_by_user:
        return "sure", "as you said" if len(ranked) == 1 else holds
    if len(ranked) == 1:
        return "sure", "shown by the other files"
    margin = best.score() - ranked[1].score()
    if margin >= TABLE_MARGIN and best.score() > 0:
        return "sure", holds
    if margin >= TABLE_MARGIN / 4 and best.score() > 0:
        return "likely", f"{holds}; {ranked[1].table} would explain less"
    return "unsure", f"{holds}, but it may be {ranked[1].table} as well"


def _ask_for_what_is_open(
    reading: Reading, sureness: Sureness, why: str, from_head: bool, ranked: Sequence[Reading]
) -> None:
    questions = []
    if sureness == "unsure":
        likely = [r.table for r in ranked[:3]]
        questions.append(f"which table is it? {why}: --set table={likely[0]} (or {', '.join(likely[1:])})")
    needed = _needed(reading)
    for role in reading.missing():
        if from_head and role in ("ordered_at", "store_id", "net_sales"):
            continue
        questions.append(_question_for(role, reading))
    for role, candidate in reading.chosen.items():
        if candidate.sureness == "unsure" and role in needed:
            header = reading.file.header[candidate.at]
            questions.append(f"{role}: is it {quoted(header)}? {candidate.reason}: --set {role}={_shell(header)}")
    reading.questions = [*questions, *reading.questions]


def _shell(text: str) -> str:
    return text if re.fullmatch(r"[\w.=-]+", text) else f'"{text}"'


def _question_for(role: str, reading: Reading) -> str:
    zh = roles_of(reading.table)[role].zh
    free = [
        reading.file.header[at]
        for at in range(len(reading.file.header))
        if at not in {c.at for c in reading.chosen.values()}
    ]
    for at, why in reading.refused.items():
        if why.startswith(f"called like {role},"):
            return f"{role} ({zh}): {quoted(reading.file.header[at])} is {why}"
    one_of = f" (columns left: {', '.join(free[:8])})" if free else ""
    if role == "store_id":
        return "no column names the store: --set store_id=S01 if all of it is one store's, or --set store_id=HEADER"
    if role == "ordered_at":
        elsewhere = "if it stands in a file of the orders' heads, inspect both together"
        return f"no column says when ({zh}): --set ordered_at=HEADER{one_of}; {elsewhere}"
    if role == "net_sales":
        elsewhere = "if prices stand in a product file, inspect both together"
        return f"no column holds an amount or a price: --set net_sales=HEADER{one_of}; {elsewhere}"
    whole = (
        "; or --set grain=order if a row is a whole order"
        if role == "product_id" and reading.table == "order_lines"
        else ""
    )
    return f"no column for {role} ({zh}): --set {role}=HEADER{one_of}{whole}"


def _needed(reading: Reading) -> set[str]:
    """The roles that are worth a question when they are unsure; others are left out."""
    needed = {*required_roles(reading.table, grain=reading.grain), "store_id", KEY_OF.get(reading.table, "")}
    # an amount in doubt must not give way to quantity × price in silence
    needed |= {"net_sales", "order_paid"}
    return needed if {"net_sales", "order_paid"} & set(reading.chosen) else needed | {"unit_price"}


def _made(reading: Reading, name: str, sureness: Sureness, why: str, notes: Sequence[str]) -> Proposal:
    file = reading.file
    roles = roles_of(reading.table)
    at_column = {candidate.at: candidate for candidate in reading.chosen.values()}
    follows = {at: role for role, positions in reading.following.items() for at in positions if at not in at_column}
    columns = []
    mapped: dict[str, Any] = {}
    needed = _needed(reading)
    for at, header in enumerate(file.header):
        candidate = at_column.get(at)
        role = candidate.role if candidate else None
        seen = values_seen(file, at, role)
        if candidate:
            is_taken = candidate.sureness != "unsure" or role in needed
            reason = candidate.reason + ("" if is_taken else f"; not taken: --set {role}={_shell(header)}")
            columns.append(ColumnProposal(header, role, candidate.sureness, reason, seen))
        elif at in follows:
            columns.append(ColumnProposal(header, follows[at], "sure", "follows, in the same value", seen))
        else:
            reason = NO_ROLE.get(file.words[at], "") if reading.table == "order_lines" else ""
            reason = (
                reason
                or reading.refused.get(at, "")
                or ("empty" if not file.profiles[at]["filled"] else _left_over(reading, at))
            )
            columns.append(ColumnProposal(header, None, None, reason, seen))
    for role in roles:
        if role in reading.chosen and (reading.chosen[role].sureness != "unsure" or role in needed):
            header = file.header[reading.chosen[role].at]
            following = [file.header[at] for at in reading.following.get(role, ())]
            is_number_id = roles[role].kind == "id" and _ends_in_point_zero(file, reading.chosen[role].at)
            cut = {"and": following} if following else {}
            if is_number_id:
                cut["strip_suffix"] = ".0"  # type: ignore[assignment]
            mapped[role] = {"header": header, **cut} if cut else header
    told: dict[str, Any] = {"table": reading.table}
    told |= {key: value for key, value in reading.settings.items() if key not in ("rules",)}
    if reading.rules:
        told["rules"] = [rule for rule in reading.rules if _rule_column(rule, mapped)]
    told["columns"] = mapped
    return Proposal(
        file.file, name, reading.table, sureness, why, tuple(columns), told, tuple(reading.questions), tuple(notes)
    )


def _rule_column(rule: Mapping[str, Any], mapped: Mapping[str, Any]) -> bool:
    headers = [value["header"] if isinstance(value, dict) else value for value in mapped.values()]
    return rule["column"] in headers


def _ends_in_point_zero(file: FileText, at: int) -> bool:
    cells = file.sample[str(at)]
    filled = cells.filter(cells != "")
    return bool(len(filled)) and bool(filled.str.contains(r"^\d+\.0$").mean() >= FITS)  # type: ignore[operator]


def _left_over(reading: Reading, at: int) -> str:
    rivals = [c for c in reading.candidates if c.at == at and c.role in reading.chosen]
    if rivals:
        best = max(rivals, key=lambda c: c.strength)
        return f"could be {best.role} too"
    return ""


def _unknown(file: FileText, name: str, why: str) -> Proposal:
    columns = tuple(
        ColumnProposal(header, None, None, "", values_seen(file, at, None)) for at, header in enumerate(file.header)
    )
    question = "no column says what the file is: --set table=… and a role for each column, e.g. --set order_id=HEADER"
    return Proposal(file.file, name, None, "unsure", why, columns, {"columns": {}}, (question,), ())


def source_name(file_name: str, taken: Sequence[str]) -> str:
    """A name for the source from the file's: without its days, counters and extension, and not one of `taken`."""
    stem = PurePath(file_name).name.split(".")[0].casefold()
    stem = re.sub(r"\(\d+\)|（\d+）|copy|副本", " ", stem)
    stem = re.sub(r"(19|20)\d{2}[-_. 年]?(\d{1,2})?[-_. 月]?(\d{1,2})?日?", " ", stem)
    stem = re.sub(r"[\W_]+", "_", re.sub(r"(?<![a-z\d])\d+(?![a-z\d])", " ", stem)).strip("_") or "my_till"
    name, step = stem, 1
    while name in taken:
        step += 1
        name = f"{stem}_{step}"
    return name
