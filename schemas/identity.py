"""Who is one person: what people decided about it, and the rules by which keys link rows without asking anybody."""

from __future__ import annotations

from dataclasses import dataclass

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
        Class("name_address", "同名同地址", "Name + address", "姓名与地址相同", "The same name at the same address"),
        Class("name_birthday", "同名同生日同地区", "Name + birthday + district", "姓名、生日、地区都相同",
              "The same name, birthday and district"),
        Class("own_parcels", "自收包裹的手机号", "Parcel phone", "自收包裹上的手机号是另一位顾客的",
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
