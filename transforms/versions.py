"""Which rows speak of the same order line, which of them is the newest, and which only say again what was known."""

from __future__ import annotations

import polars as pl


def numbered_lines(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with `line_no`: the file's own where it has one, else 1, 2, 3 … in the order of the file."""
    position = pl.int_range(1, pl.len() + 1).over("store_id", "order_id").cast(pl.Int64)
    given = pl.col("line_no") if "line_no" in frame.columns else pl.lit(None, pl.Int64)
    return frame.with_columns(line_no=pl.coalesce(given, position))


SAME_LINE = ("store_id", "order_id", "line_no")
"""What makes two rows speak of the same line, whichever file brings them."""
SAME_CONTENT = ("product_id", "quantity", "net_sales", "line_kind", "ordered_at", "buyer_key")
VERSION_COLUMNS = (*SAME_LINE, *SAME_CONTENT, "business_date", "cost", "is_promotion")


def told_once(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines` of one file with the repetitions of a line marked: a duplicate when it says the same, else a problem.

    A till whose line numbers are not unique within an order must not make one product pass for the correction of another.
    """
    sound = pl.col("problem_code").is_null() & ~pl.col("is_duplicate")
    twice = lines.filter(sound).filter(pl.struct(SAME_LINE).is_duplicated())
    if twice.is_empty():
        return lines
    firsts = twice.unique(subset=SAME_LINE, keep="first", maintain_order=True)
    again = twice.join(firsts.select("source_row"), on="source_row", how="anti")
    content = [*SAME_LINE, *SAME_CONTENT]
    same = again.join(firsts.select(content), on=content, how="semi", nulls_equal=True)
    is_same = pl.col("source_row").is_in(same["source_row"].to_list())
    is_other = pl.col("source_row").is_in(again["source_row"].to_list()) & ~is_same
    return lines.with_columns(
        is_duplicate=pl.col("is_duplicate") | is_same,
        problem_code=pl.when(is_other).then(pl.lit("repeated_line")).otherwise("problem_code"),
        problem_role=pl.when(is_other).then(pl.lit("line_no")).otherwise("problem_role"),
    )


def versions(batch: pl.DataFrame, landed: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Of the rows of a batch of files: those that only say again what was known, and the versions that others supersede.

    `batch`: file_no, source_row and VERSION_COLUMNS, a line at most once per file; `landed`: the newest landed version of
    each line. First frame: file_no, source_row. Second: VERSION_COLUMNS of the superseded version, with the `file_no` of
    the file that corrects it.
    """
    before = landed.with_columns(file_no=pl.lit(-1, pl.Int64), source_row=pl.lit(0, pl.Int64)).select(batch.columns)
    told = pl.concat([before, batch])
    told = told.filter(pl.struct(SAME_LINE).is_duplicated()).sort(*SAME_LINE, "file_no", "source_row")
    line = pl.struct(SAME_LINE)
    has_earlier = line == line.shift(1)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in SAME_CONTENT)
    told = told.with_columns(
        is_again=(has_earlier & same).fill_null(False), is_newer=(has_earlier & ~same).fill_null(False)
    )
    earlier = told.with_columns(
        pl.col(name).shift(1) for name in VERSION_COLUMNS if name not in SAME_LINE
    ).filter("is_newer")  # fmt: skip
    return (
        told.filter(pl.col("is_again") & (pl.col("file_no") >= 0)).select("file_no", "source_row"),
        earlier.select("file_no", *VERSION_COLUMNS),
    )
