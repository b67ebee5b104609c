//! The streams of probes: a purpose of their own, so that looking inside changes no draw of a run.

use initializers::{Purpose, Stream};

/// What a stream of a probe is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Which images are looked at.
    Images = 1,
    /// The first direction of an iteration.
    Direction = 2,
}

pub(crate) fn stream(for_what: Use) -> Stream {
    Stream::new(0, Purpose::named("probe"), [for_what as u64, 0])
}

/// Which of `available` images a probe looks at: `count` different ones, or all, the same for every
/// network, in ascending order.
///
/// ```
/// let images = probe::sample_images(55_000, 1_000);
/// assert_eq!(images.len(), 1_000);
/// assert!(images.windows(2).all(|pair| pair[0] < pair[1]));
/// ```
pub fn sample_images(available: usize, count: usize) -> Vec<u32> {
    // Floyd's sampling: every set of so many is as likely.
    let mut stream = stream(Use::Images);
    let mut chosen = std::collections::BTreeSet::new();
    for last in available - count.min(available)..available {
        let image = stream.below(last + 1);
        chosen.insert(if chosen.contains(&image) { last } else { image });
    }
    chosen.into_iter().map(|image| image as u32).collect()
}
