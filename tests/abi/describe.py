"""Makes the description of the ABI, dnn-api.json, of what scripts/dnn_header.py reads in dnn.h.

Types come from the declarations, all else from the comments, which say it in words that people read too:

    @param[out] y           where it is written
    [n × n_L]               an array begins with its extents; what has none is one number
    NULL …                  NULL is allowed, and means what follows; "NULL gives −1" says what comes back where it is not
    may be NULL where …     it is allowed then alone
    release it with …       a handle that becomes the caller's

Whatever the words do not tell, or tell in contradiction to the declaration, is an error: nothing is guessed, and
no table stands here beside the header.
"""
import re

_NUMBERS = ("double", "float", "int64_t", "int32_t", "uint8_t")


class DescriptionError(Exception):
    """A comment that does not say what a binding has to know."""


def declare(kind, name):
    """A type and a name as C writes them: the stars stay with the name."""
    return kind + name if kind.endswith("*") else f"{kind} {name}"


def callbacks(api):
    """The parameters of a description that are callbacks."""
    return [p for function in api["functions"] for p in function["parameters"] if p["kind"] == "callback"]


def describe(header):
    """The description as a dictionary; DescriptionError if a comment lacks something."""
    describer = _Describer(header)
    return {
        "about": "The public interface of libdnn, made from dnn.h: see README.md beside it.",
        "handles": [{"name": handle.name, "summary": handle.text} for handle in header.handles],
        "constants": [describer.constant(constant) for constant in header.constants],
        "sections": [{"name": section.name, "summary": section.brief} for section in header.sections],
        "functions": [describer.function(function) for function in header.functions],
    }


def _null(words):
    """What a comment says of NULL: the clause, or None."""
    return next((clause.strip() for clause in words.split(";") if re.search(r"\bNULL\b", clause)), None)


class _Describer:
    def __init__(self, header):
        self.handles = {handle.name for handle in header.handles}
        self.functions = {function.name: function for function in header.functions}

    def constant(self, constant):
        function = constant.name.lower()
        said = self.functions[function].result if function in self.functions else None
        if said is None or said.replace("−", "-") != str(constant.value):
            raise DescriptionError(f"{constant.name}: no function {function} says @return {constant.value}")
        return {"name": constant.name, "value": constant.value, "function": function, "summary": constant.text}

    def function(self, function):
        since = re.search(r"Since (\d+\.\d+)\.", f"{function.brief} {function.details}")
        parameters = []
        for parameter in function.parameters:
            try:
                parameters.append(self._parameter(function, parameter))
            except DescriptionError as error:
                raise DescriptionError(f"{function.name}: {parameter.name}: {error}") from None
        return {"name": function.name, "section": function.section, "since": since[1], "summary": function.brief,
                "returns": self._returns(function), "parameters": parameters}

    def _returns(self, function):
        described = {"type": function.returns, "kind": "value"}
        if function.returns == "void":
            described["kind"] = "nothing"
        elif function.returns.endswith("*"):
            described.update(kind="pointer", ownership="library", nullable=_null(function.result) is not None)
        elif function.returns_status:
            described["kind"] = "status"
        if function.result:
            described["description"] = function.result
        return described

    # ----------------------------------------------- parameters ----------------------------------------------

    def _parameter(self, function, parameter):
        described = {"name": parameter.name, "type": parameter.type}
        if "(*)" in parameter.type:
            described.update(self._callback(function, parameter))
        elif parameter.is_pointer:
            described.update(self._pointer(function, parameter))
        elif parameter.type in _NUMBERS:
            described.update(kind="number", direction="in")
        else:
            raise DescriptionError("its type is none that bindings know")
        null = _null(parameter.text)
        if parameter.is_pointer:
            described["nullable"] = null is not None and not null.startswith("NULL gives")
        if null is not None:
            described["null"] = null
        elif parameter.name.endswith("_or_null"):
            raise DescriptionError("what does NULL mean?")
        described["description"] = parameter.text
        return described

    def _callback(self, function, parameter):
        returns, inner = re.fullmatch(r"(.*?) ?\(\*\)\((.*)\)", parameter.type).groups()
        split = [re.fullmatch(r"(.*?) ?(\w+)", part) for part in inner.split(", ")]
        return {"kind": "callback", "of": f"{function.name}_{parameter.name}", "ownership": "kept", "direction": "in",
                "returns": returns, "parameters": [{"name": part[2], "type": part[1]} for part in split]}

    def _pointer(self, function, parameter):
        stars, is_const = parameter.type.count("*"), parameter.type.startswith("const ")
        base = parameter.type.removeprefix("const ").rstrip("* ")
        described = self._what(function, parameter, base, stars, is_const)
        writable = stars == 2 or not is_const and described["kind"] in ("array", "scalar")
        if parameter.is_out != writable:
            raise DescriptionError(f"{'[out]' if parameter.is_out else 'no [out]'}, and its type says the opposite")
        if parameter.is_out:
            direction = "out"
        elif described["kind"] == "handle" and not is_const and described["ownership"] == "borrowed":
            direction = "inout"
        else:
            direction = "in"
        return {**described, "direction": direction}

    def _what(self, function, parameter, base, stars, is_const):
        """kind, and what goes with it."""
        if base in self.handles:
            return self._handle(function, parameter, base, stars)
        if base == "char" and is_const:
            return {"kind": "text", "of": "char", "ownership": "borrowed"}
        if base == "void" and not is_const and not parameter.extent:
            return {"kind": "user", "ownership": "kept"}
        if stars != 1 or base not in (*_NUMBERS, "char", "void"):
            raise DescriptionError("its type is none that bindings know")
        if parameter.extent:
            extents = [extent.strip() for extent in parameter.extent.split("×")]
            return {"kind": "array", "of": base, "extents": extents, "ownership": "borrowed"}
        if is_const:
            raise DescriptionError("an array that does not begin with its [extents]")
        return {"kind": "scalar", "of": base, "ownership": "borrowed"}

    def _handle(self, function, parameter, base, stars):
        if stars == 2:
            if parameter.released_by not in self.functions:
                raise DescriptionError("a handle that is given out says: release it with the function that does")
            return {"kind": "handle", "of": base, "ownership": "caller", "release": parameter.released_by}
        is_last = function.name.endswith("_destroy")
        return {"kind": "handle", "of": base, "ownership": "released" if is_last else "borrowed"}
