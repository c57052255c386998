"""Keys that name the same person belong to one customer, whose id stays; keys that many share name nobody."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.lake import schema_of
from schemas.identity import Linking
from schemas.identity_decisions import IdentityDecisions
from transforms import identity
from transforms.identity import buyer_key, clearly_different, identity_of

Keys = tuple[str | None, str | None, str | None, str | None]


def buyers(*rows: Keys) -> pl.DataFrame:
    """One set of keys per landing, in order."""
    return pl.DataFrame(
        [
            {"buyer_key": buyer_key(*row), "member_id": row[0], "phone": row[1], "email": row[2], "account": row[3], "landing_no": n}
            for n, row in enumerate(rows, 1)
        ],
        schema={"buyer_key": pl.Int64, "member_id": pl.String, "phone": pl.String, "email": pl.String, "account": pl.String,
                "landing_no": pl.Int64},
    )  # fmt: skip


def ids(frame: pl.DataFrame, **more: object) -> dict[int, str]:
    return dict(identity_of(frame, **more).keys.iter_rows())


def no_decisions() -> pl.DataFrame:
    """An empty frame of decisions, as the lake gives them."""
    return pl.DataFrame(schema={**schema_of(IdentityDecisions), "landing_no": pl.Int64})


def decided(*rows: tuple[str, str, Keys, Keys, tuple[str, str] | str | None]) -> pl.DataFrame:
    """Decisions in order, landed after any buyers: id, verb, left, right, and the key that leaves or what is undone."""
    schema = no_decisions().schema
    told = []
    for n, (decision_id, verb, left, right, about) in enumerate(rows, 1):
        key_mark = None
        if isinstance(about, tuple):
            row: dict[str, str | None] = dict.fromkeys(identity.CUSTOMER_KEYS)
            row[about[0]] = about[1]
            marks = identity.key_marks(pl.DataFrame([row], schema=dict.fromkeys(row, pl.String)))
            key_mark = marks[about[0]][0]
        told.append({
            "landing_id": n, "decision_id": decision_id, "decided_at": datetime(2026, 11, n), "verb": verb,
            "left_key": buyer_key(*left), "right_key": buyer_key(*right), "key_mark": key_mark,
            "undoes": about if isinstance(about, str) else None, "left_net_sales": Decimal(0), "right_net_sales": Decimal(0),
            "landing_no": 100 + n,
        })  # fmt: skip
    return pl.DataFrame(told, schema=schema)


M1: Keys = ("m1", None, None, None)
M2: Keys = ("m2", None, None, None)
M1_P: Keys = ("m1", "19900000001", None, None)
M2_P: Keys = ("m2", "19900000001", None, None)
P: Keys = (None, "19900000001", None, None)
JD: Keys = (None, None, None, "jd:anna")


# ---- keys


def test_keys_are_stable_numbers():
    assert buyer_key("m1", None, None, None) == 9037336806726222473, "a changed hash would orphan every landed row"
    assert buyer_key("m1", None, None, None) != buyer_key(None, "m1", None, None)
    assert buyer_key("王", "19900000001", "a@b.cn", "jd:anna") == 7538583239032197306
    frame = pl.DataFrame({"member_id": [None, "m1"]}, schema={"member_id": pl.String})
    assert identity.with_buyer_key(frame)["buyer_key"].to_list() == [None, buyer_key(*M1)]


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(*[st.one_of(st.none(), st.text(max_size=5))] * 4), max_size=20))
def test_a_key_is_a_63_bit_number_of_its_set_alone(rows):
    frame = pl.DataFrame(rows, schema=dict.fromkeys(identity.CUSTOMER_KEYS, pl.String), orient="row")
    keys = identity.buyer_keys(frame)
    assert keys.dtype == pl.Int64 and (keys.drop_nulls() >= 0).all()
    assert keys.to_list() == [buyer_key(*row) if any(x is not None for x in row) else None for row in rows]


def test_a_reference_is_the_key_of_the_row_it_means():
    told = pl.Series("referrer", ["m1", "19900000001", "+86 199 0000 0001", "+1 (202) 555-0123", None])
    want = [buyer_key(*M1), buyer_key(*P), buyer_key(*P), buyer_key(None, "+12025550123", None, None), None]
    assert identity.key_of_reference(told).to_list() == want
    assert set(identity.buyers_of_reference(told)["buyer_key"]) == set(want[:-1])


def test_an_account_is_somebody_only_on_its_platform():
    frame = pl.DataFrame({"account": ["anna", None]})
    assert identity.with_platform_accounts(frame, "jd_orders")["account"].to_list() == ["jd:anna", None]
    assert identity.with_platform_accounts(frame, "taobao_orders")["account"].to_list() == ["taobao:anna", None]
    assert identity.with_platform_accounts(frame, "regulars_customers")["account"].to_list() == ["anna", None]
    taobao, bare = (None, None, None, "taobao:anna"), ("m1", None, None, "anna")
    told = ids(buyers(bare, JD, taobao))
    assert told[buyer_key(*bare)] == told[buyer_key(*JD)] != told[buyer_key(*taobao)], "the platform that landed first"
    told = ids(buyers(bare, JD, taobao), linking=Linking(account_platform="taobao"))
    assert told[buyer_key(*bare)] == told[buyer_key(*taobao)] != told[buyer_key(*JD)]


# ---- components


def test_a_chain_of_shared_keys_is_one_customer_called_after_the_first_known():
    rows = [
        ("m1", None, None, None),
        (None, None, None, "acct"),
        ("m1", "1990", None, None),
        (None, "1990", None, "acct"),
    ]
    told = ids(buyers(*rows))
    assert set(told.values()) == {f"c{buyer_key(*rows[0]):016x}"}


def test_strangers_stay_strangers():
    told = ids(buyers(("m1", None, None, None), ("m2", None, None, None), (None, "m1", None, None)))
    assert len(set(told.values())) == 3, "a phone that reads like a member id is another key"


def test_an_id_stays_when_more_becomes_known():
    first = buyers(("m1", None, None, None))
    later = buyers(("m1", None, None, None), ("m1", "1990", None, None), (None, "1990", "a@b.cn", None))
    assert ids(first)[buyer_key("m1", None, None, None)] == ids(later)[buyer_key(None, "1990", "a@b.cn", None)]


key = st.one_of(st.none(), st.sampled_from("abcdef"))
sets_of_keys = st.lists(st.tuples(key, key, key, key).filter(any), min_size=1, max_size=14, unique=True)


@settings(deadline=None, max_examples=30)
@given(sets_of_keys)
def test_customers_are_the_connected_components(rows):
    told = ids(buyers(*rows), linking=Linking(member_ids_per_key=99))
    groups = [{n} for n in range(len(rows))]
    for a in range(len(rows)):
        for b in range(a):
            if any(x is not None and x == y for x, y in zip(rows[a], rows[b], strict=True)):
                one = next(g for g in groups if a in g)
                other = next(g for g in groups if b in g)
                if one is not other:
                    one |= other
                    groups.remove(other)
    for group in groups:
        assert {told[buyer_key(*rows[n])] for n in group} == {f"c{buyer_key(*rows[min(group)]):016x}"}
    assert len(set(told.values())) == len(groups)


@settings(deadline=None, max_examples=30)
@given(sets_of_keys, st.integers(1, 13))
def test_later_landings_only_ever_keep_ids_and_the_older_one_survives(rows, cut):
    before = ids(buyers(*rows[:cut]), linking=Linking(member_ids_per_key=99))
    after = ids(buyers(*rows), linking=Linking(member_ids_per_key=99))
    first_known = {f"c{buyer_key(*row):016x}": n for n, row in enumerate(rows)}
    for customer in set(before.values()):
        now = {after[k] for k, was in before.items() if was == customer}
        assert len(now) == 1, "nobody is torn apart by more knowledge"
        assert now == {customer} or first_known[now.pop()] < first_known[customer]


@settings(deadline=None, max_examples=30)
@given(sets_of_keys, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_decisions_in_the_frames_says_nothing(rows, random):
    frame = buyers(*rows)
    other = rows[-1]
    held = decided(
        ("d1", "merge", rows[0], other, None),
        ("d2", "split", rows[0], other, next((k, v) for k, v in zip(identity.CUSTOMER_KEYS, other, strict=True) if v)),
    )
    order = list(range(frame.height))
    random.shuffle(order)
    assert ids(frame, decisions=held) == ids(frame[order], decisions=held[::-1])


def test_one_long_chain_of_links_is_one_group():
    size = 200_000
    places = pl.int_range(size, dtype=pl.UInt32, eager=True).shuffle(seed=7)
    step = pl.int_range(size, dtype=pl.UInt64, eager=True)
    links = pl.concat(
        [pl.DataFrame({"place": places, "mark": step}), pl.DataFrame({"place": places, "mark": step + 1})]
    )
    assert identity._components(links, size).n_unique() == 1


# ---- keys that many share


def test_a_phone_beside_more_ids_than_one_person_has_names_nobody():
    shop = "19600000001"
    rows: list[Keys] = [(f"m{n}", shop, None, None) for n in range(4)] + [(None, shop, None, None)]
    found = identity_of(buyers(*rows))
    assert len(set(found.keys["customer_id"])) == 4
    assert buyer_key(None, shop, None, None) not in found.keys["buyer_key"].to_list(), "a purchase of nobody known"
    assert found.shared.rows() == [("phone", shop, "many_members", 4)]
    assert len(set(ids(buyers(*rows[:3])).values())) == 1, "three cards may be one person's"
    declared = identity_of(buyers(*rows[:3]), linking=Linking(shared_phones=(shop,)))
    assert declared.shared.rows() == [("phone", shop, "declared", 3)]


def test_two_names_on_one_phone_are_two_people():
    names = pl.DataFrame(
        {
            "buyer_key": [buyer_key(*M1_P), buyer_key(*M2_P)],
            "name": ["王小明", "李丽"],
            "landing_no": [1, 1],
            "source_row": [1, 2],
        }
    )
    found = identity_of(buyers(M1_P, M2_P, P), names=names)
    assert len(set(found.keys["customer_id"])) == 2
    assert found.shared.rows() == [("phone", "19900000001", "different_names", 2)]
    same = names.with_columns(name=pl.Series(["王小明", "王小明"]))
    assert len(set(ids(buyers(M1_P, M2_P, P), names=same).values())) == 1, "a second card"
    corrected = names.with_columns(buyer_key=pl.Series([buyer_key(*M1_P)] * 2), landing_no=pl.Series([1, 2]))
    assert len(set(ids(buyers(M1_P, M2_P), names=corrected).values())) == 1, "one member's name was corrected"


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ("王小明", "李丽", True), ("王芳", "王敏", True), ("王小明", "王小明", False), ("王小明", "王女士", False),
        ("王小明", "王晓明", False), ("王小明", "王**", False), ("王 小明", "王小明", False), ("王小明", "", False),
        ("Jane Smith", "J. Smith", False), ("Jane Smith", "John Smith", True), ("Smith, Jane", "jane smith", False),
        ("Mrs Jane Smith", "Jane Smith", False), ("Jane Smith", "Jane Smyth", False), ("Ada Quill", "Hugh Vance", True),
    ],
)  # fmt: skip
def test_names_that_can_hardly_be_one_persons(one, other, differ):
    assert clearly_different(one, other) is clearly_different(other, one) is differ


# ---- decisions


def test_a_merge_joins_and_an_undo_parts_and_its_undo_joins_again():
    frame = buyers(M1, M2)
    merge = ("d1", "merge", M1, M2, None)
    undo = ("d2", "undo", M1, M2, "d1")
    again = ("d3", "undo", M1, M2, "d2")
    assert len(set(ids(frame, decisions=decided(merge)).values())) == 1
    assert len(set(ids(frame, decisions=decided(merge, undo)).values())) == 2
    assert len(set(ids(frame, decisions=decided(merge, undo, again)).values())) == 1


def test_of_a_split_a_row_with_both_belongs_to_its_card():
    frame = buyers(M1, M1_P, P, M2_P, M2)
    told = ids(frame, decisions=decided(("d1", "split", M1, M2, ("member_id", "m2"))))
    assert told[buyer_key(*M2_P)] == told[buyer_key(*M2)] == f"c{buyer_key(*M2_P):016x}"
    assert {told[buyer_key(*one)] for one in (M1, M1_P, P)} == {f"c{buyer_key(*M1):016x}"}
    told = ids(frame, decisions=decided(("d1", "split", M1, P, ("phone", "19900000001"))))
    assert len({told[buyer_key(*one)] for one in (M1, M2, P)}) == 3, "a phone that is neither's"
    assert told[buyer_key(*M1_P)] == told[buyer_key(*M1)]


# ---- proposals


def proposed(file: list[dict], gifts: list[dict], *sets: Keys) -> list[tuple]:
    columns = ("buyer_key", "name", "birthday", "district", "address", "landing_no", "source_row")
    customers = pl.DataFrame([{c: row.get(c) for c in columns} for row in file],
                             schema={"buyer_key": pl.Int64, **dict.fromkeys(columns[1:5], pl.String),
                                     "landing_no": pl.Int64, "source_row": pl.Int64})  # fmt: skip
    sent = ("recipient_name", "recipient_phone", "recipient_address", "occasion")
    parcels = pl.DataFrame([{c: row.get(c) for c in ("buyer_key", *sent)} for row in gifts],
                           schema={"buyer_key": pl.Int64, **dict.fromkeys(sent, pl.String)})  # fmt: skip
    who = identity_of(buyers(*sets))
    money = pl.DataFrame({"customer_id": [f"c{buyer_key(*M1):016x}"], "net_sales": [Decimal("5.00")]},
                         schema={"customer_id": pl.String, "net_sales": pl.Decimal(18, 2)})  # fmt: skip
    rows = identity.proposals(who, customers, parcels, no_decisions(), money)
    return [(row["customer_id"], row["evidence"], row["parcels"]) for row in rows.iter_rows(named=True)]


def test_alike_people_are_proposed_never_linked():
    first = {
        "buyer_key": buyer_key(*M1),
        "name": "王小明",
        "birthday": "1985-10-03",
        "district": "锦河区",
        "address": "听雨路 1 号",
    }
    other = {**first, "buyer_key": buyer_key(*M2), "address": None}
    id1 = f"c{buyer_key(*M1):016x}"
    assert proposed([first, other], [], M1, M2) == [(id1, ["name_birthday"], None)]
    assert proposed([first, {**other, "birthday": "1985-10-04"}], [], M1, M2) == []
    assert proposed([first, {**other, "district": None, "address": "听雨路1号"}], [], M1, M2) == [
        (id1, ["name_address"], None)
    ]


def test_a_parcel_to_oneself_is_evidence_a_gift_is_not():
    own = {
        "buyer_key": buyer_key(*JD),
        "recipient_name": "王小明",
        "recipient_phone": "19900000001",
        "recipient_address": "x",
    }
    id1 = f"c{buyer_key(*M1_P):016x}"
    found = proposed([], [own, own], M1_P, JD)
    assert [(evidence, parcels) for _, evidence, parcels in found] == [(["own_parcels"], 2)]
    assert id1 in {customer for customer, *_ in found} | {f"c{buyer_key(*M1_P):016x}"}
    assert proposed([], [{**own, "occasion": "生日"}], M1_P, JD) == []
    other_name = {"buyer_key": buyer_key(*JD), "name": "李丽"}
    assert proposed([other_name], [own], M1_P, JD) == [], "the buyer is on file under another name: a friend's parcel"


def test_a_recipient_of_a_gift_is_known_from_then_on():
    sent = pl.DataFrame(
        {
            "recipient_phone": ["19800000001", "19800000002", "near the station", None],
            "occasion": ["生日", None, "生日", "生日"],
            "business_date": [date(2026, 10, 1)] * 4,
        }
    )
    assert identity.buyers_of_recipients(sent)["buyer_key"].to_list() == [buyer_key(None, "19800000001", None, None)]
