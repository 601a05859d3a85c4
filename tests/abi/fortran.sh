#!/bin/sh
# The generated module is Fortran 2008 without a warning.
set -eu
. "$(dirname "$0")/support.sh"

need gfortran gfortran
gfortran -std=f2008 -Wall -Wextra -Werror -J"$work" -c "$root/examples/ffi/fortran/dnn.f90" -o "$work/dnn.o"
echo "compiled by gfortran $(gfortran -dumpversion)"
