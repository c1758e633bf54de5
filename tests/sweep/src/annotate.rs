//! Finds the functions of a copy and writes the attribute in front of them, on the same line.

mod returns;

use std::cmp::Reverse;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use proc_macro2::LineColumn;
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Expr, ImplItemFn, ItemFn, ItemImpl, ItemMod, ItemTrait, Lit, Meta, Signature,
    TraitItemFn, Type,
};

use crate::Result;
use crate::mode::Mode;
use crate::package::Copy;

pub struct Function {
    /// Such as `Client::send`.
    pub name: String,
    /// Relative to the root of the copy.
    pub file: PathBuf,
    /// From the first attribute to the end of the body.
    pub lines: RangeInclusive<usize>,
    /// Where the attribute goes: in front of the first token after the other attributes.
    place: LineColumn,
    is_future: bool,
    pub is_annotated: bool,
}

/// Finds the functions to annotate. It leaves out `const fn`s, tests, `main` and functions that return a stream, which
/// cannot have the settings of a sweep, and what syn does not see: the bodies of macros, and files that syn does not
/// parse.
pub fn functions(bare: &Copy, mode: Mode) -> Result<Vec<Function>> {
    let mut functions = Vec::new();
    let mut test_modules = Vec::new();
    for file in bare.sources()? {
        let text = fs::read_to_string(bare.root.join(&file))?;
        find(&file, &text, mode, &mut functions, &mut test_modules);
    }
    functions.retain(|function| {
        let file = function.file.with_extension("");
        !test_modules.iter().any(|module| file.starts_with(module))
    });
    Ok(functions)
}

fn find(
    file: &Path,
    text: &str,
    mode: Mode,
    functions: &mut Vec<Function>,
    test_modules: &mut Vec<PathBuf>,
) {
    let mut finder = Finder {
        file,
        mode,
        scope: Vec::new(),
        functions,
        test_modules,
    };
    if let Ok(parsed) = syn::parse_file(text) {
        finder.visit_file(&parsed);
    }
}

/// Writes the files of a copy: those of the bare copy, with the attribute on all functions that are marked.
pub fn write(bare: &Copy, copy: &Copy, functions: &[Function], mode: Mode) -> Result<()> {
    for file in bare.sources()? {
        let text = fs::read_to_string(bare.root.join(&file))?;
        let here = functions.iter().enumerate();
        let here = here.filter(|(_, it)| it.file == file && it.is_annotated);
        fs::write(copy.root.join(&file), annotated(&text, here, mode))?;
    }
    Ok(())
}

/// Returns the text of a file with the attribute on some of its functions, which are given with their numbers.
fn annotated<'a>(
    text: &str,
    functions: impl Iterator<Item = (usize, &'a Function)>,
    mode: Mode,
) -> String {
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    let mut functions: Vec<_> = functions.collect();
    // The last one first, because an insertion moves what follows on its line.
    functions.sort_by_key(|(_, function)| Reverse(function.place));
    for (number, function) in functions {
        let line = &mut lines[function.place.line - 1];
        let mut columns = line.char_indices().map(|(index, _)| index);
        let index = columns.nth(function.place.column).unwrap_or(line.len());
        line.insert_str(index, &mode.attribute(number, function.is_future));
    }
    lines.concat()
}

struct Finder<'a> {
    file: &'a Path,
    mode: Mode,
    /// The names of the modules, types, traits and functions around.
    scope: Vec<String>,
    functions: &'a mut Vec<Function>,
    /// The paths, without extension, of modules that only tests have.
    test_modules: &'a mut Vec<PathBuf>,
}

impl Finder<'_> {
    /// Notes a function. Returns whether to look for functions in its body.
    fn note(
        &mut self,
        attributes: &[Attribute],
        signature: &Signature,
        whole: &impl Spanned,
        first: &impl ToTokens,
    ) -> bool {
        let is_main = self.scope.is_empty() && signature.ident == "main";
        if signature.constness.is_some() || is_main || attributes.iter().any(is_test) {
            return false;
        }
        let returned = returns::of(signature);
        let fits = self.mode == Mode::Universal || returned.is_result;
        if fits && !returned.is_stream {
            let first = first
                .to_token_stream()
                .into_iter()
                .next()
                .map_or(signature.span(), |it| it.span());
            let mut name = self.scope.join("::");
            if !name.is_empty() {
                name += "::";
            }
            self.functions.push(Function {
                name: name + &signature.ident.to_string(),
                file: self.file.to_owned(),
                lines: whole.span().start().line..=whole.span().end().line,
                place: first.start(),
                is_future: returned.is_future,
                is_annotated: true,
            });
        }
        true
    }

    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.scope.push(name);
        visit(self);
        self.scope.pop();
    }
}

impl<'ast> Visit<'ast> for Finder<'_> {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        let name = module.ident.to_string();
        if !module.attrs.iter().any(is_test) {
            self.within(name, |it| visit::visit_item_mod(it, module));
        } else if module.content.is_none() {
            let stem = self.file.with_extension("");
            let is_root = ["mod", "lib", "main"].iter().any(|it| stem.ends_with(it));
            let directory = if is_root {
                self.file.parent().unwrap_or(self.file)
            } else {
                &stem
            };
            self.test_modules
                .push(match module.attrs.iter().find_map(path) {
                    Some(path) => self.file.with_file_name(path).with_extension(""),
                    None => directory.join(name),
                });
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if !item.attrs.iter().any(is_test) {
            self.within(type_name(&item.self_ty), |it| {
                visit::visit_item_impl(it, item)
            });
        }
    }

    fn visit_item_trait(&mut self, item: &'ast ItemTrait) {
        self.within(item.ident.to_string(), |it| {
            visit::visit_item_trait(it, item)
        });
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let first = ItemFn {
            attrs: Vec::new(),
            ..item.clone()
        };
        if self.note(&item.attrs, &item.sig, item, &first) {
            self.within(item.sig.ident.to_string(), |it| {
                visit::visit_item_fn(it, item)
            });
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        let first = ImplItemFn {
            attrs: Vec::new(),
            ..item.clone()
        };
        if self.note(&item.attrs, &item.sig, item, &first) {
            self.within(item.sig.ident.to_string(), |it| {
                visit::visit_impl_item_fn(it, item)
            });
        }
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        let first = TraitItemFn {
            attrs: Vec::new(),
            ..item.clone()
        };
        if item.default.is_some() && self.note(&item.attrs, &item.sig, item, &first) {
            self.within(item.sig.ident.to_string(), |it| {
                visit::visit_trait_item_fn(it, item)
            });
        }
    }
}

/// Returns a short name: of `&'a http::HeaderMap<T>`, it is `&HeaderMap`.
fn type_name(ty: &Type) -> String {
    match ty {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map_or_else(String::new, |it| it.ident.to_string()),
        Type::Reference(reference) => format!("&{}", type_name(&reference.elem)),
        _ => ty.to_token_stream().to_string(),
    }
}

/// Returns whether an attribute marks a test, such as `#[test]` and `#[tokio::test]`, or is `#[cfg(test)]`.
fn is_test(attribute: &Attribute) -> bool {
    let named = attribute
        .path()
        .segments
        .last()
        .is_some_and(|it| it.ident == "test" || it.ident == "bench");
    let condition = match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => list.tokens.to_string(),
        _ => String::new(),
    };
    let all = condition.replace(' ', "");
    named || all == "test" || all.starts_with("all(test,")
}

/// Returns the path of a `#[path = "…"]`.
fn path(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("path") => match &literal.lit {
            Lit::Str(path) => Some(path.value()),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests;
