"""What people decide about who is one person: merge, split, undo; landed like any file, so that the past stays as it was."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

import polars as pl

from flows.config import Settings
from flows.errors import UsageError
from flows.lake import Lake, Landing
from schemas.identity import IDENTITY_DECISIONS
from schemas.source_formats import CUSTOMER_KEYS
from transforms import identity, phones
from transforms.privacy import masked_key, masked_name

CUSTOMER_ID = re.compile(r"^c[0-9a-f]{5,16}$")
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Known:
    """Who is who as known now, and what is needed to say it."""

    ledger: pl.DataFrame
    buyers: pl.DataFrame
    customers: pl.DataFrame
    decisions: pl.DataFrame
    identity: identity.Identity
    activity: pl.LazyFrame
    gifts: pl.LazyFrame

    @property
    def id_of(self) -> dict[int, str]:
        return dict(self.identity.keys.iter_rows())


@dataclass(frozen=True)
class Decided:
    """One decision as it landed, with its money effect: net sales of both sides so far."""

    decision_id: str
    verb: str
    customer_id: str
    other_id: str
    net_sales: Decimal
    other_net_sales: Decimal


def known_now(lake: Lake, settings: Settings, known_at: datetime | None = None) -> Known:
    """Who is who by `known_at` (UTC, naive; None: by now). UsageError when nothing has landed."""
    ledger = lake.ledger(known_at)
    if ledger.is_empty():
        raise UsageError("nothing has landed: drop files into inbox/ and run `regulars ingest`")
    buyers = lake.scan("buyers", ledger).collect()
    customers = lake.scan("customers", ledger).collect()
    decisions = lake.scan(IDENTITY_DECISIONS, ledger).collect()
    return Known(
        ledger, buyers, customers, decisions, _resolved(buyers, customers, decisions, settings),
        lake.scan("activity", ledger), lake.scan("gifts", ledger),
    )  # fmt: skip


def _resolved(
    buyers: pl.DataFrame, customers: pl.DataFrame, decisions: pl.DataFrame, settings: Settings
) -> identity.Identity:
    names = customers.select("buyer_key", "name", "landing_no", "source_row")
    return identity.identity_of(buyers, names=names, decisions=decisions, linking=settings.linking)


# ---- deciding


def merge(lake: Lake, settings: Settings, first: str, second: str, *, now: datetime) -> Decided:
    """Make two customers one; the id that was known first stays. Each is named by customer id, member id, phone …"""
    known = known_now(lake, settings)
    ids = [_customer(known, settings, text) for text in (first, second)]
    if ids[0] == ids[1]:
        raise UsageError(f"both are customer {ids[0]} already: nothing to merge")
    keys = [_earliest_key(known, customer_id) for customer_id in ids]
    place = _places(known)
    if place[keys[0]] > place[keys[1]]:
        ids, keys = ids[::-1], keys[::-1]
    money = _money(known, known.identity)
    row = _row("merge", now, keys[0], keys[1], money.get(ids[0], ZERO), money.get(ids[1], ZERO))
    return _landed(lake, known, [row], ids[0], ids[1], now)


def split(lake: Lake, settings: Settings, customer: str, keys: Sequence[str], *, now: datetime) -> Decided:
    """Take keys (member ids, phones, e-mails, accounts, or a whole customer id) out of a customer.

    Rows whose strongest key leaves go with it; what stands beside it on other rows no longer links. It holds for what
    lands later, too. Of two customers who share no key it says that they are two: they are not proposed again.
    """
    known = known_now(lake, settings)
    customer_id = _customer(known, settings, customer)
    marks, anchor = _leaving(known, settings, customer_id, keys)
    decision_id = _new_id()
    places = _places(known)
    rows = [_row("split", now, 0, anchor, ZERO, ZERO, key_mark=one, decision_id=decision_id) for one in sorted(marks)]
    trial = _with_rows(known, rows)
    after = _resolved(known.buyers, known.customers, trial, settings)
    id_after = dict(after.keys.iter_rows())
    before = known.id_of
    leaves = id_after[anchor]
    stays = [key for key, was in before.items() if was == customer_id and id_after.get(key) not in (None, leaves)]
    if not stays:
        raise UsageError(
            f"nothing would be left of customer {customer_id}: name only the keys that are another person's"
        )
    left_key = min(stays, key=places.__getitem__)
    money = _money(known, after)
    rows = [
        {**row, "left_key": left_key, "left_net_sales": money.get(id_after[left_key], ZERO),
         "right_net_sales": money.get(leaves, ZERO)}
        for row in rows
    ]  # fmt: skip
    return _landed(lake, known, rows, id_after[left_key], leaves, now)


def undo(lake: Lake, settings: Settings, decision_id: str, *, now: datetime) -> Decided:
    """Let a decision hold no longer; undoing an undo makes it hold again. UsageError when there is none that holds."""
    known = known_now(lake, settings)
    told = known.decisions.filter(pl.col("decision_id") == decision_id).head(1)
    if told.is_empty():
        raise UsageError(f"there is no decision {decision_id!r}; `regulars identity` lists them")
    if decision_id not in known.identity.in_force:
        raise UsageError(f"decision {decision_id} is undone already; undo the undo to make it hold again")
    was = told.row(0, named=True)
    row = _row("undo", now, was["left_key"], was["right_key"], ZERO, ZERO, undoes=decision_id)
    after = _resolved(known.buyers, known.customers, _with_rows(known, [row]), settings)
    money, ids = _money(known, after), dict(after.keys.iter_rows())
    left, right = ids.get(was["left_key"], "-"), ids.get(was["right_key"], "-")
    row |= {"left_net_sales": money.get(left, ZERO), "right_net_sales": money.get(right, ZERO)}
    return _landed(lake, known, [row], left, right, now)


def _new_id() -> str:
    return f"d{secrets.token_hex(4)}"


def _row(
    verb: str, now: datetime, left: int, right: int, left_sales: Decimal, right_sales: Decimal, *,
    key_mark: int | None = None, undoes: str | None = None, decision_id: str | None = None,
) -> dict[str, Any]:  # fmt: skip
    return {
        "decision_id": decision_id or _new_id(), "decided_at": now, "verb": verb, "left_key": left, "right_key": right,
        "key_mark": key_mark, "undoes": undoes, "left_net_sales": left_sales, "right_net_sales": right_sales,
    }  # fmt: skip


def _with_rows(known: Known, rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """The decisions as they will be once `rows` have landed."""
    schema = known.decisions.schema
    next_no = _next_landing_no(known)
    told = pl.DataFrame([{**row, "landing_id": 0, "landing_no": next_no} for row in rows], schema=schema)
    return pl.concat([known.decisions, told])


def _next_landing_no(known: Known) -> int:
    return int(known.ledger["landing_no"].max() or 0) + 1  # type: ignore[arg-type]


def _landed(
    lake: Lake, known: Known, rows: Sequence[dict[str, Any]], customer_id: str, other_id: str, now: datetime
) -> Decided:
    """Append the decision's rows and their ledger row; durable when this returns."""
    first = rows[0]
    schema = {name: dtype for name, dtype in known.decisions.schema.items() if name not in ("landing_id", "landing_no")}
    decision_id = first["decision_id"]
    nothing = {
        name: ZERO
        for name in ("amount_in", "amount_accepted", "amount_quarantined", "amount_duplicate", "net_sales")
    }  # fmt: skip
    ledger = {
        "file_hash": sha256(decision_id.encode()).hexdigest(), "file_name": f"{first['verb']} {decision_id}",
        "source": IDENTITY_DECISIONS, "table_name": IDENTITY_DECISIONS, "rows_in": len(rows),
        "rows_accepted": len(rows), "rows_quarantined": 0, "rows_duplicate": 0, "rows_corrected": 0,
            "rows_withdrawn": 0,
            "rows_not_data": 0,
            "net_sales_taken_back": Decimal("0.00"), **nothing,
        "first_date": None, "last_date": None,
    }  # fmt: skip
    table = pl.DataFrame(list(rows), schema=schema)
    lake.commit([Landing({IDENTITY_DECISIONS: table}, ledger)], landed_at=now, first_landing_no=_next_landing_no(known))
    return Decided(decision_id, first["verb"], customer_id, other_id, first["left_net_sales"], first["right_net_sales"])


# ---- naming people


def _customer(known: Known, settings: Settings, text: str) -> str:
    """The one customer that a customer id (or its beginning), member id, phone, e-mail or account names."""
    found: list[str] = []
    if CUSTOMER_ID.match(text):
        found = sorted(known.identity.keys.filter(pl.col("customer_id").str.starts_with(text))["customer_id"].unique())
    if not found:  # a member id may look like the beginning of a customer id
        sets = _sets_with(known, settings, text)
        found = sorted(sets.join(known.identity.keys, on="buyer_key", how="inner")["customer_id"].unique())
    if len(found) == 1:
        return found[0]
    what = _masked(text)
    if not found:
        raise UsageError(f"{what} names no customer: give a customer id, member id, phone, e-mail or account")
    raise UsageError(f"{what} names {len(found)} customers ({', '.join(found[:5])}): give one of these ids")


def _sets_with(known: Known, settings: Settings, text: str) -> pl.DataFrame:
    """The sets of keys, as they link, that this text stands in as a member id, phone, e-mail or account."""
    said = known.identity.sets
    return said.filter(pl.any_horizontal(pl.col(key) == value for key, value in _readings(known, settings, text)))


def _readings(known: Known, settings: Settings, text: str) -> list[tuple[str, str]]:
    """The keys that a text can be."""
    number = phones.normalised(pl.Series([text]), settings.country)[0]
    platform = known.identity.account_platform
    account = text if ":" in text or not platform else f"{platform}:{text}"
    readings = [("member_id", text), ("email", text.strip().lower()), ("account", account)]
    return [*readings, ("phone", number)] if number else readings


def _leaving(
    known: Known, settings: Settings, customer_id: str, keys: Sequence[str]
) -> tuple[set[int], int]:  # fmt: skip
    """Marks of the keys that leave, and the earliest set whose strongest key is one of them."""
    sets = known.identity.sets
    marks = identity.key_marks(sets)
    wanted: set[int] = set()
    for text in keys:
        if CUSTOMER_ID.match(text):
            other = _customer(known, settings, text)
            if other == customer_id:
                raise UsageError(f"{text} is the customer itself: name the keys that are another person's")
            theirs = sets["buyer_key"].is_in(
                known.identity.keys.filter(pl.col("customer_id") == other)["buyer_key"].implode()
            )
            found = [mark for key in CUSTOMER_KEYS for mark in marks[key].filter(theirs).drop_nulls().to_list()]
        else:
            found = [
                mark
                for key, value in _readings(known, settings, text)
                for mark in marks[key].filter((sets[key] == value).fill_null(False)).head(1).to_list()
            ]
        if not found:
            raise UsageError(f"{_masked(text)} is no key that links anybody: nothing to split off")
        wanted.update(found)
    strongest = marks.select(pl.coalesce(identity.STRONGEST_FIRST)).to_series()
    inside = sets.filter(strongest.is_in(list(wanted)).fill_null(False)).sort("landing_no", "buyer_key")
    if inside.is_empty():
        raise UsageError(
            "none of these keys has rows of its own: name the member id or account that is another person's"
        )
    return wanted, int(inside["buyer_key"][0])


def _masked(text: str) -> str:
    """The text so that it can stand in an error: a phone or e-mail address is not repeated."""
    if CUSTOMER_ID.match(text):
        return text
    if "@" in text:
        return "this e-mail address"
    return f"…{text[-4:]}" if len(re.sub(r"\D", "", text)) >= 8 else text


def _places(known: Known) -> dict[int, tuple[int, int]]:
    """Buyer key → when it was first known."""
    rows = known.identity.sets.select("buyer_key", "landing_no").iter_rows()
    return {key: (landing_no, key) for key, landing_no in rows}


def _earliest_key(known: Known, customer_id: str) -> int:
    return int(customer_id[1:], 16)


def _money(known: Known, who: identity.Identity) -> dict[str, Decimal]:
    return dict(identity.net_sales(known.activity, who.keys).iter_rows())


# ---- telling


def told(lake: Lake, settings: Settings, known_at: datetime | None = None) -> dict[str, Any]:
    """Decisions, keys left out of linking and the queue of proposals, names masked, for the terminal or as JSON."""
    known = known_now(lake, settings, known_at)
    money = identity.net_sales(known.activity, known.identity.keys)
    gifts = known.gifts.collect()
    queue = identity.proposals(known.identity, known.customers, gifts, known.decisions, money)
    mask = _Masks(known)
    decisions = known.decisions.sort("landing_no", "decision_id").group_by("decision_id", maintain_order=True).agg(
        pl.col("decided_at", "verb", "left_key", "right_key", "undoes", "left_net_sales", "right_net_sales").first(),
        pl.col("key_mark").drop_nulls(),
    )  # fmt: skip
    id_of, keys_of = known.id_of, mask.keys
    return {
        "decisions": [
            {
                "decision_id": row["decision_id"], "decided_at": row["decided_at"], "verb": row["verb"],
                "holds": row["decision_id"] in known.identity.in_force, "undoes": row["undoes"],
                "customer": mask.person(id_of.get(row["left_key"])), "other": mask.other(id_of, row),
                "keys": [keys_of.get(one, "a key no longer known") for one in row["key_mark"]],
                "net_sales": row["left_net_sales"], "other_net_sales": row["right_net_sales"],
            }
            for row in decisions.iter_rows(named=True)
        ],
        "proposals": [
            {
                "customer": mask.person(row["customer_id"]), "other": mask.person(row["other_id"]),
                "evidence": row["evidence"], "parcels": row["parcels"], "parcels_all": row["parcels_all"],
                "net_sales": row["net_sales"], "other_net_sales": row["other_net_sales"],
            }
            for row in queue.iter_rows(named=True)
        ],
        "shared_keys": [
            {"key": masked_key(row["key"], row["value"]), "kind": row["key"], "reason": row["reason"],
             "customers": row["customers"]}
            for row in known.identity.shared.iter_rows(named=True)
        ],
        "account_platform": known.identity.account_platform or None,
    }  # fmt: skip


class _Masks:
    """How people and keys are shown."""

    def __init__(self, known: Known) -> None:
        ids = known.identity.keys
        file = known.customers.sort("landing_no", "source_row").join(ids, on="buyer_key", how="inner")
        self._names = dict(file.filter(pl.col("name").is_not_null()).select("customer_id", "name").iter_rows())
        members = known.buyers.filter(pl.col("member_id").is_not_null()).join(ids, on="buyer_key", how="inner")
        members = members.sort("landing_no", "buyer_key", descending=True)
        self._members = dict(members.select("customer_id", "member_id").iter_rows())
        wanted = set(known.decisions["key_mark"].drop_nulls().to_list())
        self.keys: dict[int, str] = {}
        if wanted:
            buyers = identity.with_platform(known.buyers, known.identity.account_platform)
            marks = identity.key_marks(buyers)
            for key in CUSTOMER_KEYS:
                pairs = pl.DataFrame({"mark": marks[key], "value": buyers[key]}).unique()
                named = pairs.filter(pl.col("mark").is_in(list(wanted)))
                self.keys |= {mark: masked_key(key, value) for mark, value in named.iter_rows()}

    def other(self, id_of: dict[int, str], decision: dict[str, Any]) -> dict[str, str] | None:
        """The second side, under the id it had when a merge has made them one."""
        told, right = self.person(id_of.get(decision["right_key"])), decision["right_key"]
        is_one = id_of.get(decision["left_key"]) == id_of.get(right)
        return {**told, "customer_id": f"c{right:016x}"} if told and is_one else told

    def person(self, customer_id: str | None) -> dict[str, str] | None:
        """Customer id and masked name; None for nobody."""
        if customer_id is None:
            return None
        name = masked_name(self._names.get(customer_id), self._members.get(customer_id), customer_id)
        return {"customer_id": customer_id, "name": name}
