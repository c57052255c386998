"""Names as they are typed."""

from __future__ import annotations

import polars as pl

from transforms.pinyin import spelled


def test_names_are_spelled_by_syllable_surnames_as_surnames_are_read():
    told = {
        "王小明": "wang xiao ming", "欧阳娜": "ou yang na", "单田芳": "shan tian fang", "曾国": "zeng guo", "尉迟恭": "yu chi gong",
        "吕洁": "lv jie", "Jane Smith": "jane smith", "王 Anna": "wang anna", "": "", "𠮷野": "𠮷 ye",
    }  # fmt: skip
    assert spelled(pl.Series(list(told))).to_list()[:-1] == list(told.values())[:-1]
    assert spelled(pl.Series([None], dtype=pl.String)).to_list() == [None]
