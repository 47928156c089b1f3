"""A RUM event as the API gives it, as far as it is read. Names: DataDog/rum-events-format, schemas/rum."""

from __future__ import annotations

from typing import Any

import msgspec


class Named(msgspec.Struct):
    name: str | None = ""


class Frustration(msgspec.Struct):
    type: list[str] = []


class Count(msgspec.Struct):
    count: int = 0


class Action(msgspec.Struct):
    """Of an error, `id` may be the list of all actions that were in progress."""

    id: str | list[str] = ""
    target: Named = msgspec.field(default_factory=Named)
    frustration: Frustration = msgspec.field(default_factory=Frustration)
    error: Count = msgspec.field(default_factory=Count)

    @property
    def ids(self) -> list[str]:
        ids = self.id if isinstance(self.id, list) else [self.id]
        return [id for id in ids if id]


class Part(msgspec.Struct):
    id: str = ""
    type: str | None = ""
    has_replay: bool = False


class Failure(msgspec.Struct):
    message: str = ""


class Country(msgspec.Struct):
    country_iso_code: str | None = ""


class Configuration(msgspec.Struct):
    """Percent of all sessions that the SDK keeps, and of these the percent that it records."""

    session_sample_rate: float = 100.0


class Internal(msgspec.Struct):
    configuration: Configuration = msgspec.field(default_factory=Configuration)


class Inner(msgspec.Struct):
    """`date` is in epoch milliseconds, where it is there."""

    type: str = ""
    date: float = 0
    action: Action = msgspec.field(default_factory=Action)
    session: Part = msgspec.field(default_factory=Part)
    view: Part = msgspec.field(default_factory=Part)
    error: Failure = msgspec.field(default_factory=Failure)
    usr: dict[str, Any] = {}
    browser: Named = msgspec.field(default_factory=Named)
    device: Part = msgspec.field(default_factory=Part)
    geo: Country = msgspec.field(default_factory=Country)
    internal: Internal = msgspec.field(default_factory=Internal, name="_dd")
