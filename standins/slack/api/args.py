"""The arguments of a call: form, query or JSON, with values that may be JSON inside a string."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from standins.slack.app_grants import AppGrant
from standins.slack.web_api_errors import WorkspaceRefused

SECRET = frozenset({"token", "client_secret", "code", "refresh_token"})
TS = re.compile(r"\d{1,10}(\.\d{1,6})?")


class Args:
    """`granted` is what the caller's token was granted, once it is known."""

    granted: AppGrant

    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = {name: value for name, value in values.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def without_token(self) -> dict[str, Any]:
        """Returns everything but the token, or what is as good as one, for the journal."""
        return {name: value for name, value in self._values.items() if name not in SECRET}

    def with_values(self, values: Mapping[str, Any]) -> Args:
        return Args({**self._values, **values})

    def text(self, name: str, default: str = "") -> str:
        value = self._values.get(name, default)
        return value if isinstance(value, str) else str(value)

    def required(self, name: str) -> str:
        value = self.text(name)
        if not value:
            raise WorkspaceRefused("invalid_arguments", f"[ERROR] missing required field: {name}")
        return value

    def flag(self, name: str) -> bool:
        return str(self._values.get(name, "")).lower() in {"1", "true"}

    def number(self, name: str, default: int, most: int) -> int:
        value = self.text(name)
        if not value:
            return min(default, most)
        if not value.isdecimal():
            raise WorkspaceRefused("invalid_arguments", f"[ERROR] must be an integer: {name}")
        return max(1, min(int(value), most))

    def ts(self, name: str, default: str = "") -> str:
        """Returns a message's ts in full length, so that they compare as text."""
        value = self.text(name)
        if not value:
            return default
        if not TS.fullmatch(value):
            raise WorkspaceRefused(f"invalid_ts_{name}" if name in {"oldest", "latest"} else "invalid_arguments")
        seconds, _, rest = value.partition(".")
        return f"{int(seconds)}.{rest:0<6}"

    def json(self, name: str, kind: type[dict[str, Any] | list[Any]], code: str) -> Any:
        """Returns the parsed value, or None where none is given. Raises WorkspaceRefused `code` if it is no `kind`."""
        value = self._values.get(name)
        if isinstance(value, str):
            if not value.strip():
                return None
            try:
                value = json.loads(value)
            except ValueError:
                raise WorkspaceRefused(code, f"[ERROR] failed to parse JSON: {name}") from None
        if value is not None and not isinstance(value, kind):
            raise WorkspaceRefused(code, f"[ERROR] wrong type: {name}")
        return value


async def read_args(request: web.Request) -> Args:
    """Returns query and body together; the body wins.

    Raises WorkspaceRefused on a body that is neither a form nor a JSON object.
    """
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            raise WorkspaceRefused("invalid_json") from None
        if not isinstance(body, dict):
            raise WorkspaceRefused("json_not_object")
        return Args({**values, **body})
    if request.can_read_body:
        values |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return Args(values)
