"""Runs a command under a seccomp profile: `python under_seccomp.py PROFILE USER COMMAND...`, by way of libseccomp.

USER is the number of the user that the command runs as, where we may change it. The profile is read as runc reads it:
names that an architecture or this libseccomp doesn't know are left out, and each rule of a system call is one way
to be allowed. Standard library only, because it runs as a program of its own.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
from pathlib import Path
from typing import Any

ACTIONS = {"SCMP_ACT_ALLOW": 0x7FFF0000, "SCMP_ACT_ERRNO": 0x00050000}
COMPARISONS = {"SCMP_CMP_EQ": 4, "SCMP_CMP_MASKED_EQ": 7}
PR_SET_NO_NEW_PRIVS = 38


class Comparison(ctypes.Structure):
    """`struct scmp_arg_cmp` of libseccomp; of a masked comparison `first` is the mask."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operation", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


def library() -> ctypes.CDLL:
    loaded = ctypes.CDLL("libseccomp.so.2")
    loaded.seccomp_init.restype = ctypes.c_void_p
    loaded.seccomp_load.argtypes = [ctypes.c_void_p]
    loaded.seccomp_rule_add_array.argtypes = [
        ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Comparison),
    ]  # fmt: skip
    return loaded


def action(rule: dict[str, Any], name: str = "action", number: str = "errnoRet") -> int:
    return ACTIONS[rule[name]] | (rule.get(number, 1) if rule[name] == "SCMP_ACT_ERRNO" else 0)


def load(profile: dict[str, Any]) -> None:
    """Puts this process, and all that it starts, under the profile. Raises OSError."""
    seccomp = library()
    context = seccomp.seccomp_init(action(profile, "defaultAction", "defaultErrnoRet"))
    for rule in profile["syscalls"]:
        compared = [
            Comparison(each["index"], COMPARISONS[each["op"]], each["value"], each.get("valueTwo", 0))
            for each in rule.get("args", ())
        ]
        for name in rule["names"]:
            number = seccomp.seccomp_syscall_resolve_name(name.encode())
            if number < 0:
                continue
            arguments = (Comparison * len(compared))(*compared)
            failed = seccomp.seccomp_rule_add_array(context, action(rule), number, len(compared), arguments)
            if failed:
                raise OSError(-failed, f"{name}: {os.strerror(-failed)}")
    ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    failed = seccomp.seccomp_load(context)
    if failed:
        raise OSError(-failed, os.strerror(-failed))


def main(profile: str, user: str, *command: str) -> None:
    wanted = json.loads(Path(profile).read_text())
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(int(user))
        os.setuid(int(user))
    load(wanted)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(*sys.argv[1:])
