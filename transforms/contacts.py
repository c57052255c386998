"""What was said to whom: the contact register and the lists that came back filled in."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.effect import RESULT_WORDS
from transforms import people


def result_code() -> pl.Expr:
    """The contact's result as a code of `schemas.effect.RESULT`; a contact without one, or in other words, reached."""
    words = {word: code for code, told in RESULT_WORDS.items() for word in told}
    return (
        pl.col("result").str.strip_chars().str.to_lowercase().replace_strict(words, default="reached", return_dtype=pl.String)
    ).fill_null("reached")  # fmt: skip


def known_contacts(contacts: pl.LazyFrame, keys: pl.LazyFrame, listed: pl.LazyFrame, *, as_of: date) -> pl.LazyFrame:
    """One row per contact made by `as_of`, with its `customer_id`: whom its keys name, else whom its action was for.

    `keys`: buyer_key and customer_id. `listed`: action_id and customer_id of what earlier months listed. A contact that
    names nobody in either way is left out, and so is a line of a returned list that nobody filled in.
    """
    made = people.said_once(contacts.filter(pl.col("contacted_at").dt.date() <= as_of))
    was_for = listed.select("action_id", listed_id="customer_id").unique("action_id", keep="any")
    return (
        made.join(keys, on="buyer_key", how="left", validate="m:1", maintain_order="left")
        .join(was_for, on="action_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(customer_id=pl.coalesce("customer_id", "listed_id"))
        .drop("listed_id")
        .filter(pl.any_horizontal(pl.col("customer_id", "action_id").is_not_null()))
        .filter(pl.col("action_id").is_null() | pl.col("result").is_not_null())
    )


def asked_to_stop(file: pl.LazyFrame, contacts: pl.LazyFrame) -> pl.LazyFrame:
    """The customer file with `do_not_contact` also where a contact's result says so, whatever the file says.

    A file that is exported in full every month goes on saying "no": only the person's own newer word would undo it, and
    nobody is asked for that.
    """
    asked = contacts.filter(pl.col("customer_id").is_not_null() & (result_code() == "do_not_contact"))
    return (
        file.join(
            asked.select("customer_id", _asked=pl.lit(True)).unique(), on="customer_id", how="left", validate="1:1"
        )
        .with_columns(do_not_contact=pl.coalesce("_asked", "do_not_contact"))
        .drop("_asked")
    )
