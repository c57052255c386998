"""The titles of the last page, and which files would tell more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from report_templates.language import Language

if TYPE_CHECKING:  # look-ups use the words without the review
    from schemas.review import MoneyRow


def data_title(say: Language, scope: str, rows_in: int, set_aside: int) -> str:
    """How many rows arrived and what became of them; a store's review says that they are the whole chain's."""
    if rows_in and scope != "chain":
        if not set_aside:
            return say.plural(
                "The chain's {n} row is accounted for", "All {n} rows of the chain are accounted for", rows_in
            )
        return say.plural("{aside} of the chain's {n} row set aside",
                          "{aside} of the chain's {n} rows set aside, the rest counted",
                          rows_in, aside=say.count(set_aside))  # fmt: skip
    if not rows_in:
        return say.text("No rows arrived for this month")
    if not set_aside:
        return say.plural(
            "The {n} row that arrived is accounted for", "All {n} rows that arrived are accounted for", rows_in
        )
    return say.plural("{aside} of {n} row was set aside", "{aside} of {n} rows were set aside, the rest is counted",
                      rows_in, aside=say.count(set_aside))  # fmt: skip


def money_title(say: Language, rows: Sequence[MoneyRow]) -> str:
    """What was sold and what was paid back."""
    amounts = {row.line_kind: row.amount for row in rows}
    sold, refunded = amounts.get("sale", Decimal(0)), -amounts.get("refund", Decimal(0))
    if not sold and not refunded:
        return say.text("Nothing sold, nothing refunded")
    if not sold:
        return say.text("Nothing sold, refunded {refunded}", refunded=say.short_money(refunded))
    if not refunded:
        return say.text("Sold {sold}, nothing refunded", sold=say.short_money(sold))
    return say.text("Sold {sold}, refunded {refunded}", sold=say.short_money(sold), refunded=say.short_money(refunded))


def completeness_title(say: Language, label: str, share: float | None) -> str:
    """The field of the customer file that is known least."""
    if share is None:
        return say.text("No customer file yet")
    return say.text("Known least: {label}, {share}", label=label, share=say.share(share))


def files_title(say: Language, files: int, set_aside: int) -> str:
    if not set_aside:
        return say.plural("{n} file, no row set aside", "{n} files, no row set aside", files)
    if set_aside == 1:
        return say.plural("{n} file, one row set aside", "{n} files, one row set aside", files)
    return say.plural("{n} file, {aside} rows set aside", "{n} files, {aside} rows set aside", files,
                      aside=say.count(set_aside))  # fmt: skip


def files_caption(say: Language, scope: str) -> str:
    """How the rows add up, and in a store's review whose they are: a till file may hold many stores."""
    if scope == "chain":
        return say.text("Rows in = accepted + set aside + known already; amounts in {unit}", unit=say.money_unit)
    return say.text(
        "The chain's files, all stores together. Rows in = accepted + set aside + known already; amounts in {unit}",
        unit=say.money_unit,
    )


def glossary_title(say: Language, figures: int) -> str:
    return say.plural(
        "{n} figure, defined once for every page", "{n} figures, each defined once for every page", figures
    )


ABSENT: dict[str, Callable[[Language], str]] = {
    "customers": lambda say: say.text("a customer file would bring birthdays, anniversaries and consent"),
    "referrals": lambda say: say.text("a referral file would bring the referral rate and thanks due"),
    "complaints": lambda say: say.text("a complaint register would bring open complaints and their speed"),
    "surveys": lambda say: say.text("a survey file would bring why customers like us, and what they miss"),
    "contacts": lambda say: say.text("a contacts file would bring the care that was done"),
    "products": lambda say: say.text("a product file would bring favourite products, styles and brands"),
    "services": lambda say: say.text("a service register would bring what after-sales care does for repeat purchase"),
    "associates": lambda say: say.text("a staff file would bring associates' names and capacity"),
    "targets": lambda say: say.text("a targets file would bring target against actual"),
    "staff": lambda say: say.text("a staff file would bring associates' names and capacity"),
}


def absent_files(say: Language, tables: Sequence[str]) -> list[str]:
    """For each table without a row: which file would fill it, and what that would bring."""
    return [ABSENT[table](say) if table in ABSENT else say.text("a file of {table}", table=table) for table in tables]


def absent(say: Language, tables: Sequence[str]) -> str | None:
    """The same in one line; None when nothing is missing."""
    if not tables:
        return None
    return say.text("Not in this review yet: {files}.", files=say.clauses(absent_files(say, tables)))
