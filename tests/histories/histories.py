"""Random histories of a chain's files: what is dropped into the inbox, call after call, as small as can be and as odd."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import strategies as st

from tests.histories.intake_oracle import BAD, Row, Source

TILL = Source("till", ("T1", "T2"))
NUMBERED_TILL = Source("numbered_till", ("N1", "N2"), has_line_numbers=True)
SHOP = Source("shop", ("W1", "W2"), has_whole_orders=True)
NUMBERED_SHOP = Source("numbered_shop", ("V1",), has_line_numbers=True, has_whole_orders=True)
DISTINCT_TILL = Source("distinct_till", ("D1",), drops_repeated_rows=True)
ORDER_HEADS = Source("order_heads", ("W1", "T1"), is_whole_order_per_row=True)
SOURCES = (TILL, NUMBERED_TILL, SHOP, NUMBERED_SHOP, DISTINCT_TILL, ORDER_HEADS)

COLUMNS = {
    "order": "order_id", "product": "product_id", "quantity": "quantity", "net_sales": "net_sales",
    "ordered_at": "ordered_at", "store": "store_id", "line_no": "line_no", "member": "member_id", "status": "status",
    "cost": "cost", "promotion": "is_promotion", "associate": "associate_id", "occasion": "occasion",
}  # fmt: skip
"""Field of a Row → the role it plays."""


def fields_of(source: Source) -> list[str]:
    """The fields that this source's exports have, in order."""
    return [name for name in COLUMNS if name != "line_no" or source.has_line_numbers]


def header_of(source: Source) -> list[str]:
    """The export's header: each source has its own, so that it is recognised by it."""
    return [f"{source.name} {name}" for name in fields_of(source)]


def sources_toml() -> str:
    """The sources as chain.toml describes them."""
    told = []
    for source in SOURCES:
        columns = ", ".join(f'{COLUMNS[name]} = "{source.name} {name}"' for name in fields_of(source))
        told += [
            f"[sources.{source.name}]",
            f"columns = {{ {columns} }}",
            f'exact_duplicates = "{"drop" if source.drops_repeated_rows else "keep"}"',
            "rules = [",
            '  { kind = "cancelled", column = "status", is = ["cancelled"] },',
            '  { kind = "refund", column = "quantity", at_most = -0.001 },',
            "]",
        ]
        if source.has_whole_orders:
            told.append("whole_orders = true")
        if source.is_whole_order_per_row:
            told.append('grain = "order"')
    return "\n".join(told) + "\n"


# ---- what can happen


@dataclass(frozen=True)
class New:
    """An export with these rows."""

    source: Source
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Again:
    """The same bytes once more, under a new name."""

    file: int


@dataclass(frozen=True)
class Edited:
    """An earlier export made anew: rows moved about, some gone, some with other cells, some more."""

    file: int
    order: tuple[int, ...]
    without: frozenset[int]
    changes: tuple[tuple[int, str, str], ...]
    more: tuple[Row, ...]


@dataclass(frozen=True)
class Mended:
    """The quarantine file of an earlier export, its bad cells replaced."""

    file: int
    quantity: str
    net_sales: str


@dataclass(frozen=True)
class Customers:
    """A customer file: member, tier, points."""

    rows: tuple[tuple[str, str, str], ...]


Drop = New | Again | Edited | Mended | Customers
History = tuple[tuple[Drop, ...], ...]
"""One tuple per call of ingest, the files in order of their names. `file` counts all order files dropped before."""

PRODUCTS = ("p1", "p2")
MOMENTS = ("2026-10-01 10:00:00", "2026-10-01 18:00:00", "2026-08-15 09:30:00", "2025-12-24 12:00:00")
WORDS: dict[str, tuple[str, ...]] = {
    "product": PRODUCTS,
    "quantity": ("1", "2", "-1", BAD),
    "net_sales": ("5.00", "3.00", "0.10", BAD),
    "ordered_at": MOMENTS,
    "member": ("", "m1", "m2"),
    "status": ("", "cancelled"),
    "cost": ("", "1.00", "2.00"),
    "promotion": ("", "yes"),
    "associate": ("", "a1"),
}


def rows_of(source: Source) -> st.SearchStrategy[tuple[Row, ...]]:
    """A few rows of a few orders: most cells are alike, so that rows meet."""
    cells = {name: st.sampled_from(words) for name, words in WORDS.items()}
    plain = st.builds(
        _row, store=st.sampled_from(source.stores), number=st.sampled_from((1, 2)), product=cells["product"],
        quantity=st.sampled_from(("1", "1", "2", "-1", BAD)), net_sales=st.sampled_from(("5.00", "3.00", "0.10")),
        ordered_at=st.sampled_from(MOMENTS), member=cells["member"], status=st.sampled_from(("", "", "", "cancelled")),
        cost=cells["cost"], promotion=cells["promotion"],
        line_no=st.sampled_from(("1", "2", "3")) if source.has_line_numbers else st.just(""),
    )  # fmt: skip
    return st.lists(plain, min_size=1, max_size=5).map(lambda rows: one_buyer_per_order(tuple(rows)))


def _row(store: str, number: int, **cells: str) -> Row:
    """A row of the store's first or second order; the first is always somebody's birthday."""
    return Row(store=store, order=f"{store}-{number}", occasion="birthday" if number == 1 else "", **cells)


def one_buyer_per_order(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows with the member of the first row of their order: a receipt has one buyer (and ranks hang on it)."""
    member: dict[tuple[str, str], str] = {}
    for row in rows:
        member.setdefault((row.store, row.order), row.member)
    return tuple(replace(row, member=member[row.store, row.order]) for row in rows)


@st.composite
def histories(draw: st.DrawFn, calls: int = 5) -> History:
    """A history of at most so many calls, of one to three sources."""
    sources = draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=3, unique=True))
    dropped: list[Source] = []

    def edited(earlier: int) -> Edited:
        source = dropped[earlier]
        field = st.sampled_from([name for name in WORDS if name != "product"])
        change = field.flatmap(lambda name: st.tuples(st.integers(0, 5), st.just(name), st.sampled_from(WORDS[name])))
        return Edited(
            earlier,
            tuple(draw(st.permutations(range(6)))) if draw(st.booleans()) else tuple(range(6)),
            draw(st.frozensets(st.integers(0, 5), max_size=2)),
            tuple(draw(st.lists(change, max_size=2))),
            draw(rows_of(source)) if draw(st.booleans()) else (),
        )

    history: list[tuple[Drop, ...]] = []
    for _ in range(draw(st.integers(1, calls))):
        call: list[Drop] = []
        before = len(dropped)
        for _ in range(draw(st.integers(1, 3))):
            kind = draw(st.sampled_from(("new", "edited", "edited", "again", "mended", "customers")))
            if kind == "customers":
                member = st.tuples(
                    st.sampled_from(("m1", "m2")), st.sampled_from(("gold", "")), st.sampled_from(("10", "20"))
                )
                call.append(Customers(tuple(draw(st.lists(member, min_size=1, max_size=3)))))
                continue
            if kind == "new" or not dropped or (kind == "mended" and not before):
                source = draw(st.sampled_from(sources))
                call.append(New(source, draw(rows_of(source))))
                dropped.append(source)
                continue
            earlier = draw(st.integers(0, (before if kind == "mended" else len(dropped)) - 1))
            if kind == "mended":
                call.append(
                    Mended(earlier, draw(st.sampled_from(("1", "2", BAD))), draw(st.sampled_from(("5.00", "3.00"))))
                )
            else:
                call.append(Again(earlier) if kind == "again" else edited(earlier))
            dropped.append(dropped[earlier])
        history.append(tuple(call))
    return tuple(history)


def edited_rows(rows: tuple[Row, ...], edit: Edited) -> tuple[Row, ...]:
    """The rows after the edit; numbers of rows that are not there are passed over."""
    cells: dict[int, dict[str, str]] = {}
    for place, name, text in edit.changes:
        cells.setdefault(place, {})[name] = text
    kept = [
        replace(rows[place], **cells.get(place, {}))
        for place in edit.order
        if place < len(rows) and place not in edit.without
    ]
    return one_buyer_per_order((*kept, *rows[len(edit.order) :], *edit.more))
