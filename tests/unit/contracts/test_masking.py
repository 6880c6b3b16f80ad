"""A token's secret gets through nothing that people read."""

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courier.masking import mask
from tests.unit.contracts.opening import SECRET, TOKEN

#: Pieces that stand beside tokens in URLs, errors, JSON and JSON in JSON; no digits, which would belong to the token.
PIECES = [
    "/bot",
    "/getMe",
    " ",
    "\n",
    '"',
    '\\"',
    "\\\\",
    "{",
    "}",
    '"token"',
    '\\"token\\"',
    "=",
    ",",
    "é",
    "🙂",
    "'",
    "%",
]
surroundings = st.text() | st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
plain = st.text(st.characters(blacklist_categories=["Nd"], blacklist_characters=":"), max_size=20)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("", ""),
        (TOKEN, "1234567890:***"),
        (f"https://api.telegram.org/bot{TOKEN}/sendMessage", "https://api.telegram.org/bot1234567890:***/sendMessage"),
        (f"token={TOKEN}&x=1", "token=1234567890:***&x=1"),
        (f"({TOKEN}, {TOKEN})", "(1234567890:***, 1234567890:***)"),
        ('{"token": "short", "a": 1}', '{"token": "***", "a": 1}'),
        ('{"token" :\n"no token at all"}', '{"token" :\n"***"}'),
        ('{"token": ""}', '{"token": "***"}'),
        (r'{"data": "{\"token\": \"short\", \"a\": 1}"}', r'{"data": "{\"token\": \"***\", \"a\": 1}"}'),
        (r'"{\\\"token\\\": \\\"short\\\"}"', r'"{\\\"token\\\": \\\"***\\\"}"'),
        ('{"token": "cut off in the midd', '{"token": "***'),
        ('{"token": "a", "token": "b"}', '{"token": "***", "token": "***"}'),
    ],
)
def test_what_is_masked(text: str, masked: str) -> None:
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "at 10:30:15 on 2026-11-21T10:30:15Z",
        "http://127.0.0.1:8080/path",
        "ratio 1:2",
        '{"tokens": "many", "text": "token"}',
        "token: refused",
        "key:value-that-is-long-enough",
        '{"chat_id": -1001234567890, "text": "🙂 é"}',
    ],
)
def test_everything_else_stays_as_it_was(text: str) -> None:
    assert mask(text) == text


@given(surroundings.filter(lambda text: not text[-1:].isdigit()), surroundings)
def test_whatever_surrounds_it_a_secret_never_survives(before: str, after: str) -> None:
    assert SECRET not in mask(before + TOKEN + after)


@given(plain, plain, st.integers(0, 4))
def test_however_deep_in_json_a_secret_never_survives(key: str, beside: str, depth: int) -> None:
    text = json.dumps({key: beside, "url": f"{beside}/bot{TOKEN}/{beside}", "token": SECRET})
    for _ in range(depth):
        text = json.dumps({"data": text})

    masked = mask(text)

    assert SECRET not in masked
    assert mask(masked) == masked


@given(plain)
def test_a_text_without_digits_and_tokens_is_left_alone(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "text",
    [
        f"20261121103015{TOKEN}",
        f"{TOKEN}-{TOKEN}",
        f"1:abcdefghij_{TOKEN}",
        TOKEN.replace(":", "%3A"),
        json.dumps({"url": TOKEN}).replace(":S", r"\u003aS"),
        json.dumps({"token": f'a"{SECRET}'}),
        json.dumps({"data": json.dumps({"token": f'a"{SECRET}'})}),
    ],
    ids=[
        "digits before",
        "two in a row",
        "after what looks like one",
        "in a URL",
        "JSON escape",
        "quote",
        "inner quote",
    ],
)
def test_no_disguise_helps_it(text: str) -> None:
    assert SECRET not in mask(text)


@pytest.mark.parametrize("unit", ["1:", "1", '"token"', '"token": "', " ", "a" * 20, "\n"])
def test_masking_takes_time_by_length_alone(unit: str) -> None:
    assert _grows_with_length(lambda times: unit * times)


@pytest.mark.parametrize("prefix", ["", '"token": "'])
def test_backslashes_too_take_time_by_length_alone(prefix: str) -> None:
    assert _grows_with_length(lambda times: prefix + "\\" * times)


def _grows_with_length(text: Callable[[int], str]) -> bool:
    """Eight times the text may take thirty times as long (by the square it would be 64), or no time to speak of."""

    def seconds(times: int) -> float:
        sample = text(times)
        began = time.process_time()
        mask(sample)
        return time.process_time() - began

    return seconds(24_000) < max(0.02, 30 * seconds(3_000))
