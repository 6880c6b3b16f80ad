import pytest

from tests.infra.cfn import TEMPLATE, Template


@pytest.fixture(scope="session")
def template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))
