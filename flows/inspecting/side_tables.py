"""Several files of one till: which is the side table of which, by the values they share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flows.inspecting.column_roles import PRICES, named_as
from flows.inspecting.file_text import FITS, HALF_FITS, FileText, quoted
from flows.inspecting.proposal import Proposal, propose
from schemas.column_synonyms import SYNONYMS
from transforms.profiling import share_found

SIDE_TABLES = {"product_id": "products", "store_id": "stores", "associate_id": "associates", "member_id": "customers"}
"""Role of an order line → the register whose key it is."""
SHARED = 0.8
"""Share of a column's values that must stand in the other file."""


@dataclass(frozen=True)
class Link:
    """Values of one file's column that stand in another's: the second is the first one's side table."""

    file: str
    header: str
    role: str
    side_file: str
    side_header: str
    share: float
    values: int

    @property
    def words(self) -> str:
        where = f"{self.side_file} under {quoted(self.side_header)}"
        return f"{self.share:.0%} of the {self.values:,} values of {quoted(self.header)} stand in {where}"


def propose_together(
    files: Sequence[FileText],
    known: Mapping[str, tuple[str, Mapping[str, int]]],
    *,
    taken_names: Sequence[str] = (),
    answers: Mapping[str, str] | None = None,
) -> tuple[dict[str, Proposal], list[Link]]:
    """(file → proposal, links) of the files that no format knows; `known`: recognised file → (table, role → column).

    Values that two files share tell which is the side table of which: the product file, the heads of the orders.
    """
    names = list(taken_names)
    proposals: dict[str, Proposal] = {}
    for file in files:
        if file.file not in known:
            proposals[file.file] = propose(file, taken_names=names, answers=answers)
            names.append(proposals[file.file].name)
    by_name = {file.file: file for file in files}
    places = {
        name: (told.table, {role: by_name[name].header.index(h) for role, h in told.roles.items()})
        for name, told in proposals.items()
    }
    places |= {name: (table, dict(roles)) for name, (table, roles) in known.items()}
    links: list[Link] = []
    hints: dict[str, dict[str, Any]] = {name: {"found": {}, "settings": {}, "notes": []} for name in proposals}
    for name, (table, roles) in places.items():
        if table != "order_lines":
            continue
        for other in by_name:
            if other != name:
                _link(by_name[name], roles, by_name[other], places[other], links, hints)
    for name, hint in hints.items():
        if any((hint["found"], hint["settings"], hint["notes"], hint.get("table"))):
            before = proposals[name]
            proposals[name] = propose(
                by_name[name], taken_names=(), answers={**(answers or {}), "name": before.name}, found=hint["found"],
                table=hint.get("table", before.table), settings=hint["settings"], from_head=bool(hint.get("from_head")),
                notes=hint["notes"],
            )  # fmt: skip
    return proposals, links


def _link(
    lines: FileText, roles: Mapping[str, int], side: FileText, place: tuple[str | None, Mapping[str, int]],
    links: list[Link], hints: dict[str, dict[str, Any]],
) -> None:  # fmt: skip
    """Looks for the keys of `lines` in `side`; writes what it finds into `links` and `hints`."""
    side_table, side_roles = place
    keys = [
        at
        for at, seen in enumerate(side.profiles)
        if seen["filled"] >= 2 and seen["distinct"] >= FITS * seen["filled"] and seen["date"] < HALF_FITS
    ]
    if side_table == "order_lines":
        order, head = roles.get("order_id"), side_roles.get("order_id")
        if order is None or head is None or head not in keys or "ordered_at" in roles or "ordered_at" not in side_roles:
            return
        share, values = share_found(lines.rows[str(order)], side.rows[str(head)])
        if share < SHARED:
            return
        links.append(Link(lines.file, lines.header[order], "order_id", side.file, side.header[head], share, values))
        words = links[-1].words
        items = f"items of orders: {words}; date, customer and store come from the head"
        heads = f"heads of orders: {words.replace(side.file, 'this file')}; items are in {lines.file}"
        for name, told in ((lines.file, items), (side.file, heads)):
            if name in hints:
                hints[name]["notes"].append(told)
                hints[name]["table"] = "order_lines"
        if lines.file in hints:
            hints[lines.file]["from_head"] = True
            hints[lines.file]["found"]["order_id"] = (order, links[-1].words)
        if side.file in hints:
            hints[side.file]["settings"]["grain"] = "order"
            hints[side.file]["found"]["order_id"] = (head, "the items' orders stand here, each once")
        return
    for role, table in SIDE_TABLES.items():
        if (
            side_table is not None
            and side_table != table
            and side_table in SIDE_TABLES.values()
            and side.file not in hints
        ):
            continue
        at = roles.get(role)
        if at is None or lines.profiles[at]["distinct"] < 2:
            continue
        best: tuple[float, int, int] | None = None
        for key in keys:
            is_named = named_as(SYNONYMS[table][role], side.words[key]) is not None
            is_telling = side.profiles[key]["longest"] >= 4 and lines.profiles[at]["distinct"] >= 3
            if not is_named and not is_telling:
                continue
            share, values = share_found(lines.rows[str(at)], side.rows[str(key)])
            if share >= SHARED and (best is None or share > best[0]):
                best = (share, values, key)
        if best is None:
            continue
        share, values, key = best
        link = Link(lines.file, lines.header[at], role, side.file, side.header[key], share, values)
        links.append(link)
        if lines.file in hints:
            hints[lines.file]["found"][role] = (at, link.words)
            hints[lines.file]["notes"].append(f"{table} are in {side.file}: {link.words}")
        if side.file in hints:
            hints[side.file]["found"][role] = (key, f"the {quoted(lines.header[at])} of {lines.file} stand here")
            hints[side.file]["table"] = table
            hints[side.file]["notes"].append(
                f"side table of {lines.file}: {link.words.replace(side.file, 'this file')}"
            )
        has_price = any(named_as(PRODUCT_PRICE, word) for word in side.words) or "list_price" in side_roles
        if table == "products" and has_price and not set(PRICES) & set(roles) and lines.file in hints:
            hints[lines.file]["settings"]["prices"] = "products"
            hints[lines.file]["notes"].append(f"no amounts here: prices are taken from {side.file}")
        return


PRODUCT_PRICE = SYNONYMS["products"]["list_price"]
