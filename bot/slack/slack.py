"""What services speak to people with, in one small object."""

from __future__ import annotations

from dataclasses import dataclass

from bot.kernel.messages import Messages
from bot.slack.channel_messages import ChannelMessages
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.private_replies import PrivateReplies
from bot.slack.web_api import Clients


@dataclass(frozen=True, slots=True)
class Slack:
    messages: Messages
    people: People
    clients: Clients
    outbox: Outbox
    private: PrivateReplies

    @property
    def channel_messages(self) -> ChannelMessages:
        return ChannelMessages(self.clients)
