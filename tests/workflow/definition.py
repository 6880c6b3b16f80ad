"""The definition of the download machine as the template brings it, with names of functions put in."""

from collections.abc import Mapping
from typing import Any

import yaml

from tests.infra.cfn import ROOT

DEFINITION = ROOT / "statemachine" / "download.asl.yaml"


def definition(substitutions: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The definition; what stands for names of functions stays where no names are given."""
    text = DEFINITION.read_text(encoding="utf-8")
    for name, value in (substitutions or {}).items():
        text = text.replace(f"${{{name}}}", value)
    read: dict[str, Any] = yaml.safe_load(text)
    return read


def successors(state: Mapping[str, Any]) -> set[str]:
    """Where a state may lead, by whatever way."""
    ways = [state, *state.get("Choices", []), *state.get("Catch", [])]
    return {way[key] for way in ways for key in ("Next", "Default") if key in way}
