"""Which source a header belongs to; a file that no source knows stays in the inbox with a line that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.config import Settings
from flows.errors import RegularsError
from schemas.source_formats import SourceFormat, recognise


class UnrecognisedFile(RegularsError):
    """No known export, and not described in chain.toml: it stays in the inbox."""


def recognised_source(header: Sequence[str], formats: Mapping[str, SourceFormat]) -> SourceFormat:
    """The one source this header belongs to; UnrecognisedFile says which column the nearest one misses."""
    matches = recognise(list(header), formats)
    if matches:
        best = matches[0]
        if len(matches) > 1 and len(best.header_of(list(header))) == len(matches[1].header_of(list(header))):
            raise UnrecognisedFile(
                f"could be {best.name} or {matches[1].name}; describe it in chain.toml under [sources.…]"
            )
        return best
    near = max(formats.values(), key=lambda f: (_likeness(f, list(header)), f.name))
    if _likeness(near, list(header)) >= 0.5:
        found = near.header_of(list(header))
        absent = [" / ".join(near.columns[role].headers) for role in near.required if role not in found]
        raise UnrecognisedFile(
            f"looks like {near.name} ({near.en}), but column {', '.join(absent)} is missing; export it again with that column"
        )
    raise UnrecognisedFile(
        "is no known export; see what it holds with `regulars inspect`, then describe it in chain.toml"
    )


def _likeness(source: SourceFormat, header: list[str]) -> float:
    found = source.header_of(header)
    return sum(role in found for role in source.required) / len(source.required)


def check_currency(source: SourceFormat, settings: Settings) -> None:
    if source.currency and source.currency != settings.currency:
        raise UnrecognisedFile(
            f"{source.name} is in {source.currency}, but the chain counts in {settings.currency}: "
            f'set currency = "{source.currency}" in chain.toml'
        )
