"""The `courier` command: the platform from a terminal, on the local stack and on AWS."""
