"""Owners as Datadog knows them: the team that owns a RUM view, or the service in the Software Catalog.

A result is kept for a while, also that there is no owner. People are given by their e-mail address, by which Slack
knows them, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import msgspec
import structlog
from redis.asyncio import Redis

from bot.backlog.feature import Contact, Feature, Owner
from bot.backlog.owners import Clicked
from bot.kernel.errors import Missing, Upstream
from bot.providers.datadog.http.client import Client
from bot.providers.datadog.http.error_answers import DatadogRefused
from bot.providers.datadog.owners import owner_calls as calls
from bot.providers.datadog.owners.teams import team_contacts
from bot.state import keys

KEEP_S = 600
KEEP_NAMED_S = 30 * 24 * 3600
"""A request to an owner stays open for weeks, and names its feature."""


class DatadogOwners:
    """An OwnerSource. For features that Datadog names, tickets go to `project` in the tracker of the settings."""

    def __init__(self, client: Client, redis: Redis, *, project: str = "") -> None:
        self._client = client
        self._redis = redis
        self._project = project
        self._log = structlog.get_logger()

    async def owner_of(self, targets: Sequence[Clicked], view: str = "", service: str = "") -> Feature | None:
        """Returns the owner of the view, else of the service. A Datadog that doesn't answer knows nobody."""
        if not view and not service:
            return None
        key = keys.key("all", "datadog-owner", view, service)
        if (kept := await self._redis.get(key)) is not None:
            return _decoded(kept)
        try:
            feature = await self._of_view(view) or await self._of_service(service)
        except (Upstream, Missing, DatadogRefused) as error:
            self._log.warning("owners are not known from Datadog", why=error.sentence)
            return None
        await self._redis.set(key, msgspec.json.encode(feature), ex=KEEP_S)
        if feature:
            named = keys.key("all", "datadog-feature", feature.name)
            await self._redis.set(named, msgspec.json.encode(feature), ex=KEEP_NAMED_S)
        return feature

    async def named(self, name: str) -> Feature | None:
        kept = await self._redis.get(keys.key("all", "datadog-feature", name))
        return _decoded(kept) if kept is not None else None

    async def _of_view(self, view: str) -> Feature | None:
        if not view:
            return None
        try:
            rules = await self._client.send(calls.rules(), calls.Rules)
        except (Missing, Upstream, DatadogRefused) as error:
            self._log.warning("RUM's team ownership, a preview, can't be read", why=error.sentence)
            return None  # the catalog may still know
        best = max((rule.attributes for rule in rules.data), key=lambda rule: fit(rule, view), default=None)
        if best is None or not any(fit(best, view)):
            return None
        for team in best.teams:
            if feature := await self._feature(best.view_name, team.team_handle, views=(best.view_name,)):
                return feature
        return None

    async def _of_service(self, service: str) -> Feature | None:
        if not service:
            return None
        entities = (await self._client.send(calls.service(service), calls.Entities)).data
        entity = next((entity.attributes for entity in entities if entity.attributes.name == service), None)
        return await self._feature(service, entity.owner) if entity and entity.owner else None

    async def _feature(self, name: str, handle: str, views: tuple[str, ...] = ()) -> Feature | None:
        contacts = await team_contacts(self._client, handle)
        if contacts is None:
            return None
        return Feature(
            name=name,
            engineering=Owner(Contact.EMAIL, contacts.engineering),
            product=Owner(Contact.EMAIL, contacts.product),
            views=views,
            project=self._project or contacts.handle,
        )


def _decoded(kept: bytes | str) -> Feature | None:
    """Reads what was kept. Versions before wrote “datadog” as the tracker, whatever the settings said."""
    feature = msgspec.json.decode(kept, type=Feature | None)
    return replace(feature, tracker="") if feature else None


def fit(rule: calls.RuleAttributes, view: str) -> tuple[int, int]:
    """Returns how well a rule fits a view, as (exact, length of the prefix), zeros when it doesn't."""
    name = rule.view_name
    exact = int(name == view)
    prefix = len(name) if name and rule.match_type == "prefix" and view.startswith(name) else 0
    return exact, prefix
