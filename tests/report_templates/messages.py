"""The texts of the report as gettext knows them: extracted by Babel from the code and the templates, held in locales/.

`make messages` brings the catalogue up to the code: new texts come in empty (the tests refuse them until they are
translated), and what nothing says any more goes out.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import report_templates

ROOM = Path(report_templates.__file__).parent
CHINESE = ROOM / "locales" / "zh_CN.po"
PLACEHOLDER = re.compile(r"{(\w+)}")

Message = str | tuple[str, ...]


def extracted() -> list[Message]:
    """Every text, once: a sentence, or its forms for one and for many."""
    found = extract_from_dir(
        str(ROOM), method_map=[("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"text": None, "_": None, "plural": (1, 2)},
    )  # fmt: skip
    return list(dict.fromkeys(message for _, _, message, _, _ in found))


def used_messages() -> dict[str, set[str]]:
    """msgid → the placeholders of its English text."""
    messages: dict[str, set[str]] = {}
    for message in extracted():
        forms = (message,) if isinstance(message, str) else message
        messages.setdefault(forms[0], set()).update(*(PLACEHOLDER.findall(form) for form in forms))
    return messages


def catalogue() -> Catalog:
    with CHINESE.open("rb") as file:
        return read_po(file, locale="zh_CN")


def translated() -> dict[str, str]:
    """msgid → its Chinese text, empty where there is none."""
    return {_first(message.id): _first(message.string) for message in catalogue() if message.id}


def _first(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[0]


def brought_up_to_date(old: Catalog) -> tuple[Catalog, int, int]:
    """The catalogue of the code's texts with the old one's translations; how many came in and how many went."""
    used = {_first(message) for message in extracted()}
    known = {_first(message.id) for message in old if message.id}
    for msgid in known - used:
        old.delete(msgid)
    for message in extracted():
        if _first(message) not in known:
            old.add(_first(message))
    return old, len(used - known), len(known - used)


def main() -> None:
    """Write the catalogue anew; what is to be translated stands at its end with an empty msgstr."""
    made, came, went = brought_up_to_date(catalogue())
    with CHINESE.open("wb") as file:
        write_po(file, made, width=0)
    print(f"{CHINESE.name}: {came} new texts to translate, {went} unused ones gone")


if __name__ == "__main__":
    main()
