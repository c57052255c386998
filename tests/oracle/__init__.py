"""A second, independent reading of the metric definitions: plain Python, no polars, compared with the pipeline."""
