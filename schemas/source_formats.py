"""How an export is described, declaratively: how it is recognised, what its columns are, what its rows mean.

`schemas/known_exports.py` has one description per known export. `chain.toml` can describe further sources, or change
these, in the same words (`[sources.NAME]`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from typing import Any, Literal

from schemas.contacts import Contacts
from schemas.customers import Customers
from schemas.feedback import Complaints, Surveys
from schemas.orders import ORDER_LINE_INPUTS, OrderLines
from schemas.products import Products, Stores
from schemas.referrals import Referrals
from schemas.segments import LINE_KIND
from schemas.services import Services
from schemas.staff import Associates
from schemas.targets import Targets
from schemas.weather import Weather

INPUT_TABLES: dict[str, Any] = {
    "order_lines": OrderLines,
    "customers": Customers,
    "products": Products,
    "stores": Stores,
    "associates": Associates,
    "referrals": Referrals,
    "complaints": Complaints,
    "surveys": Surveys,
    "contacts": Contacts,
    "services": Services,
    "targets": Targets,
    "weather": Weather,
}
"""The tables that files fill: name → pandera model."""

WITHOUT_A_PAGE = ("weather",)
"""Tables that fill no page of the review: it does not miss them."""

CUSTOMER_KEYS = ("member_id", "phone", "email", "account")
"""Roles by which a row can name a customer. Any of them will do."""

DateOrder = Literal["ymd", "dmy", "mdy", "proven"]

_NAMES_A_CUSTOMER = ("surveys", "complaints", "contacts", "services")


@dataclass(frozen=True)
class Role:
    """What a column can be in a table: its name, its kind (schemas.columns), its Chinese header, values that it cannot have."""

    name: str
    kind: str
    zh: str
    required: bool = False
    reserved: tuple[str, ...] = ()


def roles_of(table: str) -> dict[str, Role]:
    """Every role that a file of this table can bring, in template order."""
    roles: dict[str, Role] = {}
    for name, column in INPUT_TABLES[table].to_schema().columns.items():
        metadata = column.metadata or {}
        if metadata.get("kind"):
            roles[name] = Role(name, metadata["kind"], column.title, metadata["required"], metadata["reserved"])
    if table == "order_lines":
        roles |= {name: Role(name, kind, zh) for name, (zh, kind) in ORDER_LINE_INPUTS.items()}
        # either of the two is enough to know the line's amount, and a source without a store column names its store itself
        roles["net_sales"] = replace(roles["net_sales"], required=False)
        roles["store_id"] = replace(roles["store_id"], required=False)
    if table in _NAMES_A_CUSTOMER:
        zh = {"member_id": "会员号", "phone": "手机号", "email": "邮箱", "account": "线上账号"}
        kind = {"member_id": "id", "phone": "phone", "email": "email", "account": "id"}
        roles |= {key: Role(key, kind[key], zh[key]) for key in CUSTOMER_KEYS}
    return roles


@dataclass(frozen=True)
class Column:
    """Where a role's text stands in the file, and how it is cut out of the cell."""

    headers: tuple[str, ...]
    """Any one of these headers (compared without case, spaces at the ends and BOM)."""
    strip_suffix: str = ""
    """Text to remove from the end: ".0" where ids were written as numbers."""
    extract: str = ""
    """A regular expression; its first group is the value (an occasion inside a remark)."""
    and_headers: tuple[str, ...] = ()
    """Columns whose text follows, after a space: a date and its time of day, a first name and a last name."""
    or_headers: tuple[str, ...] = ()
    """Columns that stand in, in this order, where the cell is empty: a title where a product has no code."""
    unless_same_as: tuple[str, ...] = ()
    """Columns (joined like and_headers) that say the same where the cell says nothing new: who is shipped to, when it
    is not who pays. Without these columns nothing can be compared, and the role stays empty."""


@dataclass(frozen=True)
class LineRule:
    """Rows whose `column` passes the test are of this `kind`; the first rule that holds decides, and no rule means sale.

    A source with a rule for "sale" says what its sales are: a row that none of its rules knows is then a problem.
    """

    kind: str
    column: str
    is_in: tuple[str, ...] = ()
    starts_with: str = ""
    at_most: float | None = None
    not_empty: bool = False

    def __post_init__(self) -> None:
        if self.kind not in LINE_KIND:
            raise ValueError(f"unknown kind {self.kind!r} in a rule: one of {', '.join(LINE_KIND)}")
        tests = [bool(self.is_in), bool(self.starts_with), self.at_most is not None, self.not_empty]
        if sum(tests) != 1:
            raise ValueError(f"the rule for {self.kind!r} needs exactly one of: is, starts_with, at_most, not_empty")


@dataclass(frozen=True)
class SourceFormat:
    """One kind of export: how it is recognised, what its columns are, what its rows mean."""

    name: str
    table: str
    zh: str
    en: str
    columns: Mapping[str, Column]
    """Role → where it stands."""
    required: tuple[str, ...]
    """Roles whose headers must be there for the file to be recognised."""
    rules: tuple[LineRule, ...] = ()
    drop_exact_duplicates: bool = False
    """A row equal to an earlier one in every cell is a duplicate, within and across files."""
    currency: str | None = None
    """The currency the export is always in; None: the chain's."""
    constants: Mapping[str, str] = field(default_factory=dict)
    """Role → text that every row has (a channel, the id of the online store)."""
    grain: Literal["line", "order"] = "line"
    """"order": a row is a whole order, its head. It counts until the order's lines are known from another file."""
    has_whole_orders: bool = False
    """An export brings an order with all its lines: those that a newer export no longer has are gone."""
    prices: Literal["file", "products"] = "file"
    """"products": the lines have no amounts; the product's list price is taken."""
    encoding: str | None = None
    """Only where the bytes alone cannot tell."""
    date_order: DateOrder = "ymd"
    """Which way round days written as 03/10/2026 are; "ymd" refuses them. "proven": the file's own days must decide it
    (one of them lies after the 12th), else they are refused."""
    decimal_comma: bool = False
    """Amounts are written 1.234,50."""
    time_zone: str | None = None
    """The zone of times without an offset, where it isn't the chain's. Times with an offset are converted."""
    order_roles: tuple[str, ...] = ()
    """Roles told once per order, on any of its rows: they hold for all of them. An order with a row that is set aside
    is set aside whole."""
    constant_where_empty: tuple[str, ...] = ()
    """Roles whose constant also stands where the order's cells are empty (orders without a location are the web shop's)."""
    refunded_when: tuple[LineRule, ...] = ()
    """Sales of which everything was paid back, as their row tells: a refund line goes beside them."""
    refunds_share_ids: bool = False
    """A refund is a row of its own under the sale's order id: it becomes an order of its own that names the sale."""

    @cached_property
    def _names(self) -> dict[str, tuple[str, ...]]:
        """Role → its headers as they are compared, those that stand in last."""
        return {
            role: tuple(normalised_header(name) for name in (*told.headers, *told.or_headers))
            for role, told in self.columns.items()
        }

    def header_of(self, header: list[str]) -> dict[str, int]:
        """Role → position of its column in this header; roles that the file lacks are absent."""
        at = _positions(tuple(header))
        return {
            role: at[name]
            for role, names in self._names.items()
            if (name := next((name for name in names if name in at), None)) is not None
        }

    def fits(self, header: list[str]) -> bool:
        """Whether every required role has its column in this header."""
        at = _positions(tuple(header))
        return all(any(name in at for name in self._names[role]) for role in self.required)


@lru_cache(maxsize=1 << 12)
def _positions(header: tuple[str, ...]) -> dict[str, int]:
    """Compared header → its first position."""
    at: dict[str, int] = {}
    for position, text in enumerate(addressed(list(header))):
        at.setdefault(normalised_header(text), position)
    return at


def addressed(header: list[str]) -> list[str]:
    """The header with a name for every column: the second "Date" is "Date (2)", a fifth column without a name "column 5"."""
    names: list[str] = []
    met: dict[str, int] = {}
    for position, text in enumerate(header):
        name = " ".join(text.replace("\ufeff", "").split()) or f"column {position + 1}"
        met[name.casefold()] = met.get(name.casefold(), 0) + 1
        names.append(name if met[name.casefold()] == 1 else f"{name} ({met[name.casefold()]})")
    return names


@lru_cache(maxsize=1 << 16)
def normalised_header(text: str) -> str:
    """A header as it is compared: no BOM, no spaces or tabs around, one space inside, no case."""
    return " ".join(text.replace("\ufeff", "").replace("\u3000", " ").split()).casefold()


_ONLY_PLATFORMS_TELL = ("order_listed", "order_goods", "line_shipping", "after_sale", "cancelled_at", "paid_at")
"""Roles that a file made for Regulars has no need of."""


def _template(
    table: str, zh: str, en: str, required: tuple[str, ...], rules: tuple[LineRule, ...] = ()
) -> SourceFormat:
    columns = {
        name: Column((name, role.zh)) for name, role in roles_of(table).items() if name not in _ONLY_PLATFORMS_TELL
    }
    return SourceFormat(f"regulars_{table}", table, zh, en, columns, required, rules)


_TEMPLATE_LINE_RULES = (
    LineRule("cancelled", "status", is_in=("已取消", "取消", "已关闭", "交易关闭", "cancelled", "canceled", "voided")),
    LineRule("unpaid", "status", is_in=("未付款", "待付款", "unpaid", "pending")),
    LineRule("trade_in", "line_type", is_in=("以旧换新", "旧料", "trade-in", "trade_in")),
    LineRule("not_goods", "line_type", is_in=("非商品", "服务", "运费", "not_goods", "service", "shipping")),
    LineRule("refund", "line_type", is_in=("退款", "退货", "refund", "return")),
    LineRule("refund", "refund_of", not_empty=True),
    LineRule("refund", "quantity", at_most=-0.001),
    LineRule("no_charge", "quantity", at_most=0),
)

TEMPLATES: tuple[SourceFormat, ...] = (
    _template("order_lines", "Regulars 销售明细", "Regulars order lines",
              ("order_id", "ordered_at", "product_id", "quantity"), _TEMPLATE_LINE_RULES),
    _template("customers", "Regulars 顾客档案", "Regulars customers", ("member_id", "name")),
    _template("products", "Regulars 商品档案", "Regulars products", ("product_id", "name")),
    _template("stores", "Regulars 门店档案", "Regulars stores", ("store_id", "name")),
    _template("associates", "Regulars 导购档案", "Regulars associates", ("associate_id", "name", "store_id")),
    _template("referrals", "Regulars 转介绍登记", "Regulars referrals", ("referrer", "referred", "referred_on")),
    _template("complaints", "Regulars 投诉登记", "Regulars complaints", ("complaint_id", "received_at", "store_id")),
    _template("surveys", "Regulars 问卷", "Regulars surveys", ("answered_at",)),
    _template("contacts", "Regulars 联系记录", "Regulars contacts", ("contacted_at",)),
    _template("services", "Regulars 售后服务登记", "Regulars services", ("service_id", "done_on")),
    _template("targets", "Regulars 门店目标", "Regulars targets", ("store_id", "target_month")),
    _template("weather", "Regulars 天气", "Regulars weather", ("store_id", "day", "rain")),
)  # fmt: skip


def recognise(header: list[str], formats: Mapping[str, SourceFormat]) -> list[SourceFormat]:
    """The formats that this header can be, the best (most columns recognised) first; empty when there is none."""
    fitting = [
        (-len(source.header_of(header)), source.name, source) for source in formats.values() if source.fits(header)
    ]
    return [source for _, _, source in sorted(fitting, key=lambda entry: entry[:2])]
