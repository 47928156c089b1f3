"""The demo: the bot, a worker, a private Redis, and stand-ins for what is elsewhere: Slack, and Datadog if wanted."""

from bot.demo.demo_run import TRACKERS, StandIns, demo

__all__ = ["TRACKERS", "StandIns", "demo"]
