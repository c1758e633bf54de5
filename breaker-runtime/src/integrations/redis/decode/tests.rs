use super::*;

fn list(texts: &[&str]) -> Item {
    Item::List(
        texts
            .iter()
            .map(|text| Item::Text((*text).to_owned()))
            .collect(),
    )
}

#[test]
fn numbers_and_texts_have_limits() {
    assert_eq!(
        number(&Item::Text("9007199254740992".to_owned())),
        Some(1 << 53)
    );
    for garbage in [
        "",
        "-1",
        "+1",
        "1.0",
        "1e3",
        " 1",
        "9007199254740993",
        "99999999999999999999",
    ] {
        assert_eq!(number(&Item::Text(garbage.to_owned())), None, "{garbage}");
    }
    let cut = text(&Item::Text("\u{e9}".repeat(1000)));
    assert_eq!(cut.map(|text| text.len()), Some(256));
}

#[test]
fn a_circuit_that_lacks_a_field_or_has_a_wrong_one_is_ignored() {
    let fields = [
        "p", "open", "5", "1", "2", "1", "2", "why", "a#1", "7", "b#2", "3", "c", "a",
    ];
    let read = circuit(&list(&fields)).expect("valid");
    assert_eq!(
        (read.votes, read.lease.map(|lease| lease.id)),
        (vec!["a".into(), "c".into()], Some(7))
    );
    for count in 0..12 {
        assert_eq!(circuit(&list(&fields[..count])), None);
    }
    for index in [0, 1, 2, 3, 4, 5, 6, 9, 11] {
        let mut wrong = fields;
        wrong[index] = "";
        assert_eq!(circuit(&list(&wrong)), None, "field {index}");
    }
}

#[test]
fn a_message_of_another_version_is_garbage() {
    assert!(message(br#"["brk1","1","2"]"#).is_some());
    for garbage in [
        &b"[\"brk2\",\"1\",\"2\"]"[..],
        b"[]",
        b"{}",
        b"[\"brk1\"]",
        b"[\"brk1\",1,2]",
        b"\xff",
    ] {
        assert_eq!(message(garbage), None);
    }
}
