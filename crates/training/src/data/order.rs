//! The order of the training images: a pure function of (seed, epoch).
//!
//! So any step can be repeated without the steps before it, and two arms with one seed see the same
//! batches. The batch for data-dependent initializers is a function of the seed, too.

use initializers::{Purpose, Stream};
use rand::seq::SliceRandom;
use rand::seq::index::sample;

/// The order of the images in `epoch` (from 0): a permutation of `0..images`.
pub(crate) fn epoch_order(seed: u64, epoch: u64, images: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..images as u32).collect();
    order.shuffle(&mut Stream::new(seed, Purpose::ORDER, [epoch, 0]));
    order
}

/// Images in the first batch, whatever `training.batch_size` is.
const FIRST_BATCH: usize = 512;

/// The indices of the images that data-dependent initializers look at.
pub(crate) fn first_batch(seed: u64, images: usize) -> Vec<u32> {
    let mut stream = Stream::new(seed, Purpose::FIRST_BATCH, [0, 0]);
    sample(&mut stream, images, images.min(FIRST_BATCH))
        .into_iter()
        .map(|image| image as u32)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_a_permutation_that_only_seed_and_epoch_decide() {
        let order = epoch_order(7, 3, 1_000);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.into_iter().eq(0..1_000));
        assert_eq!(order, epoch_order(7, 3, 1_000));
        assert_ne!(order, epoch_order(7, 4, 1_000));
        assert_ne!(order, epoch_order(8, 3, 1_000));
    }

    #[test]
    fn the_first_batch_is_of_different_images_that_only_the_seed_decides() {
        let mut batch = first_batch(7, 55_000);
        assert_eq!(batch, first_batch(7, 55_000));
        assert_ne!(batch, first_batch(8, 55_000));
        batch.sort_unstable();
        batch.dedup();
        assert_eq!(batch.len(), FIRST_BATCH);
        assert_eq!(first_batch(7, 10).len(), 10);
    }

    #[test]
    fn the_first_images_of_seed_0_are_pinned() {
        assert_eq!(
            epoch_order(0, 0, 55_000)[..4],
            [13_889, 50_156, 1_147, 31_333],
            "a change here changes every run"
        );
    }
}
