"""A second verifier of evidence files, written from docs/evidence.md alone, with `cryptography` for Ed25519.

It says what the first one says of the log and of completeness: signatures, chain, map, times, disclosures. It does not know the law.

    verify_evidence.py FILE [--fingerprint HEX]... [--policy FILE]

It prints one line of JSON. The exit code is 0 if all holds, else 1.
"""

import argparse
import base64
import datetime
import hashlib
import json
import re
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TITLE = b'{"format":"kamnot-evidence/1"}'
OWN = [".rulebook", ".offices", ".keys"]
LIMITS = {"keys": 64, "checkpoint": 512, "declaration": 1024, "rulebook": 64, "event": 100_000, "place": 513}


class Refused(Exception):
    """Why a file is refused: `damaged`, `newer`, `altered`, `contradiction` or `key`."""


def refuse(word, detail=""):
    raise Refused(word, detail)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# ---- canonical JSON


def canonical(value, depth=0):
    """Whether a value that was read may stand in a file: whole numbers below 2^53, keys in ASCII, 32 levels."""
    if isinstance(value, float):
        return False
    if isinstance(value, int) and not isinstance(value, bool):
        return abs(value) < 2**53
    if isinstance(value, list):
        return depth < 32 and all(canonical(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return depth < 32 and all(
            re.fullmatch(r"[ !#-\[\]-\x7f]*", key) and canonical(item, depth + 1) for key, item in value.items()
        )
    return True


def spelt(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def read(text):
    """The value of a text that has its one spelling."""
    try:
        value = json.loads(text)
        same = spelt(value) == text
        text.encode()
    except (ValueError, RecursionError, UnicodeError):
        return None
    return value if same and canonical(value) else None


def unbase64(text, pattern=r"[A-Za-z0-9+/]*={0,2}"):
    if not isinstance(text, str) or not re.fullmatch(pattern, text, re.ASCII):
        return None
    try:
        found = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return found if base64.b64encode(found).decode() == text else None


def unbase64url(text):
    if not isinstance(text, str) or not re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII):
        return None
    try:
        found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return found if base64url(found) == text else None


def base64url(found):
    return base64.urlsafe_b64encode(found).decode().rstrip("=")


def instant(text):
    """Seconds since 1970 of an instant in Vientiane."""
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+07:00", text, re.ASCII):
        return None
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    seconds = (found - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)).total_seconds()
    return int(seconds) if seconds >= 0 and found.year >= 1000 else None


# ---- the tree


def root_of_inclusion(index, size, leaf, proof):
    """RFC 9162, section 2.1.3.2; None if the proof is of the wrong length."""
    if index >= size:
        return None
    fn, sn, found = index, size - 1, leaf
    for beside in proof:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            found = sha(b"\x01", beside, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = sha(b"\x01", found, beside)
        fn, sn = fn >> 1, sn >> 1
    return found if sn == 0 else None


def continues(old, old_root, new, new_root, proof):
    """RFC 9162, section 2.1.4.2."""
    if old > new or old == 0:
        return False
    if old == new:
        return old_root == new_root and not proof
    proof = list(proof)
    if old & (old - 1) == 0:
        proof.insert(0, old_root)
    if not proof:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = proof[0]
    for beside in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = sha(b"\x01", beside, fr), sha(b"\x01", beside, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = sha(b"\x01", sr, beside)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and fr == old_root and sr == new_root


def bit(stream, at):
    return stream[at // 8] >> (7 - at % 8) & 1


def map_proof(found):
    """The result, the other leaf, the depth and the elements; None if it has another form."""
    if not found or len(found) < 1 + found[0] + 2:
        return None
    result, rest = found[1 : 1 + found[0]], found[1 + found[0] :]
    length, rest = int.from_bytes(rest[:2], "big"), rest[2:]
    form = {(1, 2): True, (3, 2): True, (2, 66): True}
    if len(result) < 2 or (result[0], len(result)) not in form or length != len(rest) or length != 32 * result[-1]:
        return None
    return result[0], result[1:-1], result[-1], [rest[at : at + 32] for at in range(0, length, 32)]


def in_map(proof, root, stream, head):
    kind, other, depth, elements = proof
    if (kind == 1) != (head is not None):
        return False
    if kind == 1:
        end = sha(b"\x02", stream, head)
    elif kind == 2:
        if other[:32] == stream or any(bit(other, at) != bit(stream, at) for at in range(depth)):
            return False
        end = sha(b"\x02", other)
    else:
        end = bytes(32)
    if depth == 0 and kind != 3:
        return False
    ones = sum(bit(stream, at) for at in range(depth))
    left, right = elements[:ones], elements[ones:]
    for level in reversed(range(depth)):
        to_left = bit(stream, level) == 1
        beside = left.pop() if to_left else right.pop(0)
        if level + 1 == depth and beside == bytes(32) and not (level == 0 and kind != 3):
            return False
        end = sha(b"\x03", beside, end) if to_left else sha(b"\x03", end, beside)
    return end == root


# ---- notes


def key(text):
    """Name, id, type and public key."""
    match = re.fullmatch(r"([^\s+\x00-\x20\x7f]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text)
    found = match and unbase64(match[3])
    if not found or len(found) != 33 or found[0] not in (1, 4):
        return None
    digest = sha(match[1].encode(), b"\n", found)
    return {"name": match[1], "id": digest[:4], "type": found[0], "public": found[1:], "fingerprint": digest} if (
        digest[:4].hex() == match[2]
    ) else None


def note(text):
    """The text and the signatures of a note."""
    if len(text.encode()) > 128 * 1024 or re.search(r"[\x00-\x09\x0b-\x1f]", text) or "\n\n" not in text:
        return None
    at = text.rindex("\n\n")
    body, lines = text[: at + 1], text[at + 2 :]
    if not lines.endswith("\n") or len(lines.split("\n")) > 101:
        return None
    signatures = []
    for line in lines[:-1].split("\n"):
        match = re.fullmatch("— ([^\\s+]+) (\\S+)", line)
        found = match and unbase64(match[2])
        if not found or len(found) < 5:
            return None
        signatures.append((match[1], found[:4], found[4:]))
    return body, signatures


P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


def is_signed(public, message, signature):
    """Strict Ed25519: canonical points and S; points of small order are few and known."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= ORDER:
        return False
    for point in (public, signature[:32]):
        y = int.from_bytes(point, "little") & (2**255 - 1)
        if y >= P or y in SMALL:
            return False
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# The y of the points of order 1, 2, 4 and 8.
SMALL = {0, 1, P - 1} | {
    int.from_bytes(bytes.fromhex(y), "little")
    for y in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
}


def signed_by(parsed, keys):
    """The keys that signed, with the times of witnesses; refuses a signature that names a key and is not its."""
    body, signatures = parsed
    found = []
    for name, number, signature in signatures:
        for known in keys:
            if known["name"] != name or known["id"] != number:
                continue
            time, message = None, body.encode()
            if known["type"] == 4:
                if len(signature) != 72:
                    refuse("contradiction", "signature")
                time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
                message = f"cosignature/v1\ntime {time}\n{body}".encode()
                if time >= 2**63:
                    refuse("contradiction", "signature")
            if not is_signed(known["public"], message, signature):
                refuse("contradiction", "signature")
            found.append((known, time))
            break
    return found


def checkpoint(body):
    lines = body.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0] or not re.fullmatch(r"0|[1-9][0-9]*", lines[1], re.ASCII):
        return None
    root = unbase64(lines[2])
    return (lines[0], int(lines[1]), root) if root and len(root) == 32 and int(lines[1]) < 2**64 else None


# ---- the file


class Lines:
    def __init__(self, text):
        self.lines = text.split("\n")[:-1]
        self.at = 0

    def kind(self):
        match = self.at < len(self.lines) and re.match(r'\{"([a-z]+)":', self.lines[self.at])
        return match[1] if match else None

    def next(self, kind, keys=None):
        """The value of the next line, which has one key of this name, and these keys below it."""
        line = self.lines[self.at] if self.at < len(self.lines) else None
        value = None if line is None or len(line.encode()) > 8 << 20 else read(line)
        if not isinstance(value, dict) or list(value) != [kind]:
            refuse("altered", f"line {self.at + 1}")
        value = value[kind]
        if keys is not None and (not isinstance(value, dict) or sorted(value) != sorted(keys)):
            refuse("altered", f"line {self.at + 1}")
        self.at += 1
        return value

    def all(self, kind, keys, most):
        found = []
        while self.kind() == kind:
            if len(found) == most:
                refuse("altered", f"line {self.at + 1}")
            found.append(self.next(kind, keys))
        return found


def number(value, bits=53):
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**bits:
        refuse("altered", "number")
    return value


def hashes(value):
    found = [unbase64(item) for item in value] if isinstance(value, list) and len(value) <= 128 else [None]
    if any(item is None or len(item) != 32 for item in found):
        refuse("altered", "hashes")
    return found


def digests(value):
    """Each digest under `_sd`, with the object in which it stands."""
    if isinstance(value, dict):
        for name, inner in sorted(value.items()):
            if name == "_sd" and isinstance(inner, list):
                yield from ((item, value) for item in inner if isinstance(item, str))
            else:
                yield from digests(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from digests(inner)


def check_disclosures(payload, disclosures):
    known = list(digests(payload))
    if len({digest for digest, _ in known}) != len(known):
        refuse("altered", "digest twice")
    if not isinstance(disclosures, list) or len(disclosures) > 64:
        refuse("altered", "disclosures")
    rest, opened = iter(known), []
    for disclosure in disclosures:
        if not isinstance(disclosure, str):
            refuse("altered", "disclosure")
        digest = base64url(sha(disclosure.encode()))
        place = next((place for given, place in rest if given == digest), None)
        found = unbase64url(disclosure)
        try:
            parts = read(found.decode()) if found is not None else None
        except UnicodeDecodeError:
            parts = None
        fits = place is not None and isinstance(parts, list) and len(parts) == 3 and isinstance(parts[1], str)
        salt = unbase64url(parts[0]) if fits else None
        if salt is None or len(salt) != 16 or parts[1] in ("_sd", "...") or parts[1] in place:
            refuse("altered", "disclosure")
        if (id(place), parts[1]) in opened:
            refuse("altered", "disclosure")
        opened.append((id(place), parts[1]))
    return len(known) - len(disclosures)


def stream(lines, name):
    head = lines.next("stream", ["map", "name"])
    proof = unbase64(head["map"])
    proof = map_proof(proof) if proof else None
    if proof is None or head["name"] != name:
        refuse("altered", name)
    events = lines.all("event", ["disclosures", "format", "payload"], LIMITS["event"])
    withheld = 0
    for event in events:
        number(event["format"], 16)
        if not isinstance(event["payload"], dict) or instant(event["payload"].get("recorded_at")) is None:
            refuse("altered", "event")
        if name in OWN and event["disclosures"] != []:
            refuse("altered", "event")
        withheld += check_disclosures(event["payload"], event["disclosures"])
    places = lines.all("place", ["inclusion", "index", "size", "version"], 0 if name in OWN else LIMITS["place"])
    for place in places:
        place["inclusion"] = hashes(place["inclusion"])
        number(place["index"]), number(place["size"]), number(place["version"], 32)
    for a, b in zip(places, places[1:]):
        if not (a["version"] < b["version"] and a["index"] < b["index"] and a["size"] <= b["size"]):
            refuse("altered", "places")
    if places and (places[0]["version"] != 1 or places[-1]["version"] > len(events)):
        refuse("altered", "places")
    return {"name": name, "map": proof, "events": events, "places": places, "withheld": withheld}


def file(found):
    if len(found) > 64 << 20:
        refuse("damaged", "too large")
    first = found.split(b"\n", 1)[0]
    if first != TITLE:
        match = re.match(rb'\{"format":"kamnot-evidence/(\d+)', first)
        refuse("newer" if match and match[1] != b"1" else "altered", "format")
    at = found[:-1].rfind(b"\n") + 1 if found.endswith(b"\n") else 0
    body, last = found[:at], found[at:]
    if last != b'{"end":%d,"sha256":"%s"}\n' % (body.count(b"\n"), hashlib.sha256(body).hexdigest().encode()):
        refuse("damaged")
    try:
        lines = Lines(body.decode())
    except UnicodeDecodeError:
        refuse("damaged")
    lines.next("format")
    of = lines.next("case", ["installation", "reference"])
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    reference = of["reference"]
    if not isinstance(of["installation"], str) or not re.fullmatch(uuid, of["installation"]):
        refuse("altered", "installation")
    if not isinstance(reference, str) or not 1 <= len(reference.encode()) <= 256 or re.search(r"[.\x00-\x1f\x7f-\x9f]", reference):
        refuse("altered", "reference")
    keys = lines.next("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= LIMITS["keys"] or not all(isinstance(k, str) for k in keys):
        refuse("altered", "keys")
    if any(a >= b for a, b in zip(keys, keys[1:])):
        refuse("altered", "keys")
    keys = [key(text) for text in keys]
    checkpoints = []
    for signed in lines.all("checkpoint", ["consistency", "note"], LIMITS["checkpoint"]):
        parsed = note(signed["note"]) if isinstance(signed["note"], str) else None
        said = checkpoint(parsed[0]) if parsed else None
        if said is None or (checkpoints and checkpoints[-1]["size"] >= said[1]):
            refuse("altered", "checkpoint")
        proof = hashes(signed["consistency"])
        checkpoints.append({"note": parsed, "origin": said[0], "size": said[1], "root": said[2], "proof": proof})
    if None in keys or not checkpoints or checkpoints[0]["proof"]:
        refuse("altered", "keys or checkpoints")
    heads = lines.next("heads", ["inclusion", "leaf"])
    heads = {"leaf": unbase64(heads["leaf"]), "inclusion": hashes(heads["inclusion"])}
    if not heads["leaf"] or len(heads["leaf"]) != 49 or heads["leaf"][0] != 2:
        refuse("altered", "heads")
    declarations = lines.all("declaration", ["inclusion", "index", "leaf"], LIMITS["declaration"])
    for said in declarations:
        said["leaf"], said["inclusion"] = unbase64(said["leaf"]), hashes(said["inclusion"])
        leaf = said["leaf"]
        if not leaf or len(leaf) != 50 or leaf[0] != 3 or not 1 <= leaf[1] <= 5 or leaf[2:10] > leaf[10:18]:
            refuse("altered", "declaration")
        number(said["index"])
    if any(a["index"] >= b["index"] for a, b in zip(declarations, declarations[1:])):
        refuse("altered", "declarations")
    streams = [stream(lines, name) for name in [*OWN, reference]]
    if not streams[3]["events"]:
        refuse("altered", "no events")
    books = [book["text"] for book in lines.all("rulebook", ["text"], LIMITS["rulebook"])]
    if not all(isinstance(book, str) for book in books):
        refuse("altered", "rulebook")
    books = ["sha256:" + sha(book.encode()).hex() for book in books]
    if any(a >= b for a, b in zip(books, books[1:])):
        refuse("altered", "rulebooks")
    assessment = lines.next("assessment", ["at", "engine", "result", "rulebook"])
    number(assessment["at"]), number(assessment["engine"], 32)
    digest = assessment["rulebook"]
    if not isinstance(assessment["result"], dict) or not isinstance(digest, str):
        refuse("altered", "assessment")
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest) or lines.at != len(lines.lines):
        refuse("altered", "assessment")
    return of, keys, checkpoints, heads, declarations, streams, books, digest


def leaves(installation, of):
    """The leaf hashes of a stream."""
    name = sha(b"kamnot/stream/1\n", installation.encode(), b"\n", of["name"].encode())
    found, prev = [], bytes(32)
    for version, event in enumerate(of["events"], 1):
        payload = spelt(event["payload"]).encode()
        time = instant(event["payload"]["recorded_at"])
        head = b"\x01" + event["format"].to_bytes(2, "big") + name + version.to_bytes(4, "big") + prev
        prev = sha(b"\x00", head, time.to_bytes(8, "big"), sha(payload))
        found.append(prev)
    return name, found


def verify(found, fingerprints, policy):
    of, keys, checkpoints, heads, declarations, streams, books, under = file(found)
    newest, case = checkpoints[-1], streams[3]
    for old, new in zip(checkpoints, checkpoints[1:]):
        if not continues(old["size"], old["root"], new["size"], new["root"], new["proof"]):
            refuse("contradiction", "rewritten")
    covers = int.from_bytes(heads["leaf"][1:9], "big")
    whole = root_of_inclusion(covers, newest["size"], sha(b"\x00", heads["leaf"]), heads["inclusion"])
    if covers + 1 != newest["size"] or whole != newest["root"]:
        refuse("contradiction", "heads")
    for said in declarations:
        leaf = sha(b"\x00", said["leaf"])
        if root_of_inclusion(said["index"], newest["size"], leaf, said["inclusion"]) != newest["root"]:
            refuse("contradiction", "declaration")
    for each in streams:
        name, chain = leaves(of["installation"], each)
        for place in each["places"]:
            above = next((c for c in checkpoints if c["size"] > place["index"]), None)
            if above is None or above["size"] != place["size"]:
                refuse("contradiction", "place")
            leaf = chain[place["version"] - 1]
            if root_of_inclusion(place["index"], place["size"], leaf, place["inclusion"]) != above["root"]:
                refuse("contradiction", "event")
        proved = len(chain) if each["name"] in OWN else each["places"][-1]["version"] if each["places"] else 0
        if not in_map(each["map"], heads["leaf"][17:49], name, chain[proved - 1] if proved else None):
            refuse("contradiction", "head")
    named = {event["payload"].get("rulebook") for event in case["events"]} - {None}
    if {text for text in named if isinstance(text, str)} | {under} != set(books):
        refuse("contradiction", "rulebooks")

    origin = newest["origin"]
    for known in keys:
        event = "log_key_adopted" if known["name"] == origin else "receipt_key_adopted"
        digest = "sha256:" + known["fingerprint"].hex()
        listed = any(e["payload"].get("event") == event and e["payload"].get("digest") == digest for e in streams[2]["events"])
        if not listed or known["name"] not in (origin, origin + "/receipt") or known["type"] != 1:
            refuse("contradiction", "key")
    times = []
    for signed in checkpoints:
        if signed["origin"] != origin:
            refuse("contradiction", "origin")
        own = signed_by(signed["note"], [known for known in keys if known["name"] == origin])
        if not own:
            refuse("contradiction", "signature")
        trusted, time = any(known["fingerprint"] in fingerprints for known, _ in own), None
        if policy:
            seen = signed_by(signed["note"], policy["logs"] + [w for w in policy["witnesses"].values()])
            trusted = any(known in policy["logs"] for known, _ in seen)
            time = policy["time"](seen) if trusted else None
        times.append(time)
    if not trusted:
        refuse("key")
    proved = case["places"][-1]["version"] if case["places"] else 0
    since = []
    for version in range(1, len(case["events"]) + 1):
        place = next((place for place in case["places"] if place["version"] >= version), None)
        since.append(place and place["size"])
    return {
        "case": of["reference"],
        "size": newest["size"],
        "root": newest["root"].hex(),
        "head": chain[proved - 1].hex() if proved else None,
        "proved": proved,
        "since": since,
        "withheld": case["withheld"],
        "witnessed": times[-1],
    }


def read_policy(text):
    """Logs, witnesses and when the quorum is met; the forms that the tests use."""
    logs, witnesses, groups, quorum = [], {}, {}, None
    for line in text.split("\n"):
        words = line.split("#")[0].split()
        if words[:1] == ["log"]:
            logs.append(key(words[1]))
        elif words[:1] == ["witness"]:
            witnesses[words[1]] = key(words[2])
        elif words[:1] == ["group"]:
            least = {"all": len(words) - 3, "any": 1}.get(words[2]) or int(words[2])
            groups[words[1]] = (least, words[3:])
        elif words[:1] == ["quorum"]:
            quorum = words[1]

    def met(name, seen):
        if name in witnesses:
            return min((time for known, time in seen if known == witnesses[name]), default=None)
        least, members = groups[name]
        found = sorted(time for time in (met(member, seen) for member in members) if time is not None)
        return found[least - 1] if len(found) >= least else None

    time = (lambda seen: None) if quorum == "none" else lambda seen: met(quorum, seen)
    return {"logs": logs, "witnesses": witnesses, "time": time}


def judged(found, fingerprints=(), policy=None):
    """What is said of a file."""
    try:
        return {"holds": True, **verify(found, set(fingerprints), policy)}
    except Refused as refused:
        word, *detail = refused.args
        return {"holds": False, "why": word, "detail": detail[0] if detail else ""}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("file")
    arguments.add_argument("--fingerprint", action="append", default=[])
    arguments.add_argument("--policy")
    arguments.add_argument("--many", action="store_true", help="FILE is a list of lines, each the name of a file")
    given = arguments.parse_args()
    fingerprints = [bytes.fromhex(digits.replace(" ", "")) for digits in given.fingerprint]
    policy = None
    if given.policy:
        with open(given.policy, encoding="utf-8") as text:
            policy = read_policy(text.read())
    names = [given.file]
    if given.many:
        with open(given.file, encoding="utf-8") as listed:
            names = listed.read().split("\n")[:-1]
    all_hold = True
    for name in names:
        with open(name, "rb") as found:
            said = judged(found.read(), fingerprints, policy)
        all_hold = all_hold and said["holds"]
        print(json.dumps(said))
    sys.exit(0 if all_hold else 1)


if __name__ == "__main__":
    main()
