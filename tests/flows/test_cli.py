"""The command line as a stranger meets it: it starts fast, teaches, and ends trouble in one line."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

VERBS = ("demo", "init", "inspect", "ingest", "review", "backfill", "schedule", "explain", "status",
         "customer", "dates", "care")  # fmt: skip
ROW = "o1,1,2026-10-01 10:00,S1,p1,1,5,m1\n"
HEADER = "order_id,line_no,ordered_at,store_id,product_id,quantity,unit_price,member_id\n"


def one_line(done: subprocess.CompletedProcess[str], code: int, *told: str) -> None:
    assert done.returncode == code, (done.stdout, done.stderr)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    for text in told:
        assert text in lines[0]


def test_help_imports_neither_polars_nor_prefect():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, flows.cli; print([m for m in ('polars', 'prefect', 'pandera') if m in sys.modules])"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout.strip() == "[]"


def test_help_names_every_verb_and_the_exit_codes(regulars_here):
    told = regulars_here("--help", COLUMNS="200").stdout
    for verb in VERBS:
        assert verb in told
    assert "Exit codes" in told


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(regulars_here, verb):
    done = regulars_here(verb, "--help", COLUMNS="200")
    assert done.returncode == 0
    assert "Usage" in done.stdout
    assert len(done.stdout.splitlines()) > 5


def test_a_workspace_from_nothing(regulars_here, tmp_path):
    folder = tmp_path / "shop"
    assert regulars_here("init", folder, "--name", "Rose & Co").returncode == 0
    assert (folder / "templates" / "order_lines.csv").is_file()
    assert (folder / "templates" / "customers.csv").read_text(encoding="utf-8-sig").startswith("会员号")
    one_line(regulars_here("init", folder), 2, "exists already")
    one_line(regulars_here("ingest", "-w", folder), 2, "is empty")
    one_line(regulars_here("review", "2026-10", "-w", folder, "--without-prefect"), 2, "nothing has landed")
    one_line(regulars_here("review", "2026-13", "-w", folder), 2, "YYYY-MM")
    one_line(regulars_here("review", "2026-10", "-w", tmp_path / "nowhere"), 2, "regulars init")
    one_line(regulars_here("backfill", "2026-10", "2026-09", "-w", folder), 2, "before")
    one_line(regulars_here("review", "2026-10", "-w", folder, "--known-at", "yesterday"), 2, "no moment")


def test_ingest_as_data_and_as_text(regulars_here, workspace):
    (workspace.inbox / "a.csv").write_text(HEADER + ROW, encoding="utf-8")
    (workspace.inbox / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    done = regulars_here("ingest", "-w", workspace.root, "--json")
    assert done.returncode == 1, "a file was left in the inbox"
    told = json.loads(done.stdout)
    assert (told["rows_in"], told["rows_accepted"], told["net_sales"]) == (1, 1, 5.0)
    assert told["lake"]["identified_sales"] == {"lines": 1, "customers": 1, "orders": 1, "amount": 5.0}
    status = regulars_here("status", "-w", workspace.root, "--json")
    assert json.loads(status.stdout)["inbox"] == ["odd.csv"]


def test_inspect_says_what_a_file_is_and_saves_its_rules(regulars_here, workspace):
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
    text = workspace.chain_toml.read_text(encoding="utf-8").replace("CNY", "GBP")
    workspace.chain_toml.write_text(text, encoding="utf-8")
    path = workspace.inbox / "a.csv"
    path.write_text(f"{header}\n1,p,x,one,2011-01-01 08:00:00,2,17850.0,France\n", encoding="utf-8")
    done = regulars_here("inspect", path, "-w", workspace.root, "--save")
    assert done.returncode == 0
    assert "uci_online_retail" in done.stdout
    assert "line 2, quantity: not_quantity" in done.stdout
    assert "[sources.uci_online_retail]" in workspace.chain_toml.read_text(encoding="utf-8")
    again = json.loads(regulars_here("inspect", path, "-w", workspace.root, "--json").stdout)
    assert again[0]["columns"]["InvoiceNo"] == "order_id"


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('name = "x"', "key is missing"),
        ('name = "x"\nkey = "k"\ncolour = "red"', "unknown key 'colour'"),
        ('name = "x"\nkey = "k"\nlocale = "fr"', "locale"),
        ('name = "x"\nkey = "k"\ntime_zone = "Mars"', "time zone"),
        ('name = "x"\nkey = "k"\n[rules]\ncapacity = "many"', "capacity"),
        ('name = "x"\nkey = "k"\n[sources.till]\ncolumns = { order_id = "Bill" }', "no column is given for"),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_wrong_chain_toml_is_one_line_that_names_the_key(regulars_here, workspace, toml, told):
    workspace.chain_toml.write_text(toml, encoding="utf-8")
    (workspace.inbox / "a.csv").write_text(HEADER + ROW, encoding="utf-8")
    one_line(regulars_here("ingest", "-w", workspace.root), 2, told)


def test_too_many_quarantined_rows_stop_before_publishing(regulars_here, workspace):
    text = workspace.chain_toml.read_text(encoding="utf-8").replace("quarantine_limit = 1.0", "quarantine_limit = 0.1")
    workspace.chain_toml.write_text(text, encoding="utf-8")
    (workspace.inbox / "a.csv").write_text(HEADER + ROW + ROW.replace("o1", "").replace(",5,", ",x,"), encoding="utf-8")
    one_line(regulars_here("review", "2026-10", "-w", workspace.root, "--without-prefect"), 1, "quarantine")
    assert not workspace.published.exists()


def test_explain_gives_definition_formula_and_near_names(regulars_here, workspace):
    told = regulars_here("explain", "identified_share", "-w", workspace.root).stdout
    assert "identified_net_sales / net_sales" in told
    one_line(regulars_here("explain", "identified", "-w", workspace.root), 2, "identified_share")


def test_the_schedule_is_cron_in_the_chains_time_zone(regulars_here, workspace):
    told = json.loads(regulars_here("schedule", "-w", workspace.root, "--json").stdout)
    assert told["cron"] == "0 6 2 * *"
    assert all("T06:00:00+08:00" in moment and moment[8:10] == "02" for moment in told["next"])


def test_backfill_dry_run_says_which_months(regulars_here, workspace):
    done = regulars_here("backfill", "2026-08", "2026-10", "-w", workspace.root, "--dry-run", "--json")
    assert json.loads(done.stdout) == ["2026-08", "2026-09", "2026-10"]
