//! What a batch has changed so far.

/// What a batch has changed so far.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// The circuits to publish, in the order of their first changes, and whether the batch opened them by votes.
    pub(super) circuits: Vec<(String, bool)>,
    /// Whether an override changed.
    pub(super) overrides: bool,
    /// Whether something changed that is not published: beats bring it.
    pub(super) quiet: bool,
}

impl Changes {
    /// Notes that a circuit changed.
    pub(super) fn note(&mut self, name: &str) {
        self.note_by(name, false);
    }

    /// Notes that votes opened a circuit.
    pub(super) fn note_opened(&mut self, name: &str) {
        self.note_by(name, true);
    }

    fn note_by(&mut self, name: &str, opened: bool) {
        if let Some((_, known)) = self.circuits.iter_mut().find(|(noted, _)| noted == name) {
            *known |= opened;
        } else {
            self.circuits.push((name.to_owned(), opened));
        }
    }
}
