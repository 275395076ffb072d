"""What a tool may try to reach beyond its host: tools of the conformance suite, which ``tools.py`` offers with its own."""

import ctypes
import os
import re
import resource
import socket
import stat
import subprocess
import sys
from typing import Any, Callable, Dict, List

from orket import tool


@tool
def look(paths: List[str]) -> Any:
    """Does look."""
    return [_attempt(lambda path=path: len(open(path, "rb").read())) for path in paths]


@tool(name="list")
def list_(path: str) -> Any:
    """Does list."""
    return _attempt(lambda: sorted(os.listdir(path)))


@tool
def put(path: str) -> Any:
    """Does put."""
    return _attempt(lambda: open(path, "w").write("x") and "written")


@tool
def fill() -> Any:
    """Does fill."""
    total = 0
    for number in range(200):
        if _attempt(lambda: open(f"/tmp/{number}", "wb").write(b"x" * 1024 * 1024)) != 1024 * 1024:
            break
        total += 1024 * 1024
    return total


@tool
def litter() -> Any:
    """Does litter."""
    number = 0
    while number < 40_000 and _attempt(lambda: open(f"/tmp/{number}", "w").close() or True) is True:
        number += 1
    return number


@tool
def environment() -> Any:
    """Does environment."""
    return dict(os.environ)


@tool
def arguments() -> Any:
    """Does arguments."""
    return sys.argv


@tool
def descriptors() -> Any:
    """Does descriptors."""
    found = []
    for number in range(256):
        try:
            if stat.S_ISREG(os.fstat(number).st_mode):
                found.append(number)
        except OSError:
            pass
    return found


@tool
def attach(pid: int) -> Any:
    """Does attach."""
    return _attempt(lambda: _system("ptrace", 16, pid, None, None) or "attached")


@tool
def signal(pid: int) -> Any:
    """Does signal."""
    return _attempt(lambda: os.kill(pid, 0))


@tool
def run(command: str) -> Any:
    """Does run."""
    return _attempt(lambda: len(subprocess.check_output([command])))


@tool
def connect(host: str, port: int) -> Any:
    """Does connect."""
    return _attempt(lambda: socket.create_connection((host, port), 5) and "connected")


@tool
def hunt(pid: int, roots: List[str]) -> Any:
    """Does hunt."""
    found = [f"/proc/{pid}/{name}" for name in ("environ", "cmdline") if _holds(f"/proc/{pid}/{name}")]
    if _attempt(lambda: _memory_holds(pid)) is True:
        found.append(f"/proc/{pid}/mem")
    for number in os.listdir(f"/proc/{pid}/fd") if _attempt(lambda: os.listdir(f"/proc/{pid}/fd") and None) is None else []:
        if os.path.isfile(f"/proc/{pid}/fd/{number}") and _holds(f"/proc/{pid}/fd/{number}"):
            found.append(f"/proc/{pid}/fd/{number}")
    for root in roots:
        for folder, folders, files in os.walk(root):
            folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/usr", "/proc", "/dev")]
            found += [os.path.join(folder, name) for name in files if _holds(os.path.join(folder, name))]
    return found


@tool
def escape() -> Any:
    """Does escape."""
    outcomes = {way: _apart(go) for way, go in _ESCAPES.items()}
    return [f"{way}: {outcome}" for way, outcome in outcomes.items() if not outcome.startswith("refused")]


# What a secret of the test looks like; this is none.
_CANARY = re.compile(rb"canary-[0-9a-f]{32}")
_NEW_USERS_AND_MOUNTS = 0x10020000
_REMOUNT, _BIND, _DETACH = 32, 4096, 2


def _holds(path: str) -> bool:
    return _attempt(lambda: _CANARY.search(open(path, "rb").read(1 << 26)) is not None) is True


def _memory_holds(pid: int) -> bool:
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            bounds, rights = line.split()[:2]
            first, last = (int(end, 16) for end in bounds.split("-"))
            if not rights.startswith("rw") or last - first > 1 << 26:
                continue
            memory.seek(first)
            if _CANARY.search(memory.read(last - first)):
                return True
    return False


def _system(name: str, *arguments: Any) -> int:
    result: int = getattr(_LIBC, name)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


_LIBC = ctypes.CDLL(None, use_errno=True)


def _nested(then: Callable[[], Any]) -> Any:
    """Does something as root of yet another user namespace."""
    _system("unshare", _NEW_USERS_AND_MOUNTS)
    return then()


def _open_only(path: str) -> str:
    """Opens for writing, and writes nothing: this machine is not to be harmed where that works."""
    os.close(os.open(path, os.O_WRONLY))
    return path


def _open_root() -> Any:
    _system("mount", None, b"/", None, _REMOUNT | _BIND, None)
    return open("/opened", "w").write("x")


_ESCAPES: Dict[str, Callable[[], Any]] = {
    "setuid": lambda: os.setuid(0) if os.getuid() != 0 else os.setuid(1),
    "chroot": lambda: os.chroot("/tmp"),
    "mount": lambda: _system("mount", b"tmpfs", b"/tmp", b"tmpfs", 0, None),
    "unmount": lambda: _system("umount2", b"/", _DETACH),
    "remount": _open_root,
    "device": lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(8, 0)),
    "raw socket": lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP),
    "host name": lambda: socket.sethostname("other"),
    "kernel settings": lambda: _open_only("/proc/sys/kernel/core_pattern"),
    "key of the kernel": lambda: _open_only("/proc/sysrq-trigger"),
    "nice": lambda: os.nice(-5),
    "open files": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 16, 1 << 16)),
    "memory": lambda: resource.setrlimit(resource.RLIMIT_DATA, (1 << 40, 1 << 40)),
    "nested unmount": lambda: _nested(lambda: _system("umount2", b"/tool", _DETACH)),
    "nested remount": lambda: _nested(_open_root),
}


def _apart(go: Callable[[], Any]) -> str:
    """Tries a way in a process of its own, so that nothing it does is there for the next one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, str(_attempt(go)).encode())
        os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with open(reading, "rb") as told:
        return told.read().decode()


def _attempt(work: Any) -> Any:
    try:
        return work()
    except Exception as error:
        return f"refused: {error}"
