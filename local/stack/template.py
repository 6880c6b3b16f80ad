"""Reading templates, as far as the local stack has to."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from local.stack.errors import StackError


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short tags, which are read as what they are applied to."""


def _untagged(loader: _Loader, _suffix: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.ScalarNode)
    return loader.construct_scalar(node)


_Loader.add_multi_constructor("!", _untagged)


def declared_parameters(text: str) -> set[str]:
    """The names of a template's parameters.

    Example:
        >>> sorted(declared_parameters("Parameters: {A: {Default: !Ref X}, B: {Type: String}}"))
        ['A', 'B']
    """
    template = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
    return set((template or {}).get("Parameters") or {})


def parameter_overrides(template: Path, parameters: Mapping[str, str]) -> list[str]:
    """What `--parameter-overrides` takes.

    Raises:
        StackError: When the template declares no parameter of such a name.
    """
    if unknown := undeclared(template, parameters):
        raise StackError(f"The template declares no parameter {', '.join(unknown)}.")
    return [f"{name}={value}" for name, value in parameters.items()]


def undeclared(template: Path, names: Iterable[str]) -> list[str]:
    """Which of these names are no parameters of the template."""
    known = declared_parameters(template.read_text())
    return [name for name in names if name not in known]
