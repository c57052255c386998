"""Rows sort as tuples do, packed into one number or not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.sorting import changes, in_order

NARROW, WIDE = 1 << 20, 1 << 62


@pytest.mark.parametrize("least,most", [(0, 3), (-5, 5), (0, NARROW), (-WIDE, WIDE), (0, 2 * WIDE - 1)])
@given(data=st.data())
def test_rows_come_in_the_order_of_tuples(least, most, data):
    rows = data.draw(st.lists(st.tuples(*[st.integers(least, most)] * 3), max_size=30))
    # the row's number is the last key: what is equal stays as it came
    keys = [np.array(column, np.int64) for column in zip(*rows, strict=True)] if rows else [np.empty(0, np.int64)] * 3
    told = in_order(*keys, np.arange(len(rows)))
    assert list(zip(*(key.tolist() for key in told), strict=True)) == sorted(
        (*row, place) for place, row in enumerate(rows)
    )


def test_each_key_keeps_its_type_and_the_rows_their_amounts():
    chance = np.random.default_rng(3)
    store, day = chance.integers(0, 60, 5000).astype(np.uint8), chance.integers(-900, 900, 5000).astype(np.int32)
    stores, days, places = in_order(store, day, np.arange(5000, dtype=np.uint32))
    assert [key.dtype.name for key in (stores, days, places)] == ["uint8", "int32", "uint32"]
    assert (store[places] == stores).all() and (day[places] == days).all()
    assert sorted(places.tolist()) == list(range(5000))


def test_a_key_as_wide_as_its_type():
    key = np.array([2**31 - 1, -(2**31), 0], np.int32)
    assert in_order(key, np.arange(3, dtype=np.uint32))[0].tolist() == sorted(key.tolist())


def test_both_ways_agree():
    chance = np.random.default_rng(4)
    first, second = (chance.integers(0, 1 << 20, 2000) for _ in range(2))
    packed = in_order(first, second, np.arange(2000))
    far = in_order(first << 40, second << 40, np.arange(2000))  # the same order in twice the bits
    assert (packed[2] == far[2]).all()


@given(st.lists(st.integers(0, 3)))
def test_a_change_is_a_value_unlike_the_one_before(values):
    assert changes(np.array(values)).tolist() == [
        place == 0 or values[place] != values[place - 1] for place in range(len(values))
    ]
