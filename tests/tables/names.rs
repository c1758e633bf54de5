// Names of circuit breakers, and what is said of each: both crates test their rule against it.
&[
    ("payment", Ok(())),
    ("p", Ok(())),
    ("Pay-ment_2.eu:west/1", Ok(())),
    ("0", Ok(())),
    ("", Err("the name of a circuit breaker must not be empty")),
    ("pay ment", Err("character ' ' at position 4 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    (" payment", Err("character ' ' at position 1 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("pay\n", Err("character '\\n' at position 4 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("pay\"", Err("character '\"' at position 4 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("pay'", Err("character '\\'' at position 4 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("pay#1", Err("character '#' at position 4 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("größe", Err("character 'ö' at position 3 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    ("größe und mehr", Err("character 'ö' at position 3 is not allowed in the name of a circuit breaker: use ASCII letters, digits, `_`, `-`, `.`, `:` and `/`")),
    // 128 characters, and one more.
    ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", Ok(())),
    ("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefg", Err("the name of a circuit breaker has at most 128 characters, not 129")),
]
