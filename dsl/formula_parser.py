"""Text to formula: precedence climbing, every mistake with its exact column."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from .formula import (
    COMPARE,
    FUNCTIONS,
    LEVELS,
    MINUS,
    NOT,
    OVER,
    Binary,
    Call,
    Formula,
    FormulaMistake,
    Node,
    Number,
    Path,
    Unary,
)
from .places import Place
from .suggest import did_you_mean

TOKEN = re.compile(
    r"[ \n]*(?:(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
    r"|(?P<path>[A-Za-z_][A-Za-z0-9_]*(?:\.(?:[A-Za-z0-9_]+|\$[A-Za-z_][A-Za-z0-9_]*))*)"
    r"|(?P<mark>\*\*|==|!=|<=|>=|[-+*/^%@<>(),=]))"
)
BLANKS = re.compile(r"[ \n]*")
LONGEST, DEEPEST, LONGEST_NUMBER, MOST_TOKENS = 4000, 60, 40, 500


def parse(text: str, place: Place) -> Formula:
    """The formula that `text` says; `place` is its first character's. Raises FormulaMistake."""
    if len(text) > LONGEST:
        raise FormulaMistake(
            "E126",
            place,
            f"a formula of {len(text)} characters; at most {LONGEST} are read",
            "Split it in two.",
        )
    return Formula(text, _Parser(text, place).whole(), place)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    start: int


class _Parser:
    """Precedence climbing over a list of tokens; one look ahead."""

    def __init__(self, text: str, place: Place) -> None:
        self.text, self.place = text, place
        self.tokens = self._tokens()
        self.at, self.depth = 0, 0

    def whole(self) -> Node:
        tree = self._expression(0)
        if self._next.kind != "end":
            raise self._left_over()
        return tree

    def _tokens(self) -> list[_Token]:
        tokens, start = list[_Token](), 0
        end = len(self.text.rstrip(" \n"))
        while start < end:
            found = TOKEN.match(self.text, start)
            if found is None or found.lastgroup is None:
                blanks = BLANKS.match(self.text, start)
                raise self._unreadable(blanks.end() if blanks else start)
            tokens.append(_Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup)))
            start = found.end()
        if len(tokens) > MOST_TOKENS:
            raise self._mistake(
                "E126",
                tokens[0],
                f"a formula of {len(tokens)} words; at most {MOST_TOKENS} are read",
                "Split it in two.",
            )
        return [*tokens, _Token("end", "", end)]

    @property
    def _next(self) -> _Token:
        return self.tokens[self.at]

    def _take(self) -> _Token:
        token = self.tokens[self.at]
        self.at += token.kind != "end"
        return token

    def _expression(self, level: int) -> Node:
        self.depth += 1
        if self.depth > DEEPEST:
            raise self._mistake("E126", self._next, f"brackets more than {DEEPEST} deep", "Split the formula in two.")
        left = self._operand(level)
        while (own := LEVELS.get(self._next.text, 0)) > level:
            operator = self._take()
            # `^` groups to the right and takes a minus: 2^-x^2 is 2^(-(x^2))
            right = self._expression(MINUS - 1 if operator.text == "^" else own)
            left = Binary(operator.text, left, right, self._at(operator))
            if own == COMPARE and LEVELS.get(self._next.text) == COMPARE:
                raise self._mistake(
                    "E120", self._next, "two comparisons in a row", "Join them with `and`: `a < b and b < c`."
                )
        self.depth -= 1
        return left

    def _operand(self, level: int) -> Node:
        token = self._take()
        if token.kind == "number":
            return Number(self._number(token), self._at(token))
        if token.text == "-":
            if level > MINUS:
                raise self._unexpected(token)
            return Unary("-", self._power(), self._at(token))
        if token.text == "not" and level < NOT:
            return Unary("not", self._expression(NOT), self._at(token))
        if token.text == "(":
            inner = self._expression(0)
            self._close(token)
            return inner
        if token.kind == "path" and token.text not in {"and", "or", "not"}:
            return self._call(token) if self._next.text == "(" else Path(tuple(token.text.split(".")), self._at(token))
        raise self._unexpected(token)

    def _power(self) -> Node:
        """What a minus stands before: one atom, with its power if it has one."""
        if self._next.text == "-":
            raise self._mistake("E120", self._next, "two minus signs in a row", "Use brackets: `-(-x)`.")
        return self._expression(MINUS)

    def _call(self, name: _Token) -> Node:
        if name.text not in FUNCTIONS:
            raise self._mistake(
                "E123", name, f"`{name.text}` is not a function of formulas",
                self._function_meant(name.text),
            )  # fmt: skip
        opened = self._take()
        arguments, over = list[Node](), None
        while self._next.text != ")":
            if self._next.kind == "path" and self.tokens[self.at + 1].text == "=":
                over = self._over(name)
            else:
                arguments.append(self._expression(0))
            if self._next.text != ",":
                break
            self._take()
        self._close(opened)
        return self._counted(Call(name.text, tuple(arguments), over, self._at(name)), name)

    def _function_meant(self, name: str) -> str:
        """The way out of a function that there is not."""
        last = name.split(".")[-1]
        if last in ("pow", "power"):
            return "Power is written `^`: `x^2`."
        if last in ("clip", "clamp"):
            return "Write `maximum(low, minimum(high, x))`."
        if last in FUNCTIONS:
            return f"Did you mean `{last}`?"
        return did_you_mean(last, FUNCTIONS) or f"There are {', '.join(sorted(FUNCTIONS))}."

    def _over(self, name: _Token) -> str:
        word, _, axis = self._take(), self._take(), self._take()
        if word.text != "over":
            raise self._mistake("E120", word, f"`{word.text}=` stands in a call", "Only `over=axis` can be named.")
        if axis.kind != "path":
            raise self._mistake("E120", axis, "`over=` wants the name of an axis", "As in `sum(x, over=time)`.")
        if name.text not in OVER:
            raise self._mistake("E124", word, f"`{name.text}` does not go over an axis", "Leave `over=` out.")
        return axis.text

    def _counted(self, call: Call, name: _Token) -> Call:
        low, high = FUNCTIONS[call.function]
        if not low <= len(call.arguments) <= high:
            wants = str(low) if low == high else f"{low} to {high}"
            many = "" if wants == "1" else "s"
            message = f"`{call.function}` takes {wants} argument{many}, here {len(call.arguments)}"
            raise self._mistake("E124", name, message)
        return call

    def _close(self, opened: _Token) -> None:
        if self._next.text == ")":
            self._take()
            return
        if self._next.kind == "end":
            raise self._mistake("E120", opened, "this bracket is never closed", "Add `)`.")
        raise self._left_over()

    def _number(self, token: _Token) -> int | float:
        if len(token.text) > LONGEST_NUMBER:
            raise self._mistake("E126", token, f"a number of {len(token.text)} digits", "Write it with e: `1e30`.")
        value = int(token.text) if token.text.isdigit() else float(token.text)
        if value in (float("inf"), float("-inf")):
            raise self._mistake("E126", token, f"`{token.text}` is past the largest number", None)
        return value

    def _at(self, token: _Token) -> Place:
        line = self.text.count("\n", 0, token.start)
        if line:
            return replace(self.place, length=0)
        return replace(self.place, column=self.place.column + token.start, length=len(token.text))

    def _mistake(self, code: str, token: _Token, message: str, suggestion: str | None = None) -> FormulaMistake:
        return FormulaMistake(code, self._at(token), message, suggestion)

    def _unreadable(self, start: int) -> FormulaMistake:
        token = _Token("mark", self.text[start], start)
        if token.text == "$":
            return self._mistake(
                "E125",
                token,
                "a formula names an option without `$`",
                f"Write `{self.text.replace('$', '', 1)}`.",
            )
        if token.text in "&|!":
            return self._mistake("E121", token, f"`{token.text}` is not part of a formula", self._word_for(token.text))
        return self._mistake("E121", token, f"`{token.text}` is not part of a formula")

    def _word_for(self, sign: str) -> str:
        """What stands for a sign of other languages."""
        if sign == "|" and "||" not in self.text:
            return "Write `abs(x)` for a size, `or` between truths."
        return {"&": "Write `and`.", "|": "Write `or`.", "!": "Write `not`, or `!=`."}[sign]

    def _unexpected(self, token: _Token) -> FormulaMistake:
        if token.kind == "end":
            return self._mistake("E120", token, "the formula ends where a name or number should stand")
        return self._mistake("E120", token, f"`{token.text}` stands where a name or number should")

    def _left_over(self) -> FormulaMistake:
        token = self._next
        if token.text == "**":
            return self._mistake("E122", token, "power is written `^`", f"Write `{self.text.replace('**', '^')}`.")
        if token.text == "=":
            return self._mistake("E120", token, "`=` gives a value; a formula compares with `==`", "Write `==`.")
        if token.text == "is":
            return self._mistake("E120", token, "`is` is no operator; a formula compares with `==`", "Write `==`.")
        if token.text == ")":
            return self._mistake("E120", token, "`)` closes nothing", "Take it out, or add `(`.")
        return self._mistake("E120", token, f"`{token.text}` follows without an operator between", "Add an operator.")
