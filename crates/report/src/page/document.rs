//! The document around a page's content: head, theme, styles and scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::data;
use crate::learning_curves::LearningCurves;
use crate::picture::style;
use crate::printable::printable;

const POLICY: &str = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; \
                      img-src data:; base-uri 'none'; form-action 'none'";

const UPLOT: &str = concat!(
    "/*",
    include_str!("../../assets/uplot/LICENSE"),
    "*/\n",
    include_str!("../../assets/uplot/uPlot.iife.min.js")
);

const STYLES: &str = concat!(
    include_str!("../../assets/uplot/uPlot.min.css"),
    include_str!("../../assets/page/page.css")
);

/// A page's heading.
pub(super) struct Document<'a> {
    pub(super) title: &'a str,
    /// What the page is of, in a line.
    pub(super) lead: &'a str,
}

impl Document<'_> {
    /// The whole document, with what the interactive curves need, if there are any.
    pub(super) fn render(&self, content: &Markup, curves: Option<&LearningCurves>) -> String {
        let styles = format!("{STYLES}{}", arm_colours());
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.title) " · Kindling" }
                    link rel="icon" href="data:,";
                    style { (PreEscaped(styles)) }
                }
                body {
                    header {
                        div {
                            h1 { (self.title) }
                            p.lead { (self.lead) }
                        }
                        button #theme.theme type="button" hidden { "Dark" }
                    }
                    main { (content) }
                    footer {
                        p {
                            "Written by Kindling " (env!("CARGO_PKG_VERSION"))
                            " from the numbers of the runs. "
                            "Charts: uPlot 1.6.32, © 2022 Leon Sorokin, MIT licence."
                        }
                    }
                    @if let Some(curves) = curves {
                        script #data type="application/json" { (PreEscaped(data::of(curves))) }
                    }
                    script { (PreEscaped(UPLOT)) }
                    script { (PreEscaped(include_str!("../../assets/page/page.js"))) }
                }
            }
        }
        .into_string();
        printable(&page).into_owned()
    }
}

/// The colours of the arms, for both grounds, as variables and as the classes that pictures carry.
fn arm_colours() -> String {
    let pairs = style::COLOURS.iter().zip(style::COLOURS_ON_DARK).enumerate();
    let variables: String =
        pairs.map(|(i, (light, dark))| format!("--arm-{i}:light-dark({light},{dark});")).collect();
    let class = |i: usize| {
        format!("svg .stroke-{i}{{stroke:var(--arm-{i})}}svg .fill-{i}{{fill:var(--arm-{i})}}")
    };
    let classes: String = (0..style::COLOURS.len()).map(class).collect();
    format!(":root{{{variables}}}{classes}")
}
