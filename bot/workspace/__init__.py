"""The local workspace: a stand-in for Slack that speaks its Web API, Events API and interactivity, with a page.

Workspace(WorkspaceConfig(folder=…, base_url=…, bot_url=…, token=…, signing_secret=…, seed=demo_seed())).application()
"""

from bot.workspace.blocks import Problem, check_message, check_view
from bot.workspace.config import Channel, Command, Group, Link, Person, Said, Seed, Shortcut, WorkspaceConfig
from bot.workspace.seed import demo_seed
from bot.workspace.server import Workspace

__all__ = [
    "Channel",
    "Command",
    "Group",
    "Link",
    "Person",
    "Problem",
    "Said",
    "Seed",
    "Shortcut",
    "Workspace",
    "WorkspaceConfig",
    "check_message",
    "check_view",
    "demo_seed",
]
