"""A key for a sender of events."""

from __future__ import annotations

import click


@click.command("intake-key")
def intake_key() -> None:
    """Make a key for a sender of events.

    The key is for the page or the program that sends; the digest below it is for the file of senders
    (REPLAYBOOK_INTAKE_SENDERS) or for REPLAYBOOK_INTAKE_KEYS. The key itself is kept nowhere.
    """
    from bot.web.intake_senders import digest_of, new_key

    key = new_key()
    click.echo(f"key     {key}")
    click.echo(f"digest  {digest_of(key)}")
