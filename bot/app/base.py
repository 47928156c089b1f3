"""What every process of ours is made of, from the settings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from redis.asyncio import Redis

from bot.app.own_of_teams import team_parts, team_rules
from bot.app.slack_access import SlackAccess, check_slack, slack_access
from bot.backlog.owners import Owners
from bot.files.file_areas import file_areas
from bot.files.file_store import HashedFiles
from bot.kernel.base_path import BasePath
from bot.kernel.clock import Clock
from bot.kernel.errors import Missing
from bot.kernel.messages import Messages
from bot.kernel.metrics import Metrics
from bot.kernel.setting_values import http_address
from bot.kernel.settings import Settings, variable
from bot.providers import chosen, registry
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.provider import Setup
from bot.queue.job import ANSWERS, CLIPS
from bot.queue.queue import Queue
from bot.services.access.access import Access
from bot.services.access.audit_log import AuditLog
from bot.services.access.policy import InstallationPolicies
from bot.services.clips.clip_records import ClipRecords
from bot.services.clips.context import ClipDefaults
from bot.services.explain_failure import FailureContext
from bot.services.postmortems.render_pdf import PdfRecords
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.request_records import RequestRecords
from bot.services.teams.team_parts import TeamParts
from bot.signals.source import Source
from bot.slack.channel_guests import ChannelGuests
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.private_replies import PrivateReplies
from bot.slack.slack import Slack
from bot.slack.undelivered import UndeliveredMessages
from bot.slack.web_api import Clients
from bot.state.connection import connected
from bot.state.expiring_bytes import ExpiringBytes
from bot.state.once import Once
from bot.state.records import RecordStore
from bot.state.redis_records import opened_records


@dataclass(frozen=True, slots=True)
class Base:
    """What every process of ours is made of. `public_url` is where people reach the bot's own pages."""

    settings: Settings
    clock: Clock
    public_url: str
    redis: Redis
    records: RecordStore
    slack: Slack
    queue: Queue
    once: Once
    providers: chosen.Chosen
    owners: Owners
    questions: QuestionRecords
    clips: ClipRecords
    requests: RequestRecords
    files: HashedFiles
    access: SlackAccess
    policies: Access
    teams: TeamParts

    @property
    def path(self) -> BasePath:
        return BasePath.of(self.public_url)

    @property
    def defaults(self) -> ClipDefaults:
        return ClipDefaults(self.settings.clip_width, self.settings.clip_seconds, self.settings.clip_loops)

    @property
    def failures(self) -> FailureContext:
        return FailureContext(self.slack, self.questions, self.clips, self.requests, self.pdfs)

    @property
    def pdfs(self) -> PdfRecords:
        return PdfRecords(ExpiringBytes(self.redis))

    @property
    def shared_source(self) -> Source | None:
        """The source that says whether bots answer alike: the embedded one, where any workspace may have it."""
        return self.providers.all_sources.sources.get(chosen.EMBEDDED) or self.providers.source


@asynccontextmanager
async def opened(
    settings: Settings, url: str, metrics: Metrics, clock: Clock, store: EventStorePort | None = None
) -> AsyncIterator[Base]:
    """`url` is Redis's. Raises Misunderstood without a way to come by Slack's tokens, and what opening raises."""
    check_slack(settings)
    public_url = public_address(settings)
    owners = load_owners(settings)
    policies = await asyncio.to_thread(InstallationPolicies.load, settings.policies)
    rules = await asyncio.to_thread(team_rules, settings)
    async with (
        connected(url) as redis,
        Queue.opened(url, ANSWERS, CLIPS) as queue,
        opened_records(settings, redis) as records,
        slack_access(settings, redis, records, clock) as access,
        Clients.opened(access.tokens, settings.slack_api_url) as clients,
        chosen.opened(
            Setup(settings, redis, records, public_url, clock, store),
            owners.trackers | rules.trackers,
            rules.names("source"),
        ) as parts,
    ):
        once, teams = Once(redis), team_parts(records, redis, rules, parts)
        people, outbox = _people(settings, redis, clients, teams), Outbox(redis, clients, metrics=metrics)
        slack = _slack(Messages.load(clock), people, clients, outbox, once)
        yield Base(
            settings=settings,
            clock=clock,
            public_url=public_url,
            redis=redis,
            records=records,
            slack=slack,
            queue=queue,
            once=once,
            providers=parts,
            owners=owners,
            questions=QuestionRecords(records, public_url, slack.outbox),
            clips=ClipRecords(records, once),
            requests=RequestRecords(records, once),
            files=HashedFiles(file_areas(settings).pictures),
            access=access,
            policies=Access(
                slack.people,
                AuditLog(records, clock),
                policies,
                records,
                ChannelGuests(redis, clients, slack.people),
            ),
            teams=teams,
        )


def _people(settings: Settings, redis: Redis, clients: Clients, teams: TeamParts) -> People:
    return People(redis, clients, tag=settings.default_locale, zone=settings.default_zone, languages=teams)


def _slack(messages: Messages, people: People, clients: Clients, outbox: Outbox, once: Once) -> Slack:
    private = PrivateReplies(messages, people, clients, outbox, once)
    outbox.tells(UndeliveredMessages(private))
    return Slack(messages, people, clients, outbox, private)


def public_address(settings: Settings) -> str:
    """Where people reach the bot's own pages."""
    return (settings.public_url or http_address(settings.host, settings.port)).rstrip("/")


def load_owners(settings: Settings) -> Owners:
    """Nobody owns anything without the file that is looked for by default. Raises Missing for another that isn't there,
    and Misunderstood for one that isn't right."""
    if settings.owners != Settings().owners and not settings.owners.exists():
        raise Missing(
            "%(variable)s is %(path)s, and there is no such file.", variable=variable("owners"), path=settings.owners
        )
    return Owners.load(settings.owners, registry.names_with("tracker"))
