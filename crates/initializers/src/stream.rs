//! Keyed random streams: randomness is an argument, never ambient.
//!
//! A stream is ChaCha8 keyed by (seed, purpose, index), so that any draw is independent of every other draw, of the
//! thread, of the backend and of what else runs. There is no global generator to disturb.

use std::fmt;

use rand::rand_core::{Infallible, TryRng};
use rand::rngs::ChaCha8Rng;
use rand::{Rng, SeedableRng};

/// What a stream of random numbers is for. Streams of different purposes never share a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Initial weights and biases; index = [layer, tensor], tensor 0 being the weight and 1 the bias.
    Weights,
    /// The order of the training images; index = [epoch, 0].
    Order,
    /// The batch that data-dependent initializers look at; index = [0, 0].
    FirstBatch,
}

impl Purpose {
    /// The number that stands for the purpose in a stream's key. Never change one: it would change every draw.
    const fn code(self) -> u64 {
        match self {
            Purpose::Weights => 1,
            Purpose::Order => 2,
            Purpose::FirstBatch => 3,
        }
    }
}

/// A stream of random numbers: the same (seed, purpose, index) gives the same numbers on every machine.
///
/// It implements `rand`'s generator traits, so everything that draws from a [`rand::Rng`] can draw from it. The laws of
/// this crate use only [`Stream::unit`] and [`Stream::below`], whose results no version of `rand` can change.
///
/// ```
/// use initializers::{Purpose, Stream};
///
/// let mut stream = Stream::new(0, Purpose::Order, [3, 0]);
/// let (u, i) = (stream.unit(), stream.below(10));
/// assert!(0.0 < u && u < 1.0 && i < 10);
/// assert_eq!(u, Stream::new(0, Purpose::Order, [3, 0]).unit());
/// ```
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of (seed, purpose, index), from its beginning.
    pub fn new(seed: u64, purpose: Purpose, index: [u64; 2]) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose.code(), index[0], index[1]])
        {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }

    /// The next number, uniform on the open interval (0, 1): the middle of one of 2^52 equal cells. One word of the
    /// stream is spent.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        const CELL: f64 = 1.0 / (1u64 << 52) as f64;
        ((self.0.next_u64() >> 12) as f64 + 0.5) * CELL
    }

    /// The next whole number, uniform on 0..n (0 when n is 0). One word of the stream is spent.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        // The high word of the product: its bias is at most n / 2^64.
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").finish_non_exhaustive()
    }
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.0.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.0.try_next_u64()
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.try_fill_bytes(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_starts_with_pinned_numbers() {
        let mut stream = Stream::new(0, Purpose::Weights, [0, 0]);
        let drawn = [stream.next_u64(), stream.next_u64()];
        assert_eq!(
            drawn,
            [4606029925845525861, 5881008411243030533],
            "pinned: a change here changes every run"
        );
    }

    #[test]
    fn every_part_of_the_key_changes_the_stream() {
        let first = |seed, purpose, index| Stream::new(seed, purpose, index).next_u64();
        let base = first(0, Purpose::Weights, [0, 0]);
        assert_eq!(base, first(0, Purpose::Weights, [0, 0]));
        assert_ne!(base, first(1, Purpose::Weights, [0, 0]));
        assert_ne!(base, first(0, Purpose::Order, [0, 0]));
        assert_ne!(base, first(0, Purpose::Weights, [1, 0]));
        assert_ne!(base, first(0, Purpose::Weights, [0, 1]));
    }
}
