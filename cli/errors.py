"""What the command line says when something is wrong, and the exit code that goes with it.

CliError                1: refused, not found, not done
├── NotFoundError       1: what was asked for isn't there
├── UsageError          2: the command line itself is wrong
└── UnreachableError    3: the platform, or an account to reach it with, isn't there
"""

import re

from botocore import exceptions as aws

from courier.errors import NoSuchQueueError, RefusedMessageError, StateUnavailableError
from courier.masking import mask

_BOT_QUEUE = re.compile(r"-bot-(?P<bot_id>\d+)(-broadcast)?\.fifo$")
#: SQS's words for a queue that doesn't exist, in its old protocol and its new one.
_NO_QUEUE = ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")
#: AWS's words for credentials that are wrong or over.
_BAD_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
)
#: botocore's, of credentials that are missing, half there or can't be renewed.
_NO_CREDENTIALS = (
    aws.NoCredentialsError,
    aws.PartialCredentialsError,
    aws.CredentialRetrievalError,
    aws.SSOError,
    aws.TokenRetrievalError,
)


class CliError(Exception):
    """Something a person can do something about.

    Attributes:
        hint: What to do, in words; empty where the message says it.
    """

    exit_code = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class NotFoundError(CliError):
    """What was asked for isn't there."""


class UsageError(CliError):
    """The command line itself is wrong."""

    exit_code = 2


class UnreachableError(CliError):
    """The platform, or an account to reach it with, isn't there."""

    exit_code = 3


def is_missing_queue(error: BaseException | None) -> bool:
    """Whether SQS said that there is no such queue."""
    return isinstance(error, aws.ClientError) and code_of(error) in _NO_QUEUE


def code_of(error: aws.ClientError) -> str:
    """AWS's own name of what is wrong."""
    return str(error.response.get("Error", {}).get("Code", ""))


def explained(error: Exception, hint: str) -> CliError | None:  # noqa: PLR0911 - one for each kind
    """An error of a library or of the package in words; None for one that is a fault of this program.

    Args:
        hint: What to do where nothing answers: it depends on where the platform should be.
    """
    match error:
        case CliError():
            return error
        case RefusedMessageError():
            return CliError(f"refused: {mask(str(error))}")
        case NoSuchQueueError():
            return _of_missing_queue(error.queue)
        case StateUnavailableError(__cause__=Exception() as cause):
            return explained(cause, hint)
        case StateUnavailableError():
            return UnreachableError(mask(str(error)))
        case aws.ClientError():
            return _of_answer(error, hint)
        case aws.BotoCoreError():
            return _of_client(error, hint)
    return None


def _of_missing_queue(queue: str) -> CliError:
    found = _BOT_QUEUE.search(queue)
    if found is None:
        return NotFoundError(
            f"there is no queue {queue} here", "Is the stack deployed under this name (--stack), region and account?"
        )
    bot_id = found["bot_id"]
    return NotFoundError(f"bot {bot_id} has no queue; add it with `courier bots add {bot_id}`")


def _of_answer(error: aws.ClientError, hint: str) -> CliError:
    """Where AWS answered, but not as hoped."""
    code = code_of(error)
    words = mask(str(error.response.get("Error", {}).get("Message", error)))
    if is_missing_queue(error) or code.endswith(("ResourceNotFoundException", "ResourceNotFound")):
        return NotFoundError(f"not there: {words}", "Is the stack deployed under this name (--stack) and region?")
    if code in _BAD_CREDENTIALS:
        return UnreachableError(
            f"AWS doesn't accept the credentials: {words}", "Log in again, then repeat the command."
        )
    if "AccessDenied" in code or "NotAuthorized" in code:
        return UnreachableError(f"AWS doesn't allow it: {words}", "Take a profile that may, with --profile.")
    return UnreachableError(f"AWS answers {error.operation_name} with {code}: {words}", hint)


def _of_client(error: aws.BotoCoreError, hint: str) -> CliError:
    """Where nothing answered, or nobody could be asked."""
    words = mask(str(error))
    match error:
        case aws.ProfileNotFound():
            return UnreachableError(words, "`aws configure list-profiles` names those that there are.")
        case aws.NoRegionError():
            return UnreachableError("no AWS region is set", "Name it with --region, or in the profile.")
        case aws.ConnectionError() | aws.HTTPClientError():
            return UnreachableError(words, hint)
    if isinstance(error, _NO_CREDENTIALS):
        return UnreachableError(f"no AWS credentials: {words}", "Log in (`aws sso login`), or take another --profile.")
    return UnreachableError(words, hint)
