"""Prefect around the story: where its server is, and how a stage becomes a task. Correctness never rests on it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from flows.errors import RegularsError

Result = TypeVar("Result")

SERVER_START_SECONDS = 180
PR_SET_PDEATHSIG = 1

QUIET_SETTINGS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    # a stage that fails is told by us, in one line; Prefect keeps the state
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    # what goes wrong may quote rows: tracebacks stay on this machine
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_RESULTS_PERSIST_BY_DEFAULT": "false",
    "PREFECT_SERVER_UI_ENABLED": "false",
}


class OrchestrationError(RegularsError):
    """Prefect's server did not come up; nothing was done."""


def prepare_settings(home: Path) -> None:
    """Prefect's settings for this process and its children; what the user has set stands. Call before importing prefect."""
    home.mkdir(parents=True, exist_ok=True)
    for name, value in {**QUIET_SETTINGS, "PREFECT_HOME": str(home)}.items():
        os.environ.setdefault(name, value)


@contextmanager
def server(home: Path, *, keeps_schedules: bool = False) -> Iterator[None]:
    """A Prefect server for the time of the run: the configured one (PREFECT_API_URL), else one of our own.

    Our own is started as Prefect starts its ephemeral one, but dies with us: SIGKILL leaves nothing behind. An ephemeral
    server starts no scheduled runs; with `keeps_schedules` it is an ordinary one.
    """
    prepare_settings(home)
    if os.environ.get("PREFECT_API_URL"):
        yield
        return
    port = _free_port()
    process = _start_server(port, home, keeps_schedules)
    try:
        _wait_until_healthy(process, port)
        os.environ["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        try:
            yield
        finally:
            del os.environ["PREFECT_API_URL"]
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start_server(port: int, home: Path, keeps_schedules: bool) -> subprocess.Popen[bytes]:
    def die_with_parent() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    command = [
        sys.executable, "-m", "uvicorn", "--factory", "prefect.server.api.server:create_app",
        "--host", "127.0.0.1", "--port", str(port), "--log-level", "error", "--lifespan", "on",
    ]  # fmt: skip
    ephemeral = {} if keeps_schedules else {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    environment = {**os.environ, **ephemeral}
    with (home / "server.log").open("wb") as log:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent
        )


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int) -> None:
    import httpx

    deadline = time.monotonic() + SERVER_START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise OrchestrationError(
                    f"Prefect's server ended with code {process.returncode} before it was up (is the disk full?); "
                    "see .regulars/prefect/server.log"
                )
            try:
                if client.get(f"http://127.0.0.1:{port}/api/health", timeout=5).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise OrchestrationError(
        f"Prefect's server did not come up in {SERVER_START_SECONDS} s; see .regulars/prefect/server.log"
    )


def as_task(name: str, function: Callable[..., Result], *args: Any, **kwargs: Any) -> Result:
    """Run one stage of the story as a Prefect task. Its result stays in this process: nothing is stored or hashed."""
    from prefect import task
    from prefect.cache_policies import NO_CACHE

    as_prefect_task = task(name=name, cache_policy=NO_CACHE, persist_result=False)
    return as_prefect_task(function)(*args, **kwargs)
