"""Saying, changing and marking things."""

from __future__ import annotations

from typing import Any

from standins.slack import message_marks, posting
from standins.slack.deliveries import Ack
from standins.slack.page_api import delivery_payloads, response_urls
from standins.slack.page_api.request import acting, inside, locale_of
from standins.slack.page_api.text import as_kept
from standins.slack.team import WorkspaceTeam
from standins.slack.web_api_errors import WorkspaceRefused

Json = dict[str, Any]


async def post(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel, text, thread_ts?, broadcast?}`: a message, or a slash command where it begins with one."""
    channel, user, text = inside(team, asked), acting(team, asked), str(asked.get("text", "")).strip()
    thread = asked.get("thread_ts") or None
    if not text:
        raise WorkspaceRefused("no_text")
    if len(text) > team.config.message_limit:
        raise WorkspaceRefused("msg_too_long")
    if text.startswith("/") and not text.startswith("//"):
        return await _command(team, channel, user, text, thread)
    draft = posting.MessageDraft(as_kept(team, text), thread=thread, broadcast=bool(asked.get("broadcast")))
    message = posting.post(team, channel, user, draft)
    return {"channel": channel["id"], "ts": message["ts"]}


async def edit(team: WorkspaceTeam, asked: Json) -> Json:
    channel, user, message = _own(team, asked, "cant_update_message")
    text = str(asked.get("text", "")).strip()
    if not text:
        raise WorkspaceRefused("no_text")
    posting.edit(team, channel, message, user, {"text": as_kept(team, text)})
    return {}


async def delete(team: WorkspaceTeam, asked: Json) -> Json:
    channel, _, message = _own(team, asked, "cant_delete_message")
    posting.remove(team, channel, message)
    return {}


async def react(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel, ts, name}`: puts it on, or takes it off where it is."""
    channel, user, message = _message(team, asked)
    name = str(asked.get("name", "")).strip(":")
    mine = any(one["name"] == name and user in one["users"] for one in message.get("reactions", []))
    (message_marks.unreact if mine else message_marks.react)(team, channel, message, user, name)
    return {"on": not mine}


async def pin(team: WorkspaceTeam, asked: Json) -> Json:
    """`{user, channel, ts}`: pins, or takes the pin away."""
    channel, user, message = _message(team, asked)
    pinned = bool(message.get("pinned_to"))
    (message_marks.unpin if pinned else message_marks.pin)(team, channel, message, user)
    return {"on": not pinned}


async def dismiss(team: WorkspaceTeam, asked: Json) -> Json:
    posting.hush(team, str(asked.get("channel", "")), acting(team, asked), str(asked.get("ts", "")))
    return {}


async def _command(team: WorkspaceTeam, channel: Json, user: str, text: str, thread: str | None) -> Json:
    name, _, rest = text.partition(" ")
    words = locale_of(team, user).text
    if name not in {command.name for command in team.seed.commands}:
        return _say_here(
            team, channel, user, thread, words("`%(name)s` is not a command that anybody here knows.", name=name)
        )
    if thread:
        return _say_here(
            team,
            channel,
            user,
            thread,
            words("`%(name)s` can’t be used in threads. Mention the bot instead.", name=name),
        )
    ack = await team.deliveries.command(delivery_payloads.command(team, channel, user, name, rest.strip()))
    if ack.failure:
        reason = "operation_timeout" if ack.failure == "http_timeout" else "dispatch_failed"
        sentence = words("`%(name)s` failed with the error “%(reason)s”.", name=name, reason=reason)
        return {**_say_here(team, channel, user, None, sentence), "error": reason}
    _answered(team, channel, user, ack)
    return {"command": name}


def _answered(team: WorkspaceTeam, channel: Json, user: str, ack: Ack) -> None:
    """A command may be answered in the acknowledgement itself, with JSON or with plain text."""
    body = ack.json
    if not body and ack.body.strip() and not ack.body.lstrip().startswith(("{", "[")):
        body = {"text": ack.body.strip()}
    if body:
        response_urls.say(team, channel, user, body)


def _say_here(team: WorkspaceTeam, channel: Json, user: str, thread: str | None, text: str) -> Json:
    """The workspace itself speaks, to one person. Nothing was posted."""
    posting.whisper(team, channel["id"], user, posting.MessageDraft(text, thread=thread), author="USLACKBOT")
    return {"notice": text}


def _message(team: WorkspaceTeam, asked: Json) -> tuple[Json, str, Json]:
    channel = inside(team, asked)
    return channel, acting(team, asked), posting.find(team, channel, str(asked.get("ts", "")))


def _own(team: WorkspaceTeam, asked: Json, code: str) -> tuple[Json, str, Json]:
    channel, user, message = _message(team, asked)
    if message.get("user") != user:
        raise WorkspaceRefused(code)
    return channel, user, message
