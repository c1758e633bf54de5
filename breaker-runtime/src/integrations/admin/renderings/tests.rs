use super::*;

/// Asks for a list `millis` after the clock has begun, and returns its text.
fn ask(renderings: &Renderings, path: &str, millis: u64, text: &str) -> String {
    let asked = Asked {
        path: path.to_owned(),
        format: Format::Json,
        control_requests: 0,
    };
    ask_for(renderings, asked, millis, text)
}

fn ask_for(renderings: &Renderings, asked: Asked, millis: u64, text: &str) -> String {
    let now = Tick::default().after(Duration::from_millis(millis));
    let rendering = renderings.get_or_render(asked, now, || text.to_owned());
    String::from_utf8(rendering.body.to_vec()).expect("it is text")
}

#[test]
fn a_rendering_is_good_for_half_a_second() {
    let renderings = Renderings::default();
    assert_eq!(ask(&renderings, "/breakers", 1000, "first"), "first");
    assert_eq!(ask(&renderings, "/breakers", 1499, "second"), "first");
    assert_eq!(ask(&renderings, "/breakers", 1500, "third"), "third");
    assert_eq!(ask(&renderings, "/breakers", 1999, "fourth"), "third");
}

#[test]
fn a_clock_that_stands_still_or_steps_back_shows_no_rendering_again() {
    let renderings = Renderings::default();
    ask(&renderings, "/breakers", 1000, "first");
    assert_eq!(ask(&renderings, "/breakers", 1000, "second"), "second");
    assert_eq!(ask(&renderings, "/breakers", 999, "third"), "third");
}

#[test]
fn another_path_query_or_format_is_another_list() {
    let renderings = Renderings::default();
    ask(&renderings, "/breakers", 1000, "all");
    assert_eq!(ask(&renderings, "/breakers?q=a", 1001, "some"), "some");
    let asked = Asked {
        path: "/breakers".to_owned(),
        format: Format::Text,
        control_requests: 0,
    };
    assert_eq!(ask_for(&renderings, asked, 1002, "text"), "text");
    assert_eq!(ask(&renderings, "/breakers", 1003, "late"), "all");
    assert_eq!(ask(&renderings, "/breakers?q=a", 1003, "late"), "some");
}

#[test]
fn a_control_request_ends_every_rendering_before_it() {
    let renderings = Renderings::default();
    let asked = |control_requests| Asked {
        path: "/breakers".to_owned(),
        format: Format::Json,
        control_requests,
    };
    ask_for(&renderings, asked(0), 1000, "before");
    assert_eq!(ask_for(&renderings, asked(1), 1001, "after"), "after");
    // One that was begun before the request and ends after it is not shown either.
    ask_for(&renderings, asked(0), 1002, "before");
    assert_eq!(ask_for(&renderings, asked(1), 1003, "again"), "again");
}

#[test]
fn the_last_sixteen_are_kept_and_no_large_one() {
    let renderings = Renderings::default();
    for nth in 0..=16 {
        ask(&renderings, &format!("/breakers?q={nth}"), nth, "first");
    }
    assert_eq!(ask(&renderings, "/breakers?q=1", 17, "late"), "first");
    assert_eq!(ask(&renderings, "/breakers?q=0", 17, "late"), "late");
    let large = "x".repeat(LARGEST);
    ask(&renderings, "/keys/fetch", 18, &large);
    assert_eq!(ask(&renderings, "/keys/fetch", 19, "small"), "small");
    assert!(lock(&renderings.0).len() <= MOST);
}
