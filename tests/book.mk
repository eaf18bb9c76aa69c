# The book: all pages and sources as a site, and the pages on paper (see tests/book/build.py).

.PHONY: book check-book deps-book
book: ## all pages as a site with search, and as a PDF, in build/book (needs no network)
	@tests/book/build.py

check-book: ## check the book's links, code and paper, and its pages in a browser (installs Chromium)
	@common/deps.sh check-book
	@tests/book/build.py
	@tests/book/check.py

deps-book: ## install what only the book needs
	@common/deps.sh book
