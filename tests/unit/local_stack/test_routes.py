"""From what SAM makes of `HttpApi` events to the routes of the public API."""

from typing import Any

import pytest

from local.stack import StackError
from local.stack.routes import Route, routes_of


def call(target: str = "Handler.Arn", payload_format: str = "2.0") -> dict[str, Any]:
    """An operation as SAM writes it."""
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/"
        f"${{{target}}}/invocations"
    )
    return {
        "x-amazon-apigateway-integration": {
            "httpMethod": "POST",
            "type": "aws_proxy",
            "uri": {"Fn::Sub": uri},
            "payloadFormatVersion": payload_format,
        },
        "responses": {},
    }


def template(paths: dict[str, Any]) -> dict[str, Any]:
    body = {"openapi": "3.0.1", "info": {"version": "1.0"}, "paths": paths}
    return {
        "Resources": {
            "Queue": {"Type": "AWS::SQS::Queue"},
            "Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}},
        }
    }


def keys(paths: dict[str, Any]) -> list[str]:
    return [route.key for route in routes_of(template(paths))]


def test_a_route_names_its_api_and_its_function() -> None:
    assert routes_of(template({"/v1/health": {"get": call("ApiFunction.Arn", "1.0")}})) == [
        Route(api="Api", key="GET /v1/health", function="ApiFunction", payload_format="1.0")
    ]


def test_path_variables_stay() -> None:
    assert keys({"/telegram/{bot_id}": {"post": call()}, "/v1/{proxy+}": {"delete": call()}}) == [
        "POST /telegram/{bot_id}",
        "DELETE /v1/{proxy+}",
    ]


def test_any_method_and_the_default_route() -> None:
    any_method = {"x-amazon-apigateway-any-method": call()}
    assert keys({"/v1/x": any_method, "/$default": any_method}) == ["ANY /v1/x", "$default"]


def test_several_methods_of_one_path() -> None:
    assert keys({"/v1/bots": {"get": call(), "post": call()}}) == ["GET /v1/bots", "POST /v1/bots"]


def test_what_is_no_method_is_no_route() -> None:
    assert keys({"/v1/bots": {"get": call(), "parameters": [], "summary": "Bots"}}) == ["GET /v1/bots"]


def test_an_alias_in_place_of_the_function() -> None:
    (route,) = routes_of(template({"/": {"get": call("HandlerAliaslive")}}))
    assert route.function == "HandlerAliaslive"


def test_apis_without_a_body_have_no_routes() -> None:
    assert routes_of({"Resources": {"Api": {"Type": "AWS::ApiGatewayV2::Api", "Properties": {}}}}) == []


def test_a_target_that_is_no_function_is_refused_by_name() -> None:
    operation = {"x-amazon-apigateway-integration": {"uri": "https://example.com"}}
    with pytest.raises(StackError, match="get /elsewhere of Api"):
        routes_of(template({"/elsewhere": {"get": operation}}))
