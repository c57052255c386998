"""What a file of the inbox really is, by its first bytes, and the files inside it: text, XLSX, XLS, HTML, Parquet, gzip, ZIP.

Nothing is extracted to disk and no name inside an archive is ever used as a path. Everything that could grow without
bound is counted while it is read.
"""

from __future__ import annotations

import errno
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, BinaryIO, Literal

from flows.reading.encodings import UnreadableFile

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

PartKind = Literal["text", "xlsx", "xls", "html", "parquet"]

MEBIBYTE = 1 << 20

Readable = IO[bytes] | gzip.GzipFile


@dataclass(frozen=True)
class Limits:
    """How far a file may grow while it is read. Honest exports stay well below; bombs don't get far."""

    part_bytes: int = 2048 * MEBIBYTE
    """Uncompressed bytes of one part."""
    file_bytes: int = 4096 * MEBIBYTE
    """Uncompressed bytes of all parts of one archive."""
    ratio: int = 200
    """Uncompressed bytes per compressed byte, once a part is larger than `ratio_from_bytes`: till files reach 30."""
    ratio_from_bytes: int = 16 * MEBIBYTE
    members: int = 1_000
    """Members of an archive."""
    workbook_bytes: int = 256 * MEBIBYTE
    """A spreadsheet or Parquet file as it is stored (XLSX: compressed; those inside an archive are held in memory)."""
    strings_bytes: int = 256 * MEBIBYTE
    """Uncompressed bytes of the text table of a workbook (sharedStrings.xml)."""
    plan_bytes: int = 16 * MEBIBYTE
    """Uncompressed bytes of every other XML part that is read whole (styles, relations, what precedes a sheet's rows)."""
    cells: int = 20_000_000
    """Rows × columns of a sheet or a Parquet file."""


LIMITS = Limits()


@dataclass(frozen=True)
class Part:
    """One file of an inbox file: itself, or a member of an archive."""

    name: str
    """"" for the file itself (also when it is only gzipped), else the member's path in the archive."""
    kind: PartKind
    open: Callable[[], BinaryIO]
    """A fresh stream of the uncompressed bytes. Its reads raise UnreadableFile for damage and when a limit is passed."""


def parts_of(path: Path, limits: Limits = LIMITS) -> list[Part]:
    """The files in this file, in the order of the archive; at least one. UnreadableFile for what is refused as a whole."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(HEAD_BYTES)
    if start.startswith(GZIP_SIGNATURE):

        def unzipped() -> BinaryIO:
            return _counted(gzip.open(path, "rb"), limits, compressed=size)

        return [Part("", _kind(unzipped, limits, inside="gzip"), unzipped)]
    if start.startswith(ZIP_SIGNATURES) and not _is_workbook(path, limits):
        return _members(path, limits)

    def as_it_is() -> BinaryIO:
        return path.open("rb")

    kind = _kind(as_it_is, limits)
    if kind != "text" and size > (limits.part_bytes if kind == "html" else limits.workbook_bytes):
        raise UnreadableFile(f"is too large ({size // MEBIBYTE} MB); export a shorter period, or split it")
    return [Part("", kind, as_it_is)]


# ---- what it is


HEAD_BYTES = 4096
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
GZIP_SIGNATURE = b"\x1f\x8b"
OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
FOREIGN_SIGNATURES = (
    (b"Rar!\x1a\x07", "a RAR archive; pack it as ZIP"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; pack it as ZIP"),
    (b"BZh91AY&SY", "a bzip2 file; pack it as ZIP or gzip"),
    (b"\xfd7zXZ\x00", "an xz file; pack it as ZIP or gzip"),
    (b"\x28\xb5\x2f\xfd", "a zstd file; pack it as ZIP or gzip"),
    (b"%PDF-", "a PDF; export it as CSV or XLSX"),
    (b"\x89PNG\r\n", "a picture; export the data as CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture; export the data as CSV or XLSX"),
    (b"SQLite format 3\x00", "a database; export the table as CSV or XLSX"),
)
HTML_START = re.compile(rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?>.*?-->)\s*)*<(?:!doctype\s+html|html|head|meta|body|table|style)\b",
                        re.IGNORECASE | re.DOTALL)  # fmt: skip


def _kind(opened: Callable[[], BinaryIO], limits: Limits, *, inside: str = "") -> PartKind:
    """What these bytes are. UnreadableFile when they are something we don't read, or an archive `inside` another."""
    with opened() as stream:
        start = stream.read(HEAD_BYTES)
        if inside and start.startswith(ZIP_SIGNATURES):
            with opened_zip(in_memory(stream, limits, start)) as archive:
                if _is_xlsx(archive):
                    return "xlsx"
    if inside and (start.startswith((*ZIP_SIGNATURES, GZIP_SIGNATURE)) or start[257:262] == b"ustar"):
        raise UnreadableFile(f"is an archive inside a {inside} file; unpack it first")
    if start.startswith(ZIP_SIGNATURES):
        return "xlsx"
    if start.startswith(OLE_SIGNATURE):
        return "xls"
    if start.startswith(b"PAR1"):
        return "parquet"
    for signature, what in FOREIGN_SIGNATURES:
        if start.startswith(signature):
            raise UnreadableFile(f"is {what}")
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = start.decode("utf-16", errors="ignore").encode()
    if HTML_START.match(text):
        return "html"
    if text.lstrip().startswith(b"<?xml"):
        raise UnreadableFile("is an XML file; open it in Excel or WPS and save it as XLSX")
    return "text"


def _is_workbook(path: Path, limits: Limits) -> bool:
    with path.open("rb") as file, opened_zip(file) as archive:
        return _is_xlsx(archive)


def _is_xlsx(archive: zipfile.ZipFile) -> bool:
    """Whether it is an XLSX or XLSM. UnreadableFile for the other office files that are ZIP archives as well."""
    names = {info.filename.replace("\\", "/").lower() for info in archive.infolist()}
    if "[content_types].xml" in names:
        if any(re.fullmatch(r"xl/workbook\d*\.bin", name) for name in names):
            raise UnreadableFile("is an XLSB workbook; save it as XLSX")
        if any(name.startswith(("word/", "ppt/")) for name in names):
            raise UnreadableFile("is no spreadsheet but another office document; export the data as XLSX or CSV")
        return True
    if "mimetype" in names and "content.xml" in names:
        raise UnreadableFile("is an OpenDocument file; save it as XLSX or CSV")
    return False


# ---- archives


IGNORED = re.compile(r"(^|/)(__MACOSX/.*|\.[^/]*|thumbs\.db|desktop\.ini)$", re.IGNORECASE)
END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
END_OF_DIRECTORY_64_LOCATOR = struct.Struct("<4sLQL")
DIRECTORY_BYTES_A_MEMBER = 4096


@contextmanager
def damage_as_refusal(what: str = "") -> Iterator[None]:
    """Turns what the archive readers of the standard library raise on damaged bytes into UnreadableFile."""
    try:
        yield
    except (
        EOFError,
        OSError,
        zlib.error,
        zipfile.BadZipFile,
        struct.error,
        ValueError,
        OverflowError,
        KeyError,
    ) as error:
        if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
            raise  # the disk's trouble, not the file's
        raise UnreadableFile(f"{what}is cut off or damaged; export or send it again") from error
    except (NotImplementedError, RuntimeError) as error:  # zipfile's word for methods, versions and passwords
        raise UnreadableFile(f"{what}is packed in a way that is not read; pack it as a plain ZIP") from error


@contextmanager
def opened_zip(stream: BinaryIO, limits: Limits = LIMITS) -> Iterator[zipfile.ZipFile]:
    """The archive, when its directory is sound and of a size that may be read. UnreadableFile otherwise."""
    with damage_as_refusal():
        size = _directory_bytes(stream)
        if size > limits.members * DIRECTORY_BYTES_A_MEMBER:
            raise UnreadableFile(f"is an archive of too many members (limit {limits.members})")
        archive = zipfile.ZipFile(stream)
    with archive:
        if len(archive.infolist()) > limits.members:
            raise UnreadableFile(
                f"is an archive of too many members ({len(archive.infolist())}, limit {limits.members})"
            )
        yield archive


def _directory_bytes(stream: BinaryIO) -> int:
    """Length of a ZIP's directory, read before zipfile makes an object of each of its entries."""
    length = stream.seek(0, io.SEEK_END)
    tail_at = max(0, length - (1 << 16) - END_OF_DIRECTORY.size)
    stream.seek(tail_at)
    tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) - at < END_OF_DIRECTORY.size:
        raise UnreadableFile("is cut off or damaged; export or send it again")
    size = END_OF_DIRECTORY.unpack_from(tail, at)[5]
    locator_at = at - END_OF_DIRECTORY_64_LOCATOR.size
    if locator_at >= 0 and tail[locator_at : locator_at + 4] == b"PK\x06\x07":
        stream.seek(END_OF_DIRECTORY_64_LOCATOR.unpack_from(tail, locator_at)[2])
        (size,) = struct.unpack_from("<Q", stream.read(48), 40)
    stream.seek(0)
    return int(size)


def check_members(infos: list[zipfile.ZipInfo], limits: Limits) -> None:
    """UnreadableFile when the members, by what the directory declares, are encrypted, too large or packed too tightly.

    zipfile never hands out more bytes of a member than are declared, so that this holds for what is read, too.
    """
    for info in infos:
        name = member_name(info)
        if info.flag_bits & 0x1:
            raise UnreadableFile(f"holds {name} encrypted with a password; pack it without")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnreadableFile(f"holds {name} packed by a method that is not read; pack it as a plain ZIP (deflate)")
        if info.file_size > limits.part_bytes:
            raise UnreadableFile(f"holds {name}, which is too large ({info.file_size // MEBIBYTE} MB); split it")
        if info.file_size > limits.ratio_from_bytes and info.file_size > limits.ratio * max(info.compress_size, 1):
            raise UnreadableFile(f"holds {name}, which unpacks to more than {limits.ratio} times its size; not read")
    total = sum(info.file_size for info in infos)
    if total > limits.file_bytes:
        raise UnreadableFile(f"unpacks to {total // MEBIBYTE} MB, which is too much; split it")


def member_name(info: zipfile.ZipInfo) -> str:
    """A member's path. Without the UTF-8 flag, names are in the language of the packing machine: here UTF-8 or GBK."""
    name = info.orig_filename
    if not info.flag_bits & 0x800:
        stored = name.encode("cp437")
        for encoding in ("utf-8", "gbk"):
            try:
                name = stored.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return "".join(c if c.isprintable() else "�" for c in name.replace("\\", "/"))


def _members(path: Path, limits: Limits) -> list[Part]:
    with path.open("rb") as file, opened_zip(file, limits) as archive:
        infos = [info for info in archive.infolist() if not member_name(info).endswith("/")]
        infos = [info for info in infos if not IGNORED.search(member_name(info))]
    check_members(infos, limits)
    if not infos:
        raise UnreadableFile("is an archive that holds no file")
    names = [member_name(info) for info in infos]
    repeated = {name for name in names if names.count(name) > 1}
    if repeated:
        raise UnreadableFile(f"holds {min(repeated)} twice; pack it again")
    return [_member(path, info, limits) for info in infos]


def _member(path: Path, info: zipfile.ZipInfo, limits: Limits) -> Part:
    name = member_name(info)
    what = f"holds {name}, which "

    def opened() -> BinaryIO:
        with damage_as_refusal(what), zipfile.ZipFile(path) as archive:
            stream = archive.open(info)  # keeps the file open until it is closed itself
        return _counted(stream, limits, compressed=info.compress_size, what=what)

    try:
        kind = _kind(opened, limits, inside="ZIP")
    except UnreadableFile as error:
        told = str(error)
        raise UnreadableFile(told if told.startswith(what) else what + told) from error
    return Part(name, kind, opened)


def in_memory(stream: BinaryIO, limits: Limits, start: bytes = b"") -> BinaryIO:
    """All of a stream, as one that can seek fast; UnreadableFile when it is longer than a workbook may be."""
    content = start + stream.read(limits.workbook_bytes + 1)
    if len(content) > limits.workbook_bytes:
        raise UnreadableFile(f"is a workbook of more than {limits.workbook_bytes // MEBIBYTE} MB; split it")
    return io.BytesIO(content)


class _Counted(io.RawIOBase):
    """Reads another stream, counts what comes out, and speaks of damage in our own words."""

    def __init__(self, stream: Readable, limits: Limits, *, compressed: int, what: str = "") -> None:
        self._stream, self._limits, self._what = stream, limits, what
        self._compressed = max(compressed, 1)
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:  # typeshed allows None; none of ours blocks
        target = memoryview(buffer).cast("B")
        with damage_as_refusal(self._what):
            piece = self._stream.read(len(target))
        target[: len(piece)] = piece
        self._count += len(piece)
        limits = self._limits
        if self._count > limits.part_bytes:
            raise UnreadableFile(f"{self._what}unpacks to more than {limits.part_bytes // MEBIBYTE} MB; split it")
        if self._count > limits.ratio_from_bytes and self._count > limits.ratio * self._compressed:
            raise UnreadableFile(f"{self._what}unpacks to more than {limits.ratio} times its size; not read")
        return len(piece)

    def close(self) -> None:
        self._stream.close()
        super().close()


def _counted(stream: Readable, limits: Limits, *, compressed: int, what: str = "") -> BinaryIO:
    return io.BufferedReader(_Counted(stream, limits, compressed=compressed, what=what), MEBIBYTE)
