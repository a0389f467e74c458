from ground.errors import LONGEST, BadData, BadDrawing


def test_a_message_is_cut_to_what_a_person_reads():
    assert str(BadData("Expected a label, received " + "x" * 10**6)).endswith("x … (997,027 characters more)")
    assert str(BadData("short")) == "short"
    assert len(str(BadDrawing("y" * 10**6, "cat.csv", 3))) < LONGEST + 40


def test_a_message_does_nothing_to_a_terminal():
    assert str(BadDrawing("received \x1b[2J\x07\n  next", "cat.csv", 3)) == "cat.csv:3: received �[2J�\n  next"
