"""Writes what a class has got: a table for other programs, a page to look at, and the logs.

All that comes from outside, names and output, is escaped: the page has no script, and a cell of the table
begins with nothing that a spreadsheet would calculate.
"""

import csv
import os
import re
import shutil


def escape(text):
    for char, name in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        text = text.replace(char, name)
    return "".join(c if c >= " " else "\N{REPLACEMENT CHARACTER}" for c in text)


def cell(text):
    """A spreadsheet would take a text that begins so for a formula."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def log_name(number, grade):
    short = re.sub(r"[^A-Za-z0-9]+", "-", grade.submission.name).strip("-")[:40]
    return f"logs/{number:03}-{short}-lab-{grade.lab.name}.txt"


def write(directory, labs, grades, refused):
    """labs in their order; grades sorted; refused: (name, reason)."""
    shutil.rmtree(directory, ignore_errors=True)
    os.makedirs(f"{directory}/logs")
    logs, numbers = {}, {}
    for grade in grades:
        number = numbers.setdefault(grade.submission.name, len(numbers) + 1)
        logs[id(grade)] = log_name(number, grade)
        with open(f"{directory}/{logs[id(grade)]}", "w", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{grade.submission.name}, lab-{grade.lab.name}: {grade.total} of {grade.of}\n\n{grade.log}")
    write_table(f"{directory}/grades.csv", labs, grades)
    with open(f"{directory}/index.html", "w", encoding="utf-8", errors="backslashreplace") as page:
        page.write(HEAD)
        page.write("".join(write_lab(lab, [g for g in grades if g.lab is lab], logs) for lab in labs))
        page.write("".join(f"<p>Left out: {escape(name)}: {escape(reason)}</p>\n" for name, reason in refused))
        page.write("</main>\n")


def write_table(path, labs, grades):
    columns = max(len(lab.tests) for lab in labs)
    with open(path, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["name", "lab", "total", "of", *range(1, columns + 1), "seconds", "remarks"])
        for grade in grades:
            points = [*("-" if p is None else p for p in grade.points), *[""] * (columns - len(grade.points))]
            table.writerow([cell(grade.submission.name), grade.lab.name, grade.total, grade.of, *points,
                            f"{grade.seconds:.1f}", cell("; ".join(grade.remarks))])


def share(part, whole):
    return part / whole if whole else 0


def write_lab(lab, grades, logs):
    handed_in = [g for g in grades if "nothing handed in" not in g.remarks]
    average = share(sum(g.total for g in handed_in), len(handed_in))
    text = f"<section><h2>Lab {escape(lab.name)}</h2>\n<p>{len(handed_in)} of {len(grades)} handed in"
    text += f", {average:.1f} of {lab.total} points on average.</p>\n"
    text += distribution(lab, handed_in) + failures(lab, handed_in) + table(lab, grades, logs)
    return text + "</section>\n"


def distribution(lab, grades):
    """How many have how many points: five columns."""
    bins = [0] * 5
    for grade in grades:
        bins[min(4, grade.total * 5 // (grade.of or 1))] += 1
    most = max(bins) or 1
    text = "<h3>How many have how many points</h3>\n<table class=bars>\n"
    for i, count in enumerate(bins):
        low = -(-lab.total * i // 5)
        high = lab.total if i == 4 else -(-lab.total * (i + 1) // 5) - 1
        text += f"<tr><th scope=row>{low} to {high}<td><span class=bar style='width:{share(count, most) * 12:.1f}em'></span>{count}\n"
    return text + "</table>\n"


def failures(lab, grades):
    """What share of the class has lost each test, where it fails most first."""
    lost = []
    for i, (worth, name) in enumerate(lab.tests):
        if i in lab.left_out:
            continue
        count = sum(grade.points[i] is not None and grade.points[i] < worth for grade in grades)
        lost.append((-count, i, worth, name))
    text = "<h3>Where it fails most</h3>\n<table class=bars>\n"
    for count, i, worth, name in sorted(lost):
        part = share(-count, len(grades))
        text += f"<tr><th scope=row>{i + 1}. {escape(name)} ({worth})<td><span class=bar style='width:{part * 12:.1f}em'></span>{-count}\n"
    return text + "</table>\n"


def table(lab, grades, logs):
    heads = "".join(f"<th scope=col title='{escape(name)}'>{i}" for i, (_, name) in enumerate(lab.tests, 1))
    text = f"<h3>Everybody</h3>\n<div class=wide><table>\n<tr><th scope=col>name<th scope=col>points{heads}<th scope=col>seconds<th scope=col class=remarks>remarks\n"
    for grade in grades:
        text += f"<tr><th scope=row><a href='{logs[id(grade)]}'>{escape(grade.submission.name)}</a><td class=points><b>{grade.total}</b> of {grade.of}"
        for got, (worth, _) in zip(grade.points, lab.tests):
            text += f"<td class={'all' if got in (worth, None) else 'none'}>{'-' if got is None else got}"
        text += f"<td>{grade.seconds:.1f}<td class=remarks>{escape('; '.join(grade.remarks))}\n"
    return text + "</table></div>\n"


HEAD = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Grades</title>
<style>
:root { color-scheme: light dark; --line: #8886; --bar: #4a7bb5; --all: #2a8a4a40; --none: #c0392b40 }
body { font: 16px/1.4 system-ui, sans-serif; margin: 0; background: Canvas; color: CanvasText }
main { max-width: 80em; margin: auto; padding: 1em }
table { border-collapse: collapse; margin: .5em 0 1.5em }
th, td { padding: .15em .5em; border-bottom: 1px solid var(--line); text-align: right; font-variant-numeric: tabular-nums }
th[scope=row], .remarks, .bars td { text-align: left; overflow-wrap: anywhere }
th { font-weight: 600 }
.remarks { min-width: 20em }
.bars th { font-weight: 400 }
.bars td, .points { white-space: nowrap }
.bar { display: inline-block; height: .8em; margin-right: .5em; background: var(--bar) }
.all { background: var(--all) } .none { background: var(--none) }
.wide { overflow-x: auto }
a { color: LinkText }
</style>
<main><h1>Grades</h1>
"""
