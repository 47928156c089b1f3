"""How clips are made in a channel."""

from __future__ import annotations

from bot.kernel.locale import Locale
from bot.notebook.postmortem_templates import PostmortemTemplate
from bot.services.clips.channel_settings import LENGTHS_S, LOOPS, WIDTHS, changes
from bot.services.clips.clip_settings import ClipSettings
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
    }


def _changed(say: Say, locale: Locale) -> Values:
    return {"by": say("mina"), "changes": changes(FIRST, chosen(say), locale)}


SCENES = {
    "hello": Scene("channels/hello", lambda say, _: {}),
    "channel settings": Scene("channels/settings", lambda say, _: _settings(FIRST, say), "modal"),
    "channel settings chosen": Scene("channels/settings", lambda say, _: _settings(chosen(say), say), "modal"),
    "channel settings changed": Scene("channels/changed", _changed),
}
