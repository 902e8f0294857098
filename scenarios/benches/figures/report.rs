//! The printed lines, and the table at the end.

/// What a figure must reach.
#[derive(Clone, Copy)]
pub enum Bar {
    /// It must be at least this.
    AtLeast(f64),
    /// It must be at most this.
    AtMost(f64),
    /// It is only reported; there is no bar.
    None,
}

struct Row {
    name: String,
    measured: String,
    bar: String,
    outcome: &'static str,
}

/// The figures measured so far.
#[derive(Default)]
pub struct Report(Vec<Row>);

impl Report {
    /// A figure with its unit.
    pub fn figure(&mut self, name: &str, value: f64, unit: &str, bar: Bar) {
        let measured = format!("{} {unit}", shown(value));
        println!("{name}: {measured}");
        self.row(name.to_owned(), value, measured, bar);
    }

    /// The ratio of two figures.
    pub fn ratio(&mut self, name: &str, value: f64, bar: Bar) {
        println!("ratio {name}: {value:.2}");
        self.row(format!("ratio {name}"), value, format!("{value:.2}"), bar);
    }

    /// A fact that helps to read the figures. It is not in the table.
    pub fn fact(name: &str, value: f64, unit: &str) {
        println!("{name}: {} {unit}", shown(value));
    }

    /// Notes why there is no figure.
    pub fn not_measured(&mut self, name: &str, why: &str) {
        println!("{name}: not measured, {why}");
        let (measured, bar) = ("-".to_owned(), String::new());
        self.0.push(Row { name: name.to_owned(), measured, bar, outcome: "NOT MEASURED" });
    }

    fn row(&mut self, name: String, value: f64, measured: String, bar: Bar) {
        let (bar, reached) = match bar {
            Bar::AtLeast(least) => (format!(">= {}", shown(least)), Some(value >= least)),
            Bar::AtMost(most) => (format!("<= {}", shown(most)), Some(value <= most)),
            Bar::None => (String::new(), None),
        };
        let outcome = match reached {
            Some(true) => "reached",
            Some(false) => "NOT REACHED",
            None => "reported",
        };
        self.0.push(Row { name, measured, bar, outcome });
    }

    /// All figures, each with its bar.
    pub fn print_table(&self) {
        let width = |of: fn(&Row) -> &str| self.0.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
        let (name, measured, bar) = (width(|row| &row.name), width(|row| &row.measured), width(|row| &row.bar));
        println!();
        for row in &self.0 {
            println!("{:<name$}  {:>measured$}  {:>bar$}  {}", row.name, row.measured, row.bar, row.outcome);
        }
    }
}

/// The median of an odd number of figures.
pub fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of[of.len() / 2]
}

/// A figure with three significant digits; large figures have no fraction.
fn shown(value: f64) -> String {
    match value {
        100.0.. => format!("{value:.0}"),
        10.0.. => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
