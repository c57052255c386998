"""Who is one person: what people decided about it, and the rules by which keys link rows without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass

import pandera.polars as pa
import polars as pl

from schemas.columns import Money, derived
from schemas.segments import Class

IDENTITY_DECISIONS = "identity_decisions"
"""Name of the table in the lake and in the ledger."""

DECISION = {
    one.code: one
    for one in (
        Class("merge", "合并", "Merged", "两位顾客其实是同一人", "Two customers are one person"),
        Class("split", "拆分", "Split", "这些标识属于另一个人", "These keys are another person's"),
        Class("undo", "撤销", "Undone", "先前的决定不再有效", "An earlier decision no longer holds"),
    )
}

EVIDENCE = {
    one.code: one
    for one in (
        Class("name_address", "同名同地址", "Same name and address", "姓名与地址相同", "The same name at the same address"),
        Class("name_birthday", "同名同生日同地区", "Name, birthday, district", "姓名、生日、地区都相同",
              "The same name, birthday and district"),
        Class("own_parcels", "自收包裹的手机号", "Phone on own parcels", "自收包裹上的手机号是另一位顾客的",
              "The phone on the parcels they send to themselves is the other's"),
    )
}  # fmt: skip
"""Why two customers without a common key may be one person: a proposal, never a link."""

SHARED_BECAUSE = {
    one.code: one
    for one in (
        Class("declared", "已声明的公用号码", "Declared as shared", "chain.toml 的 shared_phones", "shared_phones in chain.toml"),
        Class("many_members", "会员号过多", "Too many member ids", "与它同现的会员号多于上限",
              "More member ids stand beside it than one person has"),
        Class("different_names", "档案姓名不同", "Different names on file", "档案中用它的会员姓名明显不同",
              "Members who have it on file have clearly different names"),
    )
}  # fmt: skip
"""Why a phone number or e-mail address names nobody."""


@dataclass(frozen=True)
class Linking:
    """What keys may link."""

    shared_phones: tuple[str, ...] = ()
    """Numbers (normalised) that are a shop's own, typed for anybody."""
    account_platform: str = ""
    """Whose accounts those without a platform in front are; "": the platform whose accounts landed first."""
    member_ids_per_key: int = 3
    """A phone or e-mail address that stands beside more member ids than these is nobody's own."""


class IdentityDecisions(pa.DataFrameModel):
    """One row per decision and key that it names (a merge or an undo: one row). Hashes and amounts: no personal data."""

    landing_id: int = derived()
    decision_id: str = derived()
    decided_at: pl.Datetime = derived()
    """UTC."""
    verb: str = derived(isin=list(DECISION))
    left_key: int = derived()
    """A buyer key of the first side, which keeps the older id in a merge, and the customer in a split."""
    right_key: int = derived()
    """A buyer key of the second side: merged into the first, or split off it."""
    key_mark: int = derived(nullable=True)
    """Split: hash of one key that leaves (`transforms.identity.mark`)."""
    undoes: str = derived(nullable=True)
    """Undo: the decision that no longer holds."""
    left_net_sales: Money = derived()
    """Net sales of the first side up to the decision."""
    right_net_sales: Money = derived()

    class Config:
        strict = True
        ordered = True
