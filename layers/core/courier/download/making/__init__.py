"""How a file is made: what runs in the guarded process (`job`, `bounds`, `shaping`, `ffmpeg`, `tags`, `pictures`), and what
starts it and stores what it made (`workshop`, `folders`, `storing`, `watching`, `programs`).
"""
