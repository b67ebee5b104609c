//! Some rows of a set, as the networks of a stack see them.

use std::sync::Arc;

use super::blocked::Blocked;
use super::floats::Floats;

/// The inputs of networks side by side, `[runs, batch, width]`, or `[1, batch, width]`, which all
/// networks see.
#[derive(Debug, Clone)]
pub struct SparseBatch {
    lists: Arc<[Blocked]>,
    floats: Arc<Floats>,
}

impl SparseBatch {
    pub(super) fn new(lists: Vec<Blocked>, floats: Arc<Floats>) -> Self {
        assert!(
            lists.windows(2).all(|pair| pair[0].rows() == pair[1].rows()),
            "each network has as many inputs as the first"
        );
        SparseBatch { lists: lists.into(), floats }
    }

    /// `[runs, batch, width]`.
    pub fn dims(&self) -> [usize; 3] {
        let [batch, width] = self.lists.first().map_or([0; 2], |of| [of.rows(), of.columns()]);
        [self.lists.len(), batch, width]
    }

    /// All inputs as floats, network after network, row after row.
    pub fn to_dense(&self) -> Vec<f32> {
        (0..self.lists.len()).flat_map(|run| self.dense(run)).collect()
    }

    /// The inputs of one network.
    pub(super) fn dense(&self, run: usize) -> Vec<f32> {
        let lists = self.of_run(run);
        let width = lists.columns();
        let mut inputs = vec![self.floats.background(); lists.rows() * width];
        for (block, columns) in lists.blocks().enumerate() {
            for (row, inputs) in inputs.chunks_exact_mut(width.max(1)).enumerate() {
                for &[column, byte] in lists.list(row, block) {
                    let column = columns.start + usize::from(column);
                    inputs[column] = self.floats.of_byte[usize::from(byte)];
                }
            }
        }
        inputs
    }

    /// What the network of this index sees.
    pub(super) fn of_run(&self, run: usize) -> &Blocked {
        &self.lists[if self.lists.len() == 1 { 0 } else { run }]
    }

    /// Whether all networks see the same.
    pub(super) fn is_shared(&self) -> bool {
        self.lists.len() == 1
    }

    pub(super) fn floats(&self) -> &Floats {
        &self.floats
    }
}
