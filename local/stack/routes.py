"""The HTTP API's routes, made through the public API after the deployment.

SAM turns `HttpApi` events into an OpenAPI document in the API's `Body`. CloudFormation makes integrations and
routes of it; the emulator makes an API without any. Everything here works on what SAM has made of the
template, so that the template itself knows nothing about the emulator.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.stack.aws import Aws
from local.stack.errors import StackError

#: Where Telegram reaches the API, as control knows it.
PUBLIC_URL = "PUBLIC_URL"
_ANY_METHOD = "x-amazon-apigateway-any-method"
_INTEGRATION = "x-amazon-apigateway-integration"
_METHODS = frozenset({"get", "put", "post", "delete", "options", "head", "patch", _ANY_METHOD})
_FUNCTION = re.compile(r"functions/\$\{(?P<resource>\w+)(?:\.Arn)?\}/invocations$")


@dataclass(frozen=True, slots=True)
class Route:
    """One route, by the logical ids of its API and of the function (or alias) behind it."""

    api: str
    key: str
    function: str
    payload_format: str


def routes_of(template: Mapping[str, Any]) -> list[Route]:
    """The routes that a processed template describes.

    Example:
        >>> uri = {"Fn::Sub": "arn:x:lambda:path/2015-03-31/functions/${Hello.Arn}/invocations"}
        >>> call = {"x-amazon-apigateway-integration": {"uri": uri, "payloadFormatVersion": "2.0"}}
        >>> body = {"paths": {"/v1/{id}": {"get": call}}}
        >>> api = {"Type": "AWS::ApiGatewayV2::Api", "Properties": {"Body": body}}
        >>> routes_of({"Resources": {"Api": api}})
        [Route(api='Api', key='GET /v1/{id}', function='Hello', payload_format='2.0')]
    """
    return [
        _route(logical_id, path, method, operation)
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::ApiGatewayV2::Api"
        for path, operations in (resource["Properties"].get("Body") or {}).get("paths", {}).items()
        for method, operation in operations.items()
        if method in _METHODS
    ]


def create_routes(aws: Aws, stack: str) -> list[Route]:
    """Make the routes that the deployed stack's template describes; gives all of them.

    Permissions aren't made here: SAM writes them into the template as resources of their own.
    """
    routes = routes_of(_processed_template(aws, stack))
    resources = aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    physical = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in resources}
    integrations: dict[tuple[str, str, str], str] = {}
    for route in routes:
        target = (physical[route.api], _function_arn(aws, physical[route.function]), route.payload_format)
        if target not in integrations:
            integrations[target] = _create_integration(aws, *target)
        aws.apigateway.create_route(ApiId=target[0], RouteKey=route.key, Target=f"integrations/{integrations[target]}")
    return routes


def api_url(aws: Aws, stack: str) -> str:
    """The API's address on the emulator's own port, which needs no name resolution for `*.localhost`.

    Raises:
        StackError: When the template has no HTTP API.
    """
    resources = aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]
    for resource in resources:
        if resource["ResourceType"] == "AWS::ApiGatewayV2::Api":
            return f"{aws.endpoint}/_aws/execute-api/{resource['PhysicalResourceId']}/$default"
    raise StackError(f"The stack {stack} has no AWS::Serverless::HttpApi.")


def tell_url(aws: Aws, stack: str, url: str) -> list[str]:
    """Tell functions that name it where the API is: outside, the template knows, and here nobody before it is made.

    Returns:
        Their names.
    """
    told = []
    for resource in aws.cloudformation.describe_stack_resources(StackName=stack)["StackResources"]:
        if resource["ResourceType"] != "AWS::Lambda::Function":
            continue
        name = resource["PhysicalResourceId"]
        variables = aws.functions.get_function_configuration(FunctionName=name).get("Environment", {}).get("Variables")
        if variables and PUBLIC_URL in variables:
            environment: Any = {"Variables": {**variables, PUBLIC_URL: url}}
            aws.functions.update_function_configuration(FunctionName=name, Environment=environment)
            told.append(name)
    return told


def _processed_template(aws: Aws, stack: str) -> Mapping[str, Any]:
    body: Any = aws.cloudformation.get_template(StackName=stack, TemplateStage="Processed")["TemplateBody"]
    template: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
    return template


def _route(api: str, path: str, method: str, operation: Mapping[str, Any]) -> Route:
    integration = operation.get(_INTEGRATION, {})
    uri = integration.get("uri", "")
    found = _FUNCTION.search(uri.get("Fn::Sub", "") if isinstance(uri, Mapping) else "")
    if found is None:
        raise StackError(f"The route {method} {path} of {api} leads to no function that is known here: {uri!r}")
    verb = "ANY" if method == _ANY_METHOD else method.upper()
    key = "$default" if path == "/$default" else f"{verb} {path}"
    return Route(api, key, found["resource"], str(integration.get("payloadFormatVersion", "2.0")))


def _function_arn(aws: Aws, physical_id: str) -> str:
    if physical_id.startswith("arn:"):
        return physical_id
    return aws.functions.get_function(FunctionName=physical_id)["Configuration"]["FunctionArn"]


def _create_integration(aws: Aws, api_id: str, function_arn: str, payload_format: str) -> str:
    created = aws.apigateway.create_integration(
        ApiId=api_id,
        IntegrationType="AWS_PROXY",
        IntegrationMethod="POST",
        IntegrationUri=function_arn,
        PayloadFormatVersion=payload_format,
    )
    return created["IntegrationId"]
