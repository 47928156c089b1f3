"""How clips are made in one channel: what people set with `/replay settings`, over what the bot was started with."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.kernel.errors import Conflict, Misunderstood, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.mask import css_selectors
from bot.replay.model import Masks, Style
from bot.services.clips.clip_settings import ClipSettings
from bot.services.desk import Desk
from bot.state import keys

WIDTHS = (480, 640, 800, 1000, 1200)
LENGTHS_S = (10, 15, 20, 30)
MOST_SELECTORS = 20


async def settings(desk: Desk, team: str, channel: str) -> tuple[ClipSettings, int]:
    """The channel's settings and their version (0: nobody changed anything yet).

    Raises Unfilmable when they can't be read: what a channel wants hidden is unknown then, so nothing may be filmed.
    """
    try:
        found = await desk.channels.get(keys.record(team, "channel", channel))
    except msgspec.MsgspecError as broken:
        raise Unfilmable("This channel's clip settings can't be read; open /replay settings and save them.") from broken
    return found or (ClipSettings(), 0)


async def shown(desk: Desk, team: str, channel: str) -> tuple[ClipSettings, int]:
    """For the modal, which must open for settings that can't be read, too: that is where they are put right."""
    try:
        return await settings(desk, team, channel)
    except Unfilmable:
        return ClipSettings(), await desk.channels.version(keys.record(team, "channel", channel))


async def save(desk: Desk, team: str, channel: str, wanted: ClipSettings, version: int) -> int:
    """Keep them over the version that was shown, and give the new one. Raises Conflict when someone was faster."""
    try:
        return await desk.channels.put(keys.record(team, "channel", channel), wanted, version)
    except Conflict:
        raise Conflict("Someone changed these settings in the meantime; please open them again.") from None


def explicit(desk: Desk, it: ClipSettings) -> ClipSettings:
    """With the bot's own sizes (the nearest that can be chosen) and format where the channel never chose."""
    width = it.width or min(WIDTHS, key=lambda n: abs(n - desk.settings.clip_width))
    longest_s = it.longest_s or min(LENGTHS_S, key=lambda n: abs(n - desk.settings.clip_seconds))
    return msgspec.structs.replace(it, width=width, longest_s=longest_s, format=it.format or "gif")


def style(base: Style, it: ClipSettings) -> Style:
    return replace(base, width=it.width or base.width, format=it.format or base.format)


def masks(base: Masks, it: ClipSettings) -> Masks:
    """More is hidden than everywhere, never less."""
    return replace(base, selectors=(*base.selectors, *it.selectors), images=base.images or it.images)


def selectors(text: str, locale: Locale) -> tuple[str, ...]:
    """Selectors as they were typed, one a line. Raises Misunderstood with the reason for the first that is none."""
    found = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(found) > MOST_SELECTORS:
        raise Misunderstood(locale.text("At most %(n)s selectors can be kept.", n=MOST_SELECTORS))
    for one in found:
        try:
            css_selectors.parse(one)
        except Misunderstood as unread:
            sentence = locale.text(
                "Clips don't understand “%(selector)s”. These would work: %(examples)s.",
                selector=unread.at or one,
                examples=", ".join(unread.examples),
            )
            raise Misunderstood(sentence, at=one) from unread
    return found


def changes(before: ClipSettings, after: ClipSettings, locale: Locale) -> list[str]:
    """What is different now, one text a setting; empty when nothing is."""
    said = []
    if before.at_once != after.at_once:
        said.append(
            locale.text("a clip with every answer")
            if after.at_once
            else locale.text("clips only when somebody asks for one")
        )
    if before.images != after.images:
        said.append(locale.text("pictures hidden") if after.images else locale.text("pictures shown"))
    if before.selectors != after.selectors:
        listed = ", ".join(after.selectors)
        said.append(locale.text("hidden too: %(what)s", what=listed) if listed else locale.text("no selectors hidden"))
    if before.width != after.width:
        said.append(locale.text("%(n)s pixels wide", n=after.width))
    if before.longest_s != after.longest_s:
        said.append(locale.text("at most %(n)s seconds", n=after.longest_s))
    if before.format != after.format:
        said.append(after.format.upper())
    return said
