"""What people write, read: commands, links, users, durations, options. Nothing here raises, whatever was written.

Nothing here imports aiogram, so that its cost is only paid for what is a command.
"""
