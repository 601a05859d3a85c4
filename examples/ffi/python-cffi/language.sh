# Python by cffi: see ../run.sh. The distribution's own interpreter is tried first, because that is where its packages go.
for candidate in /usr/bin/python3 python3; do
    python=$candidate
    "$python" -c 'import cffi, numpy' 2>/dev/null && break
done

version() {
    "$python" -c 'import platform, cffi, numpy; print("Python", platform.python_version() + ", cffi", cffi.__version__)'
}

circle() {
    PYTHONPATH=$here "$python" -B "$here/circle.py"
}

check() {
    PYTHONPATH=$here "$python" -B "$here/check.py"
}
