from pathlib import Path

import pytest
from pydantic import ValidationError

from local.stack import Endpoints, StackError

ENDPOINTS = Endpoints(
    aws_endpoint="http://127.0.0.1:4566",
    region="us-east-1",
    stack="courier",
    api_url="http://127.0.0.1:4566/_aws/execute-api/1/$default",
    api_key="key",
    telegram_url="http://127.0.0.1:8181",
    redis_url="redis://127.0.0.1:6399/0",
)


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "state" / "endpoints.json"
    ENDPOINTS.save(path)
    assert Endpoints.load(path) == ENDPOINTS
    assert [file.name for file in path.parent.iterdir()] == ["endpoints.json"]


def test_only_the_owner_reads_the_key(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    ENDPOINTS.save(path)
    assert path.stat().st_mode & 0o077 == 0


def test_a_field_of_a_later_version_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "endpoints.json"
    path.write_text(ENDPOINTS.model_dump_json().replace("{", '{"later": 1, ', 1))
    assert Endpoints.load(path) == ENDPOINTS


def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="make up"):
        Endpoints.load(tmp_path / "endpoints.json")


@pytest.mark.parametrize("text", ["", "{}", '{"stack": "courier"}'])
def test_a_broken_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "endpoints.json"
    path.write_text(text)
    with pytest.raises(StackError, match=r"endpoints\.json"):
        Endpoints.load(path)


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError):
        ENDPOINTS.stack = "other"  # type: ignore[misc]
