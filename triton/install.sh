#!/bin/sh
# Puts a real tritonserver (and what the tests need of Python) into a virtual
# environment: triton/install.sh [DIRECTORY, default .venv beside this folder].
# No root, no package of the system. A second run finds that all is there and
# does nothing, without the network. PYTHON names another python3.
set -eu

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
venv=${1:-$(dirname -- "$here")/.venv}
pytriton=0.7.0
stamp=$venv/.triton-installed
want=$(cksum <"$here/requirements.txt")" $pytriton 2"

say() { printf 'triton: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$want" ] && "$venv/bin/python" -c '' 2>/dev/null; then
	say "$venv is up to date"
	exit 0
fi

[ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
	die "the wheel of tritonserver is for Linux on x86_64; set local.triton.server to a server of your own"

python=${PYTHON:-python3}
if [ -x "$venv/bin/python" ]; then python=$venv/bin/python; fi
command -v "$python" >/dev/null || die "no python3 found; install Python 3.10, 3.11 or 3.12, or set PYTHON"
version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
case $version in
3.10 | 3.11 | 3.12) ;;
*)
	for try in python3.12 python3.11 python3.10; do
		if "$try" -c 'import venv' 2>/dev/null; then
			[ ! -d "$venv" ] || die "$venv is of Python $version; remove it, $try is there and will be taken"
			python=$try
			break
		fi
	done
	version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
	case $version in
	3.10 | 3.11 | 3.12) ;;
	*) die "python3 is $version; the wheels need 3.10, 3.11 or 3.12 (set PYTHON to one)" ;;
	esac
	;;
esac

if [ ! -x "$venv/bin/pip" ]; then
	say "making $venv with Python $version"
	"$python" -m venv "$venv" || die "cannot make $venv (on Debian and Ubuntu: install python3-venv, or set PYTHON)"
fi
pip="$venv/bin/pip --disable-pip-version-check"
say "installing tritonserver 2.51.0 and the clients into $venv"
$pip install --quiet -r "$here/requirements.txt" || die "pip failed (see above); is the package index reachable?"
$pip install --quiet --no-deps "nvidia-pytriton==$pytriton" || die "pip failed to install nvidia-pytriton"

# The python backend runs models in a stub that embeds one Python, and looks for
# it beside its library: the stub must be of this environment's Python.
root=$venv/lib/python$version/site-packages/pytriton/tritonserver
stub=$root/python_backend_stubs/$version/triton_python_backend_stub
[ -f "$stub" ] || die "the wheel has no stub for Python $version"
cp "$stub" "$root/backends/python/triton_python_backend_stub"
chmod +x "$root/backends/python/triton_python_backend_stub" "$root/bin/tritonserver"

# Where the machine has no libpython of that version for the loader, the one of the
# running Python is linked where the supervisor points LD_LIBRARY_PATH.
lib=$root/python_backend_stubs/lib
mkdir -p "$lib"
if ldd "$stub" | grep -q "libpython$version.* not found"; then
	found=$("$venv/bin/python" - <<'PY'
import os, sys, sysconfig
name = "libpython%d.%d.so.1.0" % sys.version_info[:2]
for d in (sysconfig.get_config_var("LIBDIR"), os.path.join(sys.base_prefix, "lib")):
    if d and os.path.exists(os.path.join(d, name)):
        print(os.path.join(d, name))
        break
PY
	)
	[ -n "$found" ] || die "no libpython$version.so.1.0: this Python was built without a shared library; set PYTHON to one that has it (Debian's python3 with libpython$version, conda, or pyenv with --enable-shared)"
	ln -sf "$found" "$lib/libpython$version.so.1.0"
fi
out=$(LD_LIBRARY_PATH=$lib "$root/bin/tritonserver" --help 2>&1) || true
case $out in
*--model-repository*) ;;
*) die "tritonserver does not start: $(printf '%s' "$out" | head -n 1) (it needs glibc 2.35 or later)" ;;
esac
printf '%s' "$want" >"$stamp"
say "done: $root/bin/tritonserver"
