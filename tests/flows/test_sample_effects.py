"""The sample chain's truth: what its calls really did, read as a trial, comes out with the right sign where people suffice."""

from __future__ import annotations

import csv
from pathlib import Path

import polars as pl

from flows.sample_chain import write_sample_chain
from transforms import effect


def test_the_sign_is_right_where_people_suffice(tmp_path: Path):
    write_sample_chain(tmp_path)
    with (tmp_path / "truth" / "effects_truth.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.DictReader(file))
    # who was called beside the same people had they not been: both are known in an invented chain
    counted = pl.DataFrame(
        [
            {"kind": f"{row['response_to_contact']} {row['state']}", "segment": "all", "treated": int(row["calls"]),
             "control": int(row["calls"]), "buyers_treated": int(row["bought_60d"]),
             "buyers_control": int(row["would_have_bought_60d"]), "mean_treated": 0.0, "mean_control": 0.0,
             "mean_both": 0.0, "mean_square_both": 0.0}
            for row in truth
        ]
    )  # fmt: skip
    told = effect.effect_of_counts(counted.lazy()).collect()
    verdicts = dict(told.select("kind", "verdict").iter_rows())
    real = {f"{row['response_to_contact']} {row['state']}": float(row["effect"]) for row in truth}
    assert verdicts["annoyed late"] == "drives_away"
    # clear already, but 592 people per arm are fewer than a share of 9 % asks for: it waits
    (low,) = told.filter(pl.col("kind") == "responds gone")["low"]
    assert verdicts["responds gone"] == "too_early" and low > 0
    signs = {"brings_back": 1, "drives_away": -1}
    for kind, verdict in verdicts.items():
        if verdict in signs:
            assert signs[verdict] * real[kind] > 0, kind
        if real[kind] == 0:
            assert verdict in ("no_difference", "too_early"), kind
