# SPDX-License-Identifier: Apache-2.0
"""What small mistakes can be made in a C file: the single-line mutations of the bodies
of its functions, found by its tokens. Comments, texts, preprocessor lines, asserts and
declarations without a value are left alone; so is close(2), whose absence no test sees."""

import collections
import re

Token = collections.namedtuple("Token", "kind text start end")
Mutation = collections.namedtuple("Mutation", "start end text kind")

TOKENS = re.compile(r"""
    (?P<skip>\s+|/\*.*?\*/|//[^\n]*)
  | (?P<line>^[ \t]*\#(?:[^\n\\]|\\.)*)
  | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<number>0[xX][0-9a-fA-F]+[uUlL]*|\d[\w.]*)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign><<=|>>=|\.\.\.|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|.)""",
                    re.VERBOSE | re.DOTALL | re.MULTILINE)
# Signs between two operands, and what they are mistaken for.
SWAPS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "&&": "||", "||": "&&",
         "+": "-", "-": "+", "*": "/", "/": "*", "%": "/", "&": "|", "|": "&", "^": "&", "<<": ">>", ">>": "<<"}
ASSIGNED = {"+=": "-=", "-=": "+=", "&=": "|=", "|=": "&=", "^=": "|=", "<<=": ">>=", ">>=": "<<="}
TYPES = {"struct", "union", "enum", "const", "static", "unsigned", "signed", "char", "short", "int", "long",
         "float", "double", "bool", "void", "typedef", "volatile", "extern", "register", "_Static_assert"}
WORDS = {"return", "goto", "case", "default", "if", "else", "while", "for", "do", "switch", "break", "continue",
         "sizeof", "assert"}
LEFT_ALONE = {"assert", "va_end", "close"}


def read(source):
    """The tokens of a file, without what is skipped."""
    found = (Token(match.lastgroup, match[0], match.start(), match.end()) for match in TOKENS.finditer(source))
    return [token for token in found if token.kind not in ("skip", "line")]


def bodies(tokens):
    """The tokens of each function's body, braces included, and whether it returns an int."""
    depth = head = 0
    start = None
    for i, token in enumerate(tokens):
        if token.text == "{":
            if depth == 0 and i and tokens[i - 1].text == ")":
                start = i
            depth += 1
        elif token.text == "}":
            depth -= 1
            if depth == 0 and start is not None:
                yield tokens[start:i + 1], returns_int(tokens[head:start])
                start = None
        if depth == 0 and token.text in ("}", ";"):
            head = i + 1


def returns_int(head):
    """Whether a function that begins so returns an int: 0, or -1 if it fails."""
    words = [token.text for token in head]
    return "int" in words[:words.index("(")] and "*" not in words[:words.index("(")]


def closing(body, i):
    """The index of the parenthesis, bracket or brace that ends the one at i."""
    depth = 0
    for j in range(i, len(body)):
        depth += body[j].text in ("(", "[", "{")
        depth -= body[j].text in (")", "]", "}")
        if depth == 0:
            return j
    return len(body) - 1


def ends(body, i):
    """The index of the semicolon that ends the statement at i; None if a block comes first."""
    while i < len(body):
        if body[i].text == ";":
            return i
        if body[i].text in ("(", "[", "{"):
            i = closing(body, i)
        elif body[i].text == "}":
            return None
        i += 1
    return None


def declares(body, i):
    """Does a declaration begin here?"""
    first, second, third = (body[j].text if j < len(body) else "" for j in (i, i + 1, i + 2))
    if first in TYPES or (first.endswith("_t") and second != "("):
        return True
    if body[i].kind != "name" or first in WORDS:
        return False
    return (body[i + 1].kind == "name") or (second == "*" and body[i + 2].kind == "name"
                                            and body[i + 3].text in ("=", ";", ",", "[") and third not in WORDS)


def starts(body):
    """Where statements begin."""
    heads, inside = set(), set()        # where the head of an if, for, while or switch ends, and what is in it
    for i, token in enumerate(body):
        if token.text in ("if", "for", "while", "switch") and body[i + 1].text == "(":
            heads.add(closing(body, i + 1))
            inside.update(range(i + 1, closing(body, i + 1) + 1))
        elif token.text in ("case", "default"):
            heads.add(next(j for j in range(i, len(body)) if body[j].text == ":"))
    for i in range(1, len(body) - 1):
        if i not in inside and (body[i - 1].text in (";", "{", "}", "else", "do") or i - 1 in heads):
            yield i


def quiet(body):
    """The tokens that are left alone: what is declared up to its value, arguments of assert and sizeof."""
    silent = set()
    for i in starts(body):
        if declares(body, i):
            while body[i].text not in ("=", ";"):
                silent.add(i)
                i += 1
    for i, token in enumerate(body):
        if token.text in ("assert", "_Static_assert", "static_assert", "sizeof", "alignof") and body[i + 1].text == "(":
            silent.update(range(i, closing(body, i + 1) + 1))
    return silent


def sizes(body):
    """The tokens that say how much is allocated. A little more of it is no mistake; nor is, with as
    many as there are, the one more with which none are no failure: alloc(n + 1, ...)."""
    found = set()
    for i, token in enumerate(body[:-1]):
        if token.text.endswith("alloc") and body[i + 1].text == "(":
            found.update(range(i, closing(body, i + 1)))
    return found


def operand(token):
    return token.kind in ("number", "text") or (token.kind == "name" and token.text not in WORDS) or token.text in (")", "]")


def returned(body):
    """The tokens of what is returned."""
    found = set()
    for i, token in enumerate(body):
        if token.text == "return":
            found.update(range(i + 1, ends(body, i) or i + 1))
    return found


def of_token(body, i, is_size, is_status):
    """What one sign, number or word may become."""
    token = body[i]
    if token.text in SWAPS and operand(body[i - 1]) and body[i + 1].text not in (",", ")", "*"):
        # A cast is no operand: (type *)x, (type)-1.
        yield Mutation(token.start, token.end, SWAPS[token.text], "sign")
    elif token.text in ASSIGNED:
        yield Mutation(token.start, token.end, ASSIGNED[token.text], "sign")
    elif token.text == "!":
        yield Mutation(token.start, token.end, "", "negation")
    elif token.text in ("true", "false"):
        yield Mutation(token.start, token.end, "false" if token.text == "true" else "true", "constant")
    elif token.text in ("break", "continue"):
        yield Mutation(token.start, token.end, "", "jump")
    elif token.kind == "number" and body[i - 1].text + body[i + 1].text != "{}" and re.fullmatch(r"(0[xX][0-9a-fA-F]+|\d+)[uUlL]*", token.text):
        below = body[i - 1].text == "-" and not operand(body[i - 2])     # who calls asks whether it is below 0
        one = [] if is_size and body[i + 1].text == "," else ["0"] if is_size or below else ["0", "2"]
        more = [] if is_size else [f"({token.text} + 1)"]
        if is_status and token.text == "0" and body[i - 1].text in ("return", "?", ":"):
            yield Mutation(token.start, token.end, "-1", "constant")
            return
        for text in {"0": ["1"], "1": one}.get(token.text, [*more, f"({token.text} - 1)"]):
            yield Mutation(token.start, token.end, text, "constant")


def of_condition(body, i):
    """What the condition of an if may become; a loop's ends the loop at once or is negated."""
    last = closing(body, i + 1)
    start, end = body[i + 1].end, body[last].start
    yield Mutation(start, start, "!(", "condition"), Mutation(end, end, ")", "condition")
    if body[i].text == "if":
        yield (Mutation(start, start, "true || (", "condition"), Mutation(end, end, ")", "condition"))
    yield (Mutation(start, start, "false && (", "condition"), Mutation(end, end, ")", "condition"))


def of_statement(body, i, is_int):
    """What a statement may become: a return another value, a call or assignment nothing."""
    end = ends(body, i)
    if end is None:
        return
    if body[i].text == "return" and end > i + 1:
        value = "".join(token.text for token in body[i + 1:end])
        start, stop = body[i + 1].start, body[end].start
        for text in {"0": ["-1"], "-1": ["0"], "true": [], "false": [], "NULL": []}.get(value, ["0", "-1" if is_int else "1"]):
            yield Mutation(start, stop, text, "return")
    elif (body[i].kind == "name" or body[i].text in ("*", "(")) and body[i].text not in WORDS:
        if not declares(body, i) and body[i].text not in LEFT_ALONE:
            yield Mutation(body[i].start, body[end].start, "", "statement")


def of_body(body, is_int):
    silent, amounts, results = quiet(body), sizes(body), returned(body) if is_int else set()
    for i in range(1, len(body) - 1):
        if i in silent:
            continue
        yield from ((mutation,) for mutation in of_token(body, i, i in amounts, i in results))
        if body[i].text in ("if", "while") and body[i + 1].text == "(":
            yield from of_condition(body, i)
    for i in starts(body):
        if i not in silent:
            yield from ((mutation,) for mutation in of_statement(body, i, is_int))


def mutations(source):
    """Each possible mutation of a source text, as a tuple of replacements in order of place."""
    for body, is_int in bodies(read(source)):
        yield from of_body(body, is_int)


def applied(source, mutation):
    """The text with the mutation, the first line that it changes (from 1), and that line (or
    the lines, where a statement has several) before and after."""
    first, last = mutation[0].start, mutation[-1].end
    mutated = source
    for part in reversed(mutation):
        mutated = mutated[:part.start] + part.text + mutated[part.end:]
    start, end = source.rfind("\n", 0, first) + 1, source.find("\n", last)
    grown = len(mutated) - len(source)
    squeeze = lambda text: " ".join(text.split())
    return mutated, source.count("\n", 0, first) + 1, squeeze(source[start:end]), squeeze(mutated[start:end + grown])
