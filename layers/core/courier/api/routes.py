"""The routes of the HTTP API."""

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types

from courier import __version__
from courier.api.health import Health
from courier.api.links import UNKNOWN, Opened
from courier.errors import StateUnavailableError
from courier.telemetry import log

#: What a browser and everything between may do with an answer about a link: not keep it, nor tell where it came from.
_PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def resolver(health: Callable[[], Health], open_link: Callable[[str], Opened] | None = None) -> APIGatewayHttpResolver:
    """The API with what its routes need.

    Args:
        open_link: By its token; None where there are no links.
    """
    app = APIGatewayHttpResolver()

    @app.get("/v1/health")
    def get_health() -> Response[dict[str, object]]:
        found = health()
        status = HTTPStatus.OK if found.is_well else HTTPStatus.SERVICE_UNAVAILABLE
        word = "ok" if found.is_well else "unavailable"
        return Response(
            status_code=status,
            content_type=content_types.APPLICATION_JSON,
            body={"status": word, "version": __version__, "parts": dict(found.parts)},
        )

    @app.get("/m/<token>")
    def get_file(token: str) -> Response[str]:
        try:
            opened = open_link(token) if open_link else Opened(HTTPStatus.NOT_FOUND, words=UNKNOWN)
        except StateUnavailableError as error:
            log().warning("a link can't be opened", reason=str(error))
            opened = Opened(HTTPStatus.SERVICE_UNAVAILABLE, words="This doesn't work right now. Please try again.")
        headers = _PRIVATE | ({"Location": opened.url} if opened.url else {})
        return Response(
            status_code=opened.status,
            content_type="text/plain; charset=utf-8",
            body=opened.words,
            headers=headers,
        )

    return app
