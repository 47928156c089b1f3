"""What a process shares with the others on its Redis: events to answer from, and a place for files."""

from __future__ import annotations

import os
import secrets
from asyncio import to_thread
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from socket import gethostname

from bot.kernel.errors import Unavailable
from bot.kernel.settings import Settings
from bot.providers.local.event_store import EventStore
from bot.providers.local.event_store_port import EventStorePort
from bot.signals.source import Source
from bot.state.running_bots import Shares

MARK = "place"
"""A file in a folder of files by which every process knows it again, under whatever path it has it."""


async def shares(settings: Settings, source: Source | None = None, store: EventStorePort | None = None) -> Shares:
    """`source` is that of a process that answers. Raises Unavailable where the folder of files can't be used."""
    place = await to_thread(_place_of_files, settings)
    if source is None:
        return Shares(place)
    if source.name != "local" or store is None:
        return Shares(place, source.name)
    if isinstance(store, EventStore):
        return Shares(place, await to_thread(_mark_of_store, store), embedded=True)
    return Shares(place, f"server {_digest(await store.meta('salt') or '')}")


async def retention_duty(store: object) -> str:
    """Names what one process does at a time: for the events that all share, or for the file that is this one's."""
    return f"retention {await to_thread(_mark_of_store, store)}" if isinstance(store, EventStore) else "retention"


def _mark_of_store(store: EventStore) -> str:
    """Blocking. A copy of a store is another store, as soon as anything arrives: folder and host belong to it."""
    salts = store.rows_of("SELECT value FROM meta WHERE name = 'salt'")
    return _digest(str(salts), str(store.folder.resolve()), gethostname())


def _place_of_files(settings: Settings) -> str:
    """Blocking."""
    kind, _, path = settings.files.partition(":")
    if kind == "file":
        return _mark(Path(path) if path else settings.data)
    return _digest(settings.files.rstrip("/"))


def _mark(folder: Path) -> str:
    """What the first process has written into the folder; of two that are the first at once, one."""
    path, draft = folder / MARK, folder / f"{MARK}.{secrets.token_hex(8)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            draft.write_text(secrets.token_hex(16), "ascii")
            with suppress(FileExistsError):
                os.link(draft, path)
            draft.unlink()
        return _digest(path.read_text("ascii"))
    except (OSError, UnicodeError) as error:
        raise Unavailable("The folder %(folder)s can’t be used: %(error)s.", folder=folder, error=error) from error


def _digest(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
