//! A study that nobody trained, for tests, benchmarks and the look of the page: records as a real
//! one leaves them, with losses and accuracies that resemble the tutorial's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};
use record::{
    Epoch, FORMAT, InitialWeights, Metrics, Provenance, RunDirectory, RunRecord, Status, Step,
};
use serde_json::{Value, json};

/// What an arm of the study is like.
pub(crate) struct Profile {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its initializer's kind and parameters.
    pub(crate) init: &'static [(&'static str, f64)],
    /// Loss before the first step, loss that it tends to, and how many steps the way there takes.
    pub(crate) loss: (f64, f64, f64),
    /// Validation accuracy at the end, and how far seeds lie apart.
    pub(crate) accuracy: (f64, f64),
}

/// Twelve arms, in the order of the tutorial.
pub(crate) const PROFILES: [Profile; 12] = [
    Profile { name: "zeros", init: &[], loss: (2.303, 2.3, 30.0), accuracy: (0.1126, 0.0) },
    Profile { name: "ones", init: &[], loss: (91_000.0, 190.0, 35.0), accuracy: (0.0985, 0.008) },
    Profile {
        name: "uniform_0_1",
        init: &[("min", 0.0), ("max", 1.0)],
        loss: (5_200.0, 9.0, 60.0),
        accuracy: (0.742, 0.06),
    },
    Profile {
        name: "uniform_neg1_1",
        init: &[("min", -1.0), ("max", 1.0)],
        loss: (420.0, 3.0, 70.0),
        accuracy: (0.906, 0.006),
    },
    Profile {
        name: "uniform_0.1",
        init: &[("min", -0.1), ("max", 0.1)],
        loss: (2.36, 0.09, 70.0),
        accuracy: (0.9705, 0.0022),
    },
    Profile {
        name: "uniform_0.01",
        init: &[("min", -0.01), ("max", 0.01)],
        loss: (2.3027, 0.14, 110.0),
        accuracy: (0.957, 0.003),
    },
    Profile {
        name: "uniform_0.001",
        init: &[("min", -1e-3), ("max", 1e-3)],
        loss: (2.302, 0.18, 150.0),
        accuracy: (0.9445, 0.004),
    },
    Profile {
        name: "general_rule",
        init: &[],
        loss: (2.305, 0.085, 80.0),
        accuracy: (0.969, 0.002),
    },
    Profile {
        name: "normal",
        init: &[("std", 0.1)],
        loss: (2.9, 0.075, 60.0),
        accuracy: (0.972, 0.002),
    },
    Profile {
        name: "truncated_normal",
        init: &[("std", 0.1)],
        loss: (2.7, 0.072, 58.0),
        accuracy: (0.9724, 0.002),
    },
    Profile { name: "he_normal", init: &[], loss: (2.41, 0.07, 55.0), accuracy: (0.9731, 0.0018) },
    Profile {
        name: "glorot_uniform",
        init: &[],
        loss: (2.33, 0.072, 58.0),
        accuracy: (0.9728, 0.0018),
    },
];

/// A study of some of the profiles.
pub(crate) struct Synthetic {
    /// The experiment's name.
    pub(crate) experiment: &'static str,
    /// Its title.
    pub(crate) title: &'static str,
    /// Names of profiles.
    pub(crate) arms: Vec<&'static str>,
    /// Seeds 0, 1, ...
    pub(crate) seeds: u64,
    /// Steps a run; the second half is a second epoch.
    pub(crate) steps: u64,
    /// One run that diverges, by arm and seed.
    pub(crate) diverges: Option<(&'static str, u64)>,
}

impl Synthetic {
    /// Writes every run below `root` and returns their directories.
    pub(crate) fn write(&self, root: &Path) -> std::io::Result<Vec<PathBuf>> {
        let mut directories = Vec::new();
        for name in &self.arms {
            let place = PROFILES
                .iter()
                .position(|profile| profile.name == *name)
                .expect("a profile's name");
            for seed in 0..self.seeds {
                let path = root.join(self.experiment).join(name).join(format!("seed-{seed}"));
                self.write_run(&path, place, seed)?;
                directories.push(path);
            }
        }
        Ok(directories)
    }

    fn write_run(&self, path: &Path, place: usize, seed: u64) -> std::io::Result<()> {
        let profile = &PROFILES[place];
        // What a seed does to every arm alike makes the arms paired; what it does to this one is
        // its noise.
        let mut shared = ChaCha8Rng::seed_from_u64(seed);
        let mut own = ChaCha8Rng::seed_from_u64(1000 * (place as u64 + 1) + seed);
        let end = profile.loss.1;
        let diverged = self.diverges == Some((profile.name, seed));
        let steps = self.losses(profile, diverged, &mut shared, &mut own);
        let accuracy = profile.accuracy.0
            + profile.accuracy.1 * 0.7 * (around(&mut shared) + around(&mut own));
        let accuracy = if diverged { 0.0980 } else { (accuracy * 5000.0).round() / 5000.0 };
        let last = steps.last().map_or(f64::NAN, |step| f64::from(step.loss));
        let epochs = if diverged { Vec::new() } else { self.epochs(end, accuracy) };
        let directory = RunDirectory::new(path);
        directory.write_config(&format!(
            "# {}, arm {}\nseed = {seed}\n",
            self.experiment, profile.name
        ))?;
        directory.write_steps(&steps)?;
        directory.write_epochs(&epochs)?;
        let infinite = |loss: f64| if diverged { f64::INFINITY } else { loss };
        directory.write_record(&RunRecord {
            format: FORMAT,
            id: format!("{place:08x}{seed:08x}"),
            experiment: self.experiment.to_owned(),
            arm: profile.name.to_owned(),
            sweep: None,
            seed,
            order_seed: None,
            title: self.title.to_owned(),
            status: if diverged { Status::Diverged } else { Status::Finished },
            message: diverged.then(|| format!("the loss of step {} is NaN", self.steps / 3)),
            steps_planned: self.steps,
            steps: steps.len() as u64,
            settings: settings(profile, seed),
            provenance: provenance(place, seed),
            initial_weights: initial_weights(profile, &mut own),
            metrics: Some(Metrics {
                last_batch_loss: last,
                validation_loss: infinite(end * (1.0 + 0.1 * around(&mut own))),
                validation_accuracy: accuracy,
                test_loss: infinite(end * (1.05 + 0.1 * around(&mut own))),
                test_accuracy: accuracy - 0.001,
            }),
            files: BTreeMap::new(),
        })
    }

    /// The loss of each step: a fall from the profile's start to its end, with noise. That of a run
    /// that diverges is not a number after a third of the steps.
    fn losses(
        &self,
        profile: &Profile,
        diverged: bool,
        shared: &mut ChaCha8Rng,
        own: &mut ChaCha8Rng,
    ) -> Vec<Step> {
        let (start, end, pace) = profile.loss;
        let ends = if diverged { self.steps / 3 } else { self.steps };
        let mut loss = |step: u64| {
            let fall = (-(step as f64) / pace).exp();
            let level = start * fall.powf(1.6)
                + (2.3f64.min(start) - end).max(0.0) * 0.35 * fall.sqrt()
                + end;
            let noise =
                1.0 + (1.0 - fall) * 0.16 * (around(shared) + around(own)) * f64::from(end != 2.3);
            let noise = if end == 2.3 { 1.0 + 0.002 * around(shared) } else { noise };
            Step { step, loss: (level * noise.max(0.15)) as f32 }
        };
        let mut steps: Vec<Step> = (0..ends).map(&mut loss).collect();
        if diverged {
            steps.push(Step { step: ends, loss: f32::NAN });
        }
        steps
    }

    /// Two epochs of a run that comes to this loss and accuracy.
    fn epochs(&self, loss: f64, accuracy: f64) -> Vec<Epoch> {
        let epoch = |epoch: u64, (training, validation), validation_accuracy| Epoch {
            epoch,
            steps: self.steps * epoch / 2,
            training_loss: loss * training,
            validation_loss: loss * validation,
            validation_accuracy,
        };
        let earlier = accuracy - 0.3 * (0.99 - accuracy).min(0.05);
        vec![epoch(1, (4.0, 1.7), earlier), epoch(2, (1.4, 1.2), accuracy)]
    }
}

/// A number around 0, nearly normal.
fn around(rng: &mut ChaCha8Rng) -> f64 {
    (0..4).map(|_| rng.random_range(-1.0..1.0)).sum::<f64>() / 1.15
}

fn settings(profile: &Profile, seed: u64) -> BTreeMap<String, Value> {
    let mut settings: BTreeMap<String, Value> = [
        ("backend", json!("flex")),
        ("data.set", json!("mnist")),
        ("data.validation", json!(5000)),
        ("init.kind", json!(profile.name.trim_end_matches(|c: char| !c.is_alphabetic()))),
        ("model.activation", json!("relu")),
        ("model.hidden", json!([256, 128])),
        ("optimizer.epsilon", json!(1e-8)),
        ("optimizer.kind", json!("adam")),
        ("optimizer.learning_rate", json!(0.001)),
        ("seed", json!(seed)),
        ("training.batch_size", json!(128)),
        ("training.epochs", json!(2)),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    settings
        .extend(profile.init.iter().map(|(name, value)| (format!("init.{name}"), json!(value))));
    settings
}

fn provenance(place: usize, seed: u64) -> Provenance {
    Provenance {
        version: "0.1.0".to_owned(),
        burn: "0.22.1".to_owned(),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        dirty: Some(false),
        backend: "flex".to_owned(),
        device: "CPU".to_owned(),
        cpu: "A processor".to_owned(),
        os: "linux x86_64".to_owned(),
        host: "laboratory".to_owned(),
        started: format!("2026-01-02T03:{:02}:{:02}Z", place, seed % 60),
        training_seconds: 1.1 + 0.01 * place as f64 + 0.003 * seed as f64,
        ..Provenance::default()
    }
}

fn initial_weights(profile: &Profile, rng: &mut ChaCha8Rng) -> Vec<InitialWeights> {
    let of =
        |name: &str| profile.init.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    [[784, 256], [256, 128], [128, 10]]
        .into_iter()
        .enumerate()
        .map(|(i, [fan_in, fan_out])| {
            let rule = 1.0 / (fan_in as f64).sqrt();
            let weights: Vec<f32> = (0..fan_out * 40)
                .map(|_| {
                    let normal = (0..12).map(|_| rng.random_range(-0.5..0.5)).sum::<f64>();
                    match (profile.name, of("min"), of("max"), of("std")) {
                        ("zeros", ..) => 0.0,
                        ("ones", ..) => 1.0,
                        (_, Some(min), Some(max), _) => rng.random_range(min..max) as f32,
                        ("truncated_normal", .., Some(std)) => {
                            (normal.clamp(-2.0, 2.0) * std) as f32
                        }
                        (.., Some(std)) => (normal * std) as f32,
                        ("he_normal", ..) => (normal * rule * 2f64.sqrt()) as f32,
                        _ => rng.random_range(-rule..rule) as f32,
                    }
                })
                .collect();
            InitialWeights::of(i + 1, [fan_in, fan_out], &weights)
        })
        .collect()
}
