//! The attribute's arguments as the user wrote them: each setting at most once, its value parsed on its
//! own.

pub(crate) mod callable;
pub(crate) mod literal;
pub(crate) mod setting;
pub(crate) mod setting_name;
pub(crate) mod spelling;
mod syntax;
pub(crate) mod value;

use proc_macro2::{Ident, Span, TokenStream};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Error, Expr, ExprPath, Lit, Path, Result, Token, token};

use self::callable::{Cause, Classify, FallbackKind, FallbackOn};
use self::setting::Setting;
use self::setting_name::{SettingName, ValueKind};
use self::spelling::spelled;
use self::syntax::{Form, Malformed, parse_form, skip, skip_one};
use self::value::{Arm, Name};
use crate::errors::Errors;
use crate::grammar::name;

/// A value and the place of the setting that it was given to.
#[derive(Debug)]
pub(crate) struct Given<T> {
    /// The span of the setting's name.
    pub(crate) span: Span,
    pub(crate) value: T,
}

impl<T> Given<T> {
    fn new(span: Span, value: T) -> Self {
        Self { span, value }
    }
}

/// The values of all settings.
#[derive(Default)]
#[cfg_attr(test, derive(Debug))]
pub(crate) struct Arguments {
    pub(crate) name: Option<Given<Name>>,
    /// The settings of the breaker, in the order of the documentation.
    pub(crate) settings: Vec<Given<Setting>>,
    pub(crate) open_for_hint: Option<Given<Expr>>,
    pub(crate) cause: Option<Given<Cause>>,
    pub(crate) call_timeout: Option<Given<Setting>>,
    pub(crate) probe: Option<Given<ExprPath>>,
    pub(crate) probe_always: Option<Given<Setting>>,
    pub(crate) trip: Option<Given<Arm>>,
    pub(crate) ignore: Option<Given<Arm>>,
    pub(crate) success: Option<Given<Arm>>,
    pub(crate) failure: Option<Given<Arm>>,
    pub(crate) classify: Option<Given<Classify>>,
    pub(crate) fallback: Option<Given<FallbackKind>>,
    pub(crate) fallback_on: Option<Given<FallbackOn>>,
    /// The partition key.
    pub(crate) key: Option<Given<Expr>>,
    pub(crate) registry: Option<Given<Expr>>,
    pub(crate) runtime: Option<Given<Path>>,
    /// Every setting in the attribute, whether its value is valid or not.
    pub(crate) written: Vec<Given<SettingName>>,
    /// The settings that unknown words probably mean.
    guessed: Vec<SettingName>,
    /// Whether the parser skipped tokens that may have contained any setting.
    skipped_tokens: bool,
}

impl Arguments {
    /// Parses all valid arguments, and reports an error for each invalid one.
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
        arguments.settings.sort_by_key(|given| given.value.name);
        arguments
    }

    /// Returns whether the attribute contains this setting, or may contain it in tokens that were
    /// skipped.
    pub(crate) fn mentions(&self, name: SettingName) -> bool {
        self.span(name).is_some() || self.skipped_tokens || self.guessed.contains(&name)
    }

    /// Returns where the attribute first contains this setting, whether its value is valid or not.
    pub(crate) fn span(&self, name: SettingName) -> Option<Span> {
        let first = self.written.iter().find(|given| given.value == name);
        first.map(|given| given.span)
    }

    /// Returns the value of a breaker's setting if the attribute contains a valid one.
    pub(crate) fn setting(&self, name: SettingName) -> Option<&Given<Setting>> {
        self.settings.iter().find(|given| given.value.name == name)
    }

    /// Parses one argument and the comma after it, so that the input continues with the next argument.
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

    /// Parses one argument. Returns whether the argument was complete, with a valid value or not.
    fn parse_argument(&mut self, input: ParseStream<'_>, errors: &mut Errors) -> bool {
        let Ok(word) = input.call(Ident::parse_any) else {
            errors.push(self.no_name(input));
            return false;
        };
        let name = self.parse_name(&word, input.peek(token::Paren));
        let form = parse_form(input, name.as_ref().ok().copied(), &word);
        let complete = form.is_ok();
        errors.take(name.and_then(|name| self.read(name, word.span(), form)));
        complete
    }

    fn read(
        &mut self,
        name: SettingName,
        at: Span,
        form: std::result::Result<Form, Malformed>,
    ) -> Result<()> {
        let earlier = self.span(name).map(|span| span.start().line);
        self.written.push(Given::new(at, name));
        // A duplicate gets one error, even if its value is invalid too.
        match earlier {
            Some(line) => Err(Error::new(at, duplicate(name, line))),
            None => self.store(
                name,
                at,
                form.map_err(|malformed| error_of(malformed, name))?,
            ),
        }
    }

    /// Finds the setting of this name, or notes which one the word probably means.
    fn parse_name(&mut self, word: &Ident, in_parentheses: bool) -> Result<SettingName> {
        let text = word.to_string();
        if let Some(name) = SettingName::find(&text) {
            return Ok(name);
        }
        let raw = text.strip_prefix("r#").and_then(SettingName::find);
        let guessed = match raw {
            Some(name) => vec![name],
            None => SettingName::guess(&text, in_parentheses),
        };
        let message = match raw {
            Some(name) => format!("remove `r#`: write `{}`", name.as_str()),
            None => setting_name::unknown(&text, &guessed),
        };
        self.guessed.extend(guessed);
        Err(Error::new(word.span(), message))
    }

    /// Returns an error for a token that is not the name of a setting.
    fn no_name(&mut self, input: ParseStream<'_>) -> Error {
        if input.peek(Token![,]) {
            return input.error("expected a setting before this `,`: remove it");
        }
        let text = match input.fork().parse() {
            Ok(Lit::Str(text)) => Some(text.value()),
            _ => None,
        };
        match &text {
            Some(_) => self.guessed.push(SettingName::Name),
            None => self.skipped_tokens = true,
        }
        let meant = text.filter(|text| name::check(text).is_ok());
        let meant = meant.map(|text| SettingName::Name.with_value(&value::quoted(&text)));
        let advice = SettingName::Name.advise(meant);
        input.error(advice.about("expected a setting"))
    }

    fn store(&mut self, name: SettingName, at: Span, form: Form) -> Result<()> {
        let expr = match form {
            Form::Value(expr) => expr,
            Form::Word => {
                self.cause = Some(Given::new(at, Cause::Error(at)));
                return Ok(());
            }
            Form::Pattern(arm) => {
                let slot = match name {
                    SettingName::Trip => &mut self.trip,
                    SettingName::Ignore => &mut self.ignore,
                    SettingName::Success => &mut self.success,
                    _ => &mut self.failure,
                };
                *slot = Some(Given::new(at, arm));
                return Ok(());
            }
        };
        match name.kind() {
            ValueKind::Name => self.name = Some(Given::new(at, value::name(name, expr)?)),
            ValueKind::Breaker(range) => {
                let setting = setting::read(name, range, expr)?;
                self.settings.push(Given::new(at, setting));
            }
            ValueKind::CallTimeout(range) => {
                self.call_timeout = Some(Given::new(at, setting::read(name, range, expr)?));
            }
            ValueKind::Probe => self.probe = Some(Given::new(at, callable::probe(name, &expr)?)),
            ValueKind::ProbeAlways(range) => {
                self.probe_always = Some(Given::new(at, setting::read(name, range, expr)?));
            }
            ValueKind::Hint => {
                self.open_for_hint = Some(Given::new(at, callable::of_value(name, expr)?));
            }
            ValueKind::Cause => {
                let stated = callable::of_value(name, expr)?;
                self.cause = Some(Given::new(at, Cause::Stated(stated)));
            }
            ValueKind::Classifier => {
                self.classify = Some(Given::new(at, callable::classify(name, expr)?));
            }
            ValueKind::Fallback => {
                self.fallback = Some(Given::new(at, callable::fallback(name, expr)?));
            }
            ValueKind::FallbackOn => {
                self.fallback_on = Some(Given::new(at, callable::fallback_on(&expr)?));
            }
            ValueKind::Key => self.key = Some(Given::new(at, expr)),
            ValueKind::Registry => self.registry = Some(Given::new(at, expr)),
            ValueKind::Crate => self.runtime = Some(Given::new(at, value::path(name, expr)?)),
            // A pattern never has the form of an expression.
            ValueKind::Pattern => {}
        }
        Ok(())
    }
}

/// Makes the error for a setting without a value. It repeats the value after a wrong sign if the setting
/// accepts it.
fn error_of(malformed: Malformed, name: SettingName) -> Error {
    match malformed {
        Malformed::Other(error) => error,
        Malformed::Sign { sign, at, given } => {
            let meant = given.and_then(|form| {
                let text = spelled(match form.as_ref() {
                    Form::Value(expr) => expr.to_token_stream(),
                    Form::Pattern(arm) => arm.to_token_stream(),
                    Form::Word => return None,
                })?;
                let accepted = Arguments::default().store(name, at, *form).is_ok();
                accepted.then(|| name.with_value(&text))
            });
            let advice = name.advise(meant);
            Error::new(at, advice.about(&format!("expected `{sign}`")))
        }
    }
}

fn duplicate(name: SettingName, line: usize) -> String {
    // Old compilers do not report the line.
    let first = match line {
        0 => "above".to_owned(),
        line => format!("on line {line}"),
    };
    let joined = match name.kind() {
        ValueKind::Pattern => format!(": write one, `{}`", name.with_value("… | …")),
        _ => String::new(),
    };
    format!("duplicate `{}`; first given {first}{joined}", name.as_str())
}

#[cfg(test)]
mod tests;
