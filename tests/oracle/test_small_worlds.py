"""The pipeline beside the oracle on small random worlds, and laws that the pipeline's own numbers keep."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import is_dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

import pytest

from flows.config import Workspace, read_settings
from flows.ingest import ingest
from flows.lake import Lake
from flows.rendering import can_share_locks
from schemas.period import Month
from schemas.review import Review
from tests.oracle.brute_force import CHAIN, UNASSIGNED, BruteForce, Expected, Stocktake, end_of
from tests.oracle.compare import STOCKTAKE_TERMS, differences
from tests.oracle.voices import voice_differences
from tests.oracle.worlds import SHOP_PHONE, World, make_world, write_world, write_world_rearranged
from tests.trial_reviews import month_reviews

NOW = datetime(2030, 1, 1)
ORDINARY = range(50)
LONG = range(50, 550)
LAWS = [1001, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(1003, 1030))]
Compared = Mapping[int, "Future[list[str]]"]


def scope_of(review: Review) -> str:
    """The oracle's key of this review's scope."""
    return review.scope.store_id or CHAIN


class Run:
    """A workspace with its files landed."""

    def __init__(self, root: Path) -> None:
        self.workspace = Workspace(root)
        self.settings = read_settings(self.workspace)
        self.report = ingest(self.workspace, self.settings, now=NOW)
        assert not self.report.left_in_inbox, self.report.left_in_inbox

    def reviews(self, month: date) -> dict[str, Review]:
        """Scope → review."""
        reviews = month_reviews(Lake(self.workspace.lake), self.settings, Month.of(month))
        assert [scope_of(r) for r in reviews] == sorted(scope_of(r) for r in reviews), "the chain first, then by id"
        return {scope_of(review): review for review in reviews}


def run(world: World, root: Path) -> Run:
    """The world's files, landed."""
    write_world(world, root)
    return Run(root)


def months_of(world: World) -> list[date]:
    """The months to review: not before the chain's first sale."""
    first = BruteForce(world).first_sale
    return [month for month in world.months if first is not None and end_of(month) >= first]


def problems_of(seed: int, root: Path, both_months: bool) -> list[str]:
    """One line for every number that differs from the oracle's, and for every law that the pipeline breaks."""
    world = make_world(seed)
    oracle = BruteForce(world)
    landed = run(world, root)
    problems = []
    months = months_of(world)
    for month in months if both_months else months[-1:] if seed % 3 == 0 else months[:1]:
        reviews = landed.reviews(month)
        scopes = [CHAIN, *oracle.reviewed(month)]
        if list(reviews) != scopes:
            problems.append(f"seed {seed}, {month:%Y-%m}: expected scopes {scopes}, got {list(reviews)}")
        for scope, review in reviews.items():
            expected = oracle.expected(scope, month)
            problems += [f"seed {seed}, {scope}, {month:%Y-%m}, {line}" for line in differences(review, expected)]
            problems += [
                f"seed {seed}, {scope}, {month:%Y-%m}, {line}"
                for line in voice_differences(review, oracle, scope, month)
            ]
        without_review = {*oracle.store_ids(), UNASSIGNED} - set(reviews)
        try:
            for review in reviews.values():
                check_review(review)
            check_sums(reviews, [oracle.expected(scope, month) for scope in sorted(without_review)])
        except AssertionError as error:
            problems.append(f"seed {seed}, {month:%Y-%m}, law: {error}")
    return problems


def workers() -> Executor:
    """Two processes; one thread where a machine lets an ordinary user make no shared locks."""
    if not can_share_locks():
        return ThreadPoolExecutor(1)
    return ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=without_flushes)


def without_flushes() -> None:
    """As in the tests' own process (conftest): no power is cut here."""
    setattr(os, "fsync", lambda _: None)  # noqa: B010


@pytest.fixture(scope="module")
def compared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Compared]:
    """Seed → the comparison under way, for the seeds of this session, on two cores."""
    tests = ("test_pipeline_and_oracle_agree", "test_pipeline_and_oracle_agree_on_many_more")
    items: list[Any] = [item for item in request.session.items if getattr(item, "originalname", "") in tests]
    seeds = [item.callspec.params["seed"] for item in items]
    with pytest.MonkeyPatch.context() as patch, workers() as pool:
        patch.setenv("POLARS_MAX_THREADS", "1")  # frames are small: two processes do more than two threads
        roots = {seed: tmp_path_factory.mktemp(f"world{seed}-") for seed in seeds}
        yield {seed: pool.submit(problems_of, seed, roots[seed] / "chain", seed not in ORDINARY) for seed in seeds}
        pool.shutdown(cancel_futures=True)


def check_world(seed: int, compared: Compared) -> None:
    """Every number of every scope agrees."""
    problems = compared[seed].result()
    assert not problems, "\n".join([f"{len(problems)} differences", *problems[:60]])


@pytest.mark.parametrize("seed", ORDINARY)
def test_pipeline_and_oracle_agree(seed: int, compared: Compared):
    check_world(seed, compared)


@pytest.mark.long
@pytest.mark.parametrize("seed", LONG)
def test_pipeline_and_oracle_agree_on_many_more(seed: int, compared: Compared):
    check_world(seed, compared)


# ---- laws of the pipeline's own output


def adds_up(row: object) -> bool:
    """Opening plus inflows minus outflows is closing."""
    return Stocktake(**{term: getattr(row, term) for term in STOCKTAKE_TERMS}).adds_up()


def check_review(review: Review) -> None:
    """What holds within one review."""
    where = f"{scope_of(review)}, {review.month}"
    for row in review.stocktake:
        assert adds_up(row), f"{where}: {row}"
    everybody = next(row for row in review.stocktake if row.population == "all")
    for term in ("opening_base", "first_seen", "won_back", "newly_lapsed", "moved_in", "moved_out", "closing_base"):
        assert review.metric(term) == getattr(everybody, term), f"{where}: {term}"
    based = [status for status in review.statuses if status.status not in ("prospect", "lapsed")]
    assert sum(status.customers for status in based) == everybody.closing_base, where
    assert sum(status.vips for status in based) == review.metric("vip_closing_base"), where
    assert sum(of_class.customers for of_class in review.value_classes) == review.metric("customers_12m"), where
    for of_class in review.value_classes:
        name = of_class.value_class
        came = sum(move.customers for move in review.value_class_moves if move.to_class == name)
        assert came == of_class.customers, f"{where}: moves to {name}"
        went = sum(move.customers for move in review.value_class_moves if move.from_class == name)
        assert went == of_class.customers_last_quarter, f"{where}: moves from {name}"
    if any(attitude.customers for attitude in review.attitudes):
        assert abs(sum(attitude.share or 0 for attitude in review.attitudes) - 1) < 1e-9, where
    shares = [point.sales_share for point in review.pareto]
    assert shares == sorted(shares), f"{where}: {shares}"
    assert not shares or abs(shares[-1] - 1) < 1e-9, f"{where}: {shares}"
    by_spend: dict[Decimal, set[str | None]] = {}
    spend = [vip.net_sales_ytd for vip in review.vips]
    assert spend == sorted(spend, reverse=True), where
    if review.as_of.month == 12:  # then the year to date is the class's window
        for vip in review.vips:
            by_spend.setdefault(vip.net_sales_ytd, set()).add(vip.value_class)
        assert all(len(classes) == 1 for classes in by_spend.values()), f"{where}: {by_spend}"
    counted = sum((kind.amount for kind in review.money if kind.counts), Decimal("0.00"))
    assert counted == review.metric("net_sales"), f"{where}: money rows"
    for file in review.files:
        assert file.rows_in == file.rows_accepted + file.rows_quarantined + file.rows_duplicate, f"{where}: {file}"


def check_sums(reviews: dict[str, Review], elsewhere: list[Expected]) -> None:
    """Stores and what has no review (unassigned, closed stores: the oracle's) add up to the chain.

    Moves within the chain cancel out. Store rows repeat the stores' own reviews.
    """
    chain, stores = reviews[CHAIN], {scope: review for scope, review in reviews.items() if scope != CHAIN}
    for position, row in enumerate(chain.stocktake):
        summed = {
            term: sum(getattr(review.stocktake[position], term) for review in stores.values())
            + sum(getattr(other.stocktake[row.population], term) for other in elsewhere)
            for term in STOCKTAKE_TERMS
        }
        assert summed["moved_in"] == summed["moved_out"], f"{chain.month}, {row.population}: {summed}"
        for term in STOCKTAKE_TERMS:
            if term in ("moved_in", "moved_out") or (row.population == "all" and term in ("became_vip", "ceased_vip")):
                assert getattr(row, term) == 0
                continue
            assert summed[term] == getattr(row, term), f"{chain.month}, {row.population}, {term}: {summed}, {row}"
    for name in ("net_sales", "refunds", "net_sales_12m", "net_sales_ytd"):
        amounts = [review.metric(name) for review in stores.values()] + [other.figures[name] for other in elsewhere]
        summed_money = sum(amounts, Decimal("0.00"))
        assert summed_money == chain.metric(name), f"{chain.month}: stores' {name} is {summed_money}"
    for store in chain.stores:
        if store.store_id not in stores:
            continue
        own = stores[store.store_id]
        for name in ("net_sales", "opening_base", "first_seen", "won_back", "newly_lapsed", "moved_in", "moved_out",
                     "closing_base", "at_risk", "customers_a", "repeat_rate_180d", "referral_rate", "identified_share",
                     "serialisation_index", "top10_share_ytd", "value_at_stake"):  # fmt: skip
            told = getattr(store, name)
            assert told == own.metric(name), f"{chain.month}: {store.store_id}'s row has {name} {told}"


def timeless(review: Review) -> Review:
    """The review without what names files and the moment of landing."""
    return replace(review, files=(), known_at=datetime(2030, 1, 1, tzinfo=UTC), manifest_id="", absent_tables=())


def without_queue(review: Review) -> Review:
    """The review without HQ's queue of proposals: who may be the same person, and the money that a merge would move, is
    told by all that is known, whenever."""
    return replace(review, proposals=())


IDS = (".customer_id", ".action_id")
"""Of several sets of keys that land together the id is that of the file named first: other names, other ids, but never
other numbers (DECISIONS)."""


def unequal(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two values differ, down to the field: dataclasses, mappings and tuples are gone through; ids are left out."""
    if one == other:
        return []
    if is_dataclass(one) and type(one) is type(other):
        one, other = vars(one), vars(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping) and set(one) == set(other):
        return [line for key in one for line in unequal(one[key], other[key], f"{where}.{key}")]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [line for at, (mine, theirs) in pairs for line in unequal(mine, theirs, f"{where}[{at}]")]
    return [] if where.endswith(IDS) else [f"{where}: {one!r} is now {other!r}"]


def check_unchanged(one: Review, other: Review, where: str) -> None:
    """Two reviews say the same."""
    found = unequal(timeless(one), timeless(other))
    assert not found, "\n".join([where, *found[:20]])


@pytest.mark.parametrize("seed", LAWS)
def test_order_of_rows_and_names_of_files_change_nothing(seed: int, tmp_path: Path):
    world = make_world(seed)
    landed = run(world, tmp_path / "one")
    write_world_rearranged(world, tmp_path / "other", Random(seed))
    rearranged = Run(tmp_path / "other")
    for month in months_of(world)[-1:]:
        one, other = landed.reviews(month), rearranged.reviews(month)
        assert list(one) == list(other)
        for scope, review in one.items():
            check_unchanged(review, other[scope], f"seed {seed}, {scope}, {month:%Y-%m}")


def without_shop_phone(world: World) -> World:
    """The world in which nobody typed the shop's own number."""
    world.order_lines = [replace(line, phone="") if line.phone == SHOP_PHONE else line for line in world.order_lines]
    return world


def cut_after(world: World, last: date) -> World:
    """The world without what happened after that day, nor those who joined after it and were not heard of by then."""
    oracle = BruteForce(world)
    heard = {x.who for x in oracle.lines if x.day <= last}
    heard |= {oracle.who(row.member_id) for row in world.complaints if row.received_at.date() <= last}
    cut = make_world(world.seed)
    cut.order_lines = [row for row in cut.order_lines if row.ordered_at.date() <= last]
    cut.referrals = [row for row in cut.referrals if row.referred_on <= last]
    cut.complaints = [row for row in cut.complaints if row.received_at.date() <= last]
    cut.surveys = [row for row in cut.surveys if row.answered_at.date() <= last]
    cut.customers = [
        row for row in cut.customers
        if row.member_since is None or row.member_since <= last or oracle.who(row.member_id) in heard
    ]  # fmt: skip
    return cut


@pytest.mark.parametrize("seed", LAWS)
def test_what_happens_later_changes_nothing(seed: int, tmp_path: Path):
    # that a number is many people's own is learned later, and then holds for earlier months, too
    world = without_shop_phone(make_world(seed))
    months = months_of(world)[:1]
    if not months:
        return
    whole = run(world, tmp_path / "whole").reviews(months[0])
    until_then = without_shop_phone(cut_after(world, end_of(months[0])))
    cut = run(until_then, tmp_path / "cut").reviews(months[0])
    for scope, review in cut.items():  # a store without any row yet has no review
        check_unchanged(without_queue(review), without_queue(whole[scope]), f"seed {seed}, {scope}, {months[0]:%Y-%m}")
