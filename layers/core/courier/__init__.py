"""tg-courier: a serverless Telegram delivery platform.

One folder a stage (`control`, `sender`, `webhook`, `api`), and the shared modules that stages may know: `contracts`
(what travels on queues), `telegram` (the Bot API), `queues` (SQS), `state` (table, tokens, Redis), `telemetry`,
`settings`, `wiring`.
"""

__version__ = "0.1.0"
