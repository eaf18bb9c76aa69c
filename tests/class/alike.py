"""Whose files are alike: fingerprints of tokens, by winnowing (Schleimer, Wilkerson, Aiken: "Winnowing:
Local Algorithms for Document Fingerprinting", SIGMOD 2003).

Comments, white space and the names that a learner has chosen make no difference. What is in the
skeleton, or in the files of more than half of the class, says nothing, and is left out. Files that are the same
to the letter are always told, unless nothing was written.
"""

import re

GRAM, WINDOW = 9, 4
LIKE = 0.75  # so much of the smaller one's fingerprints is in the other, too
ENOUGH = 12  # fingerprints; with fewer everybody is alike
TOKEN = re.compile(rb"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|\w+|[^\w\s]", re.S)


def tokens(data):
    return [t for t in TOKEN.findall(data) if not t.startswith((b"//", b"/*"))]


KEYWORDS = set(b"""auto bool break case char const continue default do double else enum extern false float for goto if
int long register return short signed sizeof static struct switch true typedef union unsigned void while""".split())


def fingerprints(data):
    """The fingerprints of a file. All names become one and the same, but those of functions and constants."""
    words = tokens(data)
    plain = []
    for i, word in enumerate(words):
        is_name = re.match(rb"[A-Za-z_]", word) and word not in KEYWORDS and word != word.upper()
        is_called = i + 1 < len(words) and words[i + 1] == b"("
        plain.append(b"NAME" if is_name and not is_called else word)
    grams = [hash_of(plain[i : i + GRAM]) for i in range(len(plain) - GRAM + 1)]
    return {min(grams[i : i + WINDOW]) for i in range(max(1, len(grams) - WINDOW + 1))} if grams else set()


def hash_of(words):
    """A hash that is the same in each run."""
    value = 14695981039346656037
    for byte in b"\0".join(words):
        value = (value ^ byte) * 1099511628211 & 0xFFFFFFFFFFFFFFFF
    return value


def compare(files, skeleton):
    """files: name -> bytes. Returns name -> [(part, other name)] of those that are alike, most alike first."""
    boring = fingerprints(skeleton)
    prints = {name: fingerprints(data) - boring for name, data in files.items()}
    written = {name for name, marks in prints.items() if marks}
    count = {}
    for marks in prints.values():
        for mark in marks:
            count[mark] = count.get(mark, 0) + 1
    if len(prints) >= 6:
        usual = {mark for mark, n in count.items() if n > len(prints) / 2}
        prints = {name: marks - usual for name, marks in prints.items()}
    found = {}
    for one in sorted(written):
        for other in sorted(written - {one}):
            fewer = min(len(prints[one]), len(prints[other]))
            part = len(prints[one] & prints[other]) / fewer if fewer >= ENOUGH else 0
            if files[one] == files[other]:
                part = 1
            if part >= LIKE:
                found.setdefault(one, []).append((part, other))
    return {name: sorted(others, key=lambda o: (-o[0], o[1])) for name, others in found.items()}
