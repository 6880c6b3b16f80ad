"""The senders that tg-courier is measured against: three libraries by their public interfaces, installed at bench time.

`catalogue` says which, `install` makes their environments, `run` runs one on a job. This file imports nothing, for
the Python peers run as modules of this package in environments that have nothing but the peer's library.
"""
