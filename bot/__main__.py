"""The command line: `replaybook` and `python -m bot`. Errors are one sentence; 1 is a user's mistake, 2 a fault."""

from __future__ import annotations

import os
import sys
import traceback

import click

from bot.cli import cli
from bot.kernel.errors import ReplaybookError, Upstream

MISTAKE, FAULT, STOPPED = 1, 2, 130


def main() -> None:
    try:
        code = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - the edge: a bug is our fault, and its traceback is what a report of it needs
        traceback.print_exc()
        code = FAULT
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """The exit code. Whatever goes wrong in a way we know is one sentence on standard error."""
    try:
        code = cli.main(args=arguments, prog_name="replaybook", standalone_mode=False)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return STOPPED
    except click.ClickException as error:
        return _ended_with(error.format_message(), MISTAKE)
    except ReplaybookError as error:
        return _ended_with(error.sentence, FAULT if isinstance(error, Upstream) else MISTAKE)
    except BrokenPipeError:  # whoever reads has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return STOPPED
    except OSError as error:
        return _ended_with(_unusable(error), FAULT)
    return code if isinstance(code, int) else 0


def _unusable(error: OSError) -> str:
    why = error.strerror or str(error) or type(error).__name__
    return f"{error.filename} can't be used: {why}." if error.filename else f"{why[:1].upper()}{why[1:]}."


def _ended_with(sentence: str, code: int) -> int:
    click.echo(sentence, err=True)
    return code


if __name__ == "__main__":
    main()
