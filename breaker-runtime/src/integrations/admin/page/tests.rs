//! Tests of the page's files.

use std::collections::BTreeSet;
use std::path::Path;

use super::ASSETS;

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
