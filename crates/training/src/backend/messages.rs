//! Errors of GPU backends in words for the user.

/// The message of an error or a panic, in words for the user: a GPU backend reports its errors to
/// programmers, with backtraces.
pub(crate) fn in_plain_words(message: &str) -> String {
    let bytes_after = |phrase: &str| {
        let (_, rest) = message.split_once(phrase)?;
        rest.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())
    };
    if let Some(bytes) = bytes_after("can't allocate buffer of size") {
        return format!(
            "the adapter's memory takes no single buffer of {bytes} bytes: \
             the network is too wide for it\n\
             Try another adapter (`train devices` lists them), or `--backend flex`"
        );
    }
    if let Some(bytes) = bytes_after("out of device memory allocating") {
        return format!(
            "the adapter's memory is full: {bytes} bytes more were asked for\n\
             Try fewer runs at once (`--jobs 1`, `--stack 10`), another adapter, \
             or `--backend flex`"
        );
    }
    if let Some((_, reason)) = message.split_once("The device is poisoned") {
        let reason = reason.split("Caused by:").nth(1).unwrap_or_default();
        let reason = reason
            .split(['\n', '"'])
            .map(str::trim)
            .find(|line| !line.is_empty())
            .unwrap_or("no reason given");
        return format!(
            "the adapter was lost while it computed ({reason}); \
             the same command resumes from the last checkpoint"
        );
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_of_an_adapter_are_told_without_backtraces() {
        let large = "An error happened during execution\nCaused by:\n  \
             can't allocate buffer of size: 188160000\n   0: a";
        assert!(
            in_plain_words(large)
                .starts_with("the adapter's memory takes no single buffer of 188160000 bytes:")
        );
        let full = "Caused by:\n  out of device memory allocating 4096 bytes\n   0: frame";
        assert!(in_plain_words(full).starts_with("the adapter's memory is full: 4096 bytes more"));
        let lost = "Caused by:\n  The device is poisoned\nCaused by:\n  \
             Unknown: reset by the driver\n   0: frame";
        assert!(
            in_plain_words(lost).starts_with(
                "the adapter was lost while it computed (Unknown: reset by the driver);"
            )
        );
        assert_eq!(in_plain_words("the disk is full"), "the disk is full");
    }
}
