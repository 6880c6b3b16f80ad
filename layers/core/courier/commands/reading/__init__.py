"""What people write, read: commands, links, users, durations, options. Nothing here raises, whatever was written."""
