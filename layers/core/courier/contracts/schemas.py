"""JSON Schemas of what travels, made from the models: `python -m courier.contracts.schemas [--check] FOLDER`.

Files are written for applications in any language; `--check` fails where a file and its model differ.
"""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, create_model

from courier.contracts.control import CONTROL_TYPES
from courier.contracts.envelope import Envelope
from courier.contracts.outcomes import DeliveryLog
from courier.contracts.sending import SENDING_TYPES
from courier.contracts.updates import UPDATE_TYPES


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by its file's name, without the ending."""
    queues: dict[str, type[BaseModel]] = {**CONTROL_TYPES, **SENDING_TYPES, **UPDATE_TYPES}
    made = {name: _in_envelope(name, model) for name, model in queues.items()}
    return made | {"delivery_log": DeliveryLog.model_json_schema()}


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


def main(arguments: list[str]) -> int:
    """Write or check a folder of schemas."""
    folder = Path(arguments[-1])
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
