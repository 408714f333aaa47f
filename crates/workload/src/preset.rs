//! Named workloads with visible numbers that a converted script starts from.

use crate::{
    ConstantVus, Executor, GoDuration, PerVuIterations, RampingArrivalRate, RampingVus, SharedIterations,
    Stage, Workload,
};

/// A kind of test, by the name that the field uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    Smoke,
    Load,
    Stress,
    Spike,
    Soak,
    Breakpoint,
}

/// The two numbers that a user changes first; `None` keeps the preset's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresetSize {
    pub vus: Option<i64>,
    pub duration: Option<GoDuration>,
}

/// Every preset, mildest first.
pub const PRESETS: &[Preset] =
    &[Preset::Smoke, Preset::Load, Preset::Stress, Preset::Spike, Preset::Soak, Preset::Breakpoint];

impl Preset {
    pub fn name(self) -> &'static str {
        match self {
            Self::Smoke => "smoke",
            Self::Load => "load",
            Self::Stress => "stress",
            Self::Spike => "spike",
            Self::Soak => "soak",
            Self::Breakpoint => "breakpoint",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        PRESETS.iter().copied().find(|p| p.name() == name)
    }

    /// One sentence for help texts and comments.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Smoke => "one user, one pass: does the script work at all",
            Self::Load => "the traffic of a normal day, with a ramp up and down",
            Self::Stress => "more than a normal day, held long enough to hurt",
            Self::Spike => "a sudden rush and its end",
            Self::Soak => "normal traffic for hours, to find leaks",
            Self::Breakpoint => "a rate that rises until something gives way",
        }
    }

    /// The preset as an executor with k6's own fields.
    pub fn workload(self, size: PresetSize) -> Workload {
        let minutes = |m: i64| GoDuration::from_secs(60 * m);
        let hold = |default: GoDuration| size.duration.unwrap_or(default);
        let vus = |default: i64| size.vus.unwrap_or(default);
        let ramp = |up: GoDuration, hold: GoDuration, down: GoDuration, top: i64| {
            Executor::RampingVus(RampingVus {
                start_vus: Some(0),
                stages: vec![Stage::new(up, top), Stage::new(hold, top), Stage::new(down, 0)],
                graceful_ramp_down: None,
            })
        };
        let executor = match self {
            Self::Smoke => match size.duration {
                Some(duration) => {
                    Executor::ConstantVus(ConstantVus { vus: Some(vus(1)), duration: Some(duration) })
                }
                None if vus(1) == 1 => Executor::SharedIterations(SharedIterations {
                    vus: Some(1),
                    iterations: Some(1),
                    max_duration: None,
                }),
                None => Executor::PerVuIterations(PerVuIterations {
                    vus: Some(vus(1)),
                    iterations: Some(1),
                    max_duration: None,
                }),
            },
            Self::Load => ramp(minutes(1), hold(minutes(5)), minutes(1), vus(20)),
            Self::Stress => ramp(minutes(2), hold(minutes(10)), minutes(2), vus(100)),
            Self::Spike => {
                ramp(GoDuration::from_secs(30), hold(minutes(1)), GoDuration::from_secs(30), vus(200))
            }
            Self::Soak => ramp(minutes(5), hold(minutes(240)), minutes(5), vus(20)),
            Self::Breakpoint => Executor::RampingArrivalRate(RampingArrivalRate {
                start_rate: Some(1),
                time_unit: None,
                stages: vec![Stage::new(hold(minutes(30)), 1000)],
                pre_allocated_vus: Some(vus(50)),
                max_vus: Some(vus(50).saturating_mul(20)),
            }),
        };
        Workload::from(executor)
    }
}
