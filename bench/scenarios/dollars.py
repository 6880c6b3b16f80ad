"""What a million messages cost, from what was measured and one list of prices."""

from bench.cost import DOCUMENTED, read_prices
from bench.scenario import Clock, Context, Figure, Scenario


def _run(context: Context) -> list[Figure]:
    """Of the traffics that `depth` has measured; where it didn't run, of those that are documented."""
    prices = read_prices()
    figures = []
    for traffic in context.traffics or DOCUMENTED:
        parts = traffic.dollars(prices)
        figures += [Figure(f"{traffic.name}: {part}", dollars, Clock.VIRTUAL, "$") for part, dollars in parts.items()]
        figures.append(Figure(f"{traffic.name}: all", sum(parts.values()), Clock.VIRTUAL, "$"))
    return figures


SCENARIO = Scenario(
    "dollars",
    "Dollars for a million messages",
    "What AWS charges for messages, by what it charges for; prices.json has its list.",
    _run,
)
