"""What `/postmortem` does: opens the channel's post-mortem, says how it stands, and sets what people decide."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

from bot.kernel.errors import Missing, Misunderstood, Unavailable
from bot.kernel.messages import JsonObject
from bot.kernel.typed_words import typed_texts
from bot.notebook.edits import rename
from bot.notebook.exports import export_links
from bot.notebook.head import DocumentStatus, Participant
from bot.notebook.head_edits import HeadChange, change_head
from bot.notebook.notebook import Notebook
from bot.notebook.notebook_list import listed, search, status_text
from bot.notebook.ports import change
from bot.services.postmortems import channel_notebook
from bot.services.postmortems.announce_status import announce
from bot.services.postmortems.command_words import (
    PostmortemAction,
    PostmortemCommand,
    means_nobody,
    read_command,
    read_severity_words,
    read_status_words,
)
from bot.services.postmortems.commanding import Commanding, permit_command
from bot.services.postmortems.context import PostmortemContext
from bot.services.postmortems.read_head import named_person, participant, refresh_head
from bot.slack.typed_text import typed_text

LISTED = 10
READ_TO_LIST = 40
_MENTION = re.compile(r"<@([UW][A-Z0-9]{1,30})(?:\|[^<>]*)?>")
NOBODY_CALLED_SO = "I know no single person called “%(name)s” here; please mention them with @."


Reply = Awaitable[JsonObject]


async def run_command(context: PostmortemContext, commanding: Commanding, text: str) -> JsonObject:
    """Does what the command says and returns what whoever commanded is answered privately.

    `text` is as Slack gives it: read as it was typed, but for the ids of those whom it mentions. Raises Misunderstood
    with one clear sentence, Denied, and Missing where the channel has no post-mortem.
    """
    typed = await typed_text(context.slack.people, commanding.team, text, commanding.locale)
    command = replace(read_command(typed), mentions=tuple(_MENTION.findall(text)), group="<!subteam^" in text)
    await permit_command(context.access, command, commanding)
    return await _DEEDS[command.action](context, commanding, command)


async def _help(context: PostmortemContext, commanding: Commanding, _: PostmortemCommand) -> JsonObject:
    return context.slack.messages.message("postmortems/help", commanding.locale)


async def _status_message(context: PostmortemContext, commanding: Commanding, _: PostmortemCommand) -> JsonObject:
    notebook = await context.notebooks.find(commanding.team, commanding.channel)
    if notebook is None:
        return context.slack.messages.message("postmortems/none", commanding.locale)
    return _standing(context, commanding, await refresh_head(context, notebook))


async def _open(context: PostmortemContext, commanding: Commanding, _: PostmortemCommand) -> JsonObject:
    if commanding.channel.startswith("D"):
        raise Misunderstood("A post-mortem belongs to a channel; use /postmortem open in the incident’s channel.")
    existing = await context.notebooks.find(commanding.team, commanding.channel)
    if existing is not None:
        return _standing(context, commanding, await refresh_head(context, existing))
    notebook = await channel_notebook.open_in_channel(context, commanding.team, commanding.channel, commanding.locale)
    message = context.slack.messages.message(
        "postmortems/opened",
        notebook.locale,
        it=notebook,
        by=commanding.person.name,
        url=address(context, notebook),
    )
    key = f"opened:{notebook.id}"
    await context.slack.outbox.post(key, team=notebook.team, channel=notebook.channel, message=message)
    return _standing(context, commanding, notebook)


async def _status(context: PostmortemContext, commanding: Commanding, command: PostmortemCommand) -> JsonObject:
    if not command.rest:
        return await _status_message(context, commanding, command)
    status, rest = read_status_words(command.rest)
    person = await _person(context, commanding, command, rest) if rest else None
    if person and status is not DocumentStatus.IN_REVIEW:
        raise Misunderstood("Only a review has a reviewer: /postmortem status review @name.")
    wanted = HeadChange(status=status, reviewer=person) if person else HeadChange(status=status)
    return await _moved(context, commanding, wanted, status)


async def _publish(context: PostmortemContext, commanding: Commanding, _: PostmortemCommand) -> JsonObject:
    return await _moved(context, commanding, HeadChange(status=DocumentStatus.PUBLISHED), DocumentStatus.PUBLISHED)


async def _moved(
    context: PostmortemContext, commanding: Commanding, wanted: HeadChange, status: DocumentStatus
) -> JsonObject:
    before, after = await _changed(context, commanding, wanted)
    if job := announce(after):
        await commanding.announced(job)
    locale, name = commanding.locale, status_text(after.head, commanding.locale)
    if before.head == after.head and (last := after.head.last_change):
        when = locale.as_of(context.clock()).moment(last.at)
        text = locale.text("It was %(status)s already (%(who)s, %(when)s).", status=name, who=last.who.name, when=when)
    elif status is DocumentStatus.PUBLISHED:
        text = locale.text("It is published now, and the channel is told.")
    elif after.head.reviewer and status is DocumentStatus.IN_REVIEW:
        text = locale.text("It is in review now; %(who)s is asked in the channel.", who=after.head.reviewer.name)
    else:
        text = locale.text("Its status is %(status)s now.", status=name)
    return _sentence_with_link(context, commanding, after, text)


async def _severity(context: PostmortemContext, commanding: Commanding, command: PostmortemCommand) -> JsonObject:
    if not command.rest:
        return await _status_message(context, commanding, command)
    _, after = await _changed(context, commanding, HeadChange(severity=read_severity_words(command.rest)))
    level = after.head.severity
    text = (
        commanding.locale.text("Its severity is unknown now.")
        if level is None
        else commanding.locale.text("Its severity is SEV-%(level)s now.", level=level.value)
    )
    return _sentence_with_link(context, commanding, after, text)


async def _role(
    role: str, context: PostmortemContext, commanding: Commanding, command: PostmortemCommand
) -> JsonObject:
    """`role` is the head's field: owner, commander or reviewer."""
    if not command.rest:
        return await _status_message(context, commanding, command)
    person = None if means_nobody(command.rest) else await _person(context, commanding, command, command.rest)
    _, after = await _changed(context, commanding, _part(role, person))
    locale = commanding.locale
    if role == "reviewer" and (job := announce(after)):
        await commanding.announced(job)
    texts = {
        "owner": locale.text("%(who)s owns this post-mortem now."),
        "commander": locale.text("%(who)s is its incident commander now."),
        "reviewer": locale.text("%(who)s is its reviewer now."),
    }
    text = texts[role] % {"who": person.name} if person else locale.text("Nobody has that part now.")
    return _sentence_with_link(context, commanding, after, text)


def _part(role: str, person: Participant | None) -> HeadChange:
    match role:
        case "owner":
            return HeadChange(owner=person)
        case "commander":
            return HeadChange(commander=person)
        case _:
            return HeadChange(reviewer=person)


async def _title(context: PostmortemContext, commanding: Commanding, command: PostmortemCommand) -> JsonObject:
    notebook = await _existing(context, commanding)
    after = await change(context.notebooks, notebook.id, lambda now: rename(now, command.rest))
    text = commanding.locale.text("It is called “%(title)s” now.", title=after.title)
    return _sentence_with_link(context, commanding, after, text)


async def _export(context: PostmortemContext, commanding: Commanding, _: PostmortemCommand) -> JsonObject:
    notebook = await _existing(context, commanding)
    elsewhere = (await commanding.published(notebook)).values()
    links = (*export_links(notebook, context.public_url), *(each for each in elsewhere if each[1]))
    return context.slack.messages.message(
        "postmortems/exports",
        commanding.locale,
        it=notebook,
        url=address(context, notebook),
        links=links,
        systems=[title for title, link in elsewhere if not link],
    )


async def _list(context: PostmortemContext, commanding: Commanding, command: PostmortemCommand) -> JsonObject:
    """Of private channels, only those that whoever asks is in; and none that policies keep from them."""
    now, team = context.clock(), commanding.team
    words = command.rest
    page = await search(context.notebooks, words, now=now, locale=commanding.locale, team=team, size=READ_TO_LIST)
    user, may_read = commanding.person.id, channel_notebook.may_read
    rows = [row for row in page.rows if await may_read(context, team, user, row.notebook.channel)]
    return context.slack.messages.message(
        "postmortems/list",
        commanding.locale,
        rows=rows[:LISTED],
        more=page.more or len(rows) > LISTED,
        words=words[:80],
        url=context.public_url,
    )


async def _existing(context: PostmortemContext, commanding: Commanding) -> Notebook:
    notebook = await context.notebooks.find(commanding.team, commanding.channel)
    if notebook is None:
        raise Missing("This channel has no post-mortem yet; /postmortem open opens one.")
    return notebook


async def _changed(context: PostmortemContext, commanding: Commanding, wanted: HeadChange) -> tuple[Notebook, Notebook]:
    """Returns the notebook before and after. Raises Unavailable where Slack tells no name."""
    if commanding.person.unknown:
        raise Unavailable("Slack doesn’t say who you are right now; try again in a moment.")
    seen: list[Notebook] = []

    def changed(now: Notebook) -> Notebook:
        seen.append(now)
        return change_head(now, wanted, who=commanding.who, at=context.clock())

    notebook = await _existing(context, commanding)
    after = await change(context.notebooks, notebook.id, changed)
    return seen[-1], after


async def _person(
    context: PostmortemContext, commanding: Commanding, command: PostmortemCommand, text: str
) -> Participant:
    """The person whom a command mentions, or else its `text` names. Raises Misunderstood."""
    mentions = command.mentions
    if len(mentions) > 1:
        raise Misunderstood("That names more than one person; please name one.")
    if command.group:
        raise Misunderstood("A group can’t take that part; please name a person.")
    people, team = context.slack.people, commanding.team
    if not mentions:
        if text.casefold() in typed_texts("people", "me"):
            return commanding.who
        known = await named_person(people, team, commanding.channel, text[:80])
        if known is None:
            raise Misunderstood(NOBODY_CALLED_SO, name=text[:40])
        return known
    person = await people.get(team, mentions[0])
    if person.bot:
        raise Misunderstood("%(name)s is a bot and can’t take that part; please name a person.", name=person.name)
    if person.unknown:
        raise Unavailable("Slack doesn’t say who that is right now; try again in a moment.")
    if person.name == person.id:  # nobody whom the bot can see
        raise Misunderstood(NOBODY_CALLED_SO, name=person.id)
    return participant(person)


def _standing(context: PostmortemContext, commanding: Commanding, notebook: Notebook) -> JsonObject:
    it, url = listed(notebook, context.clock()), address(context, notebook)
    return context.slack.messages.message("postmortems/standing", commanding.locale, it=it, url=url)


def _sentence_with_link(
    context: PostmortemContext, commanding: Commanding, notebook: Notebook, text: str
) -> JsonObject:
    return context.slack.private.sentence(commanding.person, text, url=address(context, notebook))


def address(context: PostmortemContext, notebook: Notebook) -> str:
    """Where people read the notebook."""
    return notebook.link or f"{context.public_url}{notebook.path}"


_DEEDS: dict[PostmortemAction, Callable[[PostmortemContext, Commanding, PostmortemCommand], Reply]] = {
    PostmortemAction.SHOW: _status_message,
    PostmortemAction.OPEN: _open,
    PostmortemAction.STATUS: _status,
    PostmortemAction.SEVERITY: _severity,
    PostmortemAction.OWNER: partial(_role, "owner"),
    PostmortemAction.COMMANDER: partial(_role, "commander"),
    PostmortemAction.REVIEWER: partial(_role, "reviewer"),
    PostmortemAction.TITLE: _title,
    PostmortemAction.PUBLISH: _publish,
    PostmortemAction.EXPORT: _export,
    PostmortemAction.LIST: _list,
    PostmortemAction.HELP: _help,
}
