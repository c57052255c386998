"""Who is one person, on the sample chain whose truth is known; and what people decide about it."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path

import pytest

from flows import identity_decisions
from flows.config import Workspace, read_settings
from flows.errors import UsageError
from flows.ingest import ingest
from flows.lake import Lake
from flows.sample_chain import write_sample_chain
from schemas.period import Month
from tests.conftest import LANDED_AT
from tests.trial_reviews import month_reviews

LATER = LANDED_AT + timedelta(days=1)


# ---- how much of the truth is recovered


def rows_of(path: Path) -> list[dict[str, str]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            with path.open(encoding=encoding, newline="") as file:
                return list(csv.DictReader(file))
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path.name} is in neither encoding")


class Truth:
    """The sample's people, by the keys in its files, read without the pipeline."""

    def __init__(self, root: Path) -> None:
        self.owner: dict[tuple[str, str], str] = {}
        for row in rows_of(root / "truth" / "customers_truth.csv"):
            told = [("member_id", card) for card in row["member_ids"].split("|")]
            for key in (*told, ("phone", row["phone"]), ("account", f"jd:{row['account']}")):
                if key[1] not in ("", "jd:"):
                    self.owner[key] = row["customer_number"]
        self.beside: list[list[tuple[str, str]]] = []
        for path in sorted((root / "landed").rglob("*.csv")):
            for row in rows_of(path):
                if "下单帐号" in row:
                    keys = [("account", f"jd:{row['下单帐号']}")]
                elif "会员号" in row:
                    keys = [("member_id", row["会员号"]), ("phone", row.get("手机号", "").replace("-", "")),
                            ("account", f"jd:{row.get('线上账号', '')}")]  # fmt: skip
                else:
                    continue
                self.beside.append([key for key in keys if key in self.owner])

    def reachable(self) -> dict[tuple[str, str], int]:
        """Key → group, joined by the rows of the files that name one person by several of their own keys."""
        group: dict[tuple[str, str], int] = {}
        members: dict[int, list[tuple[str, str]]] = {}
        for keys in self.beside:
            for key in keys:
                if key not in group:
                    group[key] = len(group)
                    members[group[key]] = [key]
            for key in keys[1:]:
                one, other = group[keys[0]], group[key]
                if one != other:
                    for moved in members.pop(other):
                        group[moved] = one
                        members[one].append(moved)
        return group


@pytest.fixture(scope="module")
def larger_sample(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """The sample chain of the demo: six stores, 30 months, 5000 customers, landed."""
    space = Workspace(tmp_path_factory.mktemp("identity") / "chain")
    write_sample_chain(space.root)
    ingest(space, read_settings(space), now=LANDED_AT)
    return space


def test_the_truth_is_recovered_with_precision_first(larger_sample: Workspace, capsys: pytest.CaptureFixture[str]):
    lake, settings = Lake(larger_sample.lake), read_settings(larger_sample)
    known = identity_decisions.known_now(lake, settings)
    truth = Truth(larger_sample.root)
    customer_of: dict[tuple[str, str], str] = {}
    named = known.identity.sets.join(known.identity.keys, on="buyer_key", how="inner")
    for row in named.iter_rows(named=True):
        for role in ("member_id", "phone", "account"):
            if (role, row[role]) in truth.owner:
                customer_of[role, row[role]] = row["customer_id"]
    seen = {key for keys in truth.beside for key in keys}
    assert seen <= set(customer_of)

    together = defaultdict(list)
    for key in seen:
        together[customer_of[key]].append(key)
    merged = Counter(truth.owner[a] == truth.owner[b] for keys in together.values() for a, b in combinations(keys, 2))
    of_person = defaultdict(list)
    for key in seen:
        of_person[truth.owner[key]].append(key)
    group = truth.reachable()
    usable: Counter[bool] = Counter()
    rest: set[frozenset[str]] = set()
    for keys in of_person.values():
        for a, b in combinations(keys, 2):
            same = customer_of[a] == customer_of[b]
            if group[a] == group[b]:
                usable[same] += 1
            elif not same:
                rest.add(frozenset((customer_of[a], customer_of[b])))
    told = identity_decisions.told(lake, settings)["proposals"]
    proposed = {frozenset((row["customer"]["customer_id"], row["other"]["customer_id"])) for row in told}
    precision = merged[True] / merged.total()
    recall = usable[True] / usable.total()
    found = len(rest & proposed) / len(rest)
    with capsys.disabled():
        print(
            f"\nidentity: {merged.total()} pairs of keys merged, precision {precision:.4f}; {usable.total()} pairs share "
            f"a usable key, recall {recall:.4f}; {len(rest)} pairs of customers share none, proposed {found:.3f}; "
            f"{len(proposed)} proposals, {len(rest & proposed) / len(proposed):.3f} of them true"
        )
    assert merged.total() > 1000 and usable.total() > 1000 and len(rest) > 30
    assert precision >= 0.999
    assert recall >= 0.98
    assert found >= 0.8


def test_each_shops_own_number_is_found_and_names_nobody(larger_sample: Workspace):
    lake, settings = Lake(larger_sample.lake), read_settings(larger_sample)
    known = identity_decisions.known_now(lake, settings)
    shared = known.identity.shared
    assert shared["value"].str.starts_with("196").all()
    assert shared.height == 5
    assert sorted(shared["reason"].unique()) == ["declared", "many_members"]
    assert shared["customers"].min() > 3
    with_it = known.buyers.filter(known.buyers["phone"].str.starts_with("196") & known.buyers["member_id"].is_null())
    assert with_it.height and not set(with_it["buyer_key"]) & set(known.identity.keys["buyer_key"])


# ---- decisions


def reviewed(space: Workspace, known_at: datetime | None = None):
    return month_reviews(Lake(space.lake), read_settings(space), Month(2026, 10), known_at)[0]


def queue(space: Workspace) -> list[dict]:
    return identity_decisions.told(Lake(space.lake), read_settings(space))["proposals"]


def test_a_merge_joins_and_its_undo_parts_and_the_past_stays(sample_copy: Workspace):
    lake, settings = Lake(sample_copy.lake), read_settings(sample_copy)
    pair = next(row for row in queue(sample_copy) if row["other_net_sales"])
    ids = {pair["customer"]["customer_id"], pair["other"]["customer_id"]}
    before = reviewed(sample_copy)
    decided = identity_decisions.merge(lake, settings, *sorted(ids), now=LATER)
    assert {decided.customer_id, decided.other_id} == ids
    assert {decided.net_sales, decided.other_net_sales} == {pair["net_sales"], pair["other_net_sales"]}
    known = identity_decisions.known_now(lake, settings)
    assert ids & set(known.identity.keys["customer_id"]) == {decided.customer_id}, "the older id stays"
    after = reviewed(sample_copy)
    assert after.metric("net_sales") == before.metric("net_sales")
    assert sum(row.customers for row in after.statuses) == sum(row.customers for row in before.statuses) - 1
    assert len(after.proposals) == len(before.proposals) - 1
    assert [(row.verb, row.holds) for row in after.decisions] == [("merge", True)]
    assert {row.file_name for row in after.files} == {row.file_name for row in before.files}
    assert reviewed(sample_copy, LANDED_AT) == before, "what was decided later is not known yet"

    identity_decisions.undo(lake, settings, decided.decision_id, now=LATER + timedelta(hours=1))
    undone = reviewed(sample_copy)
    assert undone.figures == before.figures
    assert [(row.verb, row.holds) for row in undone.decisions] == [("merge", False), ("undo", True)]
    with pytest.raises(UsageError, match="undone already"):
        identity_decisions.undo(lake, settings, decided.decision_id, now=LATER)


def test_a_split_holds_though_the_keys_are_shared(workspace: Workspace):
    land(workspace, "a", "o1,M1,19900000001,100\no2,M2,19900000001,40\no3,,19900000001,7\n", LANDED_AT)
    lake, settings = Lake(workspace.lake), read_settings(workspace)
    assert customers(workspace) == {"M1": 0, "M2": 0}, "two cards on one phone are one customer"
    decided = identity_decisions.split(lake, settings, "M1", ["M2"], now=LATER)
    assert customers(workspace) == {"M1": 0, "M2": 1}
    assert {decided.net_sales, decided.other_net_sales} == {Decimal("107.00"), Decimal("40.00")}
    land(workspace, "b", "o4,M2,19900000001,1\n", LATER)
    assert customers(workspace) == {"M1": 0, "M2": 1}, "a row that names both does not join them again"
    told = identity_decisions.told(lake, settings)
    assert told["decisions"][0]["keys"] == ["№ M2"]
    identity_decisions.merge(lake, settings, "M1", "M2", now=LATER + timedelta(hours=1))
    assert customers(workspace) == {"M1": 0, "M2": 0}, "the later decision wins"
    identity_decisions.split(lake, settings, "M1", ["M2"], now=LATER + timedelta(hours=2))
    assert customers(workspace) == {"M1": 0, "M2": 1}, "again the later one"


def test_split_of_two_customers_says_that_they_are_two(sample_copy: Workspace):
    lake, settings = Lake(sample_copy.lake), read_settings(sample_copy)
    waiting = queue(sample_copy)
    one, other = waiting[0]["customer"]["customer_id"], waiting[0]["other"]["customer_id"]
    before = reviewed(sample_copy)
    identity_decisions.split(lake, settings, one, [other], now=LATER)
    assert len(queue(sample_copy)) == len(waiting) - 1
    assert reviewed(sample_copy).figures == before.figures


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("merge", "M1", "M1"), "already"),
        (("merge", "M1", "M9"), "names no customer"),
        (("merge", "M1", "19900000009"), "…0009 names no customer"),
        (("split", "M1", ["M9"]), "no key that links"),
        (("split", "M1", ["M1", "M2", "19900000001"]), "nothing would be left"),
        (("undo", "d0"), "no decision"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_one_line(workspace: Workspace, call, message):
    land(workspace, "a", "o1,M1,19900000001,100\no2,M2,19900000001,40\n", LANDED_AT)
    lake, settings = Lake(workspace.lake), read_settings(workspace)
    verb, *told = call
    with pytest.raises(UsageError, match=message) as refused:
        getattr(identity_decisions, verb)(lake, settings, *told, now=LATER)
    assert "19900000009" not in str(refused.value)
    assert lake.ledger().height == 1


def test_the_command_line_decides_and_lists(sample_copy: Workspace, regulars_here):
    listed = json.loads(regulars_here("identity", "-w", sample_copy.root, "--json").stdout)
    pair = listed["proposals"][0]
    merged = regulars_here(
        "merge", pair["customer"]["customer_id"][:9], pair["other"]["customer_id"], "-w", sample_copy.root
    )
    assert merged.returncode == 0 and merged.stdout.startswith("merge d"), merged.stderr
    decision = merged.stdout.split()[1].rstrip(":")
    text = regulars_here("identity", "-w", sample_copy.root).stdout
    assert decision in text and "left out   phone …" in text
    names = [
        row["name"] for row in rows_of(next((sample_copy.root / "landed").rglob("customers.csv"))) if row.get("name")
    ]
    assert not any(name in text for name in names)
    assert regulars_here("undo", decision, "-w", sample_copy.root).returncode == 0
    assert "(undone)" in regulars_here("identity", "-w", sample_copy.root).stdout
    refused = regulars_here("merge", "nobody", "M1", "-w", sample_copy.root)
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1


# ---- what chain.toml says about it


@pytest.mark.parametrize(
    ("told", "country"),
    [
        ("", "CN"), ('time_zone = "Europe/London"', "GB"), ('time_zone = "UTC"\ncurrency = "USD"', "US"),
        ('time_zone = "Europe/London"\ncountry = "US"', "US"),
    ],
)  # fmt: skip
def test_the_country_of_phone_numbers(tmp_path: Path, told: str, country: str):
    (tmp_path / "chain.toml").write_text(f'name = "Small"\nkey = "k"\n{told}\n', encoding="utf-8")
    assert read_settings(Workspace(tmp_path)).country == country


@pytest.mark.parametrize(
    ("told", "message"),
    [
        ('country = "China"', "no country code"),
        ('time_zone = "UTC"\ncurrency = "EUR"', "no country code"),
        ('shared_phones = ["19600000001", "ring the desk"]', "number 2 of shared_phones"),
    ],
)
def test_what_chain_toml_has_wrong_is_one_line(tmp_path: Path, told: str, message: str):
    (tmp_path / "chain.toml").write_text(f'name = "Small"\nkey = "k"\n{told}\n', encoding="utf-8")
    with pytest.raises(UsageError, match=message) as refused:
        read_settings(Workspace(tmp_path))
    assert "desk" not in str(refused.value)


def test_shared_phones_are_compared_as_keys(tmp_path: Path):
    (tmp_path / "chain.toml").write_text(
        'name = "Small"\nkey = "k"\nshared_phones = ["+86 196 0000 0001"]\n', encoding="utf-8"
    )
    assert read_settings(Workspace(tmp_path)).linking.shared_phones == ("19600000001",)


def test_who_was_sent_a_gift_is_a_prospect_of_that_store_until_they_buy(workspace: Workspace):
    header = (
        "order_id,ordered_at,store_id,product_id,quantity,net_sales,phone,recipient_name,recipient_phone,occasion\n"
    )
    gift = "o1,2026-09-01 10:00,S1,p,1,100,19900000001,王小明,+86 199 0000 0002,生日\n"
    own = "o2,2026-09-02 10:00,S1,p,1,100,19900000001,李丽,19900000003,\n"
    (workspace.inbox / "a.csv").write_text(header + gift + own, encoding="utf-8")
    bought = "o3,2026-10-01 10:00,S1,p,1,50,19900000002,,,\n"
    (workspace.inbox / "b.csv").write_text(header + bought, encoding="utf-8")
    ingest(workspace, read_settings(workspace), now=LANDED_AT)
    for month, prospects, base in ((9, 1, 1), (10, 0, 2)):
        for review in month_reviews(Lake(workspace.lake), read_settings(workspace), Month(2026, month)):
            counted = {row.status: row.customers for row in review.statuses}
            assert (counted["prospect"], review.metric("closing_base")) == (prospects, base), review.scope


# ---- what decisions are made about


def land(space: Workspace, name: str, lines: str, now: datetime) -> None:
    """One file of order lines: order, member id, phone, amount."""
    rows = [line.split(",") for line in lines.splitlines()]
    header = "order_id,ordered_at,store_id,product_id,quantity,net_sales,member_id,phone\n"
    body = "".join(f"{o},2026-10-0{n} 10:00,S1,p,1,{amount},{member},{phone}\n"
                   for n, (o, member, phone, amount) in enumerate(rows, 1))  # fmt: skip
    (space.inbox / f"{name}.csv").write_text(header + body, encoding="utf-8")
    report = ingest(space, read_settings(space), now=now)
    assert report.total("rows_accepted") == len(rows), report


def customers(space: Workspace) -> dict[str, int]:
    """Member id → number of its customer, in the order of the members."""
    known = identity_decisions.known_now(Lake(space.lake), read_settings(space))
    members = known.buyers.drop_nulls("member_id").join(known.identity.keys, on="buyer_key")
    of = dict(sorted(set(members.select("member_id", "customer_id").iter_rows())))
    order = list(dict.fromkeys(of.values()))
    return {member: order.index(customer_id) for member, customer_id in of.items()}
