"""A headless Chromium, driven by the DevTools protocol through a pair of pipes."""
import json
import os
import select
import shutil
import subprocess
import tempfile


class Browser:
    """One browser with one page. Messages for the console that are errors are kept in `errors`."""

    def __init__(self):
        self.profile = tempfile.mkdtemp()
        commands, self.commands = os.pipe()
        self.messages, messages = os.pipe()
        # Chromium reads its descriptor 3 and writes its descriptor 4.
        self.process = subprocess.Popen(
            ('bash', '-c', f'exec "$@" 3<&{commands} 4>&{messages}', 'chromium', 'chromium', '--headless=new',
             '--no-sandbox', '--remote-debugging-pipe', '--disable-gpu', f'--user-data-dir={self.profile}', 'about:blank'),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=(commands, messages))
        os.close(commands)
        os.close(messages)
        self.buffer = b''
        self.number = 0
        self.errors = []
        self.events = []
        self.session = None
        target = next(t for t in self.call('Target.getTargets')['targetInfos'] if t['type'] == 'page')
        self.session = self.call('Target.attachToTarget', targetId=target['targetId'], flatten=True)['sessionId']
        for domain in ('Page', 'Runtime', 'Log'):
            self.call(f'{domain}.enable')

    def receive(self):
        while b'\0' not in self.buffer:
            if not select.select([self.messages], [], [], 20)[0]:
                raise RuntimeError('the browser is silent: what was waited for did not happen')
            data = os.read(self.messages, 1 << 16)
            if not data:
                raise RuntimeError('the browser has ended')
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b'\0')
        return json.loads(message)

    def note(self, message):
        method, about = message.get('method'), message.get('params', {})
        if method == 'Runtime.exceptionThrown':
            details = about['exceptionDetails']
            self.errors.append(details.get('exception', {}).get('description', details['text']))
        elif method == 'Runtime.consoleAPICalled' and about['type'] in ('error', 'warning', 'assert'):
            self.errors.append(' '.join(str(a.get('value', a.get('description'))) for a in about['args']))
        elif method == 'Log.entryAdded' and about['entry']['level'] in ('error', 'warning'):
            self.errors.append(f"{about['entry']['text']} {about['entry'].get('url', '')}")
        elif method:
            self.events.append(method)

    def call(self, method, **about):
        self.number += 1
        message = {'id': self.number, 'method': method, 'params': about}
        if self.session:
            message['sessionId'] = self.session
        os.write(self.commands, json.dumps(message).encode() + b'\0')
        while True:
            answer = self.receive()
            if answer.get('id') == self.number:
                if 'error' in answer:
                    raise RuntimeError(f"{method}: {answer['error']['message']}")
                return answer['result']
            self.note(answer)

    def wait_for(self, event):
        while event not in self.events:
            self.note(self.receive())

    def open(self, url):
        self.events.clear()
        self.call('Page.navigate', url=url)
        self.wait_for('Page.loadEventFired')

    def resize(self, width, height):
        self.call('Emulation.setDeviceMetricsOverride', width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)

    def prefer(self, scheme):
        self.call('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': scheme}])

    def run(self, script):
        """Returns the value of an expression, or of what it promises."""
        answer = self.call('Runtime.evaluate', expression=script, returnByValue=True, awaitPromise=True)
        if 'exceptionDetails' in answer:
            raise RuntimeError(answer['exceptionDetails'].get('exception', {}).get('description', script))
        return answer['result'].get('value')

    def press(self, key, shift=False):
        text = {'Enter': '\r'}.get(key, key if len(key) == 1 else '')
        codes = {'Tab': 9, 'Enter': 13, 'Escape': 27, 'ArrowLeft': 37, 'ArrowUp': 38, 'ArrowRight': 39, 'ArrowDown': 40}
        about = {'key': key, 'code': key, 'windowsVirtualKeyCode': codes.get(key, 0), 'modifiers': 8 if shift else 0}
        self.call('Input.dispatchKeyEvent', type='keyDown', text=text, **about)
        self.call('Input.dispatchKeyEvent', type='keyUp', **about)

    def type(self, text):
        self.call('Input.insertText', text=text)

    def end(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)
