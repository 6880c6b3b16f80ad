"""The event bus: how domain events reach whoever listens."""
