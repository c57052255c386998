"""`make bench [what=NAME]`: what the work costs beside the least that it could cost, in one run on one machine."""

from __future__ import annotations

import sys

from benchmarks import (
    customer_table,
    identity_scale,
    lookups,
    month_of_online_retail,
    purchase_models,
    rendering,
    ten_million_lines,
)

BENCHMARKS = {
    "month": month_of_online_retail.main,
    "intake": ten_million_lines.main,
    "identity": identity_scale.main,
    "lookups": lookups.main,
    "rendering": rendering.main,
    "models": purchase_models.main,
    "table": customer_table.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or BENCHMARKS:
        BENCHMARKS[name]()
