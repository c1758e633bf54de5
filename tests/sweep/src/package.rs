//! Packages: downloads them through cargo, copies them, and describes their targets.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;
use crate::options::Options;

/// A package as its author published it, in cargo's registry directory.
pub struct Package {
    pub name: String,
    pub version: String,
    features: Option<String>,
    source: PathBuf,
}

/// A copy that can be changed and compiled.
pub struct Copy {
    pub root: PathBuf,
    pub features: Option<String>,
    pub targets: Vec<Target>,
}

pub struct Target {
    pub name: String,
    /// Cargo's name for the kind, such as `lib`, `bin` or `custom-build`.
    pub kind: String,
    /// The root file.
    pub source: PathBuf,
    pub tested: bool,
}

impl Package {
    /// Downloads `NAME[@VERSION][/FEATURE,…]`, by default the newest version with the default features.
    pub fn download(krate: &str, options: &Options) -> Result<Self> {
        let (krate, features) = match krate.split_once('/') {
            Some((krate, features)) => (krate, Some(features.to_owned())),
            None => (krate, None),
        };
        let (name, version) = match krate.split_once('@') {
            Some((name, version)) => (name, format!("={version}")),
            None => (krate, "*".to_owned()),
        };
        // Cargo downloads what a package depends on.
        let user = options.work.join("download").join(name);
        remove(&user)?;
        fs::create_dir_all(user.join("src"))?;
        fs::write(user.join("src/lib.rs"), "")?;
        let manifest = format!(
            "[workspace]\n[package]\nname = \"sweep-download\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\
             [dependencies.{name}]\nversion = \"{version}\"\ndefault-features = false\n"
        );
        fs::write(user.join("Cargo.toml"), manifest)?;
        let host = output(Command::new("rustc").args(["--print", "host-tuple"]))?;
        let metadata = metadata(&user, &["--filter-platform", host.trim()])?;
        // Other versions of the package may be among the dependencies.
        let direct = list(&metadata["resolve"]["nodes"])
            .iter()
            .filter(|node| node["id"] == metadata["resolve"]["root"])
            .flat_map(|node| list(&node["dependencies"]))
            .collect::<Vec<_>>();
        let package = list(&metadata["packages"])
            .iter()
            .find(|it| it["name"] == name && direct.contains(&&it["id"]))
            .ok_or_else(|| format!("cargo found no library `{name}`"))?;
        if package["edition"] == "2015" {
            return Err("edition 2015 would need an `extern crate breaker_runtime`".into());
        }
        let source = Path::new(text(&package["manifest_path"])).parent();
        Ok(Self {
            name: name.to_owned(),
            version: text(&package["version"]).to_owned(),
            features,
            source: source.ok_or("a manifest is in a directory")?.to_owned(),
        })
    }

    /// Copies the package and adds the runtime to its dependencies: to those of the copy without attributes
    /// too, so that both copies compile the same dependencies with the same features.
    pub fn copy(&self, label: &str, options: &Options) -> Result<Copy> {
        let home = options
            .work
            .join("crates")
            .join(format!("{}-{}", self.name, self.version));
        let root = home.join(label);
        remove(&root)?;
        copy_directory(&self.source, &root)?;
        let mut manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        let runtime = options.project.join("breaker-runtime");
        manifest += &format!(
            "\n[dependencies.breaker-runtime]\npath = \"{}\"\nfeatures = [\"tokio\"]\n\n[workspace]\n",
            runtime.display()
        );
        fs::write(root.join("Cargo.toml"), manifest)?;
        // All copies compile the same versions.
        let lock = home.join("bare/Cargo.lock");
        if lock.exists() {
            fs::copy(lock, root.join("Cargo.lock"))?;
        }
        let metadata = metadata(&root, &["--no-deps"])?;
        let targets = list(&metadata["packages"][0]["targets"])
            .iter()
            .map(|target| Target {
                name: text(&target["name"]).to_owned(),
                kind: text(&target["kind"][0]).to_owned(),
                source: PathBuf::from(text(&target["src_path"])),
                tested: target["test"] == true,
            });
        let targets: Vec<_> = targets.collect();
        for target in targets.iter().filter(|it| it.kind == "lib") {
            raise_recursion_limit(&target.source)?;
        }
        Ok(Copy {
            features: self.features.clone(),
            targets,
            root,
        })
    }
}

/// Does what the documentation of the attribute advises for long chains of annotated futures.
///
/// The attribute stands in the first line of the crate, so that all lines keep their numbers.
fn raise_recursion_limit(root: &Path) -> Result<()> {
    let text = fs::read_to_string(root)?;
    if !text.contains("recursion_limit") {
        fs::write(root, format!("#![recursion_limit = \"512\"] {text}"))?;
    }
    Ok(())
}

impl Copy {
    /// Prepares a cargo command for this copy.
    pub fn cargo(&self, command: &str, options: &Options) -> Command {
        let mut cargo = Command::new("cargo");
        cargo
            .arg(command)
            .arg("--manifest-path")
            .arg(self.root.join("Cargo.toml"));
        if let Some(features) = &self.features {
            cargo.args(["--no-default-features", "--features", features]);
        }
        cargo
            .env("CARGO_TARGET_DIR", options.work.join("build"))
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0")
            .env("CARGO_TERM_COLOR", "never");
        cargo
    }

    /// Lists the files of the library and the binaries, relative to the root of the copy.
    pub fn sources(&self) -> Result<Vec<PathBuf>> {
        let compiled = |target: &&Target| {
            !["test", "bench", "example", "custom-build"].contains(&&*target.kind)
        };
        let mut directories: Vec<&Path> = self
            .targets
            .iter()
            .filter(compiled)
            .filter_map(|it| it.source.parent())
            .collect();
        directories.sort();
        let mut files = Vec::new();
        for directory in directories {
            list_files(directory, &mut files)?;
        }
        let others: Vec<&Path> = self
            .targets
            .iter()
            .filter(|it| !compiled(it))
            .map(|it| it.source.as_path())
            .collect();
        files.retain(|file| !others.contains(&file.as_path()));
        let mut files: Vec<PathBuf> = files
            .iter()
            .filter_map(|file| file.strip_prefix(&self.root).ok())
            .filter(|file| {
                !["tests", "benches", "examples"]
                    .iter()
                    .any(|it| file.starts_with(it))
            })
            .map(Path::to_owned)
            .collect();
        files.sort();
        files.dedup();
        Ok(files)
    }
}

fn remove(directory: &Path) -> Result<()> {
    if directory.exists() {
        fs::remove_dir_all(directory)?;
    }
    Ok(())
}

/// Copies a package without what would choose another toolchain, other settings or other versions.
fn copy_directory(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let left_out = [
            "Cargo.lock",
            ".cargo",
            ".cargo-ok",
            "rust-toolchain",
            "rust-toolchain.toml",
        ];
        if left_out.iter().any(|it| *it == name) {
            continue;
        }
        if entry.file_type()?.is_dir() {
            copy_directory(&entry.path(), &to.join(name))?;
        } else {
            fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}

fn list_files(directory: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            list_files(&path, files)?;
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

fn metadata(root: &Path, arguments: &[&str]) -> Result<Value> {
    let mut cargo = Command::new("cargo");
    cargo
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(root.join("Cargo.toml"));
    Ok(serde_json::from_str(&output(cargo.args(arguments))?)?)
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
