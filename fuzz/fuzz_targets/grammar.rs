//! Attributes and functions made of words that fit together, so that most of them reach the expansion.
//! The result is an error or an expansion that parses, and never a panic.
#![no_main]

use arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;

#[path = "../../breaker-macros/src"]
mod macros {
    pub(crate) mod args;
    pub(crate) mod declare;
    pub(crate) mod emit;
    pub(crate) mod errors;
    pub(crate) mod expand;
    pub(crate) mod grammar;
    pub(crate) mod item;
}
mod pipeline;
// With one word per line the lists would be hard to read.
#[rustfmt::skip]
mod words;

use macros::{args, declare, emit, errors, expand, grammar, item};

use args::setting_name::{Bound, Range, SettingName, ValueKind};

#[derive(Debug)]
struct Case {
    attribute: String,
    item: String,
}

impl<'a> Arbitrary<'a> for Case {
    fn arbitrary(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let mut source = Source(bytes);
        Ok(Self {
            attribute: source.attribute()?,
            item: source.item()?,
        })
    }
}

fuzz_target!(|case: Case| pipeline::check(&case.attribute, &case.item));

/// Makes choices from bytes. After the last byte it makes the first choice each time, and repeats
/// nothing.
struct Source<'a, 'b>(&'b mut Unstructured<'a>);

impl Source<'_, '_> {
    fn any(&mut self, of: &[&'static str]) -> Result<&'static str> {
        self.0.choose(of).copied()
    }

    /// Returns true once in `times` times.
    fn once_in(&mut self, times: u8) -> Result<bool> {
        Ok(self.0.int_in_range(0..=times - 1)? == times - 1)
    }

    fn maybe(&mut self, of: &[&'static str]) -> Result<&'static str> {
        if self.once_in(4)? {
            self.any(of)
        } else {
            Ok("")
        }
    }

    fn several(
        &mut self,
        most: u8,
        between: &str,
        mut one: impl FnMut(&mut Self) -> Result<String>,
    ) -> Result<String> {
        let mut all = Vec::new();
        for _ in 0..self.0.int_in_range(0..=most)? {
            all.push(one(self)?);
        }
        Ok(all.join(between))
    }

    fn attribute(&mut self) -> Result<String> {
        let mut text = String::new();
        if !self.once_in(16)? {
            text.push_str("name = \"payment\"");
        }
        for _ in 0..self.0.int_in_range(0..=8)? {
            text.push_str(if self.once_in(24)? {
                self.any(words::SEPARATORS)?
            } else {
                ", "
            });
            text.push_str(&self.argument()?);
        }
        text.push_str(self.maybe(&[","])?);
        Ok(text)
    }

    fn argument(&mut self) -> Result<String> {
        let setting = *self.0.choose(SettingName::ALL)?;
        let name = if self.once_in(24)? {
            self.any(words::WRONG_NAMES)?
        } else {
            setting.as_str()
        };
        if self.once_in(24)? {
            return Ok(format!("{name} {}", self.any(words::WRONG_FORMS)?));
        }
        Ok(match setting.kind() {
            ValueKind::Pattern => format!("{name}({})", self.arm()?),
            kind => format!("{name} = {}", self.value(kind)?),
        })
    }

    fn value(&mut self, kind: ValueKind) -> Result<String> {
        if self.once_in(16)? {
            return self.expression(3);
        }
        let (ValueKind::Breaker(Range { bound, .. }) | ValueKind::CallTimeout(Range { bound, .. })) =
            kind
        else {
            return match kind {
                ValueKind::Name => self.any(words::NAMES).map(String::from),
                ValueKind::FallbackOn => self.any(words::FALLBACK_ON).map(String::from),
                ValueKind::Crate => self.any(words::CRATES).map(String::from),
                ValueKind::Key | ValueKind::Registry => self.expression(3),
                _ => self.callable(),
            };
        };
        let literals = match bound {
            Bound::Count | Bound::Size => words::COUNTS,
            Bound::Flag => words::FLAGS,
            Bound::Growth | Bound::Share | Bound::Rate => words::FACTORS,
            _ => words::PERIODS,
        };
        self.any(literals).map(String::from)
    }

    fn callable(&mut self) -> Result<String> {
        if self.once_in(3)? {
            return self.any(words::PATHS).map(String::from);
        }
        let modifier = self.maybe(&["move ", "async ", "static ", "for<'a> "])?;
        let (pattern, body) = (self.pattern(2)?, self.expression(3)?);
        Ok(match self.0.int_in_range(0..=5)? {
            0 => format!("{modifier}|{pattern}: {}| {body}", self.ty(2)?),
            1 => format!("{modifier}|{pattern}| -> {} {{ {body} }}", self.ty(2)?),
            2 => format!("{modifier}|{pattern}, {}| {body}", self.pattern(1)?),
            3 => format!("|| {body}"),
            _ => format!("{modifier}|{pattern}| {body}"),
        })
    }

    fn arm(&mut self) -> Result<String> {
        let pattern = self.several(3, " | ", |source| source.pattern(3))?;
        if self.once_in(3)? {
            return Ok(format!("{pattern} if {}", self.expression(3)?));
        }
        Ok(pattern)
    }

    fn item(&mut self) -> Result<String> {
        if self.once_in(32)? {
            return self.any(words::NO_FUNCTIONS).map(String::from);
        }
        let mut text = self.several(2, " ", |source| {
            source.any(words::ATTRIBUTES).map(String::from)
        })?;
        for words in words::BEFORE_FN {
            text = format!("{text} {}", self.maybe(words)?);
        }
        let name = self.any(&["pay", "r#async", "later", "payment"])?;
        let generics = self.maybe(words::GENERICS)?;
        let receiver = self.maybe(words::RECEIVERS)?;
        let arguments = self.several(4, ", ", Self::typed_argument)?;
        let arrow = if self.once_in(6)? {
            String::new()
        } else {
            format!("-> {}", self.returned()?)
        };
        let wheres = self.maybe(&["where T: Copy", "where Self: Sized, T: 'a", "where"])?;
        let body = self.body()?;
        Ok(format!(
            "{text} fn {name}{generics}({receiver}{arguments}) {arrow} {wheres} {body}"
        ))
    }

    fn typed_argument(&mut self) -> Result<String> {
        let attribute = self.maybe(words::ARGUMENT_ATTRIBUTES)?;
        Ok(format!("{attribute} {}: {}", self.pattern(2)?, self.ty(3)?))
    }

    fn returned(&mut self) -> Result<String> {
        let output = self.ty(2)?;
        Ok(match self.0.int_in_range(0..=9)? {
            0..=3 => format!("Result<{output}, PayError>"),
            4 => format!(
                "impl Future<Output = {output}> {}",
                self.any(words::MORE_BOUNDS)?
            ),
            5 => format!(
                "Pin<Box<dyn Future<Output = {output}> {}>>",
                self.any(words::MORE_BOUNDS)?
            ),
            6 => format!("BoxFuture<'_, {output}>"),
            7 => format!("__fragment({output})"),
            _ => output,
        })
    }

    fn body(&mut self) -> Result<String> {
        let inside = if self.once_in(3)? {
            self.any(words::STATEMENTS)?.to_owned()
        } else {
            self.expression(3)?
        };
        let inner = self.maybe(&["#![allow(dead_code)]", "#![inline] use a::*;"])?;
        Ok(match self.0.int_in_range(0..=7)? {
            0 => format!("{{ {inner} async move {{ {inside} }} }}"),
            1 => format!("{{ {inner} Box::pin(async move {{ {inside} }}) }}"),
            2 => format!("{{ Box::pin(async move {{ let __self = self; {inside} }}) }}"),
            3 => format!("__fragment({{ {inside} }})"),
            4 => self
                .any(&[";", "", "{}", "{ {} }", "{} {}", "= 5;"])?
                .to_owned(),
            _ => format!("{{ {inner} {inside} }}"),
        })
    }

    fn expression(&mut self, depth: u8) -> Result<String> {
        if depth == 0 || self.once_in(2)? {
            return self.any(words::EXPRESSIONS).map(String::from);
        }
        let around = self.any(words::AROUND_EXPRESSIONS)?;
        self.fill(around, depth)
    }

    fn pattern(&mut self, depth: u8) -> Result<String> {
        if depth == 0 || !self.once_in(3)? {
            return self.any(words::PATTERNS).map(String::from);
        }
        let around = self.any(words::AROUND_PATTERNS)?;
        self.fill(around, depth)
    }

    fn ty(&mut self, depth: u8) -> Result<String> {
        if depth == 0 || self.once_in(2)? {
            return self.any(words::TYPES).map(String::from);
        }
        let around = self.any(words::AROUND_TYPES)?;
        self.fill(around, depth)
    }

    /// Replaces each `§e` by an expression, each `§p` by a pattern and each `§t` by a type.
    fn fill(&mut self, form: &str, depth: u8) -> Result<String> {
        let mut parts = form.split('§');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (kind, rest) = part.split_at(1);
            text.push_str(&match kind {
                "e" => self.expression(depth - 1)?,
                "p" => self.pattern(depth - 1)?,
                _ => self.ty(depth - 1)?,
            });
            text.push_str(rest);
        }
        Ok(text)
    }
}
