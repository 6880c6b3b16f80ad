"""The HTTP API: so far, whether the stack is well."""
