"""Tokens are kept encrypted: Fernet of `cryptography`, with the keys of a setting.

The first key encrypts, all of them decrypt, so that a key is changed by putting a new one before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from bot.kernel.errors import Misunderstood, Unauthorized
from bot.kernel.extras import missing_extra
from bot.kernel.settings import variable

if TYPE_CHECKING:
    from collections.abc import Sequence


class BotTokens(msgspec.Struct, frozen=True):
    """The secrets of one installation. `tenant` is in what is encrypted, so that none can be put in another's place."""

    tenant: str
    access: str
    refresh: str = ""


class TokenCipher:
    def __init__(self, keys: Sequence[str]) -> None:
        """Raises Misunderstood for keys that are none, and without the extra."""
        try:
            from cryptography.fernet import Fernet, MultiFernet  # noqa: PLC0415 - an extra
        except ModuleNotFoundError as error:
            raise missing_extra("oauth", variable("token_keys")) from error
        try:
            fernets = [Fernet(key) for key in keys]
        except (ValueError, TypeError):
            raise Misunderstood(
                "REPLAYBOOK_TOKEN_KEYS needs keys of 32 bytes in URL-safe Base64; `replaybook token-key` makes one."
            ) from None
        self._newest = fernets[0]
        self._all = MultiFernet(fernets)

    def encrypt(self, tokens: BotTokens) -> str:
        return self._newest.encrypt(msgspec.json.encode(tokens)).decode()

    def decrypt(self, tenant: str, encrypted: str) -> BotTokens:
        """Raises Unauthorized where no key fits, or the tokens are another's."""
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - an extra

        try:
            tokens = msgspec.json.decode(self._all.decrypt(encrypted), type=BotTokens)
        except (InvalidToken, msgspec.MsgspecError):
            tokens = None
        if tokens is None or tokens.tenant != tenant:
            raise Unauthorized(
                "No key of REPLAYBOOK_TOKEN_KEYS opens the tokens of %(team)s; it has to be installed again.",
                team=tenant,
                code="not_installed",
            )
        return tokens

    def is_by_newest_key(self, encrypted: str) -> bool:
        from cryptography.fernet import InvalidToken  # noqa: PLC0415 - an extra

        try:
            self._newest.decrypt(encrypted)
        except InvalidToken:
            return False
        return True


def new_key() -> str:
    """Raises Misunderstood without the extra."""
    try:
        from cryptography.fernet import Fernet  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise missing_extra("oauth", variable("token_keys")) from error
    return Fernet.generate_key().decode()
