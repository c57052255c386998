"""Every metric has three worked examples, one of them empty; they come out as worked; all are printed."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows import explanation
from flows.config import Workspace
from report_templates.review_json import review_json
from schemas.metrics import METRICS, Metric
from tests.schemas.worked_examples import Example, Told, difference, examples, is_empty, reviewed

EXAMPLES = examples()


def worked_values(metric: str) -> list[Told]:
    """The metric's worked values, over all examples and scopes."""
    return [values[metric] for one in EXAMPLES for values in one.says.values() if metric in values]


@pytest.mark.parametrize("metric", METRICS)
def test_a_metric_has_three_worked_examples_and_one_is_empty(metric: str):
    values = worked_values(metric)
    missing = max(0, 3 - len(values))
    assert not missing, f"{metric} lacks {missing} worked example(s): add them in tests/schemas/worked_examples/"
    assert any(is_empty(metric, told) for told in values), f"{metric} has no worked example of its empty case"
    assert any(not is_empty(metric, told) for told in values), f"{metric} has only empty worked examples"


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.title)
def test_a_worked_example_comes_out_as_worked(example: Example, tmp_path: Path):
    reviews = reviewed(example, tmp_path)
    wrong = [
        f"{scope}: {problem}"
        for scope, says in example.says.items()
        for metric, told in says.items()
        if (problem := difference(reviews[scope], metric, told))
    ]
    assert not wrong, "\n".join(wrong)
    for scope, made in reviews.items():
        printed = json.loads(review_json(made))
        unprinted = set(METRICS) - set(printed["metrics"])
        assert not unprinted, f"{scope}: not in review.json: {sorted(unprinted)}"
        unexplained = [name for name, metric in METRICS.items() if not is_made_of_its_ingredients(metric, printed)]
        assert not unexplained, f"{scope}: not what its printed ingredients make: {unexplained}"


def is_made_of_its_ingredients(metric: Metric, printed: dict[str, Any]) -> bool:
    """Whether the printed value is the formula over the printed ingredients, to the printed digits."""
    told, parts = printed["metrics"][metric.name], [printed["ingredients"][name] for name in metric.ingredients]
    if any(part is None for part in parts):
        return told is None
    if metric.formula == metric.name:
        return bool(told == parts[0])
    worked = pl.DataFrame({name: [part] for name, part in zip(metric.ingredients, parts, strict=True)})
    value = worked.select(metric.expression()).item()
    if value is None or told is None:
        return value is told is None
    return math.isclose(float(value), told, abs_tol=0.005 if metric.unit == "money" else 1e-6)


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_explained_with_its_value_and_its_ingredients(metric: Metric, tmp_path: Path):
    figure = {"name": metric.name, "empty_reason": None, "n": 17}
    told = {
        "scope": {"store_id": "s1", "name": "One"}, "metrics": {metric.name: 0.4711}, "tables": {"figures": [figure]},
        "ingredients": {name: 1000 + place for place, name in enumerate(metric.ingredients)},
    }  # fmt: skip
    folder = tmp_path / "published" / "2026-10" / "stores" / "s1"
    folder.mkdir(parents=True)
    (folder / "review.json").write_text(json.dumps(told), encoding="utf-8")
    values = explanation.published_values(Workspace(tmp_path), None, metric, "s1")
    text = explanation.as_text(metric, values)
    for part in (
        metric.zh,
        metric.en,
        metric.meaning_zh,
        metric.meaning_en,
        metric.formula,
        "s1 One: 0.4711",
        "n = 17",
    ):
        assert part in text
    if metric.formula != metric.name:
        assert all(f"{name} = {1000 + place}" in text for place, name in enumerate(metric.ingredients))
    assert f"`{metric.name}`" in explanation.markdown()
