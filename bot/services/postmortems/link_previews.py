"""What is shown below a link to one of our own pages, in channels whose people may see what it leads to."""

from __future__ import annotations

import asyncio
import html
from dataclasses import dataclass, field, replace
from typing import Any

import structlog

from bot.kernel.errors import Missing, Unauthorized
from bot.kernel.locale import Locale
from bot.notebook.cell_data import Number, StoredClip
from bot.notebook.impact import Impact
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import SETTLED
from bot.notebook.public_view import public_view
from bot.replay.encode.first_frame import first_frame
from bot.services.access.access import Deed
from bot.services.access.policy import Right
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import UnfurlJob
from bot.services.postmortems.notebook_sharing import SharedWith
from bot.services.who_may_see import Readers
from bot.signals.headline import headline
from bot.slack.outbox.uploads import UploadFile
from bot.slack.own_links import OwnLink, own_link
from bot.slack.web_api import SlackRefused, called

MOST_LINKS = 5
MOST_SEARCHED = 30
"""Of so many of the newest post-mortems, the clips are known by their files."""
MOST_BYTES = 16 * 1024 * 1024
STILL = "still"

log: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkPreview:
    """`values` are those of the template; `clip` is what the still is taken from, or None."""

    channel: str
    locale: Locale
    values: dict[str, Any] = field(default_factory=dict)
    clip: StoredClip | None = None
    notebook: str = ""
    """The id of the notebook that it is in, which its owner may have shared."""
    target: str = ""
    """What the audit log calls it."""


async def unfurl_links(context: PostmortemContext, job: UnfurlJob) -> None:
    """Repeatable: the same links of the same message change what is shown, and add nothing. Raises Upstream."""
    shown: dict[str, dict[str, Any]] = {}
    plain: dict[str, dict[str, Any]] = {}
    for url in job.links[:MOST_LINKS]:
        link = own_link(context.public_url, html.unescape(url))
        preview = await _preview(context, job, link) if link else None
        if link and preview:
            await context.access.permit(
                Deed.PREVIEW,
                team=job.team,
                channel=preview.channel,
                user=job.user,
                target=preview.target,
                once=f"{job.channel}:{job.ts}",
            )
            still = await _still(context, job, preview.clip)
            shown[url], plain[url] = (_blocks(context, link, preview, each) for each in (still, ""))
    if shown:
        await _unfurl(context, job, shown, plain)


async def _preview(context: PostmortemContext, job: UnfurlJob, link: OwnLink) -> LinkPreview | None:
    """None for what isn't there any more, or isn't for the people of the channel."""
    try:
        linked = await _found(context, job, link)
    except Missing:
        return None
    if linked is None or (linked.notebook and not await _may_read(context, job, linked.channel)):
        return None
    if linked.clip and not await context.access.gets_clips(job.team, job.channel):
        if linked.values["kind"] == "clip":
            return None
        linked = replace(linked, clip=None)
    people, guests = context.slack.people, context.access.guests
    readers = Readers(people, guests, job.team, job.channel, job.user, job.alone_with_bot)
    if context.sharing and linked.notebook:
        shared = await context.sharing.of(job.team, linked.notebook)
        if shared is SharedWith.PUBLIC:
            return linked
        if shared is SharedWith.WORKSPACE and await readers.are_of_the_workspace():
            return linked
    return linked if await readers.may_see(linked.channel) else None


async def _may_read(context: PostmortemContext, job: UnfurlJob, channel: str) -> bool:
    """Others read what is shown, so the post-mortem must be for everybody; or for who is alone with the bot."""
    if job.alone_with_bot:
        return await context.access.allows(Right.NOTEBOOK, job.team, channel, job.user)
    return await context.access.is_open(Right.NOTEBOOK, job.team, channel)


async def _found(context: PostmortemContext, job: UnfurlJob, link: OwnLink) -> LinkPreview | None:
    """What a link leads to in this workspace. Raises Missing."""
    match link.kind:
        case "notebooks":
            notebook = public_view(await context.notebooks.get(link.id))
            return _of_notebook(notebook) if notebook.team == job.team else None
        case "answers":
            asked = await context.questions.on_page(link.id)
            if asked.team != job.team or asked.answer is None:
                return None
            locale = asked.locale.as_of(asked.answer.asked_at)
            facts = headline(asked.answer, locale)
            live = asked.live is not None and not asked.live.ending
            values = {"kind": "answer", "title": facts.title, "answer": asked.answer, "facts": facts, "live": live}
            return LinkPreview(asked.channel, locale, values, target=asked.id)
        case "files":
            return await _of_file(context, job.team, link.id)


def _of_notebook(notebook: Notebook) -> LinkPreview:
    cells = [cell.data for cell in notebook.shown]
    numbers = [data for data in cells if isinstance(data, Number)]
    values = {
        "kind": "notebook",
        "title": notebook.title,
        "notebook": notebook,
        "impact": next((data for data in cells if isinstance(data, Impact)), None),
        "number": numbers[0].title if numbers else "",
        "open_follow_ups": len([row for row in notebook.follow_ups if row.state not in SETTLED]),
    }
    clip = next((data for data in cells if isinstance(data, StoredClip)), None)
    locale = notebook.locale
    return LinkPreview(notebook.channel, locale, values, clip, notebook.id, notebook.id)


async def _of_file(context: PostmortemContext, team: str, name: str) -> LinkPreview | None:
    for notebook in await context.notebooks.list(team, limit=MOST_SEARCHED):
        for cell in notebook.shown:
            if isinstance(cell.data, StoredClip) and name in {cell.data.file, cell.data.poster}:
                values = {"kind": "clip", "title": cell.data.caption, "clip": cell.data}
                locale = notebook.locale
                return LinkPreview(notebook.channel, locale, values, cell.data, notebook.id, name)
    return None


async def _still(context: PostmortemContext, job: UnfurlJob, clip: StoredClip | None) -> str:
    """The id at Slack of the clip's first picture, which shows the click that failed; empty where there is none."""
    if clip is None:
        return ""
    name = clip.poster or clip.file
    try:
        if await context.files.size(name) > MOST_BYTES:
            return ""
        picture = await asyncio.to_thread(first_frame, await context.files.get(name), name.rpartition(".")[2])
        files = {STILL: UploadFile(picture, "still.png", clip.alt_text)}
        return (await context.slack.outbox.uploaded(job.team, job.channel, files))[STILL]
    except (Missing, SlackRefused, Unauthorized) as error:
        log.info("a link is shown without its picture", why=error.sentence)
        return ""


def _blocks(context: PostmortemContext, link: OwnLink, preview: LinkPreview, still: str) -> dict[str, Any]:
    given = preview.values.get
    message = context.slack.messages.message(
        "previews/link_preview",
        preview.locale,
        url=link.url,
        still=still,
        alt=preview.clip.alt_text if preview.clip else "",
        kind=given("kind"),
        title=given("title"),
        notebook=given("notebook"),
        impact=given("impact"),
        number=given("number"),
        open_follow_ups=given("open_follow_ups"),
        answer=given("answer"),
        facts=given("facts"),
        live=given("live"),
        clip=given("clip"),
    )
    return {"fallback": message["text"], "blocks": message["blocks"]}


async def _unfurl(
    context: PostmortemContext, job: UnfurlJob, shown: dict[str, dict[str, Any]], plain: dict[str, dict[str, Any]]
) -> None:
    """Without pictures where Slack doesn't take them: a new file may not be ready yet."""
    client = context.slack.clients.patient(job.team)
    for unfurls in [shown, plain] if shown != plain else [shown]:
        try:
            await called("chat.unfurl", client.chat_unfurl(channel=job.channel, ts=job.ts, unfurls=unfurls))
        except (SlackRefused, Unauthorized) as error:  # the message is gone, or previews of it were closed
            log.info("a link isn't shown", why=error.sentence, channel=job.channel)
        else:
            return
