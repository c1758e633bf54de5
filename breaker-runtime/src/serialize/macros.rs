//! The forms in which types are serialized.

/// Serializes a struct with all of its fields. The pattern `Self { … }` makes the compiler report a missing field.
/// `field: form` serializes what `form` returns for the field.
macro_rules! record {
    ($type:ident { $($field:ident $(: $form:path)?),* $(,)? }) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                const FIELDS: &[&str] = &[$(stringify!($field)),*];
                let Self { $($field),* } = self;
                let mut record = serializer.serialize_struct(stringify!($type), FIELDS.len())?;
                $(
                    let name = stringify!($field).trim_start_matches("r#");
                    $(let $field = &$form(*$field);)?
                    record.serialize_field(name, $field)?;
                )*
                record.end()
            }
        }
    };
}

/// Serializes types as the text that they display.
macro_rules! text {
    ($($type:ty),*) => {
        $(
            impl Serialize for $type {
                fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    serializer.collect_str(self)
                }
            }
        )*
    };
}

/// Serializes an enum as a label with the name `kind` and, in a second field, what the variant holds.
/// `Variant: "label" => "field"` gives both.
macro_rules! kinds {
    ($type:ident { $($Variant:ident: $label:literal => $field:literal),* $(,)? }) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut kind = serializer.serialize_struct(stringify!($type), 2)?;
                self.serialize_into(&mut kind)?;
                kind.end()
            }
        }

        impl $type {
            /// Serializes the two fields as part of another struct.
            fn serialize_into<S: SerializeStruct>(&self, into: &mut S) -> Result<(), S::Error> {
                match self {
                    $(
                        Self::$Variant(content) => {
                            into.serialize_field("kind", $label)?;
                            into.serialize_field($field, content)
                        }
                    )*
                }
            }
        }
    };
}
