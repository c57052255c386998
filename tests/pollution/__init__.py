"""Damaged files from known truth: nothing lost, nothing silently wrong."""
