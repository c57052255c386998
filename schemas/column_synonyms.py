"""What tills, shops and back offices call their columns, zh and en: per table and role, the words a header may be.

`plain` words say by themselves what the column is, the best first ("下单时间" before "付款时间"). `vague` ones (编号, Name,
Total) can be several things: they propose a role, and the values have to confirm it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The names of one role, as `named` compares them."""

    plain: tuple[str, ...]
    vague: tuple[str, ...] = ()


def named(header: str) -> str:
    """A header as words are compared: "Bill_No.", "billNo", "Bill #" and "BILL NO" are all "bill no".

    Full-width and half-width are one, units and remarks in brackets fall away, Chinese has no spaces.
    """
    text = unicodedata.normalize("NFKC", header.replace("\ufeff", ""))
    bare = re.sub(r"[(\[{【<][^)\]}】>]*[)\]}】>]?", " ", text)
    text = bare if bare.strip() else text
    text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text).casefold()
    text = re.sub(r"[#№]", " no ", text)
    text = re.sub(r"\b(number|num|nr)\b", "no", re.sub(r"[\W_]+", " ", text))
    text = re.sub(r"\be mail\b", "email", text)
    return " ".join(re.sub(r"(?<=[^\x00-\x7f]) +| +(?=[^\x00-\x7f])", "", text).split())


def _words(plain: str, vague: str = "") -> Words:
    split = [tuple(named(word) for word in told.split("|") if word) for told in (plain, vague)]
    return Words(split[0], split[1])


_MEMBER_ID = (
    "会员卡号|会员号|会员编号|会员id|会员卡|会员代码|会员编码|会员卡编号|vip卡号|vip编号|vip号|vip|贵宾卡号|顾客编号|顾客编码|"
    "顾客号|顾客id|客户编号|客户编码|客户id|客户代码|客户号|卡号|member id|member no|member card|member card no|member code|"
    "membership no|membership id|loyalty card|loyalty card no|loyalty id|loyalty no|customer id|customer no|customer code|"
    "cust id|cust no|cust code|client id|client no|client code|vip no|vip id|vip card|card no|card id|"
    "customer reference id|customer ref|shopper id|patron id|crm id"
)
_PHONE = (
    "手机号|手机|手机号码|手机电话|移动电话|会员手机|会员手机号|会员电话|顾客手机|顾客手机号|顾客电话|客户手机|客户手机号|客户电话|"
    "买家手机|买家手机号|买家电话|电话|电话号码|联系电话|联系手机|联系方式|预留手机|绑定手机|mobile|mobile no|mobile phone|phone|phone no|"
    "cell|cell phone|cellphone|telephone|telephone no|tel|tel no|contact no|contact phone|customer phone|customer mobile|"
    "member phone|member mobile|billing phone|buyer phone"
)
_EMAIL = "邮箱|电子邮箱|电子邮件|邮箱地址|会员邮箱|客户邮箱|买家邮箱|email|email address|mail|customer email|member email|buyer email"
_ACCOUNT = (
    "线上账号|线上帐号|买家会员名|买家账号|买家帐号|下单帐号|下单账号|买家昵称|淘宝昵称|旺旺号|旺旺|用户名|账号|帐号|买家id|用户id|openid|"
    "unionid|微信号|online account|account|username|user name|login|buyer id|buyer nick|buyer nickname|buyer username|user id"
)
_STORE_ID = (
    "门店编号|门店编码|门店代码|门店号|门店id|店铺编号|店铺编码|店铺代码|店铺id|店编号|店号|店代码|分店编号|分店代码|机构编号|机构编码|"
    "网点编号|网点代码|专柜编号|柜台编号|组织编码|store id|store no|store code|shop id|shop no|shop code|branch id|branch no|"
    "branch code|outlet id|outlet no|outlet code|location id|location code|site id|site no|site code"
)
_STORE_NAME = (
    "门店名称|店铺名称|门店|店铺|分店|分店名称|店名|门店名|销售门店|消费门店|下单门店|成交门店|交易门店|收银门店|机构名称|网点|网点名称|专柜|"
    "专柜名称|柜台|store|store name|shop|shop name|branch|branch name|outlet|outlet name|location|location name|site|site name"
)
_STORE = f"{_STORE_ID}|{_STORE_NAME}"
_ASSOCIATE_ID = (
    "导购编号|导购工号|导购代码|营业员编号|营业员工号|营业员代码|店员编号|店员工号|员工编号|员工工号|工号|销售员编号|销售员工号|业务员编号|"
    "顾问编号|salesperson id|sales person id|sales rep id|sales person code|staff id|staff code|staff no|employee id|"
    "employee no|employee code|associate id|associate no|clerk id|clerk no|assistant id|consultant id|seller id"
)
_ASSOCIATE = (
    f"{_ASSOCIATE_ID}|导购|导购员|导购姓名|营业员|营业员姓名|店员|店员姓名|销售员|销售人员|销售顾问|业务员|美容顾问|服务人员|服务导购|"
    "salesperson|sales person|sales rep|salesman|sales associate|associate|associate name|sales assistant|staff|staff name|"
    "employee|employee name|clerk|served by|sold by|assistant|consultant|sales consultant|seller"
)
_PRODUCT_ID = (
    "货号|商品编号|商品编码|商品代码|商品货号|产品编号|产品编码|产品代码|产品货号|货品编号|货品编码|货品代码|款号|sku|sku编码|sku编号|"
    "sku id|商家编码|物料编码|物料编号|物料号|单品编码|店内码|自编码|商品条码|条码|条形码|国际条码|商品id|产品id|宝贝id|货品id|item code|"
    "item no|item id|item sku|product id|product code|product no|product sku|sku code|sku no|article no|article code|art no|"
    "style no|style code|stock code|stock no|material no|goods no|goods code|part no|plu|plu code|plu no|variant sku|"
    "lineitem sku|barcode|bar code|product barcode|item barcode|upc|ean|gtin"
)
_PRODUCT_NAME = (
    "商品名称|品名|商品名|货品名称|货品名|产品名称|产品名|商品全名|商品标题|宝贝标题|宝贝名称|商品描述|物料名称|项目名称|选购商品|商品|产品|"
    "货品|product name|item name|product title|product|item description|product description|description|article name|"
    "article description|goods name|goods|lineitem name|item title|item|article|title"
)
_STATUS = (
    "订单状态|单据状态|交易状态|小票状态|销售状态|状态|order status|status|transaction status|receipt status|sale status|"
    "bill status|state|支付状态|付款状态|payment status|financial status"
)

ORDER_LINES: Mapping[str, Words] = {
    "order_id": _words(
        "订单号|订单编号|主订单编号|小票号|小票编号|小票单号|小票号码|销售单号|销售单据号|零售单号|零售单据编号|单据号|单据编号|单据号码|单号|"
        "收银单号|票号|交易单号|交易号|交易流水号|销售流水号|流水单号|订单id|账单号|账单编号|结账单号|消费单号|购物单号|开单号|order id|order no|"
        "order|order ref|order reference|receipt no|receipt|receipt id|bill no|bill|bill id|bill ref|transaction id|"
        "transaction no|transaction|trans id|trans no|txn id|txn no|trx id|trx no|ticket no|ticket|ticket id|invoice no|invoice|"
        "invoice id|sale id|sale no|sales id|sales no|sales order|sales order no|so no|check no|check id|document no|doc no|"
        "docket no|docket|slip no|basket id|basket no",
        "流水号|编号|号码|单据|凭证号|no|id|ref|reference|doc|document|check|voucher no|code",
    ),
    "line_no": _words("行号|明细行号|行序号|项次|明细序号|line no|line|line id|order line no|row no", "序号|seq|sequence|seq no|pos|item no"),
    "ordered_at": _words(
        "下单时间|下单日期|订单时间|订单日期|销售时间|销售日期|交易时间|交易日期|成交时间|成交日期|消费时间|消费日期|购买时间|购买日期|结账时间|"
        "结账日期|收银时间|收银日期|开单时间|开单日期|小票时间|小票日期|单据时间|单据日期|零售日期|营业日期|业务日期|订单创建时间|订单提交时间|"
        "ordered at|order date|order time|order datetime|date of order|sold at|sold on|sale date|"
        "sale time|sales date|date of sale|transaction date|transaction time|transaction datetime|trans date|txn date|trx date|"
        "receipt date|bill date|invoice date|ticket date|check date|docket date|document date|purchase date|purchased at|"
        "business date|trading date|date time|datetime|timestamp|created at|付款时间|支付时间|付款日期|订单付款时间|paid at|date paid|closed at",
        "日期|时间|创建时间|录入时间|制单时间|制单日期|date|time|day|created|when",
    ),
    "store_id": _words(_STORE, "机构|组织|部门|store location"),
    "channel": _words("渠道|销售渠道|订单渠道|订单来源|平台|channel|sales channel|order source|platform", "来源|source"),
    "product_id": _words(_PRODUCT_ID, "编号|编码|代码|code|no|id|item|product|article|商品|产品|货品|款式"),
    "product_name": _words(_PRODUCT_NAME, "名称|name|品种|摘要|details"),
    "quantity": _words(
        "数量|销售数量|购买数量|订购数量|商品数量|成交数量|实销数量|销量|件数|销售件数|宝贝数量|订货数量|购买件数|qty|quantity|qty sold|"
        "quantity sold|units sold|item qty|sales qty|sale qty|order qty|ordered qty|net qty|units|pcs|pieces|no of items|"
        "lineitem quantity",
        "个数|数|件|count|重量|weight",
    ),
    "unit_price": _words(
        "成交单价|成交价|实售价|实际售价|实际单价|折后单价|折后价|销售单价|单价|售价|销售价|商品单价|零售价|商品价格|标价|原价|吊牌价|标准售价|"
        "挂牌价|零售单价|net price|selling price|sale price|sales price|unit price|price each|price per unit|item price|price|each|"
        "unit amount|retail price|list price|rrp|original price|lineitem price",
        "价格|rate",
    ),
    "net_sales": _words(
        "实收金额|实收|实付金额|实付|实收额|成交金额|成交额|实销金额|实际金额|实际销售额|净销售额|净销售金额|净额|折后金额|折后小计|销售金额|"
        "销售额|商品实付|商品实付金额|实际支付金额|支付金额|付款金额|消费金额|小计|小计金额|行金额|net sales|net amount|net sale|net total|"
        "net value|net|line net|line net amount|line total|line amount|amount paid|paid|paid amount|total paid|item total|"
        "net amt|line amt|sale amt|sales amt|sales amount|sale amount|sales value|sales|extended price|ext price|ext amount|extended amount|revenue|turnover",
        "金额|合计|合计金额|总金额|总额|总计|总价|应收|应收金额|结算金额|含税金额|价税合计|amount|amt|total|total amount|sum|value|total price|"
        "subtotal|sub total|gross sales|gross amount|gross|total sales|amount due|order total|订单金额|订单总额|订单总金额|订单实付金额|订单应付金额",
    ),
    "order_paid": _words(
        "订单实付金额|订单应付金额|订单总额|订单总金额|整单金额|整单实收|整单实付|本单金额|小票金额|小票总额|订单金额|order total|order amount|"
        "receipt total|bill total|invoice total|basket total|transaction total|ticket total|grand total|total collected"
    ),
    "order_shipping": _words(
        "运费|邮费|配送费|运费金额|快递费|买家应付邮费|shipping|shipping fee|shipping cost|shipping amount|delivery fee|"
        "delivery charge|freight|postage"
    ),
    "discount": _words(
        "优惠金额|折扣金额|优惠额|折扣额|让利金额|让利|减免金额|折让金额|优惠|discount|discount amount|disc amount|discount total|discounts",
        "折扣|disc|markdown",
    ),
    "tax": _words("税额|税金|增值税|tax|tax amount|taxes|vat|vat amount|gst|sales tax"),
    "cost": _words("成本金额|成本额|销售成本|成本|cost amount|cost of goods|cost of goods sold|cogs|total cost|line cost", "cost"),
    "currency": _words("币种|货币|currency|currency code|ccy"),
    "associate_id": _words(_ASSOCIATE, "收银员|收银员编号|经办人|操作员|制单人|开单人|员工|销售|cashier|cashier id|cashier name|operator|user|rep"),
    "is_promotion": _words("是否促销|促销标志|是否特价|特价标志|促销|特价|is promotion|promotion flag|on promotion|promo|is promo", "活动|promotion"),
    "status": _words(_STATUS),
    "line_type": _words(
        "行类型|单据类型|业务类型|交易类型|销售类型|小票类型|订单类型|销退标志|销售标志|退货标志|销退类型|receipt type|transaction type|trans type|"
        "sale type|line type|event type|record type|document type|doc type|item type",
        "类型|type|标志",
    ),
    "refund_of": _words(
        "原订单号|原单号|原小票号|原销售单号|原单据号|退货原单号|关联单号|original order|original order no|original receipt|"
        "original receipt no|original bill no|original invoice|original transaction id|refund of|return of|orig order no"
    ),
    "member_id": _words(_MEMBER_ID + "|member", "会员|顾客|客户|customer|client|buyer|shopper|编号|id|no|code"),
    "phone": _words(_PHONE, "contact|联系"),
    "email": _words(_EMAIL),
    "account": _words(_ACCOUNT, "昵称|nickname|nick"),
    "recipient_name": _words("收货人|收货人姓名|收件人|收件人姓名|recipient|recipient name|ship to|ship to name|shipping name|consignee|deliver to"),
    "recipient_phone": _words(
        "收货人手机|收货人手机号|收货人电话|收货电话|收货手机|收件人手机|收件人手机号|收件人电话|recipient phone|recipient mobile|shipping phone|"
        "consignee phone|ship to phone"
    ),
    "recipient_address": _words(
        "收货地址|收货人地址|收件地址|详细收货地址|送货地址|配送地址|shipping address|delivery address|ship to address|recipient address", "详细地址"
    ),
    "occasion": _words("场合|送礼场合|用途|occasion|gift occasion"),
    "occasion_date": _words("场合日期|送礼日期|occasion date"),
    "delivered_at": _words("送达时间|签收时间|确认收货时间|交货日期|送货日期|送货时间|delivered at|delivered on|delivery date|date delivered"),
}  # fmt: skip

CUSTOMERS: Mapping[str, Words] = {
    "member_id": _words(_MEMBER_ID + "|member", "编号|编码|代码|id|no|code|序号"),
    "phone": _words(_PHONE, "contact|联系"),
    "email": _words(_EMAIL),
    "account": _words(_ACCOUNT, "昵称|nickname|nick"),
    "name": _words(
        "姓名|会员姓名|顾客姓名|客户姓名|会员名称|会员名|顾客名称|顾客名|客户名称|客户名|名字|full name|customer name|member name|client name|"
        "contact name|display name",
        "名称|name|会员|顾客|客户|customer|client|联系人",
    ),
    "gender": _words("性别|会员性别|客户性别|gender|sex", "称谓"),
    "birthday": _words("生日|会员生日|客户生日|顾客生日|出生日期|出生年月日|出生年月|birthday|date of birth|dob|birth date|birthdate", "born"),
    "birthday_calendar": _words("生日历法|历法|生日类型|公历农历|农历公历|birthday calendar|calendar"),
    "anniversary": _words("结婚纪念日|纪念日|结婚日期|anniversary|wedding anniversary|wedding date"),
    "district": _words("地区|所在地区|城市|所在城市|行政区|区县|省市|district|city|town|suburb|area", "区域|省份|region|province|state"),
    "address": _words("地址|联系地址|家庭住址|家庭地址|住址|通讯地址|详细地址|address|street address|home address|address line 1|address1|address 1|street"),
    "occupation": _words("职业|职位|occupation|profession|job|job title"),
    "interests": _words("兴趣|兴趣爱好|爱好|interests|hobbies|interest"),
    "favourite_style": _words("喜欢的款式|偏好款式|偏好风格|风格偏好|喜好风格|favourite style|favorite style|preferred style|style preference"),
    "customer_kind": _words("顾客类型|顾客类别|客户类型|客户类别|会员类型|会员类别|customer type|customer kind|customer group|client type", "类型|type"),
    "member_since": _words(
        "入会日期|入会时间|开卡日期|开卡时间|办卡日期|办卡时间|发卡日期|注册日期|注册时间|建档日期|建档时间|成为会员时间|成为客户时间|加入时间|"
        "member since|join date|joined|joined on|date joined|joining date|registered at|registered|registration date|"
        "enrolment date|enrollment date|signup date|sign up date|customer since",
        "创建时间|创建日期|日期|created at|created|date created|date|since",
    ),
    "referrer": _words("介绍人|推荐人|引荐人|转介绍人|介绍人卡号|推荐人卡号|referrer|referred by|introduced by|recommended by"),
    "home_store_id": _words(
        "归属门店|所属门店|开卡门店|办卡门店|发卡门店|注册门店|入会门店|所属店铺|归属店铺|主门店|home store|home branch|registered store|"
        "join store|joining store|preferred store|home shop|" + _STORE
    ),
    "associate_id": _words("专属导购|所属导购|归属导购|服务导购|开卡导购|跟进人|专属顾问|account manager|assigned to|" + _ASSOCIATE),
    "consent_phone": _words("同意电话|接受电话|电话同意|consent phone|phone consent|accepts calls|phone opt in|call opt in"),
    "consent_wechat": _words("同意微信|接受微信|微信同意|consent wechat|wechat consent"),
    "consent_sms": _words("同意短信|接受短信|接收短信|短信订阅|短信同意|consent sms|sms consent|sms opt in|accepts sms|accepts sms marketing|sms marketing"),
    "consent_email": _words("同意邮件|接受邮件|邮件订阅|邮件同意|consent email|email consent|email opt in|accepts email|accepts email marketing|newsletter"),
    "do_not_contact": _words("请勿联系|勿扰|免打扰|拒绝联系|do not contact|dnc|opt out|opted out|unsubscribed|no marketing"),
    "wecom_added": _words("已加企业微信|已加企微|是否加企微|是否添加企微|企微好友|wecom added|wecom|企业微信"),
    "member_tier": _words(
        "会员等级|会员级别|会员卡等级|会员卡类型|卡类型|卡等级|卡级别|vip等级|客户等级|顾客等级|member tier|loyalty tier|membership tier|"
        "membership level|member level|tier|card type",
        "等级|级别|level|grade",
    ),
    "points": _words("积分|可用积分|当前积分|剩余积分|积分余额|points|points balance|loyalty points|reward points|available points"),
    "stored_value": _words("储值余额|卡余额|账户余额|储值金额|储值|预存余额|余额|stored value|card balance|account balance|store credit|balance"),
    "moved_away_on": _words("搬离日期|moved away on|moved away"),
    "note": _words("备注|客户备注|会员备注|说明|note|notes|remark|remarks|comment|comments|memo"),
}  # fmt: skip

PRODUCTS: Mapping[str, Words] = {
    "product_id": _words(_PRODUCT_ID, "编号|编码|代码|code|no|id|item|product|article|商品|产品|货品|款式"),
    "name": _words(_PRODUCT_NAME, "名称|name|品种"),
    "brand": _words("品牌|商标|品牌名称|brand|brand name", "vendor|manufacturer|make"),
    "category": _words(
        "品类|商品分类|商品类别|商品类目|产品类别|货品类别|类别|分类|类目|大类|大类名称|category|category name|product category|product type|"
        "item group|product group|item category",
        "中类|小类|类型|type|department|class|group",
    ),
    "style": _words("款式|风格|系列|款式名称|style|collection|series", "line|range"),
    "launch_date": _words("上市日期|上市时间|上架日期|上架时间|上新日期|launch date|launched|launched on|release date|available from", "date|日期|created at"),
    "list_price": _words(
        "吊牌价|建议零售价|零售价|标价|牌价|标准售价|原价|售价|销售价|零售单价|单价|价格|list price|rrp|msrp|recommended retail price|"
        "retail price|selling price|sale price|unit price|price|variant price|tag price"
    ),
    "unit_cost": _words("单位成本|成本单价|成本价|进货价|进价|采购价|成本|unit cost|cost price|purchase price|buying price|cost per item|landed cost|cost"),
}  # fmt: skip

STORES: Mapping[str, Words] = {
    "store_id": _words(_STORE_ID, "编号|编码|代码|id|no|code"),
    "name": _words(_STORE_NAME, "名称|name"),
    "region": _words(
        "区域|大区|片区|所属区域|所在区域|省份|城市|region|area|zone|city|district", "地区|province|state"
    ),
    "opened_on": _words(
        "开业日期|开业时间|开店日期|开店时间|opened|opened on|opening date|open date|date opened|open since",
        "date|日期",
    ),
    "closed_on": _words(
        "关店日期|闭店日期|停业日期|歇业日期|关店时间|closed|closed on|closing date|close date|date closed"
    ),
    "successor_store": _words("接续门店|承接门店|接替门店|successor store|successor|merged into"),
}

ASSOCIATES: Mapping[str, Words] = {
    "associate_id": _words(_ASSOCIATE_ID, "编号|编码|代码|id|no|code"),
    "name": _words(
        "导购姓名|员工姓名|营业员姓名|店员姓名|associate name|staff name|employee name|full name|姓名",
        "名称|name|导购|营业员|员工|staff",
    ),
    "store_id": _words("所属门店|所在门店|任职门店|归属门店|所属店铺|home store|" + _STORE, "部门|department"),
    "from_date": _words(
        "入职日期|入职时间|到岗日期|上岗日期|hire date|hired|hired on|start date|date hired|employment date",
        "from|from date|joined|join date",
    ),
    "to_date": _words("离职日期|离职时间|end date|leaving date|termination date|last day|left on", "to|to date|left"),
    "capacity": _words("每月联系上限|联系上限|capacity|monthly capacity|contacts per month"),
}

REFERRALS: Mapping[str, Words] = {
    "referred_on": _words("介绍日期|推荐日期|转介绍日期|介绍时间|推荐时间|referred on|referral date|date of referral", "日期|时间|date|created at"),
    "referrer": _words("介绍人|推荐人|引荐人|老客户|老顾客|介绍人手机|推荐人手机|介绍人卡号|推荐人卡号|referrer|referred by|referring customer|introduced by"),
    "referred": _words("被介绍人|被推荐人|新客户|新顾客|新会员|被介绍人手机|被推荐人手机|referred|referee|referred customer|new customer|friend"),
    "channel": _words("介绍方式|推荐方式|方式|channel|referral channel"),
    "reward": _words("奖励|奖励内容|赠礼|reward|incentive"),
}  # fmt: skip

_ANY_CUSTOMER: Mapping[str, Words] = {
    "member_id": ORDER_LINES["member_id"],
    "phone": _words(_PHONE),
    "email": _words(_EMAIL),
    "account": _words(_ACCOUNT),
}

COMPLAINTS: Mapping[str, Words] = {
    "complaint_id": _words("投诉编号|投诉单号|客诉编号|客诉单号|工单号|工单编号|complaint id|complaint no|case id|case no", "编号|id|no|ticket no|ticket id"),
    "received_at": _words("受理时间|受理日期|投诉时间|投诉日期|客诉日期|接诉时间|received at|received|date received|complaint date|opened at", "日期|时间|date|created at"),
    "store_id": _words(_STORE),
    "order_id": ORDER_LINES["order_id"],
    "cause": _words("投诉原因|客诉原因|原因|问题类型|投诉类型|cause|reason|complaint type|issue type|complaint reason"),
    "severity": _words("严重程度|紧急程度|severity|priority"),
    "text": _words("投诉内容|问题描述|内容|complaint|complaint text|details|description|issue"),
    "first_answer_at": _words("首次答复时间|首次响应时间|first answer at|first response at|first response|answered at"),
    "resolved_at": _words("解决时间|处理完成时间|结案时间|办结时间|resolved at|resolved|closed at|date resolved"),
    "compensation": _words("补偿金额|赔偿金额|赔付金额|compensation|compensation amount|goodwill"),
    "steps_done": _words("已完成步骤|处理步骤|处理过程|steps done|actions taken"),
    "satisfied": _words("是否满意|客户是否满意|satisfied|is satisfied"),
    "competitor": _words("竞争品牌|竞品|competitor"),
    "product_id": ORDER_LINES["product_id"],
    "promised_by": _words("承诺完成日期|承诺日期|承诺期限|promised by|promise date|promised until"),
    "promise_kept_on": _words("承诺兑现日期|兑现日期|promise kept on|promise kept|kept on"),
    "escalated_at": _words("上报经理时间|上报时间|升级时间|escalated at|escalated on|escalated"),
    **_ANY_CUSTOMER,
}  # fmt: skip

SURVEYS: Mapping[str, Words] = {
    "answered_at": _words("填写时间|填写日期|答卷时间|提交时间|提交答卷时间|回访时间|answered at|submitted at|submitted|submission date|response date", "日期|时间|date|timestamp"),
    "store_id": _words(_STORE),
    "order_id": ORDER_LINES["order_id"],
    "aspect": _words("方面|评价维度|维度|aspect|topic|dimension"),
    "expectation": _words("期望|期望值|期望分|expectation|expected"),
    "experience": _words("体验|体验分|感受|满意度|满意度评分|experience|perceived|satisfaction"),
    "importance": _words("重要性|重要程度|importance"),
    "competitor": _words("竞争品牌|竞品|competitor"),
    "expected_price": _words("预期价格|期望价格|expected price"),
    "share_of_wallet": _words("消费占比|钱包份额|share of wallet"),
    "likes": _words("喜欢之处|喜欢|优点|likes|what did you like"),
    "dislikes": _words("不满之处|不满|缺点|dislikes|what did you dislike"),
    "nps": _words("推荐意愿|推荐指数|nps|nps评分|nps score|would recommend|likelihood to recommend"),
    "competitor_experience": _words("竞争品牌体验|竞品体验|竞品评分|competitor experience|competitor score"),
    "acted_on": _words("改进落实日期|改进日期|落实日期|采纳日期|acted on|action taken on"),
    **_ANY_CUSTOMER,
}  # fmt: skip

SERVICES: Mapping[str, Words] = {
    "service_id": _words("服务编号|服务单号|维修单号|保养单号|service id|service no|repair id|repair no", "编号|单号|id|no"),
    "done_on": _words("完成日期|服务日期|服务完成日期|维修日期|done on|service date|completed on|repair date", "日期|date"),
    "store_id": _words(_STORE),
    "order_id": ORDER_LINES["order_id"],
    "product_id": ORDER_LINES["product_id"],
    "kind": _words("服务类别|服务类型|服务项目|service kind|service type|service", "类别|类型|kind|type"),
    "associate_id": _words(_ASSOCIATE),
    "fee": _words("服务费|维修费|service fee|fee|charge"),
    "satisfied": _words("是否满意|客户是否满意|satisfied|is satisfied"),
    "note": _words("备注|note|notes|remark|remarks"),
    **_ANY_CUSTOMER,
}  # fmt: skip

CONTACTS: Mapping[str, Words] = {
    "contacted_at": _words("联系时间|联系日期|跟进时间|跟进日期|回访时间|回访日期|拜访时间|contacted at|contacted on|contact date|call date|follow up date", "日期|时间|date"),
    "action_id": _words("行动编号|任务编号|action id|task id"),
    "associate_id": _words(_ASSOCIATE + "|跟进人|联系人员|回访人", "user"),
    "channel": _words("联系方式|方式|跟进方式|回访方式|联系渠道|channel|contact channel|contact method|via"),
    "contact_kind": _words("联系类别|类别|跟进类型|回访类型|contact kind|contact type|purpose", "类型|type"),
    "result": _words("联系结果|结果|跟进结果|回访结果|result|outcome"),
    "note": _words("备注|跟进内容|跟进记录|回访内容|note|notes|remark|remarks|comment|comments"),
    **_ANY_CUSTOMER,
}  # fmt: skip

TARGETS: Mapping[str, Words] = {
    "store_id": _words(_STORE),
    "target_month": _words("目标月份|target month", "月份|month"),
    "target_net_sales": _words("目标销售额|销售目标|业绩目标|目标业绩|target net sales|sales target|revenue target"),
    "target_buyers": _words("目标购买顾客数|购买顾客目标|target buyers|buyers target"),
    "target_new_customers": _words("目标新客数|新客目标|拉新目标|target new customers|new customers target"),
    "target_won_back": _words("目标挽回顾客数|挽回目标|target won back|won back target"),
}

WEATHER: Mapping[str, Words] = {
    "store_id": _words(_STORE),
    "day": _words("天气日期|weather date", "日期|date|day"),
    "rain": _words("是否下雨|下雨|有雨|雨天|rain|rained|rainy|is rain"),
}  # fmt: skip

SYNONYMS: Mapping[str, Mapping[str, Words]] = {
    "order_lines": ORDER_LINES,
    "customers": CUSTOMERS,
    "products": PRODUCTS,
    "stores": STORES,
    "associates": ASSOCIATES,
    "referrals": REFERRALS,
    "complaints": COMPLAINTS,
    "surveys": SURVEYS,
    "contacts": CONTACTS,
    "services": SERVICES,
    "targets": TARGETS,
    "weather": WEATHER,
}
"""Table → role → its names."""

FIRST_NAME = _words("first name|firstname|given name|forename|名字")
LAST_NAME = _words("last name|lastname|surname|family name|姓|姓氏")
TIME_OF_DAY = _words(
    "时间|时刻|销售时间|交易时间|小票时间|收银时间|下单时间|结账时间|time|hour|time of day|sale time|transaction time|order time|receipt time|bill time"
)

NO_ROLE: Mapping[str, str] = {
    word: why
    for words, why in (
        (_words("支付流水号|支付单号|付款流水号|支付宝交易号|微信支付单号|payment id|payment reference|payment ref|payment no|authorization code|auth code"),
         "a payment's reference, not a bill's"),
        (_words("物流单号|快递单号|运单号|发货单号|tracking no|tracking id|tracking|waybill no|shipment id"), "a parcel's number, not a bill's"),
        (_words("发票号|发票号码|发票代码|税号|vat no|tax id|tax no"), "a tax document's number, not a bill's"),
        (_words("银行卡号|银行卡|pan suffix|card brand|bank card no"), "a bank card, not a member's"),
        (_words("身份证号|身份证|证件号码|id card no|passport no|national id"), "an identity document: not needed, so not taken"),
        (_words("机号|收银机号|收款机号|款台号|pos机号|pos号|班次|班次号|till|till no|till id|register|register no|terminal|terminal id|terminal no|device name|device id|shift|shift no"),
         "the till, not the shop"),
        (_words("打印时间|打印日期|导出时间|更新时间|修改时间|最后修改时间|上传时间|日结日期|print date|printed at|export date|exported at|updated at|last modified|modified at|update time|sync time"),
         "when the record was written or printed, not when it was bought"),
        (_words("供应商|供应商名称|供应商编号|供应商编码|supplier|supplier name|supplier code|supplier id"), "the supplier"),
        (_words("成本价|单位成本|进价|进货价|采购价|unit cost|cost price|purchase price"), "the cost of one, not of the line"),
        (_words("折扣率|discount rate|discount percent|disc percent|disc rate|discount pct"), "a rate, not an amount"),
        (_words("毛利|毛利额|毛利率|gross profit|margin|profit|gross margin"), "profit is computed from the cost"),
        (_words("库存|库存数量|现有库存|可用库存|stock|stock qty|stock on hand|on hand|inventory|available qty"), "what is in stock, not what was sold"),
        (_words("积分抵扣|获得积分|本次积分|points earned|points redeemed"), "points of the purchase"),
    )
    for word in words.plain
}  # fmt: skip
"""Headers that look like a role and are none → what they are. Holds for order lines (a product's unit cost is one)."""

GIVEN_BACK = _words(
    "退款金额|已退款金额|退货金额|退款额|退货数量|退款数量|refund amount|refunded amount|amount refunded|refunds|refunded|qty returned|"
    "returned qty|refund qty"
)
"""Columns that take back a part of their own row: rows cannot tell them yet, so they are asked about when not empty."""

KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "cancelled": ("已取消", "取消", "已关闭", "关闭", "交易关闭", "作废", "已作废", "废单", "撤单", "已撤销", "cancelled", "canceled", "void", "voided", "deleted"),
    "unpaid": ("未付款", "待付款", "等待付款", "待支付", "未支付", "unpaid", "pending", "pending payment", "awaiting payment"),
    "refund": ("退货", "退款", "已退货", "已退款", "退单", "销退", "退", "退换", "全额退款", "refund", "refunded", "return", "returned", "credit", "credit note"),
    "no_charge": ("赠品", "赠送", "gift with purchase", "free gift", "gwp", "complimentary"),
    "not_goods": ("运费", "服务费", "充值", "储值", "购物袋", "shipping", "delivery", "service charge", "gift card", "top up", "top-up"),
    "trade_in": ("以旧换新", "旧料", "trade-in", "trade in"),
}  # fmt: skip
"""Words of a status or type column → the kind of row they mean (schemas.segments.LINE_KIND)."""

SALE_WORDS = (
    "销售", "销", "正常", "已完成", "完成", "交易成功", "已付款", "已支付", "已发货", "已收货", "已结账", "已审核", "正常销售", "零售", "sale", "sales", "sold", "completed",
    "complete", "closed", "paid", "fulfilled", "payment", "ok", "normal", "done", "shipped", "delivered", "success", "posted",
)  # fmt: skip
"""Words that mean an ordinary sale; any other word of a status column is asked about."""
