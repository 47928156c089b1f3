"""What Slack takes in a manifest, as a JSON Schema of the parts that ours has.

The limits are those of https://docs.slack.dev/reference/app-manifest. Whatever isn't named here is refused, so a new
part of ours needs its rules first.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def _record(required: str = "", /, **properties: Json) -> Json:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _text(most: int, least: int = 1, pattern: str = "") -> Json:
    return {"type": "string", "minLength": least, "maxLength": most, **({"pattern": pattern} if pattern else {})}


def _many(item: Json, most: int, least: int = 0) -> Json:
    return {"type": "array", "items": item, "minItems": least, "maxItems": most, "uniqueItems": True}


SWITCH: Json = {"type": "boolean"}
NUMBER: Json = {"type": "integer"}
ADDRESS = _text(3000, pattern="^https?://")

APP_MANIFEST = _record(
    "display_information",
    _metadata=_record(major_version=NUMBER, minor_version=NUMBER),
    display_information=_record(
        "name",
        name=_text(35),
        description=_text(140),
        background_color=_text(7, 4, "^#([0-9a-fA-F]{3}){1,2}$"),
        long_description=_text(4000, 175),
    ),
    features=_record(
        app_home=_record(home_tab_enabled=SWITCH, messages_tab_enabled=SWITCH, messages_tab_read_only_enabled=SWITCH),
        bot_user=_record("display_name", display_name=_text(80), always_online=SWITCH),
        shortcuts=_many(
            _record(
                "name type callback_id description",
                name=_text(24),
                type={"enum": ["message", "global"]},
                callback_id=_text(255),
                description=_text(150),
            ),
            10,
            1,
        ),
        slash_commands=_many(
            _record(
                "command description",
                command=_text(32, 2, "^/"),
                url=ADDRESS,
                description=_text(2000),
                usage_hint=_text(1000),
                should_escape=SWITCH,
            ),
            50,
            1,
        ),
        unfurl_domains=_many(_text(255, pattern=r"^(?![.-])[-a-z0-9.]+[a-z0-9]$"), 5, 1),
    ),
    oauth_config=_record(
        redirect_urls=_many(_text(2500), 1000),
        scopes=_record(bot=_many(_text(50), 255), user=_many(_text(50), 255)),
    ),
    settings=_record(
        event_subscriptions=_record(request_url=ADDRESS, bot_events=_many(_text(50), 100)),
        interactivity=_record("is_enabled", is_enabled=SWITCH, request_url=ADDRESS),
        org_deploy_enabled=SWITCH,
        socket_mode_enabled=SWITCH,
        token_rotation_enabled=SWITCH,
    ),
)

SCOPES_OF_EVENTS = {
    "app_home_opened": "",
    "app_mention": "app_mentions:read",
    "app_uninstalled": "",
    "channel_archive": "channels:read",
    "channel_rename": "channels:read",
    "group_archive": "groups:read",
    "group_rename": "groups:read",
    "link_shared": "links:read",
    "member_joined_channel": "channels:read",
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "pin_added": "pins:read",
    "pin_removed": "pins:read",
    "tokens_revoked": "",
}
"""https://docs.slack.dev/reference/events"""
