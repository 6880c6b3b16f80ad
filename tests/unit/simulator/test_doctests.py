"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import local.simulator

MODULES = [
    module.name
    for module in pkgutil.walk_packages(local.simulator.__path__, "local.simulator.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
