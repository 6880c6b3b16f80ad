"""Bot tokens never leave: whatever is written where people read passes through here.

>>> mask('{"token": "123:abc-def", "text": "see /bot456:qwertyuiop/getMe"}')
'{"token": "***", "text": "see /bot456:***/getMe"}'
"""

import re

#: A token's secret as it may stand in a URL, an error or a text, its colon written in any way. Telegram's have 35
#: characters; shorter ones are fakes.
_SECRET = re.compile(r"(\d(?::|%3A|\\+u003a))[A-Z0-9_-]{10,}(?:(?::|%3A|\\+u003a)[A-Z0-9_-]{10,})*", re.IGNORECASE)
#: Whatever a field called token holds, also in JSON inside of JSON, where quotes have backslashes before them.
_TOKEN_FIELD = re.compile(r'(?<!\\)((\\*)"token\2"\s*:\s*\2")(?:[^"\\]|(?!\2")\\++"?)*+')


def mask(text: str) -> str:
    """The text without what a bot could be taken over with; everything else as it was."""
    # Every line of the log comes by here, and few speak of a token: the bare word is found much faster than the field.
    shown = _TOKEN_FIELD.sub(r"\1***", text) if "token" in text else text
    return _SECRET.sub(r"\1***", shown)
