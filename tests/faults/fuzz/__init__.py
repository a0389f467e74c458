"""A fuzzer over every reader: spoiled files in, out either what is valid or an error that names the file.

    python -m tests.faults.fuzz --inputs 20000

A `Reader` says what is read and what must hold of it; `mutations`, `archives` and `structures` make its inputs, each by
its own number, so any can be made again. A `worker` process reads them one by one; a `Judge` outside holds it to its
limits of time and memory.
"""
