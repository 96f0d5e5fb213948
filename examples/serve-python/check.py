#!/usr/bin/env python3
"""Prechecks a runtime and validates a collator's file through `pvf serve`: 0 accepted, 1 refused, 3 nobody can tell."""

import argparse
import sys

from pvf_client import Problem, PvfService, read

MIB = 1024 * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("address", help="path of the Unix socket, or http://127.0.0.1:PORT")
    parser.add_argument("runtime", help="the runtime's WebAssembly, maybe compressed as on chain")
    parser.add_argument("pov", nargs="?", help="a file that a collator wrote with --export-pov-to-path")
    parser.add_argument("--token-file", help="with http://: file with the service's token")
    parser.add_argument("--bomb-limit", type=int, default=30 * MIB, help="largest decompressed code, bytes")
    options = parser.parse_args()
    token = read(options.token_file).decode().strip() if options.token_file else None

    def told(progress):
        print(f"  {progress['type']}", file=sys.stderr)

    with PvfService(options.address, token) as service:
        code_hash = service.upload(read(options.runtime))
        outcome = service.precheck(code_hash, options.bomb_limit, on_progress=told)
        print(f"precheck of {code_hash}: {outcome['kind']}, vote {outcome['vote']}{why(outcome)}")
        if outcome["kind"] != "ok" or options.pov is None:
            return status(outcome, accepted="ok")
        request = {
            "codeHash": code_hash,
            "executorParams": [],
            "validationCodeBombLimit": options.bomb_limit,
            "kind": "approval",
        }
        outcome = service.validate(request, exported_pov=read(options.pov), on_progress=told)
        print(f"validation: {outcome['kind']}, vote {outcome['vote']}{why(outcome)}")
        return status(outcome, accepted="valid")


def why(outcome):
    reason = outcome.get("detail", {}).get("panic") or outcome.get("message")
    return "" if reason is None else f": {reason!r}"


def status(outcome, accepted):
    if outcome["kind"] == accepted:
        return 0
    return 1 if outcome["vote"] == "against" or outcome["kind"] == "invalid" else 3


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Problem, OSError) as error:
        # A service that cannot be asked says nothing about a block.
        print(f"no answer: {error}", file=sys.stderr)
        sys.exit(3)
