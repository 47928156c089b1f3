"""How far something is: drawn by rich on a terminal, plain lines or nothing where the output is piped."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

import click

Tell = Callable[[str, float], None]
"""Called with what is being done and the share that is done, 0 to 1."""


@contextmanager
def bar(first: str) -> Iterator[Tell | None]:
    """A bar on standard error that goes away at the end; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(first, total=1.0)
        yield lambda text, share: bars.update(task, description=text, completed=share)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Says what is done for as long as the body, and on a terminal how long it took."""
    if not sys.stdout.isatty():
        click.echo(f"{text} …")
        yield
        return
    from rich.console import Console

    console, began = Console(highlight=False), monotonic()
    with console.status(f"{text} …"):
        yield
    console.print(f"  [green]✓[/green] {text} [dim]{monotonic() - began:.1f} s[/dim]")
