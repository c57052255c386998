"""A file that no format knows is proposed right, or says that it is unsure; what is saved lands the right lines and money."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from flows.config import Workspace, read_settings
from flows.errors import UsageError
from flows.ingest import ingest
from flows.inspecting.file_text import FileText
from flows.inspecting.inspection import Inspection, inspect_files, tables_read
from flows.inspecting.inspection_report import inspection_lines, link_lines
from flows.inspecting.proposal import propose, source_name
from flows.lake import Lake
from flows.sources import declared, sources_of
from flows.workspace_files import save_source
from schemas.column_synonyms import SYNONYMS
from schemas.segments import SALES_KINDS
from tests.conftest import LANDED_AT
from tests.flows import layouts
from tests.flows.layouts import HEADS, ITEMS, MIXED_DAYS, PRICE_LIST, REGISTERS, TILLS, UNPRICED, Layout, of, when
from transforms.intake import RoleText

reads_all_dates = pytest.mark.skipif(
    "date_order" not in {field.name for field in dataclasses.fields(RoleText)},
    reason="intake does not read other orders of days and joined columns yet",
)
BY_FILE = [pytest.param(layout, id=layout.file) for layout in (*TILLS, *REGISTERS)]


def written(workspace: Workspace, *told: Layout) -> list[Path]:
    paths = []
    for layout in told:
        paths.append(workspace.inbox / layout.file)
        paths[-1].write_bytes(layout.content())
    return paths


def inspected(workspace: Workspace, *told: Layout, **answers: str) -> list[Inspection]:
    return inspect_files(written(workspace, *told), read_settings(workspace), answers)[0]


def proposed(workspace: Workspace, layout: Layout, **answers: str):
    proposal = inspected(workspace, layout, **answers)[0].proposal
    assert proposal is not None
    return proposal


def variant(file: str, **changed: layouts.Cell | None) -> Layout:
    """A sound till's file with some columns changed (a cell), renamed or dropped (None)."""
    plain: dict[str, layouts.Cell | None] = {
        "Order No": of("order"), "Order Date": when("%Y-%m-%d"), "Store": of("store"), "SKU": of("product"), "Qty": of("quantity"), "Net": of("net"),
    }  # fmt: skip
    cells = {**plain, **changed}
    return Layout(file, [(header, cell) for header, cell in cells.items() if cell is not None], {})


# ---- right, or unsure


@pytest.mark.parametrize("layout", BY_FILE)
def test_a_proposal_is_right_or_says_that_it_is_unsure(workspace, layout):
    proposal = proposed(workspace, layout)
    if layout.table == "unsure":
        assert proposal.table_sureness == "unsure" and not proposal.is_ready
        return
    assert proposal.table == layout.table
    certain = {
        column.role: column.header
        for column in reversed(proposal.columns)
        if column.role and column.sureness != "unsure"
    }
    wrong = {role: header for role, header in certain.items() if layout.roles.get(role) != header}
    assert not wrong, "confidently wrong"
    unsaid = {
        role: header for role, header in layout.roles.items() if role not in certain and role not in layout.open_roles
    }
    assert not unsaid
    for key, value in layout.settings.items():
        role = key.removeprefix("and ")
        column = proposal.told["columns"].get(role)
        told = column.get("and") if isinstance(column, dict) else proposal.told.get(key)
        assert told == value or key in layout.answers, key


@pytest.mark.parametrize("layout", BY_FILE)
def test_what_is_proposed_is_a_source_that_chain_toml_takes(workspace, layout):
    proposal = proposed(workspace, layout, **layout.answers)
    if layout.table == "unsure":
        return
    read = tomllib.loads(proposal.toml(), parse_float=Decimal)["sources"][proposal.name]
    source = declared(proposal.name, read)
    assert source.table == layout.table
    assert set(source.columns) == set(proposal.told["columns"])
    header = tables_read(workspace.inbox / layout.file, {})[0].header
    assert set(source.header_of(header)) == set(source.columns), "every column is found again in the file"


@reads_all_dates
@pytest.mark.parametrize("layout", [pytest.param(layout, id=layout.file) for layout in TILLS])
def test_a_saved_mapping_lands_the_right_lines_and_money(workspace, layout):
    land(workspace, layout)
    rows = layout.rows()
    true = [row[0] if isinstance(row, tuple) else row for row in rows]
    lake = Lake(workspace.lake)
    lines = lake.scan("order_lines", lake.ledger()).collect()
    sold = lines.filter(pl.col("line_kind").is_in(SALES_KINDS))
    assert sold["net_sales"].sum() == sum(line.net for line in true)
    assert sold.height == len(true)
    assert sold["order_id"].n_unique() == len({(line.store, line.order) for line in true})
    assert sold["business_date"].unique().sort().to_list() == sorted(
        {line.at.date() if layout.file != "one day.csv" else layouts.datetime(2026, 10, 3).date() for line in true}
    )
    if "member_id" in layout.roles or "phone" in layout.roles:
        assert sold["buyer_key"].n_unique() == len({line.person for line in true})


def land(workspace: Workspace, *told: Layout) -> None:
    answers = {key: value for layout in told for key, value in layout.answers.items()}
    for found in inspected(workspace, *told, **answers):
        assert found.proposal.is_ready, found.proposal.questions
        assert save_source(workspace, found.proposal.name, found.proposal.toml())
    report = ingest(workspace, read_settings(workspace), now=LANDED_AT)
    assert [file.outcome for file in report.files] == ["landed"] * len(told), [file.message for file in report.files]
    assert report.total("rows_quarantined") == 0


def test_a_later_file_with_the_same_header_lands_by_the_same_mapping(workspace):
    land(workspace, TILLS[0])
    later = dataclasses.replace(TILLS[0], file="收银明细_202611.csv", rows=lambda: layouts.month_of_lines(orders=7))
    written(workspace, later)
    report = ingest(workspace, read_settings(workspace), now=LANDED_AT)
    assert [(file.outcome, file.source) for file in report.files] == [("landed", "收银明细")]


BASE = {
    "order_id": ("小票号", of("order")), "ordered_at": ("销售时间", when("%Y-%m-%d %H:%M:%S")), "store_id": ("门店编号", of("store")),
    "product_id": ("货号", of("product")), "product_name": ("品名", layouts.zh_name), "quantity": ("数量", of("quantity")),
    "unit_price": ("单价", of("price")), "net_sales": ("实收金额", of("net")), "member_id": ("会员卡号", layouts.member),
    "phone": ("手机号", layouts.phone), "associate_id": ("营业员", of("associate")),
}  # fmt: skip


@pytest.mark.parametrize("role", BASE)
def test_the_rarer_names_of_a_role_are_known_too(role):
    lines = layouts.month_of_lines()
    cells = {str(at): [str(cell(line)) for line in lines] for at, (_, cell) in enumerate(BASE.values())}
    rows = pl.DataFrame(cells).with_columns(source_row=pl.int_range(2, len(lines) + 2, dtype=pl.Int64))
    for word in SYNONYMS["order_lines"][role].plain[::9]:
        header = [word if name == role else usual for name, (usual, _) in BASE.items()]
        proposal = propose(FileText("till.csv", header, rows))
        assert (proposal.table, proposal.is_ready) == ("order_lines", True), (word, proposal.questions)
        assert [column.role for column in proposal.columns] == list(BASE), word


# ---- what must never be taken for something else


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"Order Date": lambda r: r.at.strftime("%y/%m/%d")}, "the year has two digits and may come first"),
        ({"Order Date": lambda r: "46298"}, "only 0% of its values are days"),
        ({"Order No": lambda r: "6.9E+12"}, "cut its numbers short"),
        ({"Order No": lambda r: "1"}, "the same on every row"),
        ({"Order No": None, "No": of("order"), "Order Date": lambda r: "2026-10-03"}, "order_id: is it “No”?"),
        ({"Net": None, "Total": lambda r: int(r.order[-3:]) * 10 + 100}, "the order's total?"),
        ({"Net": None, "Price": of("price"), "Amount": of("net")}, "“amount” can be several things"),
        ({"Net": None, "Price": of("price"), "Discount": lambda r: "10%" if r.line_no == 2 else "0%"}, "“Discount” lowers what was paid"),
        ({"Net": None, "Price": of("price"), "Discount": lambda r: r.net - r.quantity * r.price}, "written with a minus"),
        ({"Net": lambda r: layouts.comma(r.net) if r.line_no == 2 else r.net}, "amounts are written both ways"),
        ({"Net": lambda r: f"{r.line_no},{abs(r.quantity):03d}"}, "thousands or decimals"),
        ({"退款金额": lambda r: "5.00" if r.line_no == 2 else "0"}, "gives back part of"),
        ({"Status": lambda r: "7"}, "“7” in “Status”: a sale, or what?"),
        ({"Store": None}, "no column names the store"),
        ({"Qty": None}, "no column for quantity"),
    ],
)  # fmt: skip
def test_what_the_file_cannot_prove_is_asked(workspace, changed, told):
    proposal = proposed(workspace, variant("till.csv", **changed))
    assert not proposal.is_ready
    assert any(told in question for question in proposal.questions), proposal.questions


@pytest.mark.parametrize(
    ("header", "cell", "why"),
    [
        ("VIP", lambda r: "Y" if r.person else "N", "no key of a person"),
        ("Member", lambda r: r.person.zh if r.person else "", "look like names"),
        ("电话", lambda r: "02155500101", "no key of a person"),
        ("卡号", lambda r: "6222****0001", "masked"),
        ("支付流水号", lambda r: f"PAY{r.order}", "a payment's reference"),
        ("收银机号", lambda r: "POS1", "the till, not the shop"),
        ("序号", lambda r: int(r.order[-4:]) * 10 + r.line_no, "no line number"),
        ("折扣", lambda r: "0.9", "a rate, not an amount"),
        ("类型", lambda r: ["现金", "微信"][r.line_no % 2], "say nothing of sales or refunds"),
        ("成本价", lambda r: "10.00", "the cost of one"),
    ],
)  # fmt: skip
def test_a_column_that_only_looks_like_a_role_is_not_taken(workspace, header, cell, why):
    proposal = proposed(workspace, variant("till.csv", **{header: cell}))
    column = next(column for column in proposal.columns if column.header == header)
    assert why in column.reason
    assert column.sureness in (None, "unsure")
    assert header not in str(proposal.told["columns"])
    assert proposal.is_ready


def test_days_written_in_two_orders_are_counted_with_their_lines(workspace):
    proposal = proposed(workspace, MIXED_DAYS)
    assert not proposal.is_ready
    assert any(
        "41 cells can only be day first (line 50), 26 only month first (line 51)" in q for q in proposal.questions
    )


def test_a_file_of_which_most_rows_would_be_quarantined_is_not_saved(workspace):
    layout = variant("till.csv", Qty=lambda r: "1.23456" if r.line_no == 1 else "1")
    proposal = proposed(workspace, layout)
    assert any("rows would be quarantined (not_quantity" in question for question in proposal.questions)


def test_negative_rows_are_refunds_and_words_of_a_state_are_kinds(workspace):
    layout = variant("till.csv", Status=lambda r: {1: "completed", 2: "Void", 3: "refunded"}[r.line_no])
    rules = proposed(workspace, layout).told["rules"]
    assert rules == [
        {"kind": "cancelled", "column": "Status", "is": ["Void"]},
        {"kind": "refund", "column": "Status", "is": ["refunded"]},
        {"kind": "refund", "column": "Qty", "at_most": -0.001},
        {"kind": "sale", "column": "Status", "is": ["completed"]},
    ]


def test_a_column_can_be_left_out_and_a_word_be_explained(workspace):
    layout = variant(
        "till.csv", Status=lambda r: "on hold" if r.line_no == 2 else "completed", 手机=lambda r: layouts.phone(r)
    )
    proposal = proposed(workspace, layout, **{"on hold": "unpaid", "phone": "-"})
    assert proposal.is_ready
    assert {"kind": "unpaid", "column": "Status", "is": ["on hold"]} in proposal.told["rules"]
    assert "phone" not in proposal.told["columns"]


@pytest.mark.parametrize(
    ("answers", "told"),
    [({"order_id": "Nowhere"}, "no such column"), ({"colour": "red"}, "neither a role nor a setting"), ({"table": "sales"}, "not one of")],
)  # fmt: skip
def test_an_answer_that_names_nothing_is_one_line(workspace, answers, told):
    with pytest.raises(UsageError, match=told):
        proposed(workspace, variant("till.csv"), **answers)


# ---- several files


def test_heads_and_items_of_orders_are_told_by_their_shared_ids(workspace):
    heads, items = inspected(workspace, HEADS, ITEMS)
    assert heads.proposal.told["grain"] == "order"
    assert heads.proposal.is_ready and items.proposal.is_ready
    assert {"ordered_at", "member_id", "store_id"} <= set(heads.proposal.roles)
    assert {role: items.proposal.roles[role] for role in ITEMS.roles} == ITEMS.roles
    assert any("date, customer and store come from the head" in note for note in items.proposal.notes)
    assert heads.landable.net_sales == sum(total for _, total in layouts.heads())


def test_heads_alone_are_whole_orders_and_lines_without_a_product_are_not(workspace):
    heads = proposed(workspace, HEADS)
    assert heads.is_ready and heads.told["grain"] == "order"
    single = variant("till.csv", SKU=None, Qty=lambda r: 1)
    lines = proposed(
        workspace,
        dataclasses.replace(single, rows=lambda: [line for line in layouts.month_of_lines() if line.line_no == 1]),
    )
    assert "grain" not in lines.told
    assert any(
        "no column for product_id" in question and "--set grain=order" in question for question in lines.questions
    )


def test_items_alone_ask_for_their_date(workspace):
    assert any("inspect both together" in question for question in proposed(workspace, ITEMS).questions)


def test_prices_of_a_product_file_are_taken_for_lines_without(workspace):
    paths = written(workspace, UNPRICED, PRICE_LIST)
    (lines, products), links = inspect_files(paths, read_settings(workspace))
    assert lines.proposal.told["prices"] == "products"
    assert lines.proposal.is_ready
    assert products.proposal.table == "products"
    assert {role: products.proposal.roles[role] for role in PRICE_LIST.roles} == PRICE_LIST.roles
    assert [(link.file, link.side_file, link.role, link.share) for link in links] == [
        ("unpriced.csv", "price list.csv", "product_id", 1.0)
    ]
    assert "price list.csv" in "\n".join(link_lines(links))


def test_a_register_of_vague_columns_is_what_the_lines_say(workspace):
    vague = dataclasses.replace(
        next(layout for layout in REGISTERS if layout.file == "two columns.csv"), file="list.csv"
    )
    _, register = inspected(workspace, TILLS[0], vague)
    assert register.proposal.table == "products"
    assert register.proposal.roles == {"product_id": "编号", "name": "名称"}


# ---- what is shown, and what is not


def test_nobodys_phone_name_or_address_is_shown(workspace):
    layout = REGISTERS[0]
    text = "\n".join(inspection_lines(inspected(workspace, layout)[0], is_zh=True))
    for person in layouts.PEOPLE:
        assert person.phone not in text and person.zh not in text and person.member not in text
    assert "199****0000" in text


def test_columns_are_aligned_with_chinese_signs_two_cells_wide(workspace):
    from rich.cells import cell_len

    told = inspection_lines(inspected(workspace, TILLS[0])[0], is_zh=True)
    start = next(number for number, line in enumerate(told) if line.lstrip().startswith("column "))
    listing = told[start : start + 2 + len(TILLS[0].cells)]
    at = cell_len(listing[0][: listing[0].index("role")])
    for line, header in zip(listing[2:], (header for header, _ in TILLS[0].cells), strict=True):
        role = next(role for role, name in TILLS[0].roles.items() if name == header)
        assert cell_len(line[: line.index(role)]) == at


@pytest.mark.parametrize(
    ("file", "name"),
    [("收银明细_202610.csv", "收银明细"), ("POS export (3).csv", "pos_export"), ("2026-10-03.csv", "my_till"), ("Sales 2026.10.xlsx", "sales"), ("a.b c.csv", "a")],
)  # fmt: skip
def test_a_source_is_named_after_its_file_without_days_and_counters(file, name):
    assert source_name(file, ()) == name
    assert source_name(file, (name,)) == f"{name}_2"


def test_an_empty_and_a_strange_file_are_no_trouble():
    rows = pl.DataFrame(
        {"source_row": [2], "0": ["x"], "1": ["y"]}, schema={"source_row": pl.Int64, "0": pl.String, "1": pl.String}
    )
    proposal = propose(FileText("odd.csv", ["a", "b"], rows))
    assert proposal.table is None and not proposal.is_ready


# ---- on the command line, and in the inbox


def test_an_unknown_file_stays_in_the_inbox_until_its_mapping_is_saved(regulars_here, workspace):
    (path,) = written(workspace, TILLS[0])
    left = regulars_here("ingest", "-w", workspace.root)
    assert left.returncode == 1 and path.exists()
    assert "`regulars inspect" in left.stderr
    shown = regulars_here("inspect", path, "-w", workspace.root)
    assert shown.returncode == 1 and "--save" in shown.stdout
    saved = regulars_here("inspect", path, "-w", workspace.root, "--save")
    assert saved.returncode == 0, saved.stdout
    assert 'chain.toml now has [sources."收银明细"]' in saved.stdout
    assert regulars_here("ingest", "-w", workspace.root).returncode == 0
    assert not path.exists()


def test_open_questions_are_answered_on_the_command_line(regulars_here, workspace):
    (path,) = written(workspace, next(layout for layout in TILLS if layout.file == "one shop.csv"))
    asked = regulars_here("inspect", path, "-w", workspace.root, "--save")
    assert asked.returncode == 1
    assert "? no column names the store: --set store_id=S01" in asked.stdout
    assert "[sources.one_shop]" not in workspace.chain_toml.read_text(encoding="utf-8")
    answered = regulars_here("inspect", path, "-w", workspace.root, "--save", "--set", "store_id=S07")
    assert answered.returncode == 0
    assert sources_of(read_settings(workspace))["one_shop"].constants == {"store_id": "S07"}


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("订单号,商品编号,商品名称,实收金额,会员号,手机号,导购编号", "下单时间"),  # two of four required
        ("order_id,product_name,net_sales,discount,tax,cost,member_id", "ordered_at"),  # one of four
        ("InvoiceNo,StockCode,Description,Quantity,UnitPrice,CustomerID,Country", "InvoiceDate"),
    ],
)  # fmt: skip
def test_a_recognised_file_that_misses_a_column_names_it(regulars_here, workspace, header, told):
    (workspace.inbox / "a.csv").write_text(f"{header}\n{','.join('1' for _ in header.split(','))}\n", encoding="utf-8")
    left = regulars_here("ingest", "-w", workspace.root)
    assert left.returncode == 1
    assert "looks like" in left.stderr and told in left.stderr


# ---- [sources.NAME]

COLUMNS = {"order_id": "a", "ordered_at": "b", "product_id": "c", "quantity": "d", "net_sales": "e"}


def test_every_key_of_a_source_can_be_told():
    source = declared(
        "till",
        {
            "columns": {**COLUMNS, "ordered_at": {"header": "b", "and": ["f"]}, "member_id": {"header": "g", "strip_suffix": ".0", "extract": "(.+)"}},
            "grain": "line", "whole_orders": True, "prices": "file", "encoding": "gb18030", "date_order": "dmy", "decimal_comma": True,
            "time_zone": "Europe/London", "currency": "GBP",
        },
    )  # fmt: skip
    assert (source.grain, source.has_whole_orders, source.prices, source.encoding) == ("line", True, "file", "gb18030")
    assert (source.date_order, source.decimal_comma, source.time_zone, source.currency) == (
        "dmy",
        True,
        "Europe/London",
        "GBP",
    )
    assert source.columns["ordered_at"].and_headers == ("f",)
    assert (source.columns["member_id"].strip_suffix, source.columns["member_id"].extract) == (".0", "(.+)")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"grain": "basket"}, "grain = 'basket' is not one of line, order"),
        ({"prices": "none"}, "prices = 'none' is not one of file, products"),
        ({"date_order": "dym"}, "date_order = 'dym'"),
        ({"decimal_comma": "yes"}, "decimal_comma = 'yes' is neither true nor false"),
        ({"whole_orders": 1}, "whole_orders = 1 is neither true nor false"),
        ({"encoding": "latin-x"}, "encoding = 'latin-x' is no known encoding"),
        ({"time_zone": "Mars"}, "time_zone = 'Mars' is not a time zone"),
        ({"currency": "yuan"}, "currency = 'yuan' is not a currency code"),
        ({"colour": 1}, "unknown key 'colour'"),
        ({"columns": {**COLUMNS, "phone": {"header": "p", "or": ["q"]}}}, "unknown key 'or'"),
        ({"columns": {**COLUMNS, "phone": {"header": "p", "and": "q"}}}, "columns.phone.and = 'q' is not a list of headers"),
        ({"columns": {**COLUMNS, "phone": {"header": "p", "extract": "("}}}, "is no regular expression"),
        ({"columns": {**COLUMNS, "phone": {"header": "p", "extract": "x"}}}, "has no group"),
        ({"columns": {**COLUMNS, "phone": {"header": "p", "strip_suffix": 0}}}, "columns.phone.strip_suffix = 0 is not a text"),
        ({"columns": {**COLUMNS, "phone": 3}}, "columns.phone is neither a header nor"),
        ({"columns": {"order_id": "a"}}, "no column is given for ordered_at, product_id, quantity"),
        ({"columns": {"order_id": "a"}, "grain": "order"}, "no column is given for ordered_at,"),
    ],
)  # fmt: skip
def test_a_wrong_key_of_a_source_is_one_line(changed, told):
    with pytest.raises(UsageError) as caught:
        declared("till", {"columns": COLUMNS, **changed})
    assert told in str(caught.value)
    assert str(caught.value).startswith("chain.toml: [sources.till]")
    assert "\n" not in str(caught.value)


def test_items_need_no_date_only_while_heads_are_described():
    items = {"columns": {"order_id": "a", "product_id": "c", "quantity": "d"}}
    assert declared("items", items, heads_elsewhere=True).columns.keys() == items["columns"].keys()
    with pytest.raises(UsageError, match="ordered_at"):
        declared("items", items)


def test_heads_and_items_are_saved_and_recognised_as_two_sources(regulars_here, workspace):
    paths = written(workspace, HEADS, ITEMS)
    saved = regulars_here("inspect", *paths, "-w", workspace.root, "--save")
    assert saved.returncode == 0, saved.stdout
    assert "how the files belong together" in saved.stdout
    again, links = inspect_files(paths[:1], read_settings(workspace))
    assert (again[0].source, again[0].table, links) == ("订单主表", "order_lines", [])
    assert sources_of(read_settings(workspace))["订单主表"].grain == "order"


def test_a_proposal_is_data_for_programs(regulars_here, workspace):
    (path,) = written(workspace, TILLS[2])
    told = json.loads(regulars_here("inspect", path, "-w", workspace.root, "--json").stdout)[0]
    assert told["proposal"]["told"]["date_order"] == "dmy"
    assert told["proposal"]["columns"][0]["role"] == "order_id"
    assert tomllib.loads(told["proposal"]["toml"])["sources"]["bills"]["table"] == "order_lines"
