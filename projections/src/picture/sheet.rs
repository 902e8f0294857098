//! The shapes of the picture: bars, what is over, marks, the line of now.
//!
//! Invariant: a bar is solid to the earliest end and hatched to the latest; every mark is wholly inside the picture.

use engine::assess::Assessment;
use engine::breach::Breach;
use engine::calendar::Instant;
use engine::limits::Deadline;

use super::canvas::{Canvas, Place, Tenths, number, units};
use super::choice::Overrun;
use super::scale::Scale;
use super::text_width::{Look, text_width};
use super::words::Words;

/// The picture as it is drawn, with what it is drawn of.
pub(super) struct Sheet<'p, 'a> {
    pub canvas: Canvas<'p>,
    pub words: Words<'p>,
    pub assessment: &'p Assessment<'a>,
}

/// Where a bar lies.
#[derive(Clone, Copy)]
pub(super) struct Lane {
    pub top: Tenths,
    pub height: Tenths,
}

impl Lane {
    /// The baseline of a text beside the bar.
    pub const fn baseline(self) -> Tenths {
        self.middle() + units(5)
    }

    pub const fn middle(self) -> Tenths {
        self.top + self.height / 2
    }

    pub const fn bottom(self) -> Tenths {
        self.top + self.height
    }
}

/// How a bar is filled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    Full,
    /// Settled.
    Pale,
}

impl Sheet<'_, '_> {
    /// The instant of the picture.
    pub const fn at(&self) -> Instant {
        self.assessment.at
    }

    /// The bar of a limit from its start. Returns where it ends.
    pub fn bar(&mut self, scale: &Scale, lane: Lane, start: Instant, deadline: &Deadline, fill: Fill) -> Tenths {
        let class = if fill == Fill::Full { "bar" } else { "bar q" };
        let [left, mut solid] = scale.ends(start, deadline.earliest());
        // Too short to be seen otherwise.
        solid = solid.max((left + units(1)).min(scale.right));
        self.canvas.rect([left, solid], lane.top, lane.height, class);
        let open_end = deadline.protective.done.map_or(self.at(), |done| done.at);
        let latest = deadline.latest().unwrap_or(open_end);
        let hatched = scale.x(latest).max(solid);
        self.canvas.hatched([solid, hatched], lane.top, lane.height);
        if scale.is_left_by(latest.max(deadline.earliest())) {
            self.arrow(scale.right, lane);
        }
        hatched
    }

    /// The sign that something goes on beyond the right edge.
    fn arrow(&mut self, right: Tenths, lane: Lane) {
        let [x, y] = [right - units(8), lane.middle() - units(5)].map(number);
        self.canvas.path(&format!("M{x} {y}l6 5l-6 5"), r#"class="axis" fill="none""#);
    }

    /// What is over: dashed while it is arguable, solid where it is certain. Returns where it ends.
    pub fn overrun(&mut self, scale: &Scale, lane: Lane, overrun: &Overrun) -> Tenths {
        let [due, end] = overrun.protective.map(|at| scale.x(at));
        let arguable = Lane { top: lane.top + units(1), height: lane.height - units(2) };
        let Some(lenient) = overrun.lenient else {
            self.canvas.rect([due, end.max((due + units(2)).min(scale.right))], arguable.top, arguable.height, "overa");
            return end;
        };
        let [certain, certain_end] = lenient.map(|at| scale.x(at));
        self.canvas.rect([due, certain.min(end)], arguable.top, arguable.height, "overa");
        self.canvas.rect([certain_end, end], arguable.top, arguable.height, "overa");
        let shown_end = certain_end.max((certain + units(2)).min(scale.right));
        self.canvas.rect([certain, shown_end], lane.top, lane.height, "over");
        end.max(shown_end)
    }

    /// The mark of a breach.
    pub fn diamond(&mut self, x: Tenths, y: Tenths, radius: Tenths, breach: Breach) {
        let class = match breach {
            Breach::Certain => "sure",
            Breach::Arguable => "arg",
        };
        let x = x.clamp(radius, self.canvas.width - radius);
        let [x, top, r] = [x, y - radius, radius].map(number);
        self.canvas.path(&format!("M{x} {top}l{r} {r}l-{r} {r}l-{r} -{r}z"), &format!(r#"class="{class}""#));
    }

    /// The mark of an extension, with its tip at the bottom of the bar.
    pub fn extension(&mut self, x: Tenths, lane: Lane) {
        let x = x.clamp(units(5), self.canvas.width - units(5));
        let [x, y] = [x, lane.bottom() - units(2)].map(number);
        self.canvas.path(&format!("M{x} {y}l-5 -8h10z"), r#"class="evt""#);
    }

    /// The tag of now, and room for it. The line is drawn when the lanes below are known.
    pub fn now_tag(&mut self, scale: &Scale, top: Tenths, text: &str) {
        let x = scale.x(self.at());
        let width = text_width(text, Look::OnDark) + units(16);
        let left = if x + units(3) + width <= scale.right { x + units(3) } else { x - units(3) - width };
        let right = left + width;
        self.canvas.keep_free([left, right], [top, top + units(22)]);
        self.canvas.write(text, Look::OnDark, Place::Around(left + width / 2, top + units(16)));
        self.canvas.rect([left, right], top, units(22), "nowb");
    }
}
