"""What a file that is no recording looks like, by its first bytes: people hand over pictures, videos and archives."""

from __future__ import annotations

import codecs

from bot.kernel.errors import Unfilmable

HEAD = 512
"""Bytes by which every kind is known."""

PICTURE = "This is not a session recording: it looks like a picture (%(kind)s)."
FILM = "This is not a session recording: it looks like a video or a sound (%(kind)s)."
ARCHIVE = "This is not a session recording: it looks like an archive (%(kind)s); unpack it first."
OTHER = "This is not a session recording: it looks like a file of another kind (%(kind)s)."
TEXT = "This is not a session recording: it looks like plain text."
MARKUP = "This is not a session recording: it looks like a page or a drawing (%(kind)s)."

# (where the bytes lie, the bytes, the kind, the sentence); the first that fits holds
_SIGNATURES: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG", PICTURE),
    (0, b"\xff\xd8\xff", "JPEG", PICTURE),
    (0, b"GIF87a", "GIF", PICTURE),
    (0, b"GIF89a", "GIF", PICTURE),
    (8, b"WEBP", "WebP", PICTURE),
    (0, b"II*\x00", "TIFF", PICTURE),
    (0, b"MM\x00*", "TIFF", PICTURE),
    (0, b"\x00\x00\x01\x00", "ICO", PICTURE),
    (0, b"8BPS", "PSD", PICTURE),
    (4, b"ftypavif", "AVIF", PICTURE),
    (4, b"ftypheic", "HEIC", PICTURE),
    (4, b"ftypheix", "HEIC", PICTURE),
    (4, b"ftypmif1", "HEIF", PICTURE),
    (4, b"ftypqt", "QuickTime", FILM),
    (4, b"ftyp", "MP4", FILM),
    (0, b"\x1aE\xdf\xa3", "WebM", FILM),
    (8, b"AVI ", "AVI", FILM),
    (8, b"WAVE", "WAV", FILM),
    (0, b"OggS", "Ogg", FILM),
    (0, b"fLaC", "FLAC", FILM),
    (0, b"ID3", "MP3", FILM),
    (0, b"PK\x03\x04", "ZIP", ARCHIVE),
    (0, b"PK\x05\x06", "ZIP", ARCHIVE),
    (0, b"7z\xbc\xaf\x27\x1c", "7z", ARCHIVE),
    (0, b"\xfd7zXZ\x00", "xz", ARCHIVE),
    (0, b"BZh", "bzip2", ARCHIVE),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard", ARCHIVE),
    (0, b"Rar!", "RAR", ARCHIVE),
    (257, b"ustar", "tar", ARCHIVE),
    (0, b"%PDF-", "PDF", OTHER),
    (0, b"SQLite format 3\x00", "SQLite", OTHER),
    (0, b"\x7fELF", "ELF", OTHER),
    (0, b"MZ", "EXE", OTHER),
    (0, b"wOF2", "WOFF2", OTHER),
    (0, b"wOFF", "WOFF", OTHER),
    (0, b"\x00asm", "WebAssembly", OTHER),
    (0, b"PAR1", "Parquet", OTHER),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office", OTHER),
)
_MARKUP = ((b"<svg", "SVG"), (b"<!doctype html", "HTML"), (b"<html", "HTML"), (b"<?xml", "XML"), (b"<", "XML"))


def refuse_other(data: bytes) -> None:
    """Raises Unfilmable for bytes that begin like a file of another kind; no recording begins so, packed or not."""
    for at, signature, kind, sentence in _SIGNATURES:
        if data[at : at + len(signature)] == signature:
            raise Unfilmable(sentence, kind=kind)
    if data[:2] == b"BM" and data[6:10] == b"\0\0\0\0":
        raise Unfilmable(PICTURE, kind="BMP")


def refuse_file(head: bytes) -> None:
    """Raises Unfilmable for a file of another kind, by its first HEAD bytes."""
    refuse_other(head)
    refuse_text(head.removeprefix(codecs.BOM_UTF8))


def refuse_text(text: bytes) -> None:
    """Raises Unfilmable for the beginning of a file of text that is neither JSON nor a part of it."""
    start = text[:HEAD].lstrip().lower()
    for mark, kind in _MARKUP:
        if start.startswith(mark):
            inside = "SVG" if kind == "XML" and b"<svg" in start else kind
            raise Unfilmable(MARKUP, kind=inside)
    if start and start[:1] not in b'{["' and b'":' not in start and _is_words(text[:HEAD]):
        raise Unfilmable(TEXT)


def _is_words(text: bytes) -> bool:
    """Whether it is written text, perhaps cut within its last letter."""
    words = text.decode("utf-8", "replace").rstrip("\ufffd")
    return "\ufffd" not in words and all(letter.isprintable() or letter.isspace() for letter in words)
