"""Why a row is not a drawing: the numbers that the compiled readers give, and what each says to a person."""

from enum import IntEnum


class Reason(IntEnum):
    """0 means a good row."""

    GOOD = 0
    COLUMNS = 1
    QUOTE = 2
    RECORD = 3
    MISSING = 4
    KEY_ID = 5
    COUNTRY = 6
    RECOGNIZED = 7
    TIMESTAMP = 8
    WORD = 9
    DRAWING = 10
    LISTS = 11
    LENGTHS = 12
    EMPTY_STROKE = 13
    COORDINATES = 14
    TIME = 15
    TIMED = 16
    TOO_LONG = 17
    CUT_SHORT = 18


TEXT = {
    Reason.COLUMNS: "another number of columns than the header",
    Reason.QUOTE: "a quoted value that does not end before its line does, or goes on after its quote",
    Reason.RECORD: "not a JSON object on one line",
    Reason.MISSING: "without one of key_id, word and drawing",
    Reason.KEY_ID: "key_id is not a whole number from 0 to 2^63 - 1",
    Reason.COUNTRY: "countrycode is not two plain letters",
    Reason.RECOGNIZED: "recognized is neither true nor false nor empty",
    Reason.TIMESTAMP: "timestamp is neither a UTC date and time such as 2017-03-05 17:55:05.16734 nor empty",
    Reason.WORD: "word is not in the class list",
    Reason.DRAWING: "drawing is not JSON of the form [[[x, …], [y, …]], …]",
    Reason.LISTS: "a stroke is not two lists (x, y) or three (x, y, t)",
    Reason.LENGTHS: "the x and y (and t) of a stroke differ in length",
    Reason.EMPTY_STROKE: "a stroke without a point",
    Reason.COORDINATES: "coordinates that are not whole numbers from 0 to 255 (raw: beyond a million pixels)",
    Reason.TIME: "a time that is not from 0 to 2^31 - 1 milliseconds",
    Reason.TIMED: "some strokes have times and some have not",
    Reason.TOO_LONG: "a stroke of more than 65,535 points (raw: longer than 100,000 pixels once scaled to 255)",
    Reason.CUT_SHORT: "the file ends inside this record",
}
