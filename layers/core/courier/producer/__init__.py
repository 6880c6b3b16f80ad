"""Puts messages on the platform's queues: what applications import.

```python
import boto3
from courier.producer import Producer, send_msg

producer = Producer(stack="courier", sqs=boto3.client("sqs"))
producer.send(1, 123, "Hello *World*!", parse_mode="MarkdownV2", external_id="order-5")
producer.post([send_msg(1, chat_id, "News", broadcast=True) for chat_id in subscribers])
```

Every message is checked as its receiver checks it before anything is sent, goes to the group that keeps its order, and
carries a deduplication id of its own.
"""

from courier.errors import NoSuchQueueError, RefusedMessageError, StateUnavailableError
from courier.producer.messages import Message, call, cancel_media, control, del_msg, edit_msg, request_media, send_msg
from courier.producer.posting import NotTakenError, Posted
from courier.producer.producer import Producer
from courier.queues.names import Lane

__all__ = [
    "Lane",
    "Message",
    "NoSuchQueueError",
    "NotTakenError",
    "Posted",
    "Producer",
    "RefusedMessageError",
    "StateUnavailableError",
    "call",
    "cancel_media",
    "control",
    "del_msg",
    "edit_msg",
    "request_media",
    "send_msg",
]
