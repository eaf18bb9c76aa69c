"""The pages of the workbook: their order, and what pandoc makes of them."""
import html
import json
import os
import re
import subprocess
from pathlib import Path

from source import highlight_lines, kind_of, place, read

# The pages of a chapter, after its README.md; pages that are not named here follow by their names.
ORDER = ('lifecycle', 'configuration', 'terminals', 'users', 'images', 'engine', 'engines', 'specification')

SHORT = 26  # code of so many characters is not divided at the end of a line


def list_pages():
    """Lists the pages in reading order."""
    def order(path):
        name = path.stem
        return path.parent, name != 'README', ORDER.index(name) if name in ORDER else len(ORDER), name

    return ['README.md', *map(str, sorted(Path('steps').glob('*/*.md'), key=order)), 'NOTES.md']


def name_of(page):
    """Returns the name of a page's file in the book."""
    path = Path(page)
    if page == 'README.md':
        return 'index.html'
    name = path.stem.lower() if path.stem != 'README' else ''
    return '-'.join(filter(None, (path.parent.name, name))) + '.html'


def pandoc(*arguments, text):
    return subprocess.run(('pandoc', *arguments), input=text, stdout=subprocess.PIPE, check=True,
                          encoding='utf-8').stdout


class Page:
    """One page on its way through pandoc."""

    def __init__(self, page, names):
        self.folder = str(Path(page).parent)
        self.names = names
        self.page = page

    def render(self):
        document = json.loads(pandoc('-f', 'gfm', '-t', 'json', '--preserve-tabs', text=read(self.page)))
        document['blocks'] = self.walk(document['blocks'])
        return pandoc('-f', 'json', '-t', 'html5', '--wrap=none', '--preserve-tabs', text=json.dumps(document))

    def walk(self, node):
        """Returns a part of pandoc's tree, with links to the book's files, and with its code as HTML."""
        if isinstance(node, list):
            return [self.walk(item) for item in node]
        if not isinstance(node, dict):
            return node
        kind, content = node.get('t'), node.get('c')
        if kind == 'Code':
            if len(content[1]) <= SHORT:
                content[0][1].append('short')
            return self.link_name(node, content[1])
        if kind == 'CodeBlock':
            return {'t': 'RawBlock', 'c': ['html', self.code(content[0][1], content[1])]}
        if kind == 'Link':
            content[2][0] = self.target(content[2][0])
            return node
        if kind == 'Image':
            return self.picture(content)
        if kind == 'Table':
            for column in content[2]:  # pandoc makes all columns of a wide table equal
                column[1] = {'t': 'ColWidthDefault'}
            return {'t': 'Div', 'c': [['', ['table'], []], [{**node, 'c': self.walk(content)}]]}
        if kind == 'Header':
            return node
        return {**node, 'c': self.walk(content)} if 'c' in node else {k: self.walk(v) for k, v in node.items()}

    def link_name(self, node, text):
        made = re.fullmatch(r'make diff-0([2-6])', text)
        target = f'diff-0{made[1]}.html' if made else self.names.find(text, self.folder)
        return {'t': 'Link', 'c': [['', ['name'], []], [node], [target, '']]} if target else node

    def target(self, url):
        """Returns the place in the book of what a page links to."""
        path, mark, fragment = url.partition('#')
        if not path or re.match(r'[a-z]+:', path):
            return url
        path = os.path.normpath(f'{self.folder}/{path}')
        if path.endswith('.md'):
            return name_of(path) + mark + fragment
        if path in self.names.folders:
            return f'files.html#{path}'
        return place(path, fragment)

    def picture(self, content):
        path = f'{self.folder}/{content[2][0]}'
        size = dict(re.findall(r'\b(width|height)="([\d.]+)pt"', read(path)[:2000]))
        width, height = (round(float(size[side]) * 4 / 3) for side in ('width', 'height'))
        words = html.escape(self.plain(content[1]))
        name = f'pictures/{Path(path).name}'
        image = f'<img src="{name}" alt="{words}" width="{width}" height="{height}" style="--width: {width}px">'
        return {'t': 'RawInline', 'c': ['html', f'<a class="picture" href="{name}">{image}</a>']}

    @staticmethod
    def plain(inlines):
        return ''.join(' ' if i['t'] in ('Space', 'SoftBreak') else
                       i['c'][1] if i['t'] == 'Code' else i.get('c', '') for i in inlines)

    def code(self, classes, text):
        if 'console' in classes:
            return f'<pre class="console"><code>{self.session(text)}</code></pre>'
        kind = {'c': '.c', 'sh': '.sh'}.get(classes[0]) if classes else None
        lines = highlight_lines(text, kind) if kind else html.escape(text, quote=False).split('\n')
        return '<pre><code>' + '\n'.join(lines) + '\n</code></pre>'

    def session(self, text):
        """Returns a session as HTML: commands apart from what they print. C that they print is highlighted."""
        parts = []
        for command, output in re.findall(r'^\$ (.*)\n?((?:(?!\$ ).*\n?)*)', text, re.M):
            shown, pattern, rest = command.partition('  #=> ')
            source = re.search(r'(?:^|\s)((?:common|steps|tests|rootfs)/[\w./-]+\.[ch])(?!\S)', shown)
            lines = output.removesuffix('\n').split('\n') if output else []
            shown = html.escape(shown, quote=False)
            if source and source[1] in self.names.paths:
                number = self.line_of(source[1], lines)
                link = f'<a href="{place(source[1], number)}">{source[1]}</a>'
                shown = shown.replace(source[1], link, 1)
                if number:
                    lines = highlight_lines('\n'.join(lines), kind_of(source[1]))
                    output = None
            if pattern:
                shown += f'<i>{html.escape(pattern + rest, quote=False)}</i>'
            if output is not None:
                lines = [html.escape(line, quote=False) for line in lines]
            parts.append(f'<b><i>$ </i>{shown}</b>\n' + ''.join(f'{line}\n' for line in lines))
        return ''.join(parts)

    @staticmethod
    def line_of(path, lines):
        """Returns the anchor of the line of a file at which a command's output begins."""
        text = read(path).split('\n')
        if len(lines) > 1 and lines[0] in text:
            return f'L{text.index(lines[0]) + 1}'
        return ''
