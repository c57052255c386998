"""What the columns of order lines say about one another: what settles a vague name, and what must not pass for it."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from flows.inspecting.column_roles import PRICES, Candidate, Reading, Sureness, named_as
from flows.inspecting.file_text import FITS, HALF_FITS, NEARLY_FITS, WORDS_SHOWN, quoted
from schemas.column_synonyms import GIVEN_BACK, KIND_WORDS, NO_ROLE, ORDER_LINES, SALE_WORDS
from schemas.source_formats import CUSTOMER_KEYS, roles_of
from transforms.intake import BLANKS
from transforms.profiling import SAMPLE_ROWS, share_constant_within, share_that_multiplies

FEW_KEYS = 5
"""A key of customers with so few values, each many times over, is none."""


def settle_grain(reading: Reading) -> None:
    """A row is a whole order when nothing of a product stands on it and every order stands once."""
    file, order = reading.file, reading.at("order_id")
    names_goods = {"product_id", "product_name", "quantity"} & set(reading.chosen)
    if "grain" not in reading.settings and order is not None and not names_goods:
        seen = file.profiles[order]
        has_total = set(PRICES) & set(reading.chosen)
        if seen["filled"] >= 2 and seen["distinct"] == seen["filled"] and has_total and "ordered_at" in reading.chosen:
            reading.settings["grain"] = "order"
            reading.notes.append(
                "a row is a whole order: nothing of a product stands on it, and every order stands once"
            )
    if reading.grain == "order":
        for role in ("product_name", "quantity", "unit_price", "line_no"):
            reading.chosen.pop(role, None)
        if "net_sales" not in reading.chosen and "order_paid" in reading.chosen:
            paid = reading.chosen.pop("order_paid")
            paid.role = "net_sales"
            reading.chosen["net_sales"] = paid


# ---- what the columns of order lines say about one another


def check_order_lines(reading: Reading) -> None:
    _settle_vague_by_dependence(reading)
    _settle_amounts(reading)
    _settle_order_total(reading)
    _check_line_no(reading)
    _check_discount(reading)
    _ask_for_unread_discount(reading)
    _check_order_ids(reading)
    _propose_rules(reading)
    _check_customer_keys(reading)
    for at, header in enumerate(reading.file.words):
        is_open = at not in {candidate.at for candidate in reading.chosen.values()}
        if header in GIVEN_BACK.plain and is_open and reading.file.profiles[at]["filled"]:
            amounts = reading.file.numbers(at, reading.file.rows).drop_nulls()
            if (amounts != 0).any():
                told_by = [role for role in ("refunded", "order_refunded") if role in roles_of("order_lines")]
                as_role = (
                    f": --set {told_by[0]}=HEADER if it is the line's, {told_by[1]} if the order's" if told_by else ""
                )
                reading.questions.append(
                    f"{quoted(reading.file.header[at])} gives back part of {int((amounts != 0).sum()):,} rows"
                    + (as_role or ", which a mapping cannot subtract: export refunds as rows of their own")
                )


def _settle_vague_by_dependence(reading: Reading) -> None:
    """编号, Name, Code: which column determines which tells what they are."""
    file, sample = reading.file, reading.file.sample
    name, product, order, day = (reading.at(r) for r in ("product_name", "product_id", "order_id", "ordered_at"))
    if product is not None and name is not None:
        share, groups = share_constant_within(sample[str(product)], sample[str(name)])
        # a column that is nearly constant is "determined" by every other: that tells nothing
        is_telling = 2 * file.profiles[name]["distinct"] >= file.profiles[product]["distinct"] > 1
        same_way = share >= FITS and groups >= 2 and is_telling
        for role in ("product_id", "product_name"):
            if same_way and reading.chosen[role].match == "vague":
                other = reading.chosen["product_name" if role == "product_id" else "product_id"]
                sureness: Sureness = "sure" if other.match == "plain" else "likely"
                reading.sure(role, sureness, f"each of {groups:,} products has one name throughout")
        if groups >= 3 and share < HALF_FITS and reading.chosen["product_name"].match in ("vague", "part"):
            reading.refused[name] = f"not the product's name: only {share:.0%} of the products have one throughout"
            del reading.chosen["product_name"]
    if product is not None and reading.chosen["product_id"].match == "vague" and name is None:
        is_code = file.profiles[product]["code"] >= FITS
        if is_code and file.words[product] in ORDER_LINES["product_name"].plain:
            reading.sure("product_id", "likely", "named like a product, and its values are codes")
    if order is not None and day is not None and reading.chosen["order_id"].match == "vague" and order != day:
        share, groups = share_constant_within(sample[str(order)], sample[str(day)])
        if groups >= 2 and share >= FITS and file.profiles[day]["distinct"] >= 3:
            reading.sure("order_id", "likely", f"each of {groups:,} values with several rows has one time")
    if day is not None and reading.chosen["ordered_at"].match == "vague" and file.profiles[day]["date"] >= FITS:
        rivals = [
            at
            for at, seen in enumerate(file.profiles)
            if at != day and seen["date"] >= FITS and file.words[at] not in NO_ROLE and seen["filled"]
        ]
        same = [at for at in rivals if sample[str(at)].equals(sample[str(day)])]
        if not rivals:
            reading.sure("ordered_at", "sure", "its name, and the only days in the file")
        elif len(same) == len(rivals):
            reading.sure("ordered_at", "sure", f"its name; {quoted(file.header[same[0]])} says the same")
        else:
            others = ", ".join(quoted(file.header[at]) for at in rivals if at not in same)
            reading.sure("ordered_at", "unsure", f"{others} holds other days: which one is the purchase?")
    elif day is not None and reading.chosen["ordered_at"].match == "values":
        dated = [at for at, seen in enumerate(file.profiles) if seen["date"] >= FITS and seen["filled"]]
        if dated == [day]:
            reading.sure("ordered_at", "likely", "the only days in the file")


def _settle_amounts(reading: Reading) -> None:
    """Quantity × unit price = amount, row by row, tells the three apart whatever they are called."""
    file = reading.file
    known = {role: reading.at(role) for role in ("quantity", "unit_price", "net_sales")}
    quantity, price, amount = (known[role] for role in ("quantity", "unit_price", "net_sales"))
    if quantity is not None and amount is not None and price is not None:
        share, rows = share_that_multiplies(file.numbers(quantity), file.numbers(price), file.numbers(amount))
        if rows and share >= NEARLY_FITS:
            why = f"quantity × unit price is it in {share:.0%} of the rows"
            for role in ("quantity", "unit_price", "net_sales"):
                if reading.chosen[role].match == "vague":
                    reading.sure(role, "sure" if share >= FITS else "likely", why)
        elif rows and reading.chosen["net_sales"].match == "vague":
            less = _after_discount(reading, quantity, price, amount)
            if less >= NEARLY_FITS:
                reading.sure(
                    "net_sales",
                    "sure" if less >= FITS else "likely",
                    f"quantity × price − discount is it in {less:.0%} of the rows",
                )
    others = [
        at
        for at in file.number_columns
        if at not in (c.at for c in reading.chosen.values()) and file.words[at] not in NO_ROLE
    ]
    if reading.is_doubtful("net_sales") and not others and (price is None or reading.grain == "order"):
        reading.sure("net_sales", "likely", "the only amounts in the file")
    if (
        quantity is not None
        and reading.is_doubtful("quantity")
        and not others
        and file.profiles[quantity]["whole"] >= FITS
    ):
        reading.sure("quantity", "likely", "small whole numbers, and the only ones")
    if price is not None and reading.is_doubtful("unit_price") and "net_sales" in reading.chosen:
        del reading.chosen["unit_price"]
        reading.refused[price] = "may be a price; not needed, since the amount is known"


def _after_discount(reading: Reading, quantity: int, price: int, amount: int) -> float:
    discount = reading.at("discount")
    if discount is None:
        return 0.0
    file = reading.file
    frame = pl.DataFrame({
        "q": file.numbers(quantity).abs(), "p": file.numbers(price), "a": file.numbers(amount).abs(),
        "d": file.numbers(discount).abs().fill_null(0),
    }).drop_nulls()  # fmt: skip
    return float(
        frame.select(((pl.col("q") * pl.col("p") - pl.col("d") - pl.col("a")).abs() <= 0.006).mean()).item() or 0.0
    )


def settle_unnamed_triple(reading: Reading) -> None:
    """Three number columns of which nobody says what they are, if two always multiply to the third."""
    file = reading.file
    if "order_id" not in reading.chosen or {"quantity", "unit_price", "net_sales"} <= set(reading.chosen):
        return
    holders = {c.at: role for role, c in reading.chosen.items()}
    open_roles = ("quantity", "unit_price", "net_sales")
    free = [
        at for at in file.number_columns
        if file.words[at] not in NO_ROLE and (at not in holders or holders[at] in open_roles)
    ][:8]  # fmt: skip
    series = {at: file.numbers(at) for at in free}
    fitting: list[tuple[int, int, int]] = []
    for quantity in free:
        whole = file.profiles[quantity]["whole"] >= FITS and series[quantity].n_unique() >= 2
        if not whole or holders.get(quantity, "quantity") != "quantity":
            continue
        for price in free:
            for amount in free:
                if len({quantity, price, amount}) < 3 or holders.get(price, "unit_price") != "unit_price":
                    continue
                if holders.get(amount, "net_sales") != "net_sales":
                    continue
                share, rows = share_that_multiplies(series[quantity], series[price], series[amount])
                if rows >= 10 and share >= FITS and series[price].n_unique() >= 3:
                    fitting.append((quantity, price, amount))
    if len(fitting) == 1 or (len(fitting) == 2 and len({f[2] for f in fitting}) == 1):
        quantity, price, amount = fitting[0]
        is_told_apart = len(fitting) == 1
        why = "quantity × unit price = amount, row by row"
        for role, at in (("quantity", quantity), ("unit_price", price), ("net_sales", amount)):
            if role not in reading.chosen:
                reading.chosen[role] = Candidate(role, at, 0.3, "values", "likely" if is_told_apart else "unsure", why)
                reading.refused.pop(at, None)


def _settle_order_total(reading: Reading) -> None:
    """An amount that is the same on all lines of each order is the order's total: taking it as the line's multiplies sales."""
    amount, order = reading.at("net_sales"), reading.at("order_id")
    if reading.grain == "order" or amount is None or order is None:
        return
    file = reading.file
    constant, groups = share_constant_within(file.sample[str(order)], file.sample[str(amount)])
    if groups < 3 or constant < NEARLY_FITS:
        return
    quantity, price = reading.at("quantity"), reading.at("unit_price")
    if quantity is not None and price is not None:
        share, rows = share_that_multiplies(file.numbers(quantity), file.numbers(price), file.numbers(amount))
        if rows and share >= NEARLY_FITS:
            return
        total = reading.chosen.pop("net_sales")
        reading.chosen["order_paid"] = Candidate(
            "order_paid", amount, total.strength, "values", "likely",
            f"the same on all lines in {constant:.0%} of {groups:,} orders: the order's total, shared out over its lines",
        )  # fmt: skip
        return
    reading.sure(
        "net_sales", "unsure", f"the same on all lines in {constant:.0%} of {groups:,} orders: the order's total?"
    )


def _check_line_no(reading: Reading) -> None:
    """A line number counts only when it counts within its order; one over the whole file changes with each export."""
    line, order = reading.at("line_no"), reading.at("order_id")
    if line is None or order is None:
        return
    frame = reading.file.sample.select(
        order=str(order), line=pl.col(str(line)).cast(pl.Int64, strict=False)
    ).drop_nulls()
    groups = frame.group_by("order").agg(first=pl.col("line").min(), rows=pl.len(), lines=pl.col("line").n_unique())
    starts = groups.select((pl.col("first").is_in([0, 1]) & (pl.col("rows") == pl.col("lines"))).mean()).item() or 0.0
    if starts < FITS:
        reading.refused[line] = f"no line number: it starts at 1 and counts on in only {starts:.0%} of the orders"
        del reading.chosen["line_no"]
    else:
        reading.sure("line_no", "sure", "counts from 1 within each order")


def _check_discount(reading: Reading) -> None:
    at = reading.at("discount")
    if at is None:
        return
    signed = reading.file.numbers(at, reading.file.rows).drop_nulls()
    values = signed.abs()
    is_rate = reading.file.profiles[at]["share"] >= FITS and not (values == 0).all()
    if is_rate or reading.chosen["discount"].match == "vague":
        del reading.chosen["discount"]
        reading.refused[at] = "a rate, not an amount" if is_rate else "a rate or an amount: it doesn't say"
    elif not {"net_sales", "order_paid"} & set(reading.chosen) and (signed < 0).sum() > (signed > 0).sum():
        del reading.chosen["discount"]
        reading.questions.append(
            f"{quoted(reading.file.header[at])} is written with a minus, which would raise what was paid: export the amount paid"
        )


def _ask_for_unread_discount(reading: Reading) -> None:
    """Quantity × price is not what was paid when a discount stands beside it that cannot be read."""
    if {"net_sales", "order_paid", "discount"} & set(reading.chosen) or "unit_price" not in reading.chosen:
        return
    reading.notes.append("no column holds the amount paid: it is taken as quantity × unit price")
    used = {candidate.at for candidate in reading.chosen.values()}
    for at, header in enumerate(reading.file.words):
        is_discount = named_as(ORDER_LINES["discount"], header) or "rate, not an amount" in NO_ROLE.get(header, "")
        is_asked = any(quoted(reading.file.header[at]) in question for question in reading.questions)
        if at not in used and is_discount and not is_asked and reading.file.rows[str(at)].str.contains("[1-9]").any():
            reading.questions.append(
                f"{quoted(reading.file.header[at])} lowers what was paid, but is no amount, and no column holds the amount "
                "paid: export that one too"
            )


def _check_order_ids(reading: Reading) -> None:
    """Bill numbers that begin again every day name several orders: the day has to stand before them."""
    order, day = reading.at("order_id"), reading.at("ordered_at")
    if order is None or day is None:
        return
    if reading.file.profiles[order]["distinct"] == 1 and reading.file.rows.height > 2:
        reading.sure("order_id", "unsure", "the same on every row")
        return
    rows = reading.file.rows
    some = rows[str(order)].unique(maintain_order=True).head(SAMPLE_ROWS // 4)
    lines = rows.filter(pl.col(str(order)).is_in(some.implode())).select(
        order=str(order), day=pl.col(str(day)).str.strip_chars(BLANKS).str.splitn(" ", 2).struct.field("field_0")
    )
    orders = (
        lines.filter(pl.col("order").str.strip_chars(BLANKS) != "").group_by("order").agg(days=pl.col("day").n_unique())
    )
    again = orders.filter(pl.col("days") > 1).height
    if orders.height >= 3 and again / orders.height > 0.2:
        header = reading.file.header[order]
        if reading.file.profiles[day]["with_clock"] < 0.01:
            reading.following["order_id"] = [day]
            reading.sure(
                "order_id",
                "likely",
                f"begins again: {again:,} of {orders.height:,} numbers stand on several days, so the day follows",
            )
        else:
            reading.questions.append(
                f"{quoted(header)} begins again: {again:,} of {orders.height:,} numbers stand on several days, so a number "
                "alone names no order; export an id that is used once, or a column with the day alone"
            )  # fmt: skip
            reading.sure("order_id", "unsure", f"{again:,} of {orders.height:,} numbers stand on several days")


def _propose_rules(reading: Reading) -> None:
    """What rows mean: words of the status and type columns, and signs."""
    file = reading.file
    if "rules" in reading.settings:
        return
    for role in ("status", "line_type"):
        at = reading.at(role)
        if at is None:
            continue
        if file.profiles[at]["distinct"] > WORDS_SHOWN:
            reading.refused[at] = f"{file.profiles[at]['distinct']:,} different values: no status"
            del reading.chosen[role]
            continue
        words = file.words_of(at)
        kinds = {word: _kind_of_word(word) for word in words}
        if reading.chosen[role].match == "vague" and not any(kinds.values()):
            reading.refused[at] = "its words say nothing of sales or refunds"
            del reading.chosen[role]
            continue
        if reading.chosen[role].match == "vague" and all(kinds.values()):
            reading.sure(role, "likely", "its words are kinds of rows")
        for kind in KIND_WORDS:
            if meant := [word for word, its in kinds.items() if its == kind]:
                reading.rules.append({"kind": kind, "column": file.header[at], "is": meant})
        told = " · ".join(f"{word} {rows:,} → {kinds[word] or '?'}" for word, rows in words.items())
        reading.notes.append(f"{file.header[at]}: {told}")
        if unknown := [word for word in words if kinds[word] is None]:
            first = f"{unknown[0]}=sale" if re.fullmatch(r"[\w.-]+", unknown[0]) else f'"{unknown[0]}=sale"'
            named_words = ", ".join(quoted(word) for word in unknown)
            reading.questions.append(
                f"{named_words} in {quoted(file.header[at])}: a sale, or what? answer each: --set {first} "
                f"(or {', '.join(KIND_WORDS)})"
            )  # fmt: skip
    for role in ("refund_of",):
        if role in reading.chosen and reading.chosen[role].sureness != "unsure":
            reading.rules.append({"kind": "refund", "column": file.header[reading.chosen[role].at], "not_empty": True})
    for role in ("quantity", "net_sales", "unit_price"):
        at = reading.at(role)
        if at is None:
            continue
        values = file.numbers(at, file.rows.filter(pl.col(str(at)).str.contains(r"[-(]")))
        below = int((values < 0).sum())
        if below:
            reading.rules.append({"kind": "refund", "column": file.header[at], "at_most": -0.001})
            reading.notes.append(f"{below:,} rows have {file.header[at]} below 0: refunds")
            break


def add_sale_rule(reading: Reading, answered: Mapping[str, str]) -> None:
    """The last rule: what a sale is called, so that a word which a later file brings is not counted as one unasked."""
    for role in ("status", "line_type"):
        at = reading.at(role)
        if (
            at is None
            or not reading.file.profiles[at]["filled"]
            or reading.file.profiles[at]["filled"] < reading.file.rows.height
        ):
            continue
        ruled = {
            word for rule in reading.rules if rule["column"] == reading.file.header[at] for word in rule.get("is", ())
        }
        told = {word: answered.get(word) or _kind_of_word(word) for word in reading.file.words_of(at)}
        if meant := [word for word, kind in told.items() if kind == "sale" and word not in ruled]:
            reading.rules.append({"kind": "sale", "column": reading.file.header[at], "is": meant})
        return


def _kind_of_word(word: str) -> str | None:
    told = word.casefold().strip()
    if told in SALE_WORDS:
        return "sale"
    return next((kind for kind, words in KIND_WORDS.items() if told in words), None)


def _check_customer_keys(reading: Reading) -> None:
    """A key that is no key would make one customer of many: names, yes or no, masked cards, the till's walk-in number."""
    file = reading.file
    for role in CUSTOMER_KEYS:
        at = reading.at(role)
        if at is None or reading.chosen[role].match == "told":
            continue
        seen = file.profiles[at]
        why = ""
        if (
            role in ("member_id", "account")
            and max(seen["person_zh"], seen["person_latin"]) >= HALF_FITS > seen["code"]
        ):
            why = "its values look like names, which many people share"
        elif role == "member_id" and seen["masked"] >= HALF_FITS:
            why = "its values are masked"
        elif seen["yes_no"] >= NEARLY_FITS or (
            seen["distinct"] <= FEW_KEYS and seen["filled"] >= 20 * seen["distinct"]
        ):
            why = f"only {seen['distinct']:,} different values in {seen['filled']:,} rows: no key of a person"
        if why:
            reading.sure(role, "unsure", why)
            continue
        rows = _rows_of_commonest(file.rows[str(at)])
        if rows >= 20 and rows >= 0.2 * seen["filled"] and seen["distinct"] >= 3:
            reading.notes.append(
                f"{quoted(file.header[at])}: one value stands on {rows:,} of {seen['filled']:,} rows; if it is the till's "
                "for strangers, they will pass for one customer"
            )


def _rows_of_commonest(cells: pl.Series) -> int:
    counted = cells.filter(cells != "").value_counts(sort=True, name="rows")
    return int(counted["rows"][0]) if counted.height else 0
