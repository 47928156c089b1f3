"""`replaybook token-key` and `replaybook installs`: the keys that encrypt tokens, and who has installed the app."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from bot.cli import options

if TYPE_CHECKING:
    from bot.kernel.settings import Settings
    from bot.slack.installs.installations import Installed


@click.command("token-key")
def token_key() -> None:
    """Print a new key for REPLAYBOOK_TOKEN_KEYS."""
    from bot.slack.installs.token_cipher import new_key

    click.echo(new_key())


@click.command()
@click.option("--encrypt-again", is_flag=True, help="Encrypt every token with the newest key, so that others can go.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def installs(encrypt_again: bool, as_json: bool) -> None:
    """List the workspaces and organizations that have installed the app. No token is shown."""
    asyncio.run(_installs(options.settings(), encrypt_again=encrypt_again, as_json=as_json))


async def _installs(settings: Settings, *, encrypt_again: bool, as_json: bool) -> None:
    from bot.kernel.errors import Misunderstood
    from bot.slack.installs.installations import Installations
    from bot.slack.installs.token_cipher import TokenCipher
    from bot.state.connection import connected
    from bot.state.embedded_server import redis_url
    from bot.state.redis_records import opened_records

    if not settings.token_keys:
        raise Misunderstood("REPLAYBOOK_TOKEN_KEYS isn’t set, so nobody can install the app; see docs/installs.md.")
    async with (
        redis_url(settings.redis_url, settings.data) as url,
        connected(url) as redis,
        opened_records(settings, redis) as records,
    ):
        installations = Installations(records, TokenCipher(settings.token_keys))
        if encrypt_again:
            changed = await installations.encrypt_again()
            click.echo(f"{changed} encrypted again, with the newest key.", err=as_json)
        async for installed in installations.every():
            click.echo(json.dumps(_row(installed), ensure_ascii=False) if as_json else _line(installed))


def _row(installed: Installed) -> dict[str, object]:
    return {
        "id": installed.tenant,
        "name": installed.name,
        "org_wide": installed.org_wide,
        "since": _day(installed),
        "by": installed.installed_by,
    }


def _line(installed: Installed) -> str:
    kind = "organization" if installed.org_wide else "workspace"
    return f"{installed.tenant}  {kind}  {installed.name}  since {_day(installed)}"


def _day(installed: Installed) -> str:
    return f"{datetime.fromtimestamp(installed.installed_at, UTC):%Y-%m-%d}"
