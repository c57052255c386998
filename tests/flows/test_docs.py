"""What is generated is not stale, and what the README names exists."""

from __future__ import annotations

import re
from pathlib import Path

from flows import explanation
from schemas.metrics import METRICS

ROOT = Path(__file__).resolve().parents[2]


def test_the_metric_page_is_what_the_dictionary_says():
    assert (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8") == explanation.markdown(), "run `make docs`"


def test_the_readme_names_files_and_metrics_that_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for path in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (ROOT / path).exists(), path
    for metric in re.findall(r"regulars explain (\w+)", text):
        assert metric in METRICS
