"""Commands: updates are taken from their queue, and become replies, an application's own updates, and events."""
