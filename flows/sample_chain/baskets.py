"""What a customer takes: by taste, brand, purse and occasion."""

from __future__ import annotations

from bisect import bisect_right

from flows.sample_chain.assortment import BRANDS_OF, Product
from flows.sample_chain.books import Line
from flows.sample_chain.chain import Chain
from flows.sample_chain.nature import DEVOTION, of_shares
from flows.sample_chain.people import Customer


def basket(chain: Chain, customer: Customer, day: int, purpose: str) -> list[Line]:
    """What this customer takes: by taste, brand, purse and occasion; new things for those who love the new."""
    rng = chain.rng
    if customer.kind != "individual":
        return firm_basket(chain, customer, day)
    if purpose == "proposal":
        wanted = ["diamond" if rng.random() < 0.5 else "gold"]
    elif purpose == "bands":
        wanted = ["diamond" if rng.random() < 0.35 else "gold"]
    elif purpose == "three_gold":
        wanted = ["gold", "gold", "gold"] if rng.random() < 0.5 else ["gold", "gold"]
    elif purpose in ("gift", "anniversary"):
        wanted = ["flowers" if rng.random() < 0.6 else "floral_gift" if rng.random() < 0.75 else "pearl"]
    else:
        tastes = customer.segment.tastes
        if day >= customer.taste_changes:
            loved_flowers = next(iter(tastes)) == "flowers"
            tastes = {"silver": 0.6, "pearl": 0.4} if loved_flowers else {"flowers": 0.7, "silver": 0.3}
        wanted = [of_shares(rng, tastes)]
        while rng.random() < (0.2 if customer.purse < 3 else 0.33):
            wanted.append(of_shares(rng, tastes))
    return [line_of(chain, chosen(chain, customer, category, day), 1, day, customer) for category in wanted]


def firm_basket(chain: Chain, customer: Customer, day: int) -> list[Line]:
    """Firms buy few things, many of each: flowers for a reception, gold bars for the best of the year."""
    rng = chain.rng
    category = of_shares(rng, customer.segment.tastes)
    product = chosen(chain, customer, category, day)
    fewest, most = (2, 4) if category == "gold" else (8, 30) if customer.kind == "enterprise" else (3, 12)
    many = rng.randint(fewest, most)
    return [line_of(chain, product, many, day, customer)]


def chosen(chain: Chain, customer: Customer | None, category: str, day: int) -> Product:
    """One product on the shelf that day; flops find no buyers once their novelty is over."""
    rng = chain.rng
    attitude = customer.attitude if customer else "no_loyalty"
    if attitude == "early_adopter" and rng.random() < 0.5:
        first, last = (bisect_right(chain.assortment.by_launch, at, key=lambda p: p.launch) for at in (day - 56, day))
        launched = chain.assortment.by_launch[first:last]
        if launched:
            return rng.choice(launched)
    brand = ""
    if customer and rng.random() < DEVOTION[attitude]:
        brand = customer.brand
        if attitude == "switcher":
            brands = BRANDS_OF[category]
            brand = brands[(customer.number + day // 365) % len(brands)]
    shelf = chain.assortment.shelf.get((category, brand)) or chain.assortment.shelf[category, ""]
    there = bisect_right(shelf, day, key=lambda p: p.launch)
    if there == 0:
        shelf = chain.assortment.shelf[category, ""]
        there = bisect_right(shelf, day, key=lambda p: p.launch)
    purse = customer.purse if customer else rng.choices((0, 1, 2), (4, 5, 1))[0]
    tries = [shelf[rng.randrange(there)] for _ in range((2, 1, 2, 5)[purse])]
    chosen = min(tries, key=lambda p: p.price) if purse == 0 else max(tries, key=lambda p: p.price)
    if chosen.is_flop and day > chosen.launch + 70 and rng.random() < 0.85:
        chosen = shelf[rng.randrange(there)]
    return chosen


def line_of(chain: Chain, product: Product, quantity: int, day: int, customer: Customer | None) -> Line:
    """One line of goods, with the promotion of the season or a member's discount."""
    rng = chain.rng
    unit = product.cents(chain.calendar.price_level(day))
    amount, discount, is_promotion = unit * quantity, 0, False
    hunts = customer is not None and customer.segment.name == "promotion_hunter"
    if chain.calendar.promotion[day] and rng.random() < (0.95 if hunts else 0.45):
        discount, is_promotion = amount * rng.choice((10, 12, 15, 20)) // 100, True
    elif rng.random() < (0.3 if hunts else 0.04):
        discount, is_promotion = amount * rng.choice((8, 10)) // 100, True
    elif customer is not None and customer.purse >= 2 and rng.random() < 0.3:
        discount = amount * 3 // 100
    cost = round(product.cents(chain.calendar.price_level(day)) * product.cost_share) * quantity
    net, name = amount - discount, product.name
    return Line(product, quantity, unit, net, discount, cost, is_promotion, "goods", product.product_id, name)


def extras_of(chain: Chain, lines: list[Line]) -> list[Line]:
    """Old gold taken in payment, engraving, delivery: none of it is goods sold."""
    rng, words = chain.rng, chain.words
    first = lines[0].product
    if first is None:
        return []
    extras: list[Line] = []
    if first.category == "gold" and rng.random() < 0.06:
        worth = lines[0].net * rng.randint(25, 70) // 100
        extras.append(Line(None, 1, -worth, -worth, 0, None, False, "trade_in", "OLD-GOLD", words.trade_in))
    if first.category in ("gold", "diamond", "silver") and rng.random() < 0.06:
        extras.append(Line(None, 1, 3000, 3000, 0, None, False, "not_goods", "SVC-ENGRAVE", words.engraving))
    if first.category in ("flowers", "floral_gift") and rng.random() < 0.06:
        extras.append(Line(None, 1, 1500, 1500, 0, None, False, "not_goods", "SVC-DELIVERY", words.delivery))
    return extras
