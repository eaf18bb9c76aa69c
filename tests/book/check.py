#!/usr/bin/python3
"""Checks the book in build/book: its files, the pages in a headless Chromium, and the PDF.

check.py [files] [pdf] [browser]: all of them, or these. `check.py pictures` takes pictures of pages, to be
looked at: in build/book-check.
"""
import sys
import time

sys.dont_write_bytecode = True


def main():
    import check_browser
    import check_files
    import check_pdf

    checks = {'files': check_files.faults, 'pdf': check_pdf.faults, 'browser': check_browser.faults,
              'pictures': check_browser.pictures}
    wrong = 0
    for name in sys.argv[1:] or ('files', 'pdf', 'browser'):
        began = time.monotonic()
        for fault in checks[name]():
            print(f'{name}: {fault}')
            wrong += 1
        print(f'BOOK    {name} checked, {time.monotonic() - began:.0f} s')
    return wrong > 0


if __name__ == '__main__':
    sys.exit(main())
