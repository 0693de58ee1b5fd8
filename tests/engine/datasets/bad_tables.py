"""Tables that cannot be trained on: how each is made, with which options it is read, and what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NUMBERS = "".join(f"{at},{at % 7}.5\n" for at in range(1000))

BAD_TABLES: Mapping[str, tuple[str | bytes, dict[str, Any], str]] = {
    "empty": ("", {}, "a.csv: expects a CSV file, received an empty file. Save or download it again."),
    "only blank lines": (
        "\n\r\n\n",
        {},
        "a.csv: expects a table, received nothing but blank lines. Save or download it again.",
    ),
    "only a header": (
        "a,b\n",
        {},
        "a.csv: expects rows of data, received only a header. Add rows, or say that there is no header.",
    ),
    "one row": (
        "a,b\n1,2\n",
        {"task": "values"},
        "a.csv: expects at least 2 samples, received 1. Add samples: some to train with, some to test.",
    ),
    "a row too short": (
        "a,b,c\n1,2,3\n1,2\n",
        {},
        "a.csv, row 3: expects 3 cells, as in the first row, received 2. Put cells that hold the delimiter in quotes, and fill what is missing.",
    ),
    "a row too long": (
        "a,b\n1,2\n\n1,2,3\n",
        {},
        "a.csv, row 4: expects 2 cells, as in the first row, received 3. Put cells that hold the delimiter in quotes, and fill what is missing.",
    ),
    "text in numbers": (
        "a,b\n1,2\nlong,3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received “long”. Leave out its column, or write numbers for what it says.",
    ),
    "a name as long as a book": (
        "a,b\n1,2\n" + "x" * 5000 + ",3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received “xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…”. Leave out its column, or write numbers for what it says.",
    ),
    "a missing number": (
        "a,b\n1,2\n,3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received nothing. Fill it, or leave out its row or column.",
    ),
    "NaN": (
        "a,b\n1,2\nNaN,3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received “NaN”. Fill it, or leave out its row or column.",
    ),
    "infinity": (
        "a,b\n1,2\ninf,3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received “inf”. Leave out its column, or write numbers for what it says.",
    ),
    "too large a number": (
        "a,b\n1,2\n1e39,3\n",
        {},
        "a.csv, row 3, column “a”: expects a number, received “1e39”. Numbers are at most 3.4e+38: write it in other units.",
    ),
    "a decimal comma": (
        "a;b\n1,5;2\n2,5;3\n",
        {},
        "a.csv, row 2, column “a”: expects a number, received “1,5”. Write decimals with a point.",
    ),
    "a thousands separator": (
        "a;b\n1_000;2\n2;3\n",
        {},
        "a.csv, row 2, column “a”: expects a number, received “1_000”. Leave out its column, or write numbers for what it says.",
    ),
    "Arabic digits": (
        "a,b\n١,2\n2,3\n",
        {},
        "a.csv, row 2, column “a”: expects a number, received “١”. Leave out its column, or write numbers for what it says.",
    ),
    "hexadecimal": (
        "a,b\n0x1F,2\n2,3\n",
        {},
        "a.csv, row 2, column “a”: expects a number, received “0x1F”. Leave out its column, or write numbers for what it says.",
    ),
    "an open quote": (
        'a,b\n1,2\n"3,4\n',
        {},
        "a.csv, row 3: expects cells that quotes tell apart, received others (unexpected end of data). Check the quotes: inside a quoted cell, a quote is written twice.",
    ),
    "a quote within": (
        'a,b\n1,2\n"3"4,5\n',
        {},
        "a.csv, row 3: expects cells that quotes tell apart, received others (',' expected after '\"'). Check the quotes: inside a quoted cell, a quote is written twice.",
    ),
    "a huge cell": (
        "a,b\n1,2\n" + "9" * 200_000 + ",3\n",
        {},
        "a.csv, row 3: expects cells that quotes tell apart, received others (field larger than field limit (131072)). Check the quotes: inside a quoted cell, a quote is written twice.",
    ),
    "a huge line": (
        "1," * 600_000 + "1\n",
        {},
        "a.csv, line 1: expects fewer than 1,048,576 characters, received more. Check that it is a CSV file.",
    ),
    "too many columns": (
        "1," * 10_000 + "1\n",
        {},
        "a.csv: expects at most 10,000 columns, received 10,001. Leave some out.",
    ),
    "a zero byte": (
        b"a,b\n1,\0\n",
        {},
        "a.csv: expects a CSV file, text in UTF-8, received bytes that are no text. Export the table as CSV.",
    ),
    "a zero byte later": (
        NUMBERS.encode() + b"1,\0\n",
        {},
        "a.csv, line 1,001: expects text, received a zero byte. Export the table as CSV again.",
    ),
    "UTF-16": (
        "a,b\n1,2\n".encode("utf-16"),
        {},
        "a.csv: expects a CSV file, text in UTF-8, received text in UTF-16. Save it as UTF-8.",
    ),
    "Latin-1": (
        "größe,b\n1,2\n".encode("latin-1"),
        {},
        "a.csv, line 1: expects text in UTF-8, received bytes of another encoding. Save it as UTF-8.",
    ),
    "bytes of no text later": (
        NUMBERS.encode() + b"\xff,1\n",
        {},
        "a.csv, line 1,001: expects text in UTF-8, received bytes of another encoding. Save it as UTF-8.",
    ),
    "an Excel workbook": (
        b"PK\3\4\x14\0",
        {},
        "a.csv: expects a CSV file, text in UTF-8, received an Excel workbook or a zip archive. Export the table as CSV.",
    ),
    "an old Excel workbook": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        {},
        "a.csv: expects a CSV file, text in UTF-8, received an old Excel workbook. Export the table as CSV.",
    ),
    "compressed": (
        b"\x1f\x8b\x08\0",
        {},
        "a.csv: expects a CSV file, text in UTF-8, received a compressed file. Unpack it first.",
    ),
    "Parquet": (
        b"PAR1\x15\0",
        {},
        "a.csv: expects a CSV file, text in UTF-8, received a Parquet file. Export the table as CSV.",
    ),
    "two columns of one name": (
        "a,b,a\n1,2,3\n4,5,6\n",
        {},
        "a.csv, row 1: expects another name for each column, received “a” 2 times. Rename one.",
    ),
    "a name of control characters": (
        "a,b\x1b[31m\n1,2\n4,5\n",
        {},
        "a.csv, row 1: expects names of 1 to 100 characters that can be shown, received “b�[31m”. Rename it.",
    ),
    "one column": (
        "a\n1\n2\n",
        {},
        "a.csv: expects a column to learn from, beside the target, received 1. Say which delimiter it has, or add a column.",
    ),
    "no such target": (
        "a,b\n1,2\n3,4\n",
        {"target": "price"},
        "a.csv: expects a column “price”, received a table of “a”, “b” …. Choose one that it has.",
    ),
    "no such column to leave out": (
        "a,b\n1,2\n3,4\n",
        {"skip": ("id",)},
        "a.csv: expects a column “id”, received a table of “a”, “b” …. Choose one that it has.",
    ),
    "all left out": (
        "a,b\n1,2\n3,4\n",
        {"skip": ("a",)},
        "a.csv: expects a column to learn from, beside the target, received none that is not left out. Say which delimiter it has, or add a column.",
    ),
    "a missing target": (
        "a,b\n1,2\n3,?\n",
        {},
        "a.csv, row 3, column “b”: expects a target, received “?”. Fill it, or leave out its row.",
    ),
    "one class": (
        "a,b\n1,x\n3,x\n",
        {},
        "a.csv, column “b”: expects 2 to 1,000 classes, received 1. Choose another column, or say that its values are real.",
    ),
    "too many classes": (
        "a,b\n" + "".join(f"{at},n{at}\n" for at in range(1001)),
        {},
        "a.csv, column “b”: expects 2 to 1,000 classes, received 1,001. Choose another column, or say that its values are real.",
    ),
    "a class name too long": (
        "a,b\n1,x\n3," + "y" * 101 + "\n",
        {},
        "a.csv, column “b”: expects names of 1 to 100 characters that can be shown, received “yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…”. Rename it.",
    ),
    "text where values are wanted": (
        "a,b\n1,2\n3,low\n",
        {"task": "values"},
        "a.csv, row 3, column “b”: expects a number, received “low”. Leave out its column, or write numbers for what it says.",
    ),
    "tokens": (
        "a,b\n1,2\n3,4\n",
        {"task": "tokens"},
        "a.csv, column “b”: expects classes or values, received tokens. Texts are learned from other data.",
    ),
    "a delimiter of two": (
        "a,b\n1,2\n3,4\n",
        {"delimiter": ",,"},
        "a.csv: expects a delimiter of one character, received “,,”. Use a comma, semicolon or tab.",
    ),
    "another delimiter": (
        "a,b\n1,2\n3,4\n",
        {"delimiter": ";"},
        "a.csv: expects a column to learn from, beside the target, received 1. Say which delimiter it has, or add a column.",
    ),
    "a header of numbers taken for one": (
        "1,1\n1,2\n",
        {"header": True},
        "a.csv, row 1: expects another name for each column, received “1” 2 times. Rename one.",
    ),
    "no header where there is one": (
        "a,b\n1,2\n3,4\n",
        {"header": False},
        "a.csv, row 1, column “column 1”: expects a number, received “a”. Leave out its column, or write numbers for what it says.",
    ),
    "a web page": (
        "<!DOCTYPE html>\n<html>\n<body>1</body>\n",
        {},
        "a.csv: expects a column to learn from, beside the target, received 1. Say which delimiter it has, or add a column.",
    ),
    "JSON": (
        '{"a": [1, 2], "b": [3, 4]}',
        {},
        "a.csv: expects rows of data, received only a header. Add rows, or say that there is no header.",
    ),
}
