#!/usr/bin/env python3
"""tests/class/class_copy.py DIR: `make class`: writes a copy of the workbook without our solutions to DIR, and what
it left out to DIR-teacher.tar.gz, which only the teacher has.

In the copy a chapter's module is a link to the learner's file in the lab. The steps are built with our module
all the same, which the copy has compiled (class_copy.mk); a lab is built with the learner's. Unpacked in
the copy, the pack makes the whole workbook of it again.

With --search it only searches DIR for the solutions, in all files, and fails if it finds any.
"""

import io
import os
import shutil
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from submissions import read_labs

SKELETONS = "tests/class/skeletons"  # where `make reset-NN` finds them in the copy
SHORT = 24  # a shorter line is not anybody's
OBJECTS = "tests/class/objects"  # our modules, compiled
NOTICE = "*(Left out in this copy: this is what you write in the lab.)*\n"

README_NOTICE = b"""**This copy is for a class: it has no solutions.** The modules that you write in the labs are links to your files,
for example `steps/01-uts/uts.c` to `steps/01-uts/lab/uts.c`. The steps have our own modules all the same, compiled, so
`./step-01` does what the chapter says, and you may do the labs in any order. `make lab-01` grades your files. Where a
page says `ANSWER=steps/01-uts`, your files are graded as well, and `make solution-01` has nothing to show: your
teacher has our sources.

"""


def list_files():
    """The workbook's files: what git has, or all but what is made here."""
    known = subprocess.run(["git", "ls-files", "-z"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if known.returncode == 0 and known.stdout:
        return sorted(os.fsdecode(f) for f in known.stdout.split(b"\0") if f and os.path.lexists(f))
    files = []
    for parent, directories, names in os.walk("."):
        directories[:] = [d for d in directories if os.path.join(parent, d) not in ("./build", "./rootfs/busybox", "./.git")]
        files += [os.path.normpath(os.path.join(parent, n)) for n in names if not n.startswith("step-")]
    return sorted(files)


def read_skeleton(lab, file):
    """The lab's file as the workbook brings it."""
    done = subprocess.run(["bash", "-c", '. tests/class/lab.sh && lab_find "$1" && lab_skeleton "$2"', "bash", lab.name, file],
                          stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit(f"class: no skeleton of {lab.directory}/{file}")
    return done.stdout


def lines_of(data):
    return {line.strip() for line in data.splitlines()}


def is_module(path, labs):
    return any(path == f"{lab.home}/{file}" for lab in labs for file in lab.files)


def in_lab(path, labs):
    """Whether it is a learner's file."""
    return any(path.startswith(f"{lab.directory}/") and path.endswith(".c") for lab in labs)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def solution_lines(labs, files, skeletons):
    """The lines that only our solutions have: no skeleton, and no other source in the workbook."""
    ours = set()
    for lab in labs:
        for file in lab.files:
            ours |= lines_of(read(f"{lab.home}/{file}")) - lines_of(skeletons[lab.name, file])
    for path in files:
        if path.endswith((".c", ".h")) and not is_module(path, labs) and not in_lab(path, labs):
            ours -= lines_of(read(path))
    ours = {line for line in ours if len(line) >= SHORT}
    # A skeleton may have the same within a longer line.
    return {line for line in ours if not any(line in skeleton for skeleton in skeletons.values())}


def has_any(data, lines):
    return any(line in data for line in lines)


def without_solutions(page, lines):
    """A page without the fenced blocks that show a line of a solution."""
    kept, block = [], None
    for line in page.splitlines(keepends=True):
        if block is None and line.startswith(b"```"):
            block = [line]
        elif block is not None:
            block.append(line)
            if line.startswith(b"```"):
                kept += [NOTICE.encode()] if has_any(b"".join(block), lines) else block
                block = None
        else:
            kept.append(line)
    return b"".join(kept + (block or []))


def write(path, data, like=None):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    if like:
        shutil.copymode(like, path)


def search(top, lines):
    """Prints where below `top` a solution's line is. Returns how many there are."""
    found = 0
    for parent, _, names in os.walk(top):
        for name in names:
            path = os.path.join(parent, name)
            if os.path.islink(path) or not os.path.isfile(path):
                continue
            data = read(path)
            for line in sorted(lines):
                if line in data:
                    print(f"{path}: {line.decode('utf-8', 'replace')}")
                    found += 1
    return found


def make_copy(top, labs, files, skeletons, lines):
    """Writes the copy. Returns the paths that it has not, or not as they are here."""
    left_out = []
    for path in files:
        target = os.path.join(top, path)
        if is_module(path, labs):
            left_out.append(path)
        elif "/mutants/" in path or path.startswith(".ci/") or path in ("tests/labs.sh", ".gitmodules"):
            left_out.append(path)
        elif in_lab(path, labs):
            continue
        elif os.path.islink(path):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            os.symlink(os.readlink(path), target)
        else:
            data = read(path)
            kept = without_solutions(data, lines) if path.endswith(".md") else data
            if path == "README.md":
                kept = kept.replace(b"\n\n", b"\n\n" + README_NOTICE, 1)
            if has_any(kept, lines):
                left_out.append(path)
                continue
            if kept != data:
                left_out.append(path)
            write(target, kept, path)
    for lab in labs:
        for file in lab.files:
            skeleton = skeletons[lab.name, file]
            write(os.path.join(top, lab.directory, file), skeleton)
            write(os.path.join(top, SKELETONS, lab.directory, file), skeleton)
            module = os.path.join(top, lab.home, file)
            os.makedirs(os.path.dirname(module), exist_ok=True)
            os.symlink(os.path.relpath(os.path.join(top, lab.directory, file), os.path.dirname(module)), module)
            write_object(f"{lab.home}/{file}"[:-2] + ".o", top)
    shutil.copy("tests/class/class_copy.mk", os.path.join(top, "tests/class_copy.mk"))
    return left_out


def write_object(path, top):
    """Copies what a module was compiled to, without the lines that are there for a debugger."""
    target = os.path.join(top, OBJECTS, path)
    os.makedirs(os.path.dirname(target), exist_ok=True)
    subprocess.run(["strip", "--strip-debug", "-o", target, os.path.join("build", path)], check=True)


def write_pack(path, left_out):
    with tarfile.open(path, "w:gz", format=tarfile.GNU_FORMAT) as pack:
        for file in left_out:
            data = read(file)
            entry = tarfile.TarInfo(file)
            entry.size, entry.mode = len(data), os.stat(file).st_mode & 0o755
            entry.mtime = int(os.stat(file).st_mtime)
            pack.addfile(entry, io.BytesIO(data))


def main(arguments):
    only_search = arguments[:1] == ["--search"]
    top = os.path.normpath(arguments[-1])
    labs, files = list(read_labs().values()), list_files()
    if any(os.path.samefile(f"{lab.home}/{file}", f"{lab.directory}/{file}") for lab in labs for file in lab.files
           if os.path.exists(f"{lab.directory}/{file}")):
        sys.exit("class: this is a class copy, which has no solutions to leave out")
    skeletons = {(lab.name, file): read_skeleton(lab, file) for lab in labs for file in lab.files}
    lines = solution_lines(labs, files, skeletons)
    if only_search:
        return 1 if search(top, lines) else 0
    if os.path.lexists(top) and (not os.path.isdir(top) or os.listdir(top)):
        sys.exit(f"class: {top} is there already, and is not empty")
    os.makedirs(top, exist_ok=True)
    left_out = make_copy(top, labs, files, skeletons, lines)
    if search(top, lines):
        sys.exit("class: the lines above are of our solutions; the copy must not be handed out")
    pack = f"{top}-teacher.tar.gz"
    write_pack(pack, left_out)
    os.chmod(pack, 0o600)
    print(f"{top}: the workbook without the solutions, for the class")
    print(f"{pack}: what was left out, {len(left_out)} files; to have it again: tar -C {top} -xzf {pack}")
    return 0


if __name__ == "__main__":
    start = os.getcwd()
    directory = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    words = sys.argv[1:]
    if not words or not words[-1]:
        sys.exit("class: say where the copy goes: make class DIR=...")
    words[-1] = os.path.abspath(words[-1])
    os.chdir(directory)
    sys.exit(main(words))
