"""Every reader by name, in the order in which they are fuzzed."""

from tests.faults.fuzz.reader import Reader
from tests.faults.fuzz.readers import drawings, networks, probabilities, run_records, shards, stacks, submissions
from tests.faults.fuzz.readers import settings as run_settings

ROOMS = (drawings, shards, probabilities, submissions, stacks, run_settings, run_records, networks)
READERS: dict[str, Reader] = {reader.name: reader for room in ROOMS for reader in room.READERS}
