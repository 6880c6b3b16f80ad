"""The Bot API: a thin client, and the one place where its answers get their meaning."""
