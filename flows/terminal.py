"""How a run looks on the terminal: stages, files and a bar of pages, on stderr so that stdout stays for data."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from flows.ingest import FileOutcome
from flows.rendering import Rendered


class Silent:
    """Nobody watches."""

    def stage(self, name: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def file(self, outcome: FileOutcome) -> None:
        pass

    def pages(self, total: int) -> None:
        pass

    def page(self, result: Rendered) -> None:
        pass


class Terminal:
    """A progress display while the run lasts; trouble stays as lines."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24), MofNCompleteColumn(), TimeElapsedColumn(),
            console=self.console, transient=True,
        )  # fmt: skip
        self._stage: TaskID | None = None
        self._pages: TaskID | None = None

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.progress.stop()

    def stage(self, name: str) -> None:
        if self._stage is not None:
            self.progress.remove_task(self._stage)
        self._stage = self.progress.add_task(name, total=None)

    def note(self, text: str) -> None:
        self.console.print(f"  {text}", markup=False, soft_wrap=True)

    def file(self, outcome: FileOutcome) -> None:
        if outcome.message:
            self.note(outcome.message)

    def pages(self, total: int) -> None:
        if self._pages is not None:
            self.progress.remove_task(self._pages)
        self._pages = self.progress.add_task("reviews", total=total)

    def page(self, result: Rendered) -> None:
        if self._pages is not None:
            self.progress.advance(self._pages)
        if result.error:
            self.note(f"{result.scope}: {result.error}")
