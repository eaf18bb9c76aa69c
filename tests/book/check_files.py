"""Checks the files of the book: every link and anchor, and that nothing of a page was lost."""
import html
import os
import re
from concurrent.futures import ProcessPoolExecutor
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pages
import source

BOOK = Path('build/book')


class Links(HTMLParser):
    """Collects what a page links to, its anchors, and the text of its code."""

    def __init__(self, path):
        super().__init__()
        self.targets = []
        self.anchors = []
        self.code = []
        self.in_code = False
        self.feed(Path(path).read_text(encoding='utf-8'))

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name in ('href', 'src'):
                self.targets.append(value)
            elif name == 'id':
                self.anchors.append(value)
        if tag == 'pre':
            self.in_code = True
            self.code.append('')

    def handle_endtag(self, tag):
        if tag == 'pre':
            self.in_code = False

    def handle_data(self, data):
        if self.in_code:
            self.code[-1] += data


def parse(path):
    links = Links(path)
    return path, links.targets, links.anchors


def faults_of_links():
    names = [str(path) for path in BOOK.rglob('*.html') if '.parts' not in path.parts]
    with ProcessPoolExecutor() as pool:
        parsed = list(pool.map(parse, names, chunksize=16))
    anchors = {path: set(ids) for path, _, ids in parsed}
    reached = {str(BOOK / 'index.html')}
    for path, targets, ids in parsed:
        for name in {name for name in ids if ids.count(name) > 1} if len(ids) != len(set(ids)) else ():
            yield f'{path}: the anchor {name} is there twice'
        for target in set(targets):
            if re.match(r'http://127\.0\.0\.1\b', target):
                continue
            if re.match('[a-z]+:', target):
                yield f'{path}: leads out of the book: {target}'
                continue
            place, _, fragment = unquote(target).partition('#')
            place = os.path.normpath(os.path.join(os.path.dirname(path), place)) if place else path
            reached.add(place)
            if not os.path.isfile(place):
                yield f'{path}: there is no {target}'
            elif fragment and fragment not in anchors.get(place, ()):
                yield f'{path}: there is no anchor for {target}'
    for path in names:
        if path not in reached:
            yield f'{path}: no link leads there'


def code_of(page):
    """Returns the blocks of code of a page, as its source has them."""
    text = Path(page).read_text(encoding='utf-8')
    return [block for _, block in re.findall(r'^```(\w*)\n(.*?)^```$', text, re.S | re.M)]


def faults_of_code():
    for page in pages.list_pages():
        shown = Links(BOOK / pages.name_of(page)).code
        for block in code_of(page):
            if block not in shown:
                yield f'{page}: this code is not shown as it stands:\n{block}'


def faults_of_sources():
    """The pages of sources show them in full, and so do the two sides of the comparisons."""
    for path in source.list_files():
        if Links(BOOK / f'src/{path}.html').code != [source.read(path)]:
            yield f'{path}: its page does not show it as it stands'
    mains = [str(path) for path in sorted(Path('steps').glob('*/main.c'))]
    for number, sides in enumerate(zip(mains, mains[1:]), 2):
        table = (BOOK / f'diff-0{number}.html').read_text(encoding='utf-8').rpartition('<table')[2]
        cells = re.findall(r'<td class="(none|same|old|new)">(.*?)(?=<td>|\n|</table>)', table)
        for path, shown in zip(sides, (cells[0::2], cells[1::2])):
            lines = [html.unescape(re.sub('<[^>]*>', '', text)).strip('\u200b') for kind, text in shown if kind != 'none']
            if '\n'.join(lines) + '\n' != source.read(path):
                yield f'diff-0{number}.html does not show {path} as it stands'


def faults():
    yield from faults_of_links()
    yield from faults_of_code()
    yield from faults_of_sources()
