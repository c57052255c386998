"""Who looked up whom, when: one line of JSON per look-up, customer ids only. No log, no answer."""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from flows.config import Workspace
from flows.errors import RegularsError


def log_path(workspace: Workspace) -> Path:
    """Where the look-ups are logged."""
    return workspace.state / "access.jsonl"


def write_access(
    workspace: Workspace, verb: str, customer_ids: Sequence[str], *, now: datetime, is_full: bool, given_as: str,
    asked: dict[str, Any],
) -> None:  # fmt: skip
    """Append one look-up before it is answered. `asked`: days, stores and the like; never the words of a search.

    RegularsError when it cannot be written: then nothing is shown.
    """
    told = {
        "at": now.isoformat(timespec="seconds") + "Z", "who": _who(), "verb": verb, "full": is_full, "as": given_as,
        **asked, "customers": sorted(set(customer_ids)),
    }  # fmt: skip
    line = json.dumps(told, ensure_ascii=False) + "\n"
    path = log_path(workspace)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(descriptor, line.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RegularsError(f"{path} cannot be written ({error.strerror}): nobody is shown unlogged") from None


def _who() -> str:
    """The login of who asks; the user id where the machine knows no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())
