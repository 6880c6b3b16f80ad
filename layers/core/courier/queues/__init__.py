"""SQS: the queues' names, and what is put on them."""
