"""The pictures of one document: each gets an `asset:` address that only this document's fetcher knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from report_templates.charts import Chart
from report_templates.glyphs import with_code_points

PICTURES = "asset:pictures/"


@dataclass(frozen=True)
class Picture:
    """Where a chart is found, and what it says to those who cannot see it. Lengths in points."""

    src: str
    alt: str
    width: float
    height: float


@dataclass
class Album:
    """Collects charts; equal charts are stored once."""

    files: dict[str, bytes] = field(default_factory=dict)
    _addresses: dict[str, str] = field(default_factory=dict)

    def add(self, chart: Chart) -> Picture:
        address = self._addresses.get(chart.svg)
        if address is None:
            address = f"{PICTURES}{len(self.files)}.svg"
            self._addresses[chart.svg] = address
            self.files[address] = with_code_points(chart.svg).encode()
        return Picture(address, chart.alt, chart.width, chart.height)
