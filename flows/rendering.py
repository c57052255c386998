"""The renderers: a pool of spawned processes that turn reviews into files. Imports no polars, so that a renderer stays small."""

from __future__ import annotations

import ctypes
import json
import multiprocessing
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from flows.durable import write_durably
from schemas.review import Review

SECONDS_PER_REVIEW = 600
BYTES_PER_RENDERER = 4 << 30
PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Rendered:
    """What became of one scope: its artefacts (path in the month, sha256, bytes), or why it failed."""

    scope: str
    artefacts: tuple[tuple[str, str, int], ...] = ()
    error: str | None = None


def scope_name(review: Review) -> str:
    """ "chain", or the store id."""
    return review.scope.store_id if review.scope.store_id is not None else "chain"


def folder_of(review: Review) -> str:
    """The scope's folder in a published month: chain, or stores/STORE with whatever a file name cannot hold escaped."""
    if review.scope.store_id is None:
        return "chain"
    safe = quote(review.scope.store_id, safe=" -_.()&+'") if review.scope.store_id.isascii() else review.scope.store_id
    safe = "".join(quote(sign, safe="") if sign in '/\\:*?"<>|\x00' or ord(sign) < 32 else sign for sign in safe)
    return f"stores/{safe.replace('.', '%2E', 1) if safe.startswith('.') else safe}"


def rendered(
    reviews: Sequence[Review],
    month_folder: Path,
    done_folder: Path,
    *,
    processes: int,
    progress: Callable[[Rendered], None],
) -> list[Rendered]:
    """Every review's files under `month_folder`, in the order of `reviews`. What an earlier run finished is not made again.

    A review that cannot be rendered, or takes its renderer down with it, is reported as failed; the others go on.
    """
    for folder in (month_folder, done_folder):
        folder.mkdir(parents=True, exist_ok=True)
    results: dict[str, Rendered] = {}
    waiting: list[Review] = []
    for review in reviews:
        finished = _finished_before(review, month_folder, done_folder)
        if finished is None:
            waiting.append(review)
        else:
            results[finished.scope] = finished
            progress(finished)
    with tempfile.TemporaryDirectory(prefix="fonts-", dir=done_folder) as scratch:
        for result in _in_processes(waiting, month_folder, done_folder, Path(scratch), processes):
            results[result.scope] = result
            progress(result)
    return [results[scope_name(review)] for review in reviews]


def _finished_before(review: Review, month_folder: Path, done_folder: Path) -> Rendered | None:
    try:
        told = json.loads(_marker(review, done_folder).read_bytes())
    except (FileNotFoundError, ValueError):
        return None
    artefacts = tuple((path, digest, size) for path, digest, size in told)
    for path, digest, size in artefacts:
        file = month_folder / path
        if not file.is_file() or file.stat().st_size != size or sha256(file.read_bytes()).hexdigest() != digest:
            return None
    return Rendered(scope_name(review), artefacts)


def _marker(review: Review, done_folder: Path) -> Path:
    return done_folder / f"{sha256(folder_of(review).encode()).hexdigest()[:32]}.json"


def _in_processes(
    waiting: Sequence[Review], month_folder: Path, done_folder: Path, scratch: Path, processes: int
) -> Iterator[Rendered]:
    if not can_share_locks():
        for review in waiting:
            yield _made_here(review, month_folder, done_folder)
        return
    left = {scope_name(review): review for review in waiting}
    width = min(processes, len(left))
    if left:
        try:
            with _pool(width, scratch) as pool:
                futures = {pool.submit(_render_within_limits, r, month_folder, done_folder): s for s, r in left.items()}
                for future in as_completed(futures):
                    result = _result(futures[future], future)
                    del left[result.scope]
                    yield result
        except BrokenProcessPool:
            pass
    # a renderer died: which review did it is found by giving each what is left a renderer of its own
    for scope, review in left.items():
        try:
            with _pool(1, scratch) as pool:
                yield _result(scope, pool.submit(_render_within_limits, review, month_folder, done_folder))
        except BrokenProcessPool:
            yield Rendered(scope, error="the renderer was killed (memory or time)")


def can_share_locks() -> bool:
    """Whether this machine lets us make the semaphores that a pool needs (/dev/shm may be closed to ordinary users)."""
    try:
        multiprocessing.get_context("spawn").Lock()
    except OSError:
        return False
    return True


def _made_here(review: Review, month_folder: Path, done_folder: Path) -> Rendered:
    """The review rendered in this process, one after the other: slower, and without a renderer's limits."""
    try:
        return render_review(review, month_folder, done_folder)
    except OSError:
        raise
    except Exception as error:  # as in _result: it fails that store, and only it
        return Rendered(scope_name(review), error=f"{type(error).__name__} while rendering")


def _pool(width: int, scratch: Path) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(
        width,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_start_renderer,
        initargs=(os.getpid(), str(scratch)),
    )


def _result(scope: str, future: Future[Rendered]) -> Rendered:
    try:
        return future.result()
    except (BrokenProcessPool, OSError):
        raise  # a full or broken disk is no store's fault: the run ends, and the next one takes it up
    except Exception as error:  # whatever a page could not cope with fails that store, and only it
        return Rendered(scope, error=f"{type(error).__name__} while rendering")


def _start_renderer(parent: int, scratch: str) -> None:
    """A renderer dies with its parent, keeps its font copies where they are swept, and has a limit of memory."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tempfile.tempdir = scratch
    if sys.platform == "linux":
        import resource

        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        resource.setrlimit(resource.RLIMIT_AS, (BYTES_PER_RENDERER, BYTES_PER_RENDERER))


def _render_within_limits(review: Review, month_folder: Path, done_folder: Path) -> Rendered:
    """In a renderer: a review that takes longer than its time ends the renderer."""
    signal.alarm(SECONDS_PER_REVIEW)
    result = render_review(review, month_folder, done_folder)
    signal.alarm(0)
    return result


def render_review(review: Review, month_folder: Path, done_folder: Path) -> Rendered:
    """One scope's files, each there in full or not at all, then the marker that says so."""
    from report_templates.render import artefacts

    folder = month_folder / folder_of(review)
    folder.mkdir(parents=True, exist_ok=True)
    made: list[tuple[str, str, int]] = []
    for name, content in artefacts(review):
        write_durably(folder / name, content)
        made.append((f"{folder_of(review)}/{name}", sha256(content).hexdigest(), len(content)))
    write_durably(_marker(review, done_folder), json.dumps(made).encode())
    return Rendered(scope_name(review), tuple(made))
