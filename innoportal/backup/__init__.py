"""The whole portal in one file, and back: the database, the uploaded files and the public keys.

What can be made again (snapshots for matching, static files) and what waits in the queue (the outbox in the
database has it, too) is not in it.
"""
