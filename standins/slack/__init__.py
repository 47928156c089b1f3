"""The local workspace: a stand-in for Slack that speaks its Web API, Events API and interactivity, with a page.

Workspace(WorkspaceConfig(folder=…, base_url=…, bot_url=…, token=…, signing_secret=…, seed=demo_seed())).application()
"""

from standins.slack.blocks import Problem, check_message, check_view
from standins.slack.seed import demo_seed
from standins.slack.workspace import Workspace
from standins.slack.workspace_config import (
    Command,
    Link,
    Seed,
    SeedChannel,
    SeedGroup,
    SeedMessage,
    SeedPerson,
    Shortcut,
    WorkspaceConfig,
)

__all__ = [
    "Command",
    "Link",
    "Problem",
    "Seed",
    "SeedChannel",
    "SeedGroup",
    "SeedMessage",
    "SeedPerson",
    "Shortcut",
    "Workspace",
    "WorkspaceConfig",
    "check_message",
    "check_view",
    "demo_seed",
]
