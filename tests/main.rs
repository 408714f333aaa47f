//! Starts the real program: one module a command, and the golden files of every fixture.

mod convert;
mod desk;
mod desk_json;
mod explain;
mod first_run;
mod golden;
mod joined;
mod journey;
mod keep;
mod load;
mod loopback;
mod misuse;
mod one_shot;
mod openapi;
mod openapi_wire;
mod postman;
mod postman_api;
mod postman_beside;
mod postman_keys;
mod postman_scripts;
mod postman_wire;
mod recordings;
mod run;
mod run_archive;
mod run_language;
mod run_scope;
mod socket;
mod targets;

use loadwright_test_support::Program;

/// The program in a fresh folder that is removed with the returned guard.
fn program() -> (Program, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    (Program::new(env!("CARGO_BIN_EXE_loadwright"), folder.path()), folder)
}
