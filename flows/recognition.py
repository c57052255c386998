"""Which source a header belongs to; a file that no source knows stays in the inbox with a line that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flows.config import Settings
from flows.errors import RegularsError
from flows.sources import misses_a_better_one, nearest_format
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
        if not misses_a_better_one(list(header), best, formats):
            return best
    if near := nearest_format(list(header), formats):
        source, absent = near
        raise UnrecognisedFile(
            f"looks like {source.name} ({source.en}), but column {', '.join(absent)} is missing; export it again with that "
            "column, or see what else it can be with `regulars inspect`"
        )
    raise UnrecognisedFile("is no known export; `regulars inspect` proposes a mapping for it, and --save keeps it")


def check_currency(source: SourceFormat, settings: Settings) -> None:
    if source.currency and source.currency != settings.currency:
        raise UnrecognisedFile(
            f"{source.name} is in {source.currency}, but the chain counts in {settings.currency}: "
            f'set currency = "{source.currency}" in chain.toml'
        )
