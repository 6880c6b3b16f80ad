"""What aiogram costs a cold start, and that nobody pays who doesn't need it. Figures: `docs/decisions.md`."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[3]
HANDLER = ROOT / "functions" / "commands"

#: Prints CPU seconds and memory of getting a first update parsed, and what came of it.
MEASURED = """
import json, psutil, sys, time
from courier.commands.loading import lean
from contextlib import nullcontext
raws = json.load(sys.stdin)
before = time.process_time()
with (lean() if sys.argv[1] == "lean" else nullcontext()):
    from courier.commands.handling import Update
Update.model_validate(raws[0])
took = time.process_time() - before
parsed = [Update.model_validate(raw) for raw in raws]
held = psutil.Process().memory_info().rss
dumped = [update.model_dump(mode="json", exclude_none=True) for update in parsed]
again = [update.message.model_dump_json(exclude_none=True) for update in parsed if update.message]
print(json.dumps({"seconds": took, "bytes": held, "dumped": dumped, "again": again}))
"""


def updates() -> list[Any]:
    """All updates of the sample events."""
    bodies = [json.loads(path.read_text())["body"] for path in sorted((ROOT / "events" / "webhook").glob("*.json"))]
    found = [json.loads(body) for body in bodies]
    for path in sorted((ROOT / "events" / "commands").glob("*.json")):
        (record,) = json.loads(path.read_text())["Records"]
        found.append(json.loads(record["body"])["data"]["update"])
    media = {"file_id": "f", "file_unique_id": "u"}
    plain = next(update["message"] for update in found if "message" in update)
    message = plain | {
        "reply_to_message": plain | {"video": media | {"width": 1, "height": 1, "duration": 1}},
        "caption_entities": [{"type": "text_link", "offset": 0, "length": 1, "url": "https://example.org"}],
        "forward_origin": {"type": "hidden_user", "date": 1, "sender_user_name": "Bob"},
    }
    return [*found, {"update_id": 1, "message": message}]


def measured(how: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-c", MEASURED, how], input=json.dumps(updates()), capture_output=True, check=True, text=True
    )
    loaded: dict[str, Any] = json.loads(answer.stdout)
    return loaded


def test_aiogram_costs_half_at_most_of_what_it_asks_for_and_reads_the_same() -> None:
    """Ratios hold on any machine. Seen: a third of the seconds, and of the memory."""
    plain, lean = measured("plain"), measured("lean")

    assert lean["dumped"] == plain["dumped"]
    assert lean["again"] == plain["again"]
    assert lean["seconds"] < 0.6 * plain["seconds"]
    assert lean["bytes"] < 0.6 * plain["bytes"]


@pytest.mark.parametrize("module", ["aiogram", "boto3"])
def test_without_a_command_the_function_never_loads_it(module: str) -> None:
    script = f"import sys; sys.path.insert(0, {str(HANDLER)!r}); import handler; print({module!r} in sys.modules)"
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, text=True)

    assert printed.stdout.strip() == "False"
