"""JSON Schemas of what travels, made from the models: `python -m courier.contracts.schemas [--check] FOLDER`.

Files are written for applications in any language; `--check` fails where a file and its model differ. Who listens to
events relies on their versions, so both refuse an event's schema that changed while its version didn't.
"""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, create_model

from courier.contracts.control import CONTROL_TYPES
from courier.contracts.envelope import Envelope
from courier.contracts.events import EVENT_TYPES
from courier.contracts.media import MEDIA_TYPES
from courier.contracts.outcomes import DeliveryLog
from courier.contracts.sending import SENDING_TYPES
from courier.contracts.updates import UPDATE_TYPES

#: What the files of events begin with.
EVENT_PREFIX = "event."


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its file's name, without the ending."""
    queues: dict[str, type[BaseModel]] = {**CONTROL_TYPES, **SENDING_TYPES, **MEDIA_TYPES, **UPDATE_TYPES}
    made = {name: _in_envelope(name, model) for name, model in queues.items()}
    events = {
        f"{EVENT_PREFIX}{name}": event.model_json_schema(mode="serialization") for name, event in EVENT_TYPES.items()
    }
    return made | events | {"delivery_log": DeliveryLog.model_json_schema()}


def _in_envelope(name: str, model: type[BaseModel]) -> dict[str, Any]:
    fields: dict[str, Any] = {"type": (Literal[name], ...), "data": (model | str, ...)}
    whole: type[BaseModel] = create_model(name, __base__=Envelope, **fields)
    return whole.model_json_schema()


def rendered(schema: dict[str, Any]) -> str:
    """A schema as its file holds it."""
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def stale(folder: Path) -> list[str]:
    """The files of a folder that aren't what the models say, by name."""
    wanted = {f"{name}.json": rendered(schema) for name, schema in schemas().items()}
    found = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def unstepped(folder: Path) -> list[str]:
    """What to do about each event whose model says something else than its file, under a version that isn't newer.

    Other words in a description change nothing for who listens.
    """
    return [
        words
        for name, schema in schemas().items()
        if name.startswith(EVENT_PREFIX) and (path := folder / f"{name}.json").exists()
        if (words := _unstepped(name, json.loads(path.read_text(encoding="utf-8")), schema))
    ]


def _unstepped(name: str, committed: dict[str, Any], now: dict[str, Any]) -> str | None:
    before, after = _version(committed), _version(now)
    if after > before or _meaning(committed) == _meaning(now):
        return None
    return (
        f"{name}: the model changed, and its version is {after}; {name}.json has version {before} already. Who listens "
        f"tells events apart by it: set `version: Literal[{before + 1}] = {before + 1}` in courier/contracts/events.py "
        f"and run 'make schemas'. (A file that was never committed may just be deleted.)"
    )


def _version(schema: dict[str, Any]) -> int:
    version = schema.get("properties", {}).get("version", {}).get("const")
    return version if isinstance(version, int) else 0


def _meaning(schema: Any) -> Any:
    """A schema without its titles and descriptions; a field of such a name is no text."""
    if isinstance(schema, list):
        return [_meaning(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: _meaning(one)
        for key, one in schema.items()
        if not (key in ("title", "description") and isinstance(one, str))
    }


def main(arguments: list[str]) -> int:
    """Write or check a folder of schemas."""
    folder = Path(arguments[-1])
    words = unstepped(folder)
    if words:
        sys.stderr.write("\n".join(words) + "\n")
        return 1
    if "--check" in arguments:
        names = stale(folder)
        if names:
            sys.stderr.write(f"Not what the models say: {', '.join(names)}. Run 'make schemas'.\n")
        return 1 if names else 0
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        (folder / f"{name}.json").write_text(rendered(schema), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
