"""Checks book.pdf: the contents' numbers of pages, code that is cut, and pictures of pages to look at."""
import re
import subprocess
from pathlib import Path

import pages
from check_files import code_of

PDF = 'build/book/book.pdf'
LINES_OF_A_PAGE = 50  # a block with fewer lines, as printed, is on one page
COLUMNS = 96


def squash(text):
    return re.sub(r'[\s-]', '', text)  # pdftotext takes hyphens at the end of a line away


def read_pages(*options):
    return subprocess.run(('pdftotext', *options, PDF, '-'), stdout=subprocess.PIPE, check=True,
                          encoding='utf-8').stdout.split('\f')


def faults_of_contents(printed):
    """Each line of the contents says a page; its words are on that page, and in no line is the number missing."""
    contents = '\n'.join(page for page in printed if '. . . . .' in page)
    lines = re.findall(r'^(.+?)[ .]*\. ?(\d+)$', contents, re.M)
    if len(lines) < 50:
        yield f'the contents have only {len(lines)} lines'
    for words, number in lines:
        if squash(words) not in squash(printed[int(number) - 1]):
            yield f'the contents say that "{words}" is on page {number}'
    titles = {squash(words) for words, _ in lines}
    for page in pages.list_pages():
        title = re.search('^# (.*)', Path(page).read_text(encoding='utf-8'))[1]
        if not any(squash(title).endswith(words) for words in titles):
            yield f'"{title}" is not in the contents'


def faults_of_code(printed):
    squashed = [squash(page) for page in printed]
    for page in pages.list_pages():
        for block in code_of(page):
            lines = sum(len(line.expandtabs(4)) // COLUMNS + 1 for line in block.split('\n')) - 1
            if lines < LINES_OF_A_PAGE and not any(squash(block) in text for text in squashed):
                yield f'{page}: this block is cut, though it fits on a page:\n{block}'


def faults_of_letters():
    """Each letter of the pages is in a font of this machine; others would be printed as empty boxes."""
    letters = set(''.join(Path(page).read_text(encoding='utf-8') for page in pages.list_pages()))
    for letter in sorted(letter for letter in letters if ord(letter) > 127):
        if not subprocess.run(('fc-list', f':charset={ord(letter):x}'), stdout=subprocess.PIPE, check=True).stdout:
            yield f'no font has "{letter}" ({ord(letter):#x})'


def faults():
    yield from faults_of_letters()
    yield from faults_of_contents(read_pages())
    printed = read_pages('-raw')
    yield from faults_of_code(printed)
    for number, page in enumerate(printed[1:-1], 2):
        if not re.search(rf'^{number}$', page, re.M):
            yield f'page {number} has no number'
