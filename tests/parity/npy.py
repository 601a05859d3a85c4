#!/usr/bin/env python3
"""Makes npy_expected.h, files of numpy.save and what NumPy reads from them, for test_npy.c. npy_case.h explains them.

    npy.py            writes npy_expected.h beside this file
    npy.py --check    makes everything again and compares it with the committed npy_expected.h

Every type × byte order × C or Fortran order × version of the format, for inputs; every type × byte order for labels and
targets. The bytes are NumPy's own: only the version is asked for.
"""
import io
import os
import sys
import textwrap

import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ("b1", "u1", "i1", "u2", "i2", "f2", "u4", "i4", "f4", "u8", "i8", "f8")
SHAPE = (3, 2, 2)


def numbers(kind):
    """Twelve numbers of a type: its extremes, as far as a double holds them, and some in between."""
    if kind == "b1":
        return np.array([1, 0, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1], dtype="?")
    if kind[0] == "f":
        info = np.finfo(kind)
        tiny = np.nextafter(np.array(0, kind), np.array(1, kind))
        return np.array([info.max, info.min, info.tiny, tiny, -tiny, -0.0, 0.0, 1.0, -1.5, 1 / 3, 1000.1, info.eps], dtype=kind)
    info = np.iinfo(kind)
    high, low = min(info.max, 1 << 53), max(info.min, -(1 << 53))
    return np.array([high, low, 0, 1, high - 1, low + 1, 2, 3, high // 3, low // 5, 77, 100], dtype=kind)


def ordered(array, order):
    """The same numbers in a byte order, '<' or '>'."""
    return array.astype(array.dtype.newbyteorder(order))


def saved(array, version):
    """The file of numpy.save."""
    out = io.BytesIO()
    np.lib.format.write_array(out, array, version=version)
    return out.getvalue()


def literal(data, indent):
    """Bytes as C string literals, octal where they are not plain."""
    lines, line = [], ""
    for byte in data:
        char = chr(byte)
        piece = char if 32 <= byte < 127 and char not in '"\\?' else "\\%03o" % byte
        if len(line) + len(piece) > 100:
            lines.append(line)
            line = ""
        line += piece
    return "\n".join(indent + '"' + each + '"' for each in lines + [line])


def values(array):
    """As doubles, exactly: Python writes the shortest text that reads back as the same number."""
    texts = [repr(float(each)) for each in np.asarray(array, dtype=np.float64).reshape(-1)]
    return textwrap.fill(", ".join(texts), 110, subsequent_indent="      ", break_long_words=False, break_on_hyphens=False)


def case(name, data, array):
    """One row of a table."""
    n = array.shape[0]
    return ('    {"%s",\n%s,\n     %d, %d, %d,\n     {%s}},\n'
            % (name, literal(data, "     "), len(data), n, array.size // n, values(array)))


def inputs():
    """Rows of npy_inputs: NumPy reads each file back before it is believed."""
    for kind in TYPES:
        array = numbers(kind).reshape(SHAPE)
        for order in "<>" if array.itemsize > 1 else "<":
            for layout in "CF":
                for version in (1, 2, 3):
                    data = saved(np.array(ordered(array, order), order=layout), (version, 0))
                    back = np.load(io.BytesIO(data))
                    assert back.flags.f_contiguous == (layout == "F") and np.array_equal(back, array)
                    yield case("%s%s %s v%d" % (order, kind, layout, version), data, back)


def targets():
    """Rows of npy_targets."""
    for kind in TYPES:
        array = numbers(kind)[:3] if kind[0] in "bf" else np.array([2, 0, 5], dtype=kind)
        for order in "<>" if array.itemsize > 1 else "<":
            for layout, shape in (("C", (3,)), ("C", (3, 2)), ("F", (3, 2))):
                some = array if len(shape) == 1 else numbers(kind)[:6].reshape(shape)
                data = saved(np.array(ordered(some, order), order=layout), (1, 0))
                yield case("%s%s %s %dd" % (order, kind, layout, len(shape)), data, np.load(io.BytesIO(data)))


def text():
    """The whole of npy_expected.h."""
    return ("/* Made by tests/parity/npy.py; not edited by hand. npy_case.h says what this is. */\n/* clang-format off */\n\n"
            "static const struct npy_case npy_inputs[] = {\n" + "".join(inputs()) + "};\n\n"
            "static const struct npy_case npy_targets[] = {\n" + "".join(targets()) + "};\n")


def main():
    """See above."""
    path = os.path.join(HERE, "npy_expected.h")
    if "--check" in sys.argv[1:]:
        with open(path, encoding="ascii") as file:
            sys.exit(0 if file.read() == text() else "npy_expected.h is not what this NumPy makes")
    with open(path, "w", encoding="ascii") as file:
        file.write(text())


if __name__ == "__main__":
    main()
