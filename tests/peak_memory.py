"""The most memory this process has held at once."""

from __future__ import annotations

from pathlib import Path


def peak_mb() -> float:
    """This process's peak in MB; getrusage's would begin with that of the process which started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
