"""Recordings without Slack: what is in them, and clips of them."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli import options
from bot.cli.progress import bar
from bot.kernel.errors import Missing
from bot.kernel.escape import clean
from bot.kernel.locale import Locale
from bot.replay.model import Clip, DetectedAction, Masks, Style, Window
from bot.replay.recording import Recording

if TYPE_CHECKING:
    from bot.replay.stage.pool import RenderPool

KINDS = ("gif", "mp4", "png")
STEPS = {"load": (0.0, 0.1), "capture": (0.1, 0.9), "encode": (0.9, 1.0)}
"""Which part of the bar a step of rendering fills."""


@click.command()
@options.RECORDING
@options.JSON
def detect(recording: Path, as_json: bool) -> None:
    """Find frustration signals in a RECORDING, by the rules of the Datadog browser SDK.

    RECORDING is a file, or the folder of a session, in any format that is read. Times are from its first event.
    """
    from bot.replay.detect.detector import detect as found_in

    failed = [it for it in found_in(read_recording(recording)) if it.types]
    rows = [
        {
            "at_ms": it.at_ms,
            "types": [str(kind) for kind in it.types],
            "selector": it.selector,
            "name": it.name,
            "clicks": it.clicks,
            **({"window": it.window} if it.window else {}),
        }
        for it in failed
    ]
    if as_json:
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    for it in failed:
        kinds = ", ".join(it.types)
        name, selector = clean(it.name), clean(it.selector)
        click.echo(f"{it.at_ms / 1000:8.1f} s  {kinds:<36} {it.clicks} × {name}  {selector}")
    click.echo(f"Actions with signals: {len(rows):,}.")


@click.command()
@options.RECORDING
@click.option("--at", type=click.IntRange(0), metavar="MS", help="Cut around this moment, in milliseconds.")
@click.option("--from", "start", type=click.IntRange(0), metavar="MS", help="Begin here; needs --to.")
@click.option("--to", "end", type=click.IntRange(0), metavar="MS", help="End here; needs --from.")
@options.OUTPUT
@click.option("--width", type=click.IntRange(200, 1920), metavar="PIXELS", help="REPLAYBOOK_CLIP_WIDTH, else 800.")
@click.option("--fps", type=click.IntRange(1, 30), metavar="N", help="Frames a second; REPLAYBOOK_CLIP_FPS, else 10.")
@click.option("--loops", type=click.IntRange(0, 100), metavar="N", help="How often a GIF plays; 0: for ever, else 3.")
@click.option("--max-bytes", type=click.IntRange(50_000), metavar="N", help="The most it may weigh.")
@click.option("--format", "kind", type=click.Choice(KINDS), help="What to make; else what FILE ends with, else gif.")
@click.option("--whole-page", is_flag=True, help="Never go close to what was clicked.")
@click.option("--mask", "selectors", multiple=True, metavar="SELECTOR", help="Hide the text of these elements, too.")
@click.option("--mask-images", is_flag=True, help="Hide pictures, too.")
@options.LOCALE
@options.JSON
def clip(recording: Path, output: Path | None, tag: str, as_json: bool, **wish: Any) -> None:
    """Make a clip of a RECORDING: around its worst signal, or where you say. A PNG is a picture of the failed click.

    RECORDING is a file, or the folder of a session, in any format that is read. Times are milliseconds from its first
    event. Without --output the clip is written beside you, named after the recording.
    """
    locale = Locale.of(tag)
    kind = options.kind_of(output, wish["kind"], KINDS)
    path = output or options.writable(Path(f"{recording.resolve().name.split('.')[0]}.{kind}"))
    wanted = read_recording(recording)
    wanted, window = window_in(wanted, wish["at"], wish["start"], wish["end"])
    masks = Masks(selectors=wish["selectors"], images=wish["mask_images"])
    if kind == "png":
        _picture(wanted, window, path, style_of(wish, kind), masks, locale, as_json=as_json)
        return
    made = asyncio.run(_made(wanted, window, style_of(wish, kind), masks, locale))
    if made.kind != kind:
        path = path.with_suffix(f".{made.kind}")  # another kind was needed to keep it small; its steps say so
    path.write_bytes(made.data)
    if as_json:
        click.echo(json.dumps(clip_json(made, path), ensure_ascii=False))
    else:
        click.echo("\n".join(clip_lines(made, path)))


def _picture(  # noqa: PLR0913
    recording: Recording, window: Window, path: Path, style: Style, masks: Masks, locale: Locale, *, as_json: bool
) -> None:
    """Writes the failed click of a window as PNG within the budget, or the window's beginning where none is in it."""
    from PIL import Image

    from bot.replay.encode.ladder import fitted
    from bot.replay.render import still as picture

    at = window.start_ms if window.failed_ms is None else window.failed_ms
    losses: dict[str, int] = {}

    async def make() -> bytes:
        async with opened_pool() as pool:
            return await picture(recording, at, pool=pool, masks=masks, locale=locale, losses=losses, width=style.width)

    data = asyncio.run(make())
    if len(data) > style.max_bytes:
        with Image.open(io.BytesIO(data)) as full:
            data = fitted(full, style.max_bytes).data
    path.write_bytes(data)
    if as_json:
        facts = {"path": str(path), "kind": "png", "bytes": len(data), "at_ms": at, "skipped": losses}
        click.echo(json.dumps(facts, ensure_ascii=False))
    else:
        click.echo("\n".join([str(path), *_left_out(losses)]))


def clip_lines(made: Clip, path: Path) -> Iterator[str]:
    """Recorded names are in it, so that nothing of it may be a terminal's command."""
    yield f"{path}: {clean(made.caption)}"
    yield f"{len(made.data) / 1000:,.0f} kB, {made.frames} frames from {made.shots} shots, {made.width}×{made.height}"
    for line in made.transcript:
        yield f"  {line.at_ms // 60000}:{line.at_ms // 1000 % 60:02} {clean(line.text)}"
    if made.masked.total:
        yield "masked: " + ", ".join(f"{n} × {kind}" for kind, n in made.masked.hidden.items())
    yield from _left_out(made.skipped)
    yield from made.steps


def _left_out(skipped: dict[str, int]) -> Iterator[str]:
    if skipped:
        yield "left out: " + ", ".join(f"{n} × {what}" for what, n in skipped.items())


@click.command()
@options.RECORDING
@click.option("--at", type=click.IntRange(0), metavar="MS", required=True, help="The moment, in milliseconds.")
@options.OUTPUT
@click.option("--raw", is_flag=True, help="As recorded: its own size, no pointer, no drawing, no masks.")
@options.LOCALE
def still(recording: Path, at: int, output: Path | None, raw: bool, tag: str) -> None:
    """Make a picture of one moment of a RECORDING, still.png where nothing else is said."""
    from bot.replay.detect.detector import window_at
    from bot.replay.render import still as picture

    if output and output.suffix.lower() != ".png":
        raise click.BadParameter(f"A still is a PNG, so {output.name} should end with .png.")
    path = output or options.writable(Path("still.png"))
    wanted = read_recording(recording)
    wanted = window_at(wanted, wanted.start_epoch_ms + at)
    _inside(wanted, at=at)

    losses: dict[str, int] = {}

    async def make() -> bytes:
        async with opened_pool() as pool:
            return await picture(wanted, at, pool=pool, raw=raw, masks=Masks(), locale=Locale.of(tag), losses=losses)

    path.write_bytes(asyncio.run(make()))
    click.echo("\n".join([str(path), *_left_out(losses)]))


def read_recording(path: Path) -> Recording:
    from bot.replay.read_recording import read, read_path

    return read(read_path(path))


def window_in(recording: Recording, at: int | None, start: int | None, end: int | None) -> tuple[Recording, Window]:
    """Returns the browser window where it failed, and the part of it to show.

    Raises UsageError for options that contradict, Missing when nothing failed and nothing was chosen.
    """
    from bot.replay.detect.detector import detect as found_in
    from bot.replay.detect.detector import window_at
    from bot.replay.script.moment import window_for

    if start is not None or end is not None:
        if start is None or end is None or at is not None:
            raise click.UsageError("Give --at alone, or --from and --to together.")
        if end <= start:
            raise click.UsageError("--to must come after --from.")
        _inside(recording, **{"from": start, "to": end})
        actions = [it for it in found_in(recording) if it.window == recording.window and start <= it.at_ms <= end]
        worst = _worst(actions)
        return recording, Window(start, end, worst.at_ms if worst else None)
    if at is not None:
        recording = window_at(recording, recording.start_epoch_ms + at)
        _inside(recording, at=at)
        return recording, window_for(recording, at)
    worst = _worst(found_in(recording))
    if worst is None:
        raise Missing("Nothing fails in this recording; say where to cut with --at, or with --from and --to.")
    recording = recording.in_window(worst.window)
    return recording, window_for(recording, worst)


def _worst(actions: Iterable[DetectedAction]) -> DetectedAction | None:
    failed = [it for it in actions if it.types]
    return max(failed, key=lambda it: (len(it.types), it.clicks), default=None)


def _inside(recording: Recording, **times: int) -> None:
    """Raises UsageError for a time after the end: a clip of it would show nothing."""
    length = recording.duration_ms
    for option, ms in times.items():
        if ms > length:
            raise click.UsageError(
                f"--{option} {ms} is after the end: this recording is {length} ms long ({length / 1000:,.1f} s)."
            )


def style_of(wish: dict[str, Any], kind: str) -> Style:
    settings = options.own_settings()
    return Style(
        width=wish["width"] or settings.clip_width,
        fps=wish["fps"] or settings.clip_fps,
        max_bytes=wish["max_bytes"] or settings.clip_max_bytes,
        format=kind,
        loops=settings.clip_loops if wish["loops"] is None else wish["loops"],
        camera=settings.clip_camera and not wish["whole_page"],
    )


async def _made(recording: Recording, window: Window, style: Style, masks: Masks, locale: Locale) -> Clip:
    from bot.replay.render import render

    async with opened_pool() as pool:
        with bar("load") as draw:

            async def tell(step: str, share: float) -> None:
                begins, ends = STEPS[step]
                if draw:
                    draw(step, begins + (ends - begins) * share)

            return await render(recording, window, pool=pool, style=style, masks=masks, locale=locale, progress=tell)


@asynccontextmanager
async def opened_pool() -> AsyncIterator[RenderPool]:
    from bot.replay.stage.pool import RenderPool

    settings = options.own_settings()
    sandbox = {"auto": None, "on": True, "off": False}[settings.browser_sandbox]
    async with RenderPool(settings.browser, 1, sandbox, origins=settings.allowed_assets) as pool:
        yield pool


def clip_json(made: Clip, path: Path) -> dict[str, Any]:
    return {
        "path": str(path),
        "kind": made.kind,
        "width": made.width,
        "height": made.height,
        "frames": made.frames,
        "shots": made.shots,
        "duration_ms": made.duration_ms,
        "bytes": len(made.data),
        "ms": made.timings_ms,
        "window": {"start_ms": made.window.start_ms, "end_ms": made.window.end_ms, "failed_ms": made.window.failed_ms},
        "caption": made.caption,
        "alt_text": made.alt_text,
        "transcript": [{"at_ms": line.at_ms, "text": line.text} for line in made.transcript],
        "masked": made.masked.hidden,
        "steps": list(made.steps),
        "skipped": made.skipped,
        "zoomed": made.zoomed,
    }
