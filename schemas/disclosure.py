"""Disclosure control: how many people a number must be about before it is told."""

from __future__ import annotations

FEWEST_SHOWN = 10
"""A number about fewer people than this is left out of HQ's review (and of comparisons that are the whole chain's): one of
them could be singled out (what statistical offices call a threshold rule)."""
