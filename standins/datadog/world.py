"""The state of the stand-in, and its record of requests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.kernel.clock import Clock
from standins.datadog.datadog_faults import DatadogFault
from standins.datadog.rum_columns import Events
from standins.http_faults import HttpFaults


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """A request as it came, and the seconds that the stand-in itself took for it."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int
    seconds: float


@dataclass(slots=True)
class Rate:
    """`limit` requests in `period_s`; `left` of them until `until` (monotonic seconds)."""

    limit: int
    period_s: float
    left: int = 0
    until: float = 0.0


@dataclass(slots=True)
class World:
    """Everything behind the endpoints. Each file of endpoints uses its own part of it."""

    clock: Clock
    """What is older than Datadog keeps is counted back from here."""
    api_key: str = "api"
    app_key: str = "app"
    permissions: set[str] | None = None
    """What the application key may do; None is everything."""
    faults: HttpFaults[DatadogFault] = field(default_factory=HttpFaults)
    rates: dict[str, Rate] = field(default_factory=dict)
    """Limits by the name that the endpoint gives its group; no limit where none is set."""
    requests: list[RequestRecord] = field(default_factory=list)
    events: Events = field(default_factory=Events)
    """RUM events as the SDK sends them."""
    page_most: int = 1000
    """Events on a page, whatever its limit says: Datadog may return fewer although more follow."""
    segments: dict[tuple[str, str], list[bytes]] = field(default_factory=dict)
    """Stored pieces by (session, view), in order, as the SDK sent them."""
    segment_format: str = "zlib"
    """How the replay endpoint packs them: see `replay`."""
    things: dict[str, Any] = field(default_factory=dict)
    """State of other endpoints (notebooks, cases, incidents), by the name of their file."""
