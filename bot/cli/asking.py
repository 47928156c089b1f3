"""Questions without Slack."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from typing import Any

import click

from bot.cli import options
from bot.runtime.errors import Misunderstood
from bot.runtime.locale import Locale


@click.command()
@click.argument("question")
@options.JSON
@options.NOW
@options.ZONE
@options.LOCALE
def parse(question: str, as_json: bool, now: str | None, zone: str, tag: str) -> int:
    """Show how a question is understood."""
    from bot.signals.parse import parse as parsed
    from bot.signals.wire import error_json, question_json
    from bot.signals.words import describe

    locale = options.locale_of(tag, zone)
    try:
        understood = parsed(question, now=options.moment(now), locale=locale)
    except Misunderstood as problem:
        if not as_json:
            raise
        click.echo(_json(error_json(problem)))
        return 1
    click.echo(_json(question_json(understood)) if as_json else describe(understood, locale))
    return 0


@click.command()
@click.argument("question")
@options.JSON
@options.NOW
@options.ZONE
@options.LOCALE
def ask(question: str, as_json: bool, now: str | None, zone: str, tag: str) -> int:
    """Answer a question from the local store; from the running bot when it has the store open."""
    locale = options.locale_of(tag, zone)
    found = asyncio.run(_answer(question, options.moment(now), locale, zone, tag))
    if "error" in found:
        click.echo(_json(found) if as_json else _sentence(found), err=not as_json)
        return 1
    click.echo(_json(found) if as_json else _told(found["answer"], found["understood"], locale))
    return 0


async def _answer(question: str, now: datetime, locale: Locale, zone: str, tag: str) -> dict[str, Any]:
    from bot.app import asked_here
    from bot.runtime.errors import Conflict
    from bot.web.asking import Wanted, asked_there

    settings, wanted = options.settings(), Wanted(question, now, zone, tag)
    try:
        return await asked_here(settings, wanted)
    except Conflict:
        return await asked_there(settings.data, wanted)


def _told(answer: dict[str, Any], understood: str, locale: Locale) -> str:
    kinds = ", ".join(f"{locale.number(n)} {kind.replace('_', ' ')}" for kind, n in answer["by_signal"].items())
    lines = [
        understood,
        locale.plural("%(n)s frustration signal", "%(n)s frustration signals", answer["signals"]) + f" ({kinds})",
        ", ".join(
            (
                locale.plural("%(n)s action", "%(n)s actions", answer["actions"]),
                locale.plural("%(n)s person", "%(n)s people", answer["people"]),
                locale.plural("%(n)s session", "%(n)s sessions", answer["sessions"]),
            )
        ),
    ]
    if answer["before"] is not None:
        lines.append(locale.text("The same span before: %(n)s", n=locale.number(answer["before"])))
    if answer["errors"]:
        lines.append(locale.text("Top error: %(error)s", error=answer["errors"][0]["message"]))
    lines += [f"  {locale.number(group['signals']):>8}  {group['label']}" for group in answer["groups"]]
    return "\n".join(lines)


def _sentence(found: dict[str, Any]) -> str:
    closest = found.get("closest") or found.get("examples") or []
    return "\n".join([found["error"], *(f"  {it}" for it in closest)])


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2)
