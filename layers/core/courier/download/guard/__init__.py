"""What a link from a chat may reach: every connection of a download is checked where it is made.

`addresses` says which addresses are public, `rules` what one job may do, `hook` has them asked at every connection,
`downloader` keeps yt-dlp to what the hook sees, and `running` gives a job a process of its own, in which all of this
holds from its first line. `processes` and `forking` start it: anew, or as the fork of one that is warm (`forkserver`).
"""
