"""What is at a link: asked in a guarded process (`job`), at a pace that sites bear (`slowdown`), told as a page."""
