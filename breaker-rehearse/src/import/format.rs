//! The formats, and how one is recognized.

use std::str::FromStr;

use super::mapping::Mapping;
use crate::problem::did_you_mean;

/// The format of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// CSV with a header, between commas, semicolons or tabs.
    Csv,
    /// One JSON object on each line.
    Json,
    /// Fields between spaces; those in quotes or brackets may contain spaces.
    Log,
    /// The format `combined` of nginx or Apache. With `$request_time` at the end, it has durations.
    Nginx,
    /// The default access log of Envoy.
    Envoy,
    /// Envoy's access log as JSON, with the usual names.
    EnvoyJson,
}

impl Format {
    /// All formats, in the order of the documentation.
    pub const ALL: [Self; 6] = [
        Self::Csv,
        Self::Json,
        Self::Log,
        Self::Nginx,
        Self::Envoy,
        Self::EnvoyJson,
    ];

    /// Returns the name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Log => "log",
            Self::Nginx => "nginx",
            Self::Envoy => "envoy",
            Self::EnvoyJson => "envoy-json",
        }
    }

    /// Recognizes the format of a text by its beginning.
    pub fn recognize(start: &[u8]) -> Self {
        let start = start
            .strip_prefix(b"\xef\xbb\xbf")
            .unwrap_or(start)
            .trim_ascii_start();
        let first = start
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let has = |part: &[u8]| first.windows(part.len()).any(|it| it == part);
        match first.first() {
            Some(b'{') if has(b"\"response_code\"") && has(b"\"start_time\"") => Self::EnvoyJson,
            Some(b'{') => Self::Json,
            Some(b'[') if has(b"] \"") => Self::Envoy,
            _ if has(b" [") && has(b"] \"") => Self::Nginx,
            _ => Self::Csv,
        }
    }

    /// The names of the first columns of a log.
    pub(super) fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Nginx => &[
                "remote_addr",
                "ident",
                "remote_user",
                "time_local",
                "request",
                "status",
                "body_bytes_sent",
                "http_referer",
                "http_user_agent",
                "request_time",
                "upstream_response_time",
                "upstream_addr",
            ],
            Self::Envoy => &[
                "start_time",
                "request",
                "response_code",
                "response_flags",
                "bytes_received",
                "bytes_sent",
                "duration",
                "upstream_service_time",
                "x_forwarded_for",
                "user_agent",
                "request_id",
                "authority",
                "upstream_host",
            ],
            Self::Csv | Self::Json | Self::Log | Self::EnvoyJson => &[],
        }
    }

    /// What the columns are, unless the command line says otherwise.
    pub(super) fn preset(self) -> Mapping {
        let text = match self {
            Self::Nginx => "end=time_local,took=request_time:s,status=status",
            Self::Envoy | Self::EnvoyJson => {
                "at=start_time,took=duration:ms,status=response_code,flags=response_flags"
            }
            Self::Csv | Self::Json | Self::Log => return Mapping::default(),
        };
        text.parse().unwrap_or_default()
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let names = Self::ALL.map(Self::as_str);
        Self::ALL
            .into_iter()
            .find(|it| it.as_str() == text)
            .ok_or_else(|| {
                let meant = did_you_mean(text, names);
                format!(
                    "there is no format `{text}`{meant}; there are {}",
                    names.join(", ")
                )
            })
    }
}
