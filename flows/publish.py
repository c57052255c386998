"""Sole owner of what is published: a month is built aside, with its manifest, and swapped in as a whole."""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import polars as pl

from flows.config import Settings, Workspace
from flows.durable import fsync, write_durably
from flows.errors import RegularsError
from flows.rendering import Rendered, folder_of, scope_name
from schemas.period import Month
from schemas.review import Review
from schemas.segments import CHAIN

PACKAGES = ("regulars", "polars", "weasyprint", "pydyf", "jinja2", "babel", "xlsxwriter", "borax")
"""Whose versions can change a byte of what is published."""

AT_FDCWD, RENAME_EXCHANGE = -100, 2


class PublishError(RegularsError):
    """The month could not be swapped in; what was published before is untouched."""


@dataclass(frozen=True)
class Building:
    """The folder a month is built in, named by what it is made from, so that a killed run is taken up again."""

    month: Path
    done: Path


@cache
def source_digest() -> str:
    """Twelve hexadecimal digits of everything in this checkout that can change a byte: code, templates, texts, fonts."""
    root = Path(__file__).resolve().parents[1]
    told = sha256()
    for room in ("schemas", "transforms", "report_templates", "flows"):
        for path in sorted((root / room).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                told.update(path.relative_to(root).as_posix().encode() + b"\0" + sha256(path.read_bytes()).digest())
    return told.hexdigest()[:12]


def manifest_inputs(
    ledger: pl.DataFrame, settings: Settings, month: Month, known_at: datetime, printed_closings: Mapping[str, int]
) -> dict[str, Any]:
    """Everything the month's bytes depend on."""
    return {
        "month": str(month),
        "as_of": month.last_day.isoformat(),
        "known_at": known_at.isoformat(timespec="seconds") + "Z",
        "settings": settings.digest,
        "locale": settings.locale,
        "currency": settings.currency,
        "time_zone": settings.time_zone,
        "packages": {name: version(name) for name in PACKAGES},
        "source": source_digest(),
        "printed_closings_of_last_month": dict(sorted(printed_closings.items())),
        "files": [
            {
                "file": row["file_name"],
                "sha256": row["file_hash"],
                "source": row["source"],
                "table": row["table_name"],
                "rows_in": row["rows_in"],
                "rows_accepted": row["rows_accepted"],
                "rows_quarantined": row["rows_quarantined"],
                "rows_duplicate": row["rows_duplicate"],
                "net_sales": str(row["net_sales"]),
            }
            for row in ledger.sort("landing_no").iter_rows(named=True)
        ],
    }


def manifest_id(inputs: Mapping[str, Any]) -> str:
    """Twelve hexadecimal digits that stand for the inputs; printed in every footer."""
    return sha256(json.dumps(inputs, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:12]


def read_manifest(workspace: Workspace, month: Month) -> dict[str, Any] | None:
    """The manifest of a published month; None when there is none (or it cannot be read)."""
    try:
        told = json.loads((workspace.published / str(month) / "manifest.json").read_bytes())
    except (OSError, ValueError):
        return None
    return told if isinstance(told, dict) else None


def printed_closings(workspace: Workspace, month: Month) -> dict[str, int]:
    """Scope key → closing base that the published review of `month` printed."""
    manifest = read_manifest(workspace, month) or {}
    return {
        CHAIN if row["scope"] == "chain" else row["scope"]: row["closing_base"]
        for row in manifest.get("scopes", [])
        if row.get("closing_base") is not None
    }


def is_published(workspace: Workspace, month: Month, identity: str, stores: Sequence[str]) -> bool:
    """Whether the month (or these stores of it, and the chain) stands published from just these inputs, every file whole."""
    manifest = read_manifest(workspace, month)
    if manifest is None or manifest.get("manifest_id") != identity:
        return False
    rows = {row["scope"]: row for row in manifest["scopes"]}
    wanted = {"chain", *stores} if stores else set(rows)
    if not stores and manifest.get("is_partial"):
        return False
    for scope in wanted:
        row = rows.get(scope)
        if row is None or row["status"] != "published" or row["manifest_id"] != identity:
            return False
        for artefact in row["artefacts"]:
            path = workspace.published / str(month) / artefact["path"]
            if not path.is_file() or sha256(path.read_bytes()).hexdigest() != artefact["sha256"]:
                return False
    return True


def building_of(workspace: Workspace, month: Month, identity: str) -> Building:
    """Where this month, made from these inputs, is built."""
    aside = workspace.state / "building"
    return Building(aside / f"{month}-{identity}", aside / f"{month}-{identity}.done")


def manifest_of(
    inputs: Mapping[str, Any],
    identity: str,
    reviews: Sequence[Review],
    results: Sequence[Rendered],
    before: Mapping[str, Any] | None,
    *,
    scopes_in_month: int,
) -> dict[str, Any]:
    """The month's manifest. Scopes that were not made this time, or failed, keep their entry of the month as it stood."""
    scopes: dict[str, dict[str, Any]] = {row["scope"]: dict(row) for row in (before or {}).get("scopes", [])}
    for review, result in zip(reviews, results, strict=True):
        name = scope_name(review)
        if result.error is not None:
            kept = scopes.get(name, {"scope": name, "artefacts": []})
            scopes[name] = {**kept, "status": "failed", "error": result.error}
            continue
        scopes[name] = {
            "scope": name,
            "name": review.scope.name,
            "folder": folder_of(review),
            "status": "published",
            "error": None,
            "manifest_id": identity,
            "closing_base": review.stocktake[0].closing_base,
            "artefacts": [{"path": path, "sha256": digest, "bytes": size} for path, digest, size in result.artefacts],
        }
    ordered = sorted(scopes.values(), key=lambda row: (row["scope"] != "chain", row["scope"]))
    made = sum(row["status"] == "published" and row["manifest_id"] == identity for row in ordered)
    return {"manifest_id": identity, "is_partial": made < scopes_in_month, **inputs, "scopes": ordered}


def publish(workspace: Workspace, month: Month, building: Building, manifest: Mapping[str, Any]) -> Path:
    """Swap the built month in: a reader sees the old one or the new one, never a mixture. Returns its folder."""
    target = workspace.published / str(month)
    _bring_over(target, building.month, manifest)
    write_durably(building.month / "manifest.json", json.dumps(manifest, ensure_ascii=False, indent=1).encode())
    workspace.published.mkdir(parents=True, exist_ok=True)
    try:
        if target.exists():
            _exchange(building.month, target)
            shutil.rmtree(building.month)
        else:
            building.month.rename(target)
    except OSError as error:
        raise PublishError(
            f"{target} could not be swapped in: {error.strerror}; what was published before is untouched"
        ) from error
    fsync(workspace.published)
    shutil.rmtree(building.done, ignore_errors=True)
    return target


def sweep(workspace: Workspace, month: Month, keep: Building) -> None:
    """Remove half-built folders of this month that were made from other inputs."""
    aside = workspace.state / "building"
    if aside.is_dir():
        for path in sorted(aside.iterdir()):
            if path.name.startswith(f"{month}-") and path not in (keep.month, keep.done):
                shutil.rmtree(path, ignore_errors=True)


def _bring_over(published: Path, built: Path, manifest: Mapping[str, Any]) -> None:
    """Artefacts of scopes that were not made this time come over from the month as it stands; anything else goes."""
    listed = {artefact["path"] for row in manifest["scopes"] for artefact in row["artefacts"]}
    for path in listed:
        if not (built / path).exists():
            (built / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(published / path, built / path)
    for path in sorted(built.rglob("*"), reverse=True):
        if path.is_file() and path.relative_to(built).as_posix() not in listed:
            path.unlink()


def _exchange(one: Path, other: Path) -> None:
    """Two folders change places in one step; OSError where the file system cannot, after falling back to two renames."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.renameat2(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.ENOSYS, errno.EINVAL):
            raise OSError(code, os.strerror(code))
    aside = other.with_name(f".{other.name}.replaced")
    shutil.rmtree(aside, ignore_errors=True)
    other.rename(aside)
    one.rename(other)
    aside.rename(one)
