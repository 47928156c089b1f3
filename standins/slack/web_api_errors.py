"""The one error of the Web API: Slack's own code, with what goes beside it in the body."""

from __future__ import annotations

from typing import Any


class WorkspaceRefused(Exception):
    """Answered as `{"ok": false, "error": code, **beside}`."""

    def __init__(
        self, code: str, *messages: str, status: int = 200, headers: dict[str, str] | None = None, **beside: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.headers = headers or {}
        self.beside = beside
        if messages:
            self.beside["response_metadata"] = {"messages": list(messages)}

    def body(self) -> dict[str, Any]:
        return {"ok": False, "error": self.code, **self.beside}
