"""How a step of the download machine is taken: under the job's correlation id, and with a line for the story."""

from collections.abc import Callable
from typing import Any

from courier.state.media import execution_of
from courier.telemetry import correlated, log


def carried_out(payload: dict[str, Any], step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Take a step; every line that it logs carries the job's correlation id and the execution's name.

    Args:
        payload: What the machine sends: the step's name, and the job.

    Returns:
        The step's answer, whose `outcome` the machine reads. An error is for what nobody foresaw: the machine tries the
        step again, and apologises in the end.
    """
    job = payload["job"]
    execution = execution_of(job["hash"], job["attempt"])
    with correlated(job.get("correlation_id") or execution, execution=execution, step=payload["step"]):
        try:
            answer = step()
        except Exception:
            log().warning("step failed", exc_info=True)
            raise
        told = {name: answer[name] for name in ("failure", "detail", "reason", "seconds") if answer.get(name)}
        log().info("step taken", outcome=answer["outcome"], **told)
        return answer
