"""Accounts at Datadog."""

from __future__ import annotations

import structlog

from bot.kernel.errors import Missing, Upstream
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.owners import owner_calls as calls


class Users:
    """Finds people by their e-mail address, which is their handle, too."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._log = structlog.get_logger()

    async def address(self, email: str) -> str:
        """Returns the address as Datadog writes it, empty where nobody has it (any more) or Datadog doesn't say."""
        if not email:
            return ""
        try:
            people = await self._client.send(calls.users(email), calls.OwnerPeople)
        except (Missing, DatadogRefused, Upstream) as error:
            self._log.warning("people are not known from Datadog", why=error.sentence)
            return ""
        return next((person.email for person in people.data if person.email.casefold() == email.casefold()), "")
