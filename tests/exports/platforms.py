"""How each platform writes its export of a month's orders, and what must land of it."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from tests.exports.trade import Expected, Order, Person, money

Row = dict[str, str]
ORDER_PRODUCT = "(order)"


@dataclass(frozen=True)
class Platform:
    """One kind of export: its usual encoding, currency and zone, and how it writes orders."""

    name: str
    header_file: str
    encoding: str
    currency: str
    rows: Callable[[Order], list[Row]]
    expected: Callable[[Order], list[Expected]]
    shares_out: bool = False
    """Lines' amounts are parts of the order's, right within a cent each."""


def kind_of(order: Order) -> str:
    return {"cancelled": "cancelled", "unpaid": "unpaid"}.get(order.fate, "sale")


def keys(buyer: Person | None, *names: str) -> dict[str, str]:
    return {} if buyer is None else {name: getattr(buyer, name) for name in names}


def lines_and_refunds(
    order: Order, order_id: str, store: str, named: dict[str, str], *, refunded: int, refunded_at: datetime
) -> list[Expected]:
    """The order's lines, and for what was paid back a refund line beside each, in proportion."""
    made = []
    for line in order.lines:
        part = order.part(line)
        made.append(
            Expected(
                order_id, line.product_id, Fraction(line.quantity), kind_of(order), part, order.at, store, None, named
            )
        )
        if refunded:
            back = part * refunded / order.goods
            taken = Fraction(-line.quantity if refunded == order.goods else 0)
            made.append(
                Expected(f"{order_id}/refund", line.product_id, taken, "refund", -back, refunded_at, store,
                         order_id, named)
            )  # fmt: skip
    return made


# ---- Shopify: order columns on the first row only; times with the shop's offset; tax on top


def shopify_refund(order: Order) -> tuple[int, int, int]:
    """Tax on top, money paid back in all, and of the goods. The export does not split what is paid back: tax goes with
    the goods it was on, shipping is paid back last."""
    tax = order.goods // 12 if order.number % 2 else 0
    if order.fate == "refunded":
        return tax, order.goods + tax + order.shipping, order.goods
    back = order.refunded + order.refunded * tax // order.goods
    return tax, back, int(Fraction(back * order.goods, order.goods + tax) + Fraction(1, 2))


def shopify_rows(order: Order) -> list[Row]:
    offset = (8, -5, 0)[order.number % 3]  # the shop's own clock, and the chain's in Shanghai
    at = f"{order.at - timedelta(hours=8 - offset):%Y-%m-%d %H:%M:%S} {'+' if offset >= 0 else '-'}{abs(offset):02d}00"
    tax, back, _ = shopify_refund(order)
    cancelled = f"{order.refunded_at:%Y-%m-%d %H:%M:%S} +0800"
    status = {"kept": "paid", "refunded": "refunded", "refunded in part": "partially_refunded", "cancelled": "voided",
              "unpaid": "pending"}[order.fate]  # fmt: skip
    rows = []
    for at_line, line in enumerate(order.lines):
        row = {
            "Name": f"#{order.number}", "Email": order.buyer.email if order.buyer else "", "Created at": at,
            "Lineitem quantity": str(line.quantity), "Lineitem name": line.name, "Lineitem price": money(line.unit),
            "Lineitem sku": line.product_id, "Lineitem discount": "0.00", "Vendor": "Us",
        }  # fmt: skip
        if at_line == 0:
            row |= {
                "Financial Status": status, "Currency": "USD", "Subtotal": money(order.goods),
                "Shipping": money(order.shipping), "Taxes": money(tax), "Total": money(order.paid + tax),
                "Discount Amount": money(order.discount), "Refunded Amount": money(back),
                "Cancelled at": cancelled if order.fate in ("refunded", "cancelled") else "",
                "Location": "" if order.number % 3 else order.store, "Source": "web" if order.number % 3 else "pos",
                "Employee": "" if order.number % 3 else order.clerk, "Id": f"5{order.number:012d}", "Risk Level": "Low",
            }  # fmt: skip
            if order.buyer:
                to = order.recipient or order.buyer
                row |= {
                    "Billing Name": f"{order.buyer.first} {order.buyer.last}", "Billing Address1": order.buyer.street,
                    "Billing Phone": f"'+86{order.buyer.phone}", "Shipping Name": f"{to.first} {to.last}",
                    "Shipping Address1": to.street, "Shipping Phone": f"'+86{to.phone}", "Shipping Zip": "'01001",
                }  # fmt: skip
        rows.append(row)
    return rows


def shopify_expected(order: Order) -> list[Expected]:
    store = "shopify" if order.number % 3 else order.store
    at = order.refunded_at if order.fate == "refunded" else order.at
    named = keys(order.buyer, "email", "phone")
    return lines_and_refunds(order, f"#{order.number}", store, named, refunded=shopify_refund(order)[2], refunded_at=at)


# ---- Square: a refund is a row of its own, negative, under the sale's transaction id


def dollars(cents: int) -> str:
    text = f"${abs(cents) // 100:,}.{abs(cents) % 100:02d}"
    return text if cents >= 0 else (f"-{text}" if cents % 2 else f"({text})")


def square_common(order: Order, at: datetime, event: str) -> Row:
    day = f"{at:%Y-%m-%d}" if order.number % 2 else f"{at.month}/{at.day}/{at:%y}"
    clock = (
        f"{at:%H:%M:%S}" if order.number % 2 else f"{at.hour % 12 or 12}:{at:%M:%S} {'PM' if at.hour > 11 else 'AM'}"
    )
    return {
        "Date": day, "Time": clock, "Time Zone": "Beijing", "Transaction ID": f"TX{order.number}", "Event Type": event,
        "Payment ID": f"P{order.number}{event[0]}", "Location": order.store, "Device Name": "iPad",
        "Details": f"https://squareup.example/{order.number}",
        "Customer ID": order.buyer.account if order.buyer else "",
        "Customer Name": f"{order.buyer.first} {order.buyer.last}" if order.buyer else "",
    }  # fmt: skip


def square_was(order: Order) -> bool:
    """Square's reports tell of payments: what was never paid is not among them."""
    return order.fate not in ("cancelled", "unpaid")


def part_in_cents(order: Order, at_line: int) -> int:
    """The line's part of what was paid, in whole cents that add up."""
    through = sum(line.listed for line in order.lines[: at_line + 1])
    before = through - order.lines[at_line].listed
    return order.goods * through // order.listed - order.goods * before // order.listed


def square_item_rows(order: Order) -> list[Row]:
    rows = []
    for at_line, line in enumerate(order.lines if square_was(order) else ()):
        net = part_in_cents(order, at_line)
        rows.append(square_common(order, order.at, "Payment") | {
            "Item": line.name, "Qty": f"{line.quantity}.0", "Price Point Name": "Regular", "SKU": line.product_id,
            "Gross Sales": dollars(line.listed), "Discounts": dollars(net - line.listed), "Net Sales": dollars(net),
            "Tax": "$0.00",
        })  # fmt: skip
    for at_line, line in enumerate(order.lines if order.fate == "refunded" else ()):
        net = part_in_cents(order, at_line)
        rows.append(square_common(order, order.refunded_at, "Refund") | {
            "Item": line.name, "Qty": f"-{line.quantity}.0", "Price Point Name": "Regular", "SKU": line.product_id,
            "Gross Sales": dollars(-line.listed), "Net Sales": dollars(-net), "Tax": "$0.00",
        })  # fmt: skip
    if order.fate == "refunded in part":
        rows.append(
            square_common(order, order.refunded_at, "Refund")
            | {"Item": "Custom Amount", "Qty": "-1.0", "Net Sales": dollars(-order.refunded), "Tax": "$0.00"}
        )
    return rows


def square_refund_id(order: Order) -> str:
    return f"TX{order.number}/refund {order.refunded_at:%Y-%m-%dT%H:%M:%S}"


def square_item_expected(order: Order) -> list[Expected]:
    made, named, sale = [], keys(order.buyer, "account"), f"TX{order.number}"
    for at_line, line in enumerate(order.lines if square_was(order) else ()):
        net = Fraction(part_in_cents(order, at_line))
        made.append(
            Expected(sale, line.product_id, Fraction(line.quantity), "sale", net, order.at, order.store, None, named)
        )
        if order.fate == "refunded":
            made.append(Expected(square_refund_id(order), line.product_id, Fraction(-line.quantity), "refund", -net,
                                 order.refunded_at, order.store, sale, named))  # fmt: skip
    if order.fate == "refunded in part":
        made.append(Expected(square_refund_id(order), "Custom Amount", Fraction(-1), "refund", Fraction(-order.refunded),
                             order.refunded_at, order.store, sale, named))  # fmt: skip
    return made


def square_transaction_rows(order: Order) -> list[Row]:
    if not square_was(order):
        return []
    sold = {
        "Gross Sales": dollars(order.listed), "Discounts": dollars(-order.discount), "Net Sales": dollars(order.goods),
        "Tax": "$0.00", "Tip": "$1.00", "Total Collected": dollars(order.goods + 100), "Staff Name": order.clerk,
        "Partial Refunds": dollars(-order.refunded) if order.fate == "refunded in part" else "$0.00",
        "Description": ", ".join(f"{line.name} x {line.quantity}" for line in order.lines),
    }  # fmt: skip
    rows = [square_common(order, order.at, "Payment") | sold]
    if order.refunded:
        back = {"Net Sales": dollars(-order.refunded), "Tax": "$0.00", "Staff Name": order.clerk}
        rows.append(square_common(order, order.refunded_at, "Refund") | back)
    return rows


def square_transaction_expected(order: Order) -> list[Expected]:
    if not square_was(order):
        return []
    named, sale, one = keys(order.buyer, "account"), f"TX{order.number}", Fraction(1)
    made = [Expected(sale, ORDER_PRODUCT, one, "sale", Fraction(order.goods), order.at, order.store, None, named)]
    if order.refunded:
        made.append(Expected(square_refund_id(order), ORDER_PRODUCT, one, "refund", Fraction(-order.refunded),
                             order.refunded_at, order.store, sale, named))  # fmt: skip
    return made


# ---- WooCommerce: line totals after coupons, what was refunded of each beside them


def woo_back(order: Order, at_line: int) -> int:
    part = part_in_cents(order, at_line)
    return part if order.fate == "refunded" else part * order.refunded // order.goods


def woo_rows(order: Order) -> list[Row]:
    status = {"kept": ("Completed", "processing")[order.number % 2], "refunded": "Refunded", "refunded in part": "Completed",
              "cancelled": ("Cancelled", "failed")[order.number % 2],
              "unpaid": ("On hold", "Pending payment")[order.number % 2]}[order.fate]  # fmt: skip
    rows = []
    for at_line, line in enumerate(order.lines):
        part, back = part_in_cents(order, at_line), woo_back(order, at_line)
        row = {
            "Order Number": str(order.number), "Order Status": status, "Order Date": f"{order.at:%Y-%m-%d %H:%M}",
            "Item #": str(at_line + 1), "SKU": line.product_id, "Name": line.name, "Quantity": str(line.quantity),
            "Item Cost": money(line.unit), "Order Line (w/o tax)": money(part), "Order Line Tax": "0",
            "Order Line Total": money(part), "Order Shipping Amount": money(order.shipping),
            # set to "refunded" by hand: WooCommerce books the whole amount, and nothing on the lines
            "Order Line Total Refunded": "0" if order.fate == "refunded" else money(back),
            "Order Line Total (- Refund)": money(part if order.fate == "refunded" else part - back),
            "Order Refund Amount": money(order.paid if order.fate == "refunded" else order.refunded),
            "Order Total Amount": money(order.paid), "Cart Discount Amount": money(order.discount),
        }  # fmt: skip
        if order.buyer:
            to = order.recipient or order.buyer
            row |= {
                "First Name (Billing)": order.buyer.first, "Last Name (Billing)": order.buyer.last,
                "Email (Billing)": order.buyer.email.title(), "Phone (Billing)": f"+86 {order.buyer.phone}",
                "First Name (Shipping)": to.first, "Last Name (Shipping)": to.last, "Address 1&2 (Shipping)": to.street,
                "Address 1&2 (Billing)": order.buyer.street,
            }  # fmt: skip
        rows.append(row)
    return rows


def woo_expected(order: Order) -> list[Expected]:
    made, named, sale = [], keys(order.buyer, "email", "phone"), str(order.number)
    for at_line, line in enumerate(order.lines):
        part, back = part_in_cents(order, at_line), woo_back(order, at_line) if order.refunded else 0
        quantity = Fraction(line.quantity)
        made.append(
            Expected(
                sale, line.product_id, quantity, kind_of(order), Fraction(part), order.at, "woocommerce", None, named
            )
        )
        if back:
            made.append(Expected(f"{sale}/refund", line.product_id, -quantity if back == part else Fraction(0), "refund",
                                 Fraction(-back), order.at, "woocommerce", sale, named))  # fmt: skip
    return made


# ---- Loyverse: a refund is a receipt of its own; dates the way of the account's country


def loyverse_common(order: Order, number: str, at: datetime, kind: str) -> Row:
    contacts = ""
    if order.buyer:
        contacts = (
            f"+86{order.buyer.phone}, {order.buyer.email}",
            f"{order.buyer.email} 199-{order.buyer.phone[3:7]}-{order.buyer.phone[7:]}",
        )[order.number % 2]
    return {
        "Date": f"{at.month}/{at.day}/{at:%y} {at.hour % 12 or 12}:{at:%M} {'PM' if at.hour > 11 else 'AM'}",
        "Receipt number": number, "Receipt type": kind, "POS": "POS 1", "Store": order.store,
        "Cashier name": order.clerk, "Customer contacts": contacts,
        "Status": "Cancelled" if order.fate == "cancelled" else "Closed",
    }  # fmt: skip


def loyverse_item_rows(order: Order) -> list[Row]:
    rows = []
    for at_line, line in enumerate(order.lines if order.fate != "unpaid" else ()):
        net = part_in_cents(order, at_line)
        told = {"SKU": line.product_id if order.number % 5 else "", "Item": line.name, "Taxes": "0.00"}
        rows.append(loyverse_common(order, f"1-{order.number}", order.at, "Sale") | told | {
            "Quantity": f"{line.quantity}.000", "Gross sales": money(line.listed), "Discounts": money(line.listed - net),
            "Net sales": money(net), "Cost of goods": money(net // 2)})  # fmt: skip
        if order.fate == "refunded":
            rows.append(loyverse_common(order, f"1-{order.number}R", order.refunded_at, "Refund") | told | {
                "Quantity": f"-{line.quantity}.000", "Gross sales": money(-line.listed), "Net sales": money(-net),
                "Cost of goods": money(-(net // 2))})  # fmt: skip
    return rows


def loyverse_item_expected(order: Order) -> list[Expected]:
    made, named = [], keys(order.buyer, "phone", "email")
    for at_line, line in enumerate(order.lines if order.fate != "unpaid" else ()):
        net, product = Fraction(part_in_cents(order, at_line)), line.product_id if order.number % 5 else line.name
        quantity = Fraction(line.quantity)
        made.append(
            Expected(f"1-{order.number}", product, quantity, kind_of(order), net, order.at, order.store, None, named)
        )
        if order.fate == "refunded":
            made.append(Expected(f"1-{order.number}R", product, -quantity, "refund", -net, order.refunded_at, order.store,
                                 None, named))  # fmt: skip
    return made


def loyverse_receipt_rows(order: Order) -> list[Row]:
    if order.fate == "unpaid":
        return []
    rows = [loyverse_common(order, f"1-{order.number}", order.at, "Sale") | {
        "Gross sales": money(order.listed), "Discounts": money(order.discount), "Net sales": money(order.goods),
        "Taxes": "0.00", "Total collected": money(order.goods), "Description": "Mug x 2"}]  # fmt: skip
    if order.fate == "refunded":
        rows.append(loyverse_common(order, f"1-{order.number}R", order.refunded_at, "Refund") | {
            "Gross sales": money(-order.listed), "Net sales": money(-order.goods), "Total collected": money(-order.goods)})  # fmt: skip
    return rows


def loyverse_receipt_expected(order: Order) -> list[Expected]:
    if order.fate == "unpaid":
        return []
    named, one = keys(order.buyer, "phone", "email"), Fraction(1)
    made = [Expected(f"1-{order.number}", ORDER_PRODUCT, one, kind_of(order), Fraction(order.goods), order.at, order.store,
                     None, named)]  # fmt: skip
    if order.fate == "refunded":
        made.append(Expected(f"1-{order.number}R", ORDER_PRODUCT, one, "refund", Fraction(-order.goods), order.refunded_at,
                             order.store, None, named))  # fmt: skip
    return made


# ---- Taobao: one row per order, paid after refunds; ids told to be text


def taobao_rows(order: Order) -> list[Row]:
    buyer = order.buyer or Person("", "", "无名氏", "19900000000", "", f"guest{order.number}", "")
    to = order.recipient or buyer
    status = {"kept": ("交易成功", "卖家已发货，等待买家确认")[order.number % 2], "refunded in part": "交易成功",
              "refunded": "交易关闭", "cancelled": "交易关闭", "unpaid": "等待买家付款"}[order.fate]  # fmt: skip
    paid = order.paid - order.refunded if order.fate in ("kept", "refunded in part") else 0
    order_id = f"88{order.number:016d}"
    return [{
        "订单编号": (f'="{order_id}"', f"'{order_id}", f"\t{order_id}")[order.number % 3], "买家会员名": buyer.account,
        "买家应付货款": money(order.goods), "买家应付邮费": money(order.shipping), "总金额": money(order.paid),
        "买家实际支付金额": money(paid), "订单状态": status, "收货人姓名": to.name_zh, "收货地址 ": "浙江省 杭州市",
        "联系手机": f"'{to.phone}", "订单创建时间": f"{order.at:%Y-%m-%d %H:%M:%S}",
        "订单付款时间": f"{order.at:%Y-%m-%d %H:%M:%S}" if paid else "",
        "宝贝标题": "，".join(line.name for line in order.lines), "宝贝种类": str(len(order.lines)),
        "宝贝总数量": str(sum(line.quantity for line in order.lines)), "卡券抵扣": "0.00",
        "订单关闭原因": "订单未关闭" if order.fate == "kept" else "买家未付款",
    }]  # fmt: skip


def taobao_expected(order: Order) -> list[Expected]:
    kind = {"refunded": "cancelled", "cancelled": "cancelled", "unpaid": "unpaid"}.get(order.fate, "sale")
    net = order.goods - order.refunded if kind == "sale" else 0
    quantity = Fraction(sum(line.quantity for line in order.lines))
    named = {"account": order.buyer.account if order.buyer else f"guest{order.number}"}
    return [
        Expected(
            f"88{order.number:016d}", ORDER_PRODUCT, quantity, kind, Fraction(net), order.at, "taobao", None, named
        )
    ]


# ---- JD: one row per product, the order's amounts on each


def jd_rows(order: Order) -> list[Row]:
    buyer = order.buyer or Person("", "", "无名氏", "19900000000", "", f"guest{order.number}", "")
    to = order.recipient or buyer
    status = {"kept": ("完成", "等待收货")[order.number % 2], "cancelled": ("已取消", "(删除)等待付款", "锁定")[order.number % 3],
              "unpaid": "等待付款"}.get(order.fate, "完成")  # fmt: skip
    return [{
        "订单号": f"{271_000_000_000 + order.number}", "商品ID": f"\t10{line.product_id[3:]}", "商品名称": line.name,
        "订购数量": str(line.quantity), "下单时间": f"{order.at:%Y/%m/%d %H:%M}", "京东价": f"¥{money(line.unit)}",
        "订单金额": money(order.listed), "应付金额": money(order.paid), "运费金额": money(order.shipping),
        "订单状态": status, "下单帐号": buyer.account, "客户姓名": to.name_zh, "联系电话": to.phone,
        "货号": line.product_id if order.number % 4 else "", "订单来源": "京东APP",
    } for line in order.lines]  # fmt: skip


def jd_expected(order: Order) -> list[Expected]:
    named = {"account": order.buyer.account if order.buyer else f"guest{order.number}"}
    return [
        Expected(f"{271_000_000_000 + order.number}", line.product_id if order.number % 4 else f"10{line.product_id[3:]}",
                 Fraction(line.quantity), kind_of(order), order.part(line), order.at, "jd", None, named)
        for line in order.lines
    ]  # fmt: skip


# ---- Douyin: one row per product with an amount of its own, ids after a tab, phones mostly masked


def douyin_rows(order: Order) -> list[Row]:
    status = {"kept": ("已完成", "已发货")[order.number % 2], "unpaid": "待支付", "cancelled": "已关闭",
              "refunded": ("已关闭", "已完成")[order.number % 2], "refunded in part": "已完成"}[order.fate]  # fmt: skip
    rows = []
    for at_line, line in enumerate(order.lines):
        # a refund is of whole rows here: of the first, or of all
        is_back = order.fate == "refunded" or (order.fate == "refunded in part" and at_line == 0)
        freight = order.shipping if at_line == 0 else 0
        phone = order.buyer.phone if order.buyer and order.number % 2 else "1**********"
        rows.append({
            "主订单编号": f"\t69{order.number:016d}", "子订单编号": f"\t69{order.number:014d}{at_line:02d}",
            "选购商品": line.name, "商品规格": "默认", "商品数量": str(line.quantity), "商家编码": line.product_id,
            "订单应付金额": money(part_in_cents(order, at_line) + freight), "运费": money(freight),
            "收件人": "张*", "收件人手机号": phone, "订单提交时间": f"{order.at:%Y/%m/%d %H:%M:%S}",
            "订单完成时间": f"{order.refunded_at:%Y/%m/%d %H:%M:%S}" if status == "已完成" else "", "订单状态": status,
            "售后状态": "退款成功" if is_back else ("-", "")[order.number % 2],
        })  # fmt: skip
    return rows


def douyin_expected(order: Order) -> list[Expected]:
    made, sale = [], f"69{order.number:016d}"
    named = keys(order.buyer, "phone") if order.number % 2 else {}
    for at_line, line in enumerate(order.lines):
        net, quantity = Fraction(part_in_cents(order, at_line)), Fraction(line.quantity)
        made.append(Expected(sale, line.product_id, quantity, kind_of(order), net, order.at, "douyin", None, named))
        if order.fate == "refunded" or (order.fate == "refunded in part" and at_line == 0):
            made.append(
                Expected(f"{sale}/refund", line.product_id, -quantity, "refund", -net, order.at, "douyin", sale, named)
            )
    return made


# ---- Youzan: one row per order, paid and refunded amounts beside each other


def youzan_rows(order: Order) -> list[Row]:
    status = {"kept": ("交易完成", "待发货")[order.number % 2], "unpaid": "待付款", "cancelled": "交易关闭",
              "refunded": "交易关闭", "refunded in part": "交易完成"}[order.fate]  # fmt: skip
    is_paid = order.fate not in ("unpaid", "cancelled")
    return [{
        "订单号": f"E2026{order.number:012d}", "订单状态": status, "订单创建时间": f"{order.at:%Y-%m-%d %H:%M:%S}",
        "买家付款时间": f"{order.at:%Y-%m-%d %H:%M:%S}" if is_paid else "", "买家昵称": "小鱼",
        "买家手机号": order.buyer.phone if order.buyer else "", "商品金额合计": money(order.listed),
        "订单实付金额": money(order.goods), "订单退款状态": "退款成功（部分退款）" if order.refunded else "",
        "订单已退款金额": money(order.refunded) if order.refunded else "",
        "全部商品名称": ";".join(line.name for line in order.lines), "商品种类数": str(len(order.lines)),
        "收货人/提货人": order.recipient.name_zh if order.recipient else "", "销售渠道": "网店",
    }]  # fmt: skip


def youzan_expected(order: Order) -> list[Expected]:
    sale, named, one = f"E2026{order.number:012d}", keys(order.buyer, "phone"), Fraction(1)
    made = [Expected(sale, ORDER_PRODUCT, one, kind_of(order), Fraction(order.goods), order.at, "youzan", None, named)]
    if order.refunded:
        taken = -one if order.refunded == order.goods else Fraction(0)
        made.append(Expected(f"{sale}/refund", ORDER_PRODUCT, taken, "refund", Fraction(-order.refunded), order.at, "youzan",
                             sale, named))  # fmt: skip
    return made


PLATFORMS: tuple[Platform, ...] = (
    Platform("shopify_orders", "shopify_orders_export", "utf-8", "USD", shopify_rows, shopify_expected, True),
    Platform("square_items", "square_items", "utf-8", "USD", square_item_rows, square_item_expected),
    Platform("square_transactions", "square_transactions", "utf-8", "USD", square_transaction_rows,
             square_transaction_expected),
    Platform("woocommerce_orders", "woocommerce_advanced_order_export", "utf-8", "USD", woo_rows, woo_expected),
    Platform("loyverse_receipts_by_item", "loyverse_receipts_by_item", "utf-8", "USD", loyverse_item_rows,
             loyverse_item_expected),
    Platform("loyverse_receipts", "loyverse_receipts", "utf-8", "USD", loyverse_receipt_rows, loyverse_receipt_expected),
    Platform("taobao_orders", "taobao_ExportOrderList", "gb18030", "CNY", taobao_rows, taobao_expected),
    Platform("jd_orders", "jd_orders", "gb18030", "CNY", jd_rows, jd_expected, True),
    Platform("douyin_orders", "douyin_orders", "utf-8-sig", "CNY", douyin_rows, douyin_expected),
    Platform("youzan_orders", "youzan_orders.PARTIAL", "utf-8-sig", "CNY", youzan_rows, youzan_expected),
)  # fmt: skip


def written(rows: Sequence[Row], header: Sequence[str], encoding: str, *, disguise: int | None = None) -> bytes:
    """The export's bytes. `disguise` (a seed): columns permuted, further ones among them, other case and spaces."""
    columns = list(header)
    shown = {name: name for name in columns}
    if disguise is not None:
        rng = random.Random(disguise)
        columns += ["Something else", "备用字段"]
        rng.shuffle(columns)
        shown = {name: f"  {name.upper() if rng.random() < 0.5 else name.lower()} " for name in columns}
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([shown[name] for name in columns])
    writer.writerows([row.get(name, "") for name in columns] for row in rows)
    return out.getvalue().encode(encoding)
