"""Which rows speak of the same order line, which of them is the newest, and which only say again what was known.

A line is known by its store, its order and its number in the order. The number is the till's own where it has one.
Otherwise it is made from the product: the first, second … line of this product in the order, counted by what the lines
say, not by where they stand, so that the same rows in another order are the same lines; a row that says just what a known
line says is that line, however few of its order come with it. Sales and refunds are numbered apart: what comes back does
not undo the telling of what was sold. Number -1 is the order's head: the whole order in one row, which counts until its
lines are known.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count

import polars as pl

from schemas.columns import MONEY, QUANTITY
from transforms.fingerprint import fingerprint

HEAD_LINE_NO = -1
"""The number of a row that tells a whole order (a source whose grain is the order)."""
REPEATS_BITS = 9
"""Lines of one product in one order are counted up to 2^9; more of them with all the same content need a number of their own."""
PRODUCT_BITS = 40
MENDED_FROM = 1 << (PRODUCT_BITS + REPEATS_BITS)
"""Rows mended from the quarantine that had no number of their own are numbered from here on, by their damaged text."""
REFUNDS_FROM = 1 << (PRODUCT_BITS + REPEATS_BITS + 1)
"""Refunds are numbered from here on, by the number that a sale would have."""

SAME_LINE = ("store_id", "order_id", "line_no")
"""What makes two rows speak of the same line, whichever file brings them."""
SAME_CONTENT = (
    "product_id", "quantity", "net_sales", "line_kind", "ordered_at", "buyer_key", "unit_price", "discount", "tax", "cost",
    "is_promotion", "associate_id", "refund_of", "delivered_at", "channel", "product_name", "gift_mark",
)  # fmt: skip
"""Two tellings of a line are the same when they agree in all of this; otherwise the newer one is a correction."""
VERSION_COLUMNS = (*SAME_LINE, *SAME_CONTENT, "business_date")
WITHDRAWN = "withdrawn"
_NEVER_LANDED = -1
_LANDED = -1
"""Stands for the number of a file where a row is of the lake."""


# ---- one file's lines by themselves


def is_sound() -> pl.Expr:
    """Rows that are neither a problem nor a repetition."""
    return pl.col("problem_code").is_null() & ~pl.col("is_duplicate")


def is_mended_number() -> pl.Expr:
    """Whether a row that had no number of its own was mended from the quarantine, as its number tells."""
    return pl.col("line_no") % REFUNDS_FROM >= MENDED_FROM


def numbered_lines(lines: pl.DataFrame, *, is_head: bool = False) -> pl.DataFrame:
    """Order lines with `line_no`: the file's own where it has one, else made from the product (then `is_made`). Null where a
    row is unsound.

    `is_head`: the rows are whole orders. Expects SAME_CONTENT, `problem_code` and `is_duplicate`.
    """
    if is_head:
        return lines.with_columns(line_no=pl.lit(HEAD_LINE_NO, pl.Int64), is_made=pl.lit(False))
    own = pl.col("line_no") if "line_no" in lines.columns else pl.lit(None, pl.Int64)
    apart = pl.when(pl.col("line_kind") == "refund").then(REFUNDS_FROM).otherwise(0)
    own = own + pl.when(own < REFUNDS_FROM).then(apart).otherwise(0)
    lines = lines.with_columns(line_no=own, is_made=is_sound() & own.is_null())
    if not lines["is_made"].any():
        return lines
    product_of_order = pl.struct("store_id", "order_id", "product_id", pl.col("line_kind") == "refund").hash()
    lines = lines.with_columns(_made=fingerprint(pl.col("product_id"), PRODUCT_BITS) * (1 << REPEATS_BITS) + apart)
    # nearly every product stands once in its order; only the others must be put in an order of their own
    again = lines.select("is_made", _at=pl.int_range(pl.len()), key=product_of_order)
    again = again.filter(pl.col("is_made") & pl.col("key").is_in(_told_twice(again["key"]).implode()))
    if again.height:
        repeated = lines[again["_at"]].with_columns(again["_at"])
        counted = repeated.sort("store_id", "order_id", *SAME_CONTENT, "source_row", nulls_last=True).select(
            "_at", _made=pl.col("_made") + pl.int_range(pl.len(), dtype=pl.Int64).over("store_id", "order_id", "_made")
        )
        lines = lines.with_columns(lines["_made"].scatter(counted["_at"], counted["_made"]))
    made = pl.when("is_made").then("_made")
    return lines.with_columns(line_no=pl.coalesce("line_no", made)).drop("_made")


def _told_twice(keys: pl.Series) -> pl.Series:
    """The keys that stand there more than once. (Sorting numbers is twice as fast as marking duplicates.)"""
    ordered = keys.sort()
    return ordered.filter(ordered == ordered.shift(1)).unique()


def told_once(lines: pl.DataFrame) -> pl.DataFrame:
    """`lines` of one file with the repetitions of a line marked: a duplicate when it says the same, else a problem.

    A till whose line numbers are not unique within an order must not make one product pass for the correction of another.
    """
    keys = lines.select(source_row="source_row", key=pl.struct(SAME_LINE).hash(), sound=is_sound()).filter("sound")
    candidates = keys.filter(pl.col("key").is_in(_told_twice(keys["key"]).implode()))
    if candidates.is_empty():
        return lines
    twice = lines.join(candidates.select("source_row"), on="source_row", how="semi", maintain_order="left")
    twice = twice.filter(pl.struct(SAME_LINE).is_duplicated())
    if twice.is_empty():
        return lines
    firsts = twice.unique(subset=SAME_LINE, keep="first", maintain_order=True)
    again = twice.join(firsts.select("source_row"), on="source_row", how="anti", maintain_order="left")
    content = [*SAME_LINE, *SAME_CONTENT]
    same = again.join(firsts.select(content), on=content, how="semi", nulls_equal=True)
    is_same = pl.col("source_row").is_in(same["source_row"].implode())
    is_other = pl.col("source_row").is_in(again["source_row"].implode()) & ~is_same
    return lines.with_columns(
        is_duplicate=pl.col("is_duplicate") | is_same,
        problem_code=pl.when(is_other).then(pl.lit("repeated_line")).otherwise("problem_code"),
        problem_role=pl.when(is_other).then(pl.lit("line_no")).otherwise("problem_role"),
    )


def numbered_as_mended(lines: pl.DataFrame, mended: pl.DataFrame) -> pl.DataFrame:
    """`lines` with the number of a mended row of their order on those that say the same as it, one for one.

    `mended`: SAME_LINE and SAME_CONTENT of the current lines that were numbered from MENDED_FROM on. Once the till itself
    sends such a line in good order, it must not count beside its mended copy.
    """
    if mended.is_empty():
        return lines
    content = ["store_id", "order_id", *SAME_CONTENT]
    nth = pl.int_range(pl.len(), dtype=pl.Int64).over(content)
    told = lines.filter(is_sound()).select("source_row", *content, _nth=nth)
    numbers = told.join(
        mended.select(*content, _nth=nth, _mended="line_no"), on=[*content, "_nth"], how="inner", nulls_equal=True
    ).select("source_row", "_mended")
    own = [pl.col("line_no")] if "line_no" in lines.columns else []
    return (
        lines.join(numbers, on="source_row", how="left", maintain_order="left", validate="1:1")
        .with_columns(line_no=pl.coalesce("_mended", *own))
        .drop("_mended")
    )


# ---- the files of a batch, held against each other and against what landed


def numbered_as_known(batch: pl.DataFrame, landed: pl.DataFrame, tellings: pl.DataFrame) -> pl.DataFrame:
    """The rows of a batch whose made number is another one beside what is known of their order: file_no, source_row, line_no.

    Only a product with several lines in an order can be mistaken. Of such, file by file: a row that says what a known line
    says has its number; the others take those of the known lines that are left, in their order, and then new ones.
    Arguments as for `versions`; `batch` also has `is_made`.
    """
    nothing = batch.select("file_no", "source_row", "line_no").clear()
    made = batch.filter("is_made")
    if made.is_empty() or (landed.is_empty() and batch["file_no"].n_unique() < 2):
        return nothing
    columns = ["file_no", "source_row", *SAME_LINE, *SAME_CONTENT, "first"]
    first = pl.col("line_no") // (1 << REPEATS_BITS) * (1 << REPEATS_BITS)
    apart = pl.when(pl.col("line_kind") == "refund").then(REFUNDS_FROM).otherwise(0)
    of_product = fingerprint(pl.col("product_id"), PRODUCT_BITS) * (1 << REPEATS_BITS) + apart
    known = landed.with_columns(file_no=pl.lit(_LANDED, pl.Int64), source_row=pl.lit(0, pl.Int64), first=first)
    told = pl.concat(
        [known.filter(first == of_product).select(columns), made.with_columns(first=first).select(columns)]
    )
    group = ["store_id", "order_id", "first"]
    counted = told.group_by(group).agg(tellings=pl.col("file_no").n_unique(), last=pl.col("line_no").max())
    doubtful = counted.filter((pl.col("tellings") > 1) & (pl.col("last") > pl.col("first")))
    if doubtful.is_empty():
        return nothing
    rows = told.join(doubtful, on=group, how="semi").sort(
        *group, "file_no", *SAME_CONTENT, "source_row", nulls_last=True
    )
    whole: dict[tuple[str, str], list[int]] = {}
    for store, order, file_no in tellings.select("store_id", "order_id", "file_no").iter_rows():
        whole.setdefault((store, order), []).append(file_no)
    changed: list[tuple[int, int, int]] = []
    for (store, order, start), lines in rows.partition_by(group, as_dict=True, maintain_order=True).items():
        changed += _numbered_by_content(lines, start, whole.get((store, order), []))
    return pl.DataFrame(changed, schema=nothing.schema, orient="row")


def _numbered_by_content(lines: pl.DataFrame, start: int, whole: list[int]) -> list[tuple[int, int, int]]:
    """File, row and number of each row of one product of one order; `whole`: the files that bring the order whole."""
    files: dict[int, list[tuple[int, int, tuple[object, ...]]]] = {file_no: [] for file_no in whole}
    for row in lines.select("file_no", "source_row", "line_no", *SAME_CONTENT).iter_rows():
        files.setdefault(row[0], []).append((row[1], row[2], row[3:]))
    known = {number: content for _, number, content in files.pop(_LANDED, [])}
    told: list[tuple[int, int, int]] = []
    for file_no in sorted(files):
        left = dict(sorted(known.items()))
        here: dict[int, tuple[object, ...]] = {}
        others: list[tuple[int, tuple[object, ...]]] = []
        numbered: list[tuple[int, int]] = []
        for source_row, _, content in files[file_no]:
            same = next((number for number, other in left.items() if other == content), None)
            if same is None:
                others.append((source_row, content))
            else:
                del left[same]
                here[same] = content
                numbered.append((source_row, same))
        new = (number for number in count(start) if number not in known)
        for source_row, content in others:
            number = next(iter(left), None)
            if number is None:
                number = next(new)
            else:
                del left[number]
            here[number] = content
            numbered.append((source_row, number))
        told += [(file_no, source_row, number) for source_row, number in numbered]
        known = here if file_no in whole else known | here
    return told


@dataclass(frozen=True)
class Versions:
    """What a batch of files changes."""

    again: pl.DataFrame
    """One row per row of the batch that only says what was known: file_no, source_row."""
    superseded: pl.DataFrame
    """One row per version that a newer one replaces: `file_no` of the newer file, `landing_id` of the old one,
    VERSION_COLUMNS of the old."""
    withdrawn: pl.DataFrame
    """One row per line that a newer telling of its order no longer has: file_no, source_row, VERSION_COLUMNS, the amounts 0."""


def versions(batch: pl.DataFrame, landed: pl.DataFrame, tellings: pl.DataFrame) -> Versions:
    """The rows of a batch of files against each other, in the order of the files, and against the landed lines.

    `batch`: file_no, landing_id, source_row and VERSION_COLUMNS, a line at most once per file. `landed`: landing_id and
    VERSION_COLUMNS of the current lines of the same orders. `tellings`: one row per file and order that the file brings
    whole and sound: file_no, source_row, store_id, order_id.
    """
    columns = ["file_no", "landing_id", "source_row", *VERSION_COLUMNS]
    if landed.is_empty() and batch["file_no"].n_unique() < 2:  # nothing to hold it against
        nothing = batch.select(columns).clear()
        return Versions(
            nothing.select("file_no", "source_row"),
            nothing.select("file_no", "landing_id", *VERSION_COLUMNS),
            nothing.select("file_no", "source_row", *VERSION_COLUMNS),
        )
    before = landed.with_columns(file_no=pl.lit(_LANDED, pl.Int64), source_row=pl.lit(0, pl.Int64)).select(columns)
    told = pl.concat([before, batch.select(columns)])
    heads = _heads_told_in_lines(told)
    told = told.join(heads.again, on=["file_no", "source_row"], how="anti", maintain_order="left")
    gone = pl.concat([heads.gone, _no_longer_told(told, tellings)])
    lines = pl.concat([told.with_columns(is_gone=pl.lit(False)), _as_versions(gone, told)])
    lines = lines.filter(pl.struct(SAME_LINE).is_duplicated()).sort(*SAME_LINE, "file_no", "source_row")
    line = pl.struct(SAME_LINE)
    has_earlier = line == line.shift(1)
    same_content = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift(1)) for name in SAME_CONTENT)
    same = same_content | (pl.col("is_gone") & (pl.col("line_kind").shift(1) == WITHDRAWN))
    lines = lines.with_columns(
        is_again=(has_earlier & same).fill_null(False), is_newer=(has_earlier & ~same).fill_null(False)
    )
    # what is superseded is the version that landed, not a file that only said the same again
    landed_as = pl.when("is_again").then(None).when("is_gone").then(_NEVER_LANDED).otherwise("landing_id")
    earlier = (
        lines.with_columns(landing_id=landed_as)
        .with_columns(pl.col("landing_id").forward_fill())
        .with_columns(pl.col(name).shift(1) for name in ("landing_id", *VERSION_COLUMNS) if name not in SAME_LINE)
        .filter("is_newer")
    )
    again = lines.filter(pl.col("is_again") & ~pl.col("is_gone") & (pl.col("file_no") >= 0))
    withdrawn = earlier.filter("is_gone").with_columns(
        line_kind=pl.lit(WITHDRAWN), net_sales=pl.lit(0).cast(MONEY), quantity=pl.lit(0).cast(QUANTITY),
        discount=pl.lit(None, MONEY), tax=pl.lit(None, MONEY), cost=pl.lit(None, MONEY),
    )  # fmt: skip
    return Versions(
        pl.concat([again.select("file_no", "source_row"), heads.again.filter(pl.col("file_no") >= 0)]),
        earlier.filter(pl.col("landing_id") != _NEVER_LANDED).select("file_no", "landing_id", *VERSION_COLUMNS),
        withdrawn.select("file_no", "source_row", *VERSION_COLUMNS),
    )


@dataclass(frozen=True)
class _Heads:
    again: pl.DataFrame
    gone: pl.DataFrame


def _heads_told_in_lines(told: pl.DataFrame) -> _Heads:
    """Whole-order rows whose lines are known: those that came with or after the lines say nothing new, those before go."""
    heads = told.filter(pl.col("line_no") == HEAD_LINE_NO)
    nothing = told.clear().select("file_no", "source_row", *SAME_LINE)
    if heads.is_empty():
        return _Heads(nothing.select("file_no", "source_row"), nothing)
    in_lines = (
        told.filter((pl.col("line_no") != HEAD_LINE_NO) & (pl.col("line_kind") != WITHDRAWN))
        .sort("file_no", "source_row")
        .group_by("store_id", "order_id", maintain_order=True)
        .agg(first_file=pl.col("file_no").first(), first_row=pl.col("source_row").first())
    )
    both = heads.join(in_lines, on=["store_id", "order_id"], how="inner", validate="m:1")
    again = both.filter(pl.col("file_no") >= pl.col("first_file"))
    gone = both.filter(pl.col("file_no") < pl.col("first_file")).unique(subset=SAME_LINE, maintain_order=True)
    return _Heads(
        again.select("file_no", "source_row"),
        gone.select(file_no="first_file", source_row="first_row", **{name: name for name in SAME_LINE}),
    )


def _no_longer_told(told: pl.DataFrame, tellings: pl.DataFrame) -> pl.DataFrame:
    """Lines that a file which brings their order whole does not have: file_no, source_row, SAME_LINE."""
    nothing = told.clear().select("file_no", "source_row", *SAME_LINE)
    if tellings.is_empty():
        return nothing
    order = ["store_id", "order_id"]
    earlier = told.select(*order, earlier_file="file_no").unique()
    tellings = (
        tellings.join(earlier, on=order, how="inner").filter(pl.col("earlier_file") < pl.col("file_no"))
        .select(tellings.columns).unique()
    )  # fmt: skip
    if tellings.is_empty():
        return nothing
    known = (
        told.filter(pl.col("line_no") != HEAD_LINE_NO)
        .group_by(SAME_LINE)
        .agg(first_file=pl.col("file_no").min())
        .join(tellings, on=order, how="inner")
        .filter(pl.col("first_file") < pl.col("file_no"))
    )
    absent = known.join(told.select("file_no", *SAME_LINE), on=["file_no", *SAME_LINE], how="anti")
    return absent.select("file_no", "source_row", *SAME_LINE)


def _as_versions(gone: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """Lines that are gone, as the versions that say so (only the kind of their content is known)."""
    return (
        gone.join(told.clear().drop("file_no", "source_row"), on=SAME_LINE, how="left")
        .with_columns(line_kind=pl.lit(WITHDRAWN), is_gone=pl.lit(True))
        .select(*told.columns, "is_gone")
    )
