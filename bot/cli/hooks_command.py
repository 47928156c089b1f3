"""Says what to set up in each tracker so that it tells the bot what happens to tickets."""

from __future__ import annotations

import click

from bot.cli import options


@click.command()
def hooks() -> int:
    """Print what to set up in Jira, Linear or GitHub so that the bot hears of tickets at once.

    Without webhooks tickets are read now and then, the more seldom the longer nothing happens to them.
    """
    from bot.app.base import public_address
    from bot.providers.registry import all_hooks, providers

    settings = options.settings()
    address, any_hooks = public_address(settings), False
    for name, theirs in all_hooks().items():
        if steps := theirs.steps(settings, f"{address}/hooks/{name}/main"):
            any_hooks = True
            click.echo(f"{providers()[name].title}")
            for number, step in enumerate(steps, 1):
                click.echo(f"  {number}. {step}")
    if not any_hooks:
        click.echo("No tracker that sends webhooks is set up. What each needs:")
        for name in all_hooks():
            click.echo(f"  {providers()[name].title:<8} docs/{name}.md")
        return 0
    if not settings.public_url:
        click.echo(
            "REPLAYBOOK_PUBLIC_URL isn't set, so this address is of this machine alone. Set it to the address at which "
            "trackers reach the bot."
        )
    click.echo("Start the bot again after you set a variable. `replaybook doctor` then sends it a signed webhook.")
    return 0
