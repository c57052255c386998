"""One ingest and its reviews in a process of its own, a page replaced by its numbers: what the sweep interrupts.

python -m tests.interruptions.plain_run WORKSPACE MOMENT MONTH…
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

from flows import rendering
from flows.config import Workspace, read_settings
from flows.errors import RegularsError
from flows.monthly_review import alone, review_month
from flows.terminal import Silent
from report_templates.review_json import review_json
from schemas.period import Month
from schemas.review import Review


def without_pages(review: Review) -> Iterator[tuple[str, bytes]]:
    """The review's files but for those that take a second to draw."""
    yield "review.json", review_json(review)


class Notes(Silent):
    """Says what the run has to say, for the test that waits for it."""

    def note(self, text: str) -> None:
        print(text, flush=True)


@contextmanager
def numbers_only() -> Iterator[None]:
    """Reviews without pages, made in this process."""
    pages = ModuleType("report_templates.render")
    pages.artefacts = without_pages  # type: ignore[attr-defined]
    with patch.dict(sys.modules, {pages.__name__: pages}), patch.object(rendering, "can_share_locks", lambda: False):
        yield


def run(workspace: Workspace, moment: datetime, months: Sequence[str]) -> int:
    """What is in the inbox, then the months; the exit code that `regulars` would have."""
    notes = Notes()
    try:
        with numbers_only(), alone(workspace, notes):
            for month in months:
                review_month(workspace, read_settings(workspace), Month.parse(month), now=moment, watcher=notes)
    except (RegularsError, OSError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(run(Workspace(Path(sys.argv[1])), datetime.fromisoformat(sys.argv[2]), sys.argv[3:]))
