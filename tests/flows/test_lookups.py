"""The look-ups as the counter meets them: fast to start, masked, logged, never silently stale, in both languages."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import phonenumbers
import polars as pl
import pytest

from flows import access_log, customer_index, lookups
from flows.config import KNOWN_COUNTRIES, Workspace, read_settings
from flows.errors import RegularsError, UsageError
from flows.ingest import ingest
from flows.lake import Lake
from flows.lookups import Asking
from tests.conftest import LANDED_AT

NOW = datetime(2026, 11, 8, 2, 0)  # ten in the morning in Shanghai
FILE = "member_id,name,phone,birthday,birthday_calendar,anniversary,consent_phone,consent_sms,home_store_id\n"
PEOPLE = (
    "M1,王小明,19900000001,1985-11-08,solar,,yes,yes,S1\n"
    "M2,王芳,19900004471,-09-30,lunar,,yes,no,S1\n"
    "M3,Jane Smith,19900000003,,,2020-11-10,no,no,S1\n"
)
LINES = "order_id,line_no,ordered_at,store_id,product_id,product_name,quantity,unit_price,member_id\n"
SALES = (
    "o1,1,2026-11-08 09:30,S1,p1,Ring,1,500,M1\n"
    "o2,1,2026-11-05 18:00,S1,p2,Roses,1,80,M2\n"
    "o3,1,2026-10-01 12:00,S1,p2,Roses,1,80,M3\n"
)


@pytest.fixture
def shop(workspace: Workspace) -> Workspace:
    """Three people, three receipts, in Chinese."""
    text = workspace.chain_toml.read_text(encoding="utf-8").replace('locale = "en"', 'locale = "zh_CN"')
    workspace.chain_toml.write_text(text, encoding="utf-8")
    (workspace.inbox / "people.csv").write_text(FILE + PEOPLE, encoding="utf-8")
    (workspace.inbox / "sales.csv").write_text(LINES + SALES, encoding="utf-8")
    report = ingest(workspace, read_settings(workspace), now=LANDED_AT)
    assert not report.left_in_inbox
    return workspace


def land(space: Workspace, name: str, text: str) -> None:
    space.inbox.mkdir(exist_ok=True)
    (space.inbox / name).write_text(text, encoding="utf-8")
    assert not ingest(space, read_settings(space), now=LANDED_AT).left_in_inbox


def asking(notes: list[str] | None = None, *, full: bool = False) -> Asking:
    return Asking(now=NOW, is_full=full, given_as="text", note=(notes if notes is not None else []).append)


def in_english(space: Workspace) -> None:
    text = space.chain_toml.read_text(encoding="utf-8").replace('locale = "zh_CN"', 'locale = "en"')
    space.chain_toml.write_text(text, encoding="utf-8")


def one_line(done: subprocess.CompletedProcess[str], code: int, *told: str) -> None:
    assert done.returncode == code, (done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip() and "made anew" not in line]
    assert len(lines) == 1, done.stderr
    for text in told:
        assert text in lines[0]
    assert not done.stdout


def test_the_days_list_in_chinese_and_english(shop, regulars_here):
    told = regulars_here("care", "--date", "2026-11-08", "-w", shop.root).stdout
    assert "2026年11月8日：应联系 4 人次" in told
    for text in ("当日致谢", "谢谢您今天光临，愿Ring带给您好心情", "三日回访", "生日快乐", "农历九月三十", "王*"):
        assert text in told, text
    assert "王小明" not in told and "19900000001" not in told
    in_english(shop)
    told = regulars_here("care", "--date", "2026-11-08", "-w", shop.root).stdout
    for text in (
        "8 November 2026: 4 words are due",
        "Thank-you on the day",
        "I hope Ring brings you joy",
        "lunar 09-30",
    ):
        assert text in told, text


def test_the_days_list_as_data(shop, regulars_here):
    done = regulars_here("care", "--date", "2026-11-08", "-w", shop.root, "--json", "--full")
    told = json.loads(done.stdout)
    assert (told["day"], told["is_stale"], told["quiet_until"]) == ("2026-11-08", False, "09:00")
    rows = {(row["name"], row["kind"]): row for row in told["care"]}
    assert set(rows) == {
        ("王小明", "thank_you"),
        ("王小明", "birthday"),
        ("王芳", "call_after_3_days"),
        ("王芳", "birthday"),
    }
    assert rows["王小明", "thank_you"]["not_before"] == "2026-11-08T09:30:00"
    assert rows["王芳", "birthday"]["is_lunar"]
    assert rows["王芳", "birthday"]["phone"] == "19900004471"
    assert all(row["message"] for row in told["care"])
    nothing = json.loads(regulars_here("care", "--date", "2026-11-09", "-w", shop.root, "--json").stdout)
    assert nothing["care"] == []


def test_dates_of_the_next_days_tell_lunar_ones_as_such(shop, regulars_here):
    told = regulars_here("dates", "--from", "2026-11-08", "--days", "3", "-w", shop.root).stdout
    for text in ("2026年11月8日至2026年11月10日：3 个重要日子", "生日：农历九月三十", "纪念日：6 周年", "到店"):
        assert text in told, text
    in_english(shop)
    told = regulars_here("dates", "--from", "2026-11-10", "--days", "1", "-w", shop.root).stdout
    assert "10 November 2026: 1 date" in told and "Anniversary: 6 years" in told and "J. S." in told


def test_several_hits_are_a_short_list_and_one_is_a_dossier(shop, regulars_here):
    told = regulars_here("customer", "王", "-w", shop.root).stdout
    assert "有 2 位顾客符合" in told and "…4471" in told
    told = regulars_here("customer", "wangxiaoming", "-w", shop.root).stdout
    assert "王**常来常往" in told and "…0001" in told and "生日" in told and "1990000" not in told
    told = regulars_here("customer", "4471", "-w", shop.root, "--full").stdout
    assert "王芳" in told and "19900004471" in told
    in_english(shop)
    told = regulars_here("customer", "smith", "-w", shop.root).stdout
    assert "No consent to contact: only when they come in." in told
    data = json.loads(regulars_here("customer", "M1", "-w", shop.root, "--json").stdout)
    assert data["dossier"]["net_sales"] == 500.0 and data["matches"][0]["found_by"] == "id"


def test_a_dossier_is_one_page(shop, regulars_here, tmp_path):
    pypdfium2 = pytest.importorskip("pypdfium2")
    for full, name in ((False, "王**"), (True, "王小明")):
        file = tmp_path / f"{full}.pdf"
        done = regulars_here("customer", "M1", "-w", shop.root, "--pdf", file, *(["--full"] if full else []))
        assert done.returncode == 0 and done.stdout.strip() == str(file), done.stderr
        document = pypdfium2.PdfDocument(file)
        text = document[0].get_textpage().get_text_range()
        assert len(document) == 1 and name in text and ("19900000001" in text) is full
    one_line(regulars_here("customer", "王", "-w", shop.root, "--pdf", tmp_path / "x.pdf"), 2, "2 customers fit")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("customer", "赵"), ("nobody fits", "pinyin")),
        (("customer", "19911112222"), ("nobody fits '…2222'",)),
        (("customer", " "), ("name somebody",)),
        (("care", "--date", "2026-02-30"), ("'2026-02-30' is no day", "2026-11-08")),
        (("care", "--date", "2222-01-01"), ("too far away",)),
        (("care", "--store", "S9"), ("no store 'S9'",)),
        (("care", "--associate", "Mei"), ("no associate 'Mei'", "has landed")),
        (("dates", "--from", "tomorrow"), ("'tomorrow' is no day",)),
        (("dates", "--days", "0"), ("--days 0",)),
    ],
)
def test_what_cannot_be_answered_is_one_line_with_its_remedy(shop, regulars_here, arguments, told):
    one_line(regulars_here(*arguments, "-w", shop.root), 2, *told)


def test_nothing_landed_is_said(workspace, regulars_here):
    one_line(regulars_here("customer", "wang", "-w", workspace.root), 2, "nothing has landed")


def test_every_look_up_is_logged_by_customer_id_only_and_not_answered_unlogged(shop):
    settings = read_settings(shop)
    found = lookups.find_customer(shop, settings, "wangxiaoming", asking(full=True))
    lookups.care_of_day(shop, settings, date(2026, 11, 8), None, None, asking())
    with pytest.raises(UsageError):
        lookups.find_customer(shop, settings, "赵", asking())
    path = access_log.log_path(shop)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [(line["verb"], line["full"], line["at"]) for line in lines] == [
        ("customer", True, "2026-11-08T02:00:00Z"), ("care", False, "2026-11-08T02:00:00Z"), ("customer", False, "2026-11-08T02:00:00Z"),
    ]  # fmt: skip
    assert lines[0]["customers"] == [found.dossier.customer_id]
    assert len(lines[1]["customers"]) == 2 and lines[2]["customers"] == []
    text = path.read_text(encoding="utf-8")
    assert not any(word in text for word in ("王", "wang", "1990", "赵"))
    assert path.stat().st_mode & 0o077 == 0
    path.unlink()
    path.mkdir()
    with pytest.raises(RegularsError, match="unlogged"):
        lookups.find_customer(shop, settings, "wangxiaoming", asking())


def test_an_index_is_made_once_and_anew_when_something_lands_or_a_setting_changes(shop):
    settings = read_settings(shop)
    notes: list[str] = []
    first = customer_index.opened(shop, settings, note=notes.append)
    again = customer_index.opened(shop, settings, note=notes.append)
    assert len(notes) == 1 and again.known_at == first.known_at
    land(shop, "more.csv", LINES + "o4,1,2026-11-09 10:00,S1,p1,Ring,1,500,M2\n")
    newer = customer_index.opened(shop, settings, note=notes.append)
    assert len(notes) == 2 and newer.last_sale_on == date(2026, 11, 9) and not newer.is_stale
    assert first.frames.purchases.collect().height == 3, "a reader keeps what it opened"
    text = shop.chain_toml.read_text(encoding="utf-8")
    shop.chain_toml.write_text(text + "\n[rules]\nlapse_floor_days = 400\n", encoding="utf-8")
    customer_index.opened(shop, read_settings(shop), note=notes.append)
    assert len(notes) == 3
    folders = [path for path in (shop.state / "lookups").iterdir() if path.is_dir()]
    assert len(folders) == 2
    shutil.rmtree(shop.state / "lookups")
    customer_index.opened(shop, read_settings(shop), note=notes.append)
    assert len(notes) == 4


def test_a_stale_answer_says_so(shop, monkeypatch):
    settings = read_settings(shop)
    notes: list[str] = []
    customer_index.opened(shop, settings, note=notes.append)
    land(shop, "more.csv", LINES + "o4,1,2026-11-09 10:00,S1,p1,Ring,1,500,M2\n")

    def no_lake(*_: object) -> None:
        raise RegularsError("lake: reading ledger failed")

    monkeypatch.setattr(Lake, "ledger", no_lake)
    found = lookups.find_customer(shop, settings, "M2", asking(notes))
    assert found.asked.is_stale and found.asked.last_sale_on == date(2026, 11, 8)
    assert found.dossier.purchases == 1
    assert "does not know" in notes[-1]


def test_weather_lands_and_changes_the_thanks(shop):
    land(shop, "weather.csv", "门店编号,日期,是否下雨\nS1,2026-11-08,是\nS1,2026-11-07,否\n")
    land(shop, "weather2.csv", "store_id,day,rain\nS1,2026-11-07,yes\n")
    settings = read_settings(shop)
    index = customer_index.opened(shop, settings, note=lambda _: None)
    assert index.frames.rain.collect().rows() == [("S1", date(2026, 11, 7)), ("S1", date(2026, 11, 8))]
    care = lookups.care_of_day(shop, settings, date(2026, 11, 8), None, None, asking())
    (message,) = (text for row, text in zip(care.rows, care.messages, strict=True) if row.kind == "thank_you")
    assert "下着雨" in message


HEAVY = (
    "prefect", "weasyprint", "jinja2", "deltalake", "pandera", "pypinyin", "numpy", "pydantic", "phonenumbers",
    "schemas.review", "transforms.review", "transforms.churn", "flows.lake",
)  # fmt: skip
"""What no look-up needs: each costs 10 ms to seconds to import."""


@pytest.mark.parametrize(
    "asked",
    [
        ("customer", "wang"),
        ("customer", "M1"),
        ("dates", "--from", "2026-11-08"),
        ("care", "--date", "2026-11-08"),
        ("care", "--date", "2026-11-08", "--json"),
    ],
    ids=" ".join,
)
def test_look_ups_import_nothing_heavy(shop, asked):
    customer_index.opened(shop, read_settings(shop), note=lambda _: None)
    code = (
        "import sys; from flows.cli import app; workspace, heavy = sys.argv[1:3]\n"
        "sys.argv = ['regulars', *sys.argv[3:], '-w', workspace]\n"
        "app(standalone_mode=False)\n"
        "print([m for m in heavy.split() if m in sys.modules])"
    )
    command = [sys.executable, "-c", code, str(shop.root), " ".join(HEAVY), *asked]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    assert told.stdout.splitlines()[-1] == "[]", told.stderr


def test_countries_taken_as_known_are_known():
    assert KNOWN_COUNTRIES <= phonenumbers.SUPPORTED_REGIONS


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('quiet_from = "25:00"', "quiet_from"),
        ("days_between = 40", "days_between"),
        ('colour = "red"', "unknown key 'colour'"),
    ],
)
def test_wrong_contact_rules_are_refused_by_name(shop, toml, told):
    text = shop.chain_toml.read_text(encoding="utf-8")
    shop.chain_toml.write_text(f"{text}\n[contact]\n{toml}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=told):
        read_settings(shop)


def test_the_sample_chains_days_and_dossiers(landed_sample: Workspace, tmp_path: Path):
    """On the sample: the list of each day of a month, added up, holds what the days' rules say, for everybody found."""
    shutil.copytree(landed_sample.root, tmp_path / "chain")
    space = Workspace(tmp_path / "chain")
    settings = read_settings(space)
    index = customer_index.opened(space, settings, note=lambda _: None)
    ids = index.frames.customers.filter(pl.col("is_on_file")).collect()["customer_id"].to_list()[:20]
    for customer_id in ids:
        told = lookups.find_customer(space, settings, customer_id, asking()).dossier
        assert told.customer_id == customer_id
        assert told.purchases >= len(told.last_purchases)
        assert all(row.days >= 1 for row in told.served_by)
    care = lookups.care_of_day(space, settings, index.last_sale_on, None, None, asking())
    assert care.rows
    store = care.rows[0].store_id
    only = lookups.care_of_day(space, settings, index.last_sale_on, store, None, asking())
    assert only.rows == [row for row in care.rows if row.store_id == store]
