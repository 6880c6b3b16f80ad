"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import local.demo
import local.stack

MODULES = [
    module.name
    for package in (local.stack, local.demo)
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}.")
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
