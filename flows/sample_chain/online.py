"""What the online shop takes, as JD exports it."""

from __future__ import annotations

from flows.sample_chain.baskets import basket
from flows.sample_chain.books import Line, Total, yuan
from flows.sample_chain.chain import Chain
from flows.sample_chain.nature import of_shares
from flows.sample_chain.occasions import occasion_day
from flows.sample_chain.people import Customer, Recipient
from flows.sample_chain.tills import free_moment


def online_order(chain: Chain, customer: Customer, day: int, purpose: str, to: Recipient | None) -> str:
    """One JD order, paid or not; an order that came to nothing is placed again half of the time."""
    rng = chain.rng
    lines = basket(chain, customer, day, purpose)
    status = of_shares(rng, {"完成": 0.93, "已取消": 0.035, "(删除)等待付款": 0.02, "等待付款": 0.015})
    order_id = write_jd_order(chain, customer, day, lines, to, status)
    if status == "完成":
        return order_id
    return write_jd_order(chain, customer, day, lines, to, "完成") if rng.random() < 0.5 else ""


def write_jd_order(
    chain: Chain, customer: Customer, day: int, lines: list[Line], to: Recipient | None, status: str
) -> str:
    """Write one JD order: the order's amounts stand on each of its rows, as JD writes them."""
    rng, store, calendar = chain.rng, chain.online, chain.calendar
    assert store is not None
    second, at = free_moment(chain, store, day, 25200, 86399)
    order_id = str(271_000_000_000 + second * 13 + customer.number % 13)
    goods = sum(line.unit * line.quantity for line in lines)
    discount = sum(line.discount for line in lines)
    shipping = 0 if goods - discount >= 29900 else 1200
    due = goods - discount + shipping
    done, is_done = day + rng.randrange(1, 5), status == "完成"
    month = calendar.month_of[day]
    if is_done and (done > chain.end or calendar.month_of[done] != month):
        status, done_at = "等待收货", ""
    else:
        done_at = f"{calendar.iso[done]} {rng.randrange(9, 20):02d}:{rng.randrange(60):02d}:00" if is_done else ""
    paid_at = f"{at[:17]}59" if is_done else ""
    remark = remark_of(chain, to, day)
    whom = (
        (to.name, to.address, to.phone)
        if to
        else (customer.name, customer.address, customer.parcel_phone or customer.phone)
    )
    invoice = ("电子发票", customer.name, "商品明细") if rng.random() < 0.3 else ("不需要发票", "", "")
    customer.paid_for_one = goods - discount if len(lines) == 1 and lines[0].quantity == 1 else 0
    rows = chain.books.jd_rows.setdefault(month, [])
    chain.books.order_count += 1
    for number, line in enumerate(lines, 1):
        row = (
            order_id, f"\t10{line.product_id[1:]}{4471 + int(line.product_id[1:]) * 37}", line.name,
            str(line.quantity), "在线支付", at, yuan(line.unit), yuan(goods), yuan(goods - discount), "0.00",
            yuan(due), status, "SOP", customer.account, *whom, remark, *invoice, "", "", yuan(shipping), paid_at,
            "", line.product_id, done_at, "京东APP" if second % 3 else "微信小程序", "京东商城",
        )  # fmt: skip
        rows.append((at, number, row))
        if is_done:
            chain.books.count(store, month, line, is_identified=True)
            customer.net_cents += line.net
            customer.named_purchases += number == 1
        else:
            total = chain.books.totals.setdefault((store.store_id, month), Total())
            total.lines += 1
            total.friction_lines += 1
    return order_id


def remark_of(chain: Chain, to: Recipient | None, day: int) -> str:
    """The buyer's remark: occasion, its date and for whom, as the shop asks buyers of gifts to write it."""
    if to is None or chain.rng.random() < 0.08:
        return ""
    year = chain.calendar.on(day).year
    days = [occasion_day(chain, to, at) for at in (year - 1, year, year + 1) if at in chain.calendar.festival]
    on = min((at for at in days if at >= day), default=day)
    return f"场合:{chain.words.occasions[to.occasion]};日期:{chain.calendar.on(on).isoformat()};赠:{to.relation}"
