// The book's script: light and dark, search, copying, and keys. Without it the book can still be read.
'use strict';

const base = new URL('.', document.currentScript.src);
const root = document.documentElement;

// Some browsers keep nothing for pages of files.
function remember(theme) {
	try {
		if (theme)
			localStorage.theme = theme;
		return localStorage.theme;
	} catch {
		return undefined;
	}
}

function setTheme(theme) {
	if (theme)
		root.dataset.theme = theme;
}
setTheme(remember());

function isDark() {
	const theme = root.dataset.theme;
	return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}

// ---- Search ----

// Returns how well a section fits the words: 0 if one of them is missing.
function fit([, , heading, text], words) {
	const title = heading.toLowerCase();
	const body = text.toLowerCase();
	let sum = 0;
	for (const word of words) {
		const count = body.split(word).length - 1;
		if (!count && !title.includes(word))
			return 0;
		sum += Math.min(count, 8) + (title.includes(word) ? 20 : 0);
	}
	return sum;
}

// Returns what is to be shown: [address, title, where it is, text].
function find(query) {
	const words = query.toLowerCase().split(/\s+/).filter(Boolean);
	if (!words.length)
		return [];
	const found = sections.map(section => [fit(section, words), section])
		.filter(([sum]) => sum).sort((a, b) => b[0] - a[0]).slice(0, 10)
		.map(([, [url, page, heading, text]]) => [url, heading, heading === page ? '' : page, extract(text, words)]);
	const name = words.join(' ');
	const named = places.filter(place => place[0].toLowerCase().startsWith(name))
		.sort((a, b) => a[0].length - b[0].length).slice(0, 6)
		.map(([word, url, path]) => [url, word, path, '']);
	// A name that is written in full comes first.
	const full = named.filter(([, word]) => word === name || word === name + '()');
	return [...full, ...found, ...named.filter(place => !full.includes(place))];
}

// Returns the part of a text in which the first of the words stands.
function extract(text, words) {
	const at = Math.max(0, ...words.map(word => text.toLowerCase().indexOf(word)));
	const from = at < 60 ? 0 : text.lastIndexOf(' ', at - 40) + 1;
	const part = text.slice(from, from + 170);
	return (from ? '… ' : '') + (part.length < 170 ? part : part.replace(/\s\S*$/, ' …'));
}

// Fills an element with a text in which the words are marked.
function showMarked(element, text, words) {
	const pattern = new RegExp('(' + words.map(word => word.replace(/[^\w\s]/g, '\\$&')).join('|') + ')', 'i');
	text.split(pattern).forEach((piece, i) => {
		const part = i % 2 ? document.createElement('mark') : document.createElement('span');
		part.textContent = piece;
		element.append(part);
	});
	return element;
}

function setUpSearch() {
	const input = document.getElementById('theSearch');
	const list = document.getElementById('theResults');
	let loading;
	let chosen = 0;

	// The index is loaded when the reader comes to the search.
	function load() {
		loading ??= new Promise(resolve => {
			const script = document.createElement('script');
			script.src = new URL('search-index.js', base);
			script.onload = resolve;
			document.head.append(script);
		});
		return loading;
	}

	function choose(number) {
		const options = list.querySelectorAll('[role=option]');
		chosen = options.length ? (number + options.length) % options.length : 0;
		options.forEach((option, i) => option.setAttribute('aria-selected', i === chosen));
		options[chosen]?.scrollIntoView({block: 'nearest'});
		if (options.length)
			input.setAttribute('aria-activedescendant', options[chosen].id);
		else
			input.removeAttribute('aria-activedescendant');
	}

	function close() {
		list.hidden = true;
		input.setAttribute('aria-expanded', 'false');
	}

	async function show() {
		await load();
		const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
		const found = find(input.value);
		list.replaceChildren(...found.map(([url, title, where, text], i) => {
			const item = document.createElement('li');
			item.id = 'result-' + i;
			item.setAttribute('role', 'option');
			const link = document.createElement('a');
			link.href = new URL(url, base);
			link.tabIndex = -1;
			showMarked(link, title, words);
			if (where)
				link.append(Object.assign(document.createElement('small'), {textContent: where}));
			if (text)
				link.append(showMarked(document.createElement('small'), text, words));
			item.append(link);
			return item;
		}));
		if (!found.length && words.length) {
			list.append(Object.assign(document.createElement('li'), {className: 'none', textContent: 'Nothing is found.'}));
		}
		list.hidden = !words.length;
		input.setAttribute('aria-expanded', String(!list.hidden));
		choose(0);
	}

	input.addEventListener('focus', load);
	input.addEventListener('input', show);
	input.addEventListener('keydown', event => {
		const link = list.querySelector('[aria-selected=true] a');
		if (event.key === 'ArrowDown')
			choose(chosen + 1);
		else if (event.key === 'ArrowUp')
			choose(chosen - 1);
		else if (event.key === 'Enter' && link && !list.hidden)
			link.click();
		else if (event.key === 'Escape' && !list.hidden)
			close();
		else
			return;
		event.preventDefault();
	});
	list.addEventListener('click', close);
	document.addEventListener('click', event => {
		if (!event.target.closest('search'))
			close();
	});
}

// ---- The rest ----

function addCopyButtons() {
	for (const pre of document.querySelectorAll('pre.console')) {
		const frame = Object.assign(document.createElement('div'), {className: 'code'});
		const button = Object.assign(document.createElement('button'), {textContent: 'Copy'});
		button.setAttribute('aria-label', 'Copy the commands');
		button.addEventListener('click', () => {
			const commands = [...pre.querySelectorAll('b')].map(b => b.textContent.replace(/^\$ |  #=> .*/g, '') + '\n');
			navigator.clipboard.writeText(commands.join('')).then(() => {
				button.textContent = 'Copied';
				setTimeout(() => button.textContent = 'Copy', 1500);
			});
		});
		pre.replaceWith(frame);
		frame.append(pre, button);
	}
}

document.addEventListener('DOMContentLoaded', () => {
	setUpSearch();
	addCopyButtons();
	document.getElementById('theTheme').addEventListener('click', () => {
		const theme = isDark() ? 'light' : 'dark';
		setTheme(theme);
		remember(theme);
	});
	const contents = document.getElementById('theContents');
	contents.addEventListener('click', event => {
		if (event.target.closest('a') && contents.matches(':popover-open'))
			contents.hidePopover();
	});
	const here = contents.querySelector('[aria-current]');
	if (here && here.offsetTop > contents.clientHeight / 2)
		contents.scrollTop = here.offsetTop - contents.clientHeight / 3;
	document.addEventListener('keydown', event => {
		if (event.target.closest('input') || event.ctrlKey || event.altKey || event.metaKey)
			return;
		if (event.key === '/') {
			event.preventDefault();
			document.getElementById('theSearch').focus();
		} else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
			if (!event.target.closest('pre, .table, .picture'))
				document.querySelector(`footer [rel=${event.key === 'ArrowRight' ? 'next' : 'prev'}]`)?.click();
		}
	});
});
