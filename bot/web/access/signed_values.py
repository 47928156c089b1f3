"""Values that leave the bot and come back, signed so that nobody else can make one (HMAC-SHA256, RFC 2104)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

from bot.kernel.clock import Clock
from bot.kernel.errors import Misunderstood
from bot.kernel.settings import Settings, variable

SHORTEST_KEY = 32
LONGEST = 4096
"""Characters of a signed value that are looked at; a cookie has no more."""
T = TypeVar("T")


class Dated(msgspec.Struct, frozen=True, array_like=True):
    """What is signed: until when it holds, in epoch seconds, and the value."""

    until: int
    value: msgspec.Raw


class SignedValues:
    """The first key signs; all of them are believed. A value holds for one purpose and until its time is over."""

    def __init__(self, keys: Sequence[str], now: Clock) -> None:
        self._keys = [hashlib.sha256(f"replaybook pages\0{key}".encode()).digest() for key in keys]
        self._now = now

    def sign(self, purpose: str, value: object, lasts: timedelta) -> str:
        until = int((self._now() + lasts).timestamp())
        payload = _text(msgspec.json.encode((until, value)))
        return f"{payload}.{_text(self._mac(self._keys[0], purpose, payload))}"

    def read(self, purpose: str, text: str, kind: type[T]) -> T | None:
        """None for what isn't ours, is for another purpose, or is over."""
        payload, dot, signature = text.rpartition(".")
        if not dot or len(text) > LONGEST or not text.isascii() or not self._is_signed(purpose, payload, signature):
            return None
        try:
            dated = msgspec.json.decode(_bytes(payload), type=Dated)
            return msgspec.json.decode(dated.value, type=kind) if dated.until > self._now().timestamp() else None
        except (msgspec.MsgspecError, binascii.Error, ValueError):
            return None

    def token(self, purpose: str, about: str) -> str:
        """What proves that something comes from a page of ours: the same as long as the key is."""
        return _text(self._mac(self._keys[0], purpose, about))

    def is_token(self, purpose: str, about: str, token: str) -> bool:
        return self._is_signed(purpose, about, token)

    def _is_signed(self, purpose: str, payload: str, signature: str) -> bool:
        given = signature.encode("utf-8", "replace")
        return any(hmac.compare_digest(_text(self._mac(key, purpose, payload)).encode(), given) for key in self._keys)

    def _mac(self, key: bytes, purpose: str, payload: str) -> bytes:
        return hmac.new(key, f"{purpose}\0{payload}".encode("utf-8", "replace"), hashlib.sha256).digest()


def signing_keys(settings: Settings) -> tuple[str, ...]:
    """The keys that are set, or else one made of a secret that every bot of the installation has.

    Raises Misunderstood for one that is too short.
    """
    if any(len(key) < SHORTEST_KEY for key in settings.session_keys):
        raise Misunderstood(
            "%(variable)s has a key of less than %(n)s characters; `openssl rand -hex 32` makes one.",
            variable=variable("session_keys"),
            n=SHORTEST_KEY,
        )
    secrets = (settings.slack_client_secret, settings.slack_signing_secret, settings.slack_bot_token)
    return settings.session_keys or tuple(secret for secret in secrets if secret)[:1] or ("",)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
