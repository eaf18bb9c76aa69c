"""The book on paper: all pages in one document, which weasyprint turns into a PDF."""
import html
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
HEADING = re.compile(r'<h([1-4]) id="([^"]*)">(.*?)</h\1>', re.S)

LINE = 110  # characters in a line of a table


def set_columns(table):
    """Returns a table with widths of its columns; weasyprint's own cut off long words.

    Each column gets room for its longest word, and shares the rest of the line by its longest cell.
    """
    rows = [[html.unescape(re.sub('<[^>]*>', '', cell)) for cell in re.findall(r'<t[dh]>(.*?)</t[dh]>', row, re.S)]
            for row in table[0].split('</tr>') if '<t' in row]
    columns = list(zip(*(row for row in rows if row)))
    words = [min(30, max(len(word) for cell in column for word in (*cell.split(), ''))) + 1 for column in columns]
    cells = [min(120, max(map(len, column))) for column in columns]
    widths = [word + max(0, LINE - sum(words)) * cell / sum(cells) for word, cell in zip(words, cells)]
    group = ''.join(f'<col style="width: {width / sum(widths):.1%}">' for width in widths)
    return table[0].replace('<table>', f'<table><colgroup>{group}</colgroup>')


def chapter_of(page, text, name_of):
    """Returns a page as a chapter of the document: its links lead to other chapters, or are only words."""
    name = name_of(page).removesuffix('.html')
    text = re.sub(r'<a href="(?:src/|files\.html|diff-)[^>]*>(.*?)</a>', r'\1', text, flags=re.S)
    text = re.sub(r'<a class="picture"[^>]*>(.*?)</a>', r'\1', text, flags=re.S)
    text = re.sub(r'<table>.*?</table>', set_columns, text, flags=re.S)
    text = re.sub(r' id="([^"]*)"', rf' id="{name}.\1"', text)
    text = re.sub(r'<a href="#([^"]*)"', rf'<a class="page" href="#{name}.\1"', text)
    text = re.sub(r'<a href="([\w-]+)\.html#([^"]*)"', r'<a class="page" href="#\1.\2"', text)
    text = re.sub(r'<a href="([\w-]+)\.html"', r'<a class="page" href="#\1"', text)
    text = re.sub(r'(<a class="page".*?</a>) ', '\\1&#8203; ', text, flags=re.S)  # weasyprint drops this space
    return f'<section class="chapter" id="{name}">{text}</section>'


def edition():
    """Returns the date and the name of the commit, where there is git."""
    try:
        return subprocess.run(('git', 'log', '-1', '--format=%cs, %h'), stdout=subprocess.PIPE, check=True,
                              stderr=subprocess.DEVNULL, encoding='utf-8').stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ''


def write(path, site, name_of):
    chapters = [chapter_of(page, site.parts[page], name_of) for page in site.pages]
    contents = []
    for page, chapter in zip(site.pages, chapters):
        name = name_of(page).removesuffix('.html')
        sections = [f'<li><a href="#{target}">{re.sub("</?a[^>]*>", "", words)}</a>'
                    for level, target, words in HEADING.findall(chapter) if level == '2']
        contents.append(f'<li><a href="#{name}">{html.escape(site.titles[page])}</a><ol>{"".join(sections)}</ol>')
    title = html.escape(site.titles['README.md'])
    first = re.search(r'</h1>\s*<p>(.*?)</p>', site.parts['README.md'], re.S)[1]
    text = f'''<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>
<section class="cover"><p class="title">{title}</p><p>{first}</p><p class="edition">{edition()}</p></section>
<nav class="contents"><h1>Contents</h1><ol>{"".join(contents)}</ol></nav>
{"".join(chapters)}'''
    kept = path.parent / '.parts' / 'paper.html'
    style = (HERE / 'print.css').read_text(encoding='utf-8')
    if path.exists() and kept.exists() and kept.read_text(encoding='utf-8') == text + style:
        return
    from weasyprint import CSS, HTML  # it takes half a second to load
    HTML(string=text, base_url=str(path.parent) + '/').write_pdf(path, stylesheets=[CSS(string=style)])
    kept.write_text(text + style, encoding='utf-8')
