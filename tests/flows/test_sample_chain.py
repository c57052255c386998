"""The sample chain: same bytes for the same arguments, files that Regulars recognises, and causes before effects."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from flows.sample_chain import SampleSummary, write_sample_chain
from schemas.known_exports import SOURCE_FORMATS
from schemas.source_formats import recognise, roles_of

ROOT = Path(__file__).resolve().parents[2]
SMALL: dict[str, Any] = {"stores": 4, "months": 12, "customers": 250}
LAST_DAY = date(2026, 10, 31)
FRICTION = ("等待付款", "已取消", "(删除)等待付款")


class Sample(NamedTuple):
    folder: Path
    summary: SampleSummary


@pytest.fixture(scope="module")
def default_chain(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """The chain as the demo makes it."""
    folder = tmp_path_factory.mktemp("default")
    return Sample(folder, write_sample_chain(folder))


@pytest.fixture(scope="module")
def small_chain(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    folder = tmp_path_factory.mktemp("small")
    return Sample(folder, write_sample_chain(folder, **SMALL))


@cache
def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of one file, by English role names where it is a template; read once, for all tests."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    header, *rows = list(csv.reader(io.StringIO(text, newline="")))
    source = recognise(header, SOURCE_FORMATS)
    if source and source[0].name.startswith("regulars_"):
        role_at = {at: role for role, at in source[0].header_of(header).items()}
        header = [role_at[at] for at in range(len(header))]
    assert all(len(row) == len(header) for row in rows), path.name
    return [dict(zip(header, row, strict=True)) for row in rows]


def truth_of(sample: Sample, name: str) -> list[dict[str, str]]:
    return rows_of(sample.folder / "truth" / f"{name}.csv")


def inbox_of(sample: Sample, name: str) -> list[dict[str, str]]:
    return rows_of(sample.folder / "inbox" / f"{name}.csv")


def till_rows(sample: Sample) -> Iterator[dict[str, str]]:
    for path in sorted((sample.folder / "inbox").glob("pos_*.csv")):
        yield from rows_of(path)


def jd_rows(sample: Sample) -> Iterator[dict[str, str]]:
    for path in sorted((sample.folder / "inbox").glob("jd_orders_*.csv")):
        yield from rows_of(path)


def cents(text: str) -> int:
    return int(Decimal(text) * 100)


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# ---- the same bytes


def test_same_arguments_give_the_same_bytes_under_any_hash_seed(tmp_path: Path, small_chain: Sample) -> None:
    script = f"""
import sys
from pathlib import Path
from flows.sample_chain import write_sample_chain
write_sample_chain(Path(sys.argv[1]), **{SMALL!r})
print(sorted(name for name in sys.modules if name in ("polars", "prefect", "pandera", "numpy")))
"""
    here = {**os.environ, "PYTHONHASHSEED": "4471", "PYTHONPATH": str(ROOT), "LC_ALL": "C", "TZ": "Pacific/Apia"}
    run = [sys.executable, "-c", script, str(tmp_path)]
    done = subprocess.run(run, env=here, cwd=tmp_path, capture_output=True, text=True, check=True)

    assert digests(tmp_path) == digests(small_chain.folder)
    assert done.stdout.strip() == "[]", "the sample must start without heavy imports"


def test_another_seed_gives_another_chain(tmp_path: Path, small_chain: Sample) -> None:
    write_sample_chain(tmp_path, **SMALL, seed=7)
    other, same = digests(tmp_path), digests(small_chain.folder)
    assert other["inbox/pos_S01_2026-10.csv"] != same["inbox/pos_S01_2026-10.csv"]
    assert other["inbox/customers.csv"] != same["inbox/customers.csv"]


# ---- files as Regulars reads them


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_header_is_recognised_and_every_column_has_a_role(tmp_path: Path, language: Literal["zh", "en"]) -> None:
    write_sample_chain(tmp_path, **SMALL, language=language)
    for path in sorted((tmp_path / "inbox").iterdir()):
        text = path.read_bytes().decode("gb18030" if language == "zh" and "_S02_" in path.name else "utf-8-sig")
        header = next(csv.reader(io.StringIO(text)))
        first = recognise(header, SOURCE_FORMATS)[0]
        kind = path.name.split("_")[0].removesuffix(".csv")
        assert first.name == {"pos": "regulars_order_lines", "jd": "jd_orders"}.get(kind, f"regulars_{kind}"), path.name
        if first.name != "jd_orders":
            by_header = {(role.zh if language == "zh" else role.name) for role in roles_of(first.table).values()}
            assert set(header) <= by_header, path.name


def test_one_store_writes_gb18030_with_crlf_one_a_bom_and_the_others_plain_utf8(small_chain: Sample) -> None:
    seen: dict[str, set[str]] = defaultdict(set)
    for path in (small_chain.folder / "inbox").iterdir():
        raw = path.read_bytes()
        store = path.name.split("_")[1] if path.name.startswith("pos_") else "other"
        try:
            raw.decode("utf-8")
            seen[store].add("bom" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
        except UnicodeDecodeError:
            raw.decode("gb18030")
            seen[store].add("gb18030")
        assert (b"\r\n" in raw) == (store == "S02")
    assert seen == {"S01": {"utf-8"}, "S02": {"gb18030"}, "S03": {"bom"}, "other": {"utf-8"}}


def test_totals_equal_a_recount_of_the_written_files_to_the_cent(default_chain: Sample) -> None:
    recount: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for row in till_rows(default_chain):
        total = recount[row["store_id"], row["ordered_at"][:7]]
        is_known = bool(row["member_id"] or (row["phone"] and not row["phone"].startswith("196")))
        total["lines"] += 1
        if row["line_type"] in ("商品", "退款"):
            amount = cents(row["net_sales"])
            assert amount == cents(row["unit_price"]) * int(row["quantity"]) - cents(row["discount"])
            total["goods_sales_cents" if row["line_type"] == "商品" else "refunds_cents"] += amount
            total["sale_lines" if row["line_type"] == "商品" else "refund_lines"] += 1
            total["net_sales_cents"] += amount
            total["identified_net_sales_cents"] += amount * is_known
            total["identified_sales_cents"] += amount * (is_known and row["line_type"] == "商品")
    online = max(row["store_id"] for row in inbox_of(default_chain, "stores"))
    counted: set[str] = set()
    for row in jd_rows(default_chain):
        total = recount[online, row["下单时间"][:7]]
        total["lines"] += 1
        if row["订单状态"] in FRICTION:
            total["friction_lines"] += 1
            continue
        total["sale_lines"] += 1
        if row["订单号"] not in counted:
            counted.add(row["订单号"])
            amount = cents(row["应付金额"]) - cents(row["运费金额"])
            for name in (
                "goods_sales_cents",
                "net_sales_cents",
                "identified_sales_cents",
                "identified_net_sales_cents",
            ):
                total[name] += amount

    told = truth_of(default_chain, "totals")
    assert {(row["store_id"], row["month"]) for row in told} == set(recount)
    for row in told:
        total = recount[row["store_id"], row["month"]]
        assert {name: int(value) for name, value in row.items() if name not in ("store_id", "month")} == {
            name: total[name] for name in row if name not in ("store_id", "month")
        }
    assert default_chain.summary.order_lines == sum(int(row["lines"]) for row in told)


def test_jd_rows_of_an_order_repeat_its_amounts_and_cover_their_lines(default_chain: Sample) -> None:
    orders: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in jd_rows(default_chain):
        orders[row["订单号"]].append(row)
    multi = [rows for rows in orders.values() if len(rows) > 1]
    assert len(multi) > 100
    for rows in multi:
        assert len({(row["应付金额"], row["运费金额"], row["订单金额"]) for row in rows}) == 1
        assert cents(rows[0]["订单金额"]) == sum(cents(row["京东价"]) * int(row["订购数量"]) for row in rows)
    statuses = {row["订单状态"] for rows in orders.values() for row in rows}
    assert statuses == {"完成", "等待收货", *FRICTION}
    gifts = [rows[0] for rows in orders.values() if rows[0]["订单备注"].startswith("场合:")]
    assert len(gifts) > 500
    assert all(row["订单备注"].split(";")[1].removeprefix("日期:") >= row["下单时间"][:10] for row in gifts)


def test_order_ids_are_unique_and_every_refund_names_an_order_of_its_store(default_chain: Sample) -> None:
    store_of: dict[str, set[str]] = defaultdict(set)
    lines: set[tuple[str, str]] = set()
    refunds = []
    for row in till_rows(default_chain):
        assert (row["order_id"], row["line_no"]) not in lines
        lines.add((row["order_id"], row["line_no"]))
        store_of[row["order_id"]].add(row["store_id"])
        if row["line_type"] == "退款":
            refunds.append(row)
            assert cents(row["net_sales"]) < 0
            assert int(row["quantity"]) < 0
    assert all(len(stores) == 1 for stores in store_of.values())
    assert all(store_of[row["refund_of"]] == {row["store_id"]} for row in refunds)


# ---- a believable chain


def test_size_and_sales_of_the_default_chain(default_chain: Sample) -> None:
    told = truth_of(default_chain, "totals")
    assert default_chain.summary.customers == len(truth_of(default_chain, "customers_truth")) == 5000
    assert 38_000 < default_chain.summary.orders < 42_000
    assert 47_000 < default_chain.summary.order_lines < 52_000
    assert (default_chain.summary.first_month, default_chain.summary.last_month) == ("2024-05", "2026-10")
    by_store: dict[str, list[int]] = defaultdict(list)
    for row in told:
        by_store[row["store_id"]].append(int(row["net_sales_cents"]) // 100)
    assert sorted(by_store) == ["S01", "S02", "S03", "S04", "S05", "S06"]
    for sales in by_store.values():
        assert 200_000 < sum(sales) / len(sales) < 900_000


def test_pareto_anonymous_share_and_refunds_are_believable(default_chain: Sample) -> None:
    spend: dict[str, Counter[str]] = defaultdict(Counter)
    totals: dict[str, Counter[str]] = defaultdict(Counter)
    for row in truth_of(default_chain, "totals"):
        totals[row["store_id"]].update({name: int(row[name]) for name in row if name.endswith("_cents")})
    for row in till_rows(default_chain):
        key = row["member_id"] or row["phone"]
        is_known = key and not key.startswith("196")  # the shop's own number is nobody's
        if is_known and row["ordered_at"] >= "2025-11" and row["line_type"] in ("商品", "退款"):
            spend[row["store_id"]][key] += cents(row["net_sales"])
    assert len(spend) == 5
    for store_id, of_customer in spend.items():
        amounts = sorted((amount for amount in of_customer.values() if amount > 0), reverse=True)
        top = amounts[: -(-len(amounts) // 5)]
        assert 0.55 < sum(top) / sum(amounts) < 0.75, store_id
        total = totals[store_id]
        assert 0.12 < 1 - total["identified_sales_cents"] / total["goods_sales_cents"] < 0.2, store_id
        assert 0.01 < -total["refunds_cents"] / total["goods_sales_cents"] < 0.04, store_id
    refunds, sales = (sum(totals[store][name] for store in spend) for name in ("refunds_cents", "goods_sales_cents"))
    assert 0.02 < -refunds / sales < 0.03


def test_the_chain_is_older_than_its_files_and_neither_explodes_nor_collapses(default_chain: Sample) -> None:
    people = truth_of(default_chain, "customers_truth")
    months = sorted({row["first_purchase_on"][:7] for row in people if row["first_purchase_on"]})
    first = Counter(row["first_purchase_on"][:7] for row in people)
    assert len(months) == 30
    assert first[months[0]] < 2.5 * first[months[1]]
    assert all(85 <= first[month] <= 175 for month in months[-12:]), "new customers a month"
    assert 100 <= sum(first[month] for month in months[-12:]) / 12 <= 140
    buyers: dict[str, set[str]] = defaultdict(set)
    owner = {
        key: row["customer_number"] for row in people for key in (*row["member_ids"].split("|"), row["phone"]) if key
    }
    for row in till_rows(default_chain):
        key = row["member_id"] or row["phone"].replace("-", "")
        if key and not key.startswith("196") and row["line_type"] == "商品":
            buyers[row["ordered_at"][:7]].add(owner[key])
    base = [len(set().union(*(buyers[month] for month in months[at - 11 : at + 1]))) for at in range(11, 30)]
    assert max(base) < 1.25 * min(base)


def test_most_known_customers_are_on_file_and_the_best_are_known_best(default_chain: Sample) -> None:
    online = max(row["store_id"] for row in inbox_of(default_chain, "stores"))
    known = [
        row
        for row in truth_of(default_chain, "customers_truth")
        if row["home_store_id"] != online and int(row["named_purchases"]) > 0
    ]
    assert 0.82 < sum(bool(row["member_ids"]) for row in known) / len(known) < 0.88
    answered = {
        row["member_id"]: bool(row["district"] and row["occupation"] and row["interests"])
        for row in inbox_of(default_chain, "customers")
    }
    spend: dict[str, Counter[str]] = defaultdict(Counter)
    for row in till_rows(default_chain):
        if row["member_id"] and row["ordered_at"] >= "2026" and row["line_type"] in ("商品", "退款"):
            spend[row["store_id"]][row["member_id"]] += cents(row["net_sales"])
    top = [sum(answered[card] for card, _ in of_store.most_common(10)) for of_store in spend.values()]
    assert min(top) >= 4
    assert 5 <= sum(top) / len(top) <= 8
    assert sum(answered.values()) / len(answered) < 0.35


def test_the_busy_days_are_those_of_the_trade(default_chain: Sample) -> None:
    flowers = {row["product_id"] for row in inbox_of(default_chain, "products") if row["category"] == "鲜花"}
    per_day = Counter(row["ordered_at"][:10] for row in till_rows(default_chain) if row["product_id"] in flowers)
    usual = sum(per_day.values()) / 914
    for day in ("2025-02-14", "2026-02-14", "2025-05-20", "2025-08-29", "2026-08-19"):  # 七夕 is lunar
        assert per_day[day] > 2 * usual, day


def test_some_birthdays_are_lunar_and_some_lack_the_year(default_chain: Sample) -> None:
    known = [row for row in inbox_of(default_chain, "customers") if row["birthday"]]
    lunar = sum(row["birthday_calendar"] == "农历" for row in known) / len(known)
    assert 0.3 < lunar < 0.4
    assert 0.1 < sum(len(row["birthday"]) == 5 for row in known) / len(known) < 0.3
    assert len(known) < len(inbox_of(default_chain, "customers"))


def test_early_adopters_buy_new_products_within_60_days_and_others_seldom(default_chain: Sample) -> None:
    launch = {row["product_id"]: row["launch_date"] for row in inbox_of(default_chain, "products")}
    attitude = {
        c: row["attitude"]
        for row in truth_of(default_chain, "customers_truth")
        for c in row["member_ids"].split("|")
        if c
    }
    fresh: dict[bool, Counter[bool]] = {True: Counter(), False: Counter()}
    for row in till_rows(default_chain):
        if row["member_id"] and row["product_id"] in launch and row["line_type"] == "商品":
            age = date.fromisoformat(row["ordered_at"][:10]) - date.fromisoformat(launch[row["product_id"]])
            assert age >= timedelta(0), "sold before its launch"
            fresh[attitude[row["member_id"]] == "early_adopter"][age <= timedelta(60)] += 1
    share = {kind: counts[True] / counts.total() for kind, counts in fresh.items()}
    assert share[True] > 0.4
    assert share[False] < 0.15


# ---- identity that can be recovered


def test_every_key_in_the_files_is_one_customers_and_some_ties_are_only_in_the_customer_file(
    default_chain: Sample,
) -> None:
    owner: dict[str, str] = {}
    for row in truth_of(default_chain, "customers_truth"):
        for key in (*row["member_ids"].split("|"), row["phone"], row["account"]):
            assert not key or owner.setdefault(key, row["customer_number"]) == row["customer_number"]
    used = {key for row in till_rows(default_chain) for key in (row["member_id"], row["phone"].replace("-", "")) if key}
    shops_own = {key for key in used if key.startswith("196")}
    assert len(shops_own) == 5, "each shop's own number stands on receipts of its customers"
    used -= shops_own
    accounts = {row["下单帐号"] for row in jd_rows(default_chain)}
    assert used | accounts <= set(owner)
    file = inbox_of(default_chain, "customers")
    for row in file:
        assert owner[row["member_id"]] == owner[row["phone"]] == owner[row["account"] or row["phone"]]
    tied = {row["account"] for row in file if row["account"]}
    assert 100 < len(accounts & tied) < len(accounts) - 100
    phones_on_file = {row["phone"] for row in file}
    assert sum(key.startswith("199") and key not in phones_on_file for key in used) > 100, "unregistered phones"
    assert 10 < sum(count == 2 for count in Counter(row["phone"] for row in file).values()) < 80, "second cards"
    assert all(key.startswith("1990") and len(key) == 11 for key in phones_on_file)


# ---- causes come before effects


def test_nobody_leaves_before_the_cause_and_nobody_buys_after_leaving(default_chain: Sample) -> None:
    gone = [row for row in truth_of(default_chain, "customers_truth") if row["state_at_end"] == "lapsed"]
    assert {row["leaving_cause"] for row in gone} == {
        "natural", "lack_of_care", "moved_away", "price", "bad_service", "competitor", "taste", "product",
    }  # fmt: skip
    assert all(row["cause_on"] <= row["left_on"] for row in gone)
    assert all(row["last_purchase_on"] <= row["left_on"] for row in gone)
    left_on = {key: row["left_on"] for row in gone for key in (*row["member_ids"].split("|"), row["phone"]) if key}
    sales = [row for row in till_rows(default_chain) if row["line_type"] == "商品"]
    late = [
        row
        for row in sales
        for key in (row["member_id"], row["phone"].replace("-", ""))
        if row["ordered_at"][:10] > left_on.get(key, "9999")
    ]
    assert late == []


def test_those_who_left_over_bad_service_complained_before_they_went(default_chain: Sample) -> None:
    (episode,) = [row for row in truth_of(default_chain, "episodes") if row["episode"] == "bad_service"]
    gone = {
        key: row
        for row in truth_of(default_chain, "customers_truth")
        if row["leaving_cause"] == "bad_service"
        for key in (*row["member_ids"].split("|"), row["phone"], row["account"])
        if key
    }
    complaints = inbox_of(default_chain, "complaints")
    theirs = [
        (row, gone[key])
        for row in complaints
        for key in (row["member_id"], row["phone"], row["account"])
        if key in gone
    ]
    assert len(theirs) > 50
    assert all(row["received_at"][:10] <= customer["left_on"] for row, customer in theirs)
    monthly = Counter(row["received_at"][:7] for row in complaints if row["store_id"] == episode["store_id"])
    bad = [count for month, count in monthly.items() if episode["from_date"][:7] <= month <= episode["to_date"][:7]]
    other = [
        count for month, count in monthly.items() if not episode["from_date"][:7] <= month <= episode["to_date"][:7]
    ]
    assert min(bad) > max(other)
    assert sum(bad) / len(bad) > 4 * sum(other) / len(other)
    assert all(
        row["received_at"] <= (row["first_answer_at"] or "9") <= (row["resolved_at"] or "9") for row in complaints
    )


def test_complaints_stay_open_for_weeks_and_one_alone_was_forgotten_for_months(default_chain: Sample) -> None:
    complaints = inbox_of(default_chain, "complaints")
    ages = [LAST_DAY - date.fromisoformat(row["received_at"][:10]) for row in complaints if not row["resolved_at"]]
    (forgotten,) = [age for age in ages if age > timedelta(60)]
    assert timedelta(100) <= forgotten <= timedelta(150)
    assert 5 <= len(ages) <= 40
    for row in complaints:
        if row["resolved_at"]:
            took = date.fromisoformat(row["resolved_at"][:10]) - date.fromisoformat(row["received_at"][:10])
            assert took <= timedelta(60)


def test_price_competitor_and_moves_have_their_known_days(default_chain: Sample) -> None:
    episodes = truth_of(default_chain, "episodes")
    rises = {row["from_date"] for row in episodes if row["episode"] == "price_rise"}
    (rival,) = [row for row in episodes if row["episode"] == "competitor_opens"]
    gone = truth_of(default_chain, "customers_truth")
    for_rival = [row for row in gone if row["leaving_cause"] == "competitor"]
    assert len(rises) == 2
    assert len(for_rival) > 30
    assert {row["cause_on"] for row in for_rival} == {rival["from_date"]}
    assert {row["cause_on"] for row in gone if row["leaving_cause"] == "price"} >= rises
    moved = {
        row["member_id"]: row["moved_away_on"] for row in inbox_of(default_chain, "customers") if row["moved_away_on"]
    }
    by_card = {card: row for row in gone for card in row["member_ids"].split("|")}
    assert len(moved) > 20
    for card, learned in moved.items():
        assert by_card[card]["leaving_cause"] == "moved_away"
        assert by_card[card]["cause_on"] <= learned <= "2026-10-31"


def test_friends_come_after_the_one_who_sent_them_and_stay_longer(default_chain: Sample) -> None:
    people = {row["customer_number"]: row for row in truth_of(default_chain, "customers_truth")}
    noted = truth_of(default_chain, "referrals_truth")
    assert len(noted) > 200
    for row in noted:
        referrer, referred = people[row["referrer_number"]], people[row["referred_number"]]
        assert referrer["first_purchase_on"] < row["referred_on"] <= (referred["first_purchase_on"] or "9999")
    assert 0.4 < len(inbox_of(default_chain, "referrals")) / len(noted) < 0.9
    lapsed: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for row in people.values():
        if row["first_purchase_on"] >= "2024-09":
            lapsed[bool(row["referrer_number"])][row["state_at_end"]] += 1
    share = {brought: states["lapsed"] / states.total() for brought, states in lapsed.items()}
    assert share[True] < share[False]


def test_a_call_brings_back_those_who_respond_and_drives_away_the_annoyed(default_chain: Sample) -> None:
    calls: Counter[str] = Counter()
    change: Counter[str] = Counter()
    for row in truth_of(default_chain, "effects_truth"):
        calls[row["response_to_contact"]] += int(row["calls"])
        change[row["response_to_contact"]] += int(row["bought_60d"]) - int(row["would_have_bought_60d"])
    assert min(calls.values()) > 100
    assert change["responds"] / calls["responds"] > 0.1
    assert change["indifferent"] == 0
    assert change["annoyed"] < 0


def test_contacts_are_made_by_associates_in_service_to_people_on_file(default_chain: Sample) -> None:
    service = {
        row["associate_id"]: (row["from_date"], row["to_date"] or "9999")
        for row in inbox_of(default_chain, "associates")
    }
    on_file = {row["member_id"]: row for row in inbox_of(default_chain, "customers")}
    contacts = inbox_of(default_chain, "contacts")
    assert 50_000 < len(contacts) < 80_000
    online = max(row["store_id"] for row in inbox_of(default_chain, "stores"))
    for row in contacts:
        if row["associate_id"]:
            start, end = service[row["associate_id"]]
            assert start <= row["contacted_at"][:10] < end
        else:
            assert on_file[row["member_id"]]["home_store_id"] == online, "only the online shop writes as a shop"
        assert row["member_id"] in on_file or (row["contact_kind"] == "answer_complaint" and row["phone"])
    refused = {row["member_id"] for row in contacts if row["result"] == "asked_not_to_call"}
    assert refused
    assert all(on_file[card]["do_not_contact"] == "是" for card in refused)
    said_no = {row["member_id"]: row["contacted_at"][:10] for row in contacts if row["member_id"] in refused
               and row["result"] == "asked_not_to_call"}  # fmt: skip
    later = [row for row in contacts if row["contacted_at"][:10] > said_no.get(row["member_id"], "9999")]
    assert {row["contact_kind"] for row in later} <= {"answer_complaint"}
    assert sum(end != "9999" for _, end in service.values()) >= 5, "associates who left"


def test_care_is_done_by_half_and_one_store_is_exemplary_and_one_sloppy(default_chain: Sample) -> None:
    """Due in the last three months and contacted within three days, as `care_done_share` counts it."""
    card_of = {row["phone"]: row["member_id"] for row in inbox_of(default_chain, "customers")}
    owner = {key: row for row in inbox_of(default_chain, "customers") if row["do_not_contact"] == "否"
             and not row["moved_away_on"] and "是" in (row["consent_phone"], row["consent_sms"], row["wecom_added"])
             for key in (row["member_id"], row["phone"], row["account"])}  # fmt: skip
    days: dict[str, set[date]] = defaultdict(set)
    for row in till_rows(default_chain):
        key = row["member_id"] or row["phone"].replace("-", "")
        if key in owner and row["line_type"] == "商品":
            days[card_of[owner[key]["phone"]]].add(date.fromisoformat(row["ordered_at"][:10]))
    for row in jd_rows(default_chain):
        if row["下单帐号"] in owner and row["订单状态"] not in FRICTION:
            days[card_of[owner[row["下单帐号"]]["phone"]]].add(date.fromisoformat(row["下单时间"][:10]))
    spoken: dict[str, set[date]] = defaultdict(set)
    for row in inbox_of(default_chain, "contacts"):
        if row["member_id"] in owner:
            spoken[card_of[owner[row["member_id"]]["phone"]]].add(date.fromisoformat(row["contacted_at"][:10]))
    done: dict[str, Counter[bool]] = defaultdict(Counter)
    for card, bought in days.items():
        in_turn = sorted(bought)
        for day, following in zip(in_turn, [*in_turn[1:], date.max], strict=True):
            until = min(following - timedelta(1), day + timedelta(365))
            weeks = (day + timedelta(21 * step) for step in range(1, 18))
            for due in (day, day + timedelta(3), *(message for message in weeks if message <= until)):
                if date(2026, 8, 1) <= due <= LAST_DAY:
                    is_done = any(due + timedelta(later) in spoken[card] for later in range(4))
                    done[owner[card]["home_store_id"]][is_done] += 1
    share = {store_id: counts[True] / counts.total() for store_id, counts in done.items()}
    assert len(share) == 6
    assert all(0.35 <= store < 0.66 for store in share.values()), share
    assert max(share.values()) == share["S04"] > 0.58
    assert min(share.values()) == share["S02"] < 0.42


# ---- scale


def test_one_store_three_months_fifty_customers(tmp_path: Path) -> None:
    summary = write_sample_chain(tmp_path, stores=1, months=3, customers=50)
    assert (summary.customers, summary.stores, summary.first_month) == (50, 1, "2026-08")
    assert summary.files == 3 + 10
    assert "[sources.jd_orders]" not in (tmp_path / "chain.toml").read_text(encoding="utf-8")
    assert len(rows_of(tmp_path / "inbox" / "stores.csv")) == 1


def test_from_eight_stores_on_one_closes_and_names_its_successor(tmp_path: Path) -> None:
    sample = Sample(tmp_path, write_sample_chain(tmp_path, stores=9, months=24, customers=400, language="en"))
    (closed,) = [row for row in inbox_of(sample, "stores") if row["closed_on"]]
    assert closed["successor_store"] == "S05"
    last = max(row["month"] for row in truth_of(sample, "totals") if row["store_id"] == closed["store_id"])
    assert last == (date.fromisoformat(closed["closed_on"]) - timedelta(1)).isoformat()[:7]
    assert all(
        row["store_id"] != closed["store_id"] or row["ordered_at"] < closed["closed_on"] for row in till_rows(sample)
    )
    opened = {row["store_id"]: row["opened_on"] for row in inbox_of(sample, "stores")}
    assert all(row["ordered_at"][:10] >= opened[row["store_id"]] for row in till_rows(sample))


@pytest.mark.parametrize(
    "wrong", [{"stores": 0}, {"stores": 2001}, {"months": 2}, {"customers": 0}, {"language": "fr"}]
)
def test_arguments_out_of_range_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="sample"):
        write_sample_chain(tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []
