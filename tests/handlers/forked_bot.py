"""Imported by the process that bots are forked from: what is compiled here is there in each of them at once."""

from __future__ import annotations

from contextlib import ExitStack

from bot.kernel.messages import Messages
from bot.notebook.notebook_text import NotebookText
from tests.handlers import bot_process  # noqa: F401 - so that it is imported
from tests.handlers.quick_starts import quick_starts

KEPT = ExitStack()
"""Is never closed: the process ends with the tests."""


def compile_templates() -> None:
    of_notebooks = ".md.j2"
    messages, notebooks = Messages.load().environment, NotebookText.load().environment
    for name in messages.list_templates(filter_func=lambda it: it.endswith(".j2") and not it.endswith(of_notebooks)):
        messages.get_template(name)
    for name in notebooks.list_templates(filter_func=lambda it: it.endswith(of_notebooks)):
        notebooks.get_template(name)


KEPT.enter_context(quick_starts())
compile_templates()
