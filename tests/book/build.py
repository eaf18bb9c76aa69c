#!/usr/bin/python3
"""Builds the book: a site of the workbook's pages and sources in build/book, and build/book/book.pdf.

What takes time (pandoc, the highlighting of sources) is kept in build/book/.parts, and is made again
if it is older than what it was made of. The pages are put together from these parts each time.
"""
import difflib
import html
import json
import os
import re
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from string import Template

sys.dont_write_bytecode = True
missing = [name for name in ('pygments', 'weasyprint') if not find_spec(name)] + ['pandoc'] * (not shutil.which('pandoc'))
if missing:
    sys.exit(f'book: {" and ".join(missing)} missing; make deps-book installs what the book needs')

import paper
import source
from pages import Page, list_pages, name_of

HERE = Path(__file__).parent
BOOK = Path('build/book')
PARTS = BOOK / '.parts'
FONTS = Path('/usr/share/fonts/truetype/charis')
HEADING = re.compile(r'<h([1-4]) id="([^"]*)">(.*?)</h\1>', re.S)
CHAPTERS = ('01', '02', '03', '04', '05', '06')


def write(path, text):
    """Writes a file of the book, unless it has this text already."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding='utf-8') != text:
        path.write_text(text, encoding='utf-8')


def plain(markup):
    return html.unescape(re.sub('<[^>]*>', '', markup))


# ---- Parts --------------------------------------------------------------------------------------

def part_of(path):
    return PARTS / f'{path}.html'


def is_old(path):
    """Tells if the part of a page or source must be made: it is older than one of its files."""
    part = part_of(path)
    if not part.exists():
        return True
    needs = [path, str(HERE / 'source.py'), str(HERE / 'pages.py'), str(PARTS / 'names')]
    if path.endswith('.md'):  # shows lines and pictures of these
        text = part.read_text(encoding='utf-8')
        needs += re.findall(r'<b><i>\$ </i>[^\n]*href="src/(.*?)\.html', text)
        needs += [str(Path(path).parent / name) for name in re.findall('src="pictures/([^"]*)"', text)]
    made = part.stat().st_mtime
    return any(not os.path.exists(need) or os.path.getmtime(need) > made for need in needs)


def make_part(path, names):
    text = Page(path, names).render() if path.endswith('.md') else source.render(path, names)
    part_of(path).parent.mkdir(parents=True, exist_ok=True)
    part_of(path).write_text(text, encoding='utf-8')


def make_parts(pages, names):
    """Makes the parts that are old, several at once; returns how many there were."""
    PARTS.mkdir(parents=True, exist_ok=True)
    write(PARTS / 'names', json.dumps(names.places))
    old = [path for path in pages + names.files if is_old(path)]
    with ProcessPoolExecutor() as pool:
        list(pool.map(make_part, old, [names] * len(old), chunksize=4))
    return len(old)


# ---- The site -----------------------------------------------------------------------------------

class Site:
    """The book's pages, with what they have around them."""

    def __init__(self, pages):
        self.template = Template((HERE / 'page.html').read_text(encoding='utf-8'))
        self.parts = {page: part_of(page).read_text(encoding='utf-8') for page in pages}
        self.titles = {page: plain(HEADING.search(text)[3]) for page, text in self.parts.items()}
        self.pages = pages
        self.written = set()

    def contents(self, current, depth):
        """Returns the list of pages, with the sections of the page that is shown."""
        items = []
        for page in self.pages:
            here = ' aria-current="page"' if page == current else ''
            below = '' if page.endswith('README.md') or page == 'NOTES.md' else ' class="below"'
            title = self.titles[page]
            if below:
                title = re.sub(r'^Chapter \d: (.)', lambda match: match[1].upper(), title)
            item = f'<a href="{depth}{name_of(page)}"{here}>{html.escape(title)}</a>'
            if here:
                sections = [f'<li><a href="#{name}">{re.sub("</?a[^>]*>", "", text)}</a>'
                            for level, name, text in HEADING.findall(self.parts[page]) if level == '2']
                chapter = re.match('steps/(0[2-6])[^/]*/README.md', page)
                if chapter:
                    sections.append(f'<li><a href="diff-{chapter[1]}.html"><code>main.c</code> before and after</a>')
                item += f'<ol>{"".join(sections)}</ol>'
            items.append(f'<li{below}>{item}')
        here = ' aria-current="page"' if current == 'files' else ''
        items.append(f'<li><a href="{depth}files.html"{here}>The source files</a>'
                     f'<li><a href="{depth}book.pdf">On paper (PDF)</a>')
        return '<ol>' + '\n'.join(items) + '</ol>'

    def write(self, name, title, body, current='', kind='page', neighbours=('', '')):
        depth = '../' * name.count('/')
        links = [f'<a rel="{rel}" href="{name_of(page)}"><span>{word}</span>{html.escape(self.titles[page])}</a>'
                 for rel, word, page in zip(('prev', 'next'), ('Before', 'Next'), neighbours) if page]
        text = self.template.substitute(
            title=html.escape(title), book=html.escape(self.titles['README.md']), depth=depth, kind=kind, body=body,
            contents=self.contents(current, depth), neighbours=''.join(links))
        write(BOOK / name, text)
        self.written.add(name)

    def write_pages(self):
        for before, page, after in zip(['', *self.pages], self.pages, [*self.pages[1:], '']):
            body = HEADING.sub(r'<h\1 id="\2">\3<a class="anchor" href="#\2" aria-label="Link to this section"></a></h\1>',
                               self.parts[page])
            self.write(name_of(page), self.titles[page], body, page, neighbours=(before, after))

    def write_sources(self, files):
        for path in files:
            chapter = next((p for p in self.pages if p.endswith('/README.md') and path.startswith(p[:-9])), '')
            depth = '../' * (path.count('/') + 1)
            about = html.escape(source.about(path))
            where = f'<a href="{depth}files.html#{Path(path).parent}">{Path(path).parent}/</a>' if '/' in path else ''
            more = f' <a href="{depth}{name_of(chapter)}">{html.escape(self.titles[chapter])}</a>' if chapter else ''
            made = re.match(r'steps/(0[2-6])-[^/]*/main.c$', path)
            if made:
                more += f' <a href="{depth}diff-{made[1]}.html">Beside the chapter before</a>'
            body = (f'<h1 class="path">{where}{Path(path).name}</h1>\n<p class="about">{about}{"." if about else ""}'
                    f'{more}</p>\n{part_of(path).read_text(encoding="utf-8")}')
            self.write(f'src/{path}.html', path, body, kind='source')

    def write_files(self, names):
        """Writes the list of source files, by folders."""
        folders = {}
        for path in names.files:
            folders.setdefault(str(Path(path).parent), []).append(path)
        for folder in names.folders:
            folders.setdefault(folder, [])
        rows = ['<h1>The source files</h1>']
        for folder in sorted(folders, key=lambda f: (f.startswith('tests'), f)):
            rows.append(f'<h2 id="{folder}">{folder}/</h2><dl>' if folder != '.' else '<dl>')
            rows += [f'<dt><a href="src/{path}.html">{Path(path).name}</a><dd>{html.escape(source.about(path))}'
                     for path in folders[folder]]
            rows.append('</dl>')
        self.write('files.html', 'The source files', '\n'.join(rows), 'files', kind='files')

    def write_diffs(self):
        """Writes, for each chapter from 2 on, its main.c beside that of the chapter before."""
        mains = {n: str(next(Path('steps').glob(f'{n}-*/main.c'))) for n in CHAPTERS}
        for before, after in zip(CHAPTERS, CHAPTERS[1:]):
            title = f'From chapter {before[1]} to chapter {after[1]}'
            body = [f'<h1>{title}</h1>']
            spawn = str(Path(mains[after]).parent / 'oci/life/container_spawn.c')
            if os.path.exists(spawn):  # the calls in the container are in this file then
                body += ['<h2 id="inside">In the container</h2>', diff(mains[before], spawn, 'inside'),
                         '<h2 id="program">The program</h2>']
            body.append(diff(mains[before], mains[after]))
            self.write(f'diff-{after}.html', title, '\n'.join(body), kind='diff')

    def write_index(self, names):
        """Writes what the search looks through: a script, as browsers fetch nothing from file://."""
        sections = []
        for page in self.pages:
            for piece in re.split(r'(?=<h[1-4] id=)', self.parts[page]):
                heading = HEADING.match(piece)
                if heading:
                    text = ' '.join(plain(piece[heading.end():]).split())
                    sections.append([f'{name_of(page)}#{heading[2]}', self.titles[page], plain(heading[3]), text])
        places = [[name, source.place(path, '' if name == Path(path).name else source.anchor(name)), path]
                  for name, paths in sorted(names.places.items()) for path in paths]
        write(BOOK / 'search-index.js', 'const sections = ' + json.dumps(sections, ensure_ascii=False) +
              ';\nconst places = ' + json.dumps(places) + ';\n')

    def remove_old_pages(self):
        for path in BOOK.rglob('*.html'):
            name = str(path.relative_to(BOOK))
            if not name.startswith('.parts/') and name not in self.written:
                path.unlink()


def diff(old, new, function=None):
    """Returns two files, or a function in both of them, beside each other."""
    sides = []
    for path in (old, new):
        text = source.read(path)
        first, last = 0, text.count('\n')
        if function:
            match = next(m for m in source.FUNCTION.finditer(text) if m[1] == function)
            first = text.count('\n', 0, match.start())
            last = text.count('\n', 0, text.index('\n}\n', match.end())) + 2
        sides.append((path, first, text.split('\n')[first:last], source.highlight_lines(text, '.c')[first:last]))

    def cell(side, number, change):
        path, first, _, shown = sides[side]
        if number is None:
            return '<td><td class="none">'
        link = f'src/{path}.html#L{first + number + 1}'
        return (f'<td><a href="{link}" tabindex="-1">{first + number + 1}</a>'
                f'<td class="{change}">{shown[number] or "&#8203;"}')

    rows = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, sides[0][2], sides[1][2], False).get_opcodes():
        for i in range(max(b - a, d - c)):
            left, right = (a + i if a + i < b else None), (c + i if c + i < d else None)
            changes = ('same', 'same') if kind == 'equal' else ('old', 'new')
            rows.append(f'<tr class="{kind}">{cell(0, left, changes[0])}{cell(1, right, changes[1])}')
    heads = ''.join(f'<th colspan="2"><a href="src/{path}.html">{path}</a>' for path in (old, new))
    return f'<table class="diff"><colgroup><col><col><col><col></colgroup><thead><tr>{heads}<tbody>' + '\n'.join(rows) + '</table>'


def copy_files(pages):
    """Copies what the pages show or load."""
    pictures = [p for page in pages for p in Path(page).parent.glob('*.svg')] if pages else []
    wanted = [(path, BOOK / 'pictures' / path.name) for path in pictures]
    wanted += [(HERE / name, BOOK / name) for name in ('book.css', 'print.css', 'book.js')]
    wanted += [(path, BOOK / 'fonts' / path.name) for path in FONTS.glob('*.ttf')]
    for path, copy in wanted:
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists() or copy.stat().st_mtime < path.stat().st_mtime:
            shutil.copy(path, copy)


def main():
    pages = list_pages()
    names = source.Names(source.list_files())
    made = make_parts(pages, names)
    copy_files(pages)
    site = Site(pages)
    site.write_pages()
    site.write_sources(names.files)
    site.write_files(names)
    site.write_diffs()
    site.write_index(names)
    site.remove_old_pages()
    print(f'BOOK    {BOOK}/index.html: {len(pages)} pages, {len(names.files)} source files, {made} made anew')
    paper.write(BOOK / 'book.pdf', site, name_of)


if __name__ == '__main__':
    main()
