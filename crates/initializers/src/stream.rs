//! Keyed random streams: randomness is an argument, never ambient.
//!
//! A stream is ChaCha8 keyed by (seed, purpose, index), so that any draw is independent of every
//! other draw, of the thread, of the backend and of what else runs.

use core::fmt;

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use crate::numeric::normal::BLOCK;

/// What a stream of random numbers is for. Streams of different purposes share no numbers.
///
/// A purpose is a number in the stream's key. Numbers below 2^63 are given by hand, here; a name
/// has one above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Purpose(u64);

impl Purpose {
    /// Initial weights and biases; index = [layer, tensor], tensor 0 being the weight, 1 the bias.
    pub const WEIGHTS: Purpose = Purpose(1);
    /// The order of training examples; index = [epoch, 0].
    pub const ORDER: Purpose = Purpose(2);
    /// The batch that data-dependent initializers look at; index = [0, 0].
    pub const FIRST_BATCH: Purpose = Purpose(3);

    /// A purpose of one's own. The same name is the same purpose, always.
    ///
    /// ```
    /// use initializers::Purpose;
    ///
    /// const DROPOUT: Purpose = Purpose::named("dropout");
    /// assert_ne!(DROPOUT, Purpose::named("augmentation"));
    /// ```
    pub const fn named(name: &str) -> Self {
        Purpose(hash(name) | 1 << 63)
    }
}

/// FNV-1a.
const fn hash(name: &str) -> u64 {
    let bytes = name.as_bytes();
    let (mut hash, mut at) = (0xcbf2_9ce4_8422_2325u64, 0);
    while at < bytes.len() {
        hash = (hash ^ bytes[at] as u64).wrapping_mul(0x0100_0000_01b3);
        at += 1;
    }
    hash
}

/// The bytes of a block of words.
pub(crate) type Words = [[u8; 8]; BLOCK];

/// A stream of random numbers: the same (seed, purpose, index) gives the same on every machine.
///
/// A clone goes on from the same word. With the feature `rand` a stream is a generator of `rand`'s;
/// the distributions of this crate use only [`Stream::uniform`] and [`Stream::below`], whose
/// results no version of `rand` can change.
///
/// ```
/// use initializers::{Purpose, Stream};
///
/// let mut stream = Stream::new(0, Purpose::ORDER, [3, 0]);
/// let (u, i) = (stream.uniform(), stream.below(10));
/// assert!(0.0 < u && u < 1.0 && i < 10);
///
/// let mut again = Stream::new(0, Purpose::ORDER, [3, 0]);
/// again.seek(1);
/// assert_eq!(again.below(10), i);
/// ```
pub struct Stream(ChaCha8Rng);

impl Clone for Stream {
    fn clone(&self) -> Self {
        let mut clone = Stream(ChaCha8Rng::from_seed(self.0.get_seed()));
        clone.0.set_word_pos(self.0.get_word_pos());
        clone
    }
}

impl Stream {
    /// The stream of (seed, purpose, index), from its beginning.
    pub fn new(seed: u64, purpose: Purpose, index: [u64; 2]) -> Self {
        let mut key = [0; 32];
        for (bytes, word) in key.chunks_exact_mut(8).zip([seed, purpose.0, index[0], index[1]]) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Stream(ChaCha8Rng::from_seed(key))
    }

    /// The stream of a name, such as a parameter's path: `Purpose::named(name)` at index [0, 0].
    pub fn named(seed: u64, name: &str) -> Self {
        Stream::new(seed, Purpose::named(name), [0, 0])
    }

    /// The next number, uniform on the open interval (0, 1): the middle of one of 2^52 equal cells.
    /// One word of the stream is spent.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        middle_of_cell(self.word())
    }

    /// Fills `numbers` with the next [uniform](Stream::uniform) ones.
    pub(crate) fn fill_uniform(&mut self, numbers: &mut [f64]) {
        let mut words = [[0; 8]; BLOCK];
        numbers.chunks_mut(BLOCK).for_each(|block| self.fill_block(block, &mut words));
    }

    /// [`Stream::fill_uniform`] for at most [`BLOCK`] numbers. What `words` hold is overwritten.
    #[inline(always)]
    pub(crate) fn fill_block(&mut self, block: &mut [f64], words: &mut Words) {
        let words = &mut words[..block.len()];
        self.0.fill_bytes(words.as_flattened_mut());
        for (number, word) in block.iter_mut().zip(words) {
            *number = middle_of_cell(u64::from_le_bytes(*word));
        }
    }

    /// The next whole number, uniform on 0..n (0 when n is 0). One word of the stream is spent.
    #[inline]
    pub fn below(&mut self, n: usize) -> usize {
        // The high word of the product: its bias is at most n / 2^64.
        ((u128::from(self.word()) * n as u128) >> 64) as usize
    }

    /// The next word of 64 bits.
    #[inline]
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Goes to a word, from 0: the next draw starts with it. Where numbers are independent, the
    /// i-th of a tensor spends word i, so parts of a large tensor can be drawn apart.
    pub fn seek(&mut self, word: u64) {
        self.0.set_word_pos(u128::from(word) * 2);
    }

    /// The index of the next word.
    pub fn position(&self) -> u64 {
        (self.0.get_word_pos() / 2) as u64
    }
}

/// The middle of one of 2^52 equal cells of (0, 1).
#[inline(always)]
fn middle_of_cell(word: u64) -> f64 {
    // As the mantissa of a number in [1, 2): no conversion of integers, which few vector units
    // have. Every step is exact.
    const HALF_A_CELL: f64 = 0.5 / (1u64 << 52) as f64;
    f64::from_bits(1f64.to_bits() | word >> 12) - 1.0 + HALF_A_CELL
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("position", &self.position()).finish_non_exhaustive()
    }
}

#[cfg(feature = "rand")]
mod generator {
    use chacha20::rand_core::{Infallible, TryRng};

    use super::Stream;

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
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    #[test]
    fn a_stream_starts_with_pinned_numbers() {
        let mut stream = Stream::new(0, Purpose::WEIGHTS, [0, 0]);
        assert_eq!(
            [stream.word(), stream.word()],
            [4606029925845525861, 5881008411243030533],
            "pinned: a change here changes every run"
        );
        let mut stream = Stream::named(0, "encoder.0.weight");
        assert_eq!(stream.word(), 13627173302322436619, "pinned: names keep their streams");
    }

    #[test]
    fn every_part_of_the_key_changes_the_stream() {
        let first = |seed, purpose, index| Stream::new(seed, purpose, index).word();
        let base = first(0, Purpose::WEIGHTS, [0, 0]);
        assert_eq!(base, first(0, Purpose::WEIGHTS, [0, 0]));
        assert_ne!(base, first(1, Purpose::WEIGHTS, [0, 0]));
        assert_ne!(base, first(0, Purpose::ORDER, [0, 0]));
        assert_ne!(base, first(0, Purpose::named("weights"), [0, 0]));
        assert_ne!(base, first(0, Purpose::WEIGHTS, [1, 0]));
        assert_ne!(base, first(0, Purpose::WEIGHTS, [0, 1]));
    }

    #[test]
    fn a_stream_goes_to_any_word_and_tells_where_it_is() {
        let mut stream = Stream::named(3, "a");
        let words: Vec<u64> = (0..2000).map(|_| stream.word()).collect();
        assert_eq!(stream.position(), 2000);
        for at in [1999, 0, 7, 128, 129, 1024] {
            stream.seek(at);
            assert_eq!(stream.position(), at);
            assert_eq!(stream.clone().word(), words[at as usize]);
            assert_eq!(stream.word(), words[at as usize]);
        }
    }
}
