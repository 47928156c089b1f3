"""Calling a post-mortem published is an action of its own in the audit log, wherever it is done."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.notebook.notebook import digest
from bot.services.access.audit_log import AuditLog
from tests.handlers.house import MINA, House
from tests.handlers.signed_in_house import SignedInHouse
from tests.handlers.test_postmortem_command import commanded


async def noted(log: AuditLog, house: House | SignedInHouse) -> list[str]:
    now = house.services.requests.clock()
    found = log.entries(now - timedelta(hours=1), now + timedelta(hours=1))
    return [entry.action async for entry in found if entry.action.startswith("notebook.")]


async def test_publishing_by_command_is_noted_as_that(house: House) -> None:
    for text in ("open", "publish", "status draft", "status published", "상태 게시됨", "severity 2", "status away"):
        await commanded(house, text)
    assert sorted(await noted(house.services.access.audit, house)) == [
        *["notebook.changed"] * 4,
        *["notebook.finished"] * 3,
    ]


@pytest.mark.asyncio(loop_scope="module")
async def test_publishing_on_the_page_is_noted_as_that(site: SignedInHouse) -> None:
    log, path = site.services.access.audit, f"{site.notebook.path}/head"
    assert (await site.send(path, MINA.id, severity="2", seen_severity=digest("")))[0] == 303
    assert "notebook.finished" not in await noted(log, site)
    assert (await site.send(path, MINA.id, status="published", seen_status=digest("draft")))[0] == 303
    assert "notebook.finished" in await noted(log, site)
