"""Questions without Slack."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import click

from bot.cli import options
from bot.kernel.escape import clean


@click.command()
@click.argument("question")
@options.JSON
@options.NOW
@options.ZONE
@options.LOCALE
def parse(question: str, as_json: bool, now: str | None, zone: str, tag: str) -> int:
    """Show how a QUESTION is understood, without asking it.

    It knows what `ask` knows: the names, versions and presets of this machine's workspace.

    \b
    replaybook parse "frustration signals on buy button this week" --tz Asia/Seoul
    """
    options.locale_of(tag, zone)  # says what is wrong with them before anything is opened
    answer = asyncio.run(_answer(question, options.moment(now), zone, tag, only_read=True))
    if "error" in answer:
        click.echo(_json(answer) if as_json else _sentence(answer), err=not as_json)
        return 1
    click.echo(_json(answer["question"]) if as_json else answer["understood"])
    return 0


@click.command()
@click.argument("question")
@options.JSON
@options.NOW
@options.ZONE
@options.LOCALE
def ask(question: str, as_json: bool, now: str | None, zone: str, tag: str) -> int:
    """Answer a QUESTION; through the running bot when it has the local store open.

    Days and weeks are those of --tz and --locale; the first line says the period that was counted, with its zone.

    \b
    replaybook ask "rage clicks on checkout since Monday, by browser" --tz America/New_York
    """
    from bot.cli.answer_lines import answer_lines

    locale = options.locale_of(tag, zone)
    answer = asyncio.run(_answer(question, options.moment(now), zone, tag))
    if "error" in answer:
        click.echo(_json(answer) if as_json else _sentence(answer), err=not as_json)
        return 1
    click.echo(_json(answer) if as_json else "\n".join(answer_lines(answer, locale)))
    return 0


async def _answer(question: str, now: datetime, zone: str, tag: str, *, only_read: bool = False) -> dict[str, Any]:
    from bot.app.serve import ask_here
    from bot.kernel.errors import Conflict
    from bot.web.ask_api import Wanted, ask_running_bot

    settings, wanted = options.settings(), Wanted(question, now, zone, tag, only_read)
    try:
        return await ask_here(settings, wanted)
    except Conflict:
        return await ask_running_bot(settings.data, wanted)


def _sentence(answer: dict[str, Any]) -> str:
    closest = answer.get("closest") or answer.get("examples") or []
    return "\n".join([clean(answer["error"]), *(f"  {clean(it)}" for it in closest)])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
