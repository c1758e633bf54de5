//! The attribute's arguments as they were written: each key once, its value read on its own.

pub(crate) mod callable;
pub(crate) mod key;
pub(crate) mod setting;
mod syntax;
pub(crate) mod value;

use proc_macro2::{Ident, Span, TokenStream};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, Lit, LitStr, Path, Result, Token, token};

use self::callable::{FallbackKind, FallbackOn};
use self::key::{Key, Kind};
use self::setting::Setting;
use self::syntax::{Form, parse_form, skip, skip_one};
use self::value::Arm;
use crate::errors::Errors;

/// A value and the key that it was given to.
#[derive(Debug)]
pub(crate) struct Given<T> {
    pub(crate) key: Span,
    pub(crate) value: T,
}

impl<T> Given<T> {
    fn new(key: Span, value: T) -> Self {
        Self { key, value }
    }
}

/// One optional value per key.
#[derive(Default)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Arguments {
    pub(crate) name: Option<Given<LitStr>>,
    /// The settings of the breaker, in the order of the table.
    pub(crate) settings: Vec<Given<Setting>>,
    pub(crate) open_for_hint: Option<Given<Expr>>,
    pub(crate) call_timeout: Option<Given<Setting>>,
    pub(crate) ignore: Option<Given<Arm>>,
    pub(crate) success: Option<Given<Arm>>,
    pub(crate) failure: Option<Given<Arm>>,
    pub(crate) classify: Option<Given<Expr>>,
    pub(crate) fallback: Option<Given<FallbackKind>>,
    pub(crate) fallback_on: Option<Given<FallbackOn>>,
    /// The expression, not one of the keys here.
    pub(crate) key: Option<Given<Expr>>,
    pub(crate) registry: Option<Given<Expr>>,
    pub(crate) runtime: Option<Given<Path>>,
    /// Every key that was written, with or without a good value.
    written: Vec<Given<Key>>,
    /// Keys that were probably meant by something else.
    meant: Vec<Key>,
    /// Something was skipped that may have held any key.
    garbled: bool,
}

impl Arguments {
    /// Reads everything that can be read and leaves an error for the rest.
    pub(crate) fn parse(tokens: TokenStream, errors: &mut Errors) -> Self {
        let mut arguments = Self::default();
        let all = |input: ParseStream<'_>| {
            while !input.is_empty() {
                arguments.parse_one(input, errors);
            }
            Ok(())
        };
        let all = all.parse2(tokens);
        errors.take(all);
        arguments
    }

    /// Was this key written, or may it have been in what was skipped?
    pub(crate) fn mentions(&self, key: Key) -> bool {
        self.place(key).is_some() || self.garbled || self.meant.contains(&key)
    }

    /// Where the key was written first, be its value right or wrong.
    pub(crate) fn place(&self, key: Key) -> Option<Span> {
        let first = self.written.iter().find(|given| given.value == key);
        first.map(|given| given.key)
    }

    /// The value of a setting, if it was given a good one.
    pub(crate) fn setting(&self, key: Key) -> Option<&Given<Setting>> {
        self.settings.iter().find(|given| given.value.key == key)
    }

    /// Reads one argument and its comma; afterwards the input stands before the next one.
    fn parse_one(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        if !self.parse_argument(input, errors) {
            skip(input);
        } else if !input.is_empty() && !input.peek(Token![,]) {
            errors.push(input.error("expected `,`"));
            if input.peek(Token![;]) {
                skip_one(input);
            } else {
                skip(input);
            }
        }
        if input.peek(Token![,]) {
            skip_one(input);
        }
    }

    /// Tells whether the input stands behind a whole argument, be its value right or wrong.
    fn parse_argument(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> bool {
        let Ok(word) = input.call(Ident::parse_any) else {
            errors.push(self.no_key(input));
            return false;
        };
        let key = self.parse_key(&word, input.peek(token::Paren));
        let form = parse_form(input, key.as_ref().ok().copied(), &word);
        let whole = form.is_ok();
        errors.take(key.and_then(|key| self.read(key, word.span(), form)));
        whole
    }

    fn read(&mut self, key: Key, at: Span, form: Result<Form>) -> Result<()> {
        let earlier = self.place(key).map(|key| key.start().line);
        self.written.push(Given::new(at, key));
        // Of a second value nothing is said but that it is the second.
        match earlier {
            Some(line) => Err(Error::new(at, duplicate(key, line))),
            None => self.store(key, at, form?),
        }
    }

    /// Finds the key, or takes note of what was probably meant.
    fn parse_key(&mut self, word: &Ident, pattern: bool) -> Result<Key> {
        let text = word.to_string();
        if let Some(key) = Key::find(&text) {
            return Ok(key);
        }
        let raw = text.strip_prefix("r#").and_then(Key::find);
        let meant = raw.or_else(|| Key::meant(&text, pattern));
        self.meant.extend(meant);
        let message = match raw {
            Some(key) => format!("expected a key without `r#`: write `{}`", key.name()),
            None => key::unknown(&text, meant),
        };
        Err(Error::new(word.span(), message))
    }

    /// An error for what stands where a key should.
    fn no_key(&mut self, input: ParseStream<'_>) -> Error {
        if input.peek(Token![,]) {
            return input.error("expected `key = value` before this `,`: remove it");
        }
        let name = if let Ok(Lit::Str(text)) = input.fork().parse() {
            self.meant.push(Key::Name);
            Key::Name.form(&format!("{:?}", text.value()))
        } else {
            self.garbled = true;
            Key::Name.example()
        };
        input.error(format!("expected `key = value`: write `{name}`"))
    }

    fn store(&mut self, key: Key, at: Span, form: Form) -> Result<()> {
        let expr = match form {
            Form::Value(expr) => expr,
            Form::Pattern(arm) => {
                let slot = match key {
                    Key::Ignore => &mut self.ignore,
                    Key::Success => &mut self.success,
                    _ => &mut self.failure,
                };
                *slot = Some(Given::new(at, arm));
                return Ok(());
            }
        };
        match key.kind() {
            Kind::Name => self.name = Some(Given::new(at, value::name(key, &expr)?)),
            Kind::Number(range) => {
                let setting = setting::read(key, range, expr)?;
                let settings = &mut self.settings;
                let place = settings.partition_point(|given| given.value.key <= key);
                settings.insert(place, Given::new(at, setting));
            }
            Kind::Limit(range) => {
                self.call_timeout = Some(Given::new(at, setting::read(key, range, expr)?));
            }
            Kind::Hint => {
                self.open_for_hint = Some(Given::new(at, callable::of_value(key, expr)?));
            }
            Kind::Classifier => {
                self.classify = Some(Given::new(at, callable::of_value(key, expr)?));
            }
            Kind::Fallback => self.fallback = Some(Given::new(at, callable::fallback(key, expr)?)),
            Kind::FallbackOn => {
                self.fallback_on = Some(Given::new(at, callable::fallback_on(&expr)?));
            }
            Kind::Key => self.key = Some(Given::new(at, expr)),
            Kind::Registry => self.registry = Some(Given::new(at, expr)),
            Kind::Crate => self.runtime = Some(Given::new(at, value::path(key, expr)?)),
            // Its form is no expression.
            Kind::Pattern => {}
        }
        Ok(())
    }
}

fn duplicate(key: Key, line: usize) -> String {
    let name = key.name();
    // Old compilers do not tell the line.
    let first = match line {
        0 => "before".to_owned(),
        line => format!("in line {line}"),
    };
    let joined = match key.kind() {
        Kind::Pattern => format!(": write one, `{name}(… | …)`"),
        _ => String::new(),
    };
    format!("duplicate `{name}`; first given {first}{joined}")
}

#[cfg(test)]
mod tests;
