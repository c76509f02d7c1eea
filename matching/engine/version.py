"""Which engine wrote a score: raised whenever the same input may give another one."""

ENGINE_VERSION = "2.3"
