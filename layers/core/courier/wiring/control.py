"""The control function's parts, put together."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

from courier.contracts.control import (
    AddBot,
    MendBot,
    PauseAll,
    PauseBot,
    Pulse,
    RemoveBot,
    ResumeAll,
    ResumeBot,
    UpdateBot,
)
from courier.control.add_bot import BotAdder
from courier.control.batch import ControlBatch, Duties, answer_pulse
from courier.control.leftovers import Leftovers
from courier.control.mappings import Mappings
from courier.control.mending import BotMender
from courier.control.news import BotNews
from courier.control.parts import Plumbing
from courier.control.pausing import BotPauser
from courier.control.remove_bot import BotRemover
from courier.control.resources import BotQueues
from courier.control.stop_switch import StopSwitch
from courier.control.sweep import Sweep
from courier.control.update_bot import BotUpdater
from courier.control.webhooks import WebhookKeeper
from courier.events.bus import EventBus
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.settings import ControlSettings
from courier.state.bots import BotTable
from courier.state.tokens import TokenStore
from courier.telegram.client import BotApi
from courier.wiring.process import http_session

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

#: AWS's own calls get seconds, not the minute that is botocore's default: a function has few to give.
AWS = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True, slots=True)
class _Parts:
    """What messages and sweep share."""

    settings: ControlSettings
    client: "SQSClient"
    sqs: Sqs
    dead: DeadLetters
    bots: BotTable
    queues: BotQueues
    mappings: Mappings


@cache
def _parts() -> _Parts:
    settings = ControlSettings.of(dict(os.environ))
    client = boto3.client("sqs", config=AWS)
    sqs = Sqs(client)
    functions = boto3.client("lambda", config=AWS)
    return _Parts(
        settings=settings,
        client=client,
        sqs=sqs,
        dead=DeadLetters(sqs, settings.dead_queue_url),
        bots=BotTable(boto3.client("dynamodb", config=AWS), settings.table_name),
        queues=BotQueues(client, QueueNames(settings.stack), settings.dead_queue_arn),
        mappings=Mappings(functions, settings.sender_function_arn, settings.mapping_concurrency),
    )


@cache
def control() -> ControlBatch:
    """What the control function runs for its queue."""
    return ControlBatch(_duties(_parts()), _parts().dead, _parts().sqs)


@cache
def sweep() -> Sweep:
    """What the control function runs every minute."""
    parts = _parts()
    return Sweep(
        bots=parts.bots,
        mappings=parts.mappings,
        queues=parts.queues,
        control=parts.sqs,
        names=QueueNames(parts.settings.stack),
    )


def _duties(parts: _Parts) -> Duties:
    bots, settings = parts.bots, parts.settings
    telegram = BotApi(settings.telegram_api_base, http_session)
    tokens = TokenStore(boto3.client("ssm", config=AWS), settings.stack)
    plumbing = Plumbing(bots, parts.queues, parts.mappings)
    webhooks = WebhookKeeper(
        telegram=telegram,
        bots=bots,
        tokens=tokens,
        public_url=settings.public_url,
        stack=settings.stack,
        connections=settings.webhook_connections,
    )
    bus = EventBus(boto3.client("events", config=AWS), settings.event_bus, f"courier.{settings.stack}")
    news = BotNews(bus, bots)
    pauser = BotPauser(bots=bots, plumbing=plumbing)
    remover = BotRemover(
        bots=bots,
        tokens=tokens,
        queues=parts.queues,
        mappings=parts.mappings,
        leftovers=Leftovers(parts.client, parts.dead),
        webhooks=webhooks,
        news=news,
    )
    mender = BotMender(bots=bots, tokens=tokens, plumbing=plumbing, removals=remover, webhooks=webhooks, news=news)
    switch = StopSwitch(switch=bots, sweep=sweep())
    names = QueueNames(settings.stack)
    adder = BotAdder(
        telegram=telegram, bots=bots, tokens=tokens, plumbing=plumbing, webhooks=webhooks, names=names, news=news
    )
    updater = BotUpdater(telegram=telegram, bots=bots, tokens=tokens, plumbing=plumbing, webhooks=webhooks, names=names)
    return {
        AddBot: adder.add,
        UpdateBot: updater.update,
        PauseBot: pauser.pause,
        ResumeBot: pauser.resume,
        RemoveBot: remover.remove,
        MendBot: mender.mend,
        PauseAll: switch.pause,
        ResumeAll: switch.resume,
        Pulse: answer_pulse,
    }
