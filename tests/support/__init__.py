"""Fakes: small real implementations that tests read from."""
