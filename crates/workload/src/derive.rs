//! Scenarios from the shortcut options `vus`, `duration`, `iterations`, `stages`.

use std::collections::BTreeMap;

use crate::{
    ConstantVus, Executor, GoDuration, Options, OptionsError, PerVuIterations, RampingVus, SharedIterations,
    Workload,
};

/// Gives `options` its scenarios; conflicting shortcuts are errors.
pub(crate) fn derive_scenarios(
    mut options: Options,
    warnings: &mut Vec<String>,
) -> Result<Options, OptionsError> {
    let has_stages = options.stages.as_ref().is_some_and(|s| !s.is_empty());
    let has_scenarios = options.scenarios.is_some();
    let conflict = |a: &str, b: &str| {
        Err(OptionsError(format!("using `{a}` and `{b}` options simultaneously is not allowed")))
    };
    let executor = if let Some(iterations) = options.iterations {
        if has_stages {
            return conflict("iterations", "stages");
        }
        if has_scenarios {
            return conflict("iterations", "scenarios");
        }
        Executor::SharedIterations(SharedIterations {
            vus: options.vus,
            iterations: Some(iterations),
            max_duration: options.duration,
        })
    } else if let Some(duration) = options.duration {
        if has_stages {
            return conflict("duration", "stages");
        }
        if has_scenarios {
            return conflict("duration", "scenarios");
        }
        if duration <= GoDuration::ZERO {
            return Err(OptionsError(
                "`duration` should be more than 0, for infinite duration use the externally-controlled executor"
                    .to_owned(),
            ));
        }
        Executor::ConstantVus(ConstantVus { vus: options.vus, duration: Some(duration) })
    } else if has_stages {
        if has_scenarios {
            return conflict("stages", "scenarios");
        }
        Executor::RampingVus(RampingVus {
            start_vus: options.vus,
            stages: options.stages.clone().unwrap_or_default(),
            graceful_ramp_down: None,
        })
    } else if options.scenarios.as_ref().is_some_and(|s| !s.is_empty()) {
        if let Some(vus) = options.vus {
            warnings.push(format!("`vus={vus}` overrides scenarios configuration"));
            Executor::SharedIterations(SharedIterations {
                vus: Some(vus),
                iterations: Some(vus),
                max_duration: None,
            })
        } else {
            return Ok(options);
        }
    } else {
        if options.stages.is_some() {
            warnings.push(empty("stages"));
        }
        if has_scenarios {
            warnings.push(empty("scenarios"));
        }
        match options.vus {
            Some(vus) => Executor::SharedIterations(SharedIterations {
                vus: Some(vus),
                iterations: Some(vus),
                max_duration: None,
            }),
            None => Executor::PerVuIterations(PerVuIterations {
                vus: Some(1),
                iterations: Some(1),
                max_duration: None,
            }),
        }
    };
    options.scenarios = Some(BTreeMap::from([("default".to_owned(), Workload::from(executor))]));
    Ok(options)
}

fn empty(name: &str) -> String {
    format!("`{name}` was explicitly set to an empty value, running the script with 1 iteration in 1 VU")
}
