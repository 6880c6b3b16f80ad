"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import cli

MODULES = [module.name for module in pkgutil.iter_modules(cli.__path__, "cli.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
