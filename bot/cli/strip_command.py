"""Several recordings side by side in one clip, without Slack."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import options
from bot.cli.clip_commands import clip_json, clip_lines, opened_pool, read_recording, style_of, window_in
from bot.kernel.locale import Locale
from bot.replay.model import Clip, Masks, Style

if TYPE_CHECKING:
    from bot.replay.side_by_side import Panel

MOST = 3


@click.command()
@click.argument("recordings", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--label", "labels", multiple=True, metavar="TEXT", help="What stands above a recording; in their order.")
@options.OUTPUT
@click.option("--width", type=click.IntRange(200, 1920), metavar="PIXELS", help="Of one clip alone; a strip is wider.")
@click.option("--fps", type=click.IntRange(1, 30), metavar="N", help="Frames a second; REPLAYBOOK_CLIP_FPS, else 10.")
@click.option("--loops", type=click.IntRange(0, 100), metavar="N", help="How often a GIF plays; 0: for ever, else 3.")
@click.option("--whole-page", is_flag=True, help="Never go close to what was clicked.")
@click.option("--max-bytes", type=click.IntRange(50_000), metavar="N", help="The most it may weigh.")
@click.option("--mask", "selectors", multiple=True, metavar="SELECTOR", help="Hide the text of these elements, too.")
@click.option("--mask-images", is_flag=True, help="Hide pictures, too.")
@options.LOCALE
@options.JSON
def strip(recordings: tuple[Path, ...], output: Path | None, tag: str, as_json: bool, **wish: Any) -> None:
    """Make one clip of two or three RECORDINGS side by side, each around its worst signal.

    The failed clicks come at the same time in all of them. Without --output it is written beside you, as strip.gif;
    where the name ends with .mp4 it is a video.
    """
    if not 2 <= len(recordings) <= MOST:
        raise click.UsageError(f"Give two or three recordings; these are {len(recordings)}.")
    from bot.replay.side_by_side import Panel

    kind = options.kind_of(output, None, ("gif", "mp4"))
    path = output or options.writable(Path("strip.gif"))
    names = (*wish["labels"], *("" for _ in recordings))
    panels = [
        Panel(str(number), names[number - 1], *window_in(read_recording(recording), None, None, None))
        for number, recording in enumerate(recordings, 1)
    ]
    masks = Masks(selectors=wish["selectors"], images=wish["mask_images"])
    made, refused = asyncio.run(_made_strip(panels, style_of(wish, kind), masks, Locale.of(tag)))
    if made.kind != kind:
        path = path.with_suffix(f".{made.kind}")  # another kind was needed to keep it small; its steps say so
    path.write_bytes(made.data)
    if as_json:
        click.echo(json.dumps(clip_json(made, path) | {"refused": refused}, ensure_ascii=False))
    else:
        click.echo(
            "\n".join([*clip_lines(made, path), *(f"left out: {place}: {why}" for place, why in refused.items())])
        )


async def _made_strip(
    panels: Sequence[Panel], style: Style, masks: Masks, locale: Locale
) -> tuple[Clip, dict[str, str]]:
    """Returns the clip, and by their number why recordings aren't in it."""
    from bot.replay.side_by_side import render_side_by_side

    async with opened_pool() as pool:
        made = await render_side_by_side(panels, pool=pool, style=style, masks=masks, locale=locale)
    return made.clip, {panels[place].mark: error.text(locale) for place, error in made.refused.items()}
