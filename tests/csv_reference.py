"""Writes tests/csv_expected.h: a table with everything in it, written by Python's csv module, and what pandas and scikit-learn
make of it.

    python3 tests/csv_reference.py >tests/csv_expected.h

pandas 1.5.3 (engine="c", float_precision="round_trip"), scikit-learn 1.2.1. Missing inputs become the mean of their column, rows
without a class are dropped before, classes are numbered by LabelEncoder.
"""
import csv
import io
import random

import pandas
from sklearn.preprocessing import LabelEncoder

ROWS = 40
generator = random.Random(1)
kinds = ["setosa", 'quoted "kind"', "two\nlines", "with, comma", "Étoile", "zero"]


def number(row):
    value = generator.uniform(-1, 1) * 10 ** generator.randint(-12, 12)
    return generator.choice(["%r", "%.3f", "%.17g", "%e", "%+.25f", "%.0f"]) % value


rows = [["id", "height, cm", "mass", 'the "rest"', "kind"]]
for row in range(ROWS):
    fields = [f"id {row}"] + [number(row) for _ in range(3)] + [generator.choice(kinds)]
    if row % 7 == 3:
        fields[generator.randint(1, 3)] = generator.choice(["", "NA", "NaN", "null"])
    if row % 13 == 5:
        fields[4] = ""
    rows.append(fields)

out = io.StringIO()
csv.writer(out).writerows(rows)
text = out.getvalue()

table = pandas.read_csv(io.StringIO(text), engine="c", float_precision="round_trip")
table = table.dropna(subset=["kind"])
inputs = table.drop(columns=["id", "kind"])
gaps = inputs.isna().to_numpy().astype(int)
inputs = inputs.fillna(inputs.mean())
encoder = LabelEncoder().fit(table["kind"])
labels = encoder.transform(table["kind"])


def c_text(line):
    return '"' + "".join("\\%03o" % b if b < 32 or b > 126 or chr(b) in '"\\?' else chr(b) for b in line.encode()) + '"'


print("""/* Made by tests/csv_reference.py: a table, and what pandas and scikit-learn make of it. Numbers in hexadecimal are exact. */
#ifndef DNN_TESTS_CSV_EXPECTED_H
#define DNN_TESTS_CSV_EXPECTED_H
""")
print("static const char csv_table[] =\n" + "\n".join("    " + c_text(line) for line in text.splitlines(keepends=True)) + ";\n")
print("enum { CSV_ROWS = %d, CSV_INPUTS = %d, CSV_CLASSES = %d };\n" % (*inputs.shape, len(encoder.classes_)))
print("static const char *const csv_names[CSV_CLASSES] = {%s};\n" % ", ".join(map(c_text, encoder.classes_)))
print("static const double csv_inputs[CSV_ROWS][CSV_INPUTS] = {")
for values in inputs.to_numpy():
    print("    {%s}," % ", ".join(float(v).hex() for v in values))
print("};\n")
print("static const int csv_gaps[CSV_ROWS][CSV_INPUTS] = {")
for flags in gaps:
    print("    {%s}," % ", ".join(map(str, flags)))
print("};\n")
print("static const int csv_labels[CSV_ROWS] = {%s};\n" % ", ".join(map(str, labels)))
print("#endif")
