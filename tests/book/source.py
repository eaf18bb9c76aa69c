"""The source files: which there are, where names are defined, and their highlighted text."""
import html
import os
import re
from pathlib import Path

from pygments.lexers import BashLexer, CLexer, MakefileLexer, PythonLexer
from pygments.token import Comment, Keyword, Name, Number, String

LEXERS = {'.c': CLexer, '.h': CLexer, '.sh': BashLexer, 'console': BashLexer, '.mk': MakefileLexer,
          'Makefile': MakefileLexer, '.py': PythonLexer}
# The kinds of tokens that have a colour, and the kinds that may be links.
CLASSES = (((Comment.Preproc, Comment.PreprocFile), 'p'), ((Comment,), 'c'), ((Keyword,), 'k'),
           ((String,), 's'), ((Number,), 'n'))
LINKED = (Name, Comment.PreprocFile)

# Skeletons and mutants: their functions are defined elsewhere.
LAB = re.compile('/lab[-/]')

# A definition begins at the first column; a function's opening brace is alone in its line.
FUNCTION = re.compile(r'^[a-z][\w *]*?\b(\w+)\([^;{]*\)\n\{', re.M)
STRUCT = re.compile(r'^(?:struct|enum) (\w+) \{', re.M)


def list_files():
    """Lists the source files: all that a reader may want to see, but for mutants and test data."""
    found = ['Makefile']
    for top in ('common', 'steps', 'rootfs', 'tests'):
        for folder, folders, names in os.walk(top):
            folders[:] = sorted(f for f in folders if f not in ('busybox', 'data', 'mutants', '__pycache__'))
            found += [f'{folder}/{name}' for name in sorted(names) if Path(name).suffix in LEXERS]
    return found


def read(path):
    return Path(path).read_text(encoding='utf-8')


def about(path):
    """Returns the first sentence of the comment at the top of a file, or of its header."""
    if path.endswith('.c') and os.path.exists(path[:-1] + 'h') and not read(path).startswith('/*'):
        path = path[:-1] + 'h'
    kind = Path(path).suffix
    pattern = (r'\A(?:#[^\n]*\n|\n)*/\*(.*?)\*/' if kind == '.h' else r'\A/\*(.*?)\*/' if kind == '.c' else r'"""(.*?)"""' if kind == '.py' else r'((?:^#(?!!| shellcheck)[^\n]*\n)+)')
    comment = re.search(pattern, read(path), re.S | re.M)
    if not comment:
        return ''
    words = re.sub(r'^\s*[*#]* ?', '', comment[1], flags=re.M).strip()
    sentence = ' '.join(re.split(r'(?<=[^.])\.\s|\n\s*\n', words)[0].split()).rstrip('.')
    return re.sub(r'^\S*' + re.escape(Path(path).name) + r'[^:]*: ', '', sentence)


class Names:
    """Where the files, functions and structures are that the pages name."""

    def __init__(self, files):
        self.files = files
        self.paths = set(files)
        self.folders = {str(folder) for file in files for folder in Path(file).parents} - {'.'}
        self.places = {}  # a name: the paths of the files that define it
        for path in files:
            self.add(Path(path).name, path)
            if path.endswith(('.c', '.h')):
                text = read(path)
                for function in FUNCTION.findall(text):
                    self.add(function + '()', path)
                for struct in STRUCT.findall(text):
                    self.add('struct ' + struct, path)

    def add(self, name, path):
        if not LAB.search(path) and path not in self.places.setdefault(name, []):
            self.places[name].append(path)

    def nearest(self, name, folder):
        """Returns the file that defines a name: in this folder or below it, or the only one."""
        places = self.places.get(name, [])
        for candidates in ([p for p in places if Path(p).parent == Path(folder)],
                           [p for p in places if p.startswith(f'{folder}/')],
                           [p for p in places if not p.startswith('tests/')], places):
            if len(candidates) == 1:
                return candidates[0]
        return None

    def find(self, text, folder):
        """Returns the place of the file, folder or name in the book that a word of a page means."""
        word, _, line = text.partition(':')
        if re.fullmatch(r'[\w./-]+', word):
            for path in (f'{folder}/{word}', word):
                path = os.path.normpath(path)
                if path in self.paths:
                    return place(path, 'L' + line if line.isdigit() else '')
                if '/' in word and path in self.folders:
                    return f'files.html#{path}'
        path = self.nearest(word, folder) if '.' in word else None
        if path:
            return place(path, 'L' + line if line.isdigit() else '')
        if re.fullmatch(r'\w+\(\)|struct \w+', text):
            path = self.nearest(text, folder)
        elif re.fullmatch(r'\w+_\w+', text):  # a test
            text += '()'
            path = self.nearest(text, 'tests')
            path = path if path and path.startswith('tests/test_') else None
        return place(path, anchor(text)) if path else None


def anchor(name):
    return name.replace(' ', '-')


def place(path, fragment=''):
    return f'src/{path}.html' + (f'#{fragment}' if fragment else '')


def highlight_lines(text, kind, link=None):
    """Returns the lines of a text as HTML. link(WORD, WHAT FOLLOWS) returns a link's target, or None."""
    done = []
    tokens = list(LEXERS[kind](stripnl=False, ensurenl=False).get_tokens(text))
    for (token, value), (_, following) in zip(tokens, tokens[1:] + [('', '')]):
        name = next((name for kinds, name in CLASSES if any(token in kind for kind in kinds)), None)
        target = link(value, following) if link and token in LINKED else None
        for number, piece in enumerate(value.split('\n')):
            if number:
                done.append('\n')
            shown = html.escape(piece, quote=False)
            if target:
                shown = f'<a href="{target}">{shown}</a>'
            done.append(f'<span class="{name}">{shown}</span>' if name and piece.strip() else shown)
    return ''.join(done).removesuffix('\n').split('\n')


def kind_of(path):
    return Path(path).suffix or Path(path).name


def render(path, names):
    """Returns a source file as HTML: numbered lines, named definitions, links to what is called."""
    folder = str(Path(path).parent)
    depth = '../' * (path.count('/') + 1)
    text = read(path)
    defined = {}
    for pattern, form in ((FUNCTION, '{}()'), (STRUCT, 'struct {}')):
        if path.endswith(('.c', '.h')):
            for match in pattern.finditer(text):
                line = text.count('\n', 0, match.start()) + 1
                if form.format(match[1]) not in defined.values():
                    defined[line] = form.format(match[1])

    def link(word, following):
        if LAB.search(path):
            return None
        if word.startswith('"'):
            target = names.nearest(word.strip('"'), folder)
            return depth + place(target) if target else None
        target = names.nearest(f'{word}()', folder) if following.startswith('(') else None
        return depth + place(target, f'{word}()') if target else None

    lines = []
    for number, line in enumerate(highlight_lines(text, kind_of(path), link), 1):
        name = f' id="{anchor(defined[number])}"' if number in defined else ''
        lines.append(f'<span class="l" id="L{number}"><a href="#L{number}" tabindex="-1"{name}></a>{line}\n</span>')
    return '<pre class="source"><code>' + ''.join(lines) + '</code></pre>'
