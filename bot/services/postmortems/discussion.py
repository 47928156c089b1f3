"""The discussion both ways: replies in our threads stand in the notebook, comments on its page in the thread.

What the bot posts is never taken for a reply, so nothing goes back and forth.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from bot.kernel.errors import Missing
from bot.notebook.cell_data import Comment
from bot.notebook.notebook import Notebook
from bot.queue.queue import Queue
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.jobs import CommentJob, MessageJob
from bot.services.postmortems.kept_messages import comment_key, comment_of, discussion_of, reply, speaks_to_a_bot

NEWS = frozenset({"said", "edited", "deleted"})
MOST_LINES = 30
"""Of a comment in the thread; the rest is read on the page."""


async def comment_on(context: PostmortemContext, notebook: Notebook, job: MessageJob) -> list[Comment]:
    """Returns what a reply in one of our threads, its edit or its deletion is in the discussion; else nothing."""
    is_reply = job.thread and job.thread != job.ts
    if job.kind not in NEWS or not is_reply or not await context.questions.follows(job.team, job.channel, job.thread):
        return []
    key = comment_key(job.ts)
    known = next((comment for comment in discussion_of(notebook).comments if comment.key == key), None)
    if known is None and job.by and (await context.slack.people.get(job.team, job.by)).bot:
        return []
    if job.kind == "deleted":
        return [reply(job.ts, "", "", revision=float(job.event_ts), deleted=True)]
    if known is None and await speaks_to_a_bot(context, job.team, job.text):
        return []
    message = {"ts": job.ts, "user": job.by, "text": job.text, "files": []}
    comment = await comment_of(context, notebook, message, known, [file.alt for file in job.files])
    return [msgspec.structs.replace(comment, revision=float(job.event_ts))]


@dataclass(frozen=True, slots=True)
class CommentThread:
    """Where a comment on the page is said, too. `about` is what the thread is about, in people's words."""

    ts: str
    about: str


async def thread_of(context: PostmortemContext, notebook: Notebook) -> CommentThread | None:
    """Returns the thread of the newest request, else of the channel's newest answer; None where neither is kept."""
    for row in sorted(notebook.follow_ups, key=lambda row: row.at, reverse=True):
        request = await context.requests.find(notebook.team, row.key)
        if request and request.thread:
            return CommentThread(request.thread, request.feature)
    newest = await context.questions.newest_thread(notebook.team, notebook.channel)
    if newest is None:
        return None
    try:
        asked = await context.questions.get(notebook.team, newest[1])
    except Missing:
        return None
    return CommentThread(newest[0], asked.text)


async def say_in_thread(context: PostmortemContext, job: CommentJob) -> None:
    """Says a comment of the page in the thread, once. Raises Missing when the notebook is gone."""
    notebook = await context.notebook(job.team, job.notebook)
    comment = next((each for each in notebook.comments if each.key == job.key and each.via == "page"), None)
    thread = await thread_of(context, notebook)
    if comment is None or thread is None:
        return
    message = context.slack.messages.message(
        "notebook/comment",
        notebook.locale,
        author=comment.author,
        lines=[line for line in comment.text.splitlines() if line.strip()][:MOST_LINES],
        url=notebook.link or f"{context.public_url}{notebook.path}#comments",
    )
    await context.slack.outbox.post(
        job.job_id, team=notebook.team, channel=notebook.channel, message=message, reply_to=thread.ts
    )


@dataclass(frozen=True, slots=True)
class PageDiscussion:
    """What the notebook's page knows of the thread."""

    context: PostmortemContext
    queue: Queue

    async def about(self, notebook: Notebook) -> str:
        """What the thread that comments go to is about; empty where they stay on the page."""
        thread = await thread_of(self.context, notebook)
        return thread.about if thread else ""

    async def pass_on(self, notebook: Notebook, key: str) -> None:
        """Has a comment said in the thread. Doing it again says it once."""
        await self.queue.put(CommentJob(team=notebook.team, notebook=notebook.id, key=key))
