//! Workers: threads that take stacks of runs from a queue, and how many cores each may use.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Lets `jobs` workers take the items of a queue one by one, each worker on a thread of its own.
pub(super) fn work_through<T: Sync>(queue: &[T], jobs: usize, work: impl Fn(&T) + Sync) {
    let next = AtomicUsize::new(0);
    let take_turns = || {
        while let Some(item) = queue.get(next.fetch_add(1, Ordering::Relaxed)) {
            work(item);
        }
    };
    let workers = jobs.clamp(1, queue.len().max(1));
    let threads = if queue.len() == 1 { jobs.clamp(1, threads_of_single_run()) } else { 1 };
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| on_threads(threads, take_turns));
        }
    });
}

/// How many threads help a run that has the machine to itself. Two share its batches, its matrix
/// products and Adam, to the same bits. With AVX-512 these end before a second thread has helped
/// (docs/benchmarks.md has the figures).
fn threads_of_single_run() -> usize {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx512f") {
        return 1;
    }
    2
}

/// Gives this thread a rayon pool of its own, which it belongs to: burn's CPU kernels ask rayon for
/// the number of threads. Many runs are done soonest with one thread each.
fn on_threads(threads: usize, work: impl FnOnce() + Send) {
    match rayon::ThreadPoolBuilder::new().num_threads(threads).use_current_thread().build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn every_item_is_worked_on_once_by_any_number_of_workers() {
        for jobs in [0, 1, 3, 50] {
            let done = Mutex::new(Vec::new());
            work_through(&[3, 1, 2], jobs, |item| done.lock().unwrap().push(*item));
            let mut done = done.into_inner().unwrap();
            done.sort_unstable();
            assert_eq!(done, [1, 2, 3]);
        }
    }
}
