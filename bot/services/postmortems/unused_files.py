"""Clips and pictures that no record mentions any more are deleted: no notebook shows them, and no answer's clip is one.

Files that somebody else's records may mention are never touched: a bot that looks into a bucket with other records than
those that filled it (a copy for trying things, a restored backup without its files) has nothing to say about them.
"""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

import structlog
from redis.asyncio import Redis

from bot.files.file_areas import file_areas
from bot.files.file_store import FILE_NAME, FileStore
from bot.kernel.clock import system_clock
from bot.kernel.errors import Conflict, Missing, Upstream
from bot.kernel.settings import Settings
from bot.state import keys
from bot.state.locks import on_duty
from bot.state.records import Records, RecordStore

DAY_S = 86_400.0
MARK = "records.mark"
"""The file by which records know their files."""
MENTIONED = re.compile(rb"[0-9a-f]{64}\.(?:gif|mp4|png)")

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


async def tidying_files(settings: Settings, redis: Redis, records: RecordStore) -> None:
    """Tidies for as long as it isn't cancelled, in one process at a time."""
    pictures, keep = file_areas(settings).pictures, timedelta(days=settings.retention_days)
    await on_duty(redis, "files", partial(tidy_files_daily, pictures, records, keep))


async def tidy_files_daily(store: FileStore, records: RecordStore, keep: timedelta) -> None:
    """Runs until it is cancelled: at once and then every day. Ages are by the machine's clock, as the store's are."""
    while True:
        try:
            if count := await delete_unused(store, records, system_clock() - keep):
                log.info("unused files deleted", files=count)
        except (Upstream, Conflict) as error:
            log.warning("unused files could not be deleted", reason=error.sentence)
        await asyncio.sleep(DAY_S)


async def delete_unused(
    store: FileStore, records: RecordStore, before: datetime, only: Collection[str] | None = None
) -> int:
    """Deletes the files, or `only` some, that were put last before this time and that no record mentions.

    Returns how many.

    Raises Upstream, and Conflict where the files may belong to other records.
    """
    files = [file async for file in store.list() if FILE_NAME.fullmatch(file.key)]
    old = {file.key for file in files if file.modified < before and (only is None or file.key in only)}
    if not old:
        if not files:
            await _check_ours(store, records, ours=True)
        return 0
    unused = set(old)
    async for data in records.every():
        unused.difference_update(name.decode() for name in MENTIONED.findall(data))
    await _check_ours(store, records, ours=unused != old)
    still = [key for key in sorted(unused) if await _is_older(store, key, before)]
    await store.delete(still)
    return len(still)


async def _check_ours(store: FileStore, records: RecordStore, *, ours: bool) -> None:
    """Raises Conflict for the files of other records. Files without a mark are marked where they are surely `ours`."""
    kept: Records[str] = Records(records, str)
    key = keys.record(keys.ALL, "files-mark", "files")
    mark = await kept.change(key, lambda known: known or secrets.token_hex(16))
    try:
        current = (await store.get(MARK)).decode(errors="replace")
    except Missing:
        if ours:
            await store.put(MARK, mark.encode())
            return
        current = ""
    if current != mark:
        raise Conflict("The files in %(place)s may belong to another installation.", place=store.place)


async def _is_older(store: FileStore, key: str, before: datetime) -> bool:
    """Whether nobody has put it again in the meantime."""
    try:
        return (await store.stat(key)).modified < before
    except Missing:
        return False
