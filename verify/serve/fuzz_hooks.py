"""Hooks of schemathesis: most requests name code that is there, so that they get as far as the workers."""

import os
import re

import schemathesis

STORED = os.environ["PVF_FUZZ_CODE_HASHES"].split()
HASH = re.compile(r"0x[0-9a-fA-F]{64}")


def stored(value):
    """One of the stored hashes for three in four of the hashes that could be one; whatever else it is stays."""
    if not (isinstance(value, str) and HASH.fullmatch(value)):
        return value
    turn = int(value[-2:], 16)
    return value if turn % 4 == 0 else STORED[turn % len(STORED)]


def name_stored(value):
    if isinstance(value, dict):
        return {key: stored(each) if key == "codeHash" else name_stored(each) for key, each in value.items()}
    return [name_stored(each) for each in value] if isinstance(value, list) else value


@schemathesis.hook
def before_call(ctx, case, kwargs):
    # Code that one request has removed would be missing from all others.
    if case.method.upper() == "DELETE":
        return
    case.path_parameters = name_stored(case.path_parameters)
    case.body = name_stored(case.body)
