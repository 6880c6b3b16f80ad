"""What users get of a download: the file, a link or an apology, and how far it is meanwhile."""
