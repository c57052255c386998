"""What goes wrong in a way the user can mend: one clear line on stderr and an exit code."""

from __future__ import annotations


class RegularsError(Exception):
    """Ends the command. The message is one line: what, where, and what to do. It never quotes personal data."""

    exit_code = 1


class UsageError(RegularsError):
    """Bad usage or input: nothing was done."""

    exit_code = 2
