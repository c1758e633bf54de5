use super::*;

/// Puts `@` and, for a future under `Mode::Result`, a `t` in place of each attribute.
fn marked(text: &str, mode: Mode) -> String {
    let mut functions = Vec::new();
    find(
        Path::new("src/lib.rs"),
        text,
        mode,
        &mut functions,
        &mut Vec::new(),
    );
    let mut marked = annotated(text, functions.iter().enumerate(), mode);
    for number in 0..functions.len() {
        marked = marked.replace(&mode.attribute(number, false), "@");
        marked = marked.replace(&mode.attribute(number, true), "@t");
    }
    marked
}

#[test]
fn functions_of_every_kind_are_annotated() {
    let text = "
/// Documentation.
#[inline] @pub(crate) async fn free() { @fn inner() {} }
mod module { impl Client { @unsafe extern \"C\" fn method(&self) {} } }
trait Ask { @fn ask(&self) {} fn answer(&self); }
impl Ask for Client { @fn answer(&self) {} } @fn last() {}
/* é */ @fn after_a_letter_of_two_bytes() {}
";
    assert_eq!(marked(&text.replace('@', ""), Mode::Universal), text);
}

#[test]
fn functions_that_the_attribute_cannot_guard_and_tests_are_not_annotated() {
    let text = "
const fn constant() { fn inner() {} }
fn main() {}
#[test] fn a_test() {}
#[tokio::test] async fn another_test() {}
#[cfg(test)] mod tests { fn helper() {} }
#[cfg(all(test, unix))] fn helper() {}
#[cfg(test)] impl Client { fn helper() {} }
macro_rules! function { () => { fn made() {} } }
";
    assert_eq!(marked(text, Mode::Universal), text);
}

#[test]
fn result_mode_chooses_results_by_their_spelling() {
    let text = "
@fn a() -> io::Result<u8> {}
@tasync fn b() -> Result<u8, E> {}
@tfn c() -> impl Future<Output = Result<u8, E>> + Send {}
@tfn d() -> Pin<Box<dyn Future<Output = Result<u8, E>> + Send>> {}
@tfn e() -> BoxFuture<'static, Result<u8, E>> {}
fn f() -> Option<Result<u8, E>> {}
async fn g() -> u8 {}
fn h() -> impl Future<Output = u8> {}
fn i() -> Box<Result<u8, E>> {}
fn j() {}
";
    assert_eq!(
        marked(&text.replace("@t", "").replace('@', ""), Mode::Result),
        text
    );
}

#[test]
fn functions_have_the_names_of_what_is_around_them() {
    let text = "mod module { impl<T> Client<T> {
        #[inline]
        pub fn send() {
        }
    } }";
    let mut functions = Vec::new();
    find(
        Path::new("src/lib.rs"),
        text,
        Mode::Universal,
        &mut functions,
        &mut Vec::new(),
    );
    assert_eq!(functions[0].name, "module::Client::send");
    assert_eq!(functions[0].lines, 2..=4);
}

#[test]
fn modules_of_tests_are_found_by_path() {
    let of = |file: &str, text: &str| {
        let mut modules = Vec::new();
        find(
            Path::new(file),
            text,
            Mode::Universal,
            &mut Vec::new(),
            &mut modules,
        );
        modules
    };
    let declared = "#[cfg(test)] mod tests;";
    assert_eq!(of("src/lib.rs", declared), [Path::new("src/tests")]);
    assert_eq!(
        of("src/pool/mod.rs", declared),
        [Path::new("src/pool/tests")]
    );
    assert_eq!(of("src/pool.rs", declared), [Path::new("src/pool/tests")]);
    let elsewhere = "#[cfg(test)] #[path = \"checks.rs\"] mod tests;";
    assert_eq!(of("src/pool.rs", elsewhere), [Path::new("src/checks")]);
}
