"""Any file of the inbox as tables of text: what it is in, which tables it holds, in which encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from flows.text_files import CHUNK_BYTES, read_text, sample_of
from flows.text_tables import TextTable
from schemas.source_formats import SourceFormat, recognise


def hash_of(path: Path) -> str:
    """The sha256 of a file's bytes."""
    digest = sha256()
    with path.open("rb") as stream:
        for chunk in _chunks(stream):
            digest.update(chunk)
    return digest.hexdigest()


def tables_of(path: Path, formats: Mapping[str, SourceFormat]) -> list[TextTable]:
    """The tables in this file, in order. UnreadableFile when it holds none that can be read."""
    known = known_columns(formats)
    with path.open("rb") as stream:
        sample = sample_of(_chunks(stream))
    return [read_text(partial(_opened, path), part="", sample=sample, known_columns=known)]


def known_columns(formats: Mapping[str, SourceFormat]) -> Callable[[list[str]], int]:
    """How many columns of a header its best source declares; 0 when no source knows it."""

    def count(header: list[str]) -> int:
        matches = recognise(header, formats)
        return len(matches[0].header_of(header)) if matches else 0

    return count


def _opened(path: Path) -> BinaryIO:
    return path.open("rb")


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
