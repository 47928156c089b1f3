"""The page that recordings are played in, and what it is allowed to load: nothing but what it already holds."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bot.kernel.errors import Unavailable
from bot.kernel.paths import NODE_MODULES

SCRIPTS = (
    "resilient.js",
    "page_replayer.js",
    "canvases.js",
    "labels.js",
    "decoded_images.js",
    "page_texts.js",
    "view_frames.js",
    "new_texts.js",
    "camera.js",
    "stage.js",
)
REPLAYER = NODE_MODULES / "@rrweb" / "replay" / "dist"

STYLE = """
html,body{margin:0;padding:0;overflow:hidden;background:#eceff3}
iframe{border:0;background:#fff;pointer-events:none}
.replayer-wrapper{transform-origin:0 0;position:absolute;left:0;top:0}
.replayer-mouse,.replayer-mouse-tail{display:none!important}
"""


def policy(origins: Iterable[str] = ()) -> str:
    """The content security policy: data: URLs, inline styles, and the allowed asset origins. Frames inherit it."""
    allowed = " ".join(["data:", *origins])
    return (
        "default-src 'none'; script-src 'none'; connect-src 'none'; object-src 'none'; base-uri 'none'; "
        f"form-action 'none'; img-src {allowed}; font-src {allowed}; media-src data:; "
        f"style-src 'unsafe-inline' {allowed}"
    )


def document(origins: Iterable[str] = (), *, guarded: bool = True) -> str:
    """The HTML of the stage. `guarded=False` leaves the policy out, so that tests can try the other layers alone."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy(origins)}">' if guarded else ""
    return (
        f'<!doctype html><html><head><meta charset="utf-8">{meta}<style>{_replayer_style()}{STYLE}</style></head><body>'
    )


@lru_cache(maxsize=1)
def script() -> str:
    """rrweb's replayer and ours. It is evaluated by the debugger, which the policy does not bind.

    Raises `Unavailable` when the npm packages are not installed.
    """
    ours = [Path(__file__).with_name(name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n;\n".join([_read(REPLAYER / "replay.umd.min.cjs"), *ours])


def _replayer_style() -> str:
    return _read(REPLAYER / "style.min.css")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as failed:
        raise Unavailable("rrweb's replayer is not installed; run `make setup` or `npm ci`.") from failed
