"""The settings of the bot's own web server: who may see its pages, and who may read its metrics."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from bot.kernel.settings_table import Secret, SettingsTable


class WebSettings(SettingsTable, frozen=True, kw_only=True):
    """Part of `Settings`. How they work together is in docs/signin.md."""

    web_access: Annotated[
        Literal["signin", "open"],
        Meta(
            description="Who may see the bot's pages: `signin` for people in the channel, by Sign in with Slack, or "
            "`open` for everybody who reaches them, as in the demo. See docs/signin.md."
        ),
    ] = "signin"
    session_keys: Annotated[
        tuple[Secret, ...],
        Meta(
            description="Keys of 32 characters or more that sign sessions, with commas: the first one signs, all of "
            "them are taken, so that keys can be changed. Without any, one is made from SLACK_CLIENT_SECRET."
        ),
    ] = ()
    session_hours: Annotated[
        int, Meta(ge=1, le=720, description="Hours after which people sign in to the pages again.")
    ] = 12
    sharing: Annotated[
        Literal["channel", "workspace", "public"],
        Meta(
            description="How far the owner of a post-mortem may share it, to be read only: not beyond its `channel`, "
            "with the `workspace`, or with everybody who has its address (`public`)."
        ),
    ] = "public"
    file_access: Annotated[
        Literal["signin", "address"],
        Meta(
            description="Who may fetch clips and pictures: `signin` as the page that shows them, or everybody who has "
            "the `address` of one, which nobody can guess. Datadog's notebooks show them by their address."
        ),
    ] = "signin"
    sso_header: Annotated[
        str | None,
        Meta(
            description="Header in which a single sign-on in front of the bot gives the e-mail address of whoever is "
            "signed in. It is believed from REPLAYBOOK_SSO_ADDRESSES alone.",
            pattern="^[A-Za-z][A-Za-z0-9-]*$",
        ),
    ] = None
    sso_addresses: Annotated[
        tuple[str, ...],
        Meta(description="Addresses or networks (10.0.3.0/28) of that single sign-on, with commas."),
    ] = ()
    sso_team: Annotated[
        str | None,
        Meta(description="The Slack workspace (T…) whose people it signs in; without it, that of the bot's token."),
    ] = None
    metrics_token: Annotated[
        Secret | None,
        Meta(description="Bearer token with which /metrics may be read at the bot's own port."),
    ] = None
    metrics_port: Annotated[
        int | None,
        Meta(
            ge=1,
            le=65535,
            description="Port at which nothing but /metrics is served, without a token: for a network of your own.",
        ),
    ] = None
