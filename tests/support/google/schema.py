"""Google's own discovery documents of Sheets v4 and Drive v3, as JSON Schema and as a table of methods.

They ship with google-api-python-client and are what the loopback server of `tests.support.google.server` is held to.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]  # it ships no types

Json = dict[str, Any]

# Matrices are checked by a loop, as a general validator takes seconds for a million cells.
PLAIN = frozenset({str, int, float, bool, type(None)})
SIMPLE_VALUES: Mapping[str, frozenset[type]] = {
    "numberValue": frozenset({int, float}),
    "stringValue": frozenset({str}),
    "boolValue": frozenset({bool}),
}


class SchemaError(ValueError):
    """A request or a response does not fit the discovery document; the text is in Google's words."""


@dataclass(frozen=True)
class Method:
    """One method of an API: its id, verb, path pattern and parameters, as the discovery document has them."""

    id: str
    verb: str
    pattern: re.Pattern[str]
    parameters: Mapping[str, Json]
    request: str
    response: str
    scopes: frozenset[str]


class Api:
    """A discovery document: finds the method of a call and checks queries, bodies and field masks."""

    def __init__(self, name: str) -> None:
        folder = resources.files("googleapiclient") / "discovery_cache" / "documents"
        document = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        self.schemas: Json = document["schemas"]
        self.methods = list(_methods(document, document["servicePath"], document["parameters"]))
        self._definitions = {key: _convert(schema) for key, schema in self.schemas.items()}
        self._validators: dict[str, Draft202012Validator] = {}

    def find(self, verb: str, path: str) -> tuple[Method, dict[str, str]] | None:
        """Return the method for a verb and a path (still percent-encoded, no leading slash), and its path values."""
        for method in self.methods:
            match = method.pattern.fullmatch(path)
            if match and method.verb == verb:
                return method, match.groupdict()
        return None

    def check_query(self, method: Method, query: Mapping[str, list[str]]) -> None:
        """Raise SchemaError for a query parameter that is unknown, of the wrong type, or repeated without leave."""
        for name, values in query.items():
            parameter = method.parameters.get(name)
            if parameter is None or parameter["location"] != "query":
                raise SchemaError(
                    f'Invalid JSON payload received. Unknown name "{name}": Cannot bind query parameter. '
                    f"Field '{name}' could not be found in request message."
                )
            if len(values) > 1 and not parameter.get("repeated"):
                raise SchemaError(f'Invalid value at "{name}": it may be given once')
            allowed = parameter.get("enum") or (["true", "false"] if parameter["type"] == "boolean" else None)
            for value in values:
                if allowed and value not in allowed:
                    raise SchemaError(f"Invalid value at '{name}', \"{value}\"")

    def check(self, schema: str, body: object) -> None:
        """Raise SchemaError where `body` does not fit; matrices of plain values are checked by a fast loop."""
        error = next(self._validator(schema).iter_errors(_without_plain(body)), None)
        if error is not None:
            where = ".".join(str(part) for part in error.absolute_path)
            unknown = re.search(r"\('([^']+)' was unexpected\)", error.message)
            if unknown:
                raise SchemaError(
                    f"Invalid JSON payload received. Unknown name \"{unknown[1]}\" at '{where}': Cannot find field."
                )
            raise SchemaError(f"Invalid value at '{where}': {error.message[:200]}")

    def mask(self, schema: str, fields: str) -> Json:
        """Return a field mask such as `sheets(properties.title,data)` as a tree; an empty branch is "all of it".

        Raises:
            SchemaError: the mask does not parse, or names a field that the schema does not have.

        """
        tree = parse_mask(fields)
        self._check_mask(self.schemas[schema]["properties"], tree)
        return tree

    def _check_mask(self, fields: Json, tree: Json) -> None:
        for name, branch in tree.items():
            if name == "*":
                continue
            field = fields.get(name)
            if field is None:
                raise SchemaError(f"Request contains an invalid argument. Invalid field selection {name}")
            inner = field.get("items", field)
            # An object is named, or it is described where it is used.
            target = self.schemas[inner["$ref"]]["properties"] if "$ref" in inner else inner.get("properties")
            if branch and target is None:
                raise SchemaError(f"Request contains an invalid argument. Invalid field selection {name}")
            if branch:
                self._check_mask(target, branch)

    def _validator(self, schema: str) -> Draft202012Validator:
        if schema not in self._validators:
            whole = {"$ref": f"#/$defs/{schema}", "$defs": self._definitions}
            self._validators[schema] = Draft202012Validator(whole)
        return self._validators[schema]


@cache
def api(name: str) -> Api:
    """Return the discovery document `sheets.v4` or `drive.v3`, read once a process."""
    return Api(name)


def parse_mask(text: str) -> Json:
    """Return a field mask as a tree of dicts. Raises SchemaError where it does not parse."""
    tokens = re.findall(r"[A-Za-z0-9_*]+|[(),./]", text)
    if "".join(tokens) != re.sub(r"\s", "", text) or not tokens:
        raise SchemaError(f"Invalid field mask {text!r}")
    tree, rest = _parse_group(tokens)
    if rest:
        raise SchemaError(f"Invalid field mask {text!r}")
    return tree


def _parse_group(tokens: list[str]) -> tuple[Json, list[str]]:
    tree: Json = {}
    while tokens:
        node = tree
        while True:
            name, *tokens = tokens or [""]
            if not re.fullmatch(r"[A-Za-z0-9_*]+", name):
                raise SchemaError(f"Invalid field mask near {name!r}")
            node = node.setdefault(name, {})
            if tokens[:1] not in (["."], ["/"]):
                break
            tokens = tokens[1:]
        if tokens[:1] == ["("]:
            inner, tokens = _parse_group(tokens[1:])
            if tokens[:1] != [")"]:
                raise SchemaError("Invalid field mask: a bracket is missing")
            node.update(inner)
            tokens = tokens[1:]
        if tokens[:1] != [","]:
            break
        tokens = tokens[1:] or [""]
    return tree, tokens


def masked(value: Any, tree: Json) -> Any:
    """Return what a field mask leaves of a response. Empty objects drop out, as they do on the wire."""
    if not tree or "*" in tree:
        return value
    if isinstance(value, list):
        return [masked(item, tree) for item in value]
    kept = {name: masked(value[name], branch) for name, branch in tree.items() if name in value}
    return {name: item for name, item in kept.items() if item not in ({}, [])}


def _methods(node: Json, base: str, common: Json) -> Iterator[Method]:
    for resource in node.get("resources", {}).values():
        for method in resource.get("methods", {}).values():
            path = re.escape(base + method["path"])
            pattern = re.sub(r"\\\{\\?\+?(\w+)\\\}", r"(?P<\1>[^/]+?)", path)
            yield Method(
                id=method["id"],
                verb=method["httpMethod"],
                pattern=re.compile(pattern),
                parameters={**common, **method.get("parameters", {})},
                request=method.get("request", {}).get("$ref", ""),
                response=method.get("response", {}).get("$ref", ""),
                scopes=frozenset(method.get("scopes", [])),
            )
        yield from _methods(resource, base, common)


def _convert(schema: Json) -> Json:
    """Return a discovery schema as JSON Schema; fields that it does not name are refused."""
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    kind = schema["type"]
    if kind == "any":
        return {}
    if kind == "array":
        return {"type": "array", "items": _convert(schema["items"])}
    if kind == "object":
        extra = schema.get("additionalProperties")
        properties = {name: _convert(field) for name, field in schema.get("properties", {}).items()}
        return {"type": "object", "properties": properties, "additionalProperties": _convert(extra) if extra else False}
    if "enum" in schema:
        return {"enum": schema["enum"]}
    if kind == "integer":
        return {"type": "integer", "minimum": -(2**31), "maximum": 2**32 - 1}
    if kind == "string" and schema.get("format") in ("int64", "uint64"):
        return {"type": "string", "pattern": "^-?[0-9]+$"}
    return {"type": kind}


def _without_plain(body: object) -> object:
    """Return `body` without the parts of its matrices that a loop has found to be plain and right."""
    if not isinstance(body, dict):
        return body
    if isinstance(body.get("values"), list) and set(body) <= {"range", "majorDimension", "values"}:
        return {**body, "values": _odd_rows(body["values"])}
    light = dict(body)
    for name, items in body.items():
        if name in {"valueRanges", "data", "requests", "sheets"} and isinstance(items, list):
            light[name] = [_without_plain(item) for item in items]
        elif name in {"updateCells", "updatedData"}:
            light[name] = _without_plain(items)
        elif name in {"rows", "rowData"} and isinstance(items, list):
            light[name] = [row for row in items if not _is_simple_row(row)]
    return light


def _odd_rows(values: list[Any]) -> list[Any]:
    return [row for row in values if not (isinstance(row, list) and PLAIN.issuperset(map(type, row)))]


def _is_simple_row(row: object) -> bool:
    if not isinstance(row, dict) or not set(row) <= {"values"} or not isinstance(row.get("values", []), list):
        return False
    return all(_is_simple_cell(cell) for cell in row.get("values", []))


def _is_simple_cell(cell: object) -> bool:
    """Tell whether a CellData is empty, or no more than one number, text or flag."""
    if cell == {}:
        return True
    if not isinstance(cell, dict) or len(cell) != 1 or not isinstance(cell.get("userEnteredValue"), dict):
        return False
    pairs = cell["userEnteredValue"].items()
    return len(pairs) == 1 and all(type(value) in SIMPLE_VALUES.get(key, ()) for key, value in pairs)


def without_zeros(value: Json, always: tuple[str, ...] = ("sheetId", "index")) -> Json:
    """Return an object as proto JSON writes it: zero, false and empty fields are left out, `always` stay."""
    kept = copy.copy(value)
    for name, item in value.items():
        if isinstance(item, dict):
            kept[name] = without_zeros(item, always)
        if name not in always and item in (0, False, "", None, [], {}):
            del kept[name]
    return kept
