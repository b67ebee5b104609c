//! Names that were meant, and names in a sentence.

/// "did you mean `x`?", where one of `names` is near to `name`.
pub(crate) fn did_you_mean<'a>(
    name: &str,
    names: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let name = name.to_lowercase();
    let similarity = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        // A single typo leaves a short name little in common with itself.
        let is_typo = || name.len() > 2 && strsim::osa_distance(&name, &candidate) == 1;
        if candidate == name {
            2.0
        } else if is_typo() {
            1.0
        } else {
            strsim::jaro_winkler(&name, &candidate)
        }
    };
    names
        .into_iter()
        .map(|candidate| (similarity(candidate), candidate))
        .filter(|(similarity, _)| *similarity > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// "`a`, `b` and `c`".
pub(crate) fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>, joint: &str) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {joint} {last}", others.join(", ")),
        None => String::new(),
    }
}

/// `"drop"`, `"keep"`: words as TOML writes them, in Markdown.
pub(crate) fn toml_strings(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_equal_but_for_case_is_the_suggestion() {
        for (name, names) in [
            ("ELU", ["gelu", "elu"]),
            ("ReLU", ["elu", "relu"]),
            ("N.TOML", ["1.toml", "n.toml"]),
            ("n.toml", ["1.toml", "N.TOML"]),
        ] {
            let meant = did_you_mean(name, names);
            assert_eq!(meant, Some(format!("did you mean `{}`?", names[1])));
        }
    }

    #[test]
    fn a_name_like_none_gets_no_suggestion() {
        assert_eq!(did_you_mean("foo", ["batch_size", "epochs"]), None);
    }
}
