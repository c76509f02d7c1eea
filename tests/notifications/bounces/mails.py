"""Mails as mail servers send them back."""

DSN = """\
From: MAILER-DAEMON@mx.example.net
To: {sent_to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

I'm sorry to have to inform you.

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 21 Nov 2026 10:00:00 +0800

Final-Recipient: rfc822; {address}
Original-Recipient: rfc822;{address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <{address}>: said the server

--b1
Content-Type: message/rfc822

From: InnoPortal <portal@example.org>
To: {address}
Message-ID: <{number}@127.0.0.1>
Subject: A wish

Text.
--b1--
"""

COMPLAINT = """\
From: feedback@mx.example.net
To: {sent_to}
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="b2"

--b2
Content-Type: text/plain

This is a report of abuse.

--b2
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: SomeProvider/1
Version: 1
{named}
--b2
Content-Type: text/rfc822-headers

From: InnoPortal <portal@example.org>
To: {address}
Message-ID: <{number}@127.0.0.1>
--b2--
"""


def dsn(address, number, *, status="5.1.1", action="failed", sent_to="portal@example.org"):
    said = {"address": address, "number": number, "status": status, "action": action, "sent_to": sent_to}
    return DSN.format(**said).encode()


def complaint(address, number, *, named="", sent_to="portal@example.org"):
    return COMPLAINT.format(address=address, number=number, named=named, sent_to=sent_to).encode()
