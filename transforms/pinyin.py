"""Names as they are typed on a Latin keyboard: 王小明 as "wang xiao ming".

Each distinct character is read once (pypinyin), then all names are spelled in one go: no Python per name.
"""

from __future__ import annotations

import re
from functools import cache

import polars as pl
from pypinyin import Style, pinyin

SURNAME_READINGS = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "朴": "piao", "区": "ou", "查": "zha", "盖": "ge", "任": "ren",
    "翟": "zhai", "缪": "miao", "乐": "yue", "员": "yun", "宓": "mi", "祭": "zhai", "种": "chong", "秘": "bi", "冼": "xian",
    "召": "shao", "覃": "qin", "洗": "xian", "黑": "he", "尉": "wei", "折": "she", "繁": "po", "長": "zhang", "黄": "huang",
    "石": "shi", "俞": "yu", "万": "wan", "隗": "wei", "晁": "chao", "郗": "xi", "瞿": "qu", "么": "yao",
}  # fmt: skip
"""Surnames that are read otherwise than the character usually is, and those that the dictionary reads in a rarer way."""
COMPOUND_READINGS = {"尉迟": "yu chi", "万俟": "mo qi", "单于": "chan yu", "澹台": "tan tai", "长孙": "zhang sun"}

HAN = re.compile(r"[㐀-鿿\U00020000-\U0003ffff]")


@cache
def _reading(character: str) -> str:
    """Without tone, ü as v."""
    return pinyin(character, style=Style.NORMAL, errors="default")[0][0]


def spelled(names: pl.Series) -> pl.Series:
    """Each name in lower case with a space between syllables and words; null where there is none."""
    characters = sorted(set(HAN.findall("".join(names.drop_nulls().unique().to_list()))))
    bare = names.str.strip_chars()
    head = bare.to_frame("name").select(
        pl.coalesce(
            *(
                pl.when(pl.col("name").str.starts_with(surname)).then(
                    pl.lit(f"{reading} ") + pl.col("name").str.slice(len(surname))
                )
                for surname, reading in {**COMPOUND_READINGS, **SURNAME_READINGS}.items()
            ),
            "name",
        )
    )
    told = head.to_series()
    if characters:
        told = told.str.replace_many(characters, [f" {_reading(one)} " for one in characters])
    return told.str.to_lowercase().str.replace_all(r"[\s·.\-]+", " ").str.strip_chars().rename("pinyin")
