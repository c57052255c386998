"""What things are called, in two languages: words, people, streets and telephone numbers, all of them invented."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random


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
    contact_roles: tuple[str, ...]
    """Who a firm's orders come from."""
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
    contact_roles=("行政", "采购", "总经理助理"),
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
    contact_roles=("office manager", "buyer", "assistant"),
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


def person_name(rng: Random, words: Words, is_female: bool) -> str:
    """A name that nobody need have."""
    return words.person(rng.choice(words.surnames), rng.choice(words.given_f if is_female else words.given_m))


def an_address(rng: Random, words: Words, district: int) -> str:
    """A door in a district of the invented city."""
    return words.address.format(
        district=words.districts[district], street=rng.choice(words.streets), house=rng.randint(1, 320),
        block=rng.randint(1, 28), flat=rng.randint(1, 26) * 100 + rng.randint(1, 4),
    )  # fmt: skip


def phone_number(prefix: str, number: int) -> str:
    """The number-th invented phone of a range that starts with `prefix`: all different, in no visible order."""
    return f"{prefix}{number // 10_000:04d}{(number % 10_000 * 7919 + 4471) % 10_000:04d}"
