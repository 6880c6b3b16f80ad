"""The commands function's parts, put together."""

import os
from functools import cache

from courier.access.quotas import QuotaFigures, Quotas
from courier.aws.services import DYNAMODB, EVENTS, SQS
from courier.commands.batch import CommandsBatch
from courier.commands.directory import Directory
from courier.commands.dispatcher import LazyDispatcher
from courier.commands.downloads import QueuedDownloads
from courier.commands.forwarding import Forwarder
from courier.commands.gate import Gate, House
from courier.commands.handles import Handles
from courier.commands.jobs import Parts
from courier.commands.known import Known
from courier.commands.processing import Processor
from courier.commands.replies import Mailer
from courier.commands.telling import Teller
from courier.events.bus import EventBus
from courier.producer.posting import Posting
from courier.queues.dead_letters import DeadLetters
from courier.queues.names import QueueNames
from courier.queues.sqs import Sqs
from courier.settings import CommandsSettings
from courier.state.bots import BotTable
from courier.state.people import PeopleTable
from courier.state.processed import ProcessedTable
from courier.state.recipients import SubscriberTable, UnreachableTable
from courier.state.rulings import RulingTable
from courier.wiring.aws import aws_client
from courier.wiring.redis import redis_of


@cache
def commands() -> CommandsBatch:
    """What the commands function runs."""
    settings = CommandsSettings.of(dict(os.environ))
    sqs = Sqs(aws_client(SQS))
    return CommandsBatch(Processor(_parts(settings, sqs)), sqs)


def _parts(settings: CommandsSettings, sqs: Sqs) -> Parts:
    table, dynamodb, names = settings.table_name, aws_client(DYNAMODB), QueueNames(settings.stack)
    dead, posting = DeadLetters(sqs, settings.dead_queue_url), Posting(aws_client(SQS))
    people, unreachable = PeopleTable(dynamodb, table), UnreachableTable(dynamodb, table)
    gate = Gate(RulingTable(dynamodb, table), Quotas(redis_of(settings)), _house(settings))
    bus = EventBus(aws_client(EVENTS), settings.event_bus, f"courier.{settings.stack}")
    return Parts(
        directory=Directory(BotTable(dynamodb, table)),
        processed=ProcessedTable(dynamodb, table),
        known=Known(people, unreachable, SubscriberTable(dynamodb, table)),
        gate=gate,
        dispatcher=LazyDispatcher(),
        handles=Handles(
            gate=gate,
            people=people,
            downloads=QueuedDownloads(posting, names),
            queues=sqs,
            unreachable=unreachable,
            names=names,
            admins=settings.admin_user_ids,
        ),
        mailer=Mailer(posting, names),
        forwarder=Forwarder(posting, dead),
        events=Teller(bus),
        dead=dead,
    )


def _house(settings: CommandsSettings) -> House:
    quotas = QuotaFigures(
        per_user=settings.quota_per_user,
        per_chat=settings.quota_per_chat,
        blessed=settings.quota_blessed,
        admin=settings.quota_admin,
        window_s=settings.quota_window_seconds,
    )
    return House(settings.admin_user_ids, settings.default_access, quotas)
