"""What a ticket shows of the request that led to it: chart, clip, versions and where to read on."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.backlog.request import Party, Request
from bot.backlog.ticket import Ticket, TicketFile, TicketLink
from bot.kernel.errors import Missing, Upstream
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Chart, StoredClip
from bot.notebook.facts import chart_of
from bot.notebook.own_files import files_of
from bot.services.access.access import Deed, Denied
from bot.services.requests import notify
from bot.services.requests.context import RequestContext
from bot.signals.answer import Answer, FirstSeen


@dataclass(frozen=True, slots=True)
class TicketEvidence:
    """`versions` first came up in the time that was asked about, newest first. A chart of one bar shows nothing.

    `files` are those of all clips, as the ticket's text may link to one that was the newest when it was written.
    """

    request: Request
    versions: tuple[FirstSeen, ...]
    chart: Chart | None
    clip: StoredClip | None
    notebook_url: str
    thread_url: str
    files: frozenset[str] = frozenset()


async def evidence_of(context: RequestContext, ticket: Ticket, locale: Locale) -> TicketEvidence | None:
    """None for a ticket that no request led to, or one whose request is no longer kept."""
    request = await context.records.of_ticket(ticket.key)
    if request is None:
        return None
    try:
        asked = await context.questions.get(request.team, request.question)
        clips = await context.postmortems.clips.of_question(asked)
        thread = await notify.thread_url(context, request)
    except (Missing, Upstream):
        return TicketEvidence(request, (), None, None, await notify.notebook_url(context, request), "")
    answer = asked.answer
    return TicketEvidence(
        request,
        _new_versions(answer) if answer else (),
        _chart(answer, request, locale, asked.zone) if answer else None,
        clips[-1].clip if clips else None,
        await notify.notebook_url(context, request),
        thread,
        frozenset(name for clip in clips for name in files_of(clip.clip)),
    )


def _new_versions(answer: Answer) -> tuple[FirstSeen, ...]:
    """Those of the time that was asked about; the answer knows those of the weeks before, too."""
    period = answer.question.period
    seen = [each for each in answer.first_seen if period.start <= each.at < period.end]
    return tuple(sorted(seen, key=lambda each: each.at, reverse=True))


def _chart(answer: Answer, request: Request, locale: Locale, zone: str) -> Chart | None:
    if len(answer.series) < 2:
        return None
    return chart_of(answer, locale.text("Signals on %(what)s", what=f"“{request.feature}”"), zone)


async def ticket_links(context: RequestContext, request: Request, by: str, locale: Locale) -> tuple[TicketLink, ...]:
    """Where to read on, and the clip. `by` put the ticket there. Its picture needs a public address."""
    links = [
        TicketLink(locale.text("Post-mortem"), await notify.notebook_url(context, request)),
        TicketLink(locale.text("In Slack"), await notify.thread_url(context, request)),
    ]
    if clip := await _clip(context, request, by):
        files = f"{context.postmortems.public_url}/files"
        image = f"{files}/{clip.poster or clip.file}" if is_public(context.postmortems.public_url) else ""
        links.append(TicketLink(locale.text("Clip"), f"{files}/{clip.file}", image))
    return tuple(link for link in links if link.url)


async def clip_file(context: RequestContext, request: Request, by: str) -> TicketFile | None:
    """The newest clip of what was asked; None where there is none, its file isn't kept any more, or `by` gets none."""
    clip = await _clip(context, request, by)
    if clip is None:
        return None
    try:
        data = await context.postmortems.files.get(clip.file)
    except (Missing, Upstream):
        return None
    stem, _, kind = clip.file.rpartition(".")
    return TicketFile(f"replaybook-{stem[:12]}.{kind}", MEDIA_TYPES[kind], data, clip.alt_text)


async def _clip(context: RequestContext, request: Request, by: str) -> StoredClip | None:
    """The clip that leaves the channel for the tracker. Where a policy keeps it, whoever answered is told once."""
    try:
        clips = await context.postmortems.clips.of_question(await context.questions.get(request.team, request.question))
        if not clips:
            return None
        await context.access.permit(
            Deed.ATTACH_CLIP,
            team=request.team,
            channel=request.channel,
            user=by,
            target=request.id,
            once=clips[-1].id,
        )
    except (Missing, Upstream):
        return None
    except Denied as denied:
        locale = await notify.locale_of(context, request, Party(by, ""))
        text = f"{locale.text('The ticket shows no clip.')} {denied.text(locale)}"
        await context.slack.private.say(notify.address_of(request, by), text, key=f"no-clip:{request.id}:{by}")
        return None
    return clips[-1].clip


def is_public(url: str) -> bool:
    """Whether somebody else's server may reach an address: it has TLS, and is neither an IP address nor one machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    numeric = ":" in host or host.replace(".", "").isdecimal()
    return parts.scheme == "https" and "." in host and not numeric


MEDIA_TYPES = {"gif": "image/gif", "mp4": "video/mp4", "png": "image/png"}
