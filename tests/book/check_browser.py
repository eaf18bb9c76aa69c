"""Checks the book's pages in a headless Chromium: errors, overflow, contrast, search, keyboard.

With SHARE=N, only a third of the pages of source files: the Nth, from 0.
"""
import base64
import os
from pathlib import Path

import pages
from browser import Browser

BOOK = Path('build/book').resolve()
PICTURES = Path('build/book-check')

# Words that a reader may look for, and the pages one of which is to be among the first three that are found.
WORDS = {
    'sethostname': ('01-uts',), 'PR_SET_PDEATHSIG': ('01-uts', '02-pid-proc'), 'zombie': ('02-pid-proc',),
    'pivot_root': ('03-mount-pivot_root',), 'masquerade': ('04-net',), 'hairpin': ('04-net',),
    'fork bomb': ('05-cgroups',), 'overlayfs': ('06-full-images', '06-full-engine', 'index'),
    'seccomp': ('06-full', '06-full-configuration'), 'idmapped': ('06-full-users', '06-full-configuration'),
}

OVERFLOW = '''(() => {
	const width = document.documentElement.clientWidth;
	const scrolls = e => e && (/auto|scroll|hidden/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
	const wide = [...document.querySelectorAll('body *')].filter(e => {
		const box = e.getBoundingClientRect();
		return box.width && (box.right > WIDTH + 1 || box.left < -1) && !e.matches('.skip') && !scrolls(e.parentElement);
	});
	return wide.slice(0, 3).map(e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 40))
		.concat(document.documentElement.scrollWidth > WIDTH ? ['the page is ' + document.documentElement.scrollWidth] : []);
})()'''

CONTRAST = '''(() => {
	const parse = color => color.match(/[\\d.]+/g).map(Number);
	const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
		.reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
	const ground = e => {
		for (; e; e = e.parentElement) {
			const color = parse(getComputedStyle(e).backgroundColor);
			if (color.length === 3 || color[3] > 0)
				return color;
		}
		return [255, 255, 255];
	};
	const bad = new Set();
	const check = (e, pseudo, what) => {
		const style = getComputedStyle(e, pseudo);
		const [a, b] = [light(parse(style.color)), light(ground(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < 4.5)
			bad.add(`${what} (${style.color}): ${ratio.toFixed(2)}`);
	};
	const seen = new Set();
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const e = walker.currentNode.parentElement;
		const key = [e.tagName, e.className, e.parentElement.tagName, e.parentElement.className,
			e.closest('pre, td, nav, header, footer')?.className].join();
		if (!walker.currentNode.data.trim() || seen.has(key) || !e.checkVisibility())
			continue;
		seen.add(key);
		check(e, null, key + ' ' + walker.currentNode.data.trim().slice(0, 30));
	}
	for (const [selector, pseudo] of [['#theSearch', '::placeholder'], ['.l > a', '::before'], ['.anchor', '::before']]) {
		const e = document.querySelector(selector);
		if (e)
			check(e, pseudo, selector + pseudo);
	}
	return [...bad];
})()'''

FOCUSED = '''(() => {
	const e = document.activeElement;
	const box = e.getBoundingClientRect();
	return {
		name: e.id || e.className || e.textContent.trim(), tag: e.tagName, place: e.closest('nav, header, main')?.tagName.toLowerCase() || 'header',
		shown: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
		outline: getComputedStyle(e).outlineStyle !== 'none',
	};
})()'''


class Check:
    """A browser, and the faults that it has found."""

    def __init__(self):
        self.browser = Browser()
        self.found = []
        self.widths = [360, 1440]

    def expect(self, holds, fault):
        if not holds:
            self.found.append(fault)

    def open(self, name):
        self.browser.open(f'file://{BOOK}/{name}')

    def wait_for(self, condition):
        """Waits until an expression is true, at most ten seconds."""
        self.browser.run('new Promise(done => { let left = 500; const look = () => '
                         f'({condition}) || !left-- ? done() : setTimeout(look, 20); look(); }})')

    def picture(self, name):
        PICTURES.mkdir(exist_ok=True)
        data = self.browser.call('Page.captureScreenshot', format='png')['data']
        (PICTURES / f'{name}.png').write_bytes(base64.b64decode(data))

    def look(self, name, contrast):
        """Opens a page, and looks at it in each width, and in light and dark."""
        self.open(name)
        self.browser.run('document.querySelectorAll("details").forEach(details => { details.open = true; })')
        for width in self.widths:
            self.browser.resize(width, 900)
            for fault in self.browser.run(OVERFLOW.replace('WIDTH', str(width))):
                self.found.append(f'{name}: wider than {width} pixels: {fault}')
        for scheme in ('light', 'dark') if contrast else ():
            self.browser.prefer(scheme)
            for fault in self.browser.run(CONTRAST):
                self.found.append(f'{name}, {scheme}: contrast of {fault}')
        for error in self.browser.errors:
            self.found.append(f'{name}: {error}')
        self.browser.errors.clear()
        self.widths.reverse()  # the next page begins with the width that is set

    def search(self):
        for word, places in WORDS.items():
            self.open('notes.html')
            self.browser.press('/')
            self.browser.type(word)
            self.wait_for('theResults.children.length')
            first = self.browser.run('[...theResults.querySelectorAll("a")].slice(0, 3).map(a => a.pathname)')
            self.expect({Path(name).stem for name in first} & set(places), f'search: "{word}" finds first {first}')
            self.leave('Enter', f'search: Enter after "{word}" leads nowhere')
            name, text, anchor = self.browser.run(
                '[location.pathname, document.body.textContent, !location.hash || '
                '!!document.getElementById(decodeURIComponent(location.hash.slice(1)))]')
            self.expect(name == first[0], f'search: "{word}" leads to {name}, not to what is first')
            self.expect(word.lower() in text.lower(), f'search: {Path(name).name} does not have "{word}"')
            self.expect(anchor, f'search: "{word}" leads to an anchor that is not there')
        self.open('index.html')
        self.browser.press('/')
        self.browser.type('zxqv')
        self.wait_for('theResults.children.length')
        self.expect('Nothing' in self.browser.run('theResults.textContent'), 'search: a word that is nowhere is found')
        chosen = 'document.querySelector("[aria-selected=true]")?.id'
        self.browser.run('theSearch.value = ""')
        self.browser.type('namespace')
        self.wait_for('document.querySelector("[role=option]")')
        for key, result in (('ArrowDown', 'result-1'), ('ArrowDown', 'result-2'), ('ArrowUp', 'result-1')):
            self.browser.press(key)
            self.expect(self.browser.run(chosen) == result, f'search: {key} does not choose {result}')
        self.browser.press('Escape')
        self.expect(self.browser.run('theResults.hidden'), 'search: Escape does not close the results')

    def keyboard(self):
        self.browser.resize(1440, 900)
        self.open('01-uts.html')
        order = []
        while len(order) < 300:
            self.browser.press('Tab')
            focus = self.browser.run(FOCUSED)
            if focus['tag'] == 'BODY':
                break
            order.append(focus)
            self.expect(focus['shown'] and focus['outline'], f'keyboard: the focus on {focus["name"]} is not seen')
        names = [focus['name'] for focus in order]
        places = [focus['place'] for focus in order]
        expected = self.browser.run('''[...document.querySelectorAll('a[href], button, input, summary')]
			.filter(e => e.tabIndex >= 0 && e.checkVisibility()).length''')
        self.expect(names[0] == 'skip', f'keyboard: first comes {names[0]}, not the link to the text')
        self.expect('theSearch' in names[:3], f'keyboard: the search is not among the first: {names[:3]}')
        self.expect(places == sorted(places, key=('header', 'nav', 'main').index),
                    'keyboard: the order is not the head, the contents, the text')
        scrolling = sum(focus['tag'] in ('PRE', 'DIV') for focus in order)
        self.expect(len(order) - scrolling == expected, f'keyboard: {len(order) - scrolling} of {expected} are reached')
        self.open('01-uts.html')
        for key in ('Tab', 'Enter', 'Tab'):
            self.browser.press(key)
        self.expect(self.browser.run(FOCUSED)['place'] == 'main', 'keyboard: the link to the text does not lead there')
        self.turn('ArrowRight', '02-pid-proc.html')
        self.turn('ArrowLeft', '01-uts.html')

    def leave(self, key, fault):
        """Presses a key that leads to another page."""
        self.browser.events.clear()
        self.browser.press(key)
        try:
            self.browser.wait_for('Page.loadEventFired')
        except RuntimeError as error:
            raise RuntimeError(fault) from error

    def turn(self, key, name):
        self.open('01-uts.html' if key == 'ArrowRight' else '02-pid-proc.html')
        self.leave(key, f'keyboard: {key} leads nowhere')
        self.expect(self.browser.run('location.pathname').endswith(name), f'keyboard: {key} does not lead to {name}')

    def drawer(self):
        self.browser.resize(360, 740)
        self.open('04-net.html')
        for key in ('Tab', 'Tab', 'Enter'):
            self.browser.press(key)
        self.expect(self.browser.run('theContents.matches(":popover-open")'), 'telephone: Enter does not open the contents')
        self.browser.press('Tab')
        self.expect(self.browser.run(FOCUSED)['place'] == 'nav', 'telephone: Tab does not lead to the contents')
        self.browser.press('Escape')
        self.expect(not self.browser.run('theContents.matches(":popover-open")'), 'telephone: Escape does not close the contents')
        self.expect(self.browser.run(FOCUSED)['name'] == 'theMenu', 'telephone: the focus is lost when the contents close')

    def theme(self):
        ground = 'getComputedStyle(document.body).backgroundColor'
        self.browser.prefer('light')
        self.open('01-uts.html')
        light = self.browser.run(ground)
        self.browser.run('theTheme.focus()')
        self.browser.press('Enter')
        dark = self.browser.run(ground)
        self.expect(light != dark, 'theme: the button changes nothing')
        self.open('02-pid-proc.html')
        self.expect(self.browser.run(ground) == dark, 'theme: the next page has forgotten it')
        self.browser.run('localStorage.clear()')

    def pictures(self):
        """Takes the pictures that somebody looks at."""
        for width, height in ((360, 740), (1440, 900)):
            self.browser.resize(width, height)
            for scheme in ('light', 'dark'):
                self.browser.prefer(scheme)
                for name in ('index', '01-uts', '04-net', '06-full', '06-full-specification', 'diff-03', 'files',
                             'src/steps/01-uts/uts.c'):
                    self.open(f'{name}.html')
                    self.picture(f'{name.replace("/", "-")}-{width}-{scheme}')
        self.browser.run('theSearch.focus()')
        self.browser.type('pivot_root')
        self.wait_for('theResults.children.length')
        self.picture('search')
        self.browser.resize(360, 740)
        self.picture('search-360')
        self.browser.run('theSearch.blur(), theContents.showPopover()')
        self.picture('contents-360')


def with_browser(look):
    check = Check()
    try:
        look(check)
    except RuntimeError as error:
        check.found.append(str(error))
    finally:
        check.browser.end()
    return check.found + check.browser.errors


def look_at_all(check):
    names = sorted(str(path.relative_to(BOOK)) for path in BOOK.rglob('*.html') if '.parts' not in path.parts)
    check.expect(len([name for name in names if '/' not in name]) > len(pages.list_pages()), 'pages are missing')
    share = os.environ.get('SHARE')
    for number, name in enumerate(names):
        if '/' not in name or share is None or number % 3 == int(share):
            check.look(name, contrast='/' not in name or number % 20 == 0)
    check.search()
    check.keyboard()
    check.drawer()
    check.theme()


def faults():
    return with_browser(look_at_all)


def pictures():
    return with_browser(Check.pictures)
