"""The refusal of a request."""

from __future__ import annotations


class Denied(Exception):
    """Is answered with `status` and an error in Datadog's form."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
