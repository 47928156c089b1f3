"""The commands of `replaybook`, one file a kind. A command's code is read only when it is called: starts stay fast."""

from __future__ import annotations

from pkgutil import resolve_name

import click

COMMANDS = {
    "demo": ("bot.cli.run_commands:demo", "Run the whole product on this machine, with a stand-in for Slack."),
    "serve": ("bot.cli.run_commands:serve", "Run the bot."),
    "worker": ("bot.cli.run_commands:worker", "Render clips for a bot that runs elsewhere."),
    "intake": ("bot.cli.run_commands:intake", "Take in what browsers send, and nothing else."),
    "intake-key": ("bot.cli.intake_command:intake_key", "Make a key for a sender of events."),
    "audit": ("bot.cli.audit_command:audit", "Say who did what, from the audit log."),
    "forget": ("bot.cli.forget_command:forget", "Remove a person from what is kept."),
    "backup": ("bot.cli.backup_commands:backup", "Write records, files and events into one file."),
    "restore": ("bot.cli.backup_commands:restore", "Bring a backup back, be it into another engine."),
    "migrate": ("bot.cli.migrate_command:migrate", "Bring the tables of a database to the version that is needed."),
    "token-key": ("bot.cli.install_commands:token_key", "Make a key that encrypts the tokens of workspaces."),
    "installs": ("bot.cli.install_commands:installs", "List who has installed the app by OAuth."),
    "manifest": ("bot.cli.manifest_command:manifest", "Print the manifest that a Slack app is made from."),
    "doctor": ("bot.cli.doctor:doctor", "Check what the bot needs, and say what works."),
    "hooks": ("bot.cli.hooks_command:hooks", "Print what to set up so that trackers tell the bot of changes."),
    "ask": ("bot.cli.question_commands:ask", "Answer a question, without Slack."),
    "parse": ("bot.cli.question_commands:parse", "Show how a question is understood."),
    "detect": ("bot.cli.clip_commands:detect", "Find frustration signals in a recording."),
    "clip": ("bot.cli.clip_commands:clip", "Make a clip of a recording."),
    "strip": ("bot.cli.strip_command:strip", "Make one clip of two or three recordings, side by side."),
    "still": ("bot.cli.clip_commands:still", "Make a picture of one moment of a recording."),
    "import": ("bot.cli.data_commands:import_", "Take recordings and RUM events from disk into the local store."),
    "copy-events": ("bot.cli.data_commands:copy_events", "Copy the events of an embedded store into ClickHouse."),
    "export": ("bot.cli.data_commands:export", "Take a post-mortem out: Markdown, ZIP, HTML, PDF, or to Confluence."),
    "notebook": ("bot.cli.data_commands:notebook", "Take post-mortems out, as files."),
}


class Lazy(click.Group):
    """Knows the names of its commands, and resolves one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = resolve_name(COMMANDS[cmd_name][0])
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, about) for name, (_, about) in COMMANDS.items()])


@click.command(
    cls=Lazy,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="replaybook", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context) -> None:
    """The number, the moment, the record, the answer: frustration signals in the incident channel.

    \b
    Begin with   replaybook demo
    Settings     environment variables, listed in docs/settings.md
    Exit codes   0 done, 1 a mistake of yours, 2 a fault of ours or of a service
    """
    help_if_alone(context)


def help_if_alone(context: click.Context) -> None:
    """A group without a command is no mistake: the help is the answer, and the exit code 0."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help())
