"""The demo: the bot, a worker, a private Redis, and stand-ins for what is elsewhere: Slack, and Datadog if wanted."""

from bot.demo.running import demo

__all__ = ["demo"]
