#!/usr/bin/env python3
"""tests/class/grade.py SUBMISSIONS LAB...: `make grade`: grades a class.

Each answer has a copy of the workbook, namespaces and cgroups of its own (one.sh), and limits of time, memory,
processes and output. The first answer to each lab is our own: it says how long the tests take on this
machine today, and so how long an answer may take. Results: grades.csv, index.html and logs in build/grades.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import alike
import answer_run
import report
import submissions as found

OUTPUT = 1 << 20
RESULTS = os.environ.get("GRADES") or "build/grades"
WORK = f"build/class/{os.getpid()}"  # of this run; others may be going on
OURS = "our solution"
# What grade.sh quotes of a test begins with four spaces.
ROW = re.compile(r" ?(\d+) of +(\d+)  (.*)")
NOT_JUDGED = re.compile(r" -  of +(\d+)  (.*) \((not judged here: .*|uncertain: machine busy)\)")


class Grade:
    """What an answer to a lab has got."""

    def __init__(self, submission, lab):
        self.submission, self.lab = submission, lab
        self.points = [0] * len(lab.tests)  # None: this machine cannot judge it, or was too busy
        self.uncertain = []  # the places of those for which it was too busy
        self.judged = 0  # so many tests have been tried
        self.seconds = 0.0
        self.slowest = 0.0
        self.remarks = list(submission.remarks.get(lab.name, []))
        self.log = ""
        self.computing = []  # these tests had not ended, although they had the processor all the time
        self.timed_out = False  # another test had not ended, so perhaps the machine was too busy
        self.first_failed = ""

    @property
    def total(self):
        return sum(points or 0 for points in self.points)

    @property
    def of(self):
        """How many points there are, without those that are uncertain."""
        return self.lab.total - sum(self.lab.tests[i][0] for i in self.uncertain if i not in self.lab.left_out)


def put_files(grade, directory):
    """Writes the answer's files to a directory. Returns those that are missing."""
    missing = []
    shutil.rmtree(directory, ignore_errors=True)
    for file in grade.lab.files:
        data = grade.submission.files.get((grade.lab.name, file))
        if data is None:
            missing.append(file)
            continue
        path = os.path.join(directory, file)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as copy:
            copy.write(data)
    return missing


def read_line(grade, line, began):
    """Takes a line of grade.sh."""
    row = ROW.fullmatch(line)
    names = [name for _, name in grade.lab.tests]
    if row and row[3] in names:
        place = names.index(row[3])
        grade.points[place] = min(int(row[1]), grade.lab.tests[place][0])
        grade.judged = place + 1
        grade.slowest = max(grade.slowest, time.monotonic() - began)
        return
    row = NOT_JUDGED.fullmatch(line)
    if row and row[2] in names:
        place = names.index(row[2])
        grade.points[place] = None
        grade.judged = place + 1
        if row[3].startswith("uncertain"):
            grade.uncertain.append(place)
            grade.remarks.append(f"uncertain: machine busy: {row[2]}")
    elif line.startswith("The first that failed: "):
        grade.first_failed = line.partition(": ")[2]
    elif line.startswith("Used the processor all the time: "):
        grade.computing = line.partition(": ")[2].split()
    elif line.startswith("Not ended after "):
        tests = re.sub(r"^Not ended after \d+ s: |\. After.*", "", line).split()
        grade.timed_out = any(test not in grade.computing for test in tests)
        grade.remarks.append(f"time-out: {', '.join(tests)}")


def follow(run, grade):
    """Reads what the run prints until it ends."""
    log, size, grading, ended, last = [], 0, False, False, time.monotonic()
    while True:
        line = run.process.stdout.readline(65536)
        if not line:
            break
        size += len(line)
        if size > OUTPUT:
            run.end("it printed more than 1 MiB")
            break
        text = found.printable_text(line.removesuffix(b"\n"))
        log.append(text)
        if not grading:
            grading = text == "== grading"
            if text == "== does not compile":
                grade.remarks.insert(0, "does not compile" + first_error(log))
        else:
            # After the total, lines of tests are only quoted.
            if not (ended and (ROW.fullmatch(text) or NOT_JUDGED.fullmatch(text))):
                read_line(grade, text, last)
            ended = ended or text.startswith(f"lab-{grade.lab.name}: ")
            last = time.monotonic()
        if ended and grade.total < grade.of and MEMORY_REMARK not in grade.remarks and run.used_all_memory():
            grade.remarks.append(MEMORY_REMARK)
    return log, ended


MEMORY_REMARK = f"it used all of its memory ({answer_run.MEMORY >> 20} MiB)"


def first_error(log):
    for line in log:
        if re.search(r"error:|undefined", line):
            return ": " + line.removeprefix("| ")[:200]
    return ""


def grade_one(grade, number, cap, each):
    """Grades one answer to one lab."""
    began = time.monotonic()
    answer = f"{WORK}/answers/{number}-{grade.lab.name}"
    missing = put_files(grade, answer)
    if len(missing) == len(grade.lab.files):
        grade.remarks.insert(0, "nothing handed in")
        grade.log = "nothing handed in\n"
        return
    if missing:
        grade.remarks.insert(0, "does not compile: missing " + ", ".join(missing))
        grade.log = "".join(f"{file} is missing\n" for file in missing)
        return
    run = answer_run.Run([WORK, grade.lab.name, answer], cap, each)
    watcher = threading.Thread(target=run.watch)
    watcher.start()
    try:
        log, ended = follow(run, grade)
        status = run.process.wait()
    finally:
        watcher.join()
        answer_run.RUNNING.discard(run)
    grade.seconds = time.monotonic() - began
    if not run.ended_by and status == 137 and not ended:
        run.ended_by = f"it had not ended after {cap} s"
        grade.timed_out = True
    if run.ended_by:
        grade.remarks.append(run.ended_by + (f" (after {grade.judged} of {len(grade.points)} tests)" if not ended else ""))
    elif not ended and not any(r.startswith("does not compile") for r in grade.remarks):
        grade.remarks.append("the grading broke off: see the log")
    grade.log = "\n".join(log) + "\n" + "".join(f"== {remark}\n" for remark in grade.remarks)
    shutil.rmtree(answer, ignore_errors=True)


def say(grade, shown=None):
    remarks = "; ".join(grade.remarks)
    print(f"lab-{grade.lab.name}  {grade.total:2} of {grade.of:2}  {shown or grade.submission.name}"
          + (f"  ({remarks})" if remarks else ""), flush=True)


def read_ours(lab):
    ours = found.Submission(OURS)
    for file in lab.files:
        with open(os.path.join(lab.home, file), "rb") as source:
            ours.files[lab.name, file] = source.read()
    return ours


def grade_ours(grade):
    grade_one(grade, "ours", 600, 60)
    grade.lab.leave_out([i for i, points in enumerate(grade.points) if points is None and i not in grade.uncertain])
    say(grade)
    if grade.total < grade.lab.total:
        print(grade.log, end="")
        print(f"lab-{grade.lab.name}: our own solution has not all points here. The grades may be too low.", flush=True)


def limits_by(ours, alone):
    """How many seconds an answer may take, and a test of it, by what our own solution took beside others."""
    return max(60, round(6 * ours.seconds)), max(5, round(2 * ours.slowest)) if alone else max(8, round(3 * ours.slowest))


def prepare(jobs, labs):
    """Makes the copies of the workbook in which answers are compiled."""
    def make(lab):
        done = subprocess.run(["tests/class/base.sh", WORK, lab.name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, env=answer_run.clean_environment(), check=False)
        if done.returncode != 0:
            print(done.stdout.decode("utf-8", "replace"), flush=True)
            failed.append(lab.name)

    failed = []
    work_off(jobs, [lambda lab=lab: make(lab) for lab in labs])
    if failed:
        sys.exit(f"grade: lab {failed[0]} cannot be prepared; the lines above say why")


def work_off(jobs, tasks):
    """Runs the tasks, so many at once."""
    tasks, lock = list(reversed(tasks)), threading.Lock()

    def worker():
        while not STOP.is_set():
            with lock:
                if not tasks:
                    return
                task = tasks.pop()
            task()

    threads = [threading.Thread(target=worker) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


STOP = threading.Event()


def interrupted(*_):
    STOP.set()
    for run in list(answer_run.RUNNING):
        threading.Thread(target=run.end, args=("interrupted",)).start()


def find_alike(lab, grades, ours):
    """Adds to the remarks whose files are alike."""
    skeleton = b"\n".join(open(os.path.join(lab.directory, f), "rb").read() for f in lab.files)
    texts = {}
    for submission in [g.submission for g in grades] + [ours]:
        data = [submission.files.get((lab.name, f)) for f in lab.files]
        if all(d is not None for d in data):
            texts[submission.name] = b"\n".join(data)
    found_alike = alike.compare(texts, skeleton)
    for grade in grades:
        others = [f"{part:.0%} like {whose}" for part, whose in found_alike.get(grade.submission.name, [])]
        if len(others) > 4:
            others[3:] = [f"and so like {len(others) - 3} more"]
        grade.remarks += others


def give_to_caller(*directories):
    """The caller of sudo gets the files that were made as root."""
    owner = os.environ.get("SUDO_UID")
    if owner:
        subprocess.run(["chown", "-Rh", f"{owner}:{os.environ.get('SUDO_GID', owner)}", *directories], check=False)


def count_jobs():
    """How many are graded at once. Tests wait as long as they compute, so some answers share a processor."""
    flags = re.search(r"(?:^| )-?\w*j ?(\d+)", os.environ.get("MAKEFLAGS", "").partition(" -- ")[0])
    wanted = os.environ.get("JOBS") or (flags[1] if flags else "")
    return int(wanted) if wanted.isdigit() and int(wanted) > 0 else 3 * (os.cpu_count() or 1)


def grade_class(directory, names):
    if not os.path.isdir(directory):
        sys.exit(f"grade: {directory} is no directory")
    labs = found.read_labs()
    unknown = [name for name in names if name not in labs]
    if unknown:
        sys.exit(f"grade: there is no lab {unknown[0]}; there are: {' '.join(labs)}")
    labs = [labs[name] for name in names]
    for lab in labs:
        if any(os.path.samefile(f"{lab.home}/{f}", f"{lab.directory}/{f}") for f in lab.files if os.path.exists(f"{lab.directory}/{f}")):
            sys.exit("grade: this copy of the workbook has no solutions: unpack the teacher's pack in it first")
    submitted, refused = found.read_all(directory, labs)
    for name, reason in refused:
        print(f"grade: {found.printable(name)!r} is left out: {reason}", file=sys.stderr)
    if not submitted:
        sys.exit(f"grade: {directory} has no submissions: a folder for each learner, or what make handin-NN packs")
    for path in (os.getcwd(), os.path.realpath(directory)):
        if path.startswith(("/usr/", "/etc/", "/lib")):
            sys.exit(f"grade: answers see what is in {path}: put the workbook and the submissions elsewhere")
    jobs = count_jobs()
    prepare(jobs, labs)
    ours = {lab.name: Grade(read_ours(lab), lab) for lab in labs}
    work_off(jobs, [lambda g=g: grade_ours(g) for g in ours.values()])
    grades = [Grade(submission, lab) for lab in labs for submission in submitted]

    def task(place, alone=False):
        grade = grades[place]
        grade_one(grade, place, *limits_by(ours[grade.lab.name], alone))
        say(grade, f"{grade.submission.name}, again alone" if alone else None)

    places = range(len(grades))
    work_off(jobs, [lambda i=i: task(i) for i in places])
    for i in places if jobs > 1 else []:
        if grades[i].timed_out and not STOP.is_set():
            grades[i] = Grade(grades[i].submission, grades[i].lab)
            task(i, alone=True)
    if STOP.is_set():
        sys.exit("grade: interrupted")
    for lab in labs:
        find_alike(lab, [g for g in grades if g.lab is lab], ours[lab.name].submission)
    order = {lab.name: i for i, lab in enumerate(labs)}
    grades.sort(key=lambda g: (g.submission.name, order[g.lab.name]))
    report.write(RESULTS, labs, grades, [(found.printable(n), r) for n, r in refused])
    give_to_caller(RESULTS, "build/class")
    print(f"{RESULTS}/grades.csv and {RESULTS}/index.html: {len(submitted)} submissions of {len(labs)} labs")
    return 1 if refused else 0


def enter_namespace():
    """Runs this program in a mount namespace, where the copies of the workbook are in memory."""
    if os.environ.pop("GRADE_NAMESPACE", "") != "own":
        os.environ["GRADE_NAMESPACE"] = "own"
        os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, __file__, *sys.argv[1:]])
    os.makedirs(WORK)
    subprocess.run(["mount", "-t", "tmpfs", "class", WORK], check=True)


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
    enter_namespace()
    signal.signal(signal.SIGINT, interrupted)
    signal.signal(signal.SIGTERM, interrupted)
    try:
        sys.exit(grade_class(sys.argv[1], sys.argv[2:]))
    finally:
        subprocess.run(["umount", "--lazy", WORK], check=False)
        os.rmdir(WORK)
