"""What the sample chain is made of: headers, words in two languages, and the nature of its customers.

Every person, firm, street and brand is invented.
"""

from __future__ import annotations

from dataclasses import dataclass

TEMPLATE_HEADERS: dict[str, dict[str, str]] = {
    "order_lines": {
        "order_id": "订单号", "line_no": "行号", "ordered_at": "下单时间", "store_id": "门店编号",
        "product_id": "商品编号",
        "product_name": "商品名称", "quantity": "数量", "unit_price": "单价", "net_sales": "实收金额",
        "discount": "优惠金额", "cost": "成本", "member_id": "会员号", "phone": "手机号", "associate_id": "导购编号",
        "is_promotion": "是否促销", "line_type": "行类型", "refund_of": "原订单号",
    },
    "customers": {
        "member_id": "会员号", "phone": "手机号", "account": "线上账号", "name": "姓名", "gender": "性别",
        "birthday": "生日", "birthday_calendar": "生日历法", "anniversary": "结婚纪念日", "district": "地区",
        "address": "地址", "occupation": "职业", "interests": "兴趣", "favourite_style": "喜欢的款式",
        "customer_kind": "顾客类型", "member_since": "入会日期", "referrer": "介绍人", "home_store_id": "归属门店",
        "associate_id": "专属导购", "consent_phone": "同意电话", "consent_wechat": "同意微信",
        "consent_sms": "同意短信",
        "do_not_contact": "请勿联系", "wecom_added": "已加企业微信", "member_tier": "会员等级", "points": "积分",
        "stored_value": "储值余额", "moved_away_on": "搬离日期", "note": "备注",
    },
    "products": {
        "product_id": "商品编号", "name": "商品名称", "brand": "品牌", "category": "品类", "style": "款式",
        "launch_date": "上市日期", "list_price": "吊牌价", "unit_cost": "单位成本",
    },
    "stores": {
        "store_id": "门店编号", "name": "门店名称", "region": "区域", "opened_on": "开业日期",
        "closed_on": "关店日期",
        "successor_store": "接续门店",
    },
    "associates": {
        "associate_id": "导购编号", "name": "导购姓名", "store_id": "门店编号", "from_date": "入职日期",
        "to_date": "离职日期", "capacity": "每月联系上限",
    },
    "referrals": {"referred_on": "介绍日期", "referrer": "介绍人", "referred": "被介绍人", "channel": "方式",
                  "reward": "奖励"},
    "complaints": {
        "complaint_id": "投诉编号", "received_at": "受理时间", "store_id": "门店编号", "order_id": "订单号",
        "member_id": "会员号", "phone": "手机号", "account": "线上账号", "cause": "原因", "severity": "严重程度",
        "text": "内容", "first_answer_at": "首次答复时间", "resolved_at": "解决时间", "compensation": "补偿金额",
        "steps_done": "已完成步骤", "satisfied": "是否满意", "competitor": "竞争品牌",
    },
    "surveys": {
        "answered_at": "填写时间", "store_id": "门店编号", "order_id": "订单号", "member_id": "会员号",
        "phone": "手机号",
        "account": "线上账号", "aspect": "方面", "expectation": "期望", "experience": "体验", "importance": "重要性",
        "competitor": "竞争品牌", "expected_price": "预期价格", "share_of_wallet": "消费占比", "likes": "喜欢之处",
        "dislikes": "不满之处", "nps": "推荐意愿",
    },
    "contacts": {
        "contacted_at": "联系时间", "member_id": "会员号", "phone": "手机号", "account": "线上账号",
        "associate_id": "导购编号", "channel": "方式", "contact_kind": "类别", "result": "结果", "note": "备注",
    },
}  # fmt: skip
"""Table → role → Chinese header, in the order of the written columns. The English header is the role's name."""

JD_HEADER = (
    "订单号", "商品ID", "商品名称", "订购数量", "支付方式", "下单时间", "京东价", "订单金额", "结算金额",
    "余额支付", "应付金额", "订单状态", "订单类型", "下单帐号", "客户姓名", "客户地址", "联系电话",
    "订单备注", "发票类型", "发票抬头", "发票内容", "商家备注", "商家备注等级（等级1-5为由高到低）",
    "运费金额", "付款确认时间", "增值税发票", "货号", "订单完成时间", "订单来源", "订单渠道",
)  # fmt: skip
"""The JD order export's header, in full."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@dataclass(frozen=True)
class Words:
    """One language's words; lists that belong together run in the same order in both languages."""

    chain: str
    online_store: str
    store_name: str
    again: str
    streets: tuple[str, ...]
    districts: tuple[str, ...]
    regions: tuple[str, ...]
    address: str
    surnames: tuple[str, ...]
    given_f: tuple[str, ...]
    given_m: tuple[str, ...]
    surname_first: bool
    firms: tuple[str, ...]
    firm_kinds: tuple[str, ...]
    partner_kinds: tuple[str, ...]
    occupations: tuple[str, ...]
    interests: tuple[str, ...]
    styles: tuple[str, ...]
    notes: tuple[str, ...]
    moved_note: str
    brands: dict[str, str]
    categories: dict[str, str]
    items: dict[str, str]
    series: tuple[str, ...]
    product_name: str
    trade_in: str
    engraving: str
    delivery: str
    line_types: dict[str, str]
    yes: str
    no: str
    female: str
    male: str
    lunar: str
    solar: str
    tiers: tuple[str, str, str, str]
    competitors: tuple[str, ...]
    complaint_texts: dict[str, tuple[str, ...]]
    steps: tuple[str, ...]
    aspects: dict[str, str]
    likes: dict[str, str]
    dislikes: dict[str, str]
    occasions: dict[str, str]
    family_f: tuple[str, ...]
    family_m: tuple[str, ...]
    partners_f: tuple[str, ...]
    partners_m: tuple[str, ...]
    referral_ways: tuple[str, ...]
    referral_reward: str
    contact_notes: tuple[str, ...]

    def person(self, surname: str, given: str) -> str:
        return surname + given if self.surname_first else f"{given} {surname}"


ZH = Words(
    chain="锦瑟珠宝花艺",
    online_store="锦瑟京东旗舰店",
    store_name="锦瑟{street}店",
    again="锦瑟{street}{n}店",
    streets=("听雨路", "望江路", "云麓街", "桂影巷", "南浦路", "书院街", "梅溪路", "白鹭大道", "石桥路", "松风街",
             "揽月路", "晴川路"),
    districts=("锦河区", "云麓区", "南浦区", "白鹭区", "梅溪区", "松风区"),
    regions=("江北", "江南"),
    address="汀澜市{district}{street}{house}号{block}幢{flat}室",
    surnames=tuple(
        "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁"
        "魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎"
        "易常武乔贺赖龚文"
    ),
    given_f=_words(
        "静怡 雨桐 思琪 佳宁 晓燕 丽娟 秀芳 梦洁 诗涵 婉清 若兰 美玲 玉珍 春梅 海燕 雪莹 欣妍 子涵 可馨 "
        "慧敏 文静 晓彤 艳红 桂英 紫萱 语嫣 佩珊 素琴 月华 巧云 安琪 芷若 凌薇 昕悦 嘉怡 碧莹 书瑶 念慈 "
        "采薇 清妍 敏 婷 洁 颖 琳 蓉 岚 璐 喆 倩"
    ),
    given_m=_words(
        "浩然 志强 建国 俊杰 子轩 宇航 明辉 伟东 家豪 国栋 文博 思远 海涛 立群 晨阳 一鸣 鹏飞 永康 振华 "
        "启明 承志 少华 景行 泽宇 昊天 瑞霖 知行 修远 德厚 云峰 伟 磊 军 勇 杰 涛 斌 超 堃 睿"
    ),
    surname_first=True,
    firms=("云麓", "白鹭", "南浦", "听雨", "松风", "石桥", "揽月", "晴川", "梅溪", "锦河"),
    firm_kinds=("软件有限公司", "会计师事务所", "建筑设计院", "酒店", "茶业有限公司", "律师事务所", "文化传播公司"),
    partner_kinds=("婚礼策划工作室", "摄影工作室", "花艺培训学校", "酒店宴会部"),
    occupations=("教师", "医生", "工程师", "公务员", "会计", "设计师", "个体经营", "护士", "律师", "销售", "退休",
                 "自由职业", "企业管理"),
    interests=("茶艺", "瑜伽", "旅行", "摄影", "园艺", "音乐会", "烘焙", "书法", "跑步", "收藏", "亲子", "电影"),
    styles=("简约", "古法", "轻奢", "国风", "复古", "甜美"),
    notes=("喜欢素雅包装", "习惯周末下午来", "常与女儿同来", "戒指手寸 12 号", "对百合花粉过敏",
           "不喜欢电话,微信联系", "停车不便,可送货"),
    moved_note="已搬离本市",
    brands={"house": "锦瑟", "harvest": "禾金", "moon": "月白", "star": "璐玥", "ink": "青黛", "bloom": "锦瑟花坊",
            "wild": "野芒"},
    categories={"gold": "黄金", "diamond": "钻石", "pearl": "珍珠", "silver": "银饰", "gem": "彩宝",
                "flowers": "鲜花",
                "floral_gift": "花礼"},
    items={"gold_ring": "足金戒指", "gold_necklace": "足金项链", "gold_bangle": "古法金手镯",
           "gold_pendant": "足金吊坠",
           "gold_studs": "足金耳钉", "gold_bar": "纪念金条", "diamond_ring": "钻戒", "diamond_necklace": "钻石项链",
           "pair_rings": "对戒",
           "pearl_studs": "珍珠耳钉", "pearl_necklace": "珍珠项链", "pearl_bracelet": "珍珠手链",
           "silver_bracelet": "银手链",
           "silver_necklace": "银项链", "silver_studs": "银耳钉", "gem_pendant": "彩宝吊坠", "gem_ring": "彩宝戒指",
           "bouquet": "花束",
           "vase_flowers": "瓶花", "table_flowers": "桌花", "preserved_box": "永生花盒", "basket": "花篮",
           "rose_box": "玫瑰礼盒"},
    series=("莲语", "晨雾", "归雁", "半夏", "星河", "团圆", "青鸾", "花信", "凝露", "初雪", "流萤", "长安", "锦年",
            "云袖", "海棠", "听荷",
            "拾光", "霁月", "山茶", "如意", "锦鲤", "千里", "红豆", "朝颜"),
    product_name="{brand}{series}{item}",
    trade_in="旧金抵扣",
    engraving="刻字费",
    delivery="送花费",
    line_types={"goods": "商品", "trade_in": "以旧换新", "not_goods": "非商品", "refund": "退款"},
    yes="是", no="否", female="女", male="男", lunar="农历", solar="公历",
    tiers=("普通会员", "银卡", "金卡", "钻石卡"),
    competitors=("宝曜珠宝", "丽川金行", "花间里"),
    complaint_texts={
        "service": ("等了四十分钟没人接待", "导购态度冷淡,问话不理", "说好的清洗没有做", "催了三次才回电话"),
        "product": ("戴了两周镶石脱落", "链扣断裂", "花束第二天就蔫了", "耳钉背面掉色"),
        "expectation": ("实物颜色与图片不同", "比想象的小", "包装不如上次用心"),
        "price": ("刚买就涨价,没有提前告知", "同款别家便宜"),
        "delivery": ("送花晚了两个小时", "盒子压坏了", "送错了地址"),
    },
    steps=("倾听", "道歉", "查明原因", "提出方案", "执行", "补偿", "回访", "记录"),
    aspects={"quality": "产品质量", "price": "价格", "service": "服务", "style": "款式", "packing": "包装配送",
             "aftercare": "售后"},
    likes={"quality": "做工精细", "price": "价格公道", "service": "导购贴心", "style": "款式独特",
           "packing": "包装漂亮", "aftercare": "免费清洗方便"},
    dislikes={"quality": "链扣不够结实", "price": "比别家贵", "service": "等候太久", "style": "新款太少",
              "packing": "包装简单",
              "aftercare": "保养要排队"},
    occasions={"birthday": "生日", "mothers_day": "母亲节", "valentine": "情人节", "qixi": "七夕",
               "five_twenty": "520", "anniversary": "结婚纪念日"},
    family_f=("妈妈", "姐姐", "女儿", "好友", "老师"),
    family_m=("爸爸", "哥哥", "儿子", "师傅"),
    partners_f=("太太", "女友"),
    partners_m=("先生", "男友"),
    referral_ways=("同来到店", "朋友推荐", "微信名片"),
    referral_reward="双方各赠 200 积分",
    contact_notes=("问候很高兴", "说最近忙", "约了下周来清洗", "想看新款"),
)  # fmt: skip

EN = Words(
    chain="Larkspur & Linden Jewellers and Florists",
    online_store="Larkspur & Linden Online",
    store_name="Larkspur {street}",
    again="Larkspur {street} {n}",
    streets=("Fiddler's Row", "Harbour Walk", "Cloudhill Street", "Osmanthus Lane", "South Quay", "College Street",
             "Plumbrook",
             "Egret Avenue", "Stonebridge", "Pinewind", "Moonreach", "Fairstream"),
    districts=("Silkriver", "Cloudhill", "Southquay", "Egret Park", "Plumbrook", "Pinewind"),
    regions=("North bank", "South bank"),
    address="{house} {street}, Block {block} Flat {flat}, {district}, Linden City",
    surnames=_words(
        "Ashdown Barrow Calloway Dunmore Ellery Fairlie Garrick Hollis Ingram Jessop Kendrick Lorimer "
        "Marlowe Norwood Oakden Penrose Quill Radley Selwyn Thorne Underhill Vance Wexley Yarrow Zeller "
        "Alcott Brandreth Corwin Dacre Eastwick Fenwick Greaves Hartnell Isley Jarrow Kestrel Langley "
        "Merrow Nettle Orrin Pickard Rushton Sorrel Tansley Upton Verity"
    ),
    given_f=_words(
        "Ada Beatrix Clara Daphne Edith Flora Greta Hazel Iris Juno Kitty Lydia Mabel Nora Opal Pearl "
        "Rosa Stella Tess Una Vera Willa Yvette Zoe Amelia Bridget Celia Delia Esther Fern"
    ),
    given_m=_words(
        "Arthur Basil Conrad Dorian Edmund Felix Gideon Hugh Isaac Jasper Kit Leander Miles Ned Oscar "
        "Piers Quentin Rufus Silas Tobias Victor Walter Ambrose Cedric"
    ),
    surname_first=False,
    firms=("Cloudhill", "Egret", "Southquay", "Fiddler", "Pinewind", "Stonebridge", "Moonreach", "Fairstream",
           "Plumbrook", "Silkriver"),
    firm_kinds=("Software Ltd", "Accountants", "Architects", "Hotel", "Tea Company", "Solicitors", "Media Ltd"),
    partner_kinds=("Wedding Planners", "Photography Studio", "School of Floristry", "Banquet Hall"),
    occupations=("teacher", "doctor", "engineer", "civil servant", "accountant", "designer", "shopkeeper", "nurse",
                 "lawyer",
                 "sales", "retired", "freelance", "manager"),
    interests=("tea", "yoga", "travel", "photography", "gardening", "concerts", "baking", "calligraphy", "running",
               "collecting",
               "family", "film"),
    styles=("minimal", "heritage", "light luxury", "oriental", "vintage", "sweet"),
    notes=("likes plain wrapping", "comes on weekend afternoons", "often comes with her daughter", "ring size 12",
           "allergic to lily pollen", "prefers messages to calls", "parking is hard, offer delivery"),
    moved_note="moved to another city",
    brands={"house": "Larkspur", "harvest": "Harvestgold", "moon": "Moonwhite", "star": "Luyelle",
            "ink": "Indigo Brow",
            "bloom": "Linden Blooms", "wild": "Wildawn"},
    categories={"gold": "Gold", "diamond": "Diamond", "pearl": "Pearl", "silver": "Silver", "gem": "Gemstone",
                "flowers": "Flowers",
                "floral_gift": "Floral gifts"},
    items={"gold_ring": "gold ring", "gold_necklace": "gold necklace", "gold_bangle": "heritage gold bangle",
           "gold_pendant": "gold pendant", "gold_studs": "gold studs", "gold_bar": "gold bar",
           "diamond_ring": "diamond ring",
           "diamond_necklace": "diamond necklace", "pair_rings": "pair of rings", "pearl_studs": "pearl studs",
           "pearl_necklace": "pearl necklace", "pearl_bracelet": "pearl bracelet",
           "silver_bracelet": "silver bracelet",
           "silver_necklace": "silver necklace", "silver_studs": "silver studs", "gem_pendant": "gem pendant",
           "gem_ring": "gem ring", "bouquet": "bouquet", "vase_flowers": "vase flowers",
           "table_flowers": "table flowers",
           "preserved_box": "preserved flower box", "basket": "flower basket", "rose_box": "rose box"},
    series=("Lotus", "Morning Mist", "Homing", "Midsummer", "Starriver", "Reunion", "Bluebird", "Blossom",
            "Dewdrop", "First Snow",
            "Firefly", "Evermore", "Brocade", "Cloudsleeve", "Crabapple", "Rainpond", "Keepsake", "Clear Moon",
            "Camellia", "Wish",
            "Koi", "Thousand Miles", "Redbean", "Daybreak"),
    product_name="{brand} {series} {item}",
    trade_in="Old gold traded in",
    engraving="Engraving",
    delivery="Flower delivery",
    line_types={"goods": "goods", "trade_in": "trade_in", "not_goods": "not_goods", "refund": "refund"},
    yes="yes", no="no", female="female", male="male", lunar="lunar", solar="solar",
    tiers=("Member", "Silver", "Gold", "Diamond"),
    competitors=("Brightwell Jewels", "Rivermere Gold", "Petal & Post"),
    complaint_texts={
        "service": ("Waited forty minutes and nobody came", "Curt answers, felt unwelcome",
                    "The promised cleaning was not done",
                    "Called three times before anyone rang back"),
        "product": ("A stone fell out after two weeks", "The clasp broke", "The bouquet wilted the next day",
                    "The studs discolour"),
        "expectation": ("The colour is not that of the picture", "Smaller than I thought",
                        "Wrapped with less care than last time"),
        "price": ("The price rose right after and nobody told me", "Cheaper elsewhere"),
        "delivery": ("The flowers came two hours late", "The box was crushed", "Delivered to the wrong address"),
    },
    steps=("listen", "apologise", "find the cause", "propose", "carry out", "compensate", "follow up", "record"),
    aspects={"quality": "quality", "price": "price", "service": "service", "style": "style",
             "packing": "packing and delivery",
             "aftercare": "after-sales"},
    likes={"quality": "fine workmanship", "price": "fair prices", "service": "thoughtful associates",
           "style": "unusual designs",
           "packing": "beautiful wrapping", "aftercare": "free cleaning"},
    dislikes={"quality": "clasps are weak", "price": "dearer than elsewhere", "service": "long waits",
              "style": "few new designs",
              "packing": "plain wrapping", "aftercare": "a queue for cleaning"},
    occasions={"birthday": "birthday", "mothers_day": "mothers_day", "valentine": "valentine", "qixi": "qixi",
               "five_twenty": "520",
               "anniversary": "anniversary"},
    family_f=("mum", "sister", "daughter", "friend", "teacher"),
    family_m=("dad", "brother", "son", "mentor"),
    partners_f=("wife", "girlfriend"),
    partners_m=("husband", "boyfriend"),
    referral_ways=("came together", "recommended by a friend", "contact card"),
    referral_reward="200 points for both",
    contact_notes=("glad to hear from us", "busy these days", "will come for cleaning next week",
                   "wants to see the new pieces"),
)  # fmt: skip

WORDS = {"zh": ZH, "en": EN}

ITEMS: dict[str, tuple[tuple[str, int, int], ...]] = {
    "gold": (("gold_ring", 1600, 4600), ("gold_necklace", 3200, 9800), ("gold_bangle", 7800, 26000),
             ("gold_pendant", 1100, 3000), ("gold_studs", 800, 2000), ("gold_bar", 6200, 16000)),
    "diamond": (("diamond_ring", 6800, 32000), ("diamond_necklace", 3800, 12000), ("pair_rings", 3200, 7800)),
    "pearl": (("pearl_studs", 480, 1480), ("pearl_necklace", 1280, 5200), ("pearl_bracelet", 680, 2200)),
    "silver": (("silver_bracelet", 268, 580), ("silver_necklace", 298, 680), ("silver_studs", 168, 380)),
    "gem": (("gem_pendant", 1480, 4800), ("gem_ring", 1980, 6200)),
    "flowers": (("bouquet", 168, 468), ("vase_flowers", 98, 268), ("table_flowers", 138, 328)),
    "floral_gift": (("preserved_box", 298, 880), ("basket", 268, 680), ("rose_box", 388, 980)),
}  # fmt: skip
"""Category → items with the lowest and highest price in yuan."""

BRANDS_OF: dict[str, tuple[str, ...]] = {
    "gold": ("house", "harvest", "ink"),
    "diamond": ("house", "star"),
    "pearl": ("moon", "ink"),
    "silver": ("house", "moon", "ink"),
    "gem": ("star", "ink"),
    "flowers": ("bloom", "wild"),
    "floral_gift": ("bloom", "wild"),
}
"""Category → the brands that have it."""

# --- the nature of customers --------------------------------------------------------------------------------------

WEEKDAYS = (0.82, 0.82, 0.85, 0.9, 1.08, 1.3, 1.28)
"""How busy a day of the week is, from Monday."""

SEASONS: dict[str, dict[str, tuple[int, int, float]]] = {
    "jewellery": {
        "new_year": (-25, -1, 1.9),
        "valentine": (-7, 0, 1.7),
        "mothers_day": (-4, 0, 1.4),
        "five_twenty": (-5, 0, 1.8),
        "qixi": (-7, 0, 2.0),
        "weddings": (-12, 20, 1.5),
        "double_11": (-8, 0, 1.4),
        "christmas": (-6, 0, 1.3),
    },
    "flowers": {
        "new_year": (-10, -1, 2.2),
        "valentine": (-2, 0, 6.0),
        "womens_day": (-1, 0, 3.0),
        "mothers_day": (-2, 0, 5.0),
        "five_twenty": (-1, 0, 5.0),
        "qixi": (-1, 0, 5.5),
        "teachers_day": (-1, 0, 2.0),
        "weddings": (-5, 10, 1.3),
    },
    "promotion": {
        "new_year": (-20, -6, 7.0),
        "womens_day": (-7, 0, 5.0),
        "mid_year": (-9, 0, 7.0),
        "double_11": (-11, 0, 9.0),
    },
    "even": {},
}
"""Kind of demand → festival → (first day, last day, how much busier)."""

PROMOTIONS = SEASONS["promotion"]
"""The chain's own promotions run while promotion hunters come."""


@dataclass(frozen=True)
class Segment:
    """A way of being a customer."""

    name: str
    share: float
    gap: float
    """Mean days between purchases of the segment's typical customer."""
    regularity: float
    """Shape of the gamma that gaps are drawn from: the higher, the steadier."""
    season: str
    tastes: dict[str, float]
    attitudes: dict[str, float]
    online: float
    """Chance of also buying online."""


SEGMENTS = (
    Segment(
        "flower_regular", 0.18, 33, 4.0, "flowers",
        {"flowers": 0.8, "floral_gift": 0.13, "silver": 0.03, "pearl": 0.04},
        {"loyal": 0.6, "switcher": 0.2, "no_loyalty": 0.2}, 0.15,
    ),
    Segment(
        "jewellery_self", 0.26, 115, 2.0, "jewellery",
        {"gold": 0.42, "pearl": 0.2, "silver": 0.16, "gem": 0.1, "diamond": 0.06, "flowers": 0.06},
        {"loyal": 0.5, "switcher": 0.28, "no_loyalty": 0.22}, 0.15,
    ),
    Segment(
        "style_lover", 0.09, 60, 2.5, "jewellery",
        {"silver": 0.32, "pearl": 0.3, "gem": 0.14, "gold": 0.14, "floral_gift": 0.1},
        {"early_adopter": 0.75, "loyal": 0.15, "switcher": 0.1}, 0.3,
    ),
    Segment(
        "couple", 0.11, 190, 2.0, "jewellery",
        {"diamond": 0.16, "gold": 0.34, "flowers": 0.32, "floral_gift": 0.12, "silver": 0.06},
        {"loyal": 0.5, "switcher": 0.3, "no_loyalty": 0.2}, 0.2,
    ),
    Segment(
        "gift_giver", 0.14, 240, 1.5, "flowers",
        {"flowers": 0.45, "floral_gift": 0.3, "pearl": 0.13, "silver": 0.06, "gold": 0.06},
        {"loyal": 0.55, "switcher": 0.25, "no_loyalty": 0.2}, 0.6,
    ),
    Segment(
        "promotion_hunter", 0.12, 70, 1.5, "promotion",
        {"silver": 0.34, "gold": 0.22, "pearl": 0.24, "floral_gift": 0.1, "gem": 0.1},
        {"no_loyalty": 0.8, "switcher": 0.2}, 0.35,
    ),
    Segment(
        "occasional", 0.09, 300, 1.0, "jewellery",
        {"silver": 0.3, "gold": 0.25, "flowers": 0.3, "pearl": 0.15},
        {"no_loyalty": 0.5, "switcher": 0.4, "loyal": 0.1}, 0.1,
    ),
    Segment(
        "enterprise", 0.006, 85, 6.0, "even", {"floral_gift": 0.6, "gold": 0.25, "flowers": 0.15}, {"loyal": 1.0}, 0.0,
    ),
    Segment("partner", 0.004, 40, 3.0, "even", {"flowers": 0.75, "floral_gift": 0.25}, {"loyal": 1.0}, 0.0),
)  # fmt: skip

ONLINE_SEGMENT_SHARES = (0.16, 0.12, 0.12, 0.02, 0.36, 0.18, 0.04, 0.0, 0.0)
"""Shares of the segments among those who know the chain only online."""

BIG_SPENDER = Segment(
    "big_spender", 0.0, 26, 2.5, "jewellery",
    {"gold": 0.4, "diamond": 0.15, "gem": 0.2, "pearl": 0.15, "flowers": 0.1},
    {"loyal": 0.8, "early_adopter": 0.2}, 0.1,
)  # fmt: skip
"""One to three per store."""

LIFETIME = {"loyal": 2900, "early_adopter": 2500, "switcher": 1350, "no_loyalty": 1050}
"""Attitude → mean days until a customer leaves of their own nature."""

ONE_TIMERS = {"loyal": 0.1, "early_adopter": 0.04, "switcher": 0.2, "no_loyalty": 0.24}
"""Attitude → chance that the first purchase was the last."""

DEVOTION = {"loyal": 0.88, "early_adopter": 0.45, "switcher": 0.75, "no_loyalty": 0.1}
"""Attitude → chance that a piece is of the favourite brand (a switcher's favourite changes every year)."""

RESPONSES = {"responds": 0.35, "indifferent": 0.5, "annoyed": 0.15}
"""How people take a call while they stay away."""

WON_BACK_CHANCE = {
    "": 0.35,
    "lack_of_care": 0.4,
    "natural": 0.16,
    "product": 0.15,
    "competitor": 0.14,
    "price": 0.12,
    "bad_service": 0.1,
    "taste": 0.08,
    "moved_away": 0.0,
}
"""Why they stay away ("" = merely late) → chance that a call brings one who responds within 60 days."""

OCCASION_SHARES = {
    "birthday": 0.5,
    "mothers_day": 0.15,
    "qixi": 0.1,
    "valentine": 0.1,
    "five_twenty": 0.07,
    "anniversary": 0.08,
}
"""What gifts are sent for."""

STRANGERS_TASTES = {"silver": 0.24, "gold": 0.27, "pearl": 0.16, "flowers": 0.22, "gem": 0.06, "floral_gift": 0.05}
"""What those buy who leave no name."""

CARE_DONE = {
    "thank_you": (0, 0.5),
    "call_after_3_days": (3, 0.55),
    "three_weeks": (21, 0.15),
    "three_months": (91, 0.3),
}
"""Care after a purchase → (days after it, share done by an associate of full diligence)."""

ASPECT_HURT = {
    "service": "service",
    "bad_service": "service",
    "lack_of_care": "aftercare",
    "product": "quality",
    "price": "price",
    "expectation": "style",
    "taste": "style",
    "delivery": "packing",
}
"""Trouble, or cause of leaving → the aspect that a survey then marks down."""

ASPECT_WEIGHT = {"quality": 8.8, "service": 8.2, "price": 7.6, "style": 6.8, "packing": 6.8, "aftercare": 6.8}
"""Mean importance, 0–10."""
