//! Tests of the page's files.

use std::collections::BTreeSet;
use std::path::Path;

use super::{ASSETS, PAGE};

/// The most bytes that the files may have together, as they are written.
const BUDGET: usize = 72 * 1024;

#[test]
fn the_files_are_small() {
    let files = ASSETS.iter().map(|(_, _, text)| text.len());
    let bytes = PAGE.len() + files.sum::<usize>();
    assert!(bytes <= BUDGET, "{bytes} bytes");
}

#[test]
fn every_file_of_the_folder_is_served() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/integrations/admin/page");
    let mut there = BTreeSet::new();
    for (prefix, folder) in [("", folder.clone()), ("icons/", folder.join("icons"))] {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let entry = entry.expect("it can be read");
            let name = entry.file_name().into_string().expect("it is ASCII");
            if entry.path().is_file() && name != "tests.rs" && name != "index.html" {
                there.insert(format!("{prefix}{name}"));
            }
        }
    }
    let served: BTreeSet<_> = ASSETS.iter().map(|(path, ..)| (*path).to_owned()).collect();
    assert_eq!(served, there);
}
