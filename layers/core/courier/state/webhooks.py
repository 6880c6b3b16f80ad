"""Bots' webhooks: where Telegram sends updates, and by which secrets they are known to be Telegram's.

A part of each bot's row, which is read here alone and without pydantic: the webhook function needs no more of a bot.
"""

import json
from dataclasses import dataclass, fields
from hashlib import sha256
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from courier.errors import StateUnavailableError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Webhook:
    """A bot's webhook. Of secrets there are digests: who reads the table can't speak for Telegram.

    Attributes:
        url: As Telegram was told, or is being told.
        number: How many secrets the bot has had; the present one follows from it and the token.
        secret: Of the one that Telegram sends; None until it has taken the first.
        coming: Of the one that Telegram is being given: it counts before anybody knows whether Telegram took it.
        previous: Of the one before.
        previous_until: When that one ends, in seconds since 1970.
    """

    url: str
    number: int = 0
    secret: str | None = None
    coming: str | None = None
    previous: str | None = None
    previous_until: int = 0

    def takes(self, secret: str, now: float) -> bool:
        """Whether a secret is one that Telegram was given. It takes as long for a wrong one as for a right one.

        >>> webhook = Webhook("", secret=digest_of("new"), previous=digest_of("old"), previous_until=9)
        >>> [webhook.takes(secret, now=8) for secret in ("new", "old", "")], webhook.takes("old", now=9)
        ([True, True, False], False)
        """
        given = digest_of(secret)
        previous = self.previous if now < self.previous_until else None
        found = [compare_digest(given, known or "") for known in (self.secret, self.coming, previous)]
        return any(found)


def digest_of(secret: str) -> str:
    """What is kept of a secret. Secrets are long and random, so that no salt is needed."""
    return sha256(secret.encode(errors="replace")).hexdigest()


def webhook_of(text: str) -> Webhook:
    """A webhook as a row holds it, maybe with more than this code knows."""
    known = {field.name for field in fields(Webhook)}
    return Webhook(**{name: value for name, value in json.loads(text).items() if name in known})


class WebhookTable:
    """Webhooks by bot.

    Args:
        table: The table's name.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def get(self, bot_id: int) -> Webhook | None:
        """A bot's webhook as it was written last; None of a bot that has none or isn't there.

        Raises:
            StateUnavailableError: if the table can't be read.
        """
        key: Any = {"pk": {"S": f"bot#{bot_id}"}, "sk": {"S": "bot"}}
        try:
            answer = self._client.get_item(
                TableName=self._table, Key=key, ProjectionExpression="webhook", ConsistentRead=True
            )
        except (ClientError, BotoCoreError) as error:
            raise StateUnavailableError(f"table {self._table}: {error}") from error
        text = answer.get("Item", {}).get("webhook", {}).get("S")
        return webhook_of(text) if text else None
