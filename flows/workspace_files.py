"""What `regulars init` writes: a chain.toml that teaches, an inbox, and empty templates of every table."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Literal

from flows.config import Workspace
from flows.errors import UsageError
from flows.sample_chain import write_sample_chain
from schemas.period import Month
from schemas.source_formats import TEMPLATES, roles_of

CHAIN_TOML = """\
# The chain. Every key that is commented out shows its default.

name = {name}
key = {key}        # keeps this chain's action ids its own; do not change it later
locale = "{locale}"            # language of the reports: "zh_CN" or "en"
currency = "{currency}"           # one currency per chain
time_zone = "{time_zone}"

# country = "CN"             # whose phone numbers are written without a prefix; default: the time zone's country
# shared_phones = ["02161234567"]  # the shops' own numbers, typed for customers who give none: they name nobody
# member_ids_per_key = 3     # a phone or e-mail address beside more member ids than these names nobody
# account_platform = "jd"    # whose the accounts without a platform (anna, not jd:anna) are; default: those that landed first
# quarantine_limit = 0.01    # stop before publishing when more than this share of new rows was set aside
# processes = 0              # renderers at work at a time; 0: one per core

[schedule]
cron = "0 6 2 * *"           # minute hour day month weekday, in the chain's time zone: the 2nd at six in the morning

# [rules]
# lapse_floor_days = 365     # nobody counts as lapsed earlier …
# lapse_ceiling_days = 730   # … or later than this
# capacity = 40              # personal contacts an associate can make in a month
# vip_tiers = ["金卡", "gold"]  # member tiers that are VIP whatever they bought
# points_expire_every = "12-31"  # the day of the year on which points are cleared, where the customer file has no date
# rfm_net_sales = 5000       # for RFM: what counts as much in 24 months; rfm_recency_days = 180, rfm_purchases = 3
# top_spender_visit_months = ["12"]  # when the year's highest spender is visited with a gift; ["06", "12"]: also in June

# [contact]                  # when and how often customers may be written to or called (`regulars care`)
# quiet_from = "21:00"       # nobody from then on …
# quiet_until = "09:00"      # … until then, on the chain's clock
# days_between = 7           # the three-weekly message waits when there was another word in so many days
# offer = "…"                # what every second three-weekly message may add; none: they never carry an offer

# A till or shop that is not recognised: which column is which. `regulars inspect FILE` shows the columns and roles.
# [sources.my_till]
# table = "order_lines"
# store_id = "S01"           # only if the file has no store column
# columns = {{ order_id = "Bill no.", ordered_at = "Date", product_id = "SKU", quantity = "Qty", net_sales = "Paid" }}
# whole_orders = true        # a newer export of an order replaces it: lines it no longer has are gone
# date_order = "dmy"         # 03/10/2026 is the 3rd of October; also "mdy"; encoding, decimal_comma, grain, prices: see README
# exact_duplicates = "keep"  # or "drop": a row equal to an earlier one in every cell is a duplicate
# rules = [                  # the first rule that holds decides what a row is; no rule: a sale
#   {{ kind = "not_goods", column = "SKU", is = ["POSTAGE", "BAG"] }},
#   {{ kind = "refund", column = "Qty", at_most = -0.001 }},
# ]
"""


def make_workspace(folder: Path, *, name: str, key: str, locale: str, currency: str, time_zone: str) -> Workspace:
    """A new workspace in `folder`. UsageError when there is one already; nothing is overwritten."""
    workspace = Workspace(folder)
    if workspace.chain_toml.exists():
        raise UsageError(f"{workspace.chain_toml} exists already; this folder is a workspace")
    workspace.inbox.mkdir(parents=True, exist_ok=True)
    workspace.chain_toml.write_text(
        CHAIN_TOML.format(
            name=json.dumps(name, ensure_ascii=False),
            key=json.dumps(key),
            locale=locale,
            currency=currency,
            time_zone=time_zone,
        ),
        encoding="utf-8",
    )
    write_templates(folder / "templates", locale)
    return workspace


def write_templates(folder: Path, locale: str) -> None:
    """One empty CSV per table, headers in the reader's language, with a BOM so that spreadsheets read it right."""
    folder.mkdir(parents=True, exist_ok=True)
    for source in TEMPLATES:
        roles = roles_of(source.table)
        header = [roles[name].zh if locale.startswith("zh") else name for name in source.columns]
        with (folder / f"{source.table}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerow(header)
    (folder / "columns.md").write_text(columns_explained(locale), encoding="utf-8")


KIND_WORDS = {
    "id": ("编号，按文本填写", "an id, kept as text"),
    "text": ("文本", "text"),
    "money": ("金额，如 1234.50", "an amount, e.g. 1234.50"),
    "unit_price": ("单价，至多 6 位小数", "a price, at most 6 decimals"),
    "quantity": ("数量，如 1 或 1.5", "a quantity, e.g. 1 or 1.5"),
    "count": ("整数", "a whole number"),
    "share": ("比例，如 0.35 或 35%", "a share, e.g. 0.35 or 35%"),
    "scale": ("0 到 10 的整数", "a whole number from 0 to 10"),
    "date": ("日期，如 2026-10-31", "a day, e.g. 2026-10-31"),
    "datetime": ("时间，如 2026-10-31 18:05:00", "a moment, e.g. 2026-10-31 18:05:00"),
    "bool": ("是 或 否", "yes or no"),
    "phone": ("电话号码", "a phone number"),
    "email": ("邮箱", "an e-mail address"),
    "month_day": ("日期或月日，如 1985-10-03 或 10-03", "a day, with or without its year: 1985-10-03 or 10-03"),
    "calendar": ("公历 或 农历", "solar or lunar"),
    "month": ("月份，如 2026-10", "a month, e.g. 2026-10"),
}
"""How a kind of column is filled in, zh and en."""


def columns_explained(locale: str) -> str:
    """What the columns of every template mean: one table per file, both headers, what goes in, what must not be empty."""
    is_zh = locale.startswith("zh")
    head = (
        "| 列 | 另一种表头 | 填写 | 必填 |" if is_zh else "| column | or | what goes in | required |"
    ) + "\n|---|---|---|---|"
    parts = ["# 模板各列说明" if is_zh else "# The templates' columns"]
    for source in TEMPLATES:
        roles = roles_of(source.table)
        rows = []
        for name in source.columns:
            headers = (roles[name].zh, name) if is_zh else (name, roles[name].zh)
            required = "✓" if roles[name].required or name in source.required else ""
            rows.append(
                f"| {headers[0]} | {headers[1]} | {KIND_WORDS[roles[name].kind][0 if is_zh else 1]} | {required} |"
            )
        parts.append(f"## {source.table}.csv: {source.zh if is_zh else source.en}\n\n{head}\n" + "\n".join(rows))
    return "\n\n".join(parts) + "\n"


def save_source(workspace: Workspace, name: str, toml: str) -> bool:
    """Append a source's rules to chain.toml; False when it is described there already."""
    text = workspace.chain_toml.read_text(encoding="utf-8")
    if f"[sources.{name}]" in [line.strip() for line in text.splitlines()]:
        return False
    workspace.chain_toml.write_text(f"{text.rstrip()}\n\n{toml}", encoding="utf-8")
    return True


def prepared_sample(folder: Path, *, stores: int, months: int, customers: int, language: Literal["zh", "en"]) -> Month:
    """The sample chain in `folder`, made unless it is there already; the month to review (its last).

    UsageError when the folder holds something else, or another sample.
    """
    told = {"stores": stores, "months": months, "customers": customers, "language": language}
    marker = folder / "sample.json"
    if marker.exists():
        made = json.loads(marker.read_bytes())
        if {name: made.get(name) for name in told} != told:
            raise UsageError(f"{folder} holds another sample chain; choose another folder with --to, or remove it")
        return Month.parse(made["last_month"])
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} is not empty and holds no sample chain; choose another folder with --to")
    aside = folder.with_name(f".{folder.name}.making")
    shutil.rmtree(aside, ignore_errors=True)
    summary = write_sample_chain(aside, stores=stores, months=months, customers=customers, language=language)
    (aside / "sample.json").write_text(json.dumps({**told, "last_month": summary.last_month}), encoding="utf-8")
    if folder.exists():
        folder.rmdir()
    aside.rename(folder)
    return Month.parse(summary.last_month)
