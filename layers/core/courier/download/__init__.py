"""Downloads: from a link in a chat to the file that everyone who asked for it gets."""
