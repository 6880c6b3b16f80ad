"""Who may use a bot, and how much: rulings and their precedence, quotas, durations."""
