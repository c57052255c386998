"""What the chain sells: articles with their prices and launches, and the shelf on any day."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from flows.sample_chain.names import Words
from flows.sample_chain.seasons import Calendar

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


@dataclass(slots=True)
class Product:
    """One article; `price` in yuan before any price rise."""

    product_id: str
    name: str
    brand: str
    category: str
    style: str
    launch: int
    price: int
    cost_share: float
    is_flop: bool

    def cents(self, level: float) -> int:
        """Price on a day; only jewellery follows the price level."""
        if self.category in ("flowers", "floral_gift"):
            return self.price * 100
        return round(self.price * level) * 100


class Assortment:
    """All articles, and which of them stand on the shelf on a day."""

    def __init__(self, rng: Random, words: Words, calendar: Calendar) -> None:
        self.products = made_products(rng, words, calendar)
        in_turn = sorted(self.products, key=lambda entry: (entry.launch, entry.product_id))
        self.by_launch = [product for product in in_turn if product.launch >= 0]
        """The launches of the period."""
        self.shelf: dict[tuple[str, str], list[Product]] = {}
        """(category, brand or "") → products, oldest first."""
        for product in in_turn:
            self.shelf.setdefault((product.category, ""), []).append(product)
            self.shelf.setdefault((product.category, product.brand), []).append(product)


def made_products(rng: Random, words: Words, calendar: Calendar) -> list[Product]:
    """About 100 articles at the start, two or three launches a month, most of them before a busy season."""
    launches = [-rng.randrange(60, 1500) for _ in range(100)]
    for _, first, last in calendar.month_starts():
        launches += sorted(rng.randint(first, last) for _ in range(rng.choice((2, 3, 3, 4))))
    return [made_product(rng, words, at, launch) for at, launch in enumerate(launches)]


def made_product(rng: Random, words: Words, at: int, launch: int) -> Product:
    """The at-th article: the first hundred go round all categories and items, later ones are what sells."""
    categories = list(ITEMS)
    if at < 100:
        category = categories[at % len(categories)]
        item, low, high = ITEMS[category][at // len(categories) % len(ITEMS[category])]
    else:
        category = rng.choices(categories, (5, 2, 4, 5, 3, 3, 2))[0]
        item, low, high = rng.choice(ITEMS[category])
    brand, series = rng.choice(BRANDS_OF[category]), rng.choice(words.series)
    return Product(
        product_id=f"P{at + 1:04d}",
        name=words.product_name.format(brand=words.brands[brand], series=series, item=words.items[item]),
        brand=brand,
        category=category,
        style=rng.choice(words.styles),
        launch=launch,
        price=round(low * (high / low) ** rng.random() / 10) * 10 + 8,
        cost_share=0.72 if category == "gold" else rng.uniform(0.38, 0.5),
        is_flop=at >= 100 and rng.random() < 0.3,
    )
