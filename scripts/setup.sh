# Sourced by the other scripts: makes .venv and installs a requirements file, once for each content of it.
# shellcheck shell=bash

python_command() {
    local candidate
    for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
        if [ -n "$candidate" ] && command -v "$candidate" >/dev/null 2>&1 &&
            "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Python 3.11, 3.12 or 3.13 is needed and was not found" >&2
    return 1
}

install_requirements() {
    local file=$1 stamp wanted python
    stamp=.venv/.installed-$(basename "$file" .txt)
    wanted=$(cat requirements.txt "$file" | cksum)
    if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
        return
    fi
    if [ ! -x .venv/bin/python ]; then
        python=$(python_command)
        "$python" -m venv .venv
    fi
    echo "Installing $file into .venv (once, about a minute) ..." >&2
    # Python compiles what it imports when it first does; compiling all of it here takes half a minute more.
    .venv/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-compile -r "$file"
    echo "$wanted" >"$stamp"
}
