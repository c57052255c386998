"""Whole files of known truth: what each line says, and what must stand in the lake of it. Seeded; everybody is invented."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from schemas.known_exports import SOURCE_FORMATS
from schemas.source_formats import roles_of

CENT = Decimal("0.01")

LATIN_NAMES = (
    "Ring 18k",
    "Café spoon",
    "Silver chain, 45 cm",
    "Fine pearls",
    'Hoop "Luna"',
    "Bangle",
    "Two-tone\nbracelet",
)
CHINESE_NAMES = ("足金手镯", "珍珠项链", "银链,45厘米", "和田玉佩", '吊坠"小鱼"', "红绳\n手链", "钻石耳钉")
TRADITIONAL_NAMES = ("足金手鐲", "珍珠項鍊", "銀鍊,45公分", "和田玉佩", '吊墜"小魚"', "紅繩\n手鍊", "鑽石耳釘")
LATIN_PEOPLE = ("Ada Example", "Béla Sample", "Cora Invented", "Dan Nobody")
CHINESE_PEOPLE = ("王小明", "李样例", "张虚构", "赵无人")
TRADITIONAL_PEOPLE = ("王小明", "李樣例", "張虛構", "趙無人")


ENCODINGS = {"utf-8": 6, "utf-8-sig": 4, "gb18030": 5, "utf-16": 2, "big5": 1, "cp1252": 1}
"""How often a file is written in which."""


@dataclass(frozen=True)
class Layout:
    """How a file is written: its source, its columns in order, its bytes."""

    source: str
    table: str
    headers: tuple[str, ...]
    roles: tuple[str | None, ...]
    """Role by position; None: a column that no role has."""
    delimiter: str = ","
    encoding: str = "utf-8"
    line_end: str = "\n"
    quote_all: bool = False

    @property
    def width(self) -> int:
        return len(self.headers)

    def at(self, role: str) -> int:
        return self.roles.index(role)

    def kind(self, role: str) -> str:
        return roles_of(self.table)[role].kind


@dataclass(frozen=True)
class Row:
    """One line of truth: its cells as text, role by role, and the values that the lake must hold."""

    cells: Mapping[str, str]
    values: Mapping[str, object]

    @property
    def key(self) -> tuple[object, ...]:
        """What names the row in the lake: order and product, or the member."""
        names = ("order_id", "product_id") if "order_id" in self.values else ("member_id",)
        return tuple(self.values[name] for name in names)


@dataclass(frozen=True)
class TruthFile:
    name: str
    layout: Layout
    rows: tuple[Row, ...] = field(repr=False)


def quoted(text: str, layout: Layout) -> str:
    """A cell as RFC 4180 writes it."""
    special = (layout.delimiter, '"', "\n", "\r")
    if layout.quote_all or any(sign in text for sign in special):
        return '"' + text.replace('"', '""') + '"'
    return text


# ---- Regulars' own order lines

_WANTED = ("order_id", "ordered_at", "store_id", "product_id", "quantity")
_OPTIONAL = (
    "line_no", "channel", "product_name", "discount", "cost", "refund_of", "associate_id", "is_promotion", "email", "account",
)  # fmt: skip


def order_lines(number: int, random: Random, **fixed: object) -> TruthFile:
    """A file of 5–60 orders in Regulars' template, with some columns or others. `fixed` overrides the layout's fields."""
    roles = [*_WANTED, *random.sample(_OPTIONAL, random.randint(1, 7))]
    roles += random.choice((["unit_price"], ["net_sales"], ["unit_price", "net_sales"]))
    roles += random.choice((["member_id"], ["phone"], ["member_id", "phone"]))
    if "product_name" not in roles:
        roles.append("product_name")
    if "discount" in roles and "unit_price" not in roles:
        roles.remove("discount")
    if random.random() < 0.5:
        random.shuffle(roles)
    layout = _layout("regulars_order_lines", tuple(dict.fromkeys(roles)), random, fixed)
    has_digits = random.random() < 0.4
    rows: list[Row] = []
    for order in range(random.randint(5, 60)):
        order_id = f"69{number:07d}{order:07d}" if has_digits else f"A{number:05d}-{order:04d}"
        moment = datetime(2026, 10, 1, 10) + timedelta(minutes=random.randrange(40_000))
        who = random.randrange(100)
        for line in range(random.choice((1, 1, 1, 2, 3))):
            rows.append(_order_line(layout, random, order_id, line + 1, moment, who))
    return TruthFile(f"f{number:05d}.csv", layout, tuple(rows))


def _order_line(layout: Layout, random: Random, order_id: str, line_no: int, moment: datetime, who: int) -> Row:
    is_refund = random.random() < 0.1
    quantity = Decimal(random.randint(1, 4)) * (-1 if is_refund else 1)
    price = Decimal(random.randrange(500, 250_000)) * CENT
    discount = Decimal(random.randrange(0, 300)) * CENT if random.random() < 0.3 and not is_refund else Decimal("0.00")
    amount = quantity * price - (discount if "discount" in layout.roles else 0)
    if "net_sales" in layout.roles:  # what was paid; need not follow from the list price
        amount = (amount * random.choice((1, 1, Decimal("0.9")))).quantize(CENT, ROUND_HALF_UP)
    values: dict[str, object] = {
        "order_id": order_id,
        "line_no": line_no,
        "ordered_at": moment,
        "store_id": f"S{1 + who % 3}",
        "product_id": f"P{random.randrange(100):03d}{line_no}",
        "product_name": random.choice(_names(layout.encoding)),
        "quantity": quantity,
        "unit_price": price,
        "net_sales": amount.quantize(CENT),
        "discount": discount,
        "cost": (price / 2).quantize(CENT, ROUND_HALF_UP),
        "channel": random.choice(("till", "online")),
        "refund_of": f"{order_id[:-1]}x" if is_refund else None,
        "associate_id": f"E{who % 7}" if who % 4 else None,
        "is_promotion": bool(who % 2),
        "member_id": f"M{who:06d}" if who % 5 else None,
        "phone": f"199{who:08d}" if who % 3 else None,
        "email": f"{who}@shop.example",
        "account": f"user{who}",
    }
    cells = {role: _text(values[role], role) for role in layout.roles if role}
    told = {name: value for name, value in values.items() if name in layout.roles}
    told["net_sales"] = values["net_sales"]
    told["line_kind"] = "refund" if is_refund else "sale"
    return Row(cells, told)


def _text(value: object, role: str) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# ---- customers


def customers(number: int, random: Random, **fixed: object) -> TruthFile:
    """A customer file in Regulars' template: 5–60 customers."""
    optional = ["phone", "email", "gender", "birthday", "district", "member_since", "points", "stored_value", "note",
                "consent_phone", "home_store_id"]  # fmt: skip
    roles = ["member_id", "name", *random.sample(optional, random.randint(3, 8))]
    if random.random() < 0.5:
        random.shuffle(roles)
    layout = _layout("regulars_customers", tuple(roles), random, fixed)
    people, notes = _people(layout.encoding), _names(layout.encoding)
    rows = []
    for n in range(random.randint(5, 60)):
        values: dict[str, object] = {
            "member_id": f"C{number:05d}{n:04d}",
            "name": f"{random.choice(people)}{n}",
            "phone": f"198{number % 10000:04d}{n:04d}",
            "email": f"c{number}.{n}@shop.example",
            "gender": random.choice(("f", "m")),
            "birthday": f"19{70 + n % 30}-{1 + n % 12:02d}-{1 + n % 28:02d}",
            "district": random.choice(people[:2]),
            "member_since": (datetime(2020, 1, 1) + timedelta(days=random.randrange(2000))).date(),
            "points": random.randrange(10_000),
            "stored_value": Decimal(random.randrange(100_000)) * CENT,
            "note": random.choice(notes),
            "consent_phone": bool(n % 2),
            "home_store_id": f"S{1 + n % 3}",
        }
        told = {name: value for name, value in values.items() if name in layout.roles}
        rows.append(Row({role: _text(values[role], role) for role in layout.roles if role}, told))
    return TruthFile(f"c{number:05d}.csv", layout, tuple(rows))


# ---- a known export: JD, in GB18030

JD_HEADERS = (
    "订单号", "商品ID", "商品名称", "订购数量", "支付方式", "下单时间", "京东价", "订单金额", "结算金额", "余额支付", "应付金额",
    "订单状态", "订单类型", "下单帐号", "客户姓名", "客户地址", "联系电话", "订单备注", "运费金额", "货号",
)  # fmt: skip


def jd_orders(number: int, random: Random, **fixed: object) -> TruthFile:
    """A JD order export: an order's paid total and shipping stand on each of its lines; goods share them out to the cent."""
    columns = SOURCE_FORMATS["jd_orders"].columns
    role_of = {header: role for role, column in columns.items() for header in column.headers if role != "occasion_date"}
    roles = tuple(role_of.get(header) for header in JD_HEADERS)
    layout = Layout("jd_orders", "order_lines", JD_HEADERS, roles, encoding="gb18030", line_end="\r\n")
    if not _can("".join(JD_HEADERS), str(fixed.get("encoding", "gb18030"))):
        del fixed["encoding"]  # simplified characters
    layout = replace(layout, **fixed)
    rows: list[Row] = []
    for order in range(random.randint(5, 30)):
        order_id = f"{280_000_000_000 + number * 1000 + order}"
        moment = datetime(2026, 10, 1, 10) + timedelta(minutes=random.randrange(40_000))
        shipping = Decimal(random.choice((0, 600, 1000))) * CENT
        lines = [
            (
                f"P{random.randrange(100):03d}{n}",
                Decimal(random.randint(1, 3)),
                Decimal(random.randrange(500, 90_000)) * CENT,
            )
            for n in range(random.choice((1, 1, 2)))
        ]
        listed = sum((quantity * price for _, quantity, price in lines), Decimal(0))
        paid = listed + shipping  # no order discount: each line's part is then its own list amount
        who = random.randrange(100)
        for product, quantity, price in lines:
            values: dict[str, object] = {
                "order_id": order_id,
                "product_id": product,
                "product_name": random.choice(CHINESE_NAMES),
                "quantity": quantity,
                "ordered_at": moment,
                "unit_price": price,
                "order_listed": paid - shipping,
                "order_paid": paid,
                "order_shipping": shipping,
                "status": "完成",
                "account": f"user{who}",
                "recipient_name": random.choice(CHINESE_PEOPLE),
                "recipient_phone": f"198{who:08d}",
                "recipient_address": "样例市虚构路1号",
                "occasion": "场合:生日;日期:2026-10-08" if who % 2 else "",
            }
            lake = ("order_id", "product_id", "product_name", "quantity", "ordered_at", "unit_price", "account")
            told = {name: values[name] for name in lake}
            told |= {
                "net_sales": (quantity * price).quantize(CENT),
                "line_kind": "sale",
                "store_id": "jd",
                "channel": "online",
            }
            rows.append(Row({role: _text(values[role], role) for role in layout.roles if role}, told))
    return TruthFile(f"jd{number:05d}.csv", layout, tuple(rows))


MAKERS: tuple[Callable[..., TruthFile], ...] = (order_lines, order_lines, order_lines, customers, jd_orders)


# ---- layouts


def _layout(source: str, roles: tuple[str, ...], random: Random, fixed: Mapping[str, object]) -> Layout:
    table = SOURCE_FORMATS[source].table
    encoding = str(fixed.get("encoding") or random.choices(*zip(*ENCODINGS.items(), strict=True))[0])
    is_english = encoding in ("cp1252",) or random.random() < 0.5
    headers = tuple(role if is_english else roles_of(table)[role].zh for role in roles)
    if not all(_can(header, encoding) for header in headers):
        headers = roles  # Regulars' headers are in simplified characters, which Big5 lacks in part
    layout = Layout(
        source,
        table,
        headers,
        roles,
        delimiter=random.choice((",", ",", ",", ";", "\t", "|")),
        encoding=encoding,
        line_end=random.choice(("\n", "\r\n")),
        quote_all=random.random() < 0.15,
    )
    return replace(layout, **fixed)


def _can(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _names(encoding: str) -> tuple[str, ...]:
    if encoding == "cp1252":
        return LATIN_NAMES
    if encoding == "big5":
        return TRADITIONAL_NAMES
    return LATIN_NAMES + CHINESE_NAMES if encoding.startswith("utf") else CHINESE_NAMES + LATIN_NAMES[:1]


def _people(encoding: str) -> tuple[str, ...]:
    if encoding == "cp1252":
        return LATIN_PEOPLE
    return TRADITIONAL_PEOPLE if encoding == "big5" else CHINESE_PEOPLE
