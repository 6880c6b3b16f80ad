"""DynamoDB in memory: one table with conditional writes and transactions, and a snapshot at each moment.

It knows what the project asks for and refuses the rest. `tests/functional/download/test_likeness.py` holds it against
moto, call by call.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from tests.support.expressions import Item, Values, condition, update

type Row = tuple[tuple[str, str, Any], ...]
type Key = tuple[str, str]
type Family = dict[frozenset[tuple[Key, Row]], Snapshot]

_ALIAS = re.compile(r":\w+")
OK = "{}"
UNMET = json.dumps({"error": "ConditionalCheckFailedException"})
CONFLICT = json.dumps({"error": "TransactionConflictException"})
CONFLICTS = json.dumps({"error": "TransactionCanceledException", "reasons": ["TransactionConflict"]})


class Snapshot:
    """What a table holds. Each write makes another, and what is equal is one object: comparing many is quick."""

    def __init__(self, rows: Mapping[Key, Row] | None = None, family: "Family | None" = None) -> None:
        self.rows: Mapping[Key, Row] = rows or {}
        self._family: Family = {} if family is None else family
        self._calls: dict[tuple[str, str], tuple[Snapshot, str]] = {}
        if family is None:
            self._family[frozenset()] = self

    def _following(self, rows: Mapping[Key, Row]) -> "Snapshot":
        name = frozenset(rows.items())
        if name not in self._family:
            self._family[name] = Snapshot(rows, self._family)
        return self._family[name]

    def item(self, pk: str, sk: str) -> Item:
        """A row's attributes; empty if it isn't there."""
        return {name: (kind, value) for name, kind, value in self.rows.get((pk, sk), ())}

    def call(self, method: str, parameters: str) -> tuple["Snapshot", str]:
        """Make a call, in JSON: what boto3 would return, or the error that it would raise."""
        if (method, parameters) not in self._calls:
            self._calls[method, parameters] = self._made(method, json.loads(parameters))
        return self._calls[method, parameters]

    def _made(self, method: str, given: dict[str, Any]) -> tuple["Snapshot", str]:
        match method:
            case "get_item":
                row = self.rows.get(_key(given["Key"]))
                return self, json.dumps({} if row is None else {"Item": _typed(row)})
            case "query":
                return self, json.dumps({"Items": [_typed(row) for row in self._query(given)]})
            case "put_item" | "update_item" | "delete_item":
                written = self._write(method.removesuffix("_item").capitalize(), given)
                return (self, UNMET) if written is None else (written, OK)
            case "transact_write_items":
                return self._together(given["TransactItems"])
        raise AssertionError(method)

    def _together(self, writes: list[dict[str, Any]]) -> tuple["Snapshot", str]:
        named = [(what, given) for write in writes for what, given in write.items()]
        keys = [_key(given.get("Key") or given["Item"]) for _, given in named]
        assert len(set(keys)) == len(keys), "DynamoDB refuses two writes of one row"
        reasons = ["None" if self._write(*one) else "ConditionalCheckFailed" for one in named]
        if any(reason != "None" for reason in reasons):
            return self, json.dumps({"error": "TransactionCanceledException", "reasons": reasons})
        written: Snapshot = self
        for what, given in named:
            following = written._write(what, given)
            assert following is not None
            written = following
        return written, OK

    def _write(self, what: str, given: dict[str, Any]) -> "Snapshot | None":
        key = _key(given.get("Key") or given["Item"])
        before = self.item(*key) or None
        names = tuple(sorted(given.get("ExpressionAttributeNames", {}).items()))
        texts = [given.get(name, "") for name in ("ConditionExpression", "UpdateExpression")]
        values: Values = {name: _value(value) for name, value in given.get("ExpressionAttributeValues", {}).items()}
        assert set(values) == set(_ALIAS.findall(" ".join(texts))), "DynamoDB refuses values that nothing uses"
        if texts[0]:
            mine = tuple(pair for pair in names if re.search(rf"{pair[0]}\b", texts[0]))
            if not condition(texts[0], mine)(before, values):
                return None
        rows = dict(self.rows)
        rows.pop(key, None)
        if what == "Put":
            rows[key] = _row({name: _value(value) for name, value in given["Item"].items()})
        elif what == "Update":
            mine = tuple(pair for pair in names if re.search(rf"{pair[0]}\b", texts[1]))
            start: Item = before or {"pk": ("S", key[0]), "sk": ("S", key[1])}
            rows[key] = _row(update(texts[1], mine)(start, values))
        else:
            assert what == "Delete", what
        return self._following(rows)

    def _query(self, given: dict[str, Any]) -> list[Row]:
        """The two that there are: rows of one hash between two sort keys, and the index with a filter."""
        values = {name: _value(value) for name, value in given["ExpressionAttributeValues"].items()}
        if given.get("IndexName"):
            assert given["KeyConditionExpression"] == "kind = :job"
            wanted = condition(f"{given['KeyConditionExpression']} AND {given['FilterExpression']}", ())
            rows = ((key, row) for key, row in self.rows.items() if wanted(self.item(*key), values))
        else:
            assert given["KeyConditionExpression"] == "pk = :pk AND sk BETWEEN :first AND :last"
            assert given["ConsistentRead"]
            pk, first, last = (values[name][1] for name in (":pk", ":first", ":last"))
            rows = ((key, row) for key, row in self.rows.items() if key[0] == pk and first <= key[1] <= last)
        return [row for _, row in sorted(rows)]


def _key(attributes: dict[str, Any]) -> Key:
    return attributes["pk"]["S"], attributes["sk"]["S"]


def _value(attribute: dict[str, Any]) -> tuple[str, Any]:
    return next(iter(attribute.items()))


def _row(item: Item) -> Row:
    return tuple(sorted((name, kind, value) for name, (kind, value) in item.items()))


def _typed(row: Row) -> dict[str, Any]:
    return {name: {kind: value} for name, kind, value in row}
