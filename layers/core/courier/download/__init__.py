"""Media of a link: what it is, whether it may be had, who waits for it, and how they get it."""
