"""The exports that are recognised by their header, one description each. A further export is one more description.

Where a platform does not say, or we could not see, what a column holds, the comment says so and what was assumed.
"""

from __future__ import annotations

from schemas.orders import ORDER_AS_PRODUCT
from schemas.source_formats import TEMPLATES, Column, LineRule, SourceFormat

# Loyverse writes phone and e-mail into one cell; digits inside an e-mail address are no phone
_E_MAIL = r"([^\s,;:<>@]+@[^\s,;:<>@]+)"
_PHONE = r"(?:^|[\s,;:])(\+?\(?[0-9][0-9 ().-]{4,}[0-9])(?:$|[\s,;])"

WHOLE_ORDER = {"product_id": ORDER_AS_PRODUCT, "quantity": "1"}

_UCI_ONLINE_RETAIL = SourceFormat(
    "uci_online_retail", "order_lines", "UCI 线上零售数据", "UCI Online Retail",
    {
        "order_id": Column(("InvoiceNo", "Invoice")),
        "product_id": Column(("StockCode",)),
        "product_name": Column(("Description",)),
        "quantity": Column(("Quantity",)),
        "ordered_at": Column(("InvoiceDate",)),
        "unit_price": Column(("UnitPrice", "Price")),
        "member_id": Column(("CustomerID", "Customer ID"), strip_suffix=".0"),
        "store_id": Column(("Country",)),
    },
    ("order_id", "product_id", "quantity", "ordered_at", "unit_price", "member_id", "store_id"),
    (
        LineRule("not_goods", "product_id",
                 is_in=("POST", "DOT", "M", "C2", "D", "S", "BANK CHARGES", "AMAZONFEE", "CRUK")),
        LineRule("adjustment", "order_id", starts_with="A"),
        LineRule("refund", "order_id", starts_with="C"),
        LineRule("adjustment", "quantity", at_most=0),
        LineRule("no_charge", "unit_price", at_most=0),
    ),
    drop_exact_duplicates=True,
    currency="GBP",
    constants={"channel": "online"},
)  # fmt: skip

_JD_ORDERS = SourceFormat(
    # one row per product of an order; the order's amounts stand on each of its rows. What the after-sales department
    # pays back later stands in another export: here an order is done, or it came to nothing.
    "jd_orders", "order_lines", "京东订单导出", "JD orders",
    {
        "order_id": Column(("订单号",)),
        "product_id": Column(("货号",), or_headers=("商品ID",)),
        "product_name": Column(("商品名称",)),
        "quantity": Column(("订购数量",)),
        "ordered_at": Column(("下单时间",)),
        "unit_price": Column(("京东价",)),
        "order_listed": Column(("订单金额",)),
        "order_paid": Column(("应付金额",)),
        "order_shipping": Column(("运费金额",)),
        "status": Column(("订单状态",)),
        "account": Column(("下单帐号", "下单账号")),
        "recipient_name": Column(("客户姓名",)),
        "recipient_phone": Column(("联系电话",)),
        "recipient_address": Column(("客户地址",)),
        "occasion": Column(("订单备注",), extract=r"场合[::]\s*([^;;,,\s]+)"),
        "occasion_date": Column(("订单备注",), extract=r"日期[::]\s*(\d{4}-\d{1,2}-\d{1,2})"),
        "delivered_at": Column(("订单完成时间",)),
    },
    ("order_id", "product_id", "quantity", "ordered_at", "unit_price", "order_paid", "order_shipping", "status", "account"),
    (
        LineRule("cancelled", "status", starts_with="(删除)"),
        LineRule("cancelled", "status", starts_with="（删除）"),
        # a locked order waits for its cancellation to be agreed to
        LineRule("cancelled", "status", is_in=("已取消", "取消", "锁定", "已锁定", "交易关闭", "已关闭")),
        LineRule("unpaid", "status", is_in=("等待付款", "等待付款确认", "延迟付款确认", "未付款")),
        LineRule("sale", "status", is_in=(
            "完成", "已完成", "等待出库", "等待打印", "等待发货", "等待厂商处理", "正在出库", "商品出库", "已出库", "已发货",
            "等待收货", "等待确认收货", "配送中", "自提途中", "上门提货", "暂停")),
    ),
    currency="CNY",
    constants={"channel": "online", "store_id": "jd"},
    has_whole_orders=True,
)  # fmt: skip

_SHOPIFY_ORDERS = SourceFormat(
    # one row per line item; what is the order's own stands on its first row. Subtotal is the goods after all discounts,
    # with tax where prices include it: neither shipping nor tax on top. Total stays what it was when money is refunded
    # ("Refunded Amount"), which the export does not date.
    "shopify_orders", "order_lines", "Shopify 订单", "Shopify orders",
    {
        "order_id": Column(("Name",)),
        "ordered_at": Column(("Created at",)),
        "status": Column(("Financial Status",)),
        "order_goods": Column(("Subtotal",)),
        "order_paid": Column(("Total",)),
        "order_shipping": Column(("Shipping",)),
        "order_refunded": Column(("Refunded Amount",)),
        "cancelled_at": Column(("Cancelled at",)),
        "refunded_at": Column(("Cancelled at",)),
        "currency": Column(("Currency",)),
        "email": Column(("Email",)),
        "phone": Column(("Phone",), or_headers=("Billing Phone",)),
        "product_id": Column(("Lineitem sku",), or_headers=("Lineitem name",)),
        "product_name": Column(("Lineitem name",)),
        "quantity": Column(("Lineitem quantity",)),
        "unit_price": Column(("Lineitem price",)),
        "discount": Column(("Lineitem discount",)),
        "store_id": Column(("Location",)),
        "channel": Column(("Source",)),
        "associate_id": Column(("Employee",)),
        "recipient_name": Column(("Shipping Name",), unless_same_as=("Billing Name",)),
        "recipient_phone": Column(("Shipping Phone",), unless_same_as=("Billing Phone",)),
        "recipient_address": Column(
            ("Shipping Address1", "Shipping Street"), and_headers=("Shipping Address2", "Shipping City"),
            unless_same_as=("Billing Address1", "Billing Address2", "Billing City")),
    },
    ("order_id", "ordered_at", "status", "order_goods", "quantity", "product_name", "unit_price"),
    (
        LineRule("no_charge", "unit_price", at_most=0),
        # money decides: what was paid is a sale (and what was paid back a refund), also when it is cancelled afterwards
        LineRule("sale", "status", is_in=("paid", "partially_paid", "partially_refunded", "refunded")),
        LineRule("cancelled", "status", is_in=("voided", "expired")),
        LineRule("cancelled", "cancelled_at", not_empty=True),
        LineRule("unpaid", "status", is_in=("pending", "authorized", "unpaid", "overdue")),
    ),
    constants={"store_id": "shopify", "channel": "web"},
    constant_where_empty=("store_id", "channel"),
    has_whole_orders=True,
    order_roles=(
        "ordered_at", "status", "order_goods", "order_paid", "order_shipping", "order_refunded", "cancelled_at",
        "refunded_at", "currency", "email", "phone", "store_id", "channel", "associate_id", "recipient_name",
        "recipient_phone", "recipient_address",
    ),
)  # fmt: skip

_SHOPIFY_CUSTOMERS = SourceFormat(
    "shopify_customers", "customers", "Shopify 顾客", "Shopify customers",
    {
        "account": Column(("Customer ID",)),
        "name": Column(("First Name",), and_headers=("Last Name",)),
        "email": Column(("Email",)),
        "phone": Column(("Phone",), or_headers=("Default Address Phone",)),
        "address": Column(("Address1", "Default Address Address1"), and_headers=("Address2", "Default Address Address2")),
        "district": Column(("City", "Default Address City")),
        "consent_email": Column(("Accepts Email Marketing", "Accepts Marketing")),
        "consent_sms": Column(("Accepts SMS Marketing",)),
        "note": Column(("Note",)),
    },
    ("name", "email", "consent_email"),
)  # fmt: skip

_SQUARE_COLUMNS = {
    "order_id": Column(("Transaction ID",)),
    # the zone is that of the account, told by name on every row
    "ordered_at": Column(("Date",), and_headers=("Time", "Time Zone")),
    "line_type": Column(("Event Type",)),
    "net_sales": Column(("Net Sales",)),  # after discounts, without tax, tip and gift cards sold
    "tax": Column(("Tax",)),
    "store_id": Column(("Location",)),
    "member_id": Column(("Customer Reference ID",)),
    "account": Column(("Customer ID",)),
}
# "Partial Refunds" tells again what stands in rows of its own (event type Refund, negative, under the sale's id)
_SQUARE_RULES = (
    LineRule("refund", "line_type", is_in=("Refund",)),
    LineRule("sale", "line_type", is_in=("Payment",)),
)

_SQUARE_TRANSACTIONS = SourceFormat(
    "square_transactions", "order_lines", "Square 交易", "Square transactions",
    {
        **_SQUARE_COLUMNS,
        "product_name": Column(("Description",)),
        "associate_id": Column(("Staff ID",), or_headers=("Staff Name",)),
    },
    ("order_id", "ordered_at", "line_type", "net_sales", "store_id"),
    _SQUARE_RULES,
    constants=WHOLE_ORDER,
    grain="order",
    date_order="proven",
    refunds_share_ids=True,
)  # fmt: skip

_SQUARE_ITEMS = SourceFormat(
    "square_items", "order_lines", "Square 商品明细", "Square items",
    {
        **_SQUARE_COLUMNS,
        "product_id": Column(("SKU",), or_headers=("Item",)),
        "product_name": Column(("Item",), and_headers=("Price Point Name",)),
        "quantity": Column(("Qty",)),
    },
    ("order_id", "ordered_at", "line_type", "net_sales", "store_id", "product_id", "product_name", "quantity"),
    _SQUARE_RULES,
    date_order="proven",
    refunds_share_ids=True,
)  # fmt: skip

_WOOCOMMERCE_ORDERS = SourceFormat(
    # one row per line item. "Order Line Total" is what was paid for the line after coupons, without tax where tax is
    # added to the price; what was refunded of it stands beside it. Item cost and tax are left out: WooCommerce keeps
    # more decimals of them than money has, and nothing is made of them.
    "woocommerce_orders", "order_lines", "WooCommerce 订单", "WooCommerce Advanced Order Export",
    {
        "order_id": Column(("Order Number",)),
        "line_no": Column(("Item #",)),
        "status": Column(("Order Status",)),
        "ordered_at": Column(("Order Date",)),
        "product_id": Column(("SKU",), or_headers=("Name",)),
        "product_name": Column(("Name",), and_headers=("Product Variation",)),
        "quantity": Column(("Quantity",)),
        "net_sales": Column(("Order Line Total", "Order Line (w/o tax)")),
        "refunded": Column(("Order Line Total Refunded",)),
        "order_refunded": Column(("Order Refund Amount",)),
        "order_paid": Column(("Order Total Amount",)),
        "order_shipping": Column(("Order Shipping Amount",)),
        "email": Column(("Email (Billing)",)),
        "phone": Column(("Phone (Billing)",)),
        "recipient_name": Column(
            ("First Name (Shipping)",), and_headers=("Last Name (Shipping)",),
            unless_same_as=("First Name (Billing)", "Last Name (Billing)")),
        "recipient_phone": Column(("Phone (Shipping)",), unless_same_as=("Phone (Billing)",)),
        "recipient_address": Column(
            ("Address 1&2 (Shipping)",), and_headers=("City (Shipping)",),
            unless_same_as=("Address 1&2 (Billing)", "City (Billing)")),
    },
    ("order_id", "status", "ordered_at", "product_name", "quantity", "net_sales"),
    (
        LineRule("cancelled", "status", is_in=("cancelled", "wc-cancelled", "failed", "wc-failed", "trash")),
        LineRule("unpaid", "status", is_in=(
            "pending", "pending payment", "wc-pending", "on-hold", "on hold", "wc-on-hold", "checkout-draft", "draft")),
        LineRule("sale", "status", is_in=(
            "completed", "wc-completed", "processing", "wc-processing", "refunded", "wc-refunded",
            "partially-refunded", "shipped")),
    ),
    constants={"store_id": "woocommerce", "channel": "web"},
    has_whole_orders=True,
    # the plug-in can be set to tell an order's own columns on its first row only
    order_roles=(
        "status", "ordered_at", "order_refunded", "order_paid", "order_shipping", "email", "phone", "recipient_name",
        "recipient_phone", "recipient_address",
    ),
    # WooCommerce books a refund without lines when an order is simply set to "refunded"
    refunded_when=(LineRule("refund", "status", is_in=("refunded", "wc-refunded")),),
)  # fmt: skip

_LOYVERSE_COLUMNS = {
    "order_id": Column(("Receipt number",)),
    "ordered_at": Column(("Date",)),  # written the way of the account's country
    "line_type": Column(("Receipt type",)),
    "status": Column(("Status",)),
    "net_sales": Column(("Net sales",)),
    "discount": Column(("Discounts",)),
    "tax": Column(("Taxes",)),
    "cost": Column(("Cost of goods",)),
    "store_id": Column(("Store",)),
    "associate_id": Column(("Cashier name",)),
    "phone": Column(("Customer contacts",), extract=_PHONE),
    "email": Column(("Customer contacts",), extract=_E_MAIL),
}
_LOYVERSE_RULES = (
    LineRule("cancelled", "status", is_in=("Cancelled", "Canceled")),
    LineRule("refund", "line_type", is_in=("Refund",)),  # a receipt of its own, with a number of its own
    LineRule("sale", "line_type", is_in=("Sale",)),
)

_LOYVERSE_RECEIPTS = SourceFormat(
    "loyverse_receipts", "order_lines", "Loyverse 小票", "Loyverse receipts",
    {**_LOYVERSE_COLUMNS, "product_name": Column(("Description",))},
    ("order_id", "ordered_at", "line_type", "status", "net_sales", "store_id"),
    _LOYVERSE_RULES,
    constants=WHOLE_ORDER,
    grain="order",
    date_order="proven",
)  # fmt: skip

_LOYVERSE_ITEMS = SourceFormat(
    "loyverse_receipts_by_item", "order_lines", "Loyverse 小票明细", "Loyverse receipts by item",
    {
        **_LOYVERSE_COLUMNS,
        "product_id": Column(("SKU",), or_headers=("Item",)),
        "product_name": Column(("Item",), and_headers=("Variant",)),
        "quantity": Column(("Quantity",)),
    },
    ("order_id", "ordered_at", "line_type", "status", "net_sales", "store_id", "product_id", "product_name", "quantity"),
    _LOYVERSE_RULES,
    date_order="proven",
)  # fmt: skip

_TAOBAO_ORDERS = SourceFormat(
    # one row per order. What the buyer paid is after everything that was paid back: an order that is refunded in part
    # comes again with less, one that is refunded whole is closed. The later export replaces the earlier.
    "taobao_orders", "order_lines", "淘宝/天猫订单（ExportOrderList）", "Taobao/Tmall ExportOrderList",
    {
        "order_id": Column(("订单编号",)),
        "account": Column(("买家会员名",)),
        "ordered_at": Column(("订单创建时间",)),
        "status": Column(("订单状态",)),
        "order_paid": Column(("买家实际支付金额",)),
        "order_shipping": Column(("买家应付邮费",)),
        "product_name": Column(("宝贝标题",)),
        "quantity": Column(("宝贝总数量",)),
        "recipient_name": Column(("收货人姓名",)),
        "recipient_phone": Column(("联系手机",), or_headers=("联系电话",)),
        "recipient_address": Column(("修改后的收货地址",), or_headers=("收货地址",)),
    },
    ("order_id", "account", "ordered_at", "status", "order_paid", "order_shipping", "quantity"),
    (
        LineRule("cancelled", "status", is_in=("交易关闭", "交易已关闭", "已关闭")),
        LineRule("unpaid", "status", is_in=("等待买家付款", "没有创建支付宝交易", "付款确认中")),
        LineRule("sale", "status", is_in=(
            "交易成功", "买家已付款，等待卖家发货", "买家已付款,等待卖家发货", "等待卖家发货", "卖家部分发货", "卖家已发货",
            "卖家已发货，等待买家确认", "卖家已发货,等待买家确认", "买家已签收", "退款中的订单")),
    ),
    currency="CNY",
    constants={"channel": "online", "store_id": "taobao", "product_id": ORDER_AS_PRODUCT},
    grain="order",
    has_whole_orders=True,
)  # fmt: skip

_DOUYIN_ORDERS = SourceFormat(
    # one row per product (子订单) of an order. We take 订单应付金额 as the row's own, shipping included; what platform and
    # streamer add to the shop's income is not the customer's spend. The only person named is who receives: taken for
    # the buyer, since most are, and since there is no other. Masked phones name nobody.
    "douyin_orders", "order_lines", "抖店订单", "Douyin orders",
    {
        "order_id": Column(("主订单编号",)),
        "product_id": Column(("商家编码",), or_headers=("选购商品",)),
        "product_name": Column(("选购商品",), and_headers=("商品规格",)),
        "quantity": Column(("商品数量",)),
        "net_sales": Column(("订单应付金额",)),
        "line_shipping": Column(("运费",)),
        "phone": Column(("收件人手机号",)),
        "ordered_at": Column(("订单提交时间",)),
        "delivered_at": Column(("订单完成时间",)),
        "status": Column(("订单状态",)),
        "after_sale": Column(("售后状态",)),
    },
    ("order_id", "product_id", "quantity", "net_sales", "ordered_at", "status", "after_sale"),
    (
        # money decides: what was paid and paid back is a sale and a refund, though the order is closed by then
        LineRule("sale", "after_sale", is_in=("退款成功", "已全额退款", "全额退款成功", "退货退款成功")),
        LineRule("cancelled", "status", is_in=("已关闭", "已取消", "交易关闭")),
        LineRule("unpaid", "status", is_in=("待支付", "待付款", "待确认", "支付中")),
        LineRule("sale", "status", is_in=(
            "已支付", "备货中", "待发货", "部分发货", "已发货", "已签收", "已收货", "待收货", "已完成")),
    ),
    currency="CNY",
    constants={"channel": "online", "store_id": "douyin"},
    has_whole_orders=True,
    # the row does not say how much was paid back, nor when: all of it, on the order's own day
    refunded_when=(LineRule("refund", "after_sale", is_in=("退款成功", "已全额退款", "全额退款成功", "退货退款成功")),),
)  # fmt: skip

_YOUZAN_ORDERS = SourceFormat(
    # one row per order. Its header is known in part only, so little is required.
    "youzan_orders", "order_lines", "有赞订单", "Youzan orders",
    {
        "order_id": Column(("订单号", "订单编号")),
        "ordered_at": Column(("订单创建时间", "下单时间")),
        "paid_at": Column(("买家付款时间", "付款时间")),
        "status": Column(("订单状态",)),
        "order_paid": Column(("订单实付金额",)),
        "order_shipping": Column(("运费", "邮费", "运费金额", "订单运费")),
        "order_refunded": Column(("订单已退款金额",)),
        "refunded_at": Column(("退款成功时间", "退款时间")),
        "phone": Column(("买家手机号",)),
        "product_name": Column(("全部商品名称",)),
        "quantity": Column(("商品总件数", "商品件数", "商品总数", "商品总数量")),
        "store_id": Column(("归属店铺", "所属店铺", "下单店铺", "下单网点", "店铺名称")),
        "recipient_name": Column(("收货人/提货人", "收货人", "收货人姓名")),
        "recipient_phone": Column(("收货人手机号/提货人手机号", "收货人手机号")),
        "recipient_address": Column(
            ("收货人省份",), and_headers=("收货人城市", "收货人地区", "详细收货地址/提货地址", "详细收货地址")),
    },
    ("order_id", "ordered_at", "paid_at", "status", "order_paid"),
    (
        # money decides: an order that was paid is a sale, and what was paid back stands in its refunded amount
        LineRule("sale", "paid_at", not_empty=True),
        LineRule("cancelled", "status", is_in=("交易关闭", "已关闭", "订单关闭", "已取消")),
        LineRule("unpaid", "status", is_in=("待付款", "等待买家付款", "待支付")),
    ),
    currency="CNY",
    constants={**WHOLE_ORDER, "channel": "online", "store_id": "youzan"},
    constant_where_empty=("store_id",),
    grain="order",
    has_whole_orders=True,
)  # fmt: skip

_YOUZAN_CUSTOMERS = SourceFormat(
    "youzan_customers", "customers", "有赞客户", "Youzan customers",
    {
        "phone": Column(("客户手机号", "手机号")),
        "name": Column(("客户姓名",), or_headers=("客户昵称",)),
        "birthday": Column(("客户生日",)),
        "gender": Column(("客户性别",)),
        "member_since": Column(("成为客户时间",)),
        "stored_value": Column(("客户储值余额",)),
        "district": Column(("微信地域",)),
        "note": Column(("标签",)),
    },
    ("phone", "name"),
)  # fmt: skip

_RETURNED_LISTS = SourceFormat(
    "regulars_actions", "contacts", "Regulars 行动清单（已填写）", "Regulars action list, filled in",
    {
        "action_id": Column(("Action ID", "行动编号")),
        # the sheet tells no day of its own: the due day stands for it
        "contacted_at": Column(("Done on", "完成日期"), or_headers=("Due", "日期")),
        "phone": Column(("Phone number", "手机号")),
        "channel": Column(("Channel", "方式")),
        "contact_kind": Column(("What", "事项")),
        "result": Column(("Result", "结果")),
        "note": Column(("Note", "备注")),
    },
    ("action_id", "contacted_at", "result"),
)  # fmt: skip

KNOWN_EXPORTS: tuple[SourceFormat, ...] = (
    _UCI_ONLINE_RETAIL, _JD_ORDERS, _SHOPIFY_ORDERS, _SHOPIFY_CUSTOMERS, _SQUARE_TRANSACTIONS, _SQUARE_ITEMS,
    _WOOCOMMERCE_ORDERS, _LOYVERSE_RECEIPTS, _LOYVERSE_ITEMS, _TAOBAO_ORDERS, _DOUYIN_ORDERS, _YOUZAN_ORDERS,
    _YOUZAN_CUSTOMERS, _RETURNED_LISTS,
)  # fmt: skip

SOURCE_FORMATS: dict[str, SourceFormat] = {source.name: source for source in (*KNOWN_EXPORTS, *TEMPLATES)}
"""Every format that needs no word in chain.toml: name → description."""
