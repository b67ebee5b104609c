//! Choosing the best of many settings, and what that costs.

use rand::rngs::ChaCha8Rng;
use rand::{RngExt, SeedableRng};

use super::*;
use crate::study::Origin;

/// A study of one axis, an arm a list of points, each a list of accuracies by seed.
fn study(arms: Vec<Vec<Vec<f64>>>) -> Study {
    let longest = arms.iter().map(Vec::len).max().unwrap();
    let axis = SweepAxis::new("x".into(), record::Scale::Linear, (0..longest).map(Into::into));
    let run = |(seed, &value): (usize, &f64)| RunSummary {
        directory: Default::default(),
        seed: crate::seed::Seed::same(seed as u64),
        diverged: false,
        steps: 1,
        metrics: None,
        training_seconds: 1.0,
        value,
        losses: None,
        whole: None,
    };
    let point = |(at, values): (usize, &Vec<f64>)| Point {
        at: vec![at],
        runs: values.iter().enumerate().map(run).collect(),
    };
    let arm = |(i, points): (usize, &Vec<Vec<f64>>)| Arm {
        label: format!("arm{i}"),
        experiment: "e".into(),
        settings: Default::default(),
        points: points.iter().enumerate().map(point).collect(),
    };
    Study {
        title: "t".into(),
        quantity: Metric::ValidationAccuracy.quantity(),
        metric: Some(Metric::ValidationAccuracy),
        paired: true,
        axes: vec![axis],
        arms: arms.iter().enumerate().map(arm).collect(),
        shared: Default::default(),
        uneven: Vec::new(),
        origin: Origin::default(),
        warnings: Vec::new(),
        paths: Vec::new(),
    }
}

/// Settings of one true value each, with noise.
fn noisy(rng: &mut ChaCha8Rng, settings: &[f64], seeds: usize) -> Vec<Vec<f64>> {
    let mut noise = || (0..6).map(|_| rng.random_range(-1.0..1.0)).sum::<f64>() * 0.01;
    settings.iter().map(|true_value| (0..seeds).map(|_| true_value + noise()).collect()).collect()
}

#[test]
fn the_best_setting_leads_and_the_settings_near_it_are_alike() {
    let settings = vec![
        vec![0.90, 0.91, 0.90],
        vec![0.97, 0.96, 0.98],
        vec![0.96, 0.97, 0.97],
        vec![0.2, 0.2, 0.21],
    ];
    let comparison = study(vec![settings, vec![vec![0.1, 0.1, 0.1]]]).compare();
    let arm = &comparison.arms[0];
    assert_eq!((arm.label.as_str(), arm.best, arm.points[1].behind), ("arm0", 1, None));
    assert!(arm.points[2].is_alike() && !arm.points[3].is_alike());
    assert!(arm.points[3].p.unwrap() < 0.001 && comparison.pairs[0].is_shown());
}

#[test]
fn the_interval_of_a_chosen_setting_is_wider_than_that_of_one_that_was_not_chosen() {
    let best = vec![0.96, 0.97, 0.97];
    let of = |settings| study(vec![settings]).compare().arms[0].interval.unwrap();
    let (alone, chosen) =
        (of(vec![best.clone()]), of(vec![best.clone(), vec![0.1; 3], vec![0.2; 3]]));
    assert!(chosen.low < alone.low && chosen.high > alone.high);
}

/// Forty settings that are all the same against one that is the same too: the best of the forty is
/// ahead by chance, and an uncorrected test would believe it in every sixth study.
#[test]
fn choosing_among_forty_equal_settings_shows_no_difference() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let (mut raw, mut shown, mut best_lost) = (0, 0, 0);
    const STUDIES: usize = 400;
    for _ in 0..STUDIES {
        let arms = vec![noisy(&mut rng, &[0.9; 40], 5), noisy(&mut rng, &[0.9], 5)];
        let comparison = study(arms).compare();
        let pair = &comparison.pairs[0];
        raw += usize::from(pair.lead.unwrap().p_t.unwrap() < LEVEL);
        shown += usize::from(pair.is_shown());
        // The first setting is as good as any; it must be among those that cannot be told from the
        // best.
        let arm = comparison.arms.iter().find(|arm| arm.points.len() == 40).unwrap();
        best_lost += usize::from(arm.best != 0 && !arm.points[0].is_alike());
    }
    assert!(raw > STUDIES / 10, "{raw}");
    assert!(shown <= STUDIES / 20 && best_lost <= STUDIES / 20, "{shown} {best_lost}");
}

#[test]
fn the_best_setting_is_among_those_that_cannot_be_told_from_the_one_ahead() {
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    let settings: Vec<f64> = (0..13).map(|i| 0.9 - 0.002 * f64::from(i - 6).powi(2)).collect();
    let lost = (0..400).filter(|_| {
        let comparison = study(vec![noisy(&mut rng, &settings, 5)]).compare();
        let arm = &comparison.arms[0];
        arm.best != 6 && !arm.points[6].is_alike()
    });
    assert!(lost.count() <= 20);
}

#[test]
fn settings_that_cannot_be_tested_are_neither_alike_nor_shown() {
    let infinite = vec![f64::INFINITY; 3];
    let mut one = study(vec![vec![vec![0.1, 0.2, 0.1], infinite.clone()], vec![infinite]]);
    one.quantity = Metric::ValidationLoss.quantity();
    let comparison = one.compare();
    assert_eq!((comparison.arms[0].best, comparison.arms[0].points[1].p), (0, None));
    assert!(!comparison.arms[0].points[1].is_alike() && !comparison.pairs[0].is_shown());
    assert!(one.compare_by(Metric::StepsToLoss(0.5)).is_none());
}

#[test]
fn of_many_arms_only_the_best_is_tested_and_pays_for_every_pair() {
    let mut rng = ChaCha8Rng::seed_from_u64(9);
    let arms = |n: usize| (0..n).map(|i| vec![vec![0.9 - 0.001 * i as f64; 3]]).collect::<Vec<_>>();
    let comparison = study(arms(65)).compare();
    assert_eq!((comparison.pairs.len(), comparison.against_best(64).unwrap().worse), (64, 64));
    assert!(comparison.test().contains("over 2080 pairs"));
    let comparison = study(arms(64)).compare();
    assert_eq!(comparison.pairs.len(), 64 * 63 / 2);
    // Arms that are all alike are not told apart, however many there are.
    let shown = (0..100).filter(|_| {
        let arms = (0..80).map(|_| noisy(&mut rng, &[0.9], 5)).collect();
        study(arms).compare().pairs.iter().any(Pair::is_shown)
    });
    assert!(shown.count() <= 5);
}
