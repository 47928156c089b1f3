"""Values apart from their query: what people typed never becomes part of HogQL's text."""

from __future__ import annotations

import re
from datetime import UTC, datetime

Value = str | int | list[str] | list[int]


class HogQLValues:
    """Collects the values of one query; each method gives what stands for one in HogQL (`{v0}`)."""

    def __init__(self) -> None:
        self.by_name: dict[str, Value] = {}

    def add(self, value: Value) -> str:
        """Texts lose what no text that is stored holds: lone surrogates, and NUL."""
        if isinstance(value, str):
            value = _storable(value)
        elif isinstance(value, list):
            value = [_storable(item) for item in value if isinstance(item, str)] or value
        name = f"v{len(self.by_name)}"
        self.by_name[name] = value
        return f"{{{name}}}"

    def time(self, moment: datetime) -> str:
        """A time to compare `timestamp` with."""
        text = moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return f"toDateTime({self.add(text)})"

    def filled_in(self, query: str) -> str:
        """Returns the query as people can run it in PostHog, with its values in it."""
        return re.sub(r"\{(v\d+)\}", lambda match: quoted(self.by_name[match[1]]), query)


def epoch_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def quoted(value: Value) -> str:
    """A constant of HogQL. Used for what people read alone."""
    if isinstance(value, str):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    if isinstance(value, int):
        return str(value)
    return f"[{', '.join(map(quoted, value))}]"


def _storable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")
