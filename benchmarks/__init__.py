"""What the work costs beside the least that it could cost; `python -m benchmarks [NAME …]`."""

import flows  # noqa: F401  (before polars is loaded: it sets polars' allocator as every run does)
