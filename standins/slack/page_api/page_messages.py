"""Messages of people: post, edit, delete, react, pin; and slash commands."""

from __future__ import annotations

from typing import Any

from standins.slack import message_posting, reactions_and_pins
from standins.slack.deliveries import Ack
from standins.slack.page_api import delivery_payloads, response_urls
from standins.slack.page_api.page_request import acting_user, joined_channel, locale_of
from standins.slack.page_api.text import to_mrkdwn, with_references
from standins.slack.web_api_errors import WorkspaceRefused
from standins.slack.workspace_team import WorkspaceTeam

Json = dict[str, Any]


async def post(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, text, thread_ts?, broadcast?}`: a message, or a slash command where it begins with one."""
    channel, user, text = joined_channel(team, body), acting_user(team, body), str(body.get("text", "")).strip()
    thread = body.get("thread_ts") or None
    if not text:
        raise WorkspaceRefused("no_text")
    if len(text) > team.config.message_limit:
        raise WorkspaceRefused("msg_too_long")
    if text.startswith("/") and not text.startswith("//"):
        return await _command(team, channel, user, text, thread)
    draft = message_posting.MessageDraft(to_mrkdwn(team, text), thread=thread, broadcast=bool(body.get("broadcast")))
    message = message_posting.post(team, channel, user, draft)
    return {"channel": channel["id"], "ts": message["ts"]}


async def edit(team: WorkspaceTeam, body: Json) -> Json:
    channel, user, message = _own_message(team, body, "cant_update_message")
    text = str(body.get("text", "")).strip()
    if not text:
        raise WorkspaceRefused("no_text")
    message_posting.edit(team, channel, message, user, {"text": to_mrkdwn(team, text)})
    return {}


async def delete(team: WorkspaceTeam, body: Json) -> Json:
    channel, _, message = _own_message(team, body, "cant_delete_message")
    message_posting.remove(team, channel, message)
    return {}


async def react(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, ts, name}`: adds the reaction, or removes it where it is."""
    channel, user, message = _message(team, body)
    name = str(body.get("name", "")).strip(":")
    mine = any(one["name"] == name and user in one["users"] for one in message.get("reactions", []))
    (reactions_and_pins.unreact if mine else reactions_and_pins.react)(team, channel, message, user, name)
    return {"on": not mine}


async def pin(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, ts}`: pins the message, or removes the pin."""
    channel, user, message = _message(team, body)
    pinned = bool(message.get("pinned_to"))
    (reactions_and_pins.unpin if pinned else reactions_and_pins.pin)(team, channel, message, user)
    return {"on": not pinned}


async def topic(team: WorkspaceTeam, body: Json) -> Json:
    """`{user, channel, text}`: sets the channel's topic."""
    channel, user = joined_channel(team, body), acting_user(team, body)
    message_posting.set_topic(team, channel, user, to_mrkdwn(team, str(body.get("text", "")).strip()[:250]))
    return {}


async def dismiss(team: WorkspaceTeam, body: Json) -> Json:
    message_posting.remove_ephemeral(
        team, str(body.get("channel", "")), acting_user(team, body), str(body.get("ts", ""))
    )
    return {}


async def _command(team: WorkspaceTeam, channel: Json, user: str, line: str, thread: str | None) -> Json:
    name, _, rest = line.partition(" ")
    locale = locale_of(team, user)
    if name == "/invite":
        return _invite(team, channel, user, rest)
    known = {command.name for command in team.seed.commands} if team.granted and not team.person(user).home else set()
    if name not in known:
        return _notice(
            team, channel, user, thread, locale.text("`%(name)s` is not a command that anybody here knows.", name=name)
        )
    if thread:
        return _notice(
            team,
            channel,
            user,
            thread,
            locale.text("`%(name)s` can’t be used in threads. Mention the bot instead.", name=name),
        )
    ack = await team.deliveries.command(
        delivery_payloads.command(team, channel, user, name, with_references(team, rest.strip()))
    )
    if ack.failure:
        reason = "operation_timeout" if ack.failure == "http_timeout" else "dispatch_failed"
        sentence = locale.text("`%(name)s` failed with the error “%(reason)s”.", name=name, reason=reason)
        return {**_notice(team, channel, user, None, sentence), "error": reason}
    _post_acknowledgement(team, channel, user, ack)
    return {"command": name}


def _invite(team: WorkspaceTeam, channel: Json, user: str, rest: str) -> Json:
    """`/invite @Replaybook`: Slack's own command, here for the app alone."""
    handle = rest.strip().lstrip("@").casefold()
    if handle not in {team.bot.name.casefold(), team.bot.real_name.casefold()}:
        return _notice(team, channel, user, None, locale_of(team, user).text("Nobody here goes by that name."))
    team.join(channel, team.bot.id, inviter=user)
    return {"command": "/invite"}


def _post_acknowledgement(team: WorkspaceTeam, channel: Json, user: str, ack: Ack) -> None:
    """Posts the answer of a command that is in the acknowledgement itself, as JSON or as plain text."""
    body = ack.json
    if not body and ack.body.strip() and not ack.body.lstrip().startswith(("{", "[")):
        body = {"text": ack.body.strip()}
    if body:
        response_urls.post_answer(team, channel, user, body)


def _notice(team: WorkspaceTeam, channel: Json, user: str, thread: str | None, text: str) -> Json:
    """Shows a notice of the workspace itself to one person. Nothing is posted."""
    message_posting.post_ephemeral(
        team, channel["id"], user, message_posting.MessageDraft(text, thread=thread), author="USLACKBOT"
    )
    return {"notice": text}


def _message(team: WorkspaceTeam, body: Json) -> tuple[Json, str, Json]:
    channel = joined_channel(team, body)
    return channel, acting_user(team, body), message_posting.message_at(team, channel, str(body.get("ts", "")))


def _own_message(team: WorkspaceTeam, body: Json, code: str) -> tuple[Json, str, Json]:
    channel, user, message = _message(team, body)
    if message.get("user") != user:
        raise WorkspaceRefused(code)
    return channel, user, message
