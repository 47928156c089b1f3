"""Faults that a test brings about, once or several times."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class DatadogFault:
    """A fault of `times` requests whose "METHOD /path" matches the regular expression `where`, after the first `skip`.

    In this order: `meanwhile` is called (somebody edits in between), `delay_s` passes, with `after` the request is
    really done, and then the connection is cut (`drop`) or `status` is answered. Without these the request is done as
    usual. `partial` makes a search or aggregation say that it timed out.
    """

    where: str
    times: int = 1
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    drop: bool = False
    after: bool = False
    partial: bool = False
    meanwhile: Callable[[], None] | None = None
    skip: int = 0


@dataclass(slots=True)
class DatadogFaults:
    waiting: list[DatadogFault] = field(default_factory=list)

    def add(self, fault: DatadogFault) -> DatadogFault:
        self.waiting.append(fault)
        return fault

    def next(self, method: str, path: str) -> DatadogFault | None:
        """Returns the first fault that matches and isn't used up, and uses it once."""
        for fault in self.waiting:
            if fault.times > 0 and re.search(fault.where, f"{method} {path}"):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None
