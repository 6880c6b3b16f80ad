"""Models as DynamoDB keeps them: one attribute a field, read leniently, since newer code may have written more."""

import json
from typing import Any

from pydantic import BaseModel


def item_of(model: BaseModel) -> dict[str, Any]:
    """The attributes of a row; fields that are None are left out."""
    fields = model.model_dump(mode="json", exclude_none=True)
    return {name: _attribute(value) for name, value in fields.items()}


def fields_of(item: dict[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """What a row says about a model's fields; attributes that this code doesn't know are passed over.

    >>> class Row(BaseModel):
    ...     n: int
    >>> fields_of({"n": {"N": "5"}, "since_next_release": {"N": "1.5"}}, Row)
    {'n': 5}
    """
    known = ((name, attribute) for name, attribute in item.items() if name in model.model_fields)
    return {name: _value(*next(iter(attribute.items()))) for name, attribute in known}


def _attribute(value: Any) -> dict[str, Any]:
    match value:
        case bool():
            return {"BOOL": value}
        case int():
            return {"N": str(value)}
        case str():
            return {"S": value}
        case _:
            return {"S": json.dumps(value)}


def _value(kind: str, value: Any) -> Any:
    return int(value) if kind == "N" else value
