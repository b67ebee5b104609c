//! The order of the training images: a pure function of (seed, epoch), so that any step of any run can be found again
//! without the steps before it, and two arms of one seed see the same batches.

use initializers::{Purpose, Stream};
use rand::seq::SliceRandom;

/// The images of epoch `epoch` (from 0), in their order: a permutation of `0..images`.
pub(crate) fn epoch_order(seed: u64, epoch: u64, images: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..images as u32).collect();
    order.shuffle(&mut Stream::new(seed, Purpose::Order, [epoch, 0]));
    order
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
    fn the_first_images_of_seed_0_are_pinned() {
        assert_eq!(epoch_order(0, 0, 55_000)[..4], [13_889, 50_156, 1_147, 31_333], "a change here changes every run");
    }
}
