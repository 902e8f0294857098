"""Reads a calendar as any program with the library would, and prints each event: its id, status, number, both ends in UTC, by
how many seconds each alarm comes before, and its title. Fails on what the standard does not allow."""

import sys
from datetime import timezone

from icalendar import Calendar

read = open(sys.argv[1], "rb").read()
assert all(len(line) <= 75 for line in read.split(b"\r\n")) and b"\n" not in read.replace(b"\r\n", b"")
calendar = Calendar.from_ical(read)
assert not calendar.errors and calendar["VERSION"] == "2.0" and calendar["METHOD"] == "PUBLISH"
print(calendar["X-WR-CALNAME"], "|", calendar["X-WR-CALDESC"])
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    begins, ends = event.decoded("DTSTART"), event.decoded("DTEND", None)
    utc = [at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if at else "-" for at in (begins, ends)]
    alarms = [int(-alarm.decoded("TRIGGER").total_seconds()) for alarm in event.walk("VALARM")]
    print(event["UID"], event["STATUS"], int(event["SEQUENCE"]), *utc, alarms, event["SUMMARY"], sep=" | ")
