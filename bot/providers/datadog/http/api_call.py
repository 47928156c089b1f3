"""One request to Datadog, as a value: the provider's parts build it, the client sends it, contract tests compare it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class CallKind(Enum):
    """What happens when the same request is sent twice."""

    READ = "nothing: searches are reads, whatever their method"
    REPLACE = "the same as once: it says how things shall be"
    CREATE = "a second thing: it must never be repeated blindly"


@dataclass(frozen=True, slots=True)
class Call:
    """`path` begins with /api. `body` is sent as JSON. `needs` is the permission (or several) that the keys must have.

    `group` names what shares a rate limit; `what` completes "when asked for …" ("RUM events", "a new notebook").
    """

    method: str
    path: str
    needs: str
    group: str
    what: str
    kind: CallKind = CallKind.READ
    query: tuple[tuple[str, str], ...] = ()
    body: Any = None
