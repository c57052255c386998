"""Files as tills, shops and back offices might write them: one small chain's month, told in many layouts. All invented."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

STORES = {"S01": "南京路店", "S02": "人民广场店", "S03": "Harbour Street"}
PRODUCTS = {
    f"AU{number:04d}": (zh, en, Decimal(price))
    for number, (zh, en, price) in enumerate(
        [
            ("足金转运珠", "Lucky charm", "388.00"), ("玫瑰金项链", "Rose chain", "1290.00"), ("珍珠耳钉", "Pearl studs", "459.50"),
            ("银手镯", "Silver bangle", "268.00"), ("钻石戒指", "Diamond ring", "6999.00"), ("红绳手链", "Red cord", "99.90"),
            ("翡翠吊坠", "Jade pendant", "2380.00"), ("擦银布", "Polishing cloth", "15.80"), ("礼盒", "Gift box", "29.00"),
            ("铂金对戒", "Platinum bands", "4588.00"), ("水晶胸针", "Crystal brooch", "319.00"), ("玛瑙手串", "Agate beads", "178.60"),
        ],
        start=101,
    )
}  # fmt: skip
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静强磊洋艳杰"
LATIN = (
    "Anna Example",
    "Ben Sample",
    "Cara Invented",
    "Dan Fiction",
    "Eve Maker",
    "Finn Story",
    "Gina Fable",
    "Hugo Tale",
)


@dataclass(frozen=True)
class Person:
    """An invented customer."""

    member: str
    zh: str
    en: str
    phone: str
    email: str
    birthday: datetime


PEOPLE = [
    Person(f"V{8000 + n}", SURNAMES[n % 10] + GIVEN[n * 3 % 10] + GIVEN[n * 7 % 10], LATIN[n % 8], f"199000{n:05d}",
           f"person{n}@example.com", datetime(1970 + n, n % 12 + 1, n % 27 + 1))
    for n in range(20)
]  # fmt: skip
ASSOCIATES = {"E11": ("林小雨", "Lin Xiaoyu"), "E12": ("何大海", "He Dahai"), "E21": ("宋青", "Song Qing")}


@dataclass(frozen=True)
class Line:
    """One line of the chain's month, as it truly was."""

    order: str
    line_no: int
    at: datetime
    store: str
    product: str
    quantity: int
    price: Decimal
    net: Decimal
    person: Person | None
    associate: str

    @property
    def daily_no(self) -> str:
        return f"{int(self.order[-2:]):04d}"


def month_of_lines(orders: int = 60, *, days: int = 31, refunds: bool = True, discounts: bool = True) -> list[Line]:
    """The same lines each time, in order of time; about two lines an order."""
    draw = random.Random(20261001)
    lines: list[Line] = []
    for number in range(orders):
        day = number * days // orders
        at = datetime(2026, 10, 1) + timedelta(days=day, minutes=600 + number * 7 % 60 + number % 2 * 60)
        store = list(STORES)[draw.randrange(3)]
        person = PEOPLE[draw.randrange(20)] if draw.random() < 0.8 else None
        associate = draw.choice(list(ASSOCIATES))
        for line_no, product in enumerate(draw.sample(list(PRODUCTS), draw.choice([1, 2, 2, 3])), 1):
            quantity = draw.choice([1, 1, 1, 2, 3])
            if refunds and number % 17 == 16:
                quantity = -1
            price = PRODUCTS[product][2]
            net = quantity * price
            if discounts and draw.random() < 0.3:
                net = (net * Decimal("0.9")).quantize(Decimal("0.01"))
            lines.append(
                Line(f"XS2610{number:04d}", line_no, at, store, product, quantity, price, net, person, associate)
            )
    return sorted(lines, key=lambda line: (line.at, line.order, line.line_no))


Cell = Callable[[Any], object]
ORDER_TOTAL = "order total"


@dataclass(frozen=True)
class Layout:
    """One way in which a file is written, and what it truly holds."""

    file: str
    cells: Sequence[tuple[str, Cell]]
    """(header, text of a row) per column."""
    roles: Mapping[str, str]
    """Role → header, as they truly are."""
    table: str = "order_lines"
    settings: Mapping[str, Any] = field(default_factory=dict)
    """What must be decided of how the file is written."""
    open_roles: frozenset[str] = frozenset()
    """Roles that a careful reader may leave unsure or out."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """What the user has to say before it can be saved; empty: nothing."""
    delimiter: str = ","
    encoding: str = "utf-8"
    rows: Callable[[], Sequence[Any]] = month_of_lines
    lands: bool = True
    """Its rows are checked against the truth after landing."""

    def content(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.delimiter, lineterminator="\n")
        writer.writerow([header for header, _ in self.cells])
        writer.writerows([cell(row) for _, cell in self.cells] for row in self.rows())
        return text.getvalue().encode(self.encoding)


def comma(amount: Decimal) -> str:
    """1.234,50"""
    return f"{amount:,.2f}".translate(str.maketrans(",.", ".,"))


def dollars(amount: Decimal) -> str:
    """ "$1,234.50 " as spreadsheets write it, negative in front."""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f} "


def member(line: Line) -> str:
    return line.person.member if line.person else ""


def phone(line: Line) -> str:
    return line.person.phone if line.person else ""


def when(form: str) -> Cell:
    return lambda line: line.at.strftime(form)


def of(name: str) -> Cell:
    return lambda row: getattr(row, name)


def zh_name(line: Line) -> str:
    return PRODUCTS[line.product][0]


def en_name(line: Line) -> str:
    return PRODUCTS[line.product][1]


def few_days() -> list[Line]:
    """The month's first twelve days: no number of a date above 12."""
    return month_of_lines(days=12)


def one_day() -> list[Line]:
    return month_of_lines(days=1)


def totals() -> list[tuple[Line, Decimal]]:
    lines = month_of_lines(discounts=True, refunds=False)
    sums: dict[str, Decimal] = {}
    for line in lines:
        sums[line.order] = sums.get(line.order, Decimal(0)) + line.net
    return [(line, sums[line.order]) for line in lines]


def heads() -> list[tuple[Line, Decimal]]:
    """One per order: its first line and its total."""
    first: dict[str, tuple[Line, Decimal]] = {}
    for line, total in totals():
        first.setdefault(line.order, (line, total))
    return list(first.values())


def headed_lines() -> list[Line]:
    return [line for line, _ in totals()]


def products() -> list[tuple[str, str, str, Decimal]]:
    return [(key, *value) for key, value in PRODUCTS.items()]


TILLS: list[Layout] = [
    Layout(
        "收银明细_202610.csv",
        [("小票号", of("order")), ("行号", of("line_no")), ("销售时间", when("%Y-%m-%d %H:%M:%S")), ("门店编号", of("store")), ("货号", of("product")),
         ("品名", zh_name), ("数量", of("quantity")), ("单价", of("price")), ("实收金额", of("net")), ("会员卡号", member), ("手机号", phone), ("营业员", of("associate"))],
        {"order_id": "小票号", "line_no": "行号", "ordered_at": "销售时间", "store_id": "门店编号", "product_id": "货号", "product_name": "品名",
         "quantity": "数量", "unit_price": "单价", "net_sales": "实收金额", "member_id": "会员卡号", "phone": "手机号", "associate_id": "营业员"},
        encoding="gb18030",
    ),
    Layout(
        "零售流水.csv",
        [("单据编号", of("order")), ("日期", when("%Y/%m/%d")), ("时间", when("%H:%M:%S")), ("店号", of("store")), ("商品编码", of("product")), ("商品名称", zh_name),
         ("销售数量", of("quantity")), ("零售价", of("price")), ("成交额", of("net")), ("VIP卡号", member), ("导购员", of("associate")), ("收款机号", lambda r: "POS1")],
        {"order_id": "单据编号", "ordered_at": "日期", "store_id": "店号", "product_id": "商品编码", "product_name": "商品名称", "quantity": "销售数量",
         "unit_price": "零售价", "net_sales": "成交额", "member_id": "VIP卡号", "associate_id": "导购员"},
        settings={"and ordered_at": ["时间"]},
        delimiter="\t",
    ),
    Layout(
        "bills-2026-10.csv",
        [("Bill No", of("order")), ("Date", when("%d/%m/%Y")), ("Branch Code", of("store")), ("Item Code", of("product")), ("Item Description", en_name),
         ("Qty", of("quantity")), ("Unit Price", of("price")), ("Net Amount", of("net")), ("Card No", member), ("Mobile", phone), ("Served By", of("associate"))],
        {"order_id": "Bill No", "ordered_at": "Date", "store_id": "Branch Code", "product_id": "Item Code", "product_name": "Item Description", "quantity": "Qty",
         "unit_price": "Unit Price", "net_sales": "Net Amount", "member_id": "Card No", "phone": "Mobile", "associate_id": "Served By"},
        settings={"date_order": "dmy"},
    ),
    Layout(
        "POS export (3).csv",
        [("Transaction ID", of("order")), ("Transaction Date", when("%m/%d/%Y %H:%M")), ("Store #", of("store")), ("SKU", of("product")), ("Product Name", en_name),
         ("Quantity", of("quantity")), ("Price Each", lambda r: dollars(r.price)), ("Line Total", lambda r: dollars(r.net)),
         ("Customer Email", lambda r: r.person.email if r.person else ""), ("Salesperson", of("associate"))],
        {"order_id": "Transaction ID", "ordered_at": "Transaction Date", "store_id": "Store #", "product_id": "SKU", "product_name": "Product Name",
         "quantity": "Quantity", "unit_price": "Price Each", "net_sales": "Line Total", "email": "Customer Email", "associate_id": "Salesperson"},
        settings={"date_order": "mdy"},
    ),
    Layout(
        "verkauf.csv",
        [("Receipt", of("order")), ("Sold on", when("%d.%m.%Y")), ("Shop", of("store")), ("Article No.", of("product")), ("Article", en_name), ("Pcs", of("quantity")),
         ("Price", lambda r: comma(r.price)), ("Amount", lambda r: comma(r.net)), ("Customer No", member)],
        {"order_id": "Receipt", "ordered_at": "Sold on", "store_id": "Shop", "product_id": "Article No.", "product_name": "Article", "quantity": "Pcs",
         "unit_price": "Price", "net_sales": "Amount", "member_id": "Customer No"},
        settings={"date_order": "dmy", "decimal_comma": True},
        delimiter=";",
        rows=lambda: month_of_lines(discounts=False),
    ),
    Layout(
        "vague.csv",
        [("No", of("order")), ("Date", when("%Y-%m-%d %H:%M")), ("Store", lambda r: STORES[r.store]), ("Code", of("product")), ("Name", en_name),
         ("Count", of("quantity")), ("Rate", of("price")), ("Total", of("net"))],
        {"order_id": "No", "ordered_at": "Date", "store_id": "Store", "product_id": "Code", "product_name": "Name", "quantity": "Count", "unit_price": "Rate",
         "net_sales": "Total"},
        open_roles=frozenset({"order_id", "product_id", "quantity", "product_name", "unit_price"}),
        rows=lambda: month_of_lines(discounts=False),
        answers={"order_id": "No", "product_id": "Code"},
    ),
    Layout(
        "twice dated.csv",
        [("Order No", of("order")), ("Date", when("%Y-%m-%d")), ("Date", lambda r: (r.at + timedelta(days=3)).strftime("%Y-%m-%d")), ("Store ID", of("store")),
         ("SKU", of("product")), ("Qty", of("quantity")), ("Net Sales", of("net"))],
        {"order_id": "Order No", "ordered_at": "Date", "store_id": "Store ID", "product_id": "SKU", "quantity": "Qty", "net_sales": "Net Sales"},
        open_roles=frozenset({"ordered_at"}),
        answers={"ordered_at": "Date"},
    ),
    Layout(
        "first twelve days.csv",
        [("Receipt #", of("order")), ("Date", when("%d/%m/%Y")), ("Store", of("store")), ("SKU", of("product")), ("Qty", of("quantity")), ("Paid", of("net"))],
        {"order_id": "Receipt #", "ordered_at": "Date", "store_id": "Store", "product_id": "SKU", "quantity": "Qty", "net_sales": "Paid"},
        settings={"date_order": "dmy"},
        rows=few_days,
    ),
    Layout(
        "one day.csv",
        [("Receipt #", of("order")), ("Date", lambda r: "03/10/2026"), ("Store", of("store")), ("SKU", of("product")), ("Qty", of("quantity")), ("Paid", of("net"))],
        {"order_id": "Receipt #", "ordered_at": "Date", "store_id": "Store", "product_id": "SKU", "quantity": "Qty", "net_sales": "Paid"},
        settings={"date_order": "dmy"},
        answers={"date_order": "dmy"},
        rows=one_day,
    ),
    Layout(
        "order totals.csv",
        [("订单编号", lambda r: r[0].order), ("下单时间", lambda r: r[0].at.strftime("%Y-%m-%d %H:%M:%S")), ("店铺编号", lambda r: r[0].store), ("款号", lambda r: r[0].product),
         ("件数", lambda r: r[0].quantity), ("单价", lambda r: r[0].price), ("总金额", lambda r: r[1]), ("买家手机号", lambda r: phone(r[0]))],
        {"order_id": "订单编号", "ordered_at": "下单时间", "store_id": "店铺编号", "product_id": "款号", "quantity": "件数", "unit_price": "单价", "order_paid": "总金额",
         "phone": "买家手机号"},
        rows=totals,
    ),
    Layout(
        "daily numbers.csv",
        [("单号", of("daily_no")), ("营业日期", when("%Y-%m-%d")), ("门店", lambda r: r.store), ("条码", lambda r: f"69{int(r.product[2:]):011d}"), ("商品", zh_name),
         ("数量", of("quantity")), ("小计", of("net")), ("收银员", of("associate"))],
        {"order_id": "单号", "ordered_at": "营业日期", "store_id": "门店", "product_id": "条码", "product_name": "商品", "quantity": "数量", "net_sales": "小计"},
        settings={"and order_id": ["营业日期"]},
        rows=lambda: month_of_lines(orders=300),
        lands=False,
    ),
    Layout(
        "with states.csv",
        [("单号", of("order")), ("交易时间", when("%Y年%m月%d日 %H:%M:%S")), ("网点编号", of("store")), ("物料编码", of("product")), ("物料名称", zh_name),
         ("数量", lambda r: abs(r.quantity)), ("实付", lambda r: abs(r.net)), ("单据类型", lambda r: "退货" if r.quantity < 0 else "销售"), ("流水号", of("line_no")),
         ("打印时间", lambda r: "2026-11-01 09:00:00")],
        {"order_id": "单号", "ordered_at": "交易时间", "store_id": "网点编号", "product_id": "物料编码", "product_name": "物料名称", "quantity": "数量", "net_sales": "实付",
         "line_type": "单据类型"},
    ),
    Layout(
        "one shop.csv",
        [("票号", of("order")), ("消费时间", when("%Y-%m-%d %H:%M")), ("货品编码", of("product")), ("件数", of("quantity")), ("消费金额", of("net")), ("电话", phone)],
        {"order_id": "票号", "ordered_at": "消费时间", "product_id": "货品编码", "quantity": "件数", "net_sales": "消费金额", "phone": "电话"},
        answers={"store_id": "S01"},
    ),
    Layout(
        "unknown state.csv",
        [("Order ID", of("order")), ("Created At", when("%Y-%m-%dT%H:%M:%S")), ("Location ID", of("store")), ("Product Code", of("product")), ("Units", of("quantity")),
         ("Net Sales", of("net")), ("Status", lambda r: "on hold" if r.order.endswith("7") else "completed")],
        {"order_id": "Order ID", "ordered_at": "Created At", "store_id": "Location ID", "product_id": "Product Code", "quantity": "Units", "net_sales": "Net Sales",
         "status": "Status"},
        answers={"on hold": "sale"},
    ),
    Layout(
        "two named phones.csv",
        [("订单号", of("order")), ("付款时间", when("%Y-%m-%d %H:%M:%S")), ("店铺代码", of("store")), ("商家编码", of("product")), ("购买数量", of("quantity")), ("实付金额", of("net")),
         ("买家电话", phone), ("收货人", lambda r: "李四"), ("收货人手机", lambda r: "19900009999")],
        {"order_id": "订单号", "ordered_at": "付款时间", "store_id": "店铺代码", "product_id": "商家编码", "quantity": "购买数量", "net_sales": "实付金额", "phone": "买家电话",
         "recipient_name": "收货人", "recipient_phone": "收货人手机"},
    ),
    Layout(
        "no name.csv",
        [("Ticket", of("order")), ("", when("%Y-%m-%d %H:%M:%S")), ("Outlet", of("store")), ("PLU", of("product")), ("", of("quantity")), ("", of("price")), ("", of("net")),
         ("", phone)],
        {"order_id": "Ticket", "ordered_at": "column 2", "store_id": "Outlet", "product_id": "PLU", "quantity": "column 5", "unit_price": "column 6",
         "net_sales": "column 7", "phone": "column 8"},
        open_roles=frozenset({"ordered_at", "quantity", "unit_price", "net_sales"}),
        rows=lambda: month_of_lines(discounts=False),
    ),
    Layout(
        "customer name.csv",
        [("Invoice No", of("order")), ("Invoice Date", when("%Y-%m-%d")), ("Name", lambda r: r.person.en if r.person else ""), ("Shop ID", of("store")),
         ("Stock Code", of("product")), ("Qty", of("quantity")), ("Line Amount", of("net"))],
        {"order_id": "Invoice No", "ordered_at": "Invoice Date", "store_id": "Shop ID", "product_id": "Stock Code", "quantity": "Qty", "net_sales": "Line Amount"},
    ),
    Layout(
        "serial lines.csv",
        [("序号", lambda r: int(r.order[-4:]) * 10 + r.line_no), ("小票单号", of("order")), ("结账时间", when("%Y-%m-%d %H:%M")), ("分店编号", of("store")),
         ("自编码", of("product")), ("数量", of("quantity")), ("折后金额", of("net")), ("折扣", lambda r: "0.9")],
        {"order_id": "小票单号", "ordered_at": "结账时间", "store_id": "分店编号", "product_id": "自编码", "quantity": "数量", "net_sales": "折后金额"},
    ),
]  # fmt: skip

MIXED_DAYS = Layout(
    "mixed days.csv",
    [("Order No", of("order")), ("Order Date", lambda r: r.at.strftime("%d/%m/%Y" if r.line_no % 2 else "%m/%d/%Y")), ("Store", of("store")), ("SKU", of("product")),
     ("Qty", of("quantity")), ("Net", of("net"))],
    {},
)  # fmt: skip

REGISTERS: list[Layout] = [
    Layout(
        "会员档案.csv",
        [("卡号", of("member")), ("姓名", of("zh")), ("手机", of("phone")), ("生日", lambda p: p.birthday.strftime("%Y-%m-%d")), ("会员等级", lambda p: "金卡"), ("积分", lambda p: 120),
         ("开卡门店", lambda p: "S01"), ("开卡日期", lambda p: "2024-05-06")],
        {"member_id": "卡号", "name": "姓名", "phone": "手机", "birthday": "生日", "member_tier": "会员等级", "points": "积分", "home_store_id": "开卡门店",
         "member_since": "开卡日期"},
        table="customers", rows=lambda: PEOPLE, encoding="gb18030",
    ),
    Layout(
        "clients.csv",
        [("ID", of("member")), ("Name", of("en")), ("Contact", of("phone")), ("E-mail", of("email")), ("DOB", lambda p: p.birthday.strftime("%d/%m/%Y")), ("Joined", lambda p: "13/05/2024")],
        {"member_id": "ID", "name": "Name", "phone": "Contact", "email": "E-mail", "birthday": "DOB", "member_since": "Joined"},
        table="customers", rows=lambda: PEOPLE, settings={"date_order": "dmy"}, open_roles=frozenset({"phone"}),
    ),
    Layout(
        "people.csv",
        [("First Name", lambda p: p.en.split()[0]), ("Last Name", lambda p: p.en.split()[1]), ("Phone", of("phone")), ("Customer ID", of("member")), ("Date of Birth", lambda p: p.birthday.strftime("%m/%d/%Y"))],
        {"name": "First Name", "phone": "Phone", "member_id": "Customer ID", "birthday": "Date of Birth"},
        table="customers", rows=lambda: PEOPLE, settings={"date_order": "mdy", "and name": ["Last Name"]},
    ),
    Layout(
        "商品资料.csv",
        [("编号", lambda p: p[0]), ("名称", lambda p: p[1]), ("品牌", lambda p: "云记"), ("大类", lambda p: "首饰"), ("零售价", lambda p: p[3]), ("进价", lambda p: p[3] / 2)],
        {"product_id": "编号", "name": "名称", "brand": "品牌", "category": "大类", "list_price": "零售价", "unit_cost": "进价"},
        table="products", rows=products,
    ),
    Layout(
        "items.csv",
        [("Item Code", lambda p: p[0]), ("Description", lambda p: p[2]), ("Category", lambda p: "Jewellery"), ("RRP", lambda p: dollars(p[3])), ("Stock", lambda p: 4)],
        {"product_id": "Item Code", "name": "Description", "category": "Category", "list_price": "RRP"},
        table="products", rows=products,
    ),
    Layout(
        "门店.csv",
        [("门店编码", lambda s: s[0]), ("门店名称", lambda s: s[1]), ("区域", lambda s: "华东"), ("开业日期", lambda s: "2019-03-04")],
        {"store_id": "门店编码", "name": "门店名称", "region": "区域", "opened_on": "开业日期"},
        table="stores", rows=lambda: list(STORES.items()),
    ),
    Layout(
        "staff list.csv",
        [("Staff ID", lambda a: a[0]), ("Full Name", lambda a: a[1][1]), ("Branch", lambda a: "S01"), ("Start Date", lambda a: "2020-02-03")],
        {"associate_id": "Staff ID", "name": "Full Name", "store_id": "Branch", "from_date": "Start Date"},
        table="associates", rows=lambda: list(ASSOCIATES.items()),
    ),
    Layout(
        "转介绍.csv",
        [("介绍人", lambda p: p.phone), ("被介绍人", lambda p: f"1990001{p.phone[-4:]}"), ("日期", lambda p: "2026-10-05"), ("奖励", lambda p: "红绳手链")],
        {"referrer": "介绍人", "referred": "被介绍人", "referred_on": "日期", "reward": "奖励"},
        table="referrals", rows=lambda: PEOPLE, open_roles=frozenset({"referred_on"}),
    ),
    Layout(
        "two columns.csv",
        [("编号", lambda p: p[0]), ("名称", lambda p: p[1])],
        {},
        table="unsure", rows=products,
    ),
]  # fmt: skip

HEADS = Layout(
    "订单主表.csv",
    [("单号", lambda r: r[0].order), ("下单时间", lambda r: r[0].at.strftime("%Y-%m-%d %H:%M:%S")), ("门店编号", lambda r: r[0].store), ("会员号", lambda r: member(r[0])),
     ("合计金额", lambda r: r[1])],
    {"order_id": "单号", "ordered_at": "下单时间", "store_id": "门店编号", "member_id": "会员号", "net_sales": "合计金额"},
    rows=heads,
)  # fmt: skip
ITEMS = Layout(
    "订单明细.csv",
    [("单号", of("order")), ("货号", of("product")), ("数量", of("quantity")), ("单价", of("price")), ("实收", of("net"))],
    {"order_id": "单号", "product_id": "货号", "quantity": "数量", "unit_price": "单价", "net_sales": "实收"},
    rows=headed_lines,
)  # fmt: skip
UNPRICED = Layout(
    "unpriced.csv",
    [("Bill No", of("order")), ("Sale Date", when("%Y-%m-%d")), ("Store ID", of("store")), ("Item", of("product")), ("Qty", of("quantity"))],
    {"order_id": "Bill No", "ordered_at": "Sale Date", "store_id": "Store ID", "product_id": "Item", "quantity": "Qty"},
)  # fmt: skip
PRICE_LIST = Layout(
    "price list.csv",
    [("Code", lambda p: p[0]), ("Name", lambda p: p[2]), ("Price", lambda p: p[3])],
    {"product_id": "Code", "name": "Name", "list_price": "Price"},
    table="products", rows=products,
)  # fmt: skip
