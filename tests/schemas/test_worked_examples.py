"""Every metric has three worked examples, one of them empty; they come out as worked; all are printed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from report_templates.review_json import review_json
from schemas.metrics import METRICS
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
        unprinted = set(METRICS) - set(json.loads(review_json(made))["metrics"])
        assert not unprinted, f"{scope}: not in review.json: {sorted(unprinted)}"
