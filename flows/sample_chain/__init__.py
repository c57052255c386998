"""A believable, seeded, wholly invented chain: the files its tills and its online shop would write, and the truth.

Nothing here is a random row. Customers have a rhythm, a taste and a purse; they come with the season, bring friends,
and leave for a cause (a price rise, bad service, a competitor, a move …) that happens before they go and often leaves
a trace in the files: a complaint, a survey, a moved-away date, the absence of any contact. `folder/inbox` holds what
Regulars may read; `folder/truth` holds what really happened and never enters the inbox, so that tests can ask how
much of it the reviews recover.

Same arguments, same bytes, on any machine: one `random.Random(seed)`, no clock, no locale, no order of sets.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from flows.sample_chain.chain import Chain
from flows.sample_chain.files import chain_toml, write_online, write_tables
from flows.sample_chain.lives import live_through
from flows.sample_chain.names import WORDS
from flows.sample_chain.truth import write_truth
from schemas.period import Month

__all__ = ["SampleSummary", "write_sample_chain"]


@dataclass(frozen=True)
class SampleSummary:
    """What was written: files of the inbox, rows and orders in its order files, people, stores, months."""

    files: int
    order_lines: int
    orders: int
    customers: int
    stores: int
    first_month: str
    last_month: str


def write_sample_chain(
    folder: Path,
    *,
    stores: int = 6,
    months: int = 30,
    customers: int = 5000,
    seed: int = 20261031,
    last_month: str = "2026-10",
    language: Literal["zh", "en"] = "zh",
) -> SampleSummary:
    """Write inbox/, truth/ and chain.toml of a sample chain into `folder`; the last of `stores` is the online shop.

    A chain of one store has no online shop. Files of the same name are replaced; nothing else in `folder` is touched.
    """
    if not 1 <= stores <= 2000 or not 3 <= months <= 60 or customers < 1:
        raise ValueError("a sample chain has 1–2000 stores, 3–60 months and at least one customer")
    if language not in WORDS:
        raise ValueError(f"language {language!r}: the sample speaks zh and en")
    last = Month.parse(last_month)
    chain = Chain(seed, stores, last.plus(1 - months).through(last), language)
    inbox, truth = folder / "inbox", folder / "truth"
    inbox.mkdir(parents=True, exist_ok=True)
    truth.mkdir(exist_ok=True)
    live_through(chain, customers, inbox)
    write_online(chain, inbox)
    write_tables(chain, inbox)
    write_truth(chain, truth)
    (folder / "chain.toml").write_text(chain_toml(chain), encoding="utf-8", newline="\n")
    return SampleSummary(
        files=chain.books.files_written,
        order_lines=chain.books.lines_written,
        orders=chain.books.order_count,
        customers=len(chain.customers),
        stores=len(chain.stores),
        first_month=str(chain.calendar.months[0]),
        last_month=str(chain.calendar.months[-1]),
    )
