"""Reads include/dnn.h as data: every function with its types and what its comment says. The one reader of that header, for
whatever is made from it (the man pages; the description of the API for bindings).

The comments keep to a few of Doxygen's commands, so that people, editors and this file read the same lines:

    /** What it does, in a sentence. More about it, in paragraphs; what is indented by four after an empty line is a table.
     * @param name       of something that is read
     * @param[out] name  [rows × columns] first, of an array; NULL and what it means, where NULL is allowed
     * @return what comes back; of a status, the errors beyond those that any function may return */

@copydetails NAME takes the rest of another function's comment. A banner /* ==== name ==== */ begins a section, and
@defgroup says what it is about. Anything that this does not understand is an error, and so are a parameter without its
line and a value without its @return.
"""
import re
from dataclasses import dataclass, field


@dataclass
class Parameter:
    name: str
    type: str          # as declared: "const double *", or "int32_t (*)(void *user, const dnn_progress *progress)"
    declaration: str   # the type and the name together
    is_out: bool       # @param[out]: written; every other one is read
    text: str

    @property
    def is_pointer(self):
        return "*" in self.type

    @property
    def extent(self):
        """What stands in [ ] at the beginning: "n × n_0"; None if it is not an array."""
        found = re.match(r"\[([^]]*)\]", self.text)
        return found and found[1]

    @property
    def may_be_null(self):
        return self.is_pointer and re.search(r"\bNULL\b", self.text) is not None

    @property
    def released_by(self):
        """The function that releases the handle which comes out here; None if none does."""
        found = self.is_out and re.search(r"release it with (dnn_\w+)", self.text)
        return found[1] if found else None


@dataclass
class Function:
    name: str
    section: str
    returns: str       # the type
    parameters: list
    brief: str         # the first sentence
    details: list      # ("text", a paragraph) and ("table", lines that keep their layout)
    result: str        # what @return says; "" for void, and for a status without errors of its own
    details_of: str    # whose comment the rest was taken from, or None
    declaration: str = ""

    @property
    def returns_status(self):
        return self.returns == "int32_t" and (not self.result or self.result.startswith(("DNN_", "as dnn_")))


@dataclass
class Named:
    """A handle, or a constant of the enum."""
    name: str
    text: str
    value: int = None


@dataclass
class Section:
    name: str
    brief: str         # the first sentence
    details: list
    functions: list = field(default_factory=list)


@dataclass
class Header:
    title: str         # of the file's own comment
    details: list
    sections: list
    handles: list = field(default_factory=list)
    constants: list = field(default_factory=list)

    @property
    def functions(self):
        return [function for section in self.sections for function in section.functions]


class HeaderError(Exception):
    """A comment that does not keep to the rules above."""


def read(path):
    with open(path, encoding="utf-8") as file:
        return parse(file.read())


def parse(text):
    first, *rest = re.split(r"^/\* =+ (\w+) =+ \*/$", text, flags=re.M)
    opening = re.search(r"/\*\*(.*?)\*/", first, re.S)
    title, *details = _blocks(_lines(opening[1]))
    header = Header(title[1].removeprefix("@file "), details, [])
    header.handles, header.constants = _types(text)
    for name, body in zip(rest[::2], rest[1::2]):
        header.sections.append(_section(name, body))
    _copy_details(header.functions)
    for function in header.functions:
        _check(function)
    return header


def _types(text):
    """The handles and the constants. What looks like one and is written otherwise is an error; so is a macro's value."""
    handles = [Named(name, said) for name, said in
               re.findall(r"^typedef struct (\w+) \1; +/\*\*< (.*) \*/$", text, re.M)]
    constants = [Named(name, said, int(value)) for name, value, said in
                 re.findall(r"^ +(DNN_\w+) = (-?\d+),? +/\*\*< (.*) \*/$", text, re.M)]
    written = re.findall(r"^(?:typedef\b| +DNN_\w+ *[=,]|#define (?!DNN_H$|DNN_API\b)).*", text, re.M)
    if len(handles) + len(constants) != len(written):
        raise HeaderError("a typedef or a constant is not written as the others are")
    return handles, constants


def _section(name, body):
    group = re.search(rf"/\*\* @defgroup {name} \w+\n(.*?)@\{{ \*/", body, re.S)
    if not group:
        raise HeaderError(f"section {name}: no @defgroup {name}")
    section = Section(name, *_brief_and_more(_lines(group[1])))
    for comment, declaration in re.findall(r"(?:/\*\*((?:[^*]|\*(?!/))*)\*/\s*)?^DNN_API ([^;]*);", body, re.M):
        section.functions.append(_function(name, comment, declaration))
    return section


def _function(section, comment, declaration):
    declaration = " ".join(declaration.split())
    returns, name, arguments = re.fullmatch(r"(.*?)(dnn_\w+)\((.*)\)", declaration).groups()
    if not comment:
        raise HeaderError(f"{name}: no comment")
    body, *tags = re.split(r"^@(?=param|return|copydetails)", "\n".join(_lines(comment)), flags=re.M)
    body, *copied = re.split(r"@copydetails (dnn_\w+)", body)
    brief, details = _brief_and_more(body.split("\n"))
    documented, result = {}, ""
    for tag in tags:
        tag = " ".join(tag.split())
        parameter = re.fullmatch(r"param(\[out\])? (\w+) (.+)", tag)
        if parameter:
            documented[parameter[2]] = (parameter[1] is not None, parameter[3])
        elif tag.startswith("return "):
            result = tag.removeprefix("return ")
        else:
            raise HeaderError(f"{name}: @{tag} is not understood")
    parameters = [_parameter(text, documented) for text in _split(arguments)]
    if not copied and list(documented) != [parameter.name for parameter in parameters]:
        raise HeaderError(f"{name}: its comment tells of {list(documented)}, it takes "
                          f"{[parameter.name for parameter in parameters]}")
    return Function(name, section, returns.strip(), parameters, brief, details, result,
                    copied[0] if copied else None, declaration)


def _parameter(text, documented):
    name = (re.search(r"\(\*(\w+)\)", text) or re.search(r"(\w+)$", text))[1]
    is_out, said = documented.get(name, (False, ""))
    return Parameter(name, re.sub(rf"\b{name}\b", "", text, count=1).strip(), text, is_out, said)


def _split(arguments):
    """The declarations of an argument list; commas within the parentheses of a callback divide nothing."""
    return [] if arguments == "void" else re.split(r", (?![^()]*\))", arguments)


def _copy_details(functions):
    by_name = {function.name: function for function in functions}
    for function in functions:
        if function.details_of:
            source = by_name[function.details_of]
            function.details, function.result = source.details, source.result
            for parameter, other in zip(function.parameters, source.parameters):
                parameter.is_out, parameter.text = other.is_out, other.text


def _check(function):
    for parameter in function.parameters:
        if not parameter.text:
            raise HeaderError(f"{function.name}: nothing is said of {parameter.name}")
        if parameter.is_out and (not parameter.is_pointer or parameter.type.startswith("const ")):
            raise HeaderError(f"{function.name}: {parameter.name} is [out], and cannot be written")
    if function.returns not in ("void", "int32_t") and not function.result:
        raise HeaderError(f"{function.name}: no @return")
    if len(function.brief) > 120:
        raise HeaderError(f"{function.name}: its first sentence is to fit on a line")
    if "Since " not in f"{function.brief} {function.details}":
        raise HeaderError(f"{function.name}: since which version?")


def _lines(comment):
    """A comment's lines without the stars at their beginning."""
    return [re.sub(r"^\s*\* ?", "", line).rstrip() for line in comment.strip().split("\n")]


def _brief_and_more(lines):
    """The first sentence, which ends with the first full stop, and the blocks that follow."""
    (_, first), *blocks = _blocks(lines)
    brief, more = re.fullmatch(r"(.*?\.)(?: (.*))?", first).groups()
    return brief, ([("text", more)] if more else []) + blocks


def _blocks(lines):
    """Paragraphs, joined to one line each, and tables, which keep their layout but for four spaces at the left."""
    blocks = []
    for chunk in re.split(r"\n\s*\n", "\n".join(lines).strip("\n")):
        if chunk.startswith("    "):
            table = re.sub(r"^    ", "", chunk, flags=re.M)
            follows = blocks and blocks[-1][0] == "table"
            blocks.append(("table", blocks.pop()[1] + "\n\n" + table if follows else table))
        elif chunk.strip():
            blocks.append(("text", " ".join(chunk.split())))
    return blocks
