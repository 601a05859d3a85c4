#!/usr/bin/env python3
"""Writes tables_expected.h: two small tables, and what scikit-learn's MLPClassifier reaches on them at its defaults.

    python3 tests/parity/tables.py > tests/parity/tables_expected.h

Needs scikit-learn; made with 1.2.2. Split s tests on the rows i with i % 3 == s, learns from the others, standardized,
with random_state = s. The rows are sorted by class, so each class is divided alike.

Both tables come with scikit-learn (BSD 3-Clause), from the UCI Machine Learning Repository (CC BY 4.0): R. A. Fisher,
Iris, 1936, https://doi.org/10.24432/C56C76; S. Aeberhard and M. Forina, Wine, 1992, https://doi.org/10.24432/C5PC7J.
"""
import warnings

import numpy as np
import sklearn
from sklearn.datasets import load_iris, load_wine
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import StandardScaler


def reached(x, y, split):
    test = np.arange(len(x)) % 3 == split
    scaler = StandardScaler().fit(x[~test])
    model = MLPClassifier(random_state=split).fit(scaler.transform(x[~test]), y[~test])
    return model.score(scaler.transform(x[test]), y[test])


def write(name, x, y):
    print("\n/* [%d × %d], the class last; and the share of right answers on each split. */" % (len(x), x.shape[1] + 1))
    print("enum { %s_N = %d, %s_INPUTS = %d };" % (name.upper(), len(x), name.upper(), x.shape[1]))
    print("static const double %s[] = {" % name)
    for row, label in zip(x, y):
        print("    " + " ".join("%.15g," % number for number in row) + " %d," % label)
    print("};")
    print("static const double %s_reached[] = {%s};" % (name, ", ".join("%.4f" % reached(x, y, s) for s in range(3))))


warnings.filterwarnings("ignore")  # 200 epochs are its default, whether it has converged or not
print("/*\n * Made by tests/parity/tables.py with scikit-learn %s: do not edit.\n *" % sklearn.__version__)
print(" * Iris (R. A. Fisher, 1936) and Wine (S. Aeberhard and M. Forina, 1992), UCI Machine Learning Repository, CC BY 4.0,")
print(" * https://doi.org/10.24432/C56C76 and https://doi.org/10.24432/C5PC7J, as scikit-learn gives them.\n */")
print("#ifndef DNN_TABLES_EXPECTED_H\n#define DNN_TABLES_EXPECTED_H\n\n/* clang-format off */")
write("iris", *load_iris(return_X_y=True))
write("wine", *load_wine(return_X_y=True))
print("\n/* clang-format on */\n\n#endif")
