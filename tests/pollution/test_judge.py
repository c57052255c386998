"""The judge itself: it notices a wrong value, a lost line, a line from nowhere, a line that should have been refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from flows.config import read_settings
from tests.pollution.damage import KINDS, Paper, Piece, by_text, spoilt
from tests.pollution.judge import Tally, judged
from tests.pollution.truth import Layout, Row, order_lines


@pytest.fixture
def paper() -> Paper:
    random = Random("judge")
    return Paper.of(order_lines(1, random, encoding="utf-8", delimiter=","), random)


def tally_of(workspace, paper: Paper) -> Tally:
    return judged(workspace, read_settings(workspace), {"f.csv": ("a kind", paper)})["a kind"]


def test_a_sound_file_is_kept_to_the_last_row(workspace, paper):
    tally = tally_of(workspace, paper)
    assert tally == Tally(files=1, sound=len(paper.pieces), kept=len(paper.pieces))


def test_a_wrong_value_is_noticed(workspace, paper):
    row = paper.pieces[2].rows[0]
    paper.pieces[2].rows = (
        replace(row, values={**row.values, "net_sales": row.values["net_sales"] + Decimal("0.01")}),
    )
    tally = tally_of(workspace, paper)
    assert (tally.wrong, tally.kept) == (1, len(paper.pieces) - 1)
    assert "landed with another net_sales" in tally.faults[0]


def test_a_value_in_a_column_that_the_file_lacks_is_noticed(workspace, paper):
    row = paper.pieces[2].rows[0]
    paper.pieces[2].rows = (replace(row, values={name: v for name, v in row.values.items() if name != "product_name"}),)
    assert "landed with another product_name" in tally_of(workspace, paper).faults[0]


def test_a_lost_line_is_noticed(workspace, paper):
    paper.pieces[2].text = ""
    tally = tally_of(workspace, paper)
    assert tally.kept == len(paper.pieces) - 1
    assert "neither landed nor set aside" in tally.faults[0]


def test_a_line_from_nowhere_is_noticed(workspace, paper):
    paper.pieces[2].verdict = "nothing"
    tally = tally_of(workspace, paper)
    assert tally.wrong == 1
    assert "is no row of data, but landed" in tally.faults[0]


def test_a_line_that_should_have_been_refused_is_noticed(workspace, paper):
    paper.pieces[2].verdict = "refused"
    assert "should have been refused" in tally_of(workspace, paper).faults[0]


def test_a_line_that_is_mended_wrongly_is_noticed(workspace, paper):
    at = paper.layout.at("quantity")
    paper.pieces[2].fields[at] = "x"
    paper.pieces[2].verdict = "refused"
    row = paper.pieces[2].rows[0]
    paper.pieces[2].rows = (replace(row, values={**row.values, "quantity": Decimal(99)}),)
    assert "a mended row has another quantity" in tally_of(workspace, paper).faults[0]


LAYOUT = Layout(
    "x", "order_lines", ("a",) * 6, ("order_id", "ordered_at", "store_id", "product_id", "quantity", "net_sales")
)
ROW = Row({"order_id": "o1", "ordered_at": "2026-10-01", "store_id": "S1", "product_id": "p1", "quantity": "1",
           "net_sales": "12.50"}, {})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("o1,2026-10-01,S1,p1,1,12.50", "read"),
        ('"o1",2026-10-01,S1,p1,1,12.50', "read"),
        ("o1,2026-10-01,S1,p1,1,12", "undetectable"),
        ("o1,2026-10-01,p1,S1,1,12.50", "undetectable"),
        ("o1,2026-10-01,S1,p1,1,12.50,", "refused"),
        ("o1,2026-10-01,S1,p1,12.50,", "refused"),
        ("2026-10-01,o1,S1,p1,1,12.50", "refused"),
        ('o1,2026-10-01,S1,p1,1,"12.50', "refused"),
        ("o1,2026-10-01,S1,p1,,12.50", "refused"),
    ],
)
def test_what_is_right_to_make_of_a_spoilt_line(text, verdict):
    assert by_text(LAYOUT, text, ROW) == verdict


def test_each_kind_is_the_same_every_time_and_most_change_the_file(paper):
    unchanged = []
    for kind in KINDS:
        made = [spoilt(kind, order_lines, number) for number in (1, 1, *range(2, 9))]
        assert made[0].written() == made[1].written(), kind
        if all(one.written() == Paper.of(one.truth, Random()).written() for one in made):
            unchanged.append(kind)
    assert unchanged == ["untouched", "untouched UTF 16", "untouched Big5", "untouched cp1252", "every cell quoted"]


def test_line_numbers_count_every_sort_of_line_end():
    random = Random("lines")
    paper = Paper.of(order_lines(1, random, encoding="utf-8", line_end="\n"), random)
    paper.above = [Piece((), text="title"), Piece((), text='"two\r\nlines"', end="\r")]
    paper.pieces = [Piece((), text="a"), Piece((), text="b")]
    paper.written()
    assert [piece.line for piece in (*paper.above, paper.header, *paper.pieces)] == [1, 2, 4, 5, 6]
