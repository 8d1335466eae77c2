"""keeper.py PORT DIRECTORY: a server that keeps what is posted to it in a database below DIRECTORY, and shows it."""
import http.server
import pathlib
import signal
import sqlite3
import sys

port, directory = int(sys.argv[1]), pathlib.Path(sys.argv[2])
directory.mkdir(parents=True, exist_ok=True)
table = sqlite3.connect(directory / 'kept.db', check_same_thread=False)
table.execute('create table if not exists notes (note text)')
table.commit()


class Keeper(http.server.BaseHTTPRequestHandler):
    def answer(self, text):
        self.send_response(200)
        self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def do_GET(self):
        self.answer(''.join(note for note, in table.execute('select note from notes')))

    def do_POST(self):
        note = self.rfile.read(int(self.headers['Content-Length'])).decode()
        table.execute('insert into notes values (?)', (note,))
        table.commit()
        self.answer('kept')


signal.signal(signal.SIGTERM, lambda *_: sys.exit())
http.server.HTTPServer(('', port), Keeper).serve_forever()
