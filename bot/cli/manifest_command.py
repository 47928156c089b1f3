"""Prints the manifest that a Slack app is made from."""

from __future__ import annotations

import json

import click

from bot.cli import options
from bot.kernel.errors import Misunderstood


@click.command()
@click.option("--socket", is_flag=True, help="For Socket Mode: Slack needs no way to the bot, so no address is in it.")
@click.option("--without", metavar="FEATURE", multiple=True, help="Leave a feature out; may be given again.")
@click.option("--features", "listed", is_flag=True, help="List the features with the scopes of each, and nothing else.")
def manifest(socket: bool, without: tuple[str, ...], listed: bool) -> None:
    """Print the manifest of the Slack app, with the scopes of the chosen features alone.

    The address is REPLAYBOOK_PUBLIC_URL. Paste it at api.slack.com/apps, *Create an app*, *From a manifest*.
    """
    from bot.slack.app_manifest import FEATURES, chosen_features
    from bot.slack.app_manifest import manifest as made

    features = chosen_features(without)
    if listed:
        for name, feature in features.items():
            click.echo(f"{name:<16} {feature.about} ({', '.join(feature.scopes) or 'no scope'})")
        return
    url = options.own_settings().public_url
    if not socket and not url:
        raise Misunderstood(
            "REPLAYBOOK_PUBLIC_URL isn’t set, so Slack has no way to the bot; set it, or add --socket for Socket Mode."
        )
    click.echo(json.dumps(made(features, url, socket=socket), indent=2, ensure_ascii=False))
    for name in FEATURES:
        if name not in features and name not in without:
            click.echo(f"Without {FEATURES[name].beside}, {name} is left out, too.", err=True)
