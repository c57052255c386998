"""The monthly story, told by Prefect or without it, and everything that touches files, clocks and settings."""

import os

# Before polars is loaded: its allocator gives pages that are not used for half a second back to the system, and a month's
# frames are larger than that is wise for: the page faults are a third of the time. Ten seconds are jemalloc's own default.
os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000")
