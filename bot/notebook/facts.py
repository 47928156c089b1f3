"""What a notebook keeps of an answer and of a clip. Keys say what a cell means, so adding it twice adds it once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from bot.kernel.locale import Locale
from bot.notebook.cell_data import Bar, Chart, ClipWords, Number, Spoken, StoredClip
from bot.notebook.impact import BusinessRate, Impact, ImpactPart, SignalsThen, SpanPeople
from bot.notebook.merge import Put
from bot.replay.model import Clip, Line
from bot.signals.answer import Answer, Bucket
from bot.signals.headline import headline
from bot.signals.periods import slice_length
from bot.signals.verdict import verdict


def number_of(answer: Answer, locale: Locale, *, asked_by: str = "", question: str = "") -> Number:
    """The facts of an answer that still make sense when its provider has let the data expire, in the reader's words."""
    facts = headline(answer, locale)
    counts = answer.counts
    against = answer.before_period if answer.question.compare else None
    return Number(
        question=question or answer.question.text,
        start=answer.question.period.start,
        end=answer.question.period.end,
        by_signal={str(signal): n for signal, n in counts.by_signal.items()},
        actions=counts.actions,
        people=counts.people,
        sessions=counts.sessions,
        before=facts.before,
        before_start=against.start if against else None,
        before_end=against.end if against else None,
        title=facts.title,
        count=facts.count,
        people_share=facts.people_share,
        sessions_share=facts.sessions_share,
        targets=tuple(target.name for target in answer.targets),
        top_error=answer.errors[0].message if answer.errors else "",
        source=answer.source,
        source_title=answer.source_title,
        definition=answer.definition.name,
        query=answer.query,
        link=answer.link,
        caveats=answer.caveats,
        kept_from=answer.kept_from,
        sample=answer.sample,
        asked_by=asked_by,
        asked_at=answer.asked_at,
        began=tuple(sentence for sentence in (verdict(answer, locale), facts.began) if sentence),
    )


def impact_of(  # noqa: PLR0913 - one keyword a fact; callers name them
    answer: Answer,
    *,
    over: bool,
    bars: Sequence[Bucket],
    before: Answer | None = None,
    release: str = "",
    released: datetime | None = None,
    delay: SpanPeople | None = None,
    delay_fixed: bool = False,
    business: BusinessRate | None = None,
) -> Impact:
    """`before` is of the same span before, if data of it are kept; `bars` reach further, to see what it rose from."""
    question, counts, tops = answer.question, answer.counts, answer.tops
    return Impact(
        start=question.period.start,
        end=question.period.end,
        over=over,
        counted_at=answer.asked_at or question.period.end,
        by_signal={str(signal): n for signal, n in counts.by_signal.items()},
        actions=counts.actions,
        people=people_of(answer),
        sessions=counts.sessions,
        used_sessions=answer.exposed.sessions,
        before=people_of(before) if before else None,
        bars=tuple(SignalsThen(bar.start, {str(signal): n for signal, n in bar.by_signal.items()}) for bar in bars),
        bar_s=_length_s(bars),
        zone=str(question.period.start.tzinfo or ""),
        release=release,
        released=released,
        versions=tuple(ImpactPart(top.label, top.actions) for top in tops.versions),
        pages=tuple(ImpactPart(top.label, top.actions) for top in tops.views),
        errors=tuple(ImpactPart(error.message, error.actions) for error in answer.errors),
        delay=delay,
        delay_fixed=delay_fixed,
        business=business,
        what=question.target or question.view or "",
        signals_asked=tuple(str(signal) for signal in question.signals),
        targets=tuple(target.name for target in answer.targets),
        source=answer.source,
        source_title=answer.source_title,
        definition=answer.definition.name,
        query=answer.query,
        link=answer.link,
        caveats=answer.caveats,
        kept_from=answer.kept_from,
        sample=answer.sample,
    )


def _length_s(bars: Sequence[Bucket] | Sequence[Bar]) -> int:
    """How long a slice lasts, in seconds; 0 where there is one alone."""
    return int(slice_length([bar.start for bar in bars]).total_seconds())


def people_of(answer: Answer) -> SpanPeople:
    """Returns the people of the answer's period: those with signals, of those who used the target."""
    period = answer.question.period
    return SpanPeople(period.start, period.end, answer.counts.people, answer.exposed.people)


def chart_of(answer: Answer, title: str, zone: str = "") -> Chart:
    bars = tuple(
        Bar(bucket.start, {str(signal): n for signal, n in bucket.by_signal.items()}) for bucket in answer.series
    )
    length = _length_s(bars)
    return Chart(title, bars, length, zone)


def clip_of(  # noqa: PLR0913 - one keyword a fact; callers name them
    clip: Clip,
    *,
    file: str,
    poster: str = "",
    recording: str = "",
    session: str = "",
    at: datetime | None = None,
    definition: str = "",
    why: str = "",
    link: str = "",
) -> StoredClip:
    return StoredClip(
        file=file,
        poster=poster,
        width=clip.width,
        height=clip.height,
        caption=clip.caption,
        alt_text=clip.alt_text,
        duration_ms=clip.duration_ms,
        transcript=_spoken(clip.transcript),
        words={
            tag: ClipWords(text.caption, text.alt_text, _spoken(text.transcript)) for tag, text in clip.words.items()
        },
        recording=recording,
        session=session,
        at=at,
        definition=definition,
        why=why,
        masked=clip.masked.total,
        hidden=dict(clip.masked.hidden),
        link=link,
    )


def _spoken(lines: Iterable[Line]) -> tuple[Spoken, ...]:
    return tuple(Spoken(line.at_ms, line.text) for line in lines)


def recording_hash(pieces: Iterable[bytes]) -> str:
    """SHA-256 over a recording's pieces and their lengths, so that no two ways to cut it are mistaken for one."""
    whole = hashlib.sha256()
    for piece in pieces:
        whole.update(len(piece).to_bytes(8, "big"))
        whole.update(piece)
    return whole.hexdigest()


def add_number(key: str, number: Number) -> Put:
    """`key` is the answer's: the message that shows it, for example."""
    return Put(f"number/{key}", "impact", number)


def add_chart(key: str, chart: Chart) -> Put:
    return Put(f"chart/{key}", "impact", chart)


def add_clip(key: str, clip: StoredClip, *, earlier: Sequence[str] = (), by_hand: bool = False) -> Put:
    """`earlier` are the keys of other cuts of the same session: it takes the place of those that came by themselves.

    Where a person added one of them, that one stays, and this one comes only if it is added by hand, too.
    """
    kept = msgspec.structs.replace(clip, kept=True) if by_hand else clip
    return Put(f"clip/{key}", "seen", kept, tuple(f"clip/{each}" for each in earlier))
