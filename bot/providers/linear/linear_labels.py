"""The labels of a new issue: those that its team or its workspace has, and those that are lacking, made in the team.

A label has an id of ours, as an issue does, so that it is made once. Where the key may not make labels, or one of the
name is a group or retired, the issue goes without it: a label is never a reason to make no issue.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any

import msgspec

from bot.backlog.ticket_text import one_line
from bot.kernel.errors import Unauthorized
from bot.providers.linear import linear_documents as documents
from bot.providers.linear.linear_client import LinearClient
from bot.providers.linear.linear_errors import LinearRefused
from bot.providers.linear.linear_issue import uuid4_of

MOST_NAME, MOST_LABELS = 80, 20


class KnownLabel(msgspec.Struct, rename="camel"):
    id: str
    name: str
    is_group: bool = False
    retired_at: str | None = None


class _LabelPage(msgspec.Struct):
    nodes: list[KnownLabel] = []


class _KnownLabels(msgspec.Struct):
    page: _LabelPage = msgspec.field(name="issueLabels")


class LinearLabels:
    def __init__(self, client: LinearClient) -> None:
        self._client = client

    async def ids(self, team: str, names: Iterable[str]) -> list[str]:
        """Ids of the labels by these names for an issue of the team, whose id is given. Raises Upstream."""
        by_name = dict[str, str]()
        for name in names:
            if line := one_line(name, MOST_NAME):
                by_name.setdefault(line.casefold(), line)
        wanted = list(by_name.values())[:MOST_LABELS]
        known = {label.name.casefold(): label for label in await self._known(team, wanted)} if wanted else {}
        ids = list[str]()
        for name in wanted:
            label = known.get(name.casefold())
            if label is None:
                ids += await self._made(team, name)
            elif not (label.is_group or label.retired_at):
                ids.append(label.id)
        return ids

    async def _known(self, team: str, names: list[str]) -> list[KnownLabel]:
        named = [{"name": {"eqIgnoreCase": name}} for name in names]
        usable = [{"team": {"null": True}}, {"team": {"id": {"eq": team}}}]
        filter = {"and": [{"or": named}, {"or": usable}]}
        return (await self._client.run(documents.LABELS, _KnownLabels, filter=filter)).page.nodes

    async def _made(self, team: str, name: str) -> list[str]:
        """The id of a new label; none where Linear doesn't let us make it."""
        id = uuid4_of("label", f"{team}:{name.casefold()}")
        sent: dict[str, Any] = {"id": id, "name": name, "teamId": team}
        known = partial(self._client.run, documents.LABEL, dict, id=id)
        try:
            await self._client.create(documents.CREATE_LABEL, dict, known, input=sent)
        except (LinearRefused, Unauthorized):
            return []
        return [id]
