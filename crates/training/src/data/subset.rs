//! The training images that are trained on, and noise in their labels.

use std::collections::HashMap;

use experiment::{Data, Pick};
use initializers::{Purpose, Stream};
use mnist::Split;
use rand::seq::SliceRandom;

/// The stream of the sample; index = [0, 0].
const SUBSET: Purpose = Purpose::named("training subset");
/// The stream of noise in labels; index = [0, 0].
const LABEL_NOISE: Purpose = Purpose::named("label noise");

/// The training split that the settings ask for.
pub(crate) fn training_split(all: &Split, data: &Data) -> Split {
    if data.train.is_none() && data.label_noise == 0.0 {
        return all.clone();
    }
    let classes = all.labels().iter().max().map_or(1, |&largest| usize::from(largest) + 1);
    let mut noise = Stream::new(data.seed, LABEL_NOISE, [0, 0]);
    all.select(&indices(all.labels(), data), |label| {
        // Both numbers are drawn for every image, so that more noise keeps the labels of less.
        let (u, other) = (noise.uniform(), noise.below(classes) as u16);
        if u < data.label_noise { other } else { label }
    })
}

/// The indices of the images that are trained on, in ascending order.
fn indices(labels: &[u16], data: &Data) -> Vec<u32> {
    let count = data.train.unwrap_or(labels.len()).min(labels.len());
    let mut order: Vec<u32> = (0..labels.len() as u32).collect();
    if data.pick != Pick::First {
        order.shuffle(&mut Stream::new(data.seed, SUBSET, [0, 0]));
    }
    if data.pick == Pick::Balanced {
        // By the rank among the images of the same class: the first of each class, the second, ...
        let mut seen = HashMap::new();
        order.sort_by_cached_key(|&index| {
            let rank = seen.entry(labels[index as usize]).or_insert(0u32);
            *rank += 1;
            *rank
        });
    }
    order.truncate(count);
    order.sort_unstable();
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use experiment::{Overrides, load};
    use mnist::ImageSet;

    fn data(text: &str) -> Data {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, text).unwrap();
        load(&[file], &Overrides::default()).unwrap().runs()[0].settings.data.clone()
    }

    fn labels(text: &str) -> Vec<u16> {
        let set = ImageSet::embedded(5_000).unwrap();
        training_split(&set.training, &data(text)).labels().to_vec()
    }

    #[test]
    fn the_first_images_or_a_keyed_sample_are_trained_on() {
        let set = ImageSet::embedded(5_000).unwrap();
        assert_eq!(labels("data.train = 100"), set.training.labels()[..100]);
        let random = "data = { train = 100, pick = \"random\" }";
        assert_eq!(labels(random), labels(random));
        assert_ne!(labels(random), labels("data = { train = 100, pick = \"random\", seed = 1 }"));
        assert_eq!(labels("data = { train = 55000, pick = \"random\" }"), set.training.labels());
    }

    #[test]
    fn a_balanced_sample_has_equally_many_images_of_each_class() {
        let labels = labels("data = { train = 205, pick = \"balanced\" }");
        let count = |class: u16| labels.iter().filter(|&&label| label == class).count();
        assert!((0..10).all(|class| [20, 21].contains(&count(class))) && labels.len() == 205);
    }

    #[test]
    fn label_noise_replaces_the_share_of_labels_that_it_says() {
        let clean = labels("data.train = 20000");
        let differing = |noise: f64| {
            let noisy = labels(&format!("data = {{ train = 20000, label_noise = {noise} }}"));
            clean.iter().zip(noisy).filter(|(a, b)| **a != *b).count() as f64 / 20_000.0
        };
        // A tenth of the labels that are drawn anew are the old ones.
        assert!((differing(0.2) - 0.18).abs() < 0.01);
        assert!((differing(1.0) - 0.9).abs() < 0.01);
    }
}
