//! Parts of which sections are made: tables and pictures that scroll, samples of lines.

use maud::{Markup, PreEscaped, html};

use crate::picture::Picture;
use crate::picture::style::Look;

/// A sample of an arm's line.
pub(super) fn swatch(arm: usize) -> Markup {
    let look = Look::of(arm);
    html! {
        svg.swatch viewBox="0 0 26 10" aria-hidden="true" {
            line class=(look.stroke()) x1="0" x2="26" y1="5" y2="5" stroke-width="3"
                stroke-dasharray=[look.dash] {}
        }
    }
}

/// What scrolls where the screen is too narrow. Keyboards reach what scrolls.
pub(super) fn scrolling(name: &str, table: &Markup) -> Markup {
    html! { div.scroll tabindex="0" role="region" aria-label=(name) { (table) } }
}

/// A picture that scrolls where the screen is too narrow to read it.
pub(super) fn figure(picture: &Picture) -> Markup {
    html! { figure { div.scroll tabindex="0" { (PreEscaped(picture.svg())) } } }
}

/// The heads of columns.
pub(super) fn heads(names: &[&str]) -> Markup {
    html! { @for name in names { th scope="col" { (name) } } }
}

/// A difference to the best that is not shown.
pub(super) fn alike(is_alike: bool) -> Markup {
    html! {
        @if is_alike {
            span.alike title="no difference to the best can be shown" { " ≈" }
        }
    }
}
