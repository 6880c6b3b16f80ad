"""Which of a page's formats to take: what was wished for first, then what Telegram plays everywhere.

Telegram's apps play mp4 with H.264 and AAC, all of them; other codecs come through as files that some can't show.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from courier.download.kinds import BEST, WORST, Kind, Wish
from courier.download.probed import Format

#: Lines beyond which "best" looks at what can be played before it looks at more of them.
_ENOUGH = 1080
_H264, _AAC = re.compile(r"avc|h\.?264|x264", re.IGNORECASE), re.compile(r"mp4a|aac", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A format with picture and sound, a pair, or one alone.

    Attributes:
        parts: Of a pair the picture comes first.
    """

    parts: tuple[Format, ...]

    @property
    def selector(self) -> str:
        return "+".join(part.format_id for part in self.parts)

    @property
    def lines(self) -> int | None:
        return self.parts[0].lines

    @property
    def is_exact(self) -> bool:
        """Whether its size is known, not estimated."""
        return all(part.bytes for part in self.parts)

    @property
    def is_playable(self) -> bool:
        """Whether it is H.264 and AAC, or may be; else it wants to be made so."""
        return min(map(_playable, self.parts)) > 0

    def size(self, duration_s: float | None) -> int | None:
        """Bytes; None where one part's are unknown."""
        sizes = [part.size(duration_s) for part in self.parts]
        return None if None in sizes else sum(size for size in sizes if size is not None)


def choices(formats: Sequence[Format], wish: Wish) -> list[Choice]:
    """What could be downloaded for a wish, the best first, each that follows smaller or worse.

    Args:
        formats: In yt-dlp's order, the best last.
    """
    usable = [one for one in reversed(formats) if not one.has_drm]
    sounds = sorted((one for one in usable if one.has_audio and not one.has_video), key=_by_sound, reverse=True)
    complete = [Choice((one,)) for one in usable if one.has_video and one.has_audio]
    if wish.kind is Kind.AUDIO:
        # A picture that is thrown away had better be small.
        return [Choice((one,)) for one in sounds] + sorted(complete, key=lambda choice: choice.lines or _ENOUGH)
    pictures = [one for one in usable if one.has_video and not one.has_audio]
    pairs = [Choice((picture, sound)) for picture in pictures for sound in _partners(picture, sounds)]
    silent = [] if pairs or complete else [Choice((picture,)) for picture in pictures]
    return sorted(complete + pairs + silent, key=lambda choice: _rank(choice, wish), reverse=True)


def fallback(wish: Wish, choice: Choice) -> str:
    """yt-dlp's selector of what is most like a choice, for a page that offers other formats a minute later.

    Never more lines than were chosen, since limits were held against those.
    """
    if wish.kind is Kind.AUDIO:
        return "ba/w/ba*"
    bound = f"[height<=?{max(part.height or 0 for part in choice.parts)}]" if choice.lines else ""
    if wish.quality == WORST:
        return f"wv*{bound}[vcodec^=avc1]+wa[acodec^=mp4a]/w{bound}[ext=mp4]/wv*{bound}+wa/w{bound}/wv*{bound}"
    return f"bv*{bound}[vcodec^=avc1]+ba[acodec^=mp4a]/b{bound}[ext=mp4]/bv*{bound}+ba/b{bound}/bv*{bound}"


def _partners(picture: Format, sounds: Sequence[Format]) -> list[Format]:
    """The sounds for a picture: the best, and the best that an mp4 is played with."""
    if not sounds:
        return []
    language = sounds[0].language_preference
    original = [one for one in sounds if one.language_preference == language]
    playable = next((one for one in original if _AAC.match(one.acodec or "")), None)
    if playable is not None and _H264.match(picture.vcodec or ""):
        return [playable]
    return [original[0]]


def _rank(choice: Choice, wish: Wish) -> tuple[float, ...]:
    """Greater is better."""
    lines, play = choice.lines or 0, min(map(_playable, choice.parts))
    ease = (choice.parts[0].protocol.startswith("http"), choice.parts[0].kbps or 0, choice.parts[-1].audio_kbps or 0)
    language = choice.parts[-1].language_preference
    if wish.quality == WORST:
        return (language, -(lines or _ENOUGH), play, ease[0], -ease[1])
    if wish.quality == BEST:
        return (language, min(lines, _ENOUGH), play, lines, *ease)
    most = wish.height or 0
    # Up to what was wished the more the better; then the nearest above.
    return (language, lines <= most, lines if lines <= most else -lines, play, *ease)


def _playable(part: Format) -> int:
    """2: everywhere; 1: who knows; 0: not everywhere."""
    found = [(part.vcodec, _H264), (part.acodec, _AAC)]
    codecs = [(codec, pattern) for codec, pattern in found if codec != "none"]
    if any(codec is not None and not pattern.match(codec) for codec, pattern in codecs):
        return 0
    return 2 if all(codec is not None for codec, _ in codecs) else 1


def _by_sound(sound: Format) -> tuple[float, ...]:
    return (sound.language_preference, sound.audio_kbps or sound.kbps or 0)
