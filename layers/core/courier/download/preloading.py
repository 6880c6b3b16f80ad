"""What any job's guarded process needs, before it is known which: more than a second of work, done once."""

from importlib import import_module

#: Jobs that guarded processes do, and what yt-dlp would load for nearly every link.
_MODULES = ("courier.download.probing.job", "courier.download.making.job", "yt_dlp.extractor.generic")


def preload() -> None:
    """Import the jobs, and have yt-dlp compile the patterns by which it knows sites."""
    for name in _MODULES:
        import_module(name)
    for extractor in import_module("yt_dlp.extractor").gen_extractor_classes():
        extractor.suitable("https://nobody.test/")
