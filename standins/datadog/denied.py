"""The refusal of a request."""

from __future__ import annotations


class DatadogDenied(Exception):
    """Is answered with `status` and errors in Datadog's form: sentences, or objects where there is a `code`."""

    def __init__(self, status: int, *sentences: str, code: str = "") -> None:
        super().__init__(*sentences)
        self.status = status
        self.errors = [{"code": code, "title": sentence} if code else sentence for sentence in sentences]


def not_found(what: str) -> DatadogDenied:
    """As recorded of Case Management."""
    return DatadogDenied(404, f"{what} not found", code="resource_not_found")
