"""Builds the services from the settings, once a process. The only place that knows every room and every provider."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis

from bot.app.own_of_teams import team_parts, team_rules
from bot.app.render_parts import pool, style
from bot.app.slack_access import SlackAccess, check_slack, slack_access
from bot.backlog.owners import AllOwners, Owners
from bot.backlog.schedule import delays
from bot.files.file_areas import file_areas
from bot.files.file_store import HashedFiles
from bot.kernel.clock import Clock
from bot.kernel.errors import Missing
from bot.kernel.messages import Messages
from bot.kernel.metrics import Metrics
from bot.kernel.settings import Settings
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem_templates import PostmortemTemplates
from bot.providers import chosen, registry
from bot.providers.local.event_store_port import EventStorePort
from bot.providers.provider import Setup
from bot.queue.job import ANSWERS, CLIPS
from bot.queue.queue import Queue
from bot.replay.model import Masks
from bot.replay.stage.pool import RenderPool
from bot.services.access.access import Access
from bot.services.access.audit_log import AuditLog
from bot.services.access.policy import InstallationPolicies
from bot.services.clips.clip_records import ClipRecords
from bot.services.clips.context import ClipContext, ClipDefaults, RenderContext
from bot.services.explain_failure import FailureContext
from bot.services.home_records import HomeRecords
from bot.services.installs.context import InstallContext
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.export_notebook import ExportContext, Prints
from bot.services.postmortems.facts_context import FactsContext
from bot.services.postmortems.notebook_sharing import NotebookSharing, SharedWith
from bot.services.postmortems.render_pdf import PdfRecords, QueuedPrints
from bot.services.questions.context import QuestionContext
from bot.services.questions.question_reader import QuestionReader
from bot.services.questions.question_records import QuestionRecords
from bot.services.requests.context import RequestContext
from bot.services.requests.request_records import RequestRecords
from bot.services.services import Services
from bot.services.teams.team_parts import TeamParts
from bot.services.watches.context import WatchContext, WatchLimits
from bot.services.watches.watch_records import WatchRecords
from bot.signals.presets import presets
from bot.signals.source import Source
from bot.slack.channel_guests import ChannelGuests
from bot.slack.outbox import Outbox
from bot.slack.people import People
from bot.slack.private_replies import PrivateReplies
from bot.slack.slack import Slack
from bot.slack.undelivered import UndeliveredMessages
from bot.slack.web_api import Clients
from bot.state import keys
from bot.state.connection import connected
from bot.state.locks import Leases
from bot.state.once import Once
from bot.state.record_indexes import DueIndex
from bot.state.records import RecordStore
from bot.state.redis_records import opened_records
from bot.web.exported_page import ExportedPages
from bot.web.html_pages import HtmlPages

NO_SIGNALS = "The chosen provider has no signals; see REPLAYBOOK_SOURCE in docs/settings.md."


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
    def defaults(self) -> ClipDefaults:
        return ClipDefaults(self.settings.clip_width, self.settings.clip_seconds, self.settings.clip_loops)

    @property
    def failures(self) -> FailureContext:
        return FailureContext(self.slack, self.questions, self.clips, self.requests, self.pdfs)

    @property
    def pdfs(self) -> PdfRecords:
        return PdfRecords(self.redis)

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
            Setup(settings, redis, records, public_url, store, clock),
            owners.trackers | rules.trackers,
            rules.names("source"),
        ) as parts,
    ):
        once, teams = Once(redis), team_parts(records, redis, rules, parts)
        slack = _slack(settings, redis, clients, metrics, once, teams)
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
            questions=QuestionRecords(records, public_url),
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


def _slack(settings: Settings, redis: Redis, clients: Clients, metrics: Metrics, once: Once, teams: TeamParts) -> Slack:
    messages, outbox = Messages.load(), Outbox(redis, clients, metrics=metrics)
    people = People(redis, clients, tag=settings.default_locale, zone=settings.default_zone, languages=teams)
    private = PrivateReplies(messages, people, clients, outbox, once)
    outbox.tells(UndeliveredMessages(private))
    return Slack(messages, people, clients, outbox, private)


def services(base: Base) -> Services:
    """Returns what the bot's own process can do. Raises Missing when the chosen provider has no signals."""
    source, slack = source_of(base.providers), base.slack
    owners = AllOwners(base.owners, (base.providers.owners,) if base.providers.owners else ())
    postmortems = _postmortems(base)
    questions = QuestionContext(
        slack, base.queue, base.questions, _reader(base, source), owners, Leases(base.redis), base.policies, base.teams
    )
    clips = ClipContext(slack, base.queue, base.questions, base.clips, source, base.defaults, base.policies, base.teams)
    limits = watch_limits(base.settings)
    watches = WatchContext(
        slack, base.queue, WatchRecords(base.records), questions, clips, base.clock, limits, base.policies
    )
    return Services(
        slack=slack,
        questions=questions,
        clips=clips,
        postmortems=postmortems,
        watches=watches,
        requests=RequestContext(
            slack=slack,
            queue=base.queue,
            records=base.requests,
            questions=base.questions,
            owners=owners,
            trackers=base.providers.trackers,
            postmortems=postmortems,
            source=source,
            clock=base.clock,
            access=base.policies,
            teams=base.teams,
            checked_after=delays(base.settings.fix_checks),
        ),
        facts=FactsContext(
            postmortems=postmortems,
            source=source,
            requests=base.requests,
            owners=owners,
            queue=base.queue,
            due=DueIndex(base.records, keys.NOTEBOOKS_DUE),
            clock=base.clock,
            teams=base.teams,
            rewriter=base.providers.rewriter,
        ),
        homes=HomeRecords(base.records),
        exports=export_context(
            base.settings, base.providers, QueuedPrints(base.pdfs, base.queue), base.public_url, postmortems.text
        ),
        access=base.policies,
        installs=InstallContext(slack, watches, base.policies.audit, base.access.installations),
        teams=base.teams,
    )


def _postmortems(base: Base) -> PostmortemContext:
    """Raises Misunderstood for a template of post-mortems that can't be used."""
    text, settings = NotebookText.load(), base.settings
    return PostmortemContext(
        slack=base.slack,
        notebooks=base.providers.notebooks,
        files=base.files,
        text=text,
        questions=base.questions,
        clips=base.clips,
        requests=base.requests,
        clock=base.clock,
        public_url=base.public_url,
        templates=PostmortemTemplates.load(text, settings.postmortem_folder, settings.postmortem_templates),
        access=base.policies,
        incidents=base.providers.incidents,
        sharing=NotebookSharing(base.records, SharedWith(settings.sharing)),
    )


def export_context(
    settings: Settings, parts: chosen.Chosen, prints: Prints, public_url: str, text: NotebookText
) -> ExportContext:
    return ExportContext(
        notebooks=parts.notebooks,
        files=HashedFiles(file_areas(settings).pictures),
        text=text,
        pages=ExportedPages.load(HtmlPages.load()),
        prints=prints,
        exporters=parts.exporters,
        public_url=public_url,
    )


class OwnPrints:
    """Prints PDFs in this very process, for the command line."""

    def __init__(self, settings: Settings) -> None:
        self._pool = pool(settings)

    async def pdf(self, html: str, notebook: Notebook) -> bytes:
        """Raises Unavailable, also where there is no browser."""
        return await self._pool.pdf(html)


def public_address(settings: Settings) -> str:
    """Where people reach the bot's own pages."""
    return (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")


def render_context(base: Base, browsers: RenderPool) -> RenderContext:
    """Returns what a worker renders with."""
    return RenderContext(
        slack=base.slack,
        questions=base.questions,
        records=base.clips,
        pool=browsers,
        recordings=base.providers.recordings,
        files=base.files,
        style=style(base.settings),
        masks=Masks(),
        defaults=base.defaults,
        pdfs=base.pdfs,
        access=base.policies,
        teams=base.teams,
    )


def watch_limits(settings: Settings) -> WatchLimits:
    return WatchLimits(
        every=timedelta(minutes=settings.watch_minutes),
        lasts=timedelta(days=settings.watch_days),
        per_channel=settings.watches_per_channel,
        per_team=settings.watches_per_team,
        questions_a_minute=settings.watch_questions,
        live_for=timedelta(hours=settings.live_hours),
    )


def load_owners(settings: Settings) -> Owners:
    return Owners.load(settings.owners, registry.names_with("tracker"))


def source_of(parts: chosen.Chosen) -> Source:
    if parts.source is None:
        raise Missing(NO_SIGNALS)
    return parts.source


def _reader(base: Base, source: Source) -> QuestionReader:
    settings = base.settings
    return QuestionReader(
        source,
        base.clock,
        presets=presets(settings.presets),
        rewriter=base.providers.rewriter,
    )
