"""The processes of one grading: how they are started, what they may use, and how they are ended.

The limits are those of a cgroup that own-cgroups.sh makes above the topmost one that the answer sees. Time and
output are bounded from outside, too.
"""

import glob
import os
import re
import shlex
import signal
import subprocess
import threading
import time

MEMORY = 1 << 30
PROCESSES = 2000  # the tests themselves start a thousand

class Run:
    """one.sh with these arguments, for at most `cap` seconds, and `each` for a test."""

    def __init__(self, arguments, cap, each):
        self.ended_by, self.lock = "", threading.Lock()
        environment = clean_environment()
        environment["CGROUP_LIMITS"] = f"memory.max={MEMORY} memory.swap.max=0 pids.max={PROCESSES}"
        environment["GRADE_SECONDS"] = str(each)
        environment["GRADE_TRIES"] = "1"  # what takes too long is graded again alone, at the end
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "KILL", "tests/own-cgroups.sh",
             "timeout", "--signal=KILL", str(cap),
             "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child", "--mount-proc",
             "--net", "--ipc", "--uts", "tests/class/one.sh", *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment,
            start_new_session=True)
        RUNNING.add(self)

    def cgroups(self):
        """The cgroups of this run, one a hierarchy, as own-cgroups.sh names them."""
        return [d for mount in HIERARCHIES for d in glob.glob(f"{glob.escape(mount)}/tests.{self.process.pid}-*")]

    def end(self, reason):
        """Ends all processes below own-cgroups.sh, which then removes the cgroups."""
        with self.lock:
            if not self.ended_by:
                self.ended_by = reason
        for group in self.cgroups():
            write(f"{group}/pids.max", "0")
        for _ in range(50):
            processes = set()
            for group in self.cgroups():
                for parent, _, _ in os.walk(group):
                    processes |= set(read(f"{parent}/cgroup.procs").split())
            for pid in processes:
                try:
                    os.kill(int(pid), signal.SIGKILL)
                except OSError:
                    pass
            if not processes:
                return
            time.sleep(0.05)

    def watch(self):
        """Until the run has ended: ends it when it has too many processes."""
        while self.process.poll() is None:
            for group in self.cgroups():
                count = read(f"{group}/pids.current")
                if count and int(count) >= PROCESSES:
                    self.end(f"it started {PROCESSES} processes: was it a fork bomb?")
            try:
                self.process.wait(0.2)
            except subprocess.TimeoutExpired:
                pass

    def used_all_memory(self):
        """Whether the memory of the run has been at its limit: asked as long as its cgroups exist."""
        for group in self.cgroups():
            if int(read(f"{group}/memory.failcnt") or 0) > 0:
                return True
            if re.search(r"^oom [1-9]", read(f"{group}/memory.events.local"), re.M):
                return True
        return False


def clean_environment():
    """This environment without what `make grade` has put there for its own, but with CC=clang and the like."""
    mine = ("MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "TEST", "GRADE_NAMESPACE", "SUBMISSIONS", "LABS", "JOBS")
    environment = {k: v for k, v in os.environ.items() if k not in mine}
    variables = shlex.split(os.environ.get("MAKEFLAGS", "").partition("-- ")[2])
    variables = [v.replace(" ", "\\ ") for v in variables if not v.startswith(("SUBMISSIONS=", "LABS=", "JOBS="))]
    environment["MAKEFLAGS"] = " -- " + " ".join(variables) if variables else ""
    return environment


def read(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def write(path, text):
    try:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError:
        pass


def hierarchies():
    """The mount points of the cgroup hierarchies."""
    mounts = []
    for line in read("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        if after.startswith(("cgroup ", "cgroup2 ")):
            mounts.append(before.split()[4].encode().decode("unicode_escape"))
    return mounts


RUNNING = set()
HIERARCHIES = hierarchies()
