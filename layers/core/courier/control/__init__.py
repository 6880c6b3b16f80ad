"""Bots come and go: tokens, rows, queues and event source mappings."""
