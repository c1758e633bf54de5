//! A strict parser of Prometheus' text format.

use std::collections::BTreeMap;

pub(crate) type Labels = BTreeMap<String, String>;

/// The content of a scrape.
#[derive(Debug, Default)]
pub(crate) struct Exposition {
    pub(crate) families: BTreeMap<String, Family>,
}

/// All lines of one metric.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) kind: String,
    pub(crate) help: Option<String>,
    /// The values by name, which has a suffix in a histogram, and labels.
    pub(crate) samples: BTreeMap<(String, Labels), f64>,
}

impl Exposition {
    /// Parses a scrape, and panics if Prometheus would not accept it.
    pub(crate) fn read(text: &str) -> Self {
        let mut exposition = Self::default();
        let mut current: Option<String> = None;
        let mut helps = BTreeMap::new();
        assert!(text.ends_with('\n'));
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').expect(line);
                let before = helps.insert(name.to_owned(), help.to_owned());
                assert_eq!(before, None, "{line}");
            } else if let Some(kind) = line.strip_prefix("# TYPE ") {
                let (name, kind) = kind.split_once(' ').expect(line);
                assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
                let family = Family {
                    kind: kind.to_owned(),
                    help: helps.get(name).cloned(),
                    samples: BTreeMap::new(),
                };
                let before = exposition.families.insert(name.to_owned(), family);
                assert!(before.is_none(), "{line}");
                current = Some(name.to_owned());
            } else {
                let (name, labels, value) = sample(line);
                let of = current.as_deref().expect("a type comes before its samples");
                let family = exposition.families.get_mut(of).unwrap();
                let suffix = name.strip_prefix(of).expect(line);
                let suffixes: &[_] = match &*family.kind {
                    "histogram" => &["_bucket", "_sum", "_count"],
                    _ => &[""],
                };
                assert!(suffixes.contains(&suffix), "{line}");
                let before = family.samples.insert((name, labels), value);
                assert_eq!(before, None, "{line}");
            }
        }
        exposition
    }

    /// Returns the value of a sample, whose labels are given as `breaker=payment,state=open`.
    pub(crate) fn find(&self, name: &str, labels: &str) -> Option<f64> {
        let pairs = labels.split(',');
        let pairs = pairs.map(|pair| pair.split_once('=').expect("a label"));
        let labels = pairs.map(|(label, value)| (label.to_owned(), value.to_owned()));
        let sample = (name.to_owned(), labels.collect());
        let mut families = self.families.values();
        families.find_map(|family| family.samples.get(&sample).copied())
    }

    /// Returns the value of a sample, and panics if it is missing.
    #[track_caller]
    pub(crate) fn value(&self, name: &str, labels: &str) -> f64 {
        let found = self.find(name, labels);
        found.unwrap_or_else(|| panic!("no {name}{{{labels}}} in {self:#?}"))
    }

    /// Returns all samples whose values never decrease.
    pub(crate) fn counters(&self) -> BTreeMap<(String, Labels), f64> {
        let families = self.families.values();
        let families = families.filter(|family| family.kind != "gauge");
        families.flat_map(|family| family.samples.clone()).collect()
    }
}

fn sample(line: &str) -> (String, Labels, f64) {
    let (sample, value) = line.rsplit_once(' ').expect(line);
    let value = value.parse().expect(line);
    let mut labels = Labels::new();
    let name = match sample.split_once('{') {
        None => sample,
        Some((name, inside)) => {
            let mut rest = inside.strip_suffix('}').expect(line);
            while !rest.is_empty() {
                let (label, quoted) = rest.split_once("=\"").expect(line);
                assert!(is_name(label), "{line}");
                let (value, after) = unquoted(quoted).expect(line);
                let before = labels.insert(label.to_owned(), value);
                assert_eq!(before, None, "{line}");
                rest = match after.strip_prefix(',') {
                    Some(more) if !more.is_empty() => more,
                    _ => {
                        assert_eq!(after, "", "{line}");
                        after
                    }
                };
            }
            name
        }
    };
    assert!(is_name(name), "{line}");
    (name.to_owned(), labels, value)
}

/// Reads up to the quote that ends a value, and returns the value and the rest.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut characters = quoted.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(match characters.next()?.1 {
                'n' => '\n',
                escaped @ ('\\' | '"') => escaped,
                _ => return None,
            }),
            other => value.push(other),
        }
    }
    None
}

fn is_name(name: &str) -> bool {
    let begins_well = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
    begins_well && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
