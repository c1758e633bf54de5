//! The `static` that represents the call site.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote_spanned;
use syn::ext::IdentExt;
use syn::spanned::Spanned;

use super::constants::{Checked, asserted_pairs, checked, checked_name};
use super::paths::{Runtime, item, macro_at};
use crate::args::setting::Setting;
use crate::args::setting_name::{SettingName, ValueKind};
use crate::declare::{Declaration, Probe};
use crate::item::function::Function;

/// Declares the `static` and submits it to the list that the linker collects.
pub(super) fn emit_site(
    declaration: &Declaration,
    function: &Function,
    rt: &Runtime,
) -> TokenStream {
    let site = item("SITE");
    let [site_type, declared, location, config, submit, listed] = [
        "Site",
        "Declaration",
        "Location",
        "Config",
        "inventory::submit",
        "Listed",
    ]
    .map(|name| rt.path(name));
    let Checked {
        check: name_check,
        value: name,
    } = checked_name(&declaration.name, rt);
    let ident = function.signature.ident.unraw().to_string();
    let names_registry = declaration.registry.is_some();
    let (checks, settings): (TokenStream, TokenStream) = declaration
        .settings
        .iter()
        .map(|it| emit_setting(it, declaration, rt))
        .unzip();
    let limit = declaration.call_timeout.as_ref().map(|limit| {
        let Checked { check, value } = checked(&limit.value, rt);
        let limited = quote_spanned!(Span::mixed_site()=> .with_call_timeout(#value));
        (check, limited)
    });
    let (check, limited) = limit.unzip();
    let (probe_check, probed) = emit_probe(declaration, rt);
    let pairs = asserted_pairs(declaration, rt);
    let documented = documented(declaration, rt);
    let key = declaration.key.as_ref();
    let keyed = key.map(|_| quote_spanned!(Span::mixed_site()=> .with_key()));
    quote_spanned!(Span::mixed_site()=>
        #name_check
        #checks
        #check
        #probe_check
        #pairs
        #documented
        static #site: #site_type = #site_type::new(#declared::new(
            #name,
            #ident,
            #location::new(
                ::core::module_path!(),
                ::core::file!(),
                ::core::line!(),
                ::core::column!(),
            ),
            #config::new() #settings,
            #names_registry,
        ) #limited #keyed #probed);
        #submit! { #listed(&#site) }
    )
}

/// Emits the checks of the probe, and the call of its builder method.
fn emit_probe(declaration: &Declaration, rt: &Runtime) -> (TokenStream, TokenStream) {
    let Some(Probe { function, always }) = &declaration.probe else {
        return Default::default();
    };
    let probe = rt.path("Probe");
    let place = declaration.place_of(SettingName::Probe);
    let place = place.unwrap_or_else(|| function.span());
    let probed = macro_at(declaration.runtime.as_ref(), "probed", place);
    let available = quote_spanned!(place=> #probed! {});
    let run = rt.item_at("probe_run", function.span());
    let always = always.as_ref().map(|every| {
        let Checked { check, value } = checked(every, rt);
        (check, quote_spanned!(Span::mixed_site()=> .always(#value)))
    });
    let (check, always) = always.unzip();
    let span = Span::mixed_site().located_at(function.span());
    let run = quote_spanned!(span=> || #run(#function));
    (
        quote_spanned!(Span::mixed_site()=> #available #check),
        quote_spanned!(Span::mixed_site()=> .with_probe(#probe::new(#run) #always)),
    )
}

/// Emits the check of a setting, and the call of its builder method. The method is located at the setting, where an editor
/// shows its documentation.
fn emit_setting(
    setting: &Setting,
    declaration: &Declaration,
    rt: &Runtime,
) -> (TokenStream, TokenStream) {
    let Checked { check, value } = checked(setting, rt);
    let span = Span::mixed_site();
    let at = declaration.place_of(setting.name);
    let method = Ident::new(
        setting.name.as_str(),
        at.map_or(span, |at| span.located_at(at)),
    );
    (check, quote_spanned!(span=> .#method(#value)))
}

/// Names the documented items of the settings that have no builder method, for an editor.
pub(super) fn documented(declaration: &Declaration, rt: &Runtime) -> TokenStream {
    let written = declaration.written.iter();
    let others = written.filter(|given| {
        // A keyword cannot be the name of an item.
        !matches!(given.value.kind(), ValueKind::Breaker(_) | ValueKind::Crate)
    });
    let keys = rt.item("keys");
    let span = Span::mixed_site();
    others
        .map(|given| {
            let item = Ident::new(given.value.as_str(), span.located_at(given.span));
            quote_spanned!(span=> const _: () = #keys::#item;)
        })
        .collect()
}
