//! What memory this machine has, and how many runs fit into it.

use std::fs;
use std::path::Path;

use experiment::{Backend, KnownSet, MemoryEstimate, RunSpec, memory};
use training::ImageSets;

use crate::output::count;

/// The part of the memory that runs may take; the rest is the system's.
const SHARE: f64 = 0.9;
/// Images of MNIST, those of the test among them.
const IMAGES_OF_MNIST: usize = 70_000;

/// Bytes of memory that runs may take, where the system tells it.
fn memory_for_runs() -> Option<u64> {
    let limits = [memory_of_machine(), memory_of_group(Path::new("/"))];
    let least = limits.into_iter().flatten().min()?;
    Some((least as f64 * SHARE) as u64)
}

/// The memory of this machine, where Linux tells it.
fn memory_of_machine() -> Option<u64> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let total = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    let kilobytes: u64 = total.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kilobytes.checked_mul(1024)
}

/// The least limit of the control groups that this process is in, such as a container, a job of
/// Slurm or a unit of systemd. `root` is the root of the file system.
fn memory_of_group(root: &Path) -> Option<u64> {
    let groups = fs::read_to_string(root.join("proc/self/cgroup")).ok()?;
    let limits = groups.lines().filter_map(|line| {
        let (controllers, group) = line.split_once(':')?.1.split_once(':')?;
        // Version 2 has one hierarchy, without a list of controllers.
        let (top, file) = match controllers {
            "" => ("sys/fs/cgroup", "memory.max"),
            "memory" => ("sys/fs/cgroup/memory", "memory.limit_in_bytes"),
            _ => return None,
        };
        let group = Path::new(group.trim_start_matches('/'));
        let limit = |group: &Path| {
            fs::read_to_string(root.join(top).join(group).join(file)).ok()?.trim().parse().ok()
        };
        // In a container the group's path may lead nowhere, and the top is the container's own.
        group.ancestors().filter_map(limit).min()
    });
    limits.min()
}

/// Runs side by side.
pub(crate) struct Jobs {
    /// How many of the jobs that were asked for fit into memory: at least one.
    pub(crate) count: usize,
    /// Bytes of memory that so many take.
    memory: u64,
    /// How many were asked for.
    wanted: usize,
    /// Bytes of memory that there are, where that is known.
    available: Option<u64>,
}

impl Jobs {
    /// What memory so many take.
    pub(crate) fn memory(&self) -> String {
        format!("about {} of memory", memory(self.memory))
    }

    /// What to say where fewer fit than were asked for.
    pub(crate) fn note(&self) -> Option<String> {
        let available = self.available.filter(|_| self.count < self.wanted)?;
        let (jobs, available) = (count(self.count, "job"), memory(available));
        let wanted = self.wanted;
        Some(format!("note: {jobs} instead of {wanted}, as many as fit into {available} of memory"))
    }
}

/// How many of `jobs` fit into this machine's memory side by side.
pub(crate) fn side_by_side<'a>(
    runs: impl IntoIterator<Item = &'a RunSpec>,
    jobs: usize,
    sets: &ImageSets,
) -> Jobs {
    let estimates = runs.into_iter().filter_map(|run| estimate(run, sets)).collect();
    fit(estimates, jobs, memory_for_runs())
}

/// What is wrong with a run that takes more memory than there is, and what to do about it.
pub(crate) fn too_large(run: &RunSpec, sets: &ImageSets) -> Option<(String, String)> {
    let (needed, available) = (estimate(run, sets)?, memory_for_runs()?);
    (needed.total() > available).then(|| {
        let (total, available) = (memory(needed.total()), memory(available));
        let message = format!("a run takes about {total} of memory, and there are {available}");
        let help = format!("{needed}: take narrower layers, fewer of them, or a smaller batch");
        (message, help)
    })
}

/// The memory that a run takes; `None` on an adapter, which has a memory of its own.
fn estimate(run: &RunSpec, sets: &ImageSets) -> Option<MemoryEstimate> {
    let settings = &run.settings;
    if settings.backend == Backend::Wgpu {
        return None;
    }
    if let Some(KnownSet { training_file, test, .. }) = settings.data.known() {
        return Some(settings.memory(training_file + test));
    }
    let Ok(set) = sets.get(&settings.data) else { return Some(settings.memory(IMAGES_OF_MNIST)) };
    let images = set.training.len() + set.validation.len() + set.test.len();
    let shape = set.shape();
    Some(settings.for_images(shape.pixels(), shape.classes).memory(images))
}

fn fit(estimates: Vec<MemoryEstimate>, jobs: usize, available: Option<u64>) -> Jobs {
    let shared = estimates.iter().map(|estimate| estimate.shared).max().unwrap_or(0);
    let mut own: Vec<u64> = estimates.iter().map(|estimate| estimate.own()).collect();
    own.sort_unstable_by(|a, b| b.cmp(a));
    // At worst the largest runs meet.
    let taken =
        |jobs: usize| own.iter().take(jobs).fold(shared, |sum, own| sum.saturating_add(*own));
    let fits = |jobs: &usize| available.is_none_or(|available| taken(*jobs) <= available);
    let busy = jobs.min(estimates.len()).max(1);
    let fitting = (1..=busy).rev().find(fits).unwrap_or(1);
    // Without work for all, or where all fit, there are as many as were asked for.
    let count = if fitting == busy { jobs } else { fitting };
    Jobs { count, memory: taken(fitting), wanted: jobs, available }
}

#[cfg(test)]
mod tests {
    use experiment::{Overrides, load};

    use super::*;

    #[test]
    fn as_many_jobs_run_as_fit_into_memory() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, "").unwrap();
        let run = load(&[file], &Overrides::default()).unwrap().runs().remove(0);
        let one = run.settings.memory(IMAGES_OF_MNIST);
        let fit = |runs: usize, jobs, memory| fit(vec![one; runs], jobs, memory);
        let of = |count: u64| Some(one.shared + count * one.own());
        assert_eq!(fit(9, 4, of(2)).count, 2);
        assert_eq!(fit(9, 4, of(4)).count, 4);
        assert_eq!(fit(9, 4, None).count, 4);
        assert_eq!(fit(3, 4, of(3)).count, 4);
        assert_eq!(fit(9, 4, of(0)).count, 1);
        assert_eq!(fit(0, 4, of(0)).count, 4);
        assert!(fit(9, 4, of(2)).note().unwrap().starts_with("note: 2 jobs instead of 4"));
        assert_eq!(fit(9, 4, of(4)).note(), None);
    }

    #[test]
    fn the_memory_of_this_machine_is_known() {
        // Other systems than Linux do not tell it, and nothing is refused there.
        if let Some(memory) = memory_for_runs() {
            assert!((1 << 27..1 << 50).contains(&memory), "{memory}");
        }
    }

    /// A file system in which this process is in the groups that `groups` says, with those limits.
    fn with_groups(groups: &str, limits: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        let write = |file: &str, text: &str| {
            let path = root.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("proc/self/cgroup", groups);
        limits.iter().for_each(|(file, limit)| write(file, limit));
        root
    }

    #[test]
    fn the_least_limit_of_the_control_groups_above_counts() {
        let nested = with_groups(
            "0::/system.slice/job\n",
            &[
                ("sys/fs/cgroup/memory.max", "max\n"),
                ("sys/fs/cgroup/system.slice/memory.max", "4000\n"),
                ("sys/fs/cgroup/system.slice/job/memory.max", "max\n"),
            ],
        );
        assert_eq!(memory_of_group(nested.path()), Some(4000));
        let first_version = with_groups(
            "9:cpu:/\n4:memory:/job\n",
            &[("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "123\n")],
        );
        assert_eq!(memory_of_group(first_version.path()), Some(123));
        let container = with_groups("0::/gone\n", &[("sys/fs/cgroup/memory.max", "77\n")]);
        assert_eq!(memory_of_group(container.path()), Some(77));
        assert_eq!(memory_of_group(with_groups("", &[]).path()), None);
    }
}
