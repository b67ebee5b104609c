//! A tensor drawn by several threads. The bits are those of one: where numbers are independent, the
//! i-th spends word i of the stream, so a part can be drawn from a stream that starts there.

use initializers::{DrawError, Element, Initializer, Stream, TensorSpec};

/// Fewer numbers than this are not worth a thread.
const PART: usize = 1 << 16;

/// Fills `numbers`, with up to `threads` threads where the numbers are independent.
pub(crate) fn fill<T: Element>(
    init: &Initializer,
    spec: &TensorSpec,
    stream: &mut Stream,
    numbers: &mut [T],
    threads: usize,
) -> Result<(), DrawError> {
    let Some(distribution) = init.distribution(spec).filter(|_| threads > 1) else {
        return init.draw_into(spec, stream, numbers);
    };
    let part = numbers.len().div_ceil(threads).max(PART);
    std::thread::scope(|scope| {
        let threads: Vec<_> = numbers
            .chunks_mut(part)
            .enumerate()
            .map(|(index, numbers)| {
                let mut stream = stream.clone();
                stream.seek(stream.position() + (index * part) as u64);
                scope.spawn(move || distribution.fill(numbers, &mut stream))
            })
            .collect();
        threads.into_iter().try_for_each(|thread| match thread.join() {
            Ok(filled) => {
                filled.map_err(|source| DrawError::from_distribution(init.name(), source))
            }
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })
}
