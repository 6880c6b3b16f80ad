"""Chats, files, parameters and settings."""

from typing import Any

import pytest
from pydantic import ValidationError

from local.simulator import Settings
from local.simulator.chats import Chat, find_chat
from local.simulator.errors import ApiError
from local.simulator.files import File, find_file, known_file
from local.simulator.params import Params, Upload


@pytest.mark.parametrize(
    ("chat_id", "kind"),
    [(5, "private"), ("5", "private"), (-5, "group"), (-1_000_000_000_005, "supergroup"), ("@news", "supergroup")],
)
def test_chat_type_follows_from_its_id(chat_id: Any, kind: str) -> None:
    chat = find_chat(chat_id)
    assert chat is not None
    assert chat.type == chat.to_json()["type"] == kind


@pytest.mark.parametrize("chat_id", [0, "0", None, "", "news", "@", "1.5", True, [], {}])
def test_what_is_no_chat(chat_id: Any) -> None:
    assert find_chat(chat_id) is None


def test_name_is_always_the_same_chat() -> None:
    first, second, other = find_chat("@News"), find_chat("@news"), find_chat("@olds")
    assert first is not None
    assert second is not None
    assert other is not None
    assert first.id == second.id != other.id


def test_missing_chats_are_named_by_number_or_name() -> None:
    settings = Settings(missing_chats=frozenset({5, "@gone"}))
    gone = find_chat("@gone")
    assert gone
    assert settings.is_missing(Chat(5))
    assert settings.is_missing(Chat(gone.id))
    assert not settings.is_missing(Chat(6))


def test_file_id_names_its_file_to_its_bot_alone() -> None:
    file = File("video", bot_id=1, size=77, unique_id="abc")
    assert known_file(file.file_id, 1) == file
    assert known_file(file.file_id, 2) is None


@pytest.mark.parametrize("file_id", ["", "x", "AgAD", "\u0451", "!!!!", "YTpiOmM6ZDpl"])
def test_what_never_was_a_file_id(file_id: str) -> None:
    assert known_file(file_id, 1) is None


def test_tampered_file_id_is_unknown() -> None:
    file_id = File("video", 1, 77, "abc").file_id
    for position in range(0, len(file_id), 3):
        changed = "A" if file_id[position] != "A" else "B"
        assert known_file(file_id[:position] + changed + file_id[position + 1 :], 1) is None


def test_upload_is_named_by_field_or_by_attach() -> None:
    upload = Upload("a.mp4", 10, "f" * 64)
    direct = find_file(Params({}, {"video": upload}), "video", "video", 1)
    attached = find_file(Params({"video": "attach://part"}, {"part": upload}), "video", "video", 1)
    assert direct == attached
    assert direct.size == 10


def test_same_url_is_the_same_file() -> None:
    params = Params({"photo": "https://example.com/a.jpg"})
    assert find_file(params, "photo", "photo", 1).file_id == find_file(params, "photo", "photo", 1).file_id


def test_file_of_another_kind_is_refused() -> None:
    params = Params({"video": File("photo", 1, 1, "x").file_id})
    with pytest.raises(ApiError, match="can't use file of type Photo as Video"):
        find_file(params, "video", "video", 1)


@pytest.mark.parametrize("value", [True, "true", "True", "1", 1])
def test_flags_that_are_set(value: Any) -> None:
    assert Params({"flag": value}).flag("flag")


@pytest.mark.parametrize("value", [False, "false", "0", "", None, [], {}])
def test_flags_that_are_not_set(value: Any) -> None:
    assert not Params({"flag": value}).flag("flag")


@pytest.mark.parametrize("value", ["x", "1.5", [], {}, float("inf")])
def test_what_is_no_integer(value: Any) -> None:
    with pytest.raises(ApiError, match='invalid parameter "n" specified'):
        Params({"n": value}).integer("n")


def test_lone_surrogate_is_no_text() -> None:
    with pytest.raises(ApiError, match="strings must be encoded in UTF-8"):
        Params({"text": "\ud800"}).text("text")


@pytest.mark.parametrize("entities", ["x", {"a": 1}, [1], [{"type": "bold"}], "[{]"])
def test_what_are_no_entities(entities: Any) -> None:
    with pytest.raises(ApiError, match="invalid parameter"):
        Params({"entities": entities}).entities("entities")


def test_settings_are_laid_over_one_another() -> None:
    settings = Settings().patched({"limits": {"chat_burst": 9}, "bot_limits": {"4": {"bot_per_second": 2}}})
    settings = settings.patched({"latency_ms": 5, "bot_limits": {"4": {"chat_burst": 1}}})
    assert (settings.limits.chat_burst, settings.limits.bot_per_second, settings.latency_ms) == (9, 30, 5)
    own = settings.limits_for(4)
    assert (own.bot_per_second, own.chat_burst) == (2, 1)
    assert settings.limits_for(5) == settings.limits


def test_limits_of_a_bot_are_removed_with_null() -> None:
    settings = Settings().patched({"bot_limits": {"4": {"bot_per_second": 2}}})
    assert settings.patched({"bot_limits": {"4": None}}).limits_for(4).bot_per_second == 30


@pytest.mark.parametrize(
    "changes",
    [{"unknown": 1}, {"limits": {"bot_per_second": 0}}, {"limits": 5}, {"bot_limits": {"1": {"x": 1}}}],
)
def test_wrong_settings_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings().patched(changes)
