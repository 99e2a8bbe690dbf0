"""The words on the bus: what services say to each other, and nothing else.

Everything here is a frozen msgspec Struct. Commands (sent by people and programs) forbid unknown fields; events
tolerate them, so an older reader survives a newer writer.
"""
