use super::{distance, nearest};

#[test]
fn the_nearest_differs_by_at_most_two_letters() {
    let names = ["payment", "mail", "db"];
    assert_eq!(nearest("payments", names), Some("payment"));
    assert_eq!(nearest("pyament", names), Some("payment"));
    assert_eq!(nearest("paymint22", names), None);
    assert_eq!(nearest("mail", names), Some("mail"));
    assert_eq!(nearest("xy", names), None);
    assert_eq!(nearest("", names), None);
}

#[test]
fn the_first_of_two_equally_near_words_wins() {
    assert_eq!(nearest("bail", ["mail", "bait"]), Some("mail"));
    assert_eq!(nearest("bail", ["bait", "mail"]), Some("bait"));
}

#[test]
fn distance_counts_letters() {
    for (from, to, letters) in [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("treshold", "threshold", 1),
        ("nmae", "name", 2),
        ("kitten", "sitting", 3),
    ] {
        assert_eq!(distance(from, to), letters, "{from} {to}");
    }
}
