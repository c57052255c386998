"""What the shops write of complaints, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from report_templates.language import Language

if TYPE_CHECKING:  # a look-up does without pages
    from schemas.page_values import Param

COMPLAINT_CAUSES: dict[str, Callable[[Language], str]] = {
    "product": lambda say: say.text("product"),
    "quality": lambda say: say.text("product quality"),
    "product_quality": lambda say: say.text("product quality"),
    "service": lambda say: say.text("service"),
    "expectation": lambda say: say.text("expectation"),
    "price": lambda say: say.text("price"),
    "delivery": lambda say: say.text("delivery"),
    "other": lambda say: say.text("other"),
}
SEVERITIES: dict[str, Callable[[Language], str]] = {
    "major": lambda say: say.text("serious"),
    "minor": lambda say: say.text("minor"),
}


def labelled(say: Language, labels: Mapping[str, Callable[[Language], str]], code: Param) -> str | None:
    """The label of a known code; free text as it stands."""
    if code is None or code == "":
        return None
    teller = labels.get(str(code))
    return teller(say) if teller else str(code)
