"""aiogram as late and as little as may be: a cold start that meets no command does without it.

Most of its import goes into validators for hundreds of kinds of objects. It declares them to be built when they are
needed, and then builds all of them at once. Here that is left out: an update's is built at the first command, and the
others never. `docs/decisions.md` has the figures.
"""

import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from pydantic import BaseModel

_OURS = "aiogram."


@contextmanager
def lean() -> Iterator[None]:
    """Inside, `import aiogram` builds nothing ahead; afterwards its models build themselves at their first use."""
    # What handlers raise is logged by those who decide what becomes of it.
    logging.getLogger("aiogram").setLevel(logging.CRITICAL)
    if "aiogram" in sys.modules:
        yield
        return
    rebuild: Any = BaseModel.__dict__["model_rebuild"]

    def ahead(cls: type[BaseModel], /, **options: Any) -> bool | None:
        return None if cls.__module__.startswith(_OURS) else rebuild.__func__(cls, **options)

    BaseModel.model_rebuild = classmethod(ahead)  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        BaseModel.model_rebuild = rebuild  # type: ignore[method-assign]
    if "aiogram.types" in sys.modules:
        _build_at_first_use(rebuild)


def _build_at_first_use(rebuild: Any) -> None:
    """Pydantic builds a model of its own accord when it is used; it only has to find the names in its annotations."""
    from aiogram import types  # noqa: PLC0415 - after all, not before
    from aiogram.client.default import Default  # noqa: PLC0415

    names: Mapping[str, Any] = {**vars(types), "List": list, "Default": Default}

    def when_used(cls: type[BaseModel], /, **options: Any) -> bool | None:
        options["_types_namespace"] = {**names, **(options.get("_types_namespace") or {})}
        built: bool | None = rebuild.__func__(cls, **options)
        return built

    types.TelegramObject.model_rebuild = classmethod(when_used)  # type: ignore[method-assign, assignment]
