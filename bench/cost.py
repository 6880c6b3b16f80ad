"""What a million messages cost on AWS: `make cost`.

Prices come from `prices.json`, quantities from the last `make bench`; before the first one they are assumed.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

MILLION = 1_000_000
#: SQS: messages that one request carries, where the producer sends batches.
SENT_TOGETHER = 10
#: GB of the sender's memory in the template.
MEMORY_GB = 0.5
#: Bytes of the log line that each delivery writes.
LOG_LINE = 450


@dataclass(frozen=True)
class Traffic:
    """How messages come.

    Attributes:
        batch: Messages that one invocation gets.
        receives: Times that each message is received until it is sent.
        billed_s: Billed seconds of one invocation.
    """

    name: str
    batch: float
    receives: float
    billed_s: float

    def dollars(self, prices: dict[str, Any]) -> dict[str, float]:
        """For a million messages, by what is paid for."""
        invocations = MILLION * self.receives / self.batch
        # A receive and a delete or change of visibility for each batch, besides the producer's own requests.
        requests = MILLION / SENT_TOGETHER + 2 * invocations
        seconds = invocations * self.billed_s * MEMORY_GB
        return {
            "SQS": requests * prices["sqs_fifo_request"],
            "Lambda": invocations * prices["lambda_request"] + seconds * prices["lambda_arm64_gb_second"],
            "log lines": MILLION * LOG_LINE / 1e9 * prices["logs_gb"],
        }


#: What is assumed where nothing was measured.
DOCUMENTED = (
    Traffic("many chats, full batches", batch=10, receives=1, billed_s=0.15),
    Traffic("single replies", batch=1, receives=1, billed_s=0.1),
    Traffic("few chats with long queues", batch=10, receives=8, billed_s=0.15),
)
_FOLDER = Path(__file__).parent


def read_prices() -> dict[str, Any]:
    """The price list."""
    prices: dict[str, Any] = json.loads((_FOLDER / "prices.json").read_text(encoding="utf-8"))
    return prices


def known_traffics(results: Path) -> tuple[Sequence[Traffic], str]:
    """The traffics of the last full benchmark, else those documented here; and where they are from."""
    if results.exists():
        found = json.loads(results.read_text(encoding="utf-8"))
        if found["traffics"]:
            return [Traffic(**each) for each in found["traffics"]], f"measured by `make bench` at {found['at']}"
    return DOCUMENTED, "assumed; `make bench` measures"


def main() -> None:
    prices = read_prices()
    traffics, source = known_traffics(_FOLDER / "results.json")
    table = Table("traffic", "batch", "receives", "billed s", "SQS", "Lambda", "logs", "all")
    table.title = f"Dollars a million, quantities {source}"
    for traffic in traffics:
        parts = traffic.dollars(prices)
        table.add_row(
            traffic.name,
            *(f"{figure:.3g}" for figure in (traffic.batch, traffic.receives, traffic.billed_s)),
            *(f"{part:.2f}" for part in (*parts.values(), sum(parts.values()))),
        )
    Console().print(table)
    polls = 2 * prices["mapping_polls_a_month"] * prices["sqs_fifo_request"]
    redis = prices["elasticache_serverless_month"]
    print(f"Idle, a month: {polls:.2f} for each bot's two queues, {redis:.2f} for Redis")


if __name__ == "__main__":
    main()
