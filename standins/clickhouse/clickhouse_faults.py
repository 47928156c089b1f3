"""What tests bring about, by `POST /_test/faults`: each fault holds for as many requests as it says."""

from __future__ import annotations

from typing import Literal

import msgspec


class ClickHouseFault(msgspec.Struct, forbid_unknown_fields=True):
    """For requests whose statement has `match` in it.

    `before` and `after` drop the connection without or with the work done, `stall` never answers, `error` answers with
    `code`, `version` lets the server say that it is another one.
    """

    kind: Literal["before", "after", "stall", "error", "version"]
    match: str = ""
    times: int = 1
    code: int = 0
    text: str = ""
    skip: int = 0
    """How many requests of that kind go well before."""


class ClickHouseFaults:
    def __init__(self) -> None:
        self._planned: list[ClickHouseFault] = []

    def add(self, body: bytes) -> None:
        """Raises msgspec.ValidationError."""
        self._planned.append(msgspec.json.decode(body, type=ClickHouseFault))

    def clear(self) -> None:
        self._planned.clear()

    def of(self, statement: bytes) -> ClickHouseFault | None:
        """Returns the fault of this request, and counts it."""
        for fault in self._planned:
            if fault.times and fault.match.encode() in statement:
                if fault.skip:
                    fault.skip -= 1
                    return None
                fault.times -= 1
                return fault
        return None
