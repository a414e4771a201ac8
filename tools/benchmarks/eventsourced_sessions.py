"""Sessions as pyeventsourcing has them: aggregates that know their newest fields and how often they changed. A module of its own, since
the library finds an event's class by its name."""
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event


class Session(Aggregate):
    @event("Appeared")
    def __init__(self, data):
        self.data, self.version_count = data, 1

    @event("Changed")
    def change(self, data):
        if data != self.data:
            self.data, self.version_count = data, self.version_count + 1


class Sessions(Application):
    pass
