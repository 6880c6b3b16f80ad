"""The routes of the HTTP API."""

from collections.abc import Callable
from http import HTTPStatus

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response, content_types

from courier import __version__
from courier.api.health import Health


def resolver(health: Callable[[], Health]) -> APIGatewayHttpResolver:
    """The API with what its routes need."""
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

    return app
