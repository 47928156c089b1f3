"""Slack's stand-in for the tests of what calls Slack: nine channels, one person, and no bot to notify."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from bot.slack.outbox import Outbox
from bot.slack.web_api import Clients, everywhere
from standins.slack import Seed, SeedChannel, SeedPerson, Workspace, WorkspaceConfig
from standins.slack.message_posting import MessageDraft, post
from standins.slack.slack_faults import SlackFault
from standins.slack.workspace_files import path_of, public
from tests.free_ports import free_port
from tests.standins.slack.house import serving

Json = dict[str, Any]
TOKEN = "xoxb-test"
BOT, PERSON = SeedPerson("U0BOT", "replaybook", "Replaybook"), SeedPerson("U7", "mina", "Mina Park")
CHANNELS = tuple(SeedChannel(f"C{n}", f"channel-{n}", (PERSON.id, BOT.id)) for n in range(9))
SEED = Seed("T1", "Team", "A1", "Replaybook", "B1", BOT, (PERSON,), CHANNELS)


class SlackWorkspace:
    """What the bot did is judged by the stand-in's store and journal."""

    def __init__(self, workspace: Workspace) -> None:
        self.team = workspace.team
        self.url = f"{workspace.config.root}/api/"

    def fault(self, kind: str, method: str = "chat.postMessage", **details: Any) -> None:
        self.team.faults.add(SlackFault.from_json({"kind": kind, "method": method, **details}))

    def messages(self, channel: str) -> list[Json]:
        """Returns everything in the channel and its threads, the oldest first."""
        return self.team.store.since(channel, "0", limit=10_000)

    def texts(self, channel: str) -> list[str]:
        return [message["text"] for message in self.messages(channel)]

    def say(self, text: str, channel: str = "C1") -> str:
        """Returns the ts of a message that the person posts."""
        return str(post(self.team, self.team.channel(channel), PERSON.id, MessageDraft(text))["ts"])

    def calls(self, method: str) -> list[Json]:
        """Returns the journal's entries; those that met a fault are among them."""
        return self.team.journal.entries(way="api", name=method)

    def count(self, method: str) -> int:
        return len(self.calls(method))

    def files(self) -> list[Json]:
        """Returns the files as Slack shows them, with their bytes as `data`."""
        files = self.team.store.all("file")
        return [{**public(self.team, file), "data": path_of(self.team, file["id"]).read_bytes()} for file in files]


@asynccontextmanager
async def slack_workspace(folder: Path) -> AsyncIterator[SlackWorkspace]:
    """Histories come two messages a page, so that whoever reads them has to turn pages."""
    root = f"http://127.0.0.1:{free_port()}"
    config = WorkspaceConfig(
        folder / "slack", root, "", TOKEN, "secret", SEED, events=frozenset(), page_limit=2
    )  # fmt: skip
    workspace = Workspace(config)
    async with serving(workspace.application(), int(root.rpartition(":")[2])):
        yield SlackWorkspace(workspace)


@asynccontextmanager
async def open_outbox(redis: Redis, slack: SlackWorkspace, token: str = TOKEN, **options: Any) -> AsyncIterator[Outbox]:
    async with Clients.opened(everywhere(token), slack.url) as clients:
        yield Outbox(redis, clients, **options)


def text_message(text: str) -> dict[str, object]:
    return {"text": text, "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]}
