"""What a question counts: signals, actions, people, sessions, or a share of them."""

from __future__ import annotations

from collections.abc import Sequence

from lark import Token

from bot.signals.question import Metric, Signal

_SHARES = {"people": Metric.PEOPLE_SHARE, "sessions": Metric.SESSIONS_SHARE}


def asked_metric(tokens: Sequence[Token], signals: Sequence[Signal]) -> Metric | None:
    """Returns what is counted: a rate when one is asked for, what stands next to "how many", or what was named.

    `signals` are the kinds that the question names.
    """
    nouns = [(at, token) for at, token in enumerate(tokens) if token.type in {"METRIC", "SIGNAL"}]
    metrics = [token for _, token in nouns if token.type == "METRIC"]
    if any(str(token) in {"rate", "share"} for token in metrics):
        return next((_SHARES[str(token)] for token in metrics if str(token) in _SHARES), Metric.RATE)
    count = next((at for at, token in enumerate(tokens) if token.type == "COUNT"), None)
    if count is not None and str(tokens[count]) == "times":
        return Metric.SIGNALS
    if count is not None and nouns:
        after = [token for at, token in nouns if at > count]
        before = [token for at, token in reversed(nouns) if at < count]
        behind = str(tokens[count]) == "behind"
        chosen = ([*before, *after] if behind else [*after, *before])[0]
        of_signals = behind and str(chosen) == "clicks" and signals
        return Metric.SIGNALS if of_signals else _counted(chosen)
    named = any(token.type in {"SIGNAL", "ADJ"} for token in tokens)
    clear = [token for token in metrics if str(token) != "clicks" or not named]
    return _counted(clear[0]) if clear else None


def _counted(token: Token) -> Metric:
    """What a word for what is counted means: a signal, clicks, people, sessions."""
    if token.type == "SIGNAL":
        return Metric.SIGNALS
    return Metric.ACTIONS if str(token) == "clicks" else Metric(str(token))
