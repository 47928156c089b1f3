"""The templates of the workspace's pages, compiled once a process: tests start a workspace for each of them."""

from __future__ import annotations

from functools import cache

import jinja2

from bot.kernel.paths import TEMPLATES


@cache
def page_template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(f"workspace/{name}")
