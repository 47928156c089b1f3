"""The parts of a RUM event that are read. Names: DataDog/rum-events-format, schemas/rum."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.kernel.lenient import convert_leniently


class RumNamed(msgspec.Struct):
    name: str | None = ""


class RumFrustration(msgspec.Struct):
    type: list[str] = []


class RumCount(msgspec.Struct):
    count: int = 0


class RumAction(msgspec.Struct):
    """`id` of an error may be the list of all actions that were in progress."""

    id: str | list[str] = ""
    target: RumNamed = msgspec.field(default_factory=RumNamed)
    frustration: RumFrustration = msgspec.field(default_factory=RumFrustration)
    error: RumCount = msgspec.field(default_factory=RumCount)

    @property
    def ids(self) -> list[str]:
        ids = self.id if isinstance(self.id, list) else [self.id]
        return [id for id in ids if id]


class RumPart(msgspec.Struct):
    id: str = ""
    type: str | None = ""
    has_replay: bool = False


class RumView(RumPart):
    """Datadog adds the path, and the path of all pages of its kind ("/product/?")."""

    url_path: str | None = ""
    url_path_group: str | None = ""


class RumError(msgspec.Struct):
    message: str = ""


class Country(msgspec.Struct):
    country_iso_code: str | None = ""


class Configuration(msgspec.Struct):
    """Percent of all sessions that the SDK keeps."""

    session_sample_rate: float = 100.0


class RumInternal(msgspec.Struct):
    configuration: Configuration = msgspec.field(default_factory=Configuration)


class RumEvent(msgspec.Struct):
    """`date` is in epoch milliseconds, 0 where it is missing."""

    type: str = ""
    date: float = 0
    action: RumAction = msgspec.field(default_factory=RumAction)
    session: RumPart = msgspec.field(default_factory=RumPart)
    view: RumView = msgspec.field(default_factory=RumView)
    error: RumError = msgspec.field(default_factory=RumError)
    usr: dict[str, Any] = {}
    browser: RumNamed = msgspec.field(default_factory=RumNamed)
    device: RumPart = msgspec.field(default_factory=RumPart)
    geo: Country = msgspec.field(default_factory=Country)
    internal: RumInternal = msgspec.field(default_factory=RumInternal, name="_dd")


def device_name(kind: str) -> str:
    """Returns a kind of device as Datadog shows it (`Desktop`), also where it keeps what the SDK sent (`desktop`)."""
    return "TV" if kind == "tv" else kind.replace("_", " ").title() if kind.islower() else kind


def rum_event(sent: msgspec.Raw) -> RumEvent:
    """Returns an event as far as it is read; what has another shape than documented is left out, the rest stays."""
    try:
        return msgspec.json.decode(sent, type=RumEvent)
    except msgspec.ValidationError:
        value = msgspec.json.decode(sent)
        return convert_leniently(value, RumEvent) if isinstance(value, dict) else RumEvent()
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return RumEvent()
