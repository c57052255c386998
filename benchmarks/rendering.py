"""What a store's review costs on paper, beside a bare WeasyPrint run of the very same HTML; and what a renderer keeps.

CPU-seconds a page with tags, seconds of one process against two, and a renderer's memory after 50 and after 500 stores (resident,
not peak). Each measurement is a process of its own. Prints ratios; nothing is asserted. `REGULARS_BENCH_STORES` makes the
last one shorter.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from flows.rendering import rendered
from tests.report_templates import example_reviews as examples

RUNS = 5
STORES = int(os.environ.get("REGULARS_BENCH_STORES", "500"))
PAGES_A_PROCESS = 12
"""Stores rendered by one process, and by two."""

WHOLE = """
import json, sys, time
from report_templates.render import review_pdf, artefacts
from tests.report_templates import example_reviews as examples
review = getattr(examples, sys.argv[1])(sys.argv[2])
artefacts(review)
times = []
for _ in range(int(sys.argv[3])):
    began = time.process_time(); pdf = review_pdf(review); times.append(time.process_time() - began)
print(json.dumps({"cpu": times, "bytes": len(pdf)}))
"""

BARE = """
import json, sys, time, gc
import pypdfium2
from weasyprint import CSS, HTML
from report_templates.render import BASE, AssetFetcher, _document, _press
from tests.report_templates import example_reviews as examples
html, album, _ = _document(getattr(examples, sys.argv[1])(sys.argv[2]))
press = _press()
def bare():
    return HTML(string=html, base_url=BASE, url_fetcher=AssetFetcher(album.files)).write_pdf(
        stylesheets=[press.style], font_config=press.fonts, pdf_variant="pdf/ua-1")
pdf = bare()
times = []
for _ in range(int(sys.argv[3])):
    began = time.process_time(); bare(); times.append(time.process_time() - began)
print(json.dumps({"cpu": times, "pages": len(pypdfium2.PdfDocument(pdf))}))
"""

MEMORY = """
import json, sys
from dataclasses import replace
from pathlib import Path
from report_templates.render import artefacts
from tests.report_templates import example_reviews as examples
def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
told = {}
for number in range(1, int(sys.argv[1]) + 1):
    review = examples.short_store("en" if number % 2 else "zh_CN")
    artefacts(replace(review, scope=replace(review.scope, store_id=f"S{number}", name=f"Shop {number}")))
    if number in (50, int(sys.argv[1])):
        told[number] = resident()
print(json.dumps(told))
"""


def measured(code: str, *arguments: object) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True, text=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def seconds_of(stores: int, processes: int) -> float:
    """Seconds until so many ordinary stores are rendered."""
    review = examples.ordinary_store("zh_CN")
    reviews = [replace(review, scope=replace(review.scope, store_id=f"S{at}", name=f"店{at}")) for at in range(stores)]
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        results = rendered(
            reviews, Path(folder) / "month", Path(folder) / "done", processes=processes, progress=lambda _: None
        )
        took = time.perf_counter() - began
    failed = [result.scope for result in results if result.error]
    if failed:
        raise SystemExit(f"not rendered: {failed}")
    return took


def main() -> None:
    for name, locale in (("ordinary_store", "zh_CN"), ("ordinary_store", "en"), ("huge_store", "zh_CN")):
        bare, whole = measured(BARE, name, locale, RUNS), measured(WHOLE, name, locale, RUNS)
        pages = int(str(bare["pages"]))
        one, other = (statistics.median(run["cpu"]) for run in (whole, bare))
        print(
            f"{name} {locale}: {pages} pages, {whole['bytes'] / 1e3:.0f} kB, "
            f"{one:.2f} CPU-s = {one / pages:.3f} a page; bare WeasyPrint {other:.2f}: {one / other:.2f} ×",
            flush=True,
        )
    alone, both = seconds_of(PAGES_A_PROCESS, 1), seconds_of(PAGES_A_PROCESS, 2)
    print(f"{PAGES_A_PROCESS} stores: one process {alone:.1f} s, two {both:.1f} s: {alone / both:.2f} ×", flush=True)
    told = measured(MEMORY, STORES)
    first, last = (float(str(value)) for value in told.values())
    print(f"a renderer keeps {first:.0f} MB after 50 stores, {last:.0f} MB after {STORES}: {last / first:.2f} ×")


if __name__ == "__main__":
    main()
