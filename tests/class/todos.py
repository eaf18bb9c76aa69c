#!/usr/bin/env python3
"""tests/class/todos.py LAB_DIRECTORY NUMBER ANSWER: writes the lab's skeletons to ANSWER, with what our modules have
at the TODOs 1 to NUMBER. NUMBER "all" prints the numbers that make a difference; "calls" prints the system calls
whose failures our modules report at the TODOs, with the numbers.

A skeleton differs from its module only at its TODOs (tests/skeletons.sh). So each difference belongs to the
TODO in it, or to the one before it in the same hunk. Where one function has several TODOs without a line
between them, they are solved together, as the first of them.
"""

import difflib
import os
import re
import subprocess
import sys

TODO = re.compile(r"TODO (\d+)")
CALL = re.compile(r'\bfail\("([a-z_0-9]+)')
TOO_COMMON = {"open", "strdup", "the", "user", "group"}  # our other modules say these, too, or they are no calls


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines(keepends=True)


def differences(skeleton, ours):
    """Yields (number of the TODO, first and last line of the skeleton, the lines of ours)."""
    matcher = difflib.SequenceMatcher(None, skeleton, ours, autojunk=False)
    for hunk in matcher.get_grouped_opcodes(1):
        found = [TODO.findall("".join(skeleton[i1:i2])) for kind, i1, i2, _, _ in hunk if kind != "equal"]
        number = next((int(numbers[0]) for numbers in found if numbers), 0)
        for kind, i1, i2, j1, j2 in hunk:
            if kind == "equal":
                continue
            numbers = [int(n) for n in TODO.findall("".join(skeleton[i1:i2]))]
            number = min(numbers, default=number)
            yield number, i1, i2, ours[j1:j2]


def solve(skeleton, ours, last):
    """The skeleton with our lines at the TODOs up to this one."""
    lines = list(skeleton)
    for number, i1, i2, new in reversed(list(differences(skeleton, ours))):
        if number <= last:
            lines[i1:i2] = new
    return lines


def main(directory, number, answer=""):
    files = subprocess.run(["find", ".", "-name", "*.c"], cwd=directory, stdout=subprocess.PIPE, check=True, text=True)
    texts = {f: (read(os.path.join(directory, f)), read(os.path.join(directory, "..", f))) for f in files.stdout.split()}
    if number == "calls":
        calls = {}
        for skeleton, ours in texts.values():
            for todo, _, _, new in differences(skeleton, ours):
                for call in CALL.findall("".join(new)):
                    calls.setdefault(call, set()).add(todo)
        for call, numbers in sorted(calls.items()):
            if call not in TOO_COMMON:
                print(call, " and ".join(f"TODO {n}" for n in sorted(numbers)))
        return
    if number == "all":
        print(*sorted({n for text in texts.values() for n, *_ in differences(*text)}))
        return
    for file, (skeleton, ours) in texts.items():
        path = os.path.join(answer, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as solved:
            solved.write("".join(solve(skeleton, ours, int(number))))


main(*sys.argv[1:])
