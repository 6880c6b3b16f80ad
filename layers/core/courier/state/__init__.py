"""What is remembered: the durable (table, SSM) and the volatile (Redis)."""
