"""Faults that a test brings about, once or several times."""

from __future__ import annotations

from dataclasses import dataclass, field

from standins.http_faults import HttpFault


@dataclass(slots=True)
class DatadogFault(HttpFault):
    """With `partial` a search or aggregation says that it timed out."""

    partial: bool = field(default=False, kw_only=True)
