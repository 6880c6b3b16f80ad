"""The examples in docstrings are true."""

import doctest
import importlib
import pkgutil

import pytest

import courier

MODULES = [module.name for module in pkgutil.walk_packages(courier.__path__, "courier.")]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0
