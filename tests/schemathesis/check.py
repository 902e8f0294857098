"""Holds the API against its own description, as each role and without a token: schemathesis makes requests from the
description that `serve --web` gives out, valid and invalid, and no answer may be a fault of the server, or other than described.

Run by `tests/run --web`, with KAMNOT_PROGRAM and with schemathesis on PYTHONPATH. The seed is printed, and can be given."""

import datetime
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = os.environ["KAMNOT_PROGRAM"]
CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,unsupported_method,ignored_auth,missing_required_header"
)
# Operators have no tokens.
OFFICES = {
    "clerk": "vte-juvenile-court",
    "prosecutor": "vte-prosecutor",
    "investigator": "vte-investigation",
    "lawyer": "vte-legal-aid",
    "supervisor": "vte-juvenile-court",
}
# Made-up requests a role and operation.
EXAMPLES = "15"
# Each value of the description that may stand in a request, once: thousands of requests, so in one role alone.
THOROUGH = "clerk"


def actions():
    """A case whose custody runs, and one that is over; as recent as the machine's clock."""
    now = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=7))).replace(microsecond=0)
    for case, hours in (("VTE-2026-0001", 20), ("VTE-2026-0002", 60)):
        began = now - datetime.timedelta(hours=hours)
        line = {"case": case, "by": "vte-investigation"}
        yield line | {
            "action": "case_opened", "at": began.isoformat(), "court": "vte-juvenile-court",
            "prosecutor": "vte-prosecutor", "investigator": "vte-investigation", "legal_aid": "vte-legal-aid",
            "child": {"ref": "C-1", "birth_date": "2012-05-06"},
            "offences": [
                {"class": "major", "penalty_months": {"min": 36, "max": 60}, "committed_on": f"{began:%Y-%m-%d}", "serious": True},
            ],
        }
        yield line | {"action": "custody_started", "at": began.isoformat()}


class Served:
    """`serve --web` over a log of its own, with a token for each role."""

    def __init__(self, folder):
        self.environment = {**os.environ, "KAMNOT_DB": str(folder / "log.db"), "XDG_STATE_HOME": str(folder)}
        (folder / "actions.jsonl").write_text("".join(json.dumps(action) + "\n" for action in actions()))
        self.run("import", folder / "actions.jsonl")
        self.tokens = {role: self.token(role, office) for role, office in OFFICES.items()}
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--web", "127.0.0.1:0", "--log", "json"],
            env={**self.environment, "RUST_LOG": "info"}, stderr=subprocess.PIPE, text=True,
        )
        for line in self.process.stderr:
            said = json.loads(line) if line.startswith("{") else {}
            if said.get("fields", {}).get("message") == "serving the pages":
                self.address = said["fields"]["address"]
                break
        else:
            sys.exit("serve --web ended")
        # Read on, so that it never waits for room.
        self.log = open(folder / "serve.log", "w+")
        subprocess.Popen(["cat"], stdin=self.process.stderr, stdout=self.log)

    def run(self, *arguments):
        done = subprocess.run([PROGRAM, *map(str, arguments)], env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"kamnot {arguments[0]}: {done.stdout}{done.stderr}")
        return done.stdout

    def token(self, role, office):
        said = self.run("tokens", "add", "schemathesis", "--role", role, "--office", office)
        return max(re.findall(r"\S+", said), key=len)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)


def main():
    seed = sys.argv[1] if len(sys.argv) > 1 else str(random.randrange(2**32))
    print(f"schemathesis with the seed {seed}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        served = Served(Path(folder))
        failed = []
        try:
            for role, token in [*served.tokens.items(), ("nobody", None)]:
                print(f"\n== {role} ==", flush=True)
                phases = "examples,coverage,fuzzing" if role == THOROUGH else "examples,fuzzing"
                header = ["--header", f"Authorization: Bearer {token}"] if token else []
                command = [
                    sys.executable, "-m", "schemathesis.cli", "run", f"http://{served.address}/api/v1/openapi.json", *header,
                    "--checks", CHECKS, "--phases", phases, "--max-examples", EXAMPLES, "--seed", seed,
                    "--request-timeout", "20", "--continue-on-failure", "--no-color", "--warnings", "off",
                    "--generation-database", "none",
                    # A stream has no end that could be waited for.
                    "--exclude-path", "/api/v1/changes", "--rate-limit", "auto",
                ]
                if subprocess.run(command, cwd=folder).returncode != 0:
                    failed.append(role)
        finally:
            code = served.stop()
        if code != 0:
            sys.exit(f"serve --web ended with {code}")
        if failed:
            sys.exit(f"the API is other than described, as: {', '.join(failed)}")


main()
