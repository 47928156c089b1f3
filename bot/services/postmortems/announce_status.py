"""Tells the channel how far its post-mortem is: published, or waiting for somebody's review."""

from __future__ import annotations

from bot.kernel.messages import JsonObject
from bot.notebook.head import DocumentStatus, StatusChange
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import listed
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import AnnounceJob


def announce(notebook: Notebook) -> AnnounceJob | None:
    """Returns the job that tells the channel of the status, None where that is nobody's business."""
    last = notebook.head.last_change
    is_announced = last and (
        last.status is DocumentStatus.PUBLISHED or (last.status is DocumentStatus.IN_REVIEW and notebook.head.reviewer)
    )
    if not last or not is_announced:
        return None
    return AnnounceJob(team=notebook.team, notebook=notebook.id, at=last.at, channel=notebook.channel, by=last.who.id)


async def announce_status(context: PostmortemContext, job: AnnounceJob) -> None:
    """Posts once for each publication and each request for a review; of what has been overtaken nothing is said."""
    notebook = await context.notebook(job.team, job.notebook)
    last = notebook.head.last_change
    if last is None or last.at != job.at:
        return
    if last.status is DocumentStatus.PUBLISHED:
        await _published(context, notebook, last)
    elif notebook.head.reviewer:
        key = f"review:{notebook.id}:{last.at.isoformat()}:{notebook.head.reviewer.name}"
        message = context.slack.messages.message(
            "postmortems/review",
            notebook.locale,
            it=listed(notebook, context.clock()),
            last=last,
            url=_address(context, notebook),
        )
        await context.slack.outbox.post(key, team=notebook.team, channel=notebook.channel, message=message)


async def _published(context: PostmortemContext, notebook: Notebook, last: StatusChange) -> None:
    """The first publication is told at the channel's top, later ones in the thread of that."""
    outbox, team, channel, first = context.slack.outbox, notebook.team, notebook.channel, f"published:{notebook.id}"
    if await outbox.post(first, team=team, channel=channel, message=_publication(context, notebook, last)):
        return
    if sum(change.status is DocumentStatus.PUBLISHED for change in notebook.head.history) > 1:
        message = _publication(context, notebook, last, again=True)
        key, thread = f"{first}:{last.at.isoformat()}", await outbox.ts(first, team=team)
        await outbox.post(key, team=team, channel=channel, message=message, reply_to=thread)


def _publication(
    context: PostmortemContext, notebook: Notebook, last: StatusChange, *, again: bool = False
) -> JsonObject:
    return context.slack.messages.message(
        "postmortems/published",
        notebook.locale,
        it=listed(notebook, context.clock()),
        last=last,
        url=_address(context, notebook),
        again=again,
    )


def _address(context: PostmortemContext, notebook: Notebook) -> str:
    return notebook.link or f"{context.public_url}{notebook.path}"
