"""Builds the services, once a process. With `base.py` the only place that knows every room and every provider."""

from __future__ import annotations

from datetime import timedelta

from bot.app.base import Base
from bot.app.render_parts import pool, style
from bot.backlog.owners import AllOwners
from bot.backlog.schedule import delays
from bot.files.file_areas import file_areas
from bot.files.file_store import HashedFiles
from bot.kernel.errors import Missing
from bot.kernel.settings import Settings
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import NotebookText
from bot.notebook.postmortem_templates import PostmortemTemplates
from bot.providers import chosen
from bot.replay.model import Masks
from bot.replay.stage.pool import RenderPool
from bot.services.clips.context import ClipContext, RenderContext
from bot.services.home_records import HomeRecords
from bot.services.installs.context import InstallContext
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.export_notebook import ExportContext, Prints
from bot.services.postmortems.facts_context import FactsContext
from bot.services.postmortems.notebook_sharing import NotebookSharing, SharedWith
from bot.services.postmortems.render_pdf import QueuedPrints
from bot.services.questions.context import QuestionContext
from bot.services.questions.question_reader import QuestionReader
from bot.services.requests.context import RequestContext
from bot.services.services import Services
from bot.services.watches.context import WatchContext, WatchLimits
from bot.services.watches.watch_records import WatchRecords
from bot.signals.presets import presets
from bot.signals.source import Source
from bot.state import keys
from bot.state.locks import Leases
from bot.state.record_indexes import DueIndex
from bot.web.exported_page import ExportedPages
from bot.web.html_pages import HtmlPages

NO_SIGNALS = "The chosen provider has no signals; see REPLAYBOOK_SOURCE in docs/settings.md."


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
        requests=_requests(base, source, owners, postmortems),
        facts=_facts(base, source, owners, postmortems),
        homes=HomeRecords(base.records, base.once),
        exports=export_context(
            base.settings, base.providers, QueuedPrints(base.pdfs, base.queue), base.public_url, postmortems.text
        ),
        access=base.policies,
        installs=InstallContext(slack, watches, base.policies.audit, base.access.installations),
        teams=base.teams,
    )


def _requests(base: Base, source: Source, owners: AllOwners, postmortems: PostmortemContext) -> RequestContext:
    return RequestContext(
        slack=base.slack,
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
    )


def _facts(base: Base, source: Source, owners: AllOwners, postmortems: PostmortemContext) -> FactsContext:
    return FactsContext(
        postmortems=postmortems,
        source=source,
        requests=base.requests,
        owners=owners,
        queue=base.queue,
        due=DueIndex(base.records, keys.NOTEBOOKS_DUE),
        clock=base.clock,
        teams=base.teams,
        rewriter=base.providers.rewriter,
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
        clock=base.clock,
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
