"""How a file is made.

In the guarded process: `job`, `bounds`, `options`, `shaping`, `ffmpeg`, `tags`, `pictures`. Around it: `workshop`,
which starts it and stores its result, `folders`, `watching`, `programs`. Between them: `orders`.
"""
