"""Who is who: the keys by which rows name a customer, and the customers that those keys belong to.

A row names a customer by a *set* of keys (member id, phone, e-mail, account), stored as one `buyer_key`. Sets that have a
key in common are one customer, and so on through any chain of them, with three exceptions: a key that many people share
links nobody, a split that somebody decided stays split, and a merge that somebody decided joins without a common key.
What only looks alike (name and address …) is proposed, never linked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations
from operator import xor

import polars as pl
import polars_hash as plh

from schemas.columns import MONEY
from schemas.identity import Linking
from schemas.source_formats import CUSTOMER_KEYS
from transforms import phones

STRONGEST_FIRST = ("member_id", "account", "email", "phone")
"""Whose row it is where its keys are two people's: the card before the telephone on the counter."""
SHAREABLE_KEYS = ("phone", "email")
TEMPLATE_PREFIX = "regulars_"
PHONE_KEY = r"^(?:1[3-9][0-9]{9}|\+[0-9]{6,15})$"
MOST_ALIKE = 8
"""More customers than this with the same name and address are a hotel or a placeholder, not one person."""


# ---- keys of rows


def _mark(key: str) -> pl.Expr:
    """XXH3 (64 bits) over the UTF-8 bytes of a key's value, seeded by which key it is; null where it is empty."""
    return plh.col(key).nchash.xxh3_64(seed=CUSTOMER_KEYS.index(key) + 1)


def buyer_keys(frame: pl.DataFrame) -> pl.Series:
    """`buyer_key` of each row's four key columns, null where all are empty.

    63 bits, never negative: the keys' marks by exclusive or, without the last bit. The same on every machine and version.
    """
    told = [key for key in CUSTOMER_KEYS if frame[key].null_count() < frame.height]
    if not told:
        return pl.Series("buyer_key", [None] * frame.height, dtype=pl.Int64)
    marks = [_mark(key).fill_null(0).cast(pl.UInt64) for key in told]
    joined = (reduce(xor, marks) // 2).cast(pl.Int64)
    is_named = pl.any_horizontal(pl.col(told).is_not_null())
    return frame.select(buyer_key=pl.when(is_named).then(joined)).to_series()


def buyer_key(member_id: str | None, phone: str | None, email: str | None, account: str | None) -> int:
    """The buyer key of one set of keys."""
    row = dict(zip(CUSTOMER_KEYS, (member_id, phone, email, account), strict=True))
    return int(buyer_keys(pl.DataFrame([row], schema=dict.fromkeys(CUSTOMER_KEYS, pl.String)))[0])


def key_marks(sets: pl.DataFrame) -> pl.DataFrame:
    """The four key columns as 63-bit marks, null where empty: what a split remembers of a key instead of the key."""
    return sets.select((_mark(key) // 2).cast(pl.Int64).alias(key) for key in CUSTOMER_KEYS)


def with_buyer_key(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `buyer_key`, null where a row names nobody. Keys that the frame lacks count as empty."""
    frame = frame.with_columns(pl.lit(None, pl.String).alias(key) for key in CUSTOMER_KEYS if key not in frame.columns)
    return frame.with_columns(buyer_keys(frame))


def platform_of(source_name: str) -> str | None:
    """The platform whose accounts a source names: what stands before its name's first underscore; None for our templates.

    An account is somebody only on its platform: "anna" at JD and "anna" at Taobao are two people.
    """
    return None if source_name.startswith(TEMPLATE_PREFIX) else source_name.split("_")[0].lower()


def with_platform_accounts(frame: pl.DataFrame, source_name: str) -> pl.DataFrame:
    """`frame` with accounts as "jd:anna". In our own templates people write the platform themselves, or leave it out."""
    platform = platform_of(source_name)
    if "account" not in frame.columns or platform is None:
        return frame
    return frame.with_columns(account=pl.format("{}:{}", pl.lit(platform), pl.col("account")))


def _references(references: pl.Series) -> pl.DataFrame:
    """One row per reference, in order: the key columns that a free reference to a person stands for."""
    text = references.rename("text")
    like_phone = text.str.contains(r"^\+[0-9\s\-()]+$|^1[3-9][0-9]{9}$").fill_null(False)
    # a prefix, or a Chinese mobile: what such a number is does not depend on the chain's country
    number = phones.normalised(text.set(~like_phone, None), "CN")
    return pl.DataFrame(
        {
            "member_id": text.set(number.is_not_null(), None),
            "phone": number,
            "email": pl.Series([None] * len(text), dtype=pl.String),
            "account": pl.Series([None] * len(text), dtype=pl.String),
        }
    )


def key_of_reference(references: pl.Series) -> pl.Series:
    """Buyer keys of free references to a person (a referrer's member id or mobile number), null where empty."""
    return buyer_keys(_references(references)).rename(references.name)


def buyers_of_reference(references: pl.Series) -> pl.DataFrame:
    """One row per distinct reference: its buyer key and the key columns it stands for."""
    named = _references(references.drop_nulls().unique(maintain_order=True))
    return named.select(buyer_keys(named), *CUSTOMER_KEYS)


def recipient_keys(gifts: pl.LazyFrame) -> pl.LazyFrame:
    """The gift orders that make their recipient a prospect, with `recipient_key`, the buyer key of the recipient's phone.

    Only with an occasion is it a gift: a parcel without one is as a rule the buyer's own.
    """

    def keyed(frame: pl.DataFrame) -> pl.DataFrame:
        alone = frame.select(
            pl.col("recipient_phone").alias(key) if key == "phone" else pl.lit(None, pl.String).alias(key)
            for key in CUSTOMER_KEYS
        )
        return frame.with_columns(buyer_keys(alone).alias("recipient_key"))

    is_gift = pl.col("occasion").is_not_null() & pl.col("recipient_phone").str.contains(PHONE_KEY)
    chosen = gifts.filter(is_gift)
    return chosen.map_batches(keyed, schema={**chosen.collect_schema(), "recipient_key": pl.Int64()})


def buyers_of_recipients(gifts: pl.DataFrame) -> pl.DataFrame:
    """One row per distinct recipient of a gift: the buyer key of their phone, so that they are known from then on."""
    return (
        recipient_keys(gifts.lazy())
        .select(
            pl.col("recipient_key").alias("buyer_key"),
            *(
                pl.col("recipient_phone").alias(key) if key == "phone" else pl.lit(None, pl.String).alias(key)
                for key in CUSTOMER_KEYS
            ),
        )
        .collect()
        .unique(maintain_order=True)
    )


# ---- customers of keys


@dataclass(frozen=True)
class Identity:
    """Who is who, as known at one moment."""

    keys: pl.DataFrame
    """One row per buyer key that names somebody: `buyer_key`, `customer_id`."""
    sets: pl.DataFrame
    """One row per buyer key: its keys as they link (shared ones and those of a split emptied), `landing_no`."""
    shared: pl.DataFrame
    """One row per key left out of linking: `key` (phone, email), `value`, `reason`, `customers` it would have merged."""
    in_force: frozenset[str]
    """The decisions that hold."""
    account_platform: str
    """The platform that accounts without one are taken to be of; "" where no platform is known."""


def customers_by_key(buyers: pl.DataFrame, *, decisions: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row per buyer key that names somebody: the `customer_id` it belongs to, by keys and decisions alone."""
    return identity_of(buyers, decisions=decisions).keys


def identity_of(
    buyers: pl.DataFrame,
    *,
    names: pl.DataFrame | None = None,
    decisions: pl.DataFrame | None = None,
    linking: Linking | None = None,
) -> Identity:
    """Who is who. A customer's id is that of the set that was known first, so it stays when more keys become known.

    `buyers`: one row per landing and set of keys (`buyer_key`, the four keys, `landing_no`). `names`: one row per line of
    the customer file (`buyer_key`, `name`, `landing_no`, `source_row`). `decisions`: rows of IdentityDecisions with
    `landing_no`, in any order.
    """
    linking = linking or Linking()
    sets = (
        buyers.group_by("buyer_key")
        .agg(pl.col("landing_no").min(), pl.col(CUSTOMER_KEYS).first())
        .sort("landing_no", "buyer_key")
        .with_row_index("place")
    )
    platform = linking.account_platform or _first_platform(sets)
    sets = with_platform(sets, platform)
    shared = shared_keys(sets, names, linking)
    told = sets
    for key in SHAREABLE_KEYS:
        left_out = shared.filter(pl.col("key") == key)["value"]
        if len(left_out):
            sets = sets.with_columns(pl.when(~pl.col(key).is_in(left_out.implode())).then(pl.col(key)).alias(key))
    named = sets.select(pl.any_horizontal(pl.col(CUSTOMER_KEYS).is_not_null())).to_series()

    held, in_force = _in_force(decisions)
    joins: list[tuple[int, int]] = []
    if held is not None and held.height:
        sets, joins = _decided(sets, held)
    group = _components(_links(sets, joins), sets.height)
    keys = sets.select("buyer_key", earliest=sets["buyer_key"].gather(group)).filter(named)
    distinct = keys["earliest"].unique()
    ids = pl.DataFrame({"earliest": distinct, "customer_id": [f"c{key:016x}" for key in distinct.to_list()]},
                       schema={"earliest": pl.Int64, "customer_id": pl.String})  # fmt: skip
    keys = keys.join(ids, on="earliest", how="left", maintain_order="left", validate="m:1").drop("earliest")
    return Identity(keys, sets.drop("place"), _would_have_merged(shared, told, keys), in_force, platform)


def with_platform(sets: pl.DataFrame, platform: str) -> pl.DataFrame:
    """`sets` with `platform` in front of the accounts that have none; as they are where it is ""."""
    if not platform:
        return sets
    bare = pl.col("account").is_not_null() & ~pl.col("account").str.contains(":", literal=True)
    return sets.with_columns(
        account=pl.when(bare).then(pl.format("{}:{}", pl.lit(platform), pl.col("account"))).otherwise("account")
    )


def _first_platform(sets: pl.DataFrame) -> str:
    """The platform whose accounts landed first: it stays the same whatever lands later."""
    told = sets.filter(pl.col("account").str.contains(":", literal=True)).select(
        "landing_no", platform=pl.col("account").str.extract(r"^([^:]+):", 1)
    )
    return "" if told.is_empty() else str(told.sort("landing_no", "platform", nulls_last=True)["platform"][0])


def _links(sets: pl.DataFrame, joins: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """One row per set and key that it has in common with another set: `place` and a `mark` that only those share."""
    parts = []
    for number, key in enumerate(CUSTOMER_KEYS):
        parts.append(
            sets.lazy()
            .filter(pl.col(key).is_not_null())
            .select("place", first=pl.col("place").min().over(key), common=pl.len().over(key))
            .filter(pl.col("common") > 1)
            # the first set that has a key stands for it: shorter than the key itself, and no hash that could collide
            .select("place", mark=pl.col("first").cast(pl.UInt64) * (len(CUSTOMER_KEYS) + 1) + number)
        )
    if joins:
        ends = pl.LazyFrame(joins, schema={"first": pl.UInt32, "place": pl.UInt32}, orient="row")
        ends = ends.with_columns(mark=pl.int_range(pl.len(), dtype=pl.UInt64) * (len(CUSTOMER_KEYS) + 1) + 4)
        parts += [ends.select(pl.col("first").alias("place"), "mark"), ends.select("place", "mark")]
    return pl.concat(parts).collect()


def _components(links: pl.DataFrame, size: int) -> pl.Series:
    """For each place its group: the lowest place it is linked with, over any number of links."""
    group = pl.int_range(size, dtype=pl.UInt32, eager=True)
    while True:
        # every group hooks on to the lowest group it shares a mark with; the chains of hooks are then made short
        lowest = (
            links.lazy()
            .select("mark", group=group.gather(links["place"]))
            .with_columns(lowest=pl.col("group").min().over("mark"))
            .filter(pl.col("lowest") < pl.col("group"))
            .group_by("group")
            .agg(pl.col("lowest").min())
            .collect()
        )
        if lowest.is_empty():
            return group.rename("group")
        parent = pl.int_range(size, dtype=pl.UInt32, eager=True).scatter(lowest["group"], lowest["lowest"])
        while True:
            shorter = parent.gather(parent)
            if shorter.equals(parent):
                break
            parent = shorter
        group = parent.gather(group)


# ---- keys that many people share


def shared_keys(sets: pl.DataFrame, names: pl.DataFrame | None, linking: Linking) -> pl.DataFrame:
    """One row per phone or e-mail address that is nobody's own: `key`, `value`, `reason` (of SHARED_BECAUSE).

    Declared ones; those that stand beside more member ids than one person has; and those that members with clearly
    different names have on file. Two cards in one name on one phone are one customer.
    """
    found = [
        pl.DataFrame(
            {"key": ["phone"] * len(linking.shared_phones), "value": list(linking.shared_phones)},
            schema={"key": pl.String, "value": pl.String},
        ).with_columns(reason=pl.lit("declared"))
    ]
    with_member = sets.filter(pl.col("member_id").is_not_null())
    for key in SHAREABLE_KEYS:
        beside = with_member.filter(pl.col(key).is_not_null()).select("buyer_key", "member_id", value=key)
        found.append(
            beside.group_by("value")
            .agg(members=pl.col("member_id").n_unique())
            .filter(pl.col("members") > linking.member_ids_per_key)
            .select(key=pl.lit(key), value="value", reason=pl.lit("many_members"))
        )
        if names is None or names.is_empty():
            continue
        on_file = (
            beside.join(names.filter(pl.col("name").is_not_null()), on="buyer_key", how="inner")
            .sort("landing_no", "source_row")
            .unique(["value", "member_id"], keep="last", maintain_order=True)
            .group_by("value")
            .agg(pl.col("name").unique().sort())
            .filter(pl.col("name").list.len() > 1)
        )
        differ = [value for value, told in on_file.iter_rows() if _are_different_people(told)]
        found.append(
            pl.DataFrame({"value": differ}, schema={"value": pl.String}).select(
                key=pl.lit(key), value="value", reason=pl.lit("different_names")
            )
        )
    # of several reasons the first stands; the keys in a fixed order
    return pl.concat(found).unique(["key", "value"], keep="first", maintain_order=True).sort("key", "value")


def _are_different_people(names: Sequence[str]) -> bool:
    return any(clearly_different(one, other) for one, other in combinations(names, 2))


_TITLES = re.compile(r"(先生|女士|小姐|太太|老师|师傅|阿姨|总|姐|哥)$|\b(mr|mrs|ms|miss|dr|prof)\b\.?", re.IGNORECASE)
_HAN = re.compile(r"[\u3400-\u9fff]")
_MASKS = re.compile(r"[*＊●•×xX]{1,}$")


def clearly_different(one: str, other: str) -> bool:
    """Whether two names can hardly be one person's: not titles, initials, masks, word order or a slip of one character.

    王小明 is not 李丽; 王女士 may be 王丽, J. Smith may be Jane Smith, 王晓明 may be 王小明 mistyped.
    """
    left, right = _words(one), _words(other)
    if not left or not right:
        return False
    if left == right or sorted(left) == sorted(right):
        return False
    if len(left) == len(right) == 1:
        a, b = left[0], right[0]
        if a.startswith(b) or b.startswith(a):
            return False
        return not (len(a) >= 3 and len(b) >= 3 and _one_slip(a, b))
    only_left, only_right = [w for w in left if w not in right], [w for w in right if w not in left]
    if not only_left or not only_right:
        return False
    return any(
        not any(
            a.startswith(b) or b.startswith(a) or (min(len(a), len(b)) >= 3 and _one_slip(a, b)) for b in only_right
        )
        for a in only_left
    )


def _words(name: str) -> list[str]:
    bare = _MASKS.sub("", _TITLES.sub(" ", name.strip())).casefold()
    words = re.findall(r"[^\W_]+", bare)
    return ["".join(words)] if words and not bare.isascii() and _HAN.search(bare) else words


def _one_slip(a: str, b: str) -> bool:
    """One character other, more or fewer."""
    if abs(len(a) - len(b)) > 1:
        return False
    head = next((at for at, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    return a[head + 1 :] == b[head + 1 :] or a[head + 1 :] == b[head:] or a[head:] == b[head + 1 :]


def _would_have_merged(shared: pl.DataFrame, told: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """`shared` with `customers`: how many there are whose sets carry the key."""
    customers = told.join(keys, on="buyer_key", how="left", validate="1:1")
    counted = pl.concat(
        [
            customers.filter(pl.col(key).is_in(shared.filter(pl.col("key") == key)["value"].implode()))
            .group_by(value=key)
            .agg(customers=pl.col("customer_id").drop_nulls().n_unique().cast(pl.Int64))
            .with_columns(key=pl.lit(key))
            for key in SHAREABLE_KEYS
        ]
    )
    return (
        shared.join(counted, on=["key", "value"], how="left", validate="1:1")
        .with_columns(pl.col("customers").fill_null(0))
        .sort("customers", "key", "value", descending=[True, False, False])
    )


# ---- what people decided


def _in_force(decisions: pl.DataFrame | None) -> tuple[pl.DataFrame | None, frozenset[str]]:
    """The merges and splits that hold, and the ids of all decisions that do: an undo can be undone."""
    if decisions is None or decisions.is_empty():
        return None, frozenset()
    undone: set[str] = set()
    held: set[str] = set()
    newest_first = decisions.unique("decision_id").sort("landing_no", "decision_id", descending=True)
    for decision_id, undoes in newest_first.select("decision_id", "undoes").iter_rows():
        if decision_id in undone:
            continue
        held.add(decision_id)
        if undoes is not None:
            undone.add(undoes)
    rows = decisions.filter(pl.col("decision_id").is_in(list(held)) & (pl.col("verb") != "undo"))
    return rows.sort("landing_no", "decision_id"), frozenset(held)


def _decided(sets: pl.DataFrame, held: pl.DataFrame) -> tuple[pl.DataFrame, list[tuple[int, int]]]:
    """`sets` with the keys emptied that a split takes away, and the pairs of places that a merge joins.

    A split names keys. A set whose strongest key is among them keeps only those; every other set loses them. So the
    keys' owner has what is theirs, whatever stands beside it later. Between the two sides of a split no earlier merge
    holds any more, a later one does.
    """
    marks = key_marks(sets)
    strongest = marks.select(pl.coalesce(STRONGEST_FIRST)).to_series()
    splits: list[tuple[int, pl.Series]] = []
    for (landing_no, _), rows in held.filter(pl.col("verb") == "split").partition_by(
        "landing_no", "decision_id", as_dict=True, maintain_order=True
    ).items():  # fmt: skip
        taken = rows["key_mark"].drop_nulls().implode()
        inside = strongest.is_in(taken).fill_null(False)
        splits.append((int(landing_no), inside))
        sets = sets.with_columns(
            pl.when(marks[key].is_in(taken).fill_null(False) == inside).then(pl.col(key)).alias(key)
            for key in CUSTOMER_KEYS
        )
    place = dict(sets.select("buyer_key", "place").iter_rows()) if "merge" in held["verb"] else {}
    joins = []
    for landing_no, left, right in (
        held.filter(pl.col("verb") == "merge").select("landing_no", "left_key", "right_key").iter_rows()
    ):
        if left not in place or right not in place:
            continue
        ends = place[left], place[right]
        if not any(split_no > landing_no and inside[ends[0]] != inside[ends[1]] for split_no, inside in splits):
            joins.append(ends)
    return sets, joins


# ---- who may be one person, for people to decide


def net_sales(activity: pl.LazyFrame, keys: pl.DataFrame) -> pl.DataFrame:
    """One row per customer with sales or refunds: `net_sales`, all that is known."""
    return (
        activity.group_by("buyer_key")
        .agg(net=(pl.col("sales") - pl.col("refunds")).sum())
        .join(keys.lazy(), on="buyer_key", how="inner", validate="1:1")
        .group_by("customer_id")
        .agg(net_sales=pl.col("net").sum().cast(MONEY))
        .collect()
    )


def proposals(
    identity: Identity, customers: pl.DataFrame, gifts: pl.DataFrame, decisions: pl.DataFrame, money: pl.DataFrame
) -> pl.DataFrame:
    """One row per pair of customers who may be one person, the most money first.

    Columns `customer_id` (the one with more sales), `other_id`, `net_sales`, `other_net_sales`, `evidence` (codes of
    EVIDENCE, strongest first), `parcels` and `parcels_all` (of the parcels without an occasion, how many go to the
    other's phone). `customers`: lines of the customer file with `landing_no`; `gifts`: with `buyer_key`; `money`: of
    `net_sales`. Pairs that a split keeps apart are not proposed again.
    """
    ids = identity.keys
    file = customers.join(ids, on="buyer_key", how="inner", validate="m:1").with_columns(
        name=_plain("name"), address=_plain("address"), district=_plain("district")
    )
    own = _own_parcels(gifts.join(ids, on="buyer_key", how="inner", validate="m:1"))
    on_file = file.filter(pl.col("name").is_not_null())
    by_address = pl.concat(
        [on_file.select("customer_id", "name", "address"), own.select("customer_id", "name", "address")]
    )
    alike = [
        _pairs(by_address, ["name", "address"], "name_address"),
        _pairs(on_file.select("customer_id", "name", "birthday", "district"), ["name", "birthday", "district"],
               "name_birthday"),
        _by_parcels(own, identity, on_file),
    ]  # fmt: skip
    found = pl.concat(alike, how="diagonal")
    apart = _kept_apart(identity, decisions)
    amounts = money.select("customer_id", "net_sales")
    pairs = (
        found.join(apart, on=["one", "two"], how="anti")
        .sort("one", "two", "evidence")
        .group_by("one", "two", maintain_order=True)
        .agg("evidence", pl.col("parcels", "parcels_all").max())
        .join(amounts.rename({"customer_id": "one", "net_sales": "sales_one"}), on="one", how="left", validate="m:1")
        .join(amounts.rename({"customer_id": "two", "net_sales": "sales_two"}), on="two", how="left", validate="m:1")
        .with_columns(pl.col("sales_one", "sales_two").fill_null(0))
    )
    ahead = pl.col("sales_one") >= pl.col("sales_two")
    return (
        pairs.select(
            pl.when(ahead).then("one").otherwise("two").alias("customer_id"),
            pl.when(ahead).then("two").otherwise("one").alias("other_id"),
            pl.max_horizontal("sales_one", "sales_two").cast(MONEY).alias("net_sales"),
            pl.min_horizontal("sales_one", "sales_two").cast(MONEY).alias("other_net_sales"),
            "evidence", "parcels", "parcels_all",
        )
        .with_columns(both=pl.col("net_sales") + pl.col("other_net_sales"))
        .sort("other_net_sales", "both", "customer_id", "other_id", descending=[True, True, False, False])
        .drop("both")
    )  # fmt: skip


def _plain(column: str) -> pl.Expr:
    """Text as it is compared: without case, spaces and signs, half width; null where nothing is left."""
    bare = pl.col(column).str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s\p{P}\p{S}]", "")
    return pl.when(bare.str.len_chars() > 0).then(bare).alias(column)


def _pairs(rows: pl.DataFrame, same: list[str], evidence: str) -> pl.DataFrame:
    """One row per pair of customers (`one` < `two`) whose rows agree in all of `same`."""
    told = rows.drop_nulls(same).select("customer_id", *same).unique()
    told = told.with_columns(alike=pl.len().over(same)).filter(pl.col("alike").is_between(2, MOST_ALIKE)).drop("alike")
    return (
        told.join(told, on=same, how="inner", suffix="_two")
        .filter(pl.col("customer_id") < pl.col("customer_id_two"))
        .select(one="customer_id", two="customer_id_two")
        .unique()
        .with_columns(evidence=pl.lit(evidence), parcels=pl.lit(None, pl.Int64), parcels_all=pl.lit(None, pl.Int64))
    )


def _own_parcels(gifts: pl.DataFrame) -> pl.DataFrame:
    """One row per buyer and way their own parcels were addressed: `customer_id`, `name`, `address`, `phone`, counts.

    Their own are those without an occasion that go to one name, if at least half of them do.
    """
    parcels = gifts.filter(pl.col("occasion").is_null() & pl.col("recipient_name").is_not_null()).select(
        "customer_id", _plain("recipient_name").alias("name"), _plain("recipient_address").alias("address"),
        pl.when(pl.col("recipient_phone").str.contains(PHONE_KEY)).then("recipient_phone").alias("phone"),
    )  # fmt: skip
    return (
        parcels.with_columns(
            parcels_all=pl.len().over("customer_id").cast(pl.Int64),
            to_name=pl.len().over("customer_id", "name").cast(pl.Int64),
        )
        .filter(pl.col("to_name") * 2 >= pl.col("parcels_all"))
        .group_by("customer_id", "name", "address", "phone")
        .agg(parcels=pl.len().cast(pl.Int64), parcels_all=pl.col("parcels_all").first())
    )


def _by_parcels(own: pl.DataFrame, identity: Identity, on_file: pl.DataFrame) -> pl.DataFrame:
    """Pairs of a buyer and the customer whose phone is on the buyer's own parcels, unless the names say otherwise."""
    owners = (
        identity.sets.filter(pl.col("phone").is_not_null())
        .join(identity.keys, on="buyer_key", how="inner", validate="1:1")
        .select("phone", two="customer_id")
        .unique()
    )
    names = on_file.select("customer_id", "name").unique()
    with_name = names.group_by("customer_id").agg(names=pl.col("name"))
    other_name = pl.col("names").list.contains(pl.col("name")).not_().fill_null(False)
    return (
        own.filter(pl.col("phone").is_not_null())
        .group_by("customer_id", "name", "phone")
        .agg(pl.col("parcels").sum(), pl.col("parcels_all").first())
        .join(owners, on="phone", how="inner")
        .filter(pl.col("customer_id") != pl.col("two"))
        .join(with_name, on="customer_id", how="left", validate="m:1")
        .filter(~other_name)
        .select(
            pl.min_horizontal("customer_id", "two").alias("one"),
            pl.max_horizontal("customer_id", "two").alias("two"),
            pl.lit("own_parcels").alias("evidence"),
            "parcels",
            "parcels_all",
        )
        .group_by("one", "two", "evidence")
        .agg(pl.col("parcels", "parcels_all").max())
    )


def _kept_apart(identity: Identity, decisions: pl.DataFrame) -> pl.DataFrame:
    """One row per pair of customers (`one` < `two`) whom a split that holds has told apart."""
    ids = identity.keys
    told = decisions.filter((pl.col("verb") == "split") & pl.col("decision_id").is_in(list(identity.in_force)))
    sides = told.select("left_key", "right_key").unique()
    return (
        sides.join(ids.rename({"buyer_key": "left_key", "customer_id": "left"}), on="left_key", how="inner")
        .join(ids.rename({"buyer_key": "right_key", "customer_id": "right"}), on="right_key", how="inner")
        .select(one=pl.min_horizontal("left", "right"), two=pl.max_horizontal("left", "right"))
        .unique()
    )
