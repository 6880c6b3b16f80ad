"""Whatever one may write is read, and nothing raises."""

from typing import Any

from aiogram.types import Message, MessageEntity, User
from hypothesis import given
from hypothesis import strategies as st

from courier.commands.ports import Wish
from courier.commands.reading.commands import command_in
from courier.commands.reading.links import file_in, link_of, links_in
from courier.commands.reading.passages import Passage
from courier.commands.reading.targets import order_of
from courier.commands.reading.unclear import Unclear
from courier.commands.reading.wishes import named_link, wish_of
from courier.contracts.media import QUALITIES

#: Characters that make parsers stumble, and halves of characters.
TEXTS = st.text(
    st.sampled_from("./@vdl 0123456789abhms:?#[]()<>&-_🎬\u200b\u00a0\n") | st.characters(), max_size=60
) | st.text(st.characters(categories=["Cs"]) | st.sampled_from("🎬 ./"), max_size=20)
SIZES = st.integers(-3, 70) | st.integers()
ENTITIES = st.lists(
    st.builds(
        MessageEntity.model_construct,
        type=st.sampled_from(["url", "text_link", "text_mention", "bold", "of_next_year"]),
        offset=SIZES,
        length=SIZES,
        url=st.none() | TEXTS,
        user=st.none() | st.just(User(id=7, is_bot=False, first_name="@<")),
    ),
    max_size=4,
)


def constructed(**fields: Any) -> Message:
    """A message that nothing has validated."""
    constructed: Message = Message.model_construct(**fields)
    return constructed


@given(text=TEXTS, head=st.sampled_from(["", ".vdl ", "/adl@courier_bot "]), entities=ENTITIES)
def test_whatever_is_written_is_read(text: str, head: str, entities: list[MessageEntity]) -> None:
    whole = Passage.of(head + text, entities)
    command = command_in(whole, "courier_bot")
    reply = constructed(caption=text, caption_entities=entities)
    message = constructed(text=head + text, entities=entities, reply_to_message=reply)

    links = links_in(whole)
    link = link_of(text)
    assert file_in(message) is None
    assert all(found.lower().startswith(("http://", "https://")) for found in [*links, link or "https://"])
    assert all(len(found.split()) == 1 for found in links)
    if command is not None:
        for time in (False, True):
            order = order_of(message, command, person=True, time=time)
            assert isinstance(order, Unclear) or order.person is None or order.person.user_id != 0
            assert not isinstance(order, Unclear) or 0 < len(order.html) < 600
        assert isinstance(named_link(command), str | Unclear | None)
        if command.name in ("vdl", "adl"):
            wish = wish_of(message, command)
            assert isinstance(wish, Unclear) or wish.url
            assert not isinstance(wish, Wish) or wish.quality in QUALITIES[wish.kind]


@given(text=TEXTS, entities=ENTITIES)
def test_parts_keep_their_marks(text: str, entities: list[MessageEntity]) -> None:
    """What is marked after a cut is what was marked before it."""
    whole = Passage.of(text, entities)
    for count in range(len(text) + 1):
        rest = whole.after(count)
        kept = whole.marks[len(whole.marks) - len(rest.marks) :]
        assert [rest.under(one) for one in rest.marks] == [whole.under(one) for one in kept]
