#!/bin/sh
# Print a Python that can run Pintuan and make virtual environments: $1 if given, else the first that fits.
fits='import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'

for python in ${1:-python3 python3.13 python3.12 python3.11 python}; do
    if command -v "$python" >/dev/null 2>&1 && "$python" -c "$fits" >/dev/null 2>&1; then
        echo "$python"
        exit 0
    fi
done

cat >&2 <<'END'
Pintuan needs Python 3.11, 3.12 or 3.13 with its venv module, and found none.
  Debian, Ubuntu:  apt install python3 python3-venv
  macOS:           brew install python@3.13
Elsewhere, or to choose one:  make serve PYTHON=/path/to/python3.13
END
exit 1
