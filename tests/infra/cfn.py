"""The template as data: CloudFormation's short tags become the functions that they are short for."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "template.yaml"

#: Tags whose long form has no `Fn::` before it.
_PLAIN = {"Ref", "Condition"}

FUNCTION = "AWS::Serverless::Function"
QUEUE = "AWS::SQS::Queue"
QUEUE_POLICY = "AWS::SQS::QueuePolicy"
ALARM = "AWS::CloudWatch::Alarm"
METRIC_FILTER = "AWS::Logs::MetricFilter"
LOG_GROUP = "AWS::Logs::LogGroup"
ROLE = "AWS::IAM::Role"
POLICY = "AWS::IAM::Policy"
TABLE = "AWS::DynamoDB::Table"
LAYER = "AWS::Serverless::LayerVersion"
MACHINE = "AWS::Serverless::StateMachine"
BUCKET = "AWS::S3::Bucket"
BUCKET_POLICY = "AWS::S3::BucketPolicy"


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in _PLAIN else f"Fn::{tag}"
    if isinstance(node, yaml.MappingNode):
        return {name: loader.construct_mapping(node, deep=True)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    assert isinstance(node, yaml.ScalarNode)
    text = loader.construct_scalar(node)
    return {name: text.split(".", 1) if tag == "GetAtt" else text}


_Loader.add_multi_constructor("!", _long_form)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource; `body` has its condition, deletion policy and metadata."""

    name: str
    body: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        found: dict[str, Any] = self.body.get("Properties", {})
        return found

    @property
    def condition(self) -> str | None:
        return self.body.get("Condition")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a role or policy."""

    owner: str
    body: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.owner}.{self.body.get('Sid', '?')}"

    @property
    def actions(self) -> list[str]:
        return listed(self.body["Action"])

    @property
    def resources(self) -> list[Any]:
        return listed(self.body["Resource"])


class Template:
    """What a test asks of a template."""

    def __init__(self, text: str) -> None:
        self.body: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader

    def of_type(self, kind: str) -> list[Resource]:
        """All resources of a type; there is at least one."""
        found = [Resource(name, body) for name, body in self.body["Resources"].items() if body["Type"] == kind]
        assert found, f"no {kind}"
        return found

    def resource(self, name: str) -> Resource:
        return Resource(name, self.body["Resources"][name])

    def environment(self, function: Resource) -> dict[str, Any]:
        """A function's variables, those of the globals among them."""
        shared: dict[str, Any] = self.body["Globals"]["Function"]["Environment"]["Variables"]
        own: dict[str, Any] = function.properties["Environment"]["Variables"]
        return shared | own

    def statements(self) -> list[Statement]:
        """All that roles and policies allow."""
        return [
            Statement(owner.name, body)
            for owner, document in self._documents()
            for body in listed(document["PolicyDocument"]["Statement"])
        ]

    def _documents(self) -> Iterator[tuple[Resource, dict[str, Any]]]:
        for role in self.of_type(ROLE):
            for document in role.properties["Policies"]:
                yield role, document
        for policy in self.of_type(POLICY):
            yield policy, policy.properties


def listed(value: Any) -> list[Any]:
    """IAM's "one or many" as many."""
    return value if isinstance(value, list) else [value]


def stage_of(function: Resource) -> str:
    """The word of a function's stage.

    >>> stage_of(Resource("F", {"Properties": {"CodeUri": "functions/control/"}}))
    'control'
    """
    return Path(function.properties["CodeUri"]).name


def name_of(function: Resource) -> str:
    """A function's name without the stack's: the stage's word, and where the stage has several, its own.

    >>> name_of(Resource("F", {"Properties": {"FunctionName": {"Fn::Sub": "${AWS::StackName}-download-fetch"}}}))
    'download-fetch'
    """
    text: str = function.properties["FunctionName"]["Fn::Sub"]
    return text.removeprefix("${AWS::StackName}-")
