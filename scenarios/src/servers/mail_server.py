"""A mail server for tests: aiosmtpd, which does what the file of its mood says, and adds each mail to a file beside it as a
line of JSON before it answers.

Moods: `takes`; a code such as `451` or `550`, with which the recipient is refused; `hangs` after the data; `drops` the
connection after the data, which it has taken.
"""

import asyncio
import email
import email.policy
import json
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult


class Handler:
    def __init__(self, mood):
        self.mood = mood

    async def handle_RCPT(self, server, session, envelope, address, options):
        mood = self.mood.read_text()
        if mood.isdigit():
            return f"{mood} <{address}> is not wanted here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mood = self.mood.read_text()
        read = email.message_from_bytes(envelope.content, policy=email.policy.default)
        tls = session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None
        mail = {"to": envelope.rcpt_tos, "data": envelope.content.decode(), "tls": tls}
        mail |= {"subject": read["Subject"], "text": read.get_content()}
        mail["login"] = (session.auth_data or b"").decode() if session.authenticated else None
        with self.mood.with_name("mails").open("a") as mails:
            mails.write(json.dumps(mail) + "\n")
        if mood == "hangs":
            await asyncio.sleep(3600)
        if mood == "drops":
            server.transport.abort()
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    fits = (data.login, data.password) == (b"kamnot", b"a password")
    return AuthResult(success=fits, auth_data=data.login)


async def main():
    mood, certificate, key = pathlib.Path(sys.argv[1]), *(sys.argv[2:4] or (None, None))
    context = None
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
    encrypted = sys.argv[4:] == ["from-the-beginning"]
    asked = {"tls_context": None if encrypted else context, "require_starttls": bool(context) and not encrypted}

    def smtp():
        return SMTP(Handler(mood), authenticator=authenticate, auth_require_tls=bool(context) and not encrypted, **asked)

    loop = asyncio.get_running_loop()
    server = await loop.create_server(smtp, "127.0.0.1", 0, ssl=context if encrypted else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
