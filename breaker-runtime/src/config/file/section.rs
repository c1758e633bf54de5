//! The settings that a file or the environment asks of one breaker, and the position of each.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::problem::Position;
use crate::config::{Config, Setting, Value};

/// The settings in a file, or in several files of which later ones override earlier ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct File {
    /// The table `[default]`, for every breaker.
    pub(crate) default: Section,
    /// The tables `[groups.NAME]`, by the name.
    pub(crate) groups: BTreeMap<String, Section>,
    /// The tables `[breakers.NAME]`, by the name.
    pub(crate) breakers: BTreeMap<String, Section>,
}

/// The settings that are asked of one breaker, or of all breakers.
///
/// Each value is in its range. The caller, who knows the layers below, checks whether they are consistent.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Section {
    pub(crate) config: Config,
    pub(crate) force: Option<Force>,
    pub(crate) group: Option<Group>,
    head: Position,
    /// The position of each setting in `config`.
    settings: Vec<(Setting, Position)>,
    /// The position of `force`.
    force_position: Option<Position>,
}

/// The group that a breaker is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(super) position: Position,
}

/// The setting `force`: an override that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Force {
    Open,
    Closed,
    /// No override.
    Off,
}

impl Force {
    pub(super) const NAME: &str = "force";

    /// Returns the value in a file.
    #[cfg(feature = "admin")]
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Off => "off",
        }
    }
}

impl Group {
    pub(super) const NAME: &str = "group";
}

impl File {
    /// Lays another file over this one, table by table and setting by setting.
    pub(super) fn overlay(&mut self, over: Self) {
        self.default.overlay(over.default);
        overlay(&mut self.groups, over.groups);
        overlay(&mut self.breakers, over.breakers);
    }
}

fn overlay(sections: &mut BTreeMap<String, Section>, over: BTreeMap<String, Section>) {
    for (name, section) in over {
        match sections.entry(name) {
            Entry::Occupied(below) => below.into_mut().overlay(section),
            Entry::Vacant(vacant) => {
                vacant.insert(section);
            }
        }
    }
}

impl Section {
    pub(super) fn new(head: Position) -> Self {
        Self {
            config: Config::new(),
            force: None,
            group: None,
            head,
            settings: Vec::new(),
            force_position: None,
        }
    }

    pub(super) fn set(&mut self, setting: Setting, value: Value, position: Position) {
        self.config = self.config.with(setting, value);
        self.settings.push((setting, position));
    }

    /// Replaces the values that `over` has; the head stays.
    fn overlay(&mut self, over: Self) {
        self.config.apply(&over.config);
        let is_below = |(setting, _): &(Setting, _)| over.config.value(*setting).is_none();
        self.settings.retain(is_below);
        self.settings.extend(over.settings);
        self.group = over.group.or(self.group.take());
        if over.force.is_some() {
            self.force = over.force;
            self.force_position = over.force_position;
        }
    }

    pub(super) fn set_force(&mut self, force: Force, position: Position) {
        self.force = Some(force);
        self.force_position = Some(position);
    }

    /// The position of the section: the name in its head, or the first variable.
    pub(crate) fn head(&self) -> &Position {
        &self.head
    }

    /// The position of a setting; the head if the setting is not given here.
    pub(crate) fn position(&self, setting: Setting) -> &Position {
        let found = self.settings.iter().find(|(given, _)| *given == setting);
        found.map_or(&self.head, |(_, position)| position)
    }

    /// The position of `force`; the head if `force` is not given here.
    pub(crate) fn force_position(&self) -> &Position {
        self.force_position.as_ref().unwrap_or(&self.head)
    }
}
