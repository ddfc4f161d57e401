"""Texts in policies: wildcards, variables and ARNs, compiled into functions that match values.

Sources: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html and
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

import functools
import re
from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

Context = Mapping[str, str | tuple[str, ...]]
"""The keys of a request, in lower case, with their values: a tuple for a key that can have several."""

Matcher = Callable[[str, Context], bool]
"""Whether a value matches; the context is what variables are taken from."""

Style = Literal["exact", "ignore-case", "like", "resource", "arn"]
"""How a pattern reads: wildcards mean nothing in the first two, and respect an ARN's parts in the last two."""

_VARIABLE = re.compile(r"\$\{\s*([^},]*?)\s*(?:,\s*'([^']*)'\s*)?\}")
_ESCAPED = ("*", "?", "$")  # ${*} stands for the character itself
_PARTS = 5  # colons before an ARN's last part, which may have colons of its own


class _Variable(NamedTuple):
    name: str
    default: str | None


class _Wildcard(NamedTuple):
    char: str


_Token = str | _Variable | _Wildcard


def compile_pattern(text: str, style: Style, variables: bool) -> Matcher:
    """A function that tells whether a value matches `text`.

    `variables` says whether `${…}` stands for a value of the context: only policies of version 2012-10-17 have that. A
    variable without a value and without a default matches nothing.
    """
    tokens = _tokens(text, wildcards=style in ("like", "resource", "arn"), variables=variables)
    if any(isinstance(token, _Variable) for token in tokens):
        return _with_variables(tokens, style)
    return _without_variables(tokens, style)


def matches_glob(pattern: str) -> Callable[[str], bool]:
    """A function that tells whether a value matches a text with wildcards, without variables."""
    matcher = _without_variables(_tokens(pattern, wildcards=True, variables=False), "like")
    return lambda value: matcher(value, {})


def _tokens(text: str, wildcards: bool, variables: bool) -> list[_Token]:
    tokens: list[_Token] = []
    position = 0
    for found in _VARIABLE.finditer(text) if variables else ():
        tokens += _split(text[position : found.start()], wildcards)
        name, default = found[1], found[2]
        tokens.append(name if name in _ESCAPED else _Variable(name.lower(), default))
        position = found.end()
    return tokens + _split(text[position:], wildcards)


def _split(text: str, wildcards: bool) -> list[_Token]:
    if not wildcards:
        return [text] if text else []
    return [_Wildcard(part) if part in ("*", "?") else part for part in re.split(r"([*?])", text) if part]


def _without_variables(tokens: list[_Token], style: Style) -> Matcher:
    literal = "".join(token for token in tokens if isinstance(token, str))
    if style == "ignore-case":
        wanted = literal.lower()
        return lambda value, _: value.lower() == wanted
    if all(isinstance(token, str) for token in tokens):
        return lambda value, _: value == literal
    if style != "arn" and tokens == [_Wildcard("*")]:
        return lambda value, _: True
    if style == "like" and tokens == [literal, _Wildcard("*")]:
        return lambda value, _: value.startswith(literal)
    matches = re.compile(_expression(tokens, style), re.DOTALL).fullmatch
    return lambda value, _: matches(value) is not None


def _with_variables(tokens: list[_Token], style: Style) -> Matcher:
    def matches(value: str, context: Context) -> bool:
        filled: list[_Token] = []
        for token in tokens:
            if isinstance(token, _Variable):
                found = context.get(token.name, token.default)
                if not isinstance(found, str):  # a key with several values cannot be a variable
                    return False
                filled.append(found)  # what it says is taken as it is: wildcards in it mean nothing
            else:
                filled.append(token)
        return _filled(tuple(filled), style)(value, context)

    return matches


@functools.lru_cache(maxsize=4096)
def _filled(tokens: tuple[_Token, ...], style: Style) -> Matcher:
    return _without_variables(list(tokens), style)


def _expression(tokens: list[_Token], style: Style) -> str:
    """The regular expression of a pattern with wildcards.

    In an ARN, a wildcard stays within its part, and the last part has all that follows. Only in Resource, `*` at the
    end of a part also goes beyond its colon.
    """
    expression, colons = "", 0
    for index, token in enumerate(tokens):
        if isinstance(token, str):
            expression += re.escape(token)
            colons += token.count(":")
            continue
        assert isinstance(token, _Wildcard)
        following = tokens[index + 1] if index + 1 < len(tokens) else ":"
        ends_part = isinstance(following, str) and following.startswith(":")
        confined = style in ("arn", "resource") and colons < _PARTS
        if token.char == "?":
            expression += "[^:]" if confined else "."
        elif confined and not (style == "resource" and ends_part):
            expression += "[^:]*"
        else:
            expression += ".*"
    return expression
