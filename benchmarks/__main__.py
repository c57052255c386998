"""`make bench`: how long a month takes beside the least that the same files could cost, in one run on one machine."""

from __future__ import annotations

from benchmarks import month_of_online_retail

if __name__ == "__main__":
    month_of_online_retail.main()
