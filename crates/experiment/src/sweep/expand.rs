//! The points of a sweep, read one by one into settings.

use std::collections::HashMap;

use crate::settings::{Identity, SeedPair, Settings};
use crate::sweep::axis::AxisForm;
use crate::sweep::faults::Faults;
use crate::sweep::grid::Sweep;
use crate::sweep::point::SweepPoint;
use crate::syntax::{Diagnostic, Diagnostics, Spanned};

/// A point, with what it resolves to.
pub(crate) struct ExpandedPoint {
    /// Its name: a folder of the experiment's.
    pub(crate) name: String,
    pub(crate) settings: Settings,
    pub(crate) identity: Identity,
    pub(crate) point: SweepPoint,
}

/// Applies every point of `sweep` to `settings`, which are those of the arm `arm`, or of the
/// unnamed arm `base`; `read` finishes the settings of a point.
pub(crate) fn expand(
    arm: Option<&str>,
    base: &str,
    settings: &Spanned,
    sweep: &Sweep,
    read: impl Fn(Spanned, &Diagnostics) -> Settings,
    diagnostics: &Diagnostics,
) -> Vec<ExpandedPoint> {
    let count = usize::try_from(sweep.point_count()).unwrap_or(usize::MAX);
    let mut points = Vec::with_capacity(count);
    let mut faults = Faults::new(sweep);
    for point in 0..count {
        let indices = sweep.indices(point);
        let mut settings = settings.clone();
        sweep.apply_point(&mut settings, &indices);
        let wrong = Diagnostics::default();
        let settings = read(settings, &wrong);
        check_settled(sweep, &settings, &wrong);
        for diagnostic in wrong.into_vec() {
            faults.add(diagnostic, &indices);
        }
        points.push(ExpandedPoint {
            name: sweep.name(arm, &indices),
            identity: Identity::of(&settings),
            settings,
            point: sweep.point(arm.unwrap_or(base), &indices),
        });
    }
    if faults.is_empty() {
        diagnostics.extend(check_different(&points, sweep));
    }
    diagnostics.extend(faults.into_diagnostics(count));
    points
}

/// A resolved config gives its point beside settings that have the value already: the two must
/// agree.
fn check_settled(sweep: &Sweep, settings: &Settings, diagnostics: &Diagnostics) {
    let number =
        |value: &toml::Value| value.as_float().or(value.as_integer().map(|value| value as f64));
    for axis in sweep.axes.iter().filter(|axis| axis.form == AxisForm::Settled) {
        let said = axis.values[0].to_toml();
        let entry = settings.entries().into_iter().find(|(name, _)| **name == *axis.setting);
        let Some((name, value)) = entry else { continue };
        if value != said && (number(&value) != number(&said) || number(&value).is_none()) {
            let message = format!("`{name}` is {value}, and not {said} as the sweep's point says");
            let help = format!(
                "`at` changes no setting, it says what was swept: give `{name}` and it one value"
            );
            diagnostics.report(Diagnostic::at(&axis.values[0].span, message).help(help));
        }
    }
}

/// Two points of one arm that are one run were not meant: an axis has no effect, or another takes
/// it away.
fn check_different(points: &[ExpandedPoint], sweep: &Sweep) -> Option<Diagnostic> {
    let mut seen = HashMap::new();
    for (index, point) in points.iter().enumerate() {
        let Some(other) = seen.insert(point.identity.with_seed(SeedPair::same(0)), index) else {
            continue;
        };
        if points[other].name == point.name {
            // A value that is there twice, and told.
            continue;
        }
        let (indices, others) = (sweep.indices(index), sweep.indices(other));
        let axis = (0..sweep.axes.len()).find(|&axis| indices[axis] != others[axis]);
        let span = axis.map(|axis| &sweep.axes[axis].key).or(sweep.span.as_ref());
        let message =
            format!("the points `{}` and `{}` are the same run", points[other].name, point.name);
        let help = "they differ in nothing that decides a run's numbers: take out the axis that \
                    has no effect, or what is applied over it";
        let diagnostic = match span {
            Some(span) => Diagnostic::at(span, message),
            None => Diagnostic::without_span(message),
        };
        return Some(diagnostic.help(help));
    }
    None
}
