"""Last step before a server of ours begins: die with the parent, and never be root where the program refuses it.

Run as a file, `python -I -S launch.py [--userns | --user UID:GID] [--signal N] -- PROGRAM ARGUMENT…`, never imported
by a service: it must cost nothing but an interpreter start and it may only use the standard library.

* `--signal N` (default SIGINT) is sent by the kernel when the thread that forked us ends, even by SIGKILL (Linux only).
  SIGINT is PostgreSQL's fast shutdown and a clean exit of nats-server.
* `--userns` enters a user namespace where we are uid 65534: PostgreSQL refuses root, and this needs no account, no
  chown and no chmod; on disk every file stays the caller's.
* `--user UID:GID` is the way for a root without namespaces: changes the user for good but keeps the right to *reach*
  files (CAP_DAC_READ_SEARCH or CAP_DAC_OVERRIDE), because a virtual environment below /root is closed to all others.

Exit status 71 (EX_OSERR) says that the asked-for change of user is not possible here; any other is the program's own.
"""

import ctypes
import os
import signal
import sys

CANNOT_CHANGE_USER = 71
_PR_SET_PDEATHSIG = 1
_PR_SET_KEEPCAPS = 8
_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 47, 2
_CLONE_NEWUSER = 0x10000000
_CAPABILITY_VERSION_3 = 0x20080522
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_NOBODY = 65534


def _check(result: int, what: str) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), what)


def _enter_user_namespace(libc: ctypes.CDLL) -> None:
    uid, gid = os.geteuid(), os.getegid()
    _check(libc.unshare(_CLONE_NEWUSER), "unshare")
    for name, value in (("setgroups", "deny"), ("uid_map", f"{_NOBODY} {uid} 1"), ("gid_map", f"{_NOBODY} {gid} 1")):
        with open(f"/proc/self/{name}", "w", encoding="ascii") as handle:  # noqa: PTH123 - keeps the imports short
            handle.write(value)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [("effective", ctypes.c_uint32), ("permitted", ctypes.c_uint32), ("inheritable", ctypes.c_uint32)]


def _become(libc: ctypes.CDLL, uid: int, gid: int) -> None:
    _check(libc.prctl(_PR_SET_KEEPCAPS, 1, 0, 0, 0), "prctl keepcaps")
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)
    header, sets = _Header(_CAPABILITY_VERSION_3, 0), (_Sets * 2)()
    _check(libc.capget(ctypes.byref(header), sets), "capget")
    reach = sets[0].permitted & (1 << _CAP_DAC_READ_SEARCH | 1 << _CAP_DAC_OVERRIDE)
    sets[0].effective = sets[0].permitted = sets[0].inheritable = reach
    sets[1].effective = sets[1].permitted = sets[1].inheritable = 0
    _check(libc.capset(ctypes.byref(header), sets), "capset")
    for capability in (_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH):
        if reach & 1 << capability:
            _check(libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0), "prctl ambient")


def main(argv: list[str]) -> None:
    """Parse the flags before `--`, change user and death signal, become the program after it."""
    split = argv.index("--")
    flags, command = argv[:split], argv[split + 1 :]
    parent = os.getppid()
    number = int(flags[flags.index("--signal") + 1]) if "--signal" in flags else int(signal.SIGINT)
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        try:
            if "--userns" in flags:
                _enter_user_namespace(libc)
            elif "--user" in flags:
                uid, gid = flags[flags.index("--user") + 1].split(":")
                _become(libc, int(uid), int(gid))
        except OSError as error:
            print(f"launch: cannot change user: {error}", file=sys.stderr)
            sys.exit(CANNOT_CHANGE_USER)
        libc.prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0)  # after the change of user, which would clear it
        if os.getppid() != parent:  # the parent died before we had asked to be told
            sys.exit(1)
    os.execv(command[0], command)


if __name__ == "__main__":
    main(sys.argv[1:])
