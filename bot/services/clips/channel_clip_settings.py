"""How clips are made in one channel: what people set with `/replay settings`, over what the bot was started with."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.kernel.errors import Misunderstood, Unfilmable
from bot.kernel.locale import Locale
from bot.replay.mask import css_selectors
from bot.replay.model import Masks, Style
from bot.services.access.access import Deed
from bot.services.clips.clip_settings import ClipSettings
from bot.services.clips.context import ClipContext, ClipDefaults

WIDTHS = (480, 640, 800, 1000, 1200)
LENGTHS_S = (10, 15, 20, 30, 45, 60)
LOOPS = (1, 3, 0)  # 0 is for ever
MOST_SELECTORS = 20


def explicit(settings: ClipSettings, defaults: ClipDefaults) -> ClipSettings:
    """With the bot's own sizes (the nearest that can be chosen) and format where the channel never chose."""
    width = settings.width or min(WIDTHS, key=lambda n: abs(n - defaults.width))
    longest_s = settings.longest_s or min(LENGTHS_S, key=lambda n: abs(n - defaults.seconds))
    loops = defaults.loops if settings.loops is None else settings.loops
    loops = loops if loops in LOOPS else 3
    return msgspec.structs.replace(
        settings, width=width, longest_s=longest_s, loops=loops, format=settings.format or "gif"
    )


def style(base: Style, settings: ClipSettings, *, whole_page: bool = False) -> Style:
    return replace(
        base,
        width=settings.width or base.width,
        format=settings.format or base.format,
        loops=base.loops if settings.loops is None else settings.loops,
        camera=base.camera and not whole_page,
    )


def masks(base: Masks, settings: ClipSettings) -> Masks:
    """More is hidden than everywhere, never less."""
    return replace(base, selectors=(*base.selectors, *settings.selectors), images=base.images or settings.images)


def selectors(text: str) -> tuple[str, ...]:
    """Selectors as they were typed, one a line. Raises Misunderstood with the reason for the first that is none."""
    lines = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if len(lines) > MOST_SELECTORS:
        raise Misunderstood("At most %(n)s selectors can be kept.", n=MOST_SELECTORS)
    for one in lines:
        try:
            css_selectors.parse(one)
        except Misunderstood as unread:
            raise Misunderstood(
                "Clips don’t understand “%(selector)s”. These would work: %(suggestions)s.",
                at=one,
                selector=unread.at or one,
                suggestions=", ".join(unread.examples),
            ) from unread
    return lines


async def save(context: ClipContext, team: str, channel: str, wanted: ClipSettings, version: int, by: str) -> None:
    """Keeps the settings over the version that was shown, and tells the channel of them. Raises Conflict, Denied."""
    slack = context.slack
    await context.access.permit(
        Deed.CHANGE_SETTINGS, team=team, channel=channel, user=by, target=channel, once=str(version)
    )
    person = await slack.people.get(team, by)
    zone = "" if wanted.quiet_from is None else person.zone
    wanted = msgspec.structs.replace(explicit(wanted, context.defaults), zone=zone)
    before, wanted, now = await _save(context, team, channel, wanted, version)
    if texts := changes(before, wanted, person.locale):
        message = slack.messages.message("channels/changed", person.locale, by=person.name, changes=texts)
        await slack.outbox.post(f"settings:{channel}:{now}", team=team, channel=channel, message=message)


async def _save(
    context: ClipContext, team: str, channel: str, wanted: ClipSettings, version: int
) -> tuple[ClipSettings, ClipSettings, int]:
    """Returns what held before, what holds now, and its version. Raises Conflict.

    Quiet hours that nobody changed stay in the zone of whoever set them.
    """
    try:
        before, _ = await context.records.settings(team, channel)
    except Unfilmable:
        return ClipSettings(), wanted, await context.records.save_settings(team, channel, wanted, version)
    before = explicit(before, context.defaults)
    if (before.quiet_from, before.quiet_until) == (wanted.quiet_from, wanted.quiet_until):
        wanted = msgspec.structs.replace(wanted, zone=before.zone)
    if before == wanted:
        return before, wanted, version
    return before, wanted, await context.records.save_settings(team, channel, wanted, version)


def changes(before: ClipSettings, after: ClipSettings, locale: Locale) -> list[str]:
    """What is different now, one text a setting; empty when nothing is."""
    texts = []
    if before.at_once != after.at_once:
        texts.append(
            locale.text("a clip with every answer")
            if after.at_once
            else locale.text("clips only when somebody asks for one")
        )
    if before.images != after.images:
        texts.append(locale.text("pictures hidden") if after.images else locale.text("pictures shown"))
    if before.no_digest != after.no_digest:
        texts.append(
            locale.text("no weekly list of open follow-ups")
            if after.no_digest
            else locale.text("open follow-ups listed once a week")
        )
    if before.selectors != after.selectors:
        listed = ", ".join(after.selectors)
        texts.append(locale.text("hidden too: %(what)s", what=listed) if listed else locale.text("no selectors hidden"))
    if before.width != after.width:
        texts.append(locale.text("%(n)s pixels wide", n=after.width))
    if before.longest_s != after.longest_s:
        texts.append(locale.text("at most %(n)s seconds", n=after.longest_s))
    if before.loops != after.loops:
        texts.append(_plays(after.loops, locale))
    if before.format != after.format:
        texts.append(after.format.upper())
    if before.live != after.live:
        texts.append(locale.text("answers are kept live") if after.live else locale.text("answers aren’t kept live"))
    if (before.quiet_from, before.quiet_until, before.zone) != (after.quiet_from, after.quiet_until, after.zone):
        texts.append(_quiet(after, locale))
    if before.template != after.template:
        texts.append(
            locale.text("post-mortems from the template “%(name)s”", name=after.template)
            if after.template
            else locale.text("the template of post-mortems by severity")
        )
    return texts


def _quiet(settings: ClipSettings, locale: Locale) -> str:
    if settings.quiet_from is None or settings.quiet_until is None:
        return locale.text("watches speak at any hour")
    return locale.text(
        "watches are quiet from %(start)s to %(end)s (%(zone)s)",
        start=f"{settings.quiet_from:02}:00",
        end=f"{settings.quiet_until:02}:00",
        zone=settings.zone,
    )


def _plays(loops: int | None, locale: Locale) -> str:
    if loops == 1:
        return locale.text("GIFs play once")
    return locale.text("GIFs play three times") if loops else locale.text("GIFs play for ever")
