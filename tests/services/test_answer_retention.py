"""A workspace's answers end when it says so, with pages and clips; what somebody waits for or wrote stays."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import msgspec
from redis.asyncio import Redis

from bot.backlog.request import RequestState
from bot.files.file_store import HashedFiles
from bot.files.folder_store import FolderStore
from bot.kernel.clock import system_clock
from bot.kernel.locale import Locale
from bot.services.postmortems.unused_files import delete_unused
from bot.services.questions.question_records import QuestionRecords
from bot.services.teams.answer_retention import AnswerRetention
from bot.services.teams.team_file import InstallationRules
from bot.services.teams.team_parts import ProviderParts, TeamParts
from bot.services.teams.team_records import TeamRecords
from bot.services.teams.team_settings import TeamSettings
from bot.signals.answer import Answer, Counts, Definition
from bot.signals.asked_question import AskedQuestion
from bot.signals.language.parse import parse
from bot.state import keys
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.records import Records, RecordStore
from tests.backlog.examples import NEW

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
OURS, THEIRS = "T1", "T2"


async def put(records: RecordStore, key: str, value: Any) -> None:
    kept: Records[Any] = Records(records, object)
    await kept.put(key, value)


async def answered(records: RecordStore, team: str, id: str, days_ago: int, file: str = "") -> AskedQuestion:
    """As the bot leaves it: the question, its page, its place in lists, and a clip."""
    at = NOW - timedelta(days=days_ago)
    question = parse("dead clicks today", now=at, locale=Locale.of())
    found = Answer(question, "local", Definition("", ""), "", Counts(), Counts(), None, Counts(), asked_at=at)
    questions = QuestionRecords(records)
    asked = AskedQuestion(
        id=id, team=team, channel="C1", user="U1", text="", question=question, tag="en", zone="UTC", answer=found
    )
    asked = msgspec.structs.replace(asked, page=(await questions.page(asked)).secret)
    await questions.add(asked)
    await questions.remember_thread(asked, f"17.{id}")
    await questions.remember_asked(asked, at)
    if file:
        await put(records, keys.record(team, "clips", id), (f"clip-{id}",))
        await put(records, keys.record(team, "shown", f"clip-{id}"), {"clip": {"file": file}})
    return asked


async def old_file(folder: Path, files: FolderStore, text: str) -> str:
    name = await HashedFiles(files).put(text.encode(), "gif")
    age(folder, name)
    return name


def age(folder: Path, name: str) -> None:
    then = (system_clock() - timedelta(days=3)).timestamp()
    os.utime(next(folder.rglob(name)), (then, then))


async def test_only_what_is_too_old_in_this_workspace_goes(redis: Redis, records: RecordStore, tmp_path: Path) -> None:
    files = FolderStore(tmp_path)
    await delete_unused(files, records, system_clock())  # the folder is empty, so it is ours
    clip, shared = await old_file(tmp_path, files, "clip"), await old_file(tmp_path, files, "shared")
    gone = await answered(records, OURS, "old", 20, clip)
    also = await answered(records, OURS, "written", 20, shared)
    await put(records, keys.record(OURS, "notebook", "N1"), {"text": shared})
    kept = [await answered(records, OURS, id, days) for id, days in (("asks", 20), ("settled", 20), ("new", 5))]
    kept.append(await answered(records, THEIRS, "theirs", 170))
    await put(records, keys.record(OURS, "request", "R1"), msgspec.structs.replace(NEW, question="asks"))
    closed = msgspec.structs.replace(NEW, question="settled", state=RequestState.CLOSED)
    await put(records, keys.record(OURS, "request", "R2"), closed)
    parts = cast(ProviderParts, None)
    teams = TeamParts(TeamRecords(records, ExpiringBytes(redis)), InstallationRules(), parts)
    retention = AnswerRetention(records, files, teams, lambda: NOW)
    assert await retention.tidy() == 0
    await teams.records.save(OURS, TeamSettings(retention_days=14), 0)
    assert await retention.tidy() == 3
    assert await retention.tidy() == 0
    names = [name async for name in records.names()]
    questions = QuestionRecords(records)
    for asked in (gone, also, kept[1]):
        assert not [name for name in names if asked.id in name or asked.page in name]
        assert await questions.asked_in_thread(OURS, "C1", f"17.{asked.id}") is None
    for asked in (kept[0], *kept[2:]):
        assert (await questions.on_page(asked.page)).id == asked.id
    assert [each.id for each in await questions.asked_about(kept[2])] == ["asks", "new"]
    assert {file.key async for file in files.list()} - {"records.mark"} == {shared}
