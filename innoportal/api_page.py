"""The page that describes the API: what drf-spectacular finds out about it, drawn as a page of the portal."""

import json
import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator

from innoportal.languages import Phrase

Schema = dict[str, Any]
Operation = tuple[str, str, Schema]  # method, path, what the schema says of it
HAN = re.compile(r"[\u4e00-\u9fff]")
CHOICE = re.compile(r"^\* `(.*?)` - (.*)$", re.M)  # how drf-spectacular tells the values of a choice
NOUNS: dict[str, str | Promise] = {
    "wishes": _("Wishes"),
    "calls": _("Calls"),
    "solutions": _("Solutions"),
    "matches": _("Matches"),
    "trials": _("Trials"),
    "reports": _("Reports"),
    "confirmations": _("Confirmations of use"),
    "topics": _("Topics"),
    "search": _("Search"),
    "measurements": _("Measurements"),
}
KINDS: dict[tuple[str, str], str | Promise] = {
    ("string", ""): _("text"),
    ("string", "date"): _("day, as 2026-11-09"),
    ("string", "date-time"): _("moment, in ISO 8601"),
    ("string", "uri"): _("address"),
    ("string", "decimal"): _("number, as text"),
    ("integer", ""): _("whole number"),
    ("number", ""): _("a number"),
    ("number", "double"): _("a number"),
    ("boolean", ""): _("true or false"),
}


ABOUT: dict[str, str | Promise] = {  # of parameters of which the schema itself says nothing
    "slug": _("The number or short name, as in the address of its page."),
    "key": _("The last part of the address of its page."),
    "topic": _("Short name of a topic."),
    "side": _("Only wishes, or only solutions."),
}


@dataclass(frozen=True)
class Field:
    """A parameter, or a field of an answer."""

    name: str
    kind: str
    is_many: bool
    about: str
    part: str  # the name of the part that describes its value
    choices: list[tuple[str, str]]  # value, meaning


@dataclass(frozen=True)
class Part:
    """What an answer is made of."""

    name: str
    about: str
    fields: list[Field]


@dataclass(frozen=True)
class Call:
    method: str
    path: str
    about: str
    parameters: list[Field]
    sent: list[Field]
    example: str  # for a shell; none where a number would have to be invented


@dataclass(frozen=True)
class Noun:
    key: str
    title: str
    calls: list[Call]
    part: Part


def words(text: str) -> str:
    """Marked as English where a page in Chinese has no words of its own for it."""
    said = CHOICE.sub("", str(text)).strip()
    return said if HAN.search(said) else Phrase(said, "en")


class Reference:
    """The schema as nouns, calls and parts, in the language of the reader."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self.components: Schema = schema["components"]["schemas"]

    def nouns(self) -> list[Noun]:
        """In the order in which a reader meets them; one that has no name yet comes last."""
        found: dict[str, list[Operation]] = {}
        for path, methods in self.schema["paths"].items():
            for method, operation in methods.items():
                found.setdefault(operation["tags"][0], []).append((method.upper(), path, operation))
        keys = [*(key for key in NOUNS if key in found), *(key for key in found if key not in NOUNS)]
        return [self.noun(key, found[key]) for key in keys]

    def noun(self, key: str, operations: list[Operation]) -> Noun:
        answer = operations[0][2]["responses"]["200"]["content"]["application/json"]["schema"]
        return Noun(
            key=key,
            title=str(NOUNS.get(key, key.capitalize())),
            calls=[self.call(*operation) for operation in operations],
            part=self.part(self.row(answer)),
        )

    def call(self, method: str, path: str, operation: Schema) -> Call:
        parameters = sorted(operation.get("parameters", []), key=lambda one: one["in"] != "path")
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        sent = self.resolved(body["schema"])[1].get("properties", {}) if body else {}
        address = settings.SITE_URL + path + example_query(parameters)
        return Call(
            method=method,
            path=path,
            about=words(operation.get("description", "")),
            parameters=[self.field(one["name"], one["schema"], one) for one in parameters],
            sent=[self.field(key, one, one) for key, one in sent.items()],
            example="" if "{" in path else f"curl {example_body(body)}'{address}'",
        )

    def row(self, answer: Schema) -> str:
        """The part that one row of this answer is, whether it comes alone or in a page of several."""
        name, found = self.resolved(answer)
        rows = found["properties"].get("results")
        return self.resolved(rows["items"])[0] if rows else name

    def part(self, name: str) -> Part:
        schema = self.components[name]
        fields = [self.field(key, one, one) for key, one in schema["properties"].items()]
        return Part(name, words(schema.get("description", "")), fields)

    def parts(self, nouns: list[Noun]) -> list[Part]:
        """What stands within others and has no address of its own."""
        shown = {noun.part.name for noun in nouns}
        fields = [*(noun.part.fields for noun in nouns), *(one.sent for noun in nouns for one in noun.calls)]
        within = {one.part for some in fields for one in some if one.part} - shown
        return [self.part(name) for name in sorted(within)]

    def resolved(self, schema: Schema) -> tuple[str, Schema]:
        """The name and the schema that a reference leads to; no name for what is described where it stands.

        `allOf` and `oneOf` hold one thing here, the latter with the empty choice beside it.
        """
        for one in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
            return self.resolved(one)
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            return name, self.components[name]
        return "", schema

    def field(self, name: str, schema: Schema, told: Schema) -> Field:
        many = schema.get("type") == "array"
        one = schema["items"] if many else schema
        reference, value = self.resolved(one)
        part = reference if "properties" in value else ""
        kind = str(KINDS.get((value.get("type", ""), value.get("format", "")), "JSON"))
        meanings = dict(CHOICE.findall(f"{told.get('description', '')}\n{value.get('description', '')}"))
        choices = [(str(one), words(meanings.get(str(one), ""))) for one in value.get("enum", []) if one]
        said = words(told.get("description", "")) or words(told.get("title", ""))
        about = said or (str(ABOUT.get(name, "")) if "in" in told else "")
        return Field(name, kind, many, about, part, choices)


def example_query(parameters: list[Schema]) -> str:
    """Of the first parameter that has a choice of values, or that is searched with."""
    for one in parameters:
        values = one["schema"].get("items", one["schema"]).get("enum", [])
        if one["in"] == "query" and (values or one["name"] == "q"):
            return f"?{one['name']}={values[-1] if values else 'pump'}"
    return ""


def example_body(body: Schema) -> str:
    """What curl is told to send, with the token that every call that sends needs."""
    if not body:
        return ""
    told = [json.dumps(one["value"], ensure_ascii=False) for one in body.get("examples", {}).values()]
    heads = "-H 'Authorization: Bearer TOKEN' -H 'Content-Type: application/json'"
    return " ".join([heads, *(f"-d '{one}'" for one in told[:1]), ""])


@cache
def reference(language: str) -> SafeString:
    """Drawn once for each language and process: the schema only changes with the program."""
    with translation.override(language):
        found = Reference(SchemaGenerator().get_schema(request=None, public=True))
        nouns = found.nouns()
        return render_to_string("pages/api_reference.html", {"nouns": nouns, "parts": found.parts(nouns)})


class ApiPage(TemplateView):
    template_name = "pages/api.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            **kwargs,
            site=settings.SITE_URL,
            rates=settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"],
            described=reference(get_language() or "en"),
        )
