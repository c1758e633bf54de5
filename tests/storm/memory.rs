//! Counts the bytes that the program holds, in its allocator.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicIsize, Ordering};
use std::time::Duration;

struct Counting;

static HELD: AtomicIsize = AtomicIsize::new(0);

fn size(layout: Layout) -> isize {
    isize::try_from(layout.size()).unwrap_or(isize::MAX)
}

// SAFETY: every call is forwarded to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        HELD.fetch_add(size(layout), Ordering::Relaxed);
        // SAFETY: the caller upholds the contract of this function.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(size(layout), Ordering::Relaxed);
        // SAFETY: the caller upholds the contract of this function.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The most bytes that were held in each tenth of the storm.
pub(crate) struct Record {
    most: [isize; 10],
}

impl Record {
    pub(crate) fn new() -> Self {
        Self { most: [0; 10] }
    }

    pub(crate) fn sample(&mut self, at: Duration, of: Duration) {
        let tenth = (10 * at.as_millis() / of.as_millis().max(1)).min(9);
        let most = &mut self.most[usize::try_from(tenth).unwrap_or(9)];
        *most = HELD.load(Ordering::Relaxed).max(*most);
    }

    /// Checks that memory is flat: the peak of the second half is about that of the first half.
    pub(crate) fn check(&self) {
        println!(
            "peak of the bytes held, by tenths of the storm: {:?}",
            self.most
        );
        let (first, second) = self.most.split_at(5);
        let most = |of: &[isize]| of.iter().copied().max().unwrap_or(0);
        assert!(most(second) <= most(first) + 200_000, "memory grows");
    }
}
