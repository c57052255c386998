#!/usr/bin/env bash
# What every make target needs: the system libraries that draw the PDFs, the locked packages in .venv, and this project
# in it. What is done is remembered in .setup/ and skipped; logs are there too.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_REQUIRE_VIRTUALENV=0 DEBIAN_FRONTEND=noninteractive
unset PIP_USER PIP_TARGET PIP_PREFIX

libraries="libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

die() {
  echo "setup: $*" >&2
  exit 1
}

# step NAME COMMAND...: one line of progress, the output to a log, and the log's end when it fails
step() {
  local name=$1 start=$SECONDS log
  log=.setup/${name// /-}.log
  shift
  echo -n "setup: $name ... "
  if "$@" >"$log" 2>&1 </dev/null 9>&-; then
    echo "done ($((SECONDS - start)) s)"
  else
    echo "failed"
    tail -n 20 "$log" >&2
    die "$name failed; all of its output is in $log"
  fi
}

# ---- the Python to use: $PYTHON, else the first of 3.11 to 3.13 that starts

is_right_python() {
  "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13}; do
    is_right_python "$candidate" && echo "$candidate" && return
  done
  return 1
}

# ---- the system libraries: loaded, not asked of a package manager, so any way of having them will do

libraries_load() {
  "$python" - <<'PY'
import ctypes, ctypes.util, sys
for name in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset"):
    file = f"lib{name}.so.0" if sys.platform == "linux" else ctypes.util.find_library(name)
    ctypes.CDLL(file) if file else sys.exit(1)
PY
}

apt_install() {
  "$@" apt-get update -qq || true # an outdated list may still do, and if not, the next line says so
  "$@" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
    -o DPkg::Lock::Timeout=120 $libraries
}

install_libraries() {
  if ! command -v apt-get >/dev/null; then
    die "system libraries missing; install pango and harfbuzz (on Debian: $libraries), then run make again"
  elif [ "$(id -u)" = 0 ]; then
    step "system libraries" apt_install
  elif sudo -n true 2>/dev/null; then
    step "system libraries" apt_install sudo -n
  else
    die "system libraries missing; as root, run: apt-get install -y --no-install-recommends $libraries"
  fi
  libraries_load || die "the system libraries ($libraries) still do not load; see .setup/system-libraries.log"
}

# ---- the packages and the project, each with a stamp that holds all it was made from

is_done() { # is_done STAMP, compared with what stdin says it is to be made from
  cmp -s - ".setup/$1"
}

made_from() { # made_from FILE: the file, where we are, and with which Python
  pwd && "$python" -VV && cat "$1"
}

make_venv() {
  "$python" -m venv --clear .venv
}

install_packages() {
  .venv/bin/python -m pip install --require-hashes --no-deps -r requirements.lock
}

install_project() {
  .venv/bin/python -m pip install --no-deps --no-build-isolation --editable .
}

python=$(find_python) || die "needs Python 3.11, 3.12 or 3.13; name it with PYTHON=..., if it is not python3"
mkdir -p .setup || exit 1
exec 9>.setup/lock
command -v flock >/dev/null && flock 9 # two makes at once: the second waits

libraries_load 2>/dev/null || install_libraries
if ! { is_right_python .venv/bin/python && made_from requirements.lock | is_done packages; }; then
  "$python" -c 'import ensurepip, venv' 2>/dev/null || die "needs Python's venv; on Debian: apt-get install -y python3-venv"
  rm -f .setup/packages .setup/project
  step "Python environment" make_venv
  step "locked packages" install_packages
  made_from requirements.lock >.setup/packages
fi
if ! { [ -x .venv/bin/regulars ] && made_from pyproject.toml | is_done project; }; then
  step "the project" install_project
  made_from pyproject.toml >.setup/project
fi
