//! The pickle of a state dict: what `torch.save` says of tensors whose numbers lie beside it.
//!
//! A pickle is a program for a small stack machine; Python's `pickletools` documents every
//! instruction. This one, in protocol 2, makes a dict of name and
//! `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)`, which
//! are the calls that PyTorch's own files hold and that its restricted reader allows. No crate
//! writes them: those for pickles know Python's plain values alone.

/// Instructions, by their names in `pickletools`.
mod opcode {
    pub(super) const PROTO: u8 = 0x80;
    pub(super) const STOP: u8 = b'.';
    pub(super) const MARK: u8 = b'(';
    pub(super) const GLOBAL: u8 = b'c';
    pub(super) const REDUCE: u8 = b'R';
    pub(super) const BINPERSID: u8 = b'Q';
    pub(super) const EMPTY_DICT: u8 = b'}';
    pub(super) const SETITEMS: u8 = b'u';
    pub(super) const EMPTY_TUPLE: u8 = b')';
    pub(super) const TUPLE: u8 = b't';
    pub(super) const BINUNICODE: u8 = b'X';
    pub(super) const BININT: u8 = b'J';
    pub(super) const LONG1: u8 = 0x8a;
    pub(super) const NEWFALSE: u8 = 0x89;
}

/// The pickle of a dict of tensors of 32-bit floats with these names and shapes; the numbers of the
/// first are in the storage `0`, and so on.
pub(super) fn state_dict<'a>(tensors: impl Iterator<Item = (&'a str, &'a [usize])>) -> Vec<u8> {
    let mut pickle = Pickle(vec![opcode::PROTO, 2, opcode::EMPTY_DICT, opcode::MARK]);
    for (index, (name, shape)) in tensors.enumerate() {
        pickle.text(name);
        pickle.global("torch._utils", "_rebuild_tensor_v2");
        pickle.tuple(|arguments| {
            arguments.storage(index, shape.iter().product());
            arguments.integer(0);
            arguments.tuple(|size| shape.iter().for_each(|&side| size.integer(side)));
            arguments.tuple(|stride| {
                let strides = (1..=shape.len()).map(|axis| shape[axis..].iter().product());
                strides.for_each(|step| stride.integer(step));
            });
            arguments.0.push(opcode::NEWFALSE);
            arguments.global("collections", "OrderedDict");
            arguments.0.extend([opcode::EMPTY_TUPLE, opcode::REDUCE]);
        });
        pickle.0.push(opcode::REDUCE);
    }
    pickle.0.extend([opcode::SETITEMS, opcode::STOP]);
    pickle.0
}

struct Pickle(Vec<u8>);

impl Pickle {
    fn text(&mut self, text: &str) {
        self.0.push(opcode::BINUNICODE);
        self.0.extend((text.len() as u32).to_le_bytes());
        self.0.extend(text.as_bytes());
    }

    fn integer(&mut self, number: usize) {
        match i32::try_from(number) {
            Ok(number) => {
                self.0.push(opcode::BININT);
                self.0.extend(number.to_le_bytes());
            }
            Err(_) => {
                self.0.extend([opcode::LONG1, 8]);
                self.0.extend((number as i64).to_le_bytes());
            }
        }
    }

    fn global(&mut self, module: &str, name: &str) {
        self.0.push(opcode::GLOBAL);
        self.0.extend(format!("{module}\n{name}\n").as_bytes());
    }

    fn tuple(&mut self, elements: impl FnOnce(&mut Self)) {
        self.0.push(opcode::MARK);
        elements(self);
        self.0.push(opcode::TUPLE);
    }

    /// The storage `index`, as the reader finds it by its persistent id.
    fn storage(&mut self, index: usize, length: usize) {
        self.tuple(|id| {
            id.text("storage");
            id.global("torch", "FloatStorage");
            id.text(&index.to_string());
            id.text("cpu");
            id.integer(length);
        });
        self.0.push(opcode::BINPERSID);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pickle_holds_names_storages_sizes_and_strides() {
        let pickle = state_dict([("0.weight", &[3, 2][..])].into_iter());
        let shown: String = pickle
            .iter()
            .map(|&byte| if byte == b'\n' { ' ' } else { byte as char })
            .map(|letter| if letter.is_ascii_graphic() || letter == ' ' { letter } else { '.' })
            .collect();
        insta::assert_snapshot!(shown, @"..}(X....0.weightctorch._utils _rebuild_tensor_v2 \
            ((X....storagectorch FloatStorage \
            X....0X....cpuJ....tQJ....(J....J....t(J....J....t.ccollections OrderedDict )RtRu.");
    }

    #[test]
    fn strides_are_those_of_rows_and_numbers_beyond_32_bits_are_written() {
        let mut pickle = Pickle(Vec::new());
        pickle.integer(1 << 40);
        assert_eq!(pickle.0, [&[opcode::LONG1, 8][..], &(1i64 << 40).to_le_bytes()].concat());
        let twice = state_dict([("w", &[2, 3, 5][..])].into_iter());
        let stride: Vec<u8> = [15i32, 5, 1]
            .iter()
            .flat_map(|n| [&[opcode::BININT][..], &n.to_le_bytes()].concat())
            .collect();
        assert!(twice.windows(stride.len()).any(|window| window == stride));
    }
}
