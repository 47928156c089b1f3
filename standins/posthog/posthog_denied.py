"""Refusals as PostHog words them: `{"type", "code", "detail", "attr"}`."""

from __future__ import annotations

from typing import Any

TYPES = {
    400: ("validation_error", "invalid_input"),
    401: ("authentication_error", "authentication_failed"),
    403: ("authentication_error", "permission_denied"),
    404: ("invalid_request", "not_found"),
    429: ("throttled_error", "throttled"),
}


class PostHogDenied(Exception):
    """Is answered with `status`."""

    def __init__(self, status: int, detail: str, code: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.code = code
        self.headers = headers or {}

    def body(self) -> dict[str, Any]:
        kind, code = TYPES.get(self.status, ("server_error", "error"))
        return {"type": kind, "code": self.code or code, "detail": self.detail, "attr": None}
