"""What the web server logs of requests. What is no HTTP is whoever sent it's mistake, and may hold cookies and keys."""

from __future__ import annotations

import logging

from aiohttp.http_exceptions import HttpProcessingError

NAME = "bot.web.server"


class _Unreadable(logging.Filter):
    """aiohttp quotes the line of the request that it can't read, with a traceback: the kind of the fault is kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if isinstance(error, HttpProcessingError):
            record.msg, record.args, record.exc_info = f"a request is no HTTP: {type(error).__name__}", (), None
            record.levelno, record.levelname = logging.INFO, "INFO"
        return True


def server_log() -> logging.Logger:
    """The log to give to every server of the bot's."""
    log = logging.getLogger(NAME)
    if not log.filters:
        log.addFilter(_Unreadable())
    return log
