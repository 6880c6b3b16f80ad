"""The examples in docstrings are true."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["job", "process", "program"])
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"bench.peers.{name}")).failed == 0
