"""Messages of a channel as the notebook keeps them: entries of the timeline, comments of the discussion."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.kernel.errors import Missing
from bot.notebook.cell_data import Comment, Discussion
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_text import escaped
from bot.notebook.timeline import Entry
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.pictures import kept_pictures
from bot.signals.asked_question import AskedQuestion
from bot.slack.channel_messages import Message, files_of, is_gone, revision_of, text_of, user_of
from bot.slack.mrkdwn import MENTION, Unnamed, mentioned, to_markdown
from bot.slack.typed_text import names_of


async def entry_of(context: PostmortemContext, notebook: Notebook, message: Message) -> Entry:
    """A message of a notebook's channel as an entry of its timeline, with its images kept.

    Raises Upstream while Slack is away.
    """
    team, channel = notebook.team, notebook.channel
    ts, user, text = str(message["ts"]), user_of(message), text_of(message)
    files = files_of(message)
    return Entry(
        key=ts,
        at=datetime.fromtimestamp(float(ts), UTC),
        text=text,
        markdown=await as_markdown(context, notebook, text),
        who=await context.slack.people.name(team, user) if user else str(message.get("username") or ""),
        link=await context.slack.people.permalink(team, channel, ts),
        revision=revision_of(message),
        files=tuple(file.id for file in files),
        pictures=await kept_pictures(context.slack.clients, context.files, team, files),
    )


async def as_markdown(context: PostmortemContext, notebook: Notebook, text: str) -> str:
    """What was written in Slack as markdown, with names that people know, or neutral words, instead of ids.

    Raises Upstream while Slack is away.
    """
    names = await names_of(context.slack.people, notebook.team, mentioned(text))
    return to_markdown(text, names, Unnamed.of(notebook.locale))


async def replies_to(context: PostmortemContext, asked: AskedQuestion, notebook: Notebook) -> list[Comment]:
    """Returns what people wrote in the question's thread before the notebook followed it."""
    thread = asked.thread or await _thread_below(context, asked)
    if not thread or asked.channel.startswith("D"):
        return []
    known = {comment.key: comment.revision for comment in discussion_of(notebook).comments}
    replies = await context.slack.channel_messages.replies(asked.team, asked.channel, thread)
    messages = [it for it in replies if user_of(it) and not it.get("bot_id") and not is_gone(it)]
    return [
        await comment_of(context, notebook, it, None, [file.alt for file in files_of(it)])
        for it in messages
        if known.get(comment_key(str(it["ts"])), 0.0) < revision_of(it)
        and not await speaks_to_a_bot(context, asked.team, text_of(it))
    ]


async def _thread_below(context: PostmortemContext, asked: AskedQuestion) -> str:
    """Returns the ts of the answer's message; empty where that isn't known any more. Raises RateLimited."""
    try:
        return await context.slack.outbox.ts(asked.message_key, team=asked.team)
    except Missing:
        return ""


def discussion_of(notebook: Notebook) -> Discussion:
    """Returns the discussion with its tombstones; an empty one where the notebook has none."""
    cell = notebook.managed(Discussion.marker)
    return cell.data if cell and isinstance(cell.data, Discussion) else Discussion()


def comment_key(ts: str) -> str:
    return f"message/{ts}"


async def comment_of(
    context: PostmortemContext, notebook: Notebook, message: Message, known: Comment | None, files: list[str]
) -> Comment:
    """A reply as a comment. `files` are the names of what is attached."""
    ts, people, team, channel = str(message["ts"]), context.slack.people, notebook.team, notebook.channel
    text = await as_markdown(context, notebook, text_of(message))
    attached = [f"📎 {escaped(name)}" for name in files]
    author = await people.name(team, user_of(message))
    link = known.link if known and known.link else await people.permalink(team, channel, ts)
    return reply(ts, "\n\n".join([*filter(None, [text]), *attached]), author, link, revision=revision_of(message))


def reply(ts: str, text: str, author: str, link: str = "", *, revision: float, deleted: bool = False) -> Comment:
    at = datetime.fromtimestamp(float(ts), UTC)
    return Comment(comment_key(ts), at, text, author, link=link, revision=revision, deleted=deleted)


async def speaks_to_a_bot(context: PostmortemContext, team: str, text: str) -> bool:
    """Whether it begins by naming a bot, as questions do: they are answered, and no part of the discussion."""
    named = MENTION.match(text.lstrip())
    if named is None or named[1][0] not in "UW":
        return False
    return (await context.slack.people.get(team, named[1])).bot
