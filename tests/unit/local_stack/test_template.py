from pathlib import Path

import pytest

from local.stack import StackError
from local.stack.template import declared_parameters, parameter_overrides, undeclared

TEMPLATE = """
Parameters:
  Architecture: {Type: String}
  AdminUserIds: {Type: String, Default: !Join [",", [!Ref A, "b"]]}
Resources:
  Queue:
    Type: AWS::SQS::Queue
    Properties:
      QueueName: !Sub
        - ${Name}.fifo
        - Name: x
"""


def test_short_tags_are_no_hindrance() -> None:
    assert declared_parameters(TEMPLATE) == {"Architecture", "AdminUserIds"}


def test_no_parameters_at_all() -> None:
    assert declared_parameters("Resources: {}") == set()
    assert declared_parameters("") == set()


def test_what_is_declared_is_passed(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    assert parameter_overrides(path, {"Architecture": "arm64", "AdminUserIds": "1,2"}) == [
        "Architecture=arm64",
        "AdminUserIds=1,2",
    ]


def test_what_is_not_declared_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    names = {"Architecture": "arm64", "RedisUrl": "redis://x", "MediaAllowedHosts": "127.0.0.1:80"}
    assert undeclared(path, names) == ["RedisUrl", "MediaAllowedHosts"]
    with pytest.raises(StackError, match="RedisUrl, MediaAllowedHosts"):
        parameter_overrides(path, names)
