"""Finds the learners' files in a directory of submissions, whatever their folders are called.

A submission is a folder, whose name is the learner's, or an archive that `make handin-NN` has made. A
lab's files are found by their names, at any depth. Nothing of it is trusted: links are not followed,
special files are not opened, archives are read in memory, and sizes are bounded.
"""

import hashlib
import io
import os
import stat
import tarfile
import unicodedata
import zlib

FILE_LIMIT = 1 << 20
ARCHIVE_LIMIT = 16 << 20
ENTRIES_LIMIT = 20000
SKIPPED = {"build", "mutants", ".git"}  # in a copy of the whole workbook these are not the learner's


class Lab:
    """A lab: what is handed in for it, and what its tests are worth."""

    def __init__(self, name, directory, files):
        self.name, self.directory, self.files = name, directory, files
        with open(os.path.join(directory, "points"), encoding="utf-8") as lines:
            rows = [line.split(None, 2) for line in lines if line.strip() and line[0] != "#"]
        self.tests = [(int(row[0]), row[1].replace("+", " + ")) for row in rows]
        self.leave_out([])

    def leave_out(self, places):
        """The total is without these tests, which this machine cannot judge."""
        self.left_out = places
        self.total = sum(worth for i, (worth, _) in enumerate(self.tests) if i not in places)

    @property
    def home(self):
        return os.path.dirname(self.directory)


def read_labs():
    """Returns all labs by name."""
    directories = {}
    with open("tests/class/skeletons.sha256", encoding="utf-8") as lines:
        for line in lines:
            path = line.split()[1]
            directory = "/".join(path.split("/")[:3])
            directories.setdefault(directory, []).append(path[len(directory) + 1 :])
    labs = {}
    for directory, files in directories.items():
        base = os.path.basename(directory)
        name = base[4:] if base.startswith("lab-") else directory.split("/")[1][:2]
        labs[name] = Lab(name, directory, files)
    return labs


class Submission:
    def __init__(self, name):
        self.name = name
        self.files = {}  # (lab's name, file) -> its bytes
        self.remarks = {}  # lab's name -> remarks

    def remark(self, lab, text):
        self.remarks.setdefault(lab, []).append(text)


def printable_text(data):
    """The bytes for people: what is no text, or would move a terminal's cursor, is shown as an escape sequence."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


def printable(name):
    return printable_text(os.fsencode(name))


def refusal(name):
    """Says why a folder's name is refused, or None."""
    if any(unicodedata.category(c) == "Cc" for c in name):
        return "its name has a newline or another control character"
    return None


def read_regular(path):
    """Returns the bytes of a regular file, or None and why not."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        return None, f"cannot be read ({error.strerror})"
    with os.fdopen(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return None, "is no regular file"
        data = file.read(ARCHIVE_LIMIT + 1)
    return data, None


def unpack(data):
    """Yields (path, bytes) of the regular files of an archive. Raises ValueError if it is none."""
    inflater = zlib.decompressobj(31)
    try:
        plain = inflater.decompress(data, ARCHIVE_LIMIT) if data[:2] == b"\x1f\x8b" else data
        if inflater.unconsumed_tail:
            raise ValueError("it unpacks to more than 16 MiB")
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            for count, member in enumerate(archive):
                if count > ENTRIES_LIMIT:
                    raise ValueError("it has too many entries")
                if member.isreg() and not member.issparse() and member.size <= ARCHIVE_LIMIT:
                    yield member.name, archive.extractfile(member).read()
    except (zlib.error, tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f"it is no archive that can be read ({type(error).__name__})") from error


def is_archive(name):
    return name.endswith((".tar.gz", ".tgz"))


def rank(lab, file, path):
    """How well a path fits for a lab's file: the smaller, the better."""
    parts = path.split("/")[:-1]
    named = any(p == lab.name or p == f"lab-{lab.name}" or p.startswith(f"{lab.name}-") for p in parts)
    in_lab = f"/{path}".endswith((f"/lab/{file}", f"/lab-{lab.name}/{file}"))
    return (not in_lab, not named, not f"/{path}".endswith("/" + file), len(parts), path)


def candidates(directory):
    """Yields (path below the directory, how to read it) of all files, and of those in archives."""
    seen = 0
    for parent, directories, names in os.walk(directory):
        directories[:] = sorted(d for d in directories if d not in SKIPPED)
        for name in sorted(names):
            seen += 1
            if seen > ENTRIES_LIMIT:
                return
            yield os.path.relpath(os.path.join(parent, name), directory)


def collect(submission, labs, sources):
    """Chooses the labs' files among (path, bytes or None, why not); archives count more than files."""
    by_name = {}
    for path, data, problem, packed in sources:
        by_name.setdefault(path.split("/")[-1], []).append((path, data, problem, packed))
    for lab in labs:
        for file in lab.files:
            found = by_name.get(file.split("/")[-1], [])
            found = sorted(found, key=lambda f: (not f[3], *rank(lab, file, f[0])))
            if not found:
                continue
            path, data, problem, _ = found[0]
            if data is not None and len(data) > FILE_LIMIT:
                problem = "is larger than 1 MiB"
            if problem:
                submission.remark(lab.name, f"{printable(path)} {problem}")
                continue
            best = rank(lab, file, path)[:3]
            rivals = [f for f in found[1:] if f[1] != data and rank(lab, file, f[0])[:3] == best]
            if rivals:
                submission.remark(lab.name, f"of {len(rivals) + 1} files {file.split('/')[-1]}, {printable(path)} was taken")
            submission.files[lab.name, file] = data


def check_sums(submission, labs, packed):
    """Compares the files of an archive with the checksums that are packed with them."""
    files = dict(packed)
    for lab in labs:
        for path, text in packed:
            if not f"/{path}".endswith(f"/lab-{lab.name}/SHA256SUMS"):
                continue
            for line in text.decode("utf-8", "replace").splitlines():
                total, _, file = line.partition("  ")
                data = files.get(path[: -len("SHA256SUMS")] + file)
                if data is None or hashlib.sha256(data).hexdigest() != total:
                    submission.remark(lab.name, f"{file} is not what its checksum says")


def read_submission(path, name, labs):
    submission = Submission(name)
    wanted = {file.split("/")[-1] for lab in labs for file in lab.files}
    archives, sources = [], []
    if is_archive(os.path.basename(path)):
        archives.append((os.path.basename(path), *read_regular(path)))
    else:
        for below in candidates(path):
            base = os.path.basename(below)
            if is_archive(base):
                archives.append((below, *read_regular(os.path.join(path, below))))
            elif base in wanted:
                sources.append((below, *read_regular(os.path.join(path, below)), False))
    for below, data, problem in archives:
        try:
            if problem:
                raise ValueError(f"it {problem}")
            packed = list(unpack(data))
        except ValueError as error:
            for lab in labs:
                submission.remark(lab.name, f"{printable(below)} was left out: {error}")
            continue
        check_sums(submission, labs, packed)
        sources += [(inner, data, None, True) for inner, data in packed]
    collect(submission, labs, sources)
    return submission


def read_all(directory, labs):
    """Returns the submissions, sorted by name, and (name, reason) of what was refused."""
    submissions, refused = {}, []
    for name in sorted(os.listdir(directory), key=os.fsencode):
        path = os.path.join(directory, name)
        if name.startswith(".") or os.path.islink(path) or not (os.path.isdir(path) or is_archive(name)):
            if not name.startswith("."):
                refused.append((name, "it is neither a folder nor an archive of make handin"))
            continue
        reason = refusal(name)
        if reason:
            refused.append((name, reason))
            continue
        shown = printable(name)
        if not os.path.isdir(path):
            shown = shown.removesuffix(".tar.gz").removesuffix(".tgz")
        while shown in submissions:
            shown += " (2)"
        submissions[shown] = read_submission(path, shown, labs)
    return list(submissions.values()), refused
