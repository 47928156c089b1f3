"""What a provider knows of its webhooks: how they are signed, what they name, and how people set them up."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.kernel.settings import Settings

MOST_ID = 200


@dataclass(frozen=True, slots=True)
class HookDelivery:
    """A webhook as it came. Names of headers are in lower case; `connection` is the last part of the path."""

    connection: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class HookHint:
    """What a signed webhook says: `id` is the same when it is delivered again, `keys` are of tickets to read again.

    Nothing else of a webhook is used: webhooks come late, twice, in any order, and with a part of the ticket.
    """

    id: str
    keys: tuple[str, ...] = ()


class Hooks(Protocol):
    """One for each provider that sends webhooks; named in its row."""

    def read(self, settings: Settings, delivery: HookDelivery) -> HookHint:
        """Raises Missing where none are set up, Unauthorized for a wrong signature, Misunderstood for what it isn't.

        The signature is checked before the body is looked at.
        """

    def steps(self, settings: Settings, url: str) -> Sequence[str]:
        """What to do so that they come to `url`, a sentence each; none where the provider isn't set up."""

    def trial(self, settings: Settings, at: datetime) -> HookDelivery | None:
        """A signed webhook that names no ticket, as the doctor sends it to the bot; None where none are set up."""


def signed(secret: str, body: bytes) -> str:
    """Returns the HMAC-SHA256 of a body in hexadecimal digits."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def same(given: str, wanted: str) -> bool:
    """Whether two texts are the same, in a time that doesn't tell where they differ. Headers may hold any bytes."""
    return hmac.compare_digest(given.encode(errors="surrogatepass"), wanted.encode(errors="surrogatepass"))


def delivery_id(delivery: HookDelivery, header: str) -> str:
    """What the header calls the delivery; where it names none that can be kept, the same for the same body."""
    named = delivery.headers.get(header, "")
    plain = 0 < len(named) <= MOST_ID and named.isascii() and named.isprintable()
    return named if plain else hashlib.sha256(delivery.body).hexdigest()
