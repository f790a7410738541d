"""Who is connected to a run, and who of them watches it."""

from __future__ import annotations


class Watchers:
    """Clients by their number. Who only asks something and leaves watches nothing."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}
        self._watching: set[int] = set()

    def greet(self, client: int, who: str) -> None:
        """A client said who it is."""
        self._names[client] = who

    def name(self, client: int) -> str:
        """Who a client is, in words."""
        return self._names.get(client) or "somebody"

    def begins(self, client: int) -> bool:
        """Whether a client that wants to see the run wants so for the first time."""
        first = client not in self._watching
        self._watching.add(client)
        return first

    def leave(self, client: int) -> str | None:
        """Who has stopped watching; None where nobody has."""
        name = self.name(client)
        self._names.pop(client, None)
        if client not in self._watching:
            return None
        self._watching.discard(client)
        return name
