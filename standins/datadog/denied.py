"""What a refusal is, wherever it is noticed."""

from __future__ import annotations


class Denied(Exception):
    """Answered with `status` and Datadog's form of an error."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
