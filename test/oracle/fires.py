"""Says which hostile streams really reach a dangerous audit event in CPython.

Reads lines of {"id", "base64"} and writes lines of {"id", "fires", "error"}. Each stream is loaded in a child
of its own, in an empty directory, under an audit hook that raises before anything dangerous happens: no
command is started, no file written, no connection made. Only asked for by VOUCHSAFE_VERIFY_CORPUS=1.
"""

import base64
import json
import os
import pickle
import resource
import select
import signal
import sys
import tempfile
import time
import _thread

MARKER = "VOUCHSAFE-MARKER"
ALWAYS = (
    "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.startfile", "os.fork", "os.forkpty", "os.kill", "os.killpg",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "os.chown",
    "os.putenv", "os.unsetenv", "os.listxattr", "os.setxattr", "subprocess.Popen", "pty.spawn", "socket.", "ctypes.",
    "shutil.", "tempfile.", "urllib.Request", "http.client.", "ftplib.", "smtplib.", "poplib.", "imaplib.", "nntplib.",
    "telnetlib.", "webbrowser.open", "sqlite3.connect", "ensurepip.bootstrap", "code.__new__", "marshal.loads",
    "marshal.load", "function.__new__", "_thread.start_new_thread", "signal.pthread_kill", "sys.settrace", "sys.setprofile",
    "sys.addaudithook", "sys._getframe", "sys._current_frames", "gc.get_objects", "gc.get_referrers", "builtins.input",
    "builtins.breakpoint", "pdb.Pdb", "cpython.run_", "glob.glob", "os.listdir", "os.scandir", "os.walk", "os.chdir",
    "mmap.__new__", "fcntl.", "syslog.", "faulthandler.", "resource.setrlimit",
)
# Importing a module does these for its own good.
OF_IMPORTS = ("marshal.loads", "code.__new__", "os.listdir", "function.__new__", "sys._getframe", "ctypes.", "_thread.start_new_thread")
# What raises no audit event: files opened in C, and other interpreters, where this one's hooks do not apply.
WITHOUT_AUDIT = {
    "_posixshmem": ("shm_open", "shm_unlink"),
    "_testcapi": ("run_in_subinterp", "run_in_subinterp_with_config", "call_in_temporary_c_thread"),
    "_xxsubinterpreters": ("run_string",),
    "torch": ("save", "from_file"),
    "_interpreters": ("run_string", "exec", "call"),
    "h5py": ("File",), "readline": ("write_history_file", "append_history_file", "read_history_file"),
}
RECORDED = []


class Blocked(BaseException):
    """Raised instead of the dangerous thing."""


STATE = {"armed": False, "imports": 0}


def writes(args):
    mode, flags = args[1], args[2]
    if isinstance(mode, str) and any(letter in mode for letter in "wax+"):
        return True
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def hook(event, args):
    if not STATE["armed"]:
        return
    if event == "open":
        dangerous = writes(args) or MARKER in repr(args)
    elif event in ("compile", "exec", "import", "pickle.find_class", "object.__getattr__"):
        if event in ("compile", "exec") and MARKER in repr(args)[:4000]:
            RECORDED.append(event)
        return
    else:
        dangerous = event.startswith(ALWAYS) and not (STATE["imports"] and event.startswith(OF_IMPORTS))
    if dangerous:
        RECORDED.append(event)
        raise Blocked(event)


class Counting(pickle.Unpickler):
    """Marks the time in which find_class imports a module, when reading and compiling are ordinary."""

    def find_class(self, module, name):
        STATE["imports"] += 1
        try:
            return super().find_class(module, name)
        finally:
            STATE["imports"] -= 1


def no_audit_event(name):
    def recorder(*args, **kwargs):
        RECORDED.append(name)
        raise Blocked(name)

    return recorder


def preload():
    """What a machine that loads models has imported already; importing it under the hook would look like an attack."""
    for name in ("numpy", "sklearn", "joblib", "pandas", "scipy", "multiprocessing.pool", "asyncio", "concurrent.futures.thread"):
        try:
            __import__(name)
        except Exception:  # absent here
            pass
    try:
        import _posixsubprocess

        _posixsubprocess.fork_exec = no_audit_event("fork_exec")
    except ImportError:
        pass
    os._exit_for_real = os._exit
    import posix

    posix._exit = os._exit = no_audit_event("os._exit")
    posix.abort = os.abort = no_audit_event("os.abort")
    for module, names in WITHOUT_AUDIT.items():
        try:
            target = __import__(module)
        except ImportError:
            continue
        for name in names:
            setattr(target, name, no_audit_event(module + "." + name))
    if "torch" in sys.modules:
        sys.modules["torch.serialization"].save = no_audit_event("torch.serialization.save")
    for module in (os, posix):
        for name in ("setuid", "setgid", "mkfifo", "setsid", "nice", "chroot"):
            setattr(module, name, no_audit_event("os." + name))


def child(data, out):
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    nothing = os.open(os.devnull, os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(nothing, fd)
    import io

    error = None
    stream = Counting(io.BytesIO(data))
    STATE["armed"] = True
    try:
        stream.load()
    except BaseException as problem:
        error = type(problem).__name__ + ": " + str(problem)[:120]
    # The hook stays armed: what threads do from here on is blocked too, until the child is gone.
    time.sleep(0.05 if _thread._count() else 0)
    RECORDED.extend([] if error is None or not error.startswith("Blocked") else [error[9:]])
    os.write(out, json.dumps({"fires": sorted(set(RECORDED)), "error": error}).encode())
    os._exit_for_real(0)


def run(data):
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(read)
        os.setpgid(0, 0)
        child(data, write)
    os.close(write)
    ready, _, _ = select.select([read], [], [], 10)
    answer = os.read(read, 65536) if ready else b""
    os.close(read)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    if answer:
        return json.loads(answer)
    return {"fires": [], "error": "died" if ready else "hung"}


def main():
    preload()
    sys.addaudithook(hook)
    empty = tempfile.mkdtemp()
    os.chdir(empty)
    for line in sys.stdin:
        case = json.loads(line)
        result = run(base64.b64decode(case["base64"]))
        sys.stdout.write(json.dumps({"id": case["id"], **result}) + "\n")
        sys.stdout.flush()
    os.rmdir(empty)


main()
