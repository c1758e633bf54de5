//! The words that the target `grammar` chooses from: correct ones and nearly correct ones.
#![allow(unreachable_pub)]

pub const SEPARATORS: &[&str] = &[" ", "; ", ",,", "= ", ": ", "| "];

pub const WRONG_NAMES: &[&str] = &[
    "nmae", "timeout", "r#name", "crate::name", "\"name\"", "self", "5", "'a", "failures", "_",
    "Name",
];

pub const WRONG_FORMS: &[&str] = &[
    "", "=", "==", "=>", "= =", ": 5", "()", "(,)", "[5]", "{ 5 }", "= (", "= |", "= <", "= 5 5",
    "(Err(_) if)", "= 5; open_for", "= async", "= #[x]", "= -", "= ..", "(Err(a b))", "(x: u8)",
    "= open_for = \"1s\"",
];

pub const NAMES: &[&str] = &[
    "\"payment\"", "\"\"", "\"pay ment\"", "\"größe\"", "r\"pay\"", "b\"pay\"", "\"a\"s",
    "payment", "-\"a\"", "concat!(\"a\")", "__fragment(\"payment\")", "c\"pay\"", "'p'", "5",
];

pub const FALLBACK_ON: &[&str] = &[
    "rejected", "error", "any", "\"any\"", "r#any", "a::any", "__fragment(any)",
];

pub const CRATES: &[&str] = &[
    "breaker_runtime", "::breaker_runtime", "crate", "self", "super::b", "$crate", "a::<u8>",
    "<T as A>::b", "\"breaker\"", "a::r#in", "Self", "Fn(u8) -> u8",
];

pub const COUNTS: &[&str] = &[
    "5", "1", "0", "-1", "4294967295", "4294967296", "5u32", "5u8", "5.0", "\"5\"", "0x1F",
    "1_000", "N", "Self::N", "T", "a::N", "__fragment(5)", "5 + 5", "u32::MAX",
    "99999999999999999999999999999999999999999", "{ 5 }", "const { 5 }", "--5",
    "if true { 1 } else { 2 }", "x as u32", "as_<u32>()",
];

pub const FACTORS: &[&str] = &[
    "0.5", "1.0", "0", "1", "2.0", "-0.5", "1e400", "1e-999", "0.5f64", "0.5f32", "\"0.5\"", "F",
    "T::F", "-0.0", "f64::NAN", "1f64", "-F", "{ 1.0 }", "0.1 + 0.2",
];

pub const PERIODS: &[&str] = &[
    "\"30s\"", "\"250ms\"", "\"2 m\"", "\"1.5h\"", "\"off\"", "\"0s\"", "\"-1s\"", "\"30\"", "30",
    "1.5", "\"\"", "\"99999999999999999999h\"", "D", "Duration::from_secs(5)", "Self::D", "100",
    "\"100\"", "-\"1s\"", "off", "\"1s\"x", "b\"1s\"", "N", "T::D",
    "Duration { secs: 5, nanos: 0 }", "\"1\\u{0}s\"",
];

pub const FLAGS: &[&str] = &[
    "true", "false", "-true", "!true", "1", "0", "\"true\"", "\"off\"", "FLAG", "Self::FLAG",
    "cfg!(test)", "__fragment(true)", "r#true", "true as u8", "{ false }", "a < b", "()",
];

pub const PATHS: &[&str] = &[
    "later", "Self::later", "self::later", "pay", "Self::pay", "self::pay", "self", "self.later",
    "self.0", "Self", "a::b::<u8>", "<T as Later<'_>>::later", "later()", "later(5)?", "a.b().c",
    "\"later\"", "Vec::new", "__fragment(later)", "r#async", "later::<{ 5 }>", "super::later",
    "<Self>::pay", "5", "!", "later!()", "None",
];

pub const NO_FUNCTIONS: &[&str] = &[
    "", ";", "fn", "fn pay", "fn pay(", "struct A;", "enum A {}", "impl A { fn pay() {} }",
    "mod a {}", "trait A {}", "const A: u8 = 5;", "let x = 5;", "a!{}",
    "macro_rules! a { () => {} }", "extern crate a;", "extern \"C\" {}", "unsafe impl A for B {}",
    "use a::b;", "type A = B;", "|x| x", "5", "{ fn pay() {} }", "pub", "pub(in", "default",
    "__fragment(fn pay() {})", "union A { a: u8 }", "auto trait A {}",
    "fn pay() -> u8 {} fn b() {}",
];

pub const ATTRIBUTES: &[&str] = &[
    "#[inline]", "/// Pays.", "#[must_use]", "#[cfg(feature = \"a\")]", "#[track_caller]",
    "#[async_trait]", "#[circuit_breaker(name = \"payment\")]",
    "#[circuit_breaker(name = \"other\", threshold = 5)]", "#[breaker_runtime::circuit_breaker]",
    "#[circuit_breaker = 5]", "#[expect(unused)]", "#[a(b = ,)]", "#![a]",
    "#[circuit_breaker(name = \"payment\", fallback = |e| e, fallback = )]",
    "#[unsafe(no_mangle)]",
];

/// In the order in which they stand.
pub const BEFORE_FN: &[&[&str]] = &[
    &[
        "pub",
        "pub(crate)",
        "pub(in a::b)",
        "crate",
        "__fragment(pub)",
        "__fragment()",
    ],
    &["default", "safe", "final"],
    &["const"],
    &["async", "gen", "async gen"],
    &["unsafe"],
    &["extern", "extern \"C\"", "extern r\"C\""],
];

pub const GENERICS: &[&str] = &[
    "<T>", "<'a>", "<'a, T: 'a + Copy>", "<const N: usize>", "<>", "<T = u8>",
    "<#[cfg(a)] T, const M: u8 = 5>", "<F: Fn(u8) -> u8>", "<F: for<'b> Fn(&'b u8)>",
    "<T: ?Sized + ~const A>", "<'a: 'static>", "<T,>",
];

/// Each with its comma.
pub const RECEIVERS: &[&str] = &[
    "&self, ", "&mut self, ", "self, ", "mut self, ", "&'a mut self, ", "self: Box<Self>, ",
    "self: &mut Self, ", "self: Pin<&mut Self>, ", "mut self: &'a mut Self, ", "#[a] &self, ",
    "self: __fragment(&mut Self), ", "&self,, ", "self: &Arc<Self>, ", "x: u8, self, ", "..., ",
    "u8, ",
];

pub const ARGUMENT_ATTRIBUTES: &[&str] = &[
    "#[cfg(a)]", "#[cfg(all(a, b))] #[cfg(c)]", "#[allow(unused)]",
    "#[expect(a, reason = \"b\")]", "#[cfg_attr(a, allow(b))]", "#[cfg]", "#[cfg = 5]",
    "#[cfg()]", "/// a", "#[a::cfg(b)]",
];

pub const MORE_BOUNDS: &[&str] = &[
    "", "+ Send", "+ 'a", "+ Send + '_", "+ Unpin", "+ ?Sized", "+ use<'a, T>", "+",
];

pub const STATEMENTS: &[&str] = &[
    "let x = 5; x", "return Err(E);", "use super::*; a()?", "fn pay() {} pay()",
    "let __self = self; x", "half - typed .", "let x = ;", "a!{} b", "loop { break }", "#[a] b()",
    ";;;", "macro_rules! a { ($x:expr) => { $x } }", "-> => ::", "static SITE: u8 = 5; SITE",
    "self.0 = x; self", "match x {}", "{ 5 } as u8", "if a {} else {}",
];

pub const EXPRESSIONS: &[&str] = &[
    "x", "5", "\"a\"", "self", "Self", "()", "error", "cents", "a::b", "&REGISTRY",
    "Foo { a: 5 }", "Foo {}", "return", "break", "continue", "..", "_", "vec![1, 2]", "a!{}",
    "T::N", "'c'", "b\"x\"", "-1", "true", "break 'a 5", "{}", "crate::R",
    "__circuit_breaker_answer", "|| 5", "async {}", "unsafe {}", "loop {}", "<T as A>::B", "r#in",
    "1.0.0", "yield", "self.0", "become a()", "__fragment(1 + 2)", "[]", "1e5", "const { 5 }",
    "builtin # a", "raw", "union",
];

pub const AROUND_EXPRESSIONS: &[&str] = &[
    "Ok(§e)", "Err(§e)", "(§e)", "{ §e }", "(§e, §e)", "[§e, §e]", "[§e; §e]", "§e + §e",
    "§e - §e", "§e * §e", "§e = §e", "§e += §e", "§e == §e", "§e < §e", "§e && §e", "§e..§e",
    "§e..=§e", "..§e", "!§e", "-§e", "*§e", "&§e", "&mut §e", "&raw const §e", "§e as §t", "§e?",
    "§e.await", "§e.a", "§e.a(§e)", "§e.a::<§t>()", "§e[§e]", "§e(§e, §e)",
    "if §e { §e } else { §e }", "if let §p = §e { §e }", "match §e { §p => §e, _ => §e }",
    "match §e { §p if §e => §e }", "while §e { §e }", "for §p in §e { §e }", "loop { §e }",
    "'a: { §e }", "|§p| §e", "|§p: §t| §e", "move || §e", "async move { §e }", "async |§p| §e",
    "unsafe { §e }", "Foo { a: §e, ..§e }", "Foo { §e }", "return §e", "break §e", "let §p = §e",
    "#[a] §e", "__fragment(§e)", "a!(§e)", "{ let §p: §t = §e; §e }", "<§t>::a(§e)", "§e; §e",
    "static |§p| §e", "yield §e", "try { §e }", "§e as usize < §e", "(§e).0.1",
    "|§p| -> §t { §e }", "for<'a> |§p| §e", "matches!(§e, §p)", "const { §e }", "do yeet §e",
    "§e, §e",
];

pub const PATTERNS: &[&str] = &[
    "x", "_", "mut x", "ref x", "ref mut x", "cents", "(a, b)", "Ok(_)", "Err(_)", "None", "5",
    "-5", "\"a\"", "..", "1..=5", "1..", "..=5", "A::B", "A { .. }", "A { a, b: 5, .. }", "a!()",
    "[a, .., b]", "self", "Self", "&x", "r#in", "<T as A>::B", "x @ 5", "x @ ..", "const { 5 }",
    "'a'..='z'", "()", "__fragment(_)", "true", "__circuit_breaker_x", "_x", "mut self", "box x",
    "f64::NAN",
];

pub const AROUND_PATTERNS: &[&str] = &[
    "Ok(§p)", "Err(§p)", "Some(§p)", "(§p)", "(§p, §p)", "(§p,)", "&§p", "&mut §p", "[§p, §p]",
    "[§p, ..]", "A { a: §p, .. }", "x @ §p", "mut x @ §p", "ref x @ §p", "(§p | §p)", "§p | §p",
    "| §p", "__fragment(§p)", "A::<§t>::B(§p)", "#[a] §p", "A { #[a] a: §p }", "§p..=§p", "&(§p)",
    "§p if §e",
];

pub const TYPES: &[&str] = &[
    "u64", "T", "Self", "()", "!", "_", "&str", "&'a str", "&mut T", "&'a mut T", "String",
    "Vec<u8>", "impl Copy", "dyn A", "&dyn A", "fn(u8) -> u8", "[u8; 5]", "[u8]", "*const u8",
    "*mut T", "Box<Self>", "a::B<'a, T>", "a!()", "<T as A>::B", "impl Fn(u8) -> &T",
    "Option<&'_ T>", "Fn(u8)", "Box<Fn(u8) -> u8>", "'static", "A<{ N }>", "A<5>", "A<B = u8>",
    "A<B: Copy>", "typeof(x)", "...", "unsafe extern \"C\" fn(...)",
    "impl for<'b> A<'b> + 'a + ?Sized", "Future", "Pin", "Pin<Box>", "BoxFuture", "BoxFuture<'a>",
    "LocalBoxFuture<'_, u8>", "Pin<Box<dyn Future>>", "impl Future", "impl Future<A = B>", "r#in",
    "A<-5>", "dyn* A", "for<'a> fn(&'a u8)",
];

pub const AROUND_TYPES: &[&str] = &[
    "Result<§t, §t>", "Option<§t>", "&§t", "&mut §t", "&'a mut §t", "Box<§t>", "(§t, §t)", "(§t)",
    "(§t,)", "[§t; N]", "[§t]", "*const §t", "fn(§t) -> §t", "impl Fn(§t) -> §t",
    "Box<dyn Fn(§t) -> §t>", "impl A<B = §t>", "<§t as A<§t>>::B", "__fragment(§t)", "Pin<§t>",
    "Pin<Box<§t>>", "Pin<Box<dyn Future<Output = §t>>>", "impl Future<Output = §t>",
    "BoxFuture<'_, §t>", "[u8; §e]", "A<{ §e }>", "&'_ §t", "Pin<&mut §t>",
    "impl A + for<'b> B<§t>", "a::<§t>::B", "impl Iterator<Item: §t>", "FnOnce(§t)",
    "&(§t + Send)", "impl use<§t>",
];
