"""A client of `pvf serve` in Python's standard library alone: over the Unix socket, or TCP with a token."""

import http.client
import json
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit


class Problem(Exception):
    """The service answered with a problem (RFC 9457). It is no vote: abstain, or ask again."""

    def __init__(self, status, body):
        super().__init__(f"{body.get('code')}: {body.get('detail')}")
        self.status = status
        self.code = body.get("code")
        self.body = body


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class PvfService:
    """One connection to a service.

    address: path of the Unix socket, or `http://127.0.0.1:PORT`, which needs the token.
    timeout: seconds without a byte of the answer; longer than the longest precheck.
    """

    def __init__(self, address, token=None, timeout=300):
        if address.startswith("http://"):
            parts = urlsplit(address)
            self._connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
        else:
            self._connection = _UnixConnection(address, timeout)
        self._headers = {} if token is None else {"authorization": f"Bearer {token}"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._connection.close()

    def upload(self, code):
        """Takes code in, once; the hash that later requests name it by."""
        return self._ask("POST", "/v1/code", code, "application/octet-stream")["codeHash"]

    def precheck(self, code_hash, bomb_limit, executor_params=(), on_progress=None):
        """The outcome: `vote` is for, against, abstain or none. `on_progress` is told each step."""
        body = json.dumps(
            {
                "codeHash": code_hash,
                "executorParams": list(executor_params),
                "validationCodeBombLimit": bomb_limit,
            }
        ).encode()
        return self._ask("POST", "/v1/prechecks", body, "application/json", on_progress)

    def validate(self, request, block_data=None, exported_pov=None, on_progress=None):
        """Executes a candidate; with `receipt` in the request, `vote` says how to vote.

        request: as ValidateRequestPart in /openapi.json. Either block_data, or exported_pov: a collator's file.
        """
        parts = {"request": json.dumps(request).encode()}
        if block_data is not None:
            parts["blockData"] = block_data
        if exported_pov is not None:
            parts["exportedPov"] = exported_pov
        boundary = secrets.token_hex(16)
        body = b"".join(
            f'--{boundary}\r\ncontent-disposition: form-data; name="{name}"\r\n\r\n'.encode() + part + b"\r\n"
            for name, part in parts.items()
        ) + f"--{boundary}--\r\n".encode()
        return self._ask(
            "POST", "/v1/validations", body, f"multipart/form-data; boundary={boundary}", on_progress
        )

    def status(self):
        return self._ask("GET", "/v1/status")

    def _ask(self, method, path, body=None, content_type=None, on_progress=None):
        headers = dict(self._headers)
        if content_type is not None:
            headers["content-type"] = content_type
        if on_progress is not None:
            headers["accept"] = "text/event-stream"
        try:
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # A connection that has been idle for long is closed by the service; asking again is harmless.
            self._connection.close()
            self._connection.request(method, path, body, headers)
            response = self._connection.getresponse()
        if response.headers.get_content_type() == "text/event-stream":
            return self._follow(response, on_progress)
        answer = json.loads(response.read() or b"{}")
        if response.status >= 400:
            raise Problem(response.status, answer)
        return answer

    @staticmethod
    def _follow(response, on_progress):
        event, answer = None, None
        for line in response:
            line = line.decode().rstrip("\n")
            if line.startswith("event: "):
                event = line[len("event: ") :]
            elif line.startswith("data: "):
                data = json.loads(line[len("data: ") :])
                if event == "progress":
                    on_progress(data)
                elif event == "problem":
                    raise Problem(data["status"], data)
                elif event == "outcome":
                    answer = data
        if answer is None:
            raise ConnectionError("the service ended the connection before there was an outcome: ask again")
        return answer


def read(path):
    return Path(path).read_bytes()
