"""Every error of the libraries becomes words and an exit code."""

from collections.abc import Iterator

import pytest
from botocore import exceptions as aws

from cli.errors import CliError, NotFoundError, UnreachableError, UsageError, explained
from courier.errors import CourierError, RefusedMessageError, StateUnavailableError


def answer(code: str, message: str = "words") -> aws.ClientError:
    return aws.ClientError({"Error": {"Code": code, "Message": message}}, "SendMessage")


def below(root: type[Exception]) -> Iterator[type[Exception]]:
    for one in root.__subclasses__():
        yield one
        yield from below(one)


@pytest.mark.parametrize("kind", list(below(aws.BotoCoreError)), ids=lambda kind: kind.__name__)
def test_all_of_botocore_means_can_not_reach(kind: type[Exception]) -> None:
    words = explained(kind.__new__(kind), "hint")
    assert words is not None
    assert words.exit_code == 3


def test_nothing_answers() -> None:
    words = explained(aws.EndpointConnectionError(endpoint_url="http://127.0.0.1:1"), "start it")
    assert isinstance(words, UnreachableError)
    assert (words.hint, "http://127.0.0.1:1" in str(words)) == ("start it", True)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AWS.SimpleQueueService.NonExistentQueue", NotFoundError),
        ("QueueDoesNotExist", NotFoundError),
        ("ResourceNotFoundException", NotFoundError),
        ("ExpiredToken", UnreachableError),
        ("InvalidClientTokenId", UnreachableError),
        ("AccessDeniedException", UnreachableError),
        ("ThrottlingException", UnreachableError),
    ],
)
def test_what_aws_answers(code: str, kind: type[CliError]) -> None:
    words = explained(answer(code), "hint")
    assert type(words) is kind
    assert words.hint


def test_the_packages_own_errors() -> None:
    assert str(explained(RefusedMessageError("data.text: is empty"), "")) == "refused: data.text: is empty"
    unavailable = StateUnavailableError("table: gone")
    unavailable.__cause__ = answer("ResourceNotFoundException")
    assert isinstance(explained(unavailable, ""), NotFoundError)
    assert isinstance(explained(StateUnavailableError("not taken"), ""), UnreachableError)


def test_a_fault_of_this_program_is_not_explained_away() -> None:
    assert explained(KeyError("x"), "") is None
    assert explained(CourierError("x"), "") is None


def test_exit_codes() -> None:
    codes = {kind: kind.exit_code for kind in (CliError, NotFoundError, UsageError, UnreachableError)}
    assert codes == {CliError: 1, NotFoundError: 1, UsageError: 2, UnreachableError: 3}


def test_no_token_gets_through() -> None:
    words = explained(answer("Other", "see /bot1:fake-token-fake/getMe"), "")
    assert "fake-token-fake" not in str(words)
