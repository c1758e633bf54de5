//! The Pareto front of candidates: what each rejects in vain, against what it lets fail.

use super::result::{PickKind, Tried};

/// Returns the places of the candidates for which no other one is better in one respect and not worse in the other.
///
/// The first respect is the number of calls that were rejected although they would have succeeded, the second the number
/// of failures that went through. Candidates that opened in no outage are left out: they let all fail. Of equal ones, the
/// first of those with the fewest false openings remains.
pub(super) fn front(tried: &[Tried]) -> Vec<usize> {
    let useful = |nth: &usize| tried[*nth].openings > tried[*nth].false_openings;
    let mut order: Vec<usize> = (0..tried.len()).filter(useful).collect();
    order.sort_by_key(|nth| {
        let tried = &tried[*nth];
        (
            tried.rejected_succeeded,
            tried.admitted_failed,
            tried.false_openings,
        )
    });
    let mut fewest = u64::MAX;
    order.retain(|nth| {
        let failed = tried[*nth].admitted_failed;
        let better = failed < fewest;
        fewest = fewest.min(failed);
        better
    });
    order
}

/// Returns the place of the candidate on the front that costs least by the prices of a pick.
pub(super) fn pick(kind: PickKind, tried: &[Tried], front: &[usize]) -> Option<usize> {
    let (rejected, failed) = kind.prices();
    let cost = |nth: &usize| {
        let tried = &tried[*nth];
        u128::from(tried.rejected_succeeded) * u128::from(rejected)
            + u128::from(tried.admitted_failed) * u128::from(failed)
    };
    front.iter().copied().min_by_key(cost)
}
