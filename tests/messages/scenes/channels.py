"""How clips are made in a channel."""

from __future__ import annotations

from bot.kernel.locale import Locale
from bot.notebook.postmortem_templates import PostmortemTemplate
from bot.services.access.channel_policy import NAMES
from bot.services.access.policy import Policy
from bot.services.clips.channel_clip_settings import LENGTHS_S, LOOPS, WIDTHS, changes
from bot.services.clips.clip_settings import ClipSettings
from bot.services.teams.change_team_settings import NAMES as NAMED
from tests.messages.scenes.stage import Say, Scene, Values

FIRST = ClipSettings(width=800, longest_s=15, loops=3, format="gif")


def chosen(say: Say) -> ClipSettings:
    selectors = (say(".account-number"), say("#profile > h2"))
    return ClipSettings(
        at_once=True,
        selectors=selectors,
        images=True,
        width=640,
        longest_s=20,
        loops=0,
        format="mp4",
        template="ours",
        quiet_from=22,
        quiet_until=7,
        zone=say("Asia/Seoul"),
        live=True,
    )


def _settings(it: ClipSettings, say: Say) -> Values:
    templates = [PostmortemTemplate("full", say("Full"), ()), PostmortemTemplate("ours", say("Payments"), ())]
    return {
        "it": it,
        "widths": WIDTHS,
        "lengths": LENGTHS_S,
        "loops": LOOPS,
        "templates": templates,
        "zone": it.zone or "Europe/Oslo",
        "admin": it is not FIRST,
    }


CHOSEN = Policy(clip=("S0CHECKOUT",), settings=("admins",), answer=("S0CHECKOUT",), clips_for_guests=True)


def _policies(policy: Policy, say: Say) -> Values:
    choices = [
        {"label": say("Admins of the workspace"), "value": "admins"},
        {"label": say("Nobody"), "value": "nobody"},
        {"label": say("@checkout-team"), "value": "S0CHECKOUT"},
    ]
    return {"policy": policy, "names": NAMES, "choices": choices}


def _changed(say: Say, locale: Locale) -> Values:
    return {"by": say("mina"), "changes": changes(FIRST, chosen(say), locale)}


def _field(locale: Locale, name: str, held: str, origin: str = "default", *choices: str, text: str = "") -> Values:
    named = [{"label": choice, "value": str(n)} for n, choice in enumerate(choices)]
    return {
        "name": name, "label": locale.text(NAMED[name]), "held": held, "origin": origin, "choices": named,
        "chosen": len(named) - 1 if origin == "workspace" else 0, "text": text,
    }  # fmt: skip


def _workspace(say: Say, locale: Locale) -> Values:
    return {
        "settings": [
            _field(locale, "source", say("Datadog"), "file"),
            _field(locale, "tracker", say("Jira"), "workspace", locale.text("As usual"), say("Jira")),
            _field(locale, "owners", say("of its own: Checkout"), "workspace", text=say("features:\n- name: Checkout")),
            _field(locale, "language", locale.text("everybody’s own, as in their Slack profile"), "default", "-", "ko"),
        ]
    }


SCENES = {
    "workspace settings": Scene("channels/workspace", _workspace, "modal"),
    "workspace settings changed": Scene(
        "channels/workspace_changed", lambda say, _: {"changes": [say("Tickets go to: Jira"), say("Language: 한국어")]}
    ),
    "hello": Scene("channels/hello", lambda say, _: {}),
    "channel settings": Scene("channels/settings", lambda say, _: _settings(FIRST, say), "modal"),
    "channel settings chosen": Scene("channels/settings", lambda say, _: _settings(chosen(say), say), "modal"),
    "channel policies": Scene("channels/policies", lambda say, _: _policies(Policy(), say), "modal"),
    "channel policies chosen": Scene("channels/policies", lambda say, _: _policies(CHOSEN, say), "modal"),
    "channel settings changed": Scene("channels/changed", _changed),
}
