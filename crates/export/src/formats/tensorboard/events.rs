//! What happened in a run, as TensorBoard's events.

use prost::Message;

use super::messages::{
    DataClass, Dimension, Event, HParams, HParamsPluginData, HistogramProto, PluginData, Shown,
    Summary, SummaryMetadata, SummaryValue, TensorProto, TensorShape, TensorType, What,
};

/// The first event of a file.
pub(super) fn version(wall_time: f64) -> Event {
    let what = Some(What::FileVersion("brain.Event:2".to_owned()));
    Event { wall_time, step: 0, what }
}

/// A number at a step.
pub(super) fn scalar(tag: &str, step: u64, value: f64, wall_time: f64) -> Event {
    event(tag, step, wall_time, Shown::SimpleValue(value as f32), None)
}

/// How numbers are distributed at a step. What is not finite is in no bin.
pub(super) fn histogram(tag: &str, step: u64, values: &[f32], wall_time: f64) -> Event {
    event(tag, step, wall_time, Shown::Histogram(bins(values)), None)
}

/// A text in Markdown.
pub(super) fn text(tag: &str, text: &str, wall_time: f64) -> Event {
    let tensor = TensorProto {
        dtype: TensorType::String.into(),
        tensor_shape: Some(TensorShape { dim: vec![Dimension { size: 1 }] }),
        string_val: vec![text.as_bytes().to_vec()],
    };
    event(tag, 0, wall_time, Shown::Tensor(tensor), Some(plugin("text", Vec::new())))
}

/// Something for the page of hyperparameters.
pub(super) fn hparams(tag: &str, data: HParams, wall_time: f64) -> Event {
    // The page reads the metadata; the tensor stands there since every summary has a value.
    let nothing = TensorProto {
        dtype: TensorType::Float.into(),
        tensor_shape: Some(TensorShape { dim: Vec::new() }),
        string_val: Vec::new(),
    };
    let content = HParamsPluginData { data: Some(data) }.encode_to_vec();
    event(tag, 0, wall_time, Shown::Tensor(nothing), Some(plugin("hparams", content)))
}

fn event(
    tag: &str,
    step: u64,
    wall_time: f64,
    value: Shown,
    metadata: Option<SummaryMetadata>,
) -> Event {
    let value = SummaryValue { tag: tag.to_owned(), metadata, value: Some(value) };
    let summary = Summary { value: vec![value] };
    Event { wall_time, step: step as i64, what: Some(What::Summary(summary)) }
}

fn plugin(name: &str, content: Vec<u8>) -> SummaryMetadata {
    let plugin_data = Some(PluginData { plugin_name: name.to_owned(), content });
    SummaryMetadata { plugin_data, data_class: DataClass::Tensor.into() }
}

/// Bins of a histogram, of equal width.
const BINS: usize = 64;

fn bins(values: &[f32]) -> HistogramProto {
    let finite = || values.iter().copied().map(f64::from).filter(|value| value.is_finite());
    let min = finite().fold(f64::INFINITY, f64::min);
    let max = finite().fold(f64::NEG_INFINITY, f64::max);
    if min > max {
        return HistogramProto::default();
    }
    // Numbers that are all alike fill one bin.
    let count = if max > min { BINS } else { 1 };
    let width = (max - min) / count as f64;
    let mut bucket = vec![0.0; count];
    for value in finite() {
        let bin = if width > 0.0 { ((value - min) / width) as usize } else { 0 };
        bucket[bin.min(count - 1)] += 1.0;
    }
    let limit = |bin: usize| if bin + 1 == count { max } else { min + width * (bin + 1) as f64 };
    HistogramProto {
        min,
        max,
        num: finite().count() as f64,
        sum: finite().sum(),
        sum_squares: finite().map(|value| value * value).sum(),
        bucket_limit: (0..count).map(limit).collect(),
        bucket,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_histogram_counts_every_finite_number_once(
            values in prop::collection::vec(any::<f32>(), 0..200),
        ) {
            let finite = values.iter().filter(|value| value.is_finite()).count() as f64;
            let bins = bins(&values);
            prop_assert_eq!((bins.num, bins.bucket.iter().sum::<f64>()), (finite, finite));
            prop_assert_eq!(bins.bucket.len(), bins.bucket_limit.len());
            prop_assert!(bins.bucket_limit.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(finite == 0.0 || bins.bucket_limit.last() == Some(&bins.max));
        }
    }

    #[test]
    fn numbers_that_are_all_alike_fill_one_bin() {
        let bins = bins(&[0.5; 3]);
        assert_eq!((bins.bucket, bins.bucket_limit, bins.sum), (vec![3.0], vec![0.5], 1.5));
    }
}
