"""Writes libdnn's man pages, section 3, from include/dnn.h: a page a function; a page a section of the header, with the list
of its functions; and dnn(3), which holds what is true of all. Python 3 and nothing else.

usage: man.py HEADER VERSION DIRECTORY

A function for another type of array (dnn_trainer_step_f32) has the page of the one whose comment it takes. Doxygen
writes man pages too: one a group, with the text of all its functions, and without NAME, RETURN VALUE or SEE ALSO.
"""
import os
import re
import sys
import unicodedata

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
import dnn_header

HAT = "\u0302"
SYNOPSIS = [".SH SYNOPSIS", ".nf", r"\fB#include <dnn.h>\fR"]
LINK = [".fi", ".PP", r"Link with \fB\-ldnn\fR."]
ANY_STATUS = ("`DNN_OK` (0), or a negative status: then every output is as it was, and dnn_last_error tells what was expected "
              "and what came. What any function may return is told in dnn.")


class Page:
    """A page as it grows: lines of roff, in the man macros that groff and mandoc know."""

    pages = {}    # every name that has a page, and the name that this page has first

    def __init__(self, name, version, summary, names=()):
        self.name = name
        self.lines = [f'.TH {name} 3 "" "libdnn {version}" "libdnn"', ".SH NAME",
                      _escape(f"{', '.join([name, *names])} - {_summary(summary)}")]
        self.mentioned = []

    def add(self, *lines):
        self.lines += lines

    def prose(self, blocks):
        for kind, text in blocks:
            if kind == "table":
                self.add(".PP", ".EX", *(_guard(_escape(_typed(line))) for line in text.split("\n")), ".EE")
            else:
                self.add(*[".PP"] * (not self.lines[-1].startswith(".SH")), self.text(text))

    def text(self, text):
        """A paragraph: `code` and a leading WORD IN CAPITALS bold, functions as in name(3)."""
        text = re.sub(r"^[A-Z]{5,}( [A-Z]{5,})?|^THE [A-Z]+", r"`\g<0>`", text)
        text = re.sub(r"`([^`]*)`", r"\\fB\1\\fR", _escape(_typed(text)))
        return _guard(re.sub(r"\b(dnn(?:_\w+)?)\b(\(\))?(?!\.\w)", self._reference, text))

    def see_also(self, *names):
        names = [name for name in dict.fromkeys((*names, *self.mentioned)) if name != self.name]
        self.add(".SH SEE ALSO", *(f".BR {name} (3){',' * (name != names[-1])}" for name in names))

    def _reference(self, found):
        if found[1] == "dnn_progress":    # a type, whose functions have pages
            return found[0]
        name = self.pages.get(found[1])
        if name is None:
            sys.exit(f"{self.name}: there is no {found[1]}")
        self.mentioned.append(name)
        return rf"\fB{found[1]}\fR{'(3)' * (name != self.name)}"


def main(path, version, directory):
    header = dnn_header.read(path)
    Page.pages = {"dnn": "dnn", **{f"dnn_{section.name}": f"dnn_{section.name}" for section in header.sections},
                  **{function.name: function.details_of or function.name for function in header.functions}}
    os.makedirs(directory, exist_ok=True)
    write(directory, overview(header, version))
    for section in header.sections:
        write(directory, section_page(section, version))
    for constant in header.constants:    # as functions, their pages say what they mean
        function = next(function for function in header.functions if function.name == constant.name.lower())
        function.details = [("text", f"{constant.name} ({constant.value}): {constant.text}."), *function.details]
    for function in header.functions:
        if not function.details_of:
            variants = [other for other in header.functions if other.details_of == function.name]
            write(directory, function_page(function, variants, version), *(variant.name for variant in variants))


def write(directory, page, *other_names):
    for name in (page.name, *other_names):
        with open(os.path.join(directory, f"{name}.3"), "w", encoding="utf-8") as file:
            file.write("\n".join(page.lines) + "\n")


def overview(header, version):
    page = Page("dnn", version, header.title.split(": ", 1)[1])
    page.add(*SYNOPSIS, *LINK, ".SH DESCRIPTION")
    page.prose(header.details)
    page.add(".SH STATUS CODES")
    for constant in header.constants:
        page.add(".TP", rf"\fB{constant.name}\fR ({_escape(str(constant.value))})", page.text(constant.text))
    page.see_also(*(f"dnn_{section.name}" for section in header.sections))
    return page


def section_page(section, version):
    page = Page(f"dnn_{section.name}", version, section.brief)
    page.add(*SYNOPSIS, *LINK, ".SH DESCRIPTION")
    page.prose(description(section))
    page.add(".SH SEE ALSO", r"\fBdnn\fR(3), and its functions:")
    for function in section.functions:
        page.add(".TP", rf"\fB{function.name}\fR(3)", page.text(function.brief))
    return page


def function_page(function, variants, version):
    page = Page(function.name, version, function.brief, [variant.name for variant in variants])
    page.add(*SYNOPSIS)
    for each in (function, *variants):
        page.add(".PP", *prototype(each))
    page.add(*LINK, ".SH DESCRIPTION")
    page.prose([*description(function), *(("text", f"{variant.name} is {variant.brief}") for variant in variants)])
    if function.parameters:
        page.add(".SH PARAMETERS")
    for parameter in function.parameters:
        page.add(".TP", rf"\fI{parameter.name}\fR{' (out)' * parameter.is_out}", page.text(parameter.text))
    page.add(".SH RETURN VALUE")
    if function.returns_status:
        page.add(page.text(ANY_STATUS))
    result = function.result or ("" if function.returns_status else "None.")
    page.prose([("text", _sentence(result))] if result else [])
    page.see_also("dnn", f"dnn_{function.section}")
    return page


def description(of):
    """The first sentence goes on with what follows it."""
    if of.details and of.details[0][0] == "text":
        return [("text", f"{of.brief} {of.details[0][1]}"), *of.details[1:]]
    return [("text", of.brief), *of.details]


def prototype(function):
    """The declaration, names in italics, a line as long as a terminal's at most."""
    start = f"{function.returns}{' ' * (function.returns[-1] != '*')}{function.name}("
    lines, used = [rf"\fB{_escape(start)}"], len(start)
    indent = " " * len(start)
    for parameter in function.parameters:
        comma = ", " if parameter is not function.parameters[-1] else ""
        before, after = re.split(rf"\b{parameter.name}\b", parameter.declaration, maxsplit=1)
        if used > len(start) and used + len(parameter.declaration) > 70:
            lines, used = [*lines, indent], len(indent)
        lines[-1] += rf"{_escape(before)}\fI{parameter.name}\fB{_escape(after)}{comma}"
        used += len(parameter.declaration + comma)
    lines[-1] += rf"{'' if function.parameters else 'void'});\fR"
    return [line.rstrip() for line in lines]


def _summary(sentence):
    """A sentence as the NAME section has it: small at the beginning, no full stop."""
    words = sentence.rstrip(".").replace("`", "")
    return words if words[1:2].isupper() or words[1:2] == "_" else words[0].lower() + words[1:]


def _sentence(words):
    """The opposite: a capital, unless it begins with a formula, and a full stop."""
    first = words.split()[0]
    return (words[0].upper() if first.isalpha() and len(first) > 1 else words[0]) + words[1:] + "." * (words[-1] != ".")


def _typed(text):
    """A hat is typed after its letter, x^ for x̂: terminals lose it. In a table, the gap that follows gives way."""
    text = re.sub(rf"{HAT}((?:\S| (?! ))*) (?=  )", r"^\1", unicodedata.normalize("NFC", text))
    return text.replace(HAT, "^")


def _escape(text):
    """A hyphen that is typed, in names and numbers, is no typographic one; ^ and ~ would become accents."""
    for character, roff in ("\\", r"\e"), ("-", r"\-"), ("^", r"\(ha"), ("~", r"\(ti"):
        text = text.replace(character, roff)
    return text


def _guard(line):
    """A line that begins with . or ' would be a request."""
    return rf"\&{line}" if line.startswith((".", "'")) else line


if __name__ == "__main__":
    main(*sys.argv[1:])
